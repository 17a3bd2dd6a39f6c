# SPDX-License-Identifier: GPL-3.0-or-later
"""Erasing, searched byte by byte over every file of the home: logs of writes, free pages, mixes, feeds, backups."""

from __future__ import annotations

import json
import sqlite3
import struct
from pathlib import Path

import pytest

from podmix.app.application import Application
from podmix.taste.taste_file import TasteFile, taste_text
from tests.app.conftest import OpenApplication
from tests.app.test_taste_verbs import fill_music, fill_podcasts

SECOND, PRUNED, PLAYED = 31.415926535897931, 57.72156649015329, 27.182818284590451
FRIEND, PHRASE = "Quokkabert-Zz", "Zanzibar-ish house"
LONG_AGO = 500  # days: more than reactions are kept


def as_stored(number: float) -> bytes:
    """A number as SQLite writes it."""
    return struct.pack(">d", number)


def files_with(folder: Path, mark: bytes) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() and mark in path.read_bytes()}


@pytest.fixture
def heard(open_app: OpenApplication, tmp_path: Path) -> tuple[Application, dict[str, bytes]]:
    """A home after much listening, and what must not be found in it after erasing."""
    app = open_app()
    previews, tracks = fill_podcasts(app), fill_music(app, tmp_path / "music")
    _leave_free_pages(app)
    for number in list(previews)[::2]:
        app.seen(number, SECOND, finished=False)
        app.note_reaction("sought back", "preview", number, SECOND)
    app.note_track_played(tracks[0], PLAYED)
    app.note_reaction("skipped", "track", tracks[1], SECOND)
    app.taste_store.put_document("friend", FRIEND, taste_text(TasteFile(FRIEND)))
    app.phrase_mix(PHRASE)
    app.genre_mix("House")
    app.daily_mixes()
    app.note_mix_played("genre:house")
    app.recommended()
    assert app.recorder.flush()
    marks = {"second": as_stored(SECOND), "pruned": as_stored(PRUNED), "played": as_stored(PLAYED),
             "kind": b"sought back", "friend": FRIEND.encode(), "phrase": PHRASE.lower().encode(),
             "genre mix": b"genre:house", "propensity": _told_propensity(app), "mode": _mode_centre(app)}
    return app, marks


def _leave_free_pages(app: Application) -> None:
    """Many reactions that went by themselves long ago: their pages are free, their bytes are not."""
    app.taste_store.erase()
    with app._taste_file.write() as connection:  # type: ignore[union-attr]
        connection.execute("PRAGMA secure_delete = OFF")
        connection.executemany("INSERT INTO events (at, kind, thing, number, seconds, place) VALUES (?,?,?,?,?,?)",
                               [(n * 1.0, "watched", "preview", n, PRUNED, 0) for n in range(4_000)])
    with app._taste_file.write() as connection:  # type: ignore[union-attr]
        connection.execute("DELETE FROM events")
    with app._taste_file.read() as connection:  # type: ignore[union-attr]
        assert connection.execute("PRAGMA freelist_count").fetchone()[0] > 10


def _told_propensity(app: Application) -> bytes:
    """Of a feed that was handed out: the rarest chance in it."""
    told = [one.propensity for one in app.taste_store.impressions()]
    assert told
    return as_stored(min(told))


def _mode_centre(app: Application) -> bytes:
    """A listening mode as it is stored: a run of its numbers."""
    body = next(iter(app.taste_store.documents("mode").values()))
    return json.dumps(body["centre"])[1:60].encode()


def test_nothing_of_listening_is_left_in_any_file(heard: tuple[Application, dict[str, bytes]]) -> None:
    app, marks = heard
    home = app.home.data
    before = {name: files_with(home, mark) for name, mark in marks.items()}
    assert all(before.values()), "all of it was there to be found"
    assert any(name.endswith("-wal") for names in before.values() for name in names), "in the log of writes, too"
    app.erase_taste()
    assert {name: files_with(home, mark) for name, mark in marks.items()} == {name: set() for name in marks}


def test_nor_after_the_next_start(heard: tuple[Application, dict[str, bytes]], open_app: OpenApplication) -> None:
    app, marks = heard
    home = app.home.data
    app.erase_taste()
    app.close()
    assert not any(files_with(home, mark) for mark in marks.values())
    again = open_app()
    assert again.taste_summary().events == ()
    assert [card.kind for card in again.mixes()] == ["daily"] * len(again.daily_mixes())
    marks.pop("mode")  # today's modes are found anew from the library, which stays
    assert not any(files_with(home, mark) for mark in marks.values())


def test_nor_in_backups(heard: tuple[Application, dict[str, bytes]]) -> None:
    app, marks = heard
    folder = app.home.data / "backups"
    folder.mkdir(exist_ok=True)
    for name, database in (("podmix", app.database), ("taste", app._taste_file)):
        copy = sqlite3.connect(folder / f"{name}-20200101T000000.000000-test.sqlite3")
        with database.read() as connection:  # type: ignore[union-attr]
            connection.backup(copy)
        copy.close()
    assert any(files_with(folder, mark) for mark in marks.values())
    app.erase_taste()
    assert {name: files_with(app.home.data, mark) for name, mark in marks.items()} == {name: set() for name in marks}


def test_what_was_not_stored_yet_does_not_come_back(heard: tuple[Application, dict[str, bytes]]) -> None:
    app, marks = heard
    for number in range(500):
        app.note_reaction("sought back", "preview", number, SECOND)
    app.erase_taste()
    assert app.recorder.flush()
    assert app.taste_store.event_counts() == {}
    assert not files_with(app.home.data, marks["kind"])
