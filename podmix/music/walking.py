# SPDX-License-Identifier: GPL-3.0-or-later
"""Walking through folders of music: which files are there, with size and time, and which folders stayed closed.

Only regular files with a music suffix count: a pipe or a device is never opened. Links to folders are followed, each
folder once by device and number, so that loops end; a linked file counts only where its target is not found itself.
Names are ``str`` with surrogates for bytes that are no text (``os.fsdecode``).
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field

from podmix.progress import Progress

SUFFIXES = frozenset({".mp3", ".flac", ".ogg", ".oga", ".opus", ".spx", ".m4a", ".m4b", ".aac", ".wav", ".aif", ".aiff",
                      ".aifc", ".wma", ".wv", ".ape", ".mpc", ".tta", ".dsf", ".dff"})
_SKIPPED_FOLDERS = frozenset({"@eadir", "$recycle.bin", "system volume information", "__macosx", "#recycle",
                              "lost+found", "_serato_"})
_DEEPEST = 200
_NEWS_S = 0.1


@dataclass(frozen=True, slots=True)
class Walk:
    """What was found.

    ``files`` maps paths to (size, modification time in ns); ``closed`` are folders that could not be listed, with the
    sentence; ``gone`` are the asked-for folders that are not there.
    """

    files: dict[str, tuple[int, int]]
    closed: dict[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


def is_music(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith("._")  # noqa: PTH122 - odd names


def skipped(name: str) -> bool:
    """Folders that hold no music of the person's: hidden ones, waste bins, thumbnails of network drives."""
    return name.startswith(".") or name.lower() in _SKIPPED_FOLDERS


def walk(folders: Sequence[str]) -> Generator[Progress, None, Walk]:
    """Find all music below ``folders``; never raises for what it meets there."""
    walker = _Walker()
    waiting = [(os.path.abspath(folder), 0) for folder in reversed(folders)]  # noqa: PTH100 - bytes that are no text
    told = time.monotonic()
    while waiting:
        waiting += walker.look_into(*waiting.pop())
        if time.monotonic() - told > _NEWS_S:
            told = time.monotonic()
            yield Progress("walk", len(walker.files), None, note=f"Looking through folders, {len(walker.files)} files")
    walker.add_links()
    return Walk(walker.files, walker.closed, tuple(walker.gone))


class _Walker:
    """What one walk has found so far."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, int]] = {}
        self.closed: dict[str, str] = {}
        self.gone: list[str] = []
        self._links: dict[str, os.stat_result] = {}
        self._numbers: set[tuple[int, int]] = set()
        self._seen: set[tuple[int, int]] = set()

    def look_into(self, folder: str, depth: int) -> list[tuple[str, int]]:
        """Note the files of one folder; returns the folders inside with their depth."""
        try:
            about = os.stat(folder)  # noqa: PTH116 - paths with surrogates stay strings here
            if (about.st_dev, about.st_ino) in self._seen:
                return []
            self._seen.add((about.st_dev, about.st_ino))
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as problem:
            there = os.path.isdir(folder)  # noqa: PTH112
            if depth == 0 and not there:
                self.gone.append(folder)
            elif there:
                self.closed[folder] = _why(folder, problem)
            return []
        return [(entry.path, depth + 1) for entry in found if self._take(entry) and depth < _DEEPEST]

    def _take(self, entry: os.DirEntry[str]) -> bool:
        """Note a file; True for a folder to look into."""
        try:
            if entry.is_dir():
                return not skipped(entry.name)
            if is_music(entry.name):
                about = entry.stat()
                if stat.S_ISREG(about.st_mode) and entry.is_symlink():
                    self._links[entry.path] = about
                elif stat.S_ISREG(about.st_mode):
                    self._note(entry.path, about)
        except OSError:  # a link into nowhere, a loop of links, a file that has just gone
            pass
        return False

    def _note(self, path: str, about: os.stat_result) -> None:
        self.files[path] = about.st_size, about.st_mtime_ns
        self._numbers.add((about.st_dev, about.st_ino))

    def add_links(self) -> None:
        for path, about in self._links.items():
            if (about.st_dev, about.st_ino) not in self._numbers:
                self._note(path, about)


def _why(folder: str, problem: OSError) -> str:
    name = folder.encode("utf-8", "replace").decode()
    if isinstance(problem, PermissionError):
        return f"PodMix may not look into {name}."
    return f"The folder {name} could not be read ({problem.strerror or problem})."


def below(path: str, folders: Iterable[str]) -> bool:
    """Whether ``path`` lies in one of the folders."""
    return any(path.startswith(folder if folder.endswith(os.sep) else folder + os.sep) for folder in folders)
