# SPDX-License-Identifier: GPL-3.0-or-later
"""What mixes are planned from, for any files: from the library where they are known, else analysed and remembered.

Files outside the library are analysed in worker processes; what was found is kept in the cache by the file's path,
size and time, so that the next mix of the same files is planned at once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from podmix.app.analysis_pool import AnalysisPool, usual_workers
from podmix.app.core import Options
from podmix.automix.facts import TrackFacts, TrackLabels
from podmix.automix.stored_facts import KINDS, Payloads, facts_from
from podmix.errors import PodMixError
from podmix.music.analysis_kinds import versions
from podmix.music.library_types import TrackId, TrackTags
from podmix.music.tags import read_file
from podmix.paths import Home, atomic_write
from podmix.progress import Progress, Steps

_LOG = logging.getLogger("podmix.automix")

MOST_REMEMBERED = 3_000
LARGEST_REMEMBERED = 32 * 1024 * 1024
Plain = dict[str, Any]


def gather_facts(home: Home, paths: Sequence[str], *, workers: int | None = None) -> Steps[list[TrackFacts]]:
    """Facts of every path, in order. A file that cannot be read has a ``problem`` and no length."""
    found: dict[str, TrackFacts] = {}
    wanted = list(dict.fromkeys(paths))
    library = _Library(home) if home.database.is_file() else None
    try:
        for path in wanted:
            known = library.facts(path) if library is not None else None
            known = known or _remembered(home, path)
            if known is not None:
                found[path] = known
    finally:
        if library is not None:
            library.close()
    lacking = [path for path in wanted if path not in found]
    yield _stands(len(found), wanted)
    if lacking:
        there = [path for path in lacking if Path(path).is_file()]
        found |= {path: _unusable(path, "the file is not there.") for path in lacking if path not in set(there)}
        kinds = [kind for kind in versions() if kind in KINDS]
        pool = AnalysisPool(workers or usual_workers(), niceness=0)
        for answer in pool.run({"path": path, "kinds": kinds} for path in there):
            path = there[answer.task]
            if answer.result is None:
                found[path] = _unusable(path, answer.error)
            else:
                _remember(home, path, answer.result)
                found[path] = _facts(path, answer.result)
            yield _stands(len(found), wanted)
    return [found[path] for path in paths]


def _stands(done: int, wanted: Sequence[str]) -> Progress:
    return Progress("analysis", done, len(wanted), "tracks", f"Getting to know the tracks: {done} of {len(wanted)}")


def _unusable(path: str, problem: str) -> TrackFacts:
    return TrackFacts(path, 0.0, problem=problem)


def labels_of(tags: TrackTags) -> TrackLabels:
    return TrackLabels(tags.title, tags.artist, tags.album, tags.album_artist, tags.genre, tags.disc_number,
                       tags.track_number)


def _read_labels(path: str) -> TrackLabels:
    try:
        return labels_of(read_file(Path(path)).tags)
    except (PodMixError, OSError) as problem:
        _LOG.info("no tags of %s: %s", path, problem)
        return TrackLabels()


def _facts(path: str, result: Plain) -> TrackFacts:
    payloads: Payloads = {kind: (payload, base64.b64decode(blob))
                          for kind, (_, payload, blob) in result["stored"].items()}
    return facts_from(path, float(result["duration"]), _read_labels(path), payloads)


# -- remembered --


def _place(home: Home, path: str) -> Path | None:
    """Where the facts of a file as it is now are kept; None where there is no such file."""
    try:
        about = os.stat(path)  # noqa: PTH116 - bytes that are no text
    except (OSError, ValueError):
        return None
    made = sorted((kind, version) for kind, version in versions().items() if kind in KINDS)
    key = json.dumps([os.path.abspath(path), about.st_size, about.st_mtime_ns, made])  # noqa: PTH100
    return home.cache / "automix" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def _remembered(home: Home, path: str) -> TrackFacts | None:
    place = _place(home, path)
    try:
        if place is None or not place.is_file() or place.stat().st_size > LARGEST_REMEMBERED:
            return None
        return _facts(path, json.loads(place.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:  # cut short, or of another version
        _LOG.info("what was remembered of %s is not used: %s", path, problem)
        return None


def _remember(home: Home, path: str, result: Plain) -> None:
    place = _place(home, path)
    if place is None:
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _make_room(place.parent)
        with atomic_write(place) as out:
            out.write(json.dumps({"duration": result["duration"], "stored": result["stored"]}).encode("ascii"))  # type: ignore[arg-type]
    except OSError as problem:
        _LOG.warning("facts could not be remembered: %s", problem)


def _make_room(folder: Path) -> None:
    """The oldest go when there are too many."""
    held = list(folder.glob("*.json"))
    if len(held) >= MOST_REMEMBERED:
        for old in sorted(held, key=lambda one: one.stat().st_mtime)[: len(held) - MOST_REMEMBERED + 1]:
            old.unlink(missing_ok=True)


# -- the library --


class _Library:
    """The home's library: tracks that stand as they were scanned, with analyses of now."""

    def __init__(self, home: Home) -> None:
        from podmix.app.application import Application  # which has these verbs among its own

        self._app = Application.open(home, Options(demo_server=False))
        self._known = self._app.music.known_files()
        self._ids = self._app.music.ids_by_path()
        self._lacking = set(self._app.analyses.lacking(
            {kind: version for kind, version in versions().items() if kind in KINDS}))

    def close(self) -> None:
        self._app.close()

    def facts(self, path: str) -> TrackFacts | None:
        place = os.path.abspath(path)  # noqa: PTH100
        known, track = self._known.get(place), self._ids.get(place)
        if known is None or track is None or track in self._lacking:
            return None
        try:
            about = os.stat(place)  # noqa: PTH116
        except OSError:
            return None
        row = self._app.music.track(track)
        if (about.st_size, about.st_mtime_ns) != (known.size, known.mtime_ns) or row is None or not row.duration:
            return None
        labels = TrackLabels(row.title, row.artist, row.album, row.album_artist, row.genre, row.disc_number,
                             row.track_number)
        payloads, by_hand = self._payloads(track)
        imported = [marks.cues for marks in self._app.analyses.imported_marks(track)]
        facts = facts_from(path, row.duration, labels, payloads, by_hand=by_hand, rating=row.rating, imported=imported)
        return replace(facts, duration=_decoded(payloads, row.duration))

    def _payloads(self, track: TrackId) -> tuple[Payloads, frozenset[str]]:
        held: dict[str, tuple[Plain, bytes]] = {}
        by_hand = set()
        for kind in KINDS:
            if (analysis := self._app.analyses.analysis(track, kind)) is not None:
                held[kind] = (analysis.payload, analysis.blob)
            corrected = self._app.analyses.correction(track, kind) if kind in ("beats", "key", "cues") else None
            if corrected is not None and corrected.payload is not None:
                held[kind] = (corrected.payload, b"")
                by_hand.add(kind)
        return held, frozenset(by_hand)


def _decoded(payloads: Payloads, claimed: float) -> float:
    """The length that was heard: the waveform covers it; headers may be wrong."""
    waveform = payloads.get("waveform")
    if waveform is None or not waveform[0].get("points") or not waveform[0].get("points_per_second"):
        return claimed
    heard = float(waveform[0]["points"]) / float(waveform[0]["points_per_second"])
    return claimed if abs(heard - claimed) < 0.5 else min(heard, claimed) if heard < claimed else heard
