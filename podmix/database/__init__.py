# SPDX-License-Identifier: GPL-3.0-or-later
"""SQLite, through one door. Other rooms take every name they need from here."""

from sqlite3 import Connection, Error, IntegrityError, Row

from podmix.database.backup import backups, restore, set_aside
from podmix.database.connection import Database
from podmix.database.migrations import Migration

__all__ = ["Connection", "Database", "Error", "IntegrityError", "Migration", "Row", "backups", "restore", "set_aside"]
