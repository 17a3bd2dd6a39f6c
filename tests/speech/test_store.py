# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts in the database and as plain data: what goes in comes out, damage is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.database import Database
from podmix.errors import TranscriptError
from podmix.speech.store import MIGRATIONS, TranscriptStore
from podmix.speech.stored_form import transcript_from_plain, transcript_to_plain
from podmix.speech.types import Sentence, Transcript, Word

TALK = Transcript((Sentence("Hällo wörld.", 0.0, 1.5, "S1", (Word("Hällo", 0.0, 0.5, 0.9), Word("wörld.", 0.5, 1.5))),
                   Sentence("…", 2.0, 3.0)), "de", 4.25, "whisper:tiny", {"S1": "Ada"})
times = st.integers(0, 10**7).map(lambda ms: ms / 1000)
words = st.builds(Word, st.text(), times, times, st.sampled_from([0.0, 0.5, 1.0]))
sentences = st.builds(Sentence, st.text(), times, times, st.none() | st.text(max_size=5),
                      st.lists(words, max_size=3).map(tuple))
transcripts = st.builds(Transcript, st.lists(sentences, max_size=5).map(tuple), st.none() | st.text(max_size=5), times,
                        st.text(max_size=9), st.dictionaries(st.text(max_size=3), st.text(max_size=9), max_size=3))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "t.sqlite3", MIGRATIONS) as made:
        yield made


def test_in_and_out(database: Database) -> None:
    store = TranscriptStore(database)
    assert store.get(1) is None
    store.save(1, Transcript((), None, 0.0, "x"))
    store.save(1, TALK)
    assert store.get(1) == TALK
    store.delete(1)
    store.delete(1)
    assert store.get(1) is None


@given(transcripts)
def test_plain_data_and_back(transcript: Transcript) -> None:
    assert transcript_from_plain(json.loads(json.dumps(transcript_to_plain(transcript)))) == transcript


@pytest.mark.parametrize("packed", [b"", b"nonsense", b"x\x9cc\x00\x00\x00\xff\xff"])
def test_damage_is_said(database: Database, packed: bytes) -> None:
    store = TranscriptStore(database)
    store.save(1, TALK)
    with database.write() as connection:
        connection.execute("UPDATE transcripts SET packed = ?", (packed,))
    with pytest.raises(TranscriptError) as caught:
        store.get(1)
    assert caught.value.remedy


@pytest.mark.parametrize("plain", [{}, [], None, 7, {"form": 2}, {"form": 1}, {"form": 1, "sentences": [[1]]},
                                   {**transcript_to_plain(TALK), "sentences": [["a", "b", "c", None, []]]},
                                   {**transcript_to_plain(TALK), "speakers": 7}])
def test_what_is_no_transcript(plain: object) -> None:
    with pytest.raises(TranscriptError):
        transcript_from_plain(plain)  # type: ignore[arg-type]
