# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the database: one before each migration, the newest three kept, and the way back."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

KEPT = 3


def backup_folder(path: Path) -> Path:
    return path.parent / "backups"


def backups(path: Path) -> list[Path]:
    """The backups of the database at ``path``, newest first."""
    return sorted(backup_folder(path).glob(f"{path.stem}-*{path.suffix}"), reverse=True)


def back_up(connection: sqlite3.Connection, path: Path, *, reason: str) -> Path:
    """Copy the whole database while it is in use; complete or not there at all.

    The name sorts by time: ``podmix-20261123T101530.123456-reason.sqlite3``.
    """
    folder = backup_folder(path)
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    target = folder / f"{path.stem}-{stamp}-{reason.replace('/', '-')}{path.suffix}"
    partial = target.with_suffix(".partial")
    try:
        with contextlib.closing(sqlite3.connect(partial)) as copy:
            connection.backup(copy)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    for old in backups(path)[KEPT:]:
        old.unlink(missing_ok=True)
    return target


def set_aside(path: Path) -> Path:
    """Rename a damaged database and its companions so that the next start begins with an empty one.

    Returns where it lies now. No PodMix may have it open.
    """
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    for tail in ("-wal", "-shm", ""):  # the main file last: a crash in between must not leave a foreign WAL beside it
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{tail}").replace(f"{aside}{tail}")
    return aside


def restore(path: Path, backup: Path) -> Path | None:
    """Put ``backup`` in the database's place; what was there is set aside and its new path returned."""
    aside = set_aside(path) if path.exists() else None
    partial = path.with_name(f"{path.name}.restoring")
    partial.write_bytes(backup.read_bytes())
    partial.replace(path)
    return aside
