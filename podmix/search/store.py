# SPDX-License-Identifier: GPL-3.0-or-later
"""The search index: every spoken word (SQLite FTS5) and the meaning of every passage (float16 vectors).

A query is data, never FTS syntax: its words are quoted, so that no input can be malformed or expensive.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podmix.database import Connection, Database, Migration
from podmix.search.passages import Passage

if TYPE_CHECKING:
    import numpy as np  # loaded by the first search or index, not at start

MIGRATIONS = (
    Migration(
        "search/0001_passages",
        """
        CREATE TABLE search_passages (
            id INTEGER PRIMARY KEY,
            episode_id INTEGER NOT NULL,
            start_s REAL NOT NULL,
            end_s REAL NOT NULL,
            text TEXT NOT NULL,
            marks TEXT NOT NULL,
            vector BLOB
        );
        CREATE INDEX search_passages_by_episode ON search_passages (episode_id);
        CREATE VIRTUAL TABLE search_words USING fts5 (
            text, content='search_passages', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3'
        );
    """,
    ),
)

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_LONGEST_QUERY_WORDS = 24
_OPEN, _CLOSE = "\x02", "\x03"
_SCAN_ROWS = 8192  # rows of vectors held at once: 8192 x 384 x 2 bytes = 6 MB


@dataclass(frozen=True, slots=True)
class Hit:
    """A found passage; ``snippet_html`` is escaped text with ``<b>`` round the found words."""

    episode_id: int
    start: float
    end: float
    snippet_html: str
    score: float


class SearchStore:
    """Writes and queries the index; one row a passage."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def index(self, episode_id: int, passages: Sequence[Passage], vectors: np.ndarray | None = None) -> None:
        """Replace the episode's passages. ``vectors`` is float ``(len(passages), dims)`` of unit rows, or None."""
        blobs: list[bytes | None] = [None] * len(passages)
        if vectors is not None and len(vectors) == len(passages):
            import numpy as np

            blobs = [row.tobytes() for row in np.asarray(vectors, np.float16)]
        with self._database.write() as connection:
            _forget(connection, episode_id)
            for passage, blob in zip(passages, blobs, strict=True):
                row = connection.execute(
                    "INSERT INTO search_passages (episode_id, start_s, end_s, text, marks, vector)"
                    " VALUES (?,?,?,?,?,?)",
                    (episode_id, passage.start, passage.end, passage.text, json.dumps(passage.marks), blob),
                )
                connection.execute(
                    "INSERT INTO search_words (rowid, text) VALUES (?, ?)", (row.lastrowid, passage.text)
                )

    def remove(self, episode_id: int) -> None:
        with self._database.write() as connection:
            _forget(connection, episode_id)

    def meaning_of(self, episode_id: int, start: float, end: float) -> bytes:
        """The mean direction of the passages inside a span, as float16 bytes; empty where none has a vector."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT vector FROM search_passages"
                " WHERE episode_id = ? AND end_s > ? AND start_s < ? AND vector IS NOT NULL",
                (episode_id, start, end),
            ).fetchall()
        if not rows:
            return b""
        import numpy as np

        size = len(rows[0]["vector"])
        alike = b"".join(row["vector"] for row in rows if len(row["vector"]) == size)
        mean = np.frombuffer(alike, "<f2").astype(np.float32).reshape(-1, size // 2).mean(0)
        return bytes((mean / max(float(np.linalg.norm(mean)), 1e-9)).astype("<f2").tobytes())

    def by_words(self, text: str, *, limit: int = 50) -> list[Hit]:
        """Passages with all words (the last one as a prefix); with any of them where none has all."""
        words = _WORD.findall(text)[:_LONGEST_QUERY_WORDS]
        if not words:
            return []
        for joiner in (" AND ", " OR "):
            query = joiner.join([*(f'"{w}"' for w in words[:-1]), f'"{words[-1]}"*'])
            hits = self._match(query, limit)
            if hits:
                return hits
        return []

    def _match(self, query: str, limit: int) -> list[Hit]:
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT p.*, snippet(search_words, 0, ?, ?, '…', 28) AS found,"
                " highlight(search_words, 0, ?, '') AS all_,"
                " bm25(search_words) AS distance FROM search_words JOIN search_passages p ON p.id = search_words.rowid"
                " WHERE search_words MATCH ? ORDER BY distance LIMIT ?",
                (_OPEN, _CLOSE, _OPEN, query, limit),
            ).fetchall()
        hits = []
        for row in rows:
            passage = Passage(
                row["start_s"],
                row["end_s"],
                row["text"],
                tuple((int(o), float(s)) for o, s in json.loads(row["marks"])),
            )
            snippet = html.escape(row["found"]).replace(_OPEN, "<b>").replace(_CLOSE, "</b>")
            start = passage.start_at(max(0, row["all_"].find(_OPEN)))
            hits.append(Hit(row["episode_id"], start, passage.end, snippet, -float(row["distance"])))
        return hits

    def by_meaning(self, vector: np.ndarray, *, limit: int = 50, floor: float = 0.2) -> list[Hit]:
        """Passages nearest to the unit ``vector`` (dims,) by cosine, best first, none below ``floor``."""
        import numpy as np

        best: list[tuple[float, int]] = []
        query = np.asarray(vector, np.float32)
        width = query.shape[0] * 2
        with self._database.read() as connection:
            cursor = connection.execute("SELECT id, vector FROM search_passages WHERE length(vector) = ?", (width,))
            while rows := cursor.fetchmany(_SCAN_ROWS):
                matrix = np.frombuffer(b"".join(row["vector"] for row in rows), np.float16).reshape(len(rows), -1)
                scores = matrix.astype(np.float32) @ query
                best.extend(
                    (float(scores[i]), rows[i]["id"]) for i in np.argsort(-scores)[:limit] if scores[i] >= floor
                )
            best = sorted(best, reverse=True)[:limit]
            found = {
                row["id"]: row
                for row in connection.execute(
                    f"SELECT * FROM search_passages WHERE id IN ({','.join('?' * len(best))})",  # noqa: S608 - only marks
                    [number for _, number in best],
                )
            }
        return [
            Hit(found[n]["episode_id"], found[n]["start_s"], found[n]["end_s"], html.escape(found[n]["text"]), score)
            for score, n in best
            if n in found
        ]


def _forget(connection: Connection, episode_id: int) -> None:
    """Take an episode out of both tables. No trigger does it: triggers on virtual tables need a trusted schema."""
    connection.execute(
        "INSERT INTO search_words (search_words, rowid, text)"
        " SELECT 'delete', id, text FROM search_passages WHERE episode_id = ?",
        (episode_id,),
    )
    connection.execute("DELETE FROM search_passages WHERE episode_id = ?", (episode_id,))


def join_hits(*lists: Sequence[Hit], limit: int = 50) -> list[Hit]:
    """Reciprocal rank fusion (Cormack, Clarke, Buettcher 2009, k = 60) of hits for the same place in an episode."""
    scores: dict[tuple[int, int], float] = {}
    kept: dict[tuple[int, int], Hit] = {}
    for hits in lists:
        for rank, hit in enumerate(hits):
            key = (hit.episode_id, round(hit.end * 10))
            scores[key] = scores.get(key, 0.0) + 1.0 / (60 + rank)
            kept.setdefault(key, hit)
    order = sorted(scores, key=lambda key: -scores[key])[:limit]
    return [Hit(k.episode_id, k.start, k.end, k.snippet_html, scores[key]) for key in order for k in (kept[key],)]
