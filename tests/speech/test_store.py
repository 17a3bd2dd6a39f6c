# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts kept and read back; plain data there and back; damage is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from podmix.database import Database
from podmix.errors import TranscriptError
from podmix.speech.store import MIGRATIONS, TranscriptStore
from podmix.speech.stored_form import transcript_from_plain, transcript_to_plain
from podmix.speech.types import Sentence, Transcript, Word

TRANSCRIPT = Transcript(
    (Sentence("Grüß dich, 世界.", 0.5, 1.25, "S1", (Word("Grüß", 0.5, 0.75, 0.875), Word("dich,", 0.75, 1.0))),
     Sentence("And more.", 2.0, 3.0)), "de", 10.5, "whisper:base", {"S1": "Maya"})


def test_saved_read_replaced_deleted(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "d.sqlite3", MIGRATIONS)
    store = TranscriptStore(database)
    assert store.get(1) is None
    store.save(1, TRANSCRIPT)
    assert store.get(1) == TRANSCRIPT
    other = Transcript((), None, 0.0, "publisher:vtt")
    store.save(1, other)
    assert store.get(1) == other
    store.delete(1)
    assert store.get(1) is None
    database.close()


def test_a_damaged_row_is_said(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "d.sqlite3", MIGRATIONS)
    store = TranscriptStore(database)
    store.save(1, TRANSCRIPT)
    with database.write() as connection:
        connection.execute("UPDATE transcripts SET packed = x'00'")
    with pytest.raises(TranscriptError):
        store.get(1)
    database.close()


def test_plain_data_survives_json() -> None:
    assert transcript_from_plain(json.loads(json.dumps(transcript_to_plain(TRANSCRIPT)))) == TRANSCRIPT


@pytest.mark.parametrize("plain", [{}, {"form": 99}, {**transcript_to_plain(TRANSCRIPT), "sentences": [["a"]]}])
def test_other_data_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(TranscriptError):
        transcript_from_plain(plain)
