# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of taste, in a database file of their own (``taste.sqlite3``).

Apart from the library so that storing a reaction never waits for a scan or a job, that no backup of the library holds
what somebody listened to, and that erasing rewrites a small file. Nothing here names a path or holds a spoken word but
``items.title`` and the listener's own texts.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from podmix.database import Database, Migration
from podmix.taste.events import EventKind, TasteEvent, Thing

MIGRATIONS = (
    Migration("taste/0001_events", """
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL, kind TEXT NOT NULL, thing TEXT NOT NULL, number INTEGER NOT NULL,
    seconds REAL NOT NULL, place INTEGER NOT NULL
);
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_thing ON events (thing, number);
CREATE TABLE impressions (
    id INTEGER PRIMARY KEY,
    feed INTEGER NOT NULL, at REAL NOT NULL, place INTEGER NOT NULL, number INTEGER NOT NULL,
    propensity REAL NOT NULL, score REAL NOT NULL, explored INTEGER NOT NULL, policy TEXT NOT NULL
);
CREATE INDEX impressions_by_time ON impressions (at);
CREATE TABLE items (
    thing TEXT NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL, version TEXT NOT NULL,
    vector BLOB NOT NULL, facts TEXT NOT NULL, title TEXT NOT NULL, noted REAL NOT NULL,
    PRIMARY KEY (thing, number)
) WITHOUT ROWID;
CREATE TABLE documents (
    kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, made REAL NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;
"""),
)
KEEP_DAYS = 400
MOST_EVENTS = 200_000
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Impression:
    """One place of a feed that was handed out.

    ``propensity`` is the chance that this policy put this preview on this place, given the places before it.
    """

    feed: int
    at: float
    place: int
    number: int
    propensity: float
    score: float
    explored: bool
    policy: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is remembered of a thing, so that reactions keep their meaning when it is gone.

    ``vector`` is float16 little-endian of the ``version`` named; ``digest`` is of the text it was made of. ``facts``
    are numbers and names: show, episode, people, topics.
    """

    thing: Thing
    number: int
    digest: bytes
    version: str
    vector: bytes
    facts: dict[str, Any]
    title: str


class TasteStore:
    """Reads and writes; safe to share between threads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # -- events --

    def add(self, events: Sequence[TasteEvent]) -> int:
        """Store what is sound of these, in one transaction; returns how many."""
        now = self._clock()
        rows = [(e.at, str(e.kind), str(e.thing), e.number, e.seconds, e.place)
                for e in (event.tidy(now) for event in events) if e is not None]
        if rows:
            with self._database.write() as connection:
                connection.executemany(
                    "INSERT INTO events (at, kind, thing, number, seconds, place) VALUES (?,?,?,?,?,?)", rows)
        return len(rows)

    def events(self, *, thing: Thing | None = None, since: float = 0.0, limit: int = 20_000) -> list[TasteEvent]:
        """The newest ``limit``, oldest first. Kinds of a newer PodMix are passed over."""
        known = {str(kind) for kind in EventKind}
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT kind, thing, number, at, seconds, place FROM events WHERE at >= ? AND (? IS NULL OR thing = ?) "
                "ORDER BY id DESC LIMIT ?", (since, thing and str(thing), thing and str(thing), limit)).fetchall()
        return [TasteEvent(EventKind(row["kind"]), Thing(row["thing"]), row["number"], row["at"], row["seconds"],
                           row["place"]) for row in reversed(rows) if row["kind"] in known]

    def disliked(self, thing: Thing) -> frozenset[int]:
        """What the last word on it is "less like this"."""
        said: dict[int, str] = {}
        with self._database.read() as connection:
            for row in connection.execute("SELECT number, kind FROM events WHERE thing = ? AND kind IN (?,?,?) "
                                          "ORDER BY id", (str(thing), str(EventKind.DISLIKED), str(EventKind.CLEARED),
                                                          str(EventKind.LIKED))):
                said[row["number"]] = row["kind"]
        return frozenset(number for number, kind in said.items() if kind == EventKind.DISLIKED)

    def event_counts(self) -> dict[str, int]:
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(
                "SELECT kind, COUNT(*) FROM events GROUP BY kind ORDER BY COUNT(*) DESC, kind")}

    def newest_event(self) -> int:
        """A number that grows with every event: a cheap way to see that a profile is stale."""
        with self._database.read() as connection:
            return int(connection.execute("SELECT COALESCE(MAX(id), 0) FROM events").fetchone()[0])

    # -- feeds handed out --

    def add_impressions(self, shown: Sequence[Impression]) -> None:
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO impressions (feed, at, place, number, propensity, score, explored, policy) "
                "VALUES (?,?,?,?,?,?,?,?)",
                [(i.feed, i.at, i.place, i.number, i.propensity, i.score, i.explored, i.policy) for i in shown])

    def impressions(self, *, limit: int = 10_000) -> list[Impression]:
        """The newest ``limit``, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM impressions ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [Impression(r["feed"], r["at"], r["place"], r["number"], r["propensity"], r["score"],
                           bool(r["explored"]), r["policy"]) for r in reversed(rows)]

    # -- what things are --

    def put_items(self, items: Iterable[Item]) -> None:
        now = self._clock()
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO items VALUES (?,?,?,?,?,?,?,?)",
                [(str(i.thing), i.number, i.digest, i.version, i.vector, json.dumps(i.facts), i.title, now)
                 for i in items])

    def items(self, thing: Thing) -> dict[int, Item]:
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM items WHERE thing = ?", (str(thing),)).fetchall()
        return {row["number"]: Item(thing, row["number"], row["digest"], row["version"], row["vector"],
                                    json.loads(row["facts"]), row["title"]) for row in rows}

    # -- documents: chosen interests, friends' files, mixes --

    def put_document(self, kind: str, name: str, body: Any) -> None:
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO documents VALUES (?,?,?,?)",
                               (kind, name, json.dumps(body, ensure_ascii=False), self._clock()))

    def documents(self, kind: str) -> dict[str, Any]:
        """Name -> body, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT name, body FROM documents WHERE kind = ? ORDER BY made, name",
                                      (kind,)).fetchall()
        return {row["name"]: json.loads(row["body"]) for row in rows}

    def drop_document(self, kind: str, name: str) -> bool:
        with self._database.write() as connection:
            return connection.execute("DELETE FROM documents WHERE kind = ? AND name = ?", (kind, name)).rowcount > 0

    # -- keeping less --

    def prune(self, keep_days: float = KEEP_DAYS, most: int = MOST_EVENTS) -> int:
        """Let go of what is older than ``keep_days``, of all but the newest ``most``; returns how many events went.

        Counted from the newest reaction where the clock is ahead of it: one start with a wrong date forgets nothing.
        """
        with self._database.write() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            newest = connection.execute("SELECT MAX(at) FROM events").fetchone()[0]
            limit = min(self._clock(), newest if newest is not None else math.inf) - keep_days * _DAY_S
            gone = connection.execute(
                "DELETE FROM events WHERE at < ? OR id <= (SELECT COALESCE(MAX(id), 0) FROM events) - ?",
                (limit, most)).rowcount
            connection.execute("DELETE FROM impressions WHERE at < ?", (limit,))
        return gone

    def erase(self) -> None:
        """Everything goes, and its bytes with it. Raises DatabaseError where another PodMix does not let go."""
        with self._database.write() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            for table in ("events", "impressions", "items", "documents"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - fixed names
        self._database.forget_deleted()
