# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a track beyond its file: analyses, corrections by hand, and marks of other programs.

- An **analysis** is plain data (a JSON-able dict) and perhaps bytes, by track, kind and the analyser's version. It
  belongs to the sound it was made on: where the file's sound has changed it no longer counts.
- A **correction** is what a person put right. It is never overwritten by an analysis and wins when read; a later one
  of the same kind follows it, and all are kept. Times in a correction hold while the sound is as long as it was.
- **Imported marks** are cues and grids of DJ programs, by source.

Payloads are open. Four of their fields show in the music table: ``tempo`` of "beats", ``key`` of "key", ``lufs`` (or
``integrated_lufs``) of "loudness", ``energy`` of "energy".
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from podmix.database import Connection, Database, Row
from podmix.errors import UsageError
from podmix.music.interop.key_notation import parse_key
from podmix.music.library_types import Analysis, Correction, DjCue, DjMarks, TempoMark, TrackId
from podmix.music.store_tables import moment

KINDS = ("beats", "key", "loudness", "energy", "structure", "cues", "waveform", "embedding")
SHOWN_FIELDS = {"beats": ("tempo",), "key": ("key",), "loudness": ("lufs", "integrated_lufs"), "energy": ("energy",)}
"""Kind -> the payload's field that the music table shows, under the names it may have."""

_SAME_LENGTH_S = 0.05
_PACK_FROM = 1024  # bytes of JSON; shorter ones gain nothing

_IN_FORCE = ("(c.fingerprint = t.fingerprint OR ABS(c.duration - t.duration) < ? "
             "OR c.kind IN ('key', 'loudness', 'energy', 'embedding'))")
_CORRECTION = (f"SELECT c.kind, c.payload, c.made FROM corrections c JOIN tracks t ON t.id = c.track_id "  # noqa: S608
               f"WHERE c.track_id = ? AND c.kind = ? AND {_IN_FORCE} ORDER BY c.id DESC LIMIT 1")
_ANALYSIS = ("SELECT a.kind, a.version, a.payload, a.data, a.made FROM analyses a JOIN tracks t ON t.id = a.track_id "
             "WHERE a.track_id = ? AND a.kind = ? AND a.fingerprint = t.fingerprint ORDER BY a.made DESC LIMIT 1")


class AnalysisStore:
    """Analyses, corrections and imported marks of tracks; safe to share between threads."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # -- analyses --

    def save(self, track: TrackId, kind: str, version: str, payload: Mapping[str, Any], *, blob: bytes = b"",
             fingerprint: bytes | None = None, keep_older: bool = False) -> None:
        """Store one analysis; older versions of the kind go unless ``keep_older``.

        ``fingerprint`` is of the sound that was analysed (None: of the file as it is known now). A track that is gone
        is nothing to store for. Raises UsageError for an unknown kind.
        """
        self.save_all(track, {kind: (version, payload, blob)}, fingerprint=fingerprint, keep_older=keep_older)

    def save_all(self, track: TrackId, made: Mapping[str, tuple[str, Mapping[str, Any], bytes]], *,
                 fingerprint: bytes | None = None, keep_older: bool = False) -> None:
        """``save`` for several kinds (kind -> version, payload, blob) in one transaction."""
        for kind in made:
            _known(kind)
        rows = [(kind, version, _packed(payload), blob) for kind, (version, payload, blob) in made.items()]
        with self._database.write() as connection:
            row = connection.execute("SELECT fingerprint FROM tracks WHERE id = ?", (track,)).fetchone()
            if row is None:
                return
            sound = fingerprint or row["fingerprint"]
            for kind, version, payload, blob in rows:
                if not keep_older:
                    connection.execute("DELETE FROM analyses WHERE track_id = ? AND kind = ?", (track, kind))
                connection.execute("INSERT OR REPLACE INTO analyses VALUES (?,?,?,?,?,?,?)",
                                   (track, kind, version, sound, payload, blob, self._clock()))
            settle(connection, [track])

    def analysis(self, track: TrackId, kind: str) -> Analysis | None:
        """The newest analysis of the sound as it is now; corrections aside."""
        _known(kind)
        with self._database.read() as connection:
            row = connection.execute(_ANALYSIS, (track, kind)).fetchone()
        return _analysis_of(row) if row is not None else None

    def lacking(self, wanted: Mapping[str, str], *, tracks: Iterable[TrackId] | None = None) -> list[TrackId]:
        """Tracks that are there and lack any of these analyses (kind -> version) of their present sound."""
        if not wanted:
            return []
        have = " OR ".join(["(a.kind = ? AND a.version = ?)"] * len(wanted))
        values = [value for pair in wanted.items() for value in pair]
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id FROM tracks t WHERE removed IS NULL AND missing IS NULL AND problem = '' "  # noqa: S608
                "AND (SELECT COUNT(*) FROM analyses a WHERE a.track_id = t.id AND a.fingerprint = t.fingerprint "
                f"AND ({have})) < ? ORDER BY id", (*values, len(wanted))).fetchall()
        among = None if tracks is None else set(tracks)
        return [TrackId(row["id"]) for row in rows if among is None or row["id"] in among]

    def older(self, kind: str, than: datetime) -> list[TrackId]:
        """Tracks that are there and whose newest analysis of this kind was made before a moment."""
        _known(kind)
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT t.id, MAX(a.made) AS newest FROM tracks t JOIN analyses a ON a.track_id = t.id "
                "AND a.fingerprint = t.fingerprint WHERE t.removed IS NULL AND t.missing IS NULL AND a.kind = ? "
                "GROUP BY t.id ORDER BY t.id", (kind,)).fetchall()
        return [TrackId(row["id"]) for row in rows if moment(row["newest"]) < than]

    def overviews(self, tracks: Sequence[TrackId]) -> dict[TrackId, bytes]:
        """The peaks of the overview waveform (see ``waveform_bytes``) of those that have one."""
        marks = ", ".join("?" * len(tracks))
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT a.track_id, substr(a.data, 1 + 6 * json_extract(CAST(a.payload AS TEXT), '$.points'), "  # noqa: S608
                "3 * json_extract(CAST(a.payload AS TEXT), '$.overview_points')) FROM analyses a "
                "JOIN tracks t ON t.id = a.track_id AND t.fingerprint = a.fingerprint "
                f"WHERE a.kind = 'waveform' AND a.track_id IN ({marks}) ORDER BY a.made", tuple(tracks)).fetchall()
        return {TrackId(row[0]): bytes(row[1]) for row in rows if row[1]}

    def blobs(self, kind: str, version: str) -> dict[TrackId, bytes]:
        """The bytes of one kind of analysis, of every track whose sound is still the one that was analysed."""
        _known(kind)
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT a.track_id, a.data FROM analyses a JOIN tracks t ON t.id = a.track_id "
                "AND t.fingerprint = a.fingerprint WHERE a.kind = ? AND a.version = ?", (kind, version)).fetchall()
        return {TrackId(row[0]): bytes(row[1]) for row in rows if row[1]}

    # -- what holds --

    def current(self, track: TrackId, kind: str) -> tuple[dict[str, Any], str] | None:
        """(payload, origin) of what holds: origin is "hand" or the analyser's version; None where nothing is known."""
        if (correction := self.correction(track, kind)) is not None and correction.payload is not None:
            return correction.payload, "hand"
        analysis = self.analysis(track, kind)
        return (analysis.payload, analysis.version) if analysis is not None else None

    # -- by hand --

    def correct(self, track: TrackId, kind: str, payload: Mapping[str, Any] | None) -> None:
        """Keep what a person put right; None goes back to the analysis. Raises UsageError for an unknown track."""
        _known(kind)
        text = None if payload is None else _json(payload)
        with self._database.write() as connection:
            done = connection.execute(
                "INSERT INTO corrections (track_id, kind, payload, made, fingerprint, duration) "
                "SELECT id, ?, ?, ?, fingerprint, duration FROM tracks WHERE id = ?",
                (kind, text, self._clock(), track))
            if done.rowcount != 1:
                raise UsageError(f"There is no track {track}.")
            settle(connection, [track])

    def correction(self, track: TrackId, kind: str) -> Correction | None:
        """The one in force; its payload is None where the person went back to the analysis."""
        _known(kind)
        with self._database.read() as connection:
            row = connection.execute(_CORRECTION, (track, kind, _SAME_LENGTH_S)).fetchone()
        return _correction_of(row) if row is not None else None

    def corrections(self, track: TrackId, kind: str) -> list[Correction]:
        """All that were ever made, newest first, also those of another sound."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT kind, payload, made FROM corrections WHERE track_id = ? AND kind = ? "
                                      "ORDER BY id DESC", (track, kind)).fetchall()
        return [_correction_of(row) for row in rows]

    # -- of other programs --

    def import_marks(self, track: TrackId, marks: DjMarks) -> None:
        """Replace what this source said about the track."""
        with self._database.write() as connection:
            save_marks(connection, track, marks, self._clock())

    def imported_marks(self, track: TrackId) -> list[DjMarks]:
        """By source, newest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM imported_marks WHERE track_id = ? ORDER BY made DESC, source",
                                      (track,)).fetchall()
        return [marks_of(row) for row in rows]


def save_marks(connection: Connection, track: int, marks: DjMarks, now: float) -> None:
    """Rows for ``marks``; empty ones remove what was there."""
    connection.execute("DELETE FROM imported_marks WHERE track_id = ? AND source = ?", (track, marks.source))
    if marks.cues or marks.grid:
        connection.execute("INSERT INTO imported_marks VALUES (?,?,?,?,?)",
                           (track, marks.source, json.dumps([asdict(cue) for cue in marks.cues]),
                            json.dumps([asdict(mark) for mark in marks.grid]), now))


def marks_of(row: Row) -> DjMarks:
    cues = tuple(DjCue(**(cue | {"colour": tuple(cue["colour"]) if cue["colour"] else None}))
                 for cue in json.loads(row["cues"]))
    return DjMarks(row["source"], cues, tuple(TempoMark(**mark) for mark in json.loads(row["grid"])))


def settle(connection: Connection, tracks: Iterable[int]) -> None:
    """Bring the columns that the music table shows up to what holds: by hand, else analysed, else as tagged."""
    for track in tracks:
        row = connection.execute("SELECT tag_bpm, tag_key, tag_energy, tag_rating, own_rating FROM tracks WHERE id = ?",
                                 (track,)).fetchone()
        if row is None:
            continue
        held = {kind: _held(connection, track, kind, names) for kind, names in SHOWN_FIELDS.items()}
        named = held["key"] if isinstance(held["key"], str) else None
        key = parse_key(named) or parse_key(row["tag_key"])
        rating = row["own_rating"] if row["own_rating"] is not None else row["tag_rating"]
        connection.execute(
            "UPDATE tracks SET bpm = ?, key_order = ?, energy = ?, lufs = ?, rating = NULLIF(?, 0), "
            "analysed = EXISTS (SELECT 1 FROM analyses a WHERE a.track_id = tracks.id "
            "AND a.fingerprint = tracks.fingerprint) WHERE id = ?",
            (_number(held["beats"], row["tag_bpm"]), key.order if key else None,
             _number(held["energy"], row["tag_energy"]), _number(held["loudness"], None), rating, track))


def _held(connection: Connection, track: int, kind: str, names: Sequence[str]) -> Any:
    row = connection.execute(_CORRECTION, (track, kind, _SAME_LENGTH_S)).fetchone()
    if row is not None and row["payload"] is not None:
        payload = json.loads(row["payload"])
    else:
        row = connection.execute(_ANALYSIS, (track, kind)).fetchone()
        payload = _unpacked(row["payload"]) if row is not None else {}
    return next((payload[name] for name in names if name in payload), None)


def _number(found: Any, instead: float | None) -> float | None:
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else instead


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise UsageError(f"There is no analysis “{kind}”.", remedy=f"There are: {', '.join(KINDS)}.")


def _json(payload: Mapping[str, Any]) -> str:
    """Compact text; NaN is refused, for no other reader knows it."""
    return json.dumps(payload, separators=(",", ":"), allow_nan=False)


def _packed(payload: Mapping[str, Any]) -> bytes:
    text = _json(payload).encode()
    return zlib.compress(text, 6) if len(text) > _PACK_FROM else text


def _unpacked(stored: bytes) -> dict[str, Any]:
    # JSON of a dict begins with "{", zlib never does.
    found: dict[str, Any] = json.loads(stored if stored[:1] == b"{" else zlib.decompress(stored))
    return found


def _analysis_of(row: Row) -> Analysis:
    return Analysis(row["kind"], row["version"], _unpacked(row["payload"]), row["data"], moment(row["made"]))


def _correction_of(row: Row) -> Correction:
    return Correction(row["kind"], json.loads(row["payload"]) if row["payload"] is not None else None,
                      moment(row["made"]))
