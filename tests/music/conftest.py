# SPDX-License-Identifier: GPL-3.0-or-later
"""A library in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from podmix.database import Database
from podmix.music.analysis_store import AnalysisStore
from podmix.music.playlists import PlaylistStore
from podmix.music.store import MIGRATIONS, MusicStore
from tests.music.library_rows import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "home" / "library.sqlite3", MIGRATIONS) as opened:
        yield opened


@pytest.fixture
def store(database: Database, clock: Clock) -> MusicStore:
    return MusicStore(database, clock)


@pytest.fixture
def analyses(database: Database, clock: Clock) -> AnalysisStore:
    return AnalysisStore(database, clock)


@pytest.fixture
def lists(database: Database, clock: Clock) -> PlaylistStore:
    return PlaylistStore(database, clock)
