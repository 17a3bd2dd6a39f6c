# SPDX-License-Identifier: GPL-3.0-or-later
"""Noticing changes in folders of music, by looking again.

Looking is done by plain listing, not by the system's notices: those do not come from network drives (where much music
lies), need a watch for every folder (Linux allows few), and would bring a compiled dependency for what costs little.
A pass over 10,000 files takes about a quarter of a second on a busy machine; between two passes lie at least a hundred
times that, so that watching takes at most one part in a hundred of a processor. Each folder is one number: a digest of
the names, sizes and times of its music. A folder is told when two passes running agree on its new state: a copy that
still grows is left to grow.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Protocol

from podmix.music.walking import Walk, walk
from podmix.progress import Progress, finish

SHORTEST_S = 5.0
LONGEST_S = 600.0
_SHARE = 100.0  # time between passes in times of a pass


class FolderWatcher(Protocol):
    """What the application asks of any watcher."""

    def start(self) -> None:
        """Begin; what changed before is not told."""

    def stop(self) -> None:
        """End; returns when no more calls come."""


def states(found: Walk) -> dict[str, bytes]:
    """Folder -> digest of the music directly in it. Closed folders are not in it."""
    inside: dict[str, list[tuple[str, int, int]]] = {}
    for path, (size, mtime_ns) in found.files.items():
        folder, name = os.path.split(path)
        inside.setdefault(folder, []).append((name, size, mtime_ns))
    return {folder: hashlib.blake2b(repr(sorted(files)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
            for folder, files in inside.items()}


class Settling:
    """Which folders differ from what was told, and have been still since the last look. Pure; no clock, no disk."""

    def __init__(self, told: Mapping[str, bytes]) -> None:
        self._told = dict(told)
        self._last = dict(told)

    def look(self, now: Mapping[str, bytes], unknown: Sequence[str] = ()) -> list[str]:
        """The folders to tell after this look. ``unknown`` ones (closed now) count as unchanged, all inside too."""
        settled = []
        for folder in {*now, *self._told, *self._last}:
            if any(folder == one or folder.startswith(one + os.sep) for one in unknown):
                continue
            state = now.get(folder)
            if state == self._last.get(folder) and state != self._told.get(folder):
                settled.append(folder)
                _set(self._told, folder, state)
            _set(self._last, folder, state)
        return sorted(settled)


def _set(states_by_folder: dict[str, bytes], folder: str, state: bytes | None) -> None:
    if state is None:
        states_by_folder.pop(folder, None)
    else:
        states_by_folder[folder] = state


class PollingWatcher:
    """Looks again and again on a thread of its own and calls ``changed`` with the folders that changed.

    Args:
        folders: what to watch; asked before every pass, so that it may change.
        changed: called on the watcher's thread.
        shortest_s: the least time between two passes.
    """

    def __init__(self, folders: Callable[[], Sequence[str]], changed: Callable[[list[str]], None], *,
                 shortest_s: float = SHORTEST_S) -> None:
        self._folders = folders
        self._changed = changed
        self._shortest_s = shortest_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, name="music watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.ident is not None and threading.current_thread() is not self._thread:
            self._thread.join()

    def _live(self) -> None:
        settling: Settling | None = None
        watched: list[str] = []
        pause = 0.0
        while not self._ended.wait(pause):
            began = time.monotonic()
            folders = list(self._folders())
            found = finish(self._heeding_the_end(walk(folders)))
            if found is None:
                return
            now = states(found)
            if settling is None or folders != watched:
                settling, watched = Settling(now), folders  # a new folder is scanned by whoever added it
            elif settled := settling.look(now, [*found.closed, *found.gone]):
                self._changed(settled)
            pause = min(LONGEST_S, max(self._shortest_s, (time.monotonic() - began) * _SHARE))

    def _heeding_the_end(self, steps: Generator[Progress, None, Walk]) -> Generator[Progress, None, Walk | None]:
        while not self._ended.is_set():
            try:
                yield next(steps)
            except StopIteration as stop:
                found: Walk = stop.value
                return found
        return None
