# SPDX-License-Identifier: GPL-3.0-or-later
"""The previews that were made, and what the listener said of them.

Making an episode's previews again replaces them, but never one the listener liked, dismissed or saved.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from podmix.database import Database, Migration, Row

MIGRATIONS = (
    Migration(
        "previews/0001_previews",
        """
        CREATE TABLE previews (
            id INTEGER PRIMARY KEY AUTOINCREMENT, -- a card on the screen never comes to mean another preview
            episode_id INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            start_s REAL NOT NULL,
            end_s REAL NOT NULL,
            score REAL NOT NULL,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            reasons TEXT NOT NULL,
            captions TEXT NOT NULL,
            peaks BLOB NOT NULL DEFAULT x'',
            clip TEXT,
            from_publisher INTEGER NOT NULL DEFAULT 0,
            made_with TEXT NOT NULL DEFAULT '{}',
            made_at TEXT NOT NULL,
            liked INTEGER,
            saved INTEGER NOT NULL DEFAULT 0,
            heard_s REAL NOT NULL DEFAULT 0,
            finished INTEGER NOT NULL DEFAULT 0,
            seen_at TEXT
        );
        CREATE INDEX previews_by_episode ON previews (episode_id, rank);
    """,
    ),
    # All that ranking asks, so that it never reads through captions.
    Migration(
        "previews/0002_ranking",
        "CREATE INDEX previews_for_ranking"
        " ON previews (episode_id, rank, id, liked, seen_at, start_s, end_s, score, title)",
    ),
)


@dataclass(frozen=True, slots=True)
class NewPreview:
    """What a worker made; ``captions`` are plain dicts as ``speech`` writes them, ``peaks`` one byte a bar."""

    rank: int
    start: float
    end: float
    score: float
    title: str
    text: str
    reasons: dict[str, float]
    captions: list[dict[str, object]]
    peaks: bytes = b""
    clip: str | None = None
    from_publisher: bool = False


@dataclass(frozen=True, slots=True)
class StoredPreview:
    preview_id: int
    episode_id: int
    made: NewPreview
    liked: bool | None
    saved: bool
    heard_s: float
    finished: bool
    seen_at: str | None


@dataclass(frozen=True, slots=True)
class PreviewSummary:
    """What ranking needs of a preview, without words and captions."""

    preview_id: int
    episode_id: int
    start: float
    end: float
    score: float
    title: str
    seen: bool


class PreviewStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, episode_id: int, previews: Sequence[NewPreview], made_with: dict[str, object]) -> list[str]:
        """Store the episode's previews; returns the clip files that nothing points at any more."""
        now = datetime.now(UTC).isoformat()
        with self._database.write() as connection:
            gone = [
                row["clip"]
                for row in connection.execute(
                    "SELECT clip FROM previews"
                    " WHERE episode_id = ? AND liked IS NULL AND saved = 0 AND clip IS NOT NULL",
                    (episode_id,),
                )
            ]
            connection.execute(
                "DELETE FROM previews WHERE episode_id = ? AND liked IS NULL AND saved = 0", (episode_id,)
            )
            kept = [
                (row["start_s"], row["end_s"])
                for row in connection.execute("SELECT start_s, end_s FROM previews WHERE episode_id = ?", (episode_id,))
            ]
            fresh = [p for p in previews if not any(_same(p.start, p.end, *span) for span in kept)]
            connection.executemany(
                "INSERT INTO previews (episode_id, rank, start_s, end_s, score, title, text, reasons, captions, peaks,"
                " clip, from_publisher, made_with, made_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (
                        episode_id,
                        p.rank,
                        p.start,
                        p.end,
                        p.score,
                        p.title,
                        p.text,
                        json.dumps(p.reasons),
                        json.dumps(p.captions),
                        p.peaks,
                        p.clip,
                        p.from_publisher,
                        json.dumps(made_with),
                        now,
                    )
                    for p in fresh
                ],
            )
        still = {p.clip for p in fresh}
        return [clip for clip in gone if clip not in still]

    def of_episode(self, episode_id: int) -> list[StoredPreview]:
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM previews WHERE episode_id = ? ORDER BY rank, id", (episode_id,))
            return [_stored(row) for row in rows]

    def has(self, episode_id: int) -> bool:
        with self._database.read() as connection:
            rows = connection.execute("SELECT 1 FROM previews WHERE episode_id = ? LIMIT 1", (episode_id,)).fetchall()
        return bool(rows)

    def get(self, preview_id: int) -> StoredPreview | None:
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM previews WHERE id = ?", (preview_id,)).fetchone()
        return _stored(row) if row else None

    def best_of_each(self, *, limit: int = 200) -> list[StoredPreview]:
        """The first preview of every episode that was not dismissed, unseen ones first, newest made first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM previews p WHERE id = (SELECT q.id FROM previews q"
                " WHERE q.episode_id = p.episode_id AND q.liked IS NOT 0 ORDER BY q.rank, q.id DESC LIMIT 1)"
                " ORDER BY seen_at IS NOT NULL, made_at DESC, id DESC LIMIT ?",
                (limit,),
            )
            return [_stored(row) for row in rows]

    def summaries(self) -> list[PreviewSummary]:
        """The same previews as ``best_of_each`` without a limit, in no order."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id, episode_id, start_s, end_s, score, title, seen_at IS NOT NULL AS seen,"
                " MIN(rank * 1e12 - id) FROM previews WHERE liked IS NOT 0 GROUP BY episode_id"
            )
            return [
                PreviewSummary(
                    r["id"], r["episode_id"], r["start_s"], r["end_s"], r["score"], r["title"], bool(r["seen"])
                )
                for r in rows
            ]

    def forget_listening(self) -> None:
        """Nothing was seen, heard, liked or dismissed; what was saved stays saved. Leaves no old bytes."""
        with self._database.write() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(
                "UPDATE previews SET liked = NULL, heard_s = 0, finished = 0, seen_at = NULL"
                " WHERE liked IS NOT NULL OR heard_s > 0 OR finished > 0 OR seen_at IS NOT NULL"
            )

    def saved(self) -> list[StoredPreview]:
        with self._database.read() as connection:
            return [
                _stored(row) for row in connection.execute("SELECT * FROM previews WHERE saved = 1 ORDER BY id DESC")
            ]

    def counts(self) -> dict[int, int]:
        """Previews an episode."""
        with self._database.read() as connection:
            return {
                row[0]: row[1]
                for row in connection.execute("SELECT episode_id, COUNT(*) FROM previews GROUP BY episode_id")
            }

    def liked_count(self) -> int:
        with self._database.read() as connection:
            return int(connection.execute("SELECT COUNT(*) FROM previews WHERE liked = 1").fetchone()[0])

    def set_liked(self, preview_id: int, liked: bool | None) -> None:
        self._change("UPDATE previews SET liked = ? WHERE id = ?", (liked, preview_id))

    def set_saved(self, preview_id: int, saved: bool) -> None:
        self._change("UPDATE previews SET saved = ? WHERE id = ?", (saved, preview_id))

    def set_clip(self, preview_id: int, clip: str) -> None:
        self._change("UPDATE previews SET clip = ? WHERE id = ?", (clip, preview_id))

    def heard(self, preview_id: int, seconds: float, finished: bool) -> None:
        self._change(
            "UPDATE previews SET heard_s = MAX(heard_s, ?), finished = MAX(finished, ?), seen_at = ? WHERE id = ?",
            (seconds, finished, datetime.now(UTC).isoformat(), preview_id),
        )

    def remove_episode(self, episode_id: int) -> None:
        self._change("DELETE FROM previews WHERE episode_id = ?", (episode_id,))

    def _change(self, sql: str, values: tuple[object, ...]) -> None:
        with self._database.write() as connection:
            connection.execute(sql, values)


def _same(start: float, end: float, other_start: float, other_end: float) -> bool:
    """Two spans are the same preview when they share most of their time (intersection over union above 0.7)."""
    shared = min(end, other_end) - max(start, other_start)
    return shared > 0.7 * (max(end, other_end) - min(start, other_start))


def _stored(row: Row) -> StoredPreview:
    made = NewPreview(
        row["rank"],
        row["start_s"],
        row["end_s"],
        row["score"],
        row["title"],
        row["text"],
        json.loads(row["reasons"]),
        json.loads(row["captions"]),
        bytes(row["peaks"] or b""),
        row["clip"],
        bool(row["from_publisher"]),
    )
    liked = None if row["liked"] is None else bool(row["liked"])
    return StoredPreview(
        row["id"],
        row["episode_id"],
        made,
        liked,
        bool(row["saved"]),
        row["heard_s"],
        bool(row["finished"]),
        row["seen_at"],
    )
