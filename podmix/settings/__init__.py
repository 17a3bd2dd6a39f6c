# SPDX-License-Identifier: GPL-3.0-or-later
"""Every setting, declared once and kept in one file."""

from podmix.settings.declared import DECLARED, SECTIONS, Kind, Setting, Value, allowed
from podmix.settings.store import Settings, declared
from podmix.settings.table import settings_table

__all__ = ["DECLARED", "SECTIONS", "Kind", "Setting", "Settings", "Value", "allowed", "declared", "settings_table"]
