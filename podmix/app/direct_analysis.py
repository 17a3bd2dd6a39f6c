# SPDX-License-Identifier: GPL-3.0-or-later
"""Files analysed because somebody asked: they need not be in the library.

A file that is in the library, and stands there as it was scanned, gets its results stored; what is stored already by
the present analysers is not made again. What a person put right holds over what is heard.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Collection, Generator, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from podmix.app.analysis_pool import AnalysisPool, Answer
from podmix.app.application import Application
from podmix.app.core import Options
from podmix.music.analysis_form import printed_line
from podmix.music.analysis_kinds import KINDS, checked_kinds, versions
from podmix.music.library_types import TrackId
from podmix.music.scanning import KnownFile
from podmix.music.walking import walk
from podmix.paths import Home
from podmix.progress import Progress, finish

Plain = dict[str, Any]

PRINTED = ("beats", "key", "loudness", "energy", "structure", "cues")


def files_of(words: Sequence[str]) -> list[str]:
    """The files named, and all music below the folders named, each once."""
    found: dict[str, None] = {}
    for word in words:
        if Path(word).is_dir():
            absolute = os.path.abspath(word)  # noqa: PTH100 - bytes that are no text
            inside = sorted(finish(walk([word]), lambda _: None).files)
            named = [os.path.join(word, os.path.relpath(path, absolute)) for path in inside]  # noqa: PTH118
            found |= dict.fromkeys(named or [word])  # a folder without music is told of, like a file without sound
        else:
            found[word] = None
    return [] if all(Path(path).is_dir() for path in found) else list(found)  # nothing at all: the caller says so


class DirectAnalysis:
    """One command's analyses. ``home`` is only opened where it has a library already."""

    def __init__(self, home: Home, *, only: Collection[str] = (), workers: int = 1, again: bool = False) -> None:
        wanted = checked_kinds(only)
        self._only = [kind for kind in KINDS if kind in (wanted or PRINTED)]
        self._workers, self._again, self._models = workers, again, str(home.models)
        self._library = _Library(home) if home.database.is_file() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._library is not None:
            self._library.close()

    def analyse(self, paths: Sequence[str]) -> Generator[Progress | Plain, None, None]:
        """A line (dict) for each path as it is done, progress between them. A failed one is path and error."""
        ready: list[Plain] = []
        yield _stands(0, paths)
        pool = AnalysisPool(self._workers)
        tasks = _Tasks(self, paths, ready)
        done = 0
        for answer in pool.run(tasks):
            for line in (*_taken(ready), self._line(tasks.of(answer.task), answer)):
                done += 1
                yield line
            yield _stands(done, paths)
        yield from _taken(ready)

    def task(self, path: str) -> Plain:
        """What a worker is to do for a path: everything for a track of the library, else what was asked for."""
        track = self._library.track(path) if self._library else None
        kinds = list(versions()) if track is not None else self._only
        grid = self._library.grid(track) if self._library and track is not None else None
        return {"path": path, "kinds": kinds, "grid": grid, "track": track, "models": self._models}

    def stored(self, path: str) -> Plain | None:
        """The line of a track whose stored analyses are of the present; None where it must be heard."""
        if self._library is None or self._again:
            return None
        track = self._library.track(path)
        held = self._library.held(track, self._only) if track is not None else None
        if held is None:
            return None
        duration, payloads = held
        return printed_line(path, duration, payloads, {})

    def _line(self, task: Plain, answer: Answer) -> Plain:
        if answer.result is None:
            return {"path": task["path"], "error": answer.error}
        stored = answer.result["stored"]
        payloads = {kind: stored[kind][1] for kind in self._only if kind in stored}
        if self._library is not None and task["track"] is not None:
            self._library.keep(task["track"], task["path"], stored)
            payloads |= self._library.corrections(task["track"], self._only)
        return printed_line(task["path"], answer.result["duration"], payloads, answer.result["timings"])


class _Tasks:
    """Tasks for the pool, made when it asks; what is stored already goes to ``ready`` instead."""

    def __init__(self, direct: DirectAnalysis, paths: Sequence[str], ready: list[Plain]) -> None:
        self._direct, self._paths, self._ready = direct, paths, ready
        self._given: list[Plain] = []

    def of(self, number: int) -> Plain:
        return self._given[number]

    def __iter__(self) -> Iterator[Plain]:
        for path in self._paths:
            line = self._direct.stored(path)
            if line is not None:
                self._ready.append(line)
                continue
            self._given.append(self._direct.task(path))
            yield self._given[-1]


class _Library:
    """The home's library, as far as it is concerned."""

    def __init__(self, home: Home) -> None:
        self._app = Application.open(home, Options(demo_server=False))
        self._known: dict[str, KnownFile] = self._app.music.known_files()
        self._ids = self._app.music.ids_by_path()
        self._versions = versions()

    def close(self) -> None:
        self._app.close()

    def track(self, path: str) -> TrackId | None:
        """The track of a file that stands as it was scanned."""
        place = os.path.abspath(path)  # noqa: PTH100 - bytes that are no text
        known, track = self._known.get(place), self._ids.get(place)
        if known is None or track is None:
            return None
        try:
            about = os.stat(place)  # noqa: PTH116
        except OSError:
            return None
        return track if (about.st_size, about.st_mtime_ns) == (known.size, known.mtime_ns) else None

    def grid(self, track: TrackId) -> Plain | None:
        corrected = self._app.analyses.correction(track, "beats")
        return corrected.payload if corrected is not None else None

    def held(self, track: TrackId, kinds: Sequence[str]) -> tuple[float, dict[str, Plain]] | None:
        """Duration and payloads of these kinds, if all are of the present analysers."""
        if self._app.analyses.lacking(self._versions, tracks=[track]):
            return None
        found = {kind: self._app.analyses.current(track, kind) for kind in kinds}
        payloads = {kind: one[0] for kind, one in found.items() if one is not None}
        row = self._app.music.track(track)
        if row is None or any("error" in payload for payload in payloads.values()):
            return None
        return row.duration or 0.0, payloads

    def keep(self, track: TrackId, path: str, stored: Plain) -> None:
        sound = self._known[os.path.abspath(path)].fingerprint  # noqa: PTH100
        made = {kind: (version, payload, base64.b64decode(blob)) for kind, (version, payload, blob) in stored.items()}
        self._app.analyses.save_all(track, made, fingerprint=sound)

    def corrections(self, track: TrackId, kinds: Sequence[str]) -> dict[str, Plain]:
        found = {kind: self._app.analyses.correction(track, kind) for kind in kinds}
        return {kind: one.payload for kind, one in found.items() if one is not None and one.payload is not None}


def _taken(ready: list[Plain]) -> list[Plain]:
    taken, ready[:] = list(ready), []
    return taken


def _stands(done: int, paths: Sequence[str]) -> Progress:
    return Progress("analysis", done, len(paths), "tracks", f"Analysing: {done} of {len(paths)}")
