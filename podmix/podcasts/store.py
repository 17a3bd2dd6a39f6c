# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows and episodes in the database: every query on these tables is here.

A refresh never loses what belongs to the listener (position, state, audio) and never deletes an episode that left
the feed. SQL that is put together holds fixed column names only, values are always bound. Notes
leave the store safe (``episode``) or as plain text (``notes_text``), never raw.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podmix.database import Connection, Database
from podmix.errors import UsageError
from podmix.podcasts import store_tables as tables
from podmix.podcasts.notes import plain_text, safe_html
from podmix.podcasts.store_merge import Known, episode_keys, renamed
from podmix.podcasts.store_tables import EPISODE_COLUMNS, MIGRATIONS, SHOW_COLUMNS
from podmix.podcasts.types import (
    Episode,
    EpisodeState,
    Feed,
    FeedItem,
    FeedState,
    HttpState,
    Show,
    UpdateResult,
)

__all__ = ["MIGRATIONS", "PodcastStore"]

_SHOWS = "SELECT s.*, (SELECT COUNT(*) FROM episodes e WHERE e.show_id = s.id) AS episodes FROM shows s"
_EPISODES = "SELECT e.*, s.title AS show_title, s.language, s.site FROM episodes e JOIN shows s ON s.id = e.show_id"
_INSERT = (f"INSERT INTO episodes ({', '.join(EPISODE_COLUMNS)}, fingerprint, sort_key, show_id, first_seen) "  # noqa: S608
           f"VALUES ({', '.join('?' * (len(EPISODE_COLUMNS) + 4))})")
_UPDATE = (f"UPDATE episodes SET {', '.join(f'{name} = ?' for name in EPISODE_COLUMNS)}, fingerprint = ?, "  # noqa: S608
           "sort_key = COALESCE(?, sort_key), in_feed = 1 WHERE id = ?")
_NOTES = "INSERT OR REPLACE INTO episode_notes (episode_id, notes, more) VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An item as it will be written."""

    key: str
    values: tuple[Any, ...]
    fingerprint: bytes
    published: float | None
    notes: str
    more: str


class PodcastStore:
    """The one owner of shows and episodes; safe to share between threads (``Database`` is)."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    # -- from feeds --

    def add_show(self, feed: Feed, url: str, folder: str = "", http: HttpState | None = None) -> Show:
        """Subscribe: store the show and its episodes. An address already known is updated (and shown again)."""
        url = url.strip()
        if not url:
            raise UsageError("A show needs an address.")
        with self._database.write() as connection:
            known = connection.execute("SELECT id FROM shows WHERE url = ?", (url,)).fetchone()
            if known is not None:
                show_id = int(known["id"])
                connection.execute("UPDATE shows SET hidden = 0, gone = 0 WHERE id = ?", (show_id,))
            else:
                show_id = self._insert_show(connection, feed, url, folder)
            self.update_show(show_id, feed, http)
        show = self.show(show_id)
        assert show is not None
        return show

    def _insert_show(self, connection: Connection, feed: Feed, url: str, folder: str) -> int:
        names = (*SHOW_COLUMNS, "url", "folder", "added")
        done = connection.execute(f"INSERT INTO shows ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",  # noqa: S608
                                  (*tables.show_values(feed), url, folder, self._clock().timestamp()))
        return int(done.lastrowid or 0)

    def update_show(self, show_id: int, feed: Feed, http: HttpState | None = None) -> UpdateResult:
        """Take over a freshly parsed feed; one transaction. Unknown ``show_id``: nothing happens.

        ``http.url`` other than empty moves the show there, unless another show already lives there.
        """
        keyed = episode_keys(feed.items)
        prepared = [self._prepare(feed, item, key) for key, item in keyed.items()]
        with self._database.write() as connection:
            row = connection.execute("SELECT * FROM shows WHERE id = ?", (show_id,)).fetchone()
            if row is None:
                return UpdateResult()
            values = tables.show_values(feed)
            edited = any(row[name] != value for name, value in zip(SHOW_COLUMNS, values, strict=True))
            if edited:
                self._set("shows", show_id, **dict(zip(SHOW_COLUMNS, values, strict=True)))
            new, changed = self._merge(connection, show_id, prepared, keyed, partial=bool(feed.next_page))
            self._answered(connection, show_id, http or HttpState())
        return UpdateResult(tuple(new), tuple(changed), edited)

    @staticmethod
    def _prepare(feed: Feed, item: FeedItem, key: str) -> _Prepared:
        values, more = tables.episode_values(feed, item, key), tables.more_of(item)
        return _Prepared(key, values, tables.fingerprint(values, item.notes_html, more), tables.stamp(item.published),
                         item.notes_html, more)

    def _merge(self, connection: Connection, show_id: int, prepared: list[_Prepared], keyed: dict[str, FeedItem], *,
               partial: bool) -> tuple[list[int], list[int]]:
        """Write new and edited episodes; returns their ids, new ones newest first."""
        rows = connection.execute("SELECT id, guid, enclosure_url, title, published, fingerprint, in_feed "
                                  "FROM episodes WHERE show_id = ?", (show_id,)).fetchall()
        known = {row["guid"]: row for row in rows}
        moved = renamed((Known(*tuple(row)[:5]) for row in rows), keyed)
        ids = {key: int(known[key]["id"]) for key in keyed if key in known}
        ids |= {key: one.id for key, one in moved.items()}
        prints = {int(row["id"]): row["fingerprint"] for row in rows if row["in_feed"]}
        edited = [(ids[one.key], one) for one in prepared
                  if one.key in ids and prints.get(ids[one.key]) != one.fingerprint]
        connection.executemany(_UPDATE, [(*one.values, one.fingerprint, one.published, number)
                                         for number, one in edited])
        fresh = [one for one in prepared if one.key not in ids]
        new = self._insert(connection, show_id, fresh)
        connection.executemany(_NOTES, [(number, one.notes, one.more) for number, one in [*edited, *new]])
        if not partial:
            here = set(ids.values())
            connection.executemany("UPDATE episodes SET in_feed = 0 WHERE id = ?",
                                   [(row["id"],) for row in rows if row["in_feed"] and row["id"] not in here])
        newest = sorted(new, key=lambda pair: pair[1].published if pair[1].published is not None else float("inf"),
                        reverse=True)
        return [number for number, _ in newest], [number for number, _ in edited]

    def _insert(self, connection: Connection, show_id: int, fresh: list[_Prepared]) -> list[tuple[int, _Prepared]]:
        if not fresh:
            return []
        now = self._clock().timestamp()
        last = connection.execute("SELECT COALESCE(MAX(id), 0) FROM episodes").fetchone()[0]
        # Undated items keep the order of the feed: each a second older than the one before.
        connection.executemany(_INSERT, [
            (*one.values, one.fingerprint, now - place if one.published is None else one.published, show_id, now)
            for place, one in enumerate(fresh)])
        ids = {row["guid"]: int(row["id"]) for row in connection.execute(
            "SELECT id, guid FROM episodes WHERE show_id = ? AND id > ?", (show_id, last))}
        return [(ids[one.key], one) for one in fresh]

    def _answered(self, connection: Connection, show_id: int, http: HttpState) -> None:
        connection.execute("UPDATE shows SET etag = ?, last_modified = ?, refreshed = ?, next_due = ?, errors = 0, "
                           "problem = '', gone = 0 WHERE id = ?",
                           (http.etag, http.last_modified, self._clock().timestamp(), tables.stamp(http.next_due),
                            show_id))
        if http.url:
            self.move_show_url(show_id, http.url)

    # -- refreshing --

    def feed_states(self) -> list[FeedState]:
        """What refreshing needs of every show that is subscribed, the longest waiting first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM shows WHERE NOT hidden "
                                      "ORDER BY next_due NULLS FIRST, id").fetchall()
        return [tables.feed_state_of(row) for row in rows]

    def feed_state(self, show_id: int) -> FeedState | None:
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM shows WHERE id = ?", (show_id,)).fetchone()
        return tables.feed_state_of(row) if row is not None else None

    def known_guids(self, show_id: int) -> frozenset[str]:
        """The guids stored for a show: further pages of its feed are read only until they join up with these."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT guid, enclosure_url FROM episodes WHERE show_id = ?",
                                      (show_id,)).fetchall()
        return frozenset(row["guid"].removesuffix(f"#{row['enclosure_url']}") for row in rows)

    def episodes_of_shows(self) -> dict[int, int]:
        """Episode -> show, for every stored episode."""
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute("SELECT id, show_id FROM episodes")}

    def note_unchanged(self, show_id: int, next_due: datetime | None = None, http: HttpState | None = None) -> None:
        """The server said 304: nothing new. With ``http``, its non-empty fields replace the stored ones."""
        http = http or HttpState()
        with self._database.write() as connection:
            connection.execute(
                "UPDATE shows SET refreshed = ?, next_due = ?, errors = 0, problem = '', "
                "etag = COALESCE(NULLIF(?, ''), etag), "
                "last_modified = COALESCE(NULLIF(?, ''), last_modified) WHERE id = ?",
                (self._clock().timestamp(), tables.stamp(next_due or http.next_due), http.etag, http.last_modified,
                 show_id))
            if http.url:
                self.move_show_url(show_id, http.url)

    def note_problem(self, show_id: int, problem: str, next_due: datetime | None = None, *, gone: bool = False) -> None:
        """A refresh failed; ``gone`` (410) ends polling until the person asks again."""
        with self._database.write() as connection:
            connection.execute("UPDATE shows SET errors = errors + 1, problem = ?, next_due = ?, gone = gone OR ? "
                               "WHERE id = ?", (problem, tables.stamp(next_due), gone, show_id))

    def move_show_url(self, show_id: int, url: str) -> bool:
        """The show lives at ``url`` from now on; False (and nothing changes) when another show already does."""
        with self._database.write() as connection:
            done = connection.execute("UPDATE shows SET url = ? WHERE id = ? AND NOT EXISTS "
                                      "(SELECT 1 FROM shows WHERE url = ? AND id <> ?)", (url, show_id, url, show_id))
            return bool(done.rowcount == 1)

    # -- shows --

    def shows(self, *, hidden: bool = False) -> list[Show]:
        """All shows by title; hidden ones only if asked."""
        with self._database.read() as connection:
            rows = connection.execute(f"{_SHOWS} WHERE s.hidden <= ? ORDER BY s.title COLLATE NOCASE, s.id",
                                      (hidden,)).fetchall()
        return [tables.show_of(row) for row in rows]

    def show(self, show_id: int) -> Show | None:
        return self._one_show("s.id = ?", show_id)

    def show_by_url(self, url: str) -> Show | None:
        return self._one_show("s.url = ?", url.strip())

    def shows_by_guid(self, guid: str) -> list[Show]:
        """Shows that carry this ``podcast:guid``: perhaps the same show at another address; ask before merging."""
        with self._database.read() as connection:
            rows = connection.execute(f"{_SHOWS} WHERE s.guid = ? COLLATE NOCASE AND s.guid <> ''", (guid,)).fetchall()
        return [tables.show_of(row) for row in rows]

    def _one_show(self, where: str, value: object) -> Show | None:
        with self._database.read() as connection:
            row = connection.execute(f"{_SHOWS} WHERE {where}", (value,)).fetchone()
        return tables.show_of(row) if row is not None else None

    def set_image(self, show_id: int, path: Path | None) -> None:
        self._set("shows", show_id, image_path=str(path) if path else None)

    def set_folder(self, show_id: int, folder: str) -> None:
        self._set("shows", show_id, folder=folder)

    def hide_show(self, show_id: int) -> None:
        """Unsubscribe so that it can be undone: nothing is deleted."""
        self._set("shows", show_id, hidden=True)

    def restore_show(self, show_id: int) -> None:
        self._set("shows", show_id, hidden=False)

    def purge(self, show_id: int) -> tuple[Path, ...]:
        """Delete a show and its episodes for good; returns the audio files, which the caller removes."""
        with self._database.write() as connection:
            paths = connection.execute("SELECT audio_path FROM episodes WHERE show_id = ? AND audio_path IS NOT NULL",
                                       (show_id,)).fetchall()
            connection.execute("DELETE FROM shows WHERE id = ?", (show_id,))
        return tuple(Path(row["audio_path"]) for row in paths)

    def counts(self) -> dict[str, int]:
        """``{"shows", "episodes", "new", "downloaded", …}`` of subscribed shows."""
        with self._database.read() as connection:
            shows = connection.execute("SELECT COUNT(*) FROM shows WHERE NOT hidden").fetchone()[0]
            states = connection.execute("SELECT e.state, COUNT(*) AS n FROM episodes e "
                                        "JOIN shows s ON s.id = e.show_id "
                                        "WHERE NOT s.hidden GROUP BY e.state").fetchall()
        found = {state.value: 0 for state in EpisodeState} | {row["state"]: row["n"] for row in states}
        return {"shows": shows, "episodes": sum(found.values()), **found}

    # -- episodes --

    def episodes(self, show_id: int | None = None, *, limit: int = 100, offset: int = 0,
                 states: Iterable[EpisodeState] = ()) -> list[Episode]:
        """Episodes newest first, without notes; of all subscribed shows when ``show_id`` is None."""
        wanted = [EpisodeState(state).value for state in states]
        where = "NOT s.hidden" if show_id is None else "e.show_id = ?"
        if wanted:
            where += f" AND e.state IN ({', '.join('?' * len(wanted))})"
        values = [*([] if show_id is None else [show_id]), *wanted, limit, offset]
        with self._database.read() as connection:
            rows = connection.execute(f"{_EPISODES} WHERE {where} ORDER BY e.sort_key DESC, e.id LIMIT ? OFFSET ?",
                                      values).fetchall()
        return [tables.episode_of(row) for row in rows]

    def episode(self, episode_id: int, *, images: bool = False) -> Episode | None:
        """One episode with safe notes; ``images`` keeps remote pictures in them."""
        with self._database.read() as connection:
            row = connection.execute(f"{_EPISODES} WHERE e.id = ?", (episode_id,)).fetchone()
            notes = self._raw_notes(connection, episode_id)
        if row is None:
            return None
        return tables.episode_of(row, safe_html(notes, images=images, base=row["link"] or row["site"]))

    def notes_text(self, episode_id: int) -> str:
        """The notes as plain text, for ranking and search."""
        with self._database.read() as connection:
            return plain_text(self._raw_notes(connection, episode_id))

    @staticmethod
    def _raw_notes(connection: Connection, episode_id: int) -> str:
        row = connection.execute("SELECT notes FROM episode_notes WHERE episode_id = ?", (episode_id,)).fetchone()
        return str(row["notes"]) if row is not None else ""

    def more(self, episode_id: int) -> dict[str, Any]:
        """What is kept without behaviour (alternate enclosures, location, value…), as in ``podmix feed inspect``."""
        with self._database.read() as connection:
            row = connection.execute("SELECT more FROM episode_notes WHERE episode_id = ?", (episode_id,)).fetchone()
        return dict(json.loads(row["more"])) if row is not None and row["more"] else {}

    def set_state(self, episode_id: int, state: EpisodeState, problem: str = "") -> None:
        self._set("episodes", episode_id, state=EpisodeState(state).value, problem=problem)

    def set_position(self, episode_id: int, position: float, *, played: bool | None = None) -> None:
        """Where listening stopped, in seconds; ``played`` None leaves that mark as it is."""
        self._set("episodes", episode_id, position=max(0.0, position), **({} if played is None else {"played": played}))

    def set_audio(self, episode_id: int, path: Path, size: int, sha256: str,
                  decoded_duration: float | None = None) -> None:
        """The audio lies at ``path``; an episode on its way becomes "downloaded", a ready one stays ready."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE episodes SET audio_path = ?, audio_size = ?, audio_sha256 = ?, decoded_duration = ?, "
                "problem = '', state = CASE WHEN state IN ('working', 'ready') THEN state ELSE 'downloaded' END "
                "WHERE id = ?",
                (str(path), size, sha256, decoded_duration, episode_id))

    def clear_audio(self, episode_id: int) -> None:
        """The audio file is gone (storage policy); hash and length stay, for time marks belong to that file."""
        with self._database.write() as connection:
            connection.execute("UPDATE episodes SET audio_path = NULL, audio_size = NULL, state = CASE "
                               "WHEN state = 'downloaded' THEN 'new' ELSE state END WHERE id = ?", (episode_id,))

    def episodes_with_audio(self) -> list[Episode]:
        """Everything downloaded, oldest first, hidden shows too: what the storage policy looks at."""
        with self._database.read() as connection:
            rows = connection.execute(f"{_EPISODES} WHERE e.audio_path IS NOT NULL ORDER BY e.sort_key").fetchall()
        return [tables.episode_of(row) for row in rows]

    def _set(self, table: str, row_id: int, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",  # noqa: S608
                               (*values.values(), row_id))
