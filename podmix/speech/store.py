# SPDX-License-Identifier: GPL-3.0-or-later
"""The transcripts that were made or taken from publishers, one an episode, packed."""

from __future__ import annotations

import json
import zlib

from podmix.database import Database, Migration
from podmix.errors import TranscriptError
from podmix.speech.stored_form import transcript_from_plain, transcript_to_plain
from podmix.speech.types import Transcript

MIGRATIONS = (
    Migration("speech/0001_transcripts", """
        CREATE TABLE transcripts (
            episode_id INTEGER PRIMARY KEY,
            language TEXT,
            source TEXT NOT NULL,
            sentences INTEGER NOT NULL,
            packed BLOB NOT NULL
        );
    """),
)


class TranscriptStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, episode_id: int, transcript: Transcript) -> None:
        """Keep it; an earlier one is replaced."""
        packed = zlib.compress(json.dumps(transcript_to_plain(transcript), ensure_ascii=False).encode())
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO transcripts (episode_id, language, source, sentences, packed)"
                " VALUES (?,?,?,?,?)",
                (episode_id, transcript.language, transcript.source, len(transcript.sentences), packed))

    def get(self, episode_id: int) -> Transcript | None:
        """Raises TranscriptError when what is stored is damaged."""
        with self._database.read() as connection:
            row = connection.execute("SELECT packed FROM transcripts WHERE episode_id = ?", (episode_id,)).fetchone()
        if row is None:
            return None
        try:
            return transcript_from_plain(json.loads(zlib.decompress(row["packed"])))
        except (zlib.error, ValueError) as problem:
            raise TranscriptError("A stored transcript could not be read.", remedy="Make the episode's previews again.",
                                  detail=repr(problem)) from problem

    def recognised(self) -> list[int]:
        """Episodes whose speech was recognised here."""
        with self._database.read() as connection:
            return [row[0] for row in connection.execute(
                "SELECT episode_id FROM transcripts WHERE source LIKE 'whisper:%'")]

    def delete(self, episode_id: int) -> None:
        with self._database.write() as connection:
            connection.execute("DELETE FROM transcripts WHERE episode_id = ?", (episode_id,))
