# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a file while it is still being downloaded: what has not come yet is waited for.

A download writes ``NAME.part`` and renames it when it is whole. ``GrowingFile`` is what a demuxer reads instead of the
file: it gives the bytes that are there, waits for those that are not, and follows the file through its renaming, for
the open handle stays the same. It never raises into the demuxer, which would swallow it or take it for the file's
end: it ends the file and keeps the reason in ``problem`` for whoever drives the demuxer.

While the headers are read (``opening``), nothing may be asked for that would mean waiting for the end: the size is
unknown and seeks beyond what has come are refused, as demuxers expect it of a pipe. They only look there for footers
(ID3v1, the last Ogg page). Two exceptions: an MP4 whose index stands at its end is waited for, as nothing of it can be
played before; an MP3 demuxer is told the expected size, which it compares with the Xing header's.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from podmix.errors import AudioError, Cancelled

STALLED_S = 30.0  # no byte came for so long: the download has stopped
LONGEST_WAIT_S = 900.0  # bytes come, but not the ones that are needed
SETTLED_S = 1.0  # as long as expected, and no longer for so long: whole, though not renamed yet
FIRST_LOOK_S, LAST_LOOK_S = 0.01, 0.1  # from look to look while waiting
LARGEST_TAG = 12_000_000  # bytes: FFmpeg takes minutes and gigabytes over a tag of 100 MB
LARGEST_FILE = 1 << 50
MOST_ATOMS = 64  # looked at before the index of an MP4 is taken to be early

Wait = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class GrowingTo:
    """What a file that is being downloaded becomes.

    ``final_path`` is its name when whole, in the same folder; ``expected_bytes`` its length as the server announced
    it, None where it did not.
    """

    final_path: Path
    expected_bytes: int | None = None

    def place(self, part: Path) -> Path:
        """Where the file is now: still the part, or its final name, or (its kind was misjudged) another ending."""
        if _exists(part) or _exists(self.final_path):
            return part if _exists(part) else self.final_path
        stem = self.final_path.stem + "."
        others = (path for path in self.final_path.parent.iterdir() if path.name.startswith(stem)) \
            if _exists(self.final_path.parent) else ()
        return next((path for path in others if not path.name.endswith((".part", ".json", ".download"))),
                    self.final_path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def never() -> bool:
    return False


def unread_tag(head: bytes) -> int:
    """Bytes of the ID3v2 tag that begins with these ten where it is too large to be read, else 0."""
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
        return 0
    size = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    return size if size > LARGEST_TAG else 0


class GrowingFile:
    """A readable, seekable binary file over ``path``, which another process is still writing.

    Not to be used from two threads at once. ``cancelled`` is asked at every look while waiting; it may also raise
    AudioError to say why no more will come. ``wait`` sleeps so many seconds, ``clock`` counts them (tests bring their
    own).
    """

    def __init__(self, path: Path, to: GrowingTo, *, cancelled: Callable[[], bool] = never,
                 wait: Wait | None = None, clock: Callable[[], float] = time.monotonic,
                 stalled_s: float = STALLED_S, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self.name = str(to.final_path)  # demuxers look at the ending
        self.head = b""
        self.opening = True
        self.index_at_start = self.index_at_end = False  # of an MP4
        self.size_counts = False  # MP3: whether the encoder's padding is trimmed depends on it
        self.problem: Exception | None = None
        self._path = path
        self._to = to
        self._cancelled = cancelled
        self._wait = wait or threading.Event().wait
        self._clock = clock
        self._stalled_s, self._longest_wait_s = stalled_s, longest_wait_s
        self._file = open_shared(path)
        facts = os.fstat(self._file.fileno())
        self._identity = (facts.st_dev, facts.st_ino)
        self._size = facts.st_size
        self._begin = self._position = 0  # where the demuxer's file begins, and where it stands, in ours
        self._complete = False

    # -- what a demuxer calls --

    def read(self, count: int) -> bytes:
        """Up to ``count`` bytes, at least one unless the file is whole and at its end, or there is a ``problem``."""
        try:
            if not self._arrive(self._position + 1):
                return b""
            self._file.seek(self._position)
            data = self._file.read(min(count, self._size - self._position))
        except (AudioError, Cancelled, OSError) as problem:
            self.problem = problem
            return b""
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new position, or -1 where the demuxer shall not look. The end is that of what has come so far."""
        try:
            self._look()
        except (AudioError, OSError) as problem:
            self.problem = problem
            return -1
        size, unsure = self._size, self.opening and not self._complete
        if whence == os.SEEK_END and unsure:
            if not self.size_counts or self._to.expected_bytes is None:
                return -1
            size = self._to.expected_bytes
        target = offset + {os.SEEK_SET: self._begin, os.SEEK_CUR: self._position}.get(whence, size)
        may_wait = not unsure or self.index_at_end or whence == os.SEEK_END
        if target < self._begin or (target > self._size and not may_wait):
            return -1
        self._position = target
        return target - self._begin

    def tell(self) -> int:
        return self._position - self._begin

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()

    # -- what PodMix asks --

    @property
    def complete(self) -> bool:
        """Whether every byte is there."""
        self._look()
        return self._complete

    @property
    def arrived(self) -> int:
        """Bytes that can be read without waiting."""
        return self._size

    def look_at_head(self) -> None:
        """Find out which kind of file this is, as far as its headers have to be read in a special way.

        Waits for the first bytes, of an MP4 or MOV for the place of its index.
        """
        try:
            if self._arrive(16):
                self._file.seek(0)
                self.head = head = self._file.read(16)
                self.size_counts = head[:3] == b"ID3" or (head[0] == 0xFF and head[1] & 0xE0 == 0xE0)
                self._begin = self._position = unread_tag(head[:10])
                if head[4:8] in (b"ftyp", b"wide", b"free", b"skip", b"moov", b"mdat"):
                    self._find_index()
        except (AudioError, Cancelled, OSError) as problem:
            self.problem = problem

    def _find_index(self) -> None:
        at = 0
        for _ in range(MOST_ATOMS):
            if at > LARGEST_FILE or not self._arrive(at + 16):
                return
            self._file.seek(at)
            head = self._file.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if kind in (b"moov", b"mdat"):
                self.index_at_end, self.index_at_start = kind == b"mdat", kind == b"moov"
                return
            at += int.from_bytes(head[8:], "big") if size == 1 else max(size, 8)

    # -- waiting --

    def _arrive(self, size: int) -> bool:
        """Wait until the first ``size`` bytes are there; False when the file is whole and shorter.

        Raises AudioError when they do not come, Cancelled.
        """
        if self._size >= size:
            return True
        if self.problem is not None:
            return False
        began = grew = self._clock()
        pause, before = FIRST_LOOK_S, self._size
        while True:
            self._look()
            if self._size >= size or self._complete:
                return self._size >= size
            if self._cancelled():
                raise Cancelled
            now = self._clock()
            if self._size > before:
                before, grew = self._size, now
            if self._whole() and now - grew >= SETTLED_S:
                self._complete = True
            elif now - grew >= self._stalled_s:
                raise self._stopped(f"no byte for {self._stalled_s:.0f} s")
            elif now - began >= self._longest_wait_s:
                raise self._late()
            else:
                self._wait(pause)
                pause = min(LAST_LOOK_S, pause * 1.5)

    def _whole(self) -> bool:
        return self._to.expected_bytes is not None and self._size >= self._to.expected_bytes

    def _look(self) -> None:
        """Learn the size, and whether the file is whole. Raises AudioError when it will not become so."""
        if self._complete:
            return
        renamed = self._renamed()
        facts = os.fstat(self._file.fileno())  # after asking for the name: what was written last before it counts
        if facts.st_size < self._size:
            raise self._began_again()
        self._size = facts.st_size
        if renamed and facts.st_nlink == 0 and not self._whole():
            raise self._stopped("the part was removed")
        self._complete = renamed

    def _renamed(self) -> bool:
        """Whether the file has left its name; AudioError when another one has taken it."""
        try:
            facts = self._path.stat()
        except FileNotFoundError:
            return True
        if (facts.st_dev, facts.st_ino) != self._identity:
            mine = os.fstat(self._file.fileno())
            if mine.st_nlink == 0:
                raise self._began_again()
            return True  # renamed, and a later download of the same name has begun
        return False

    def _stopped(self, detail: str) -> AudioError:
        return AudioError(f"The download of {self._to.final_path.stem} stopped, so it plays no further.",
                          remedy="What has come is kept; start the download again to go on from there.",
                          detail=f"{detail}, {self._size} of {self._to.expected_bytes} bytes")

    def _late(self) -> AudioError:
        name, detail = self._to.final_path.stem, f"{self._size} of {self._to.expected_bytes} bytes"
        if self.opening and self.index_at_end:
            return AudioError(f"{name} can only be played once it is downloaded completely.",
                              remedy="Play it again when the download is done.", detail=detail)
        return AudioError(f"This part of {name} is not downloaded yet.",
                          remedy="Play it again when the download has come further.", detail=detail)

    def _began_again(self) -> AudioError:
        return AudioError(f"The download of {self._to.final_path.stem} began again from its start.",
                          remedy="Play it again.", detail=f"shorter than {self._size} bytes, or another file")


def open_shared(path: Path) -> IO[bytes]:
    """Open for reading so that the file may be renamed meanwhile, which Windows forbids unless asked for it."""
    if sys.platform == "win32":
        import _winapi
        import msvcrt

        reading, sharing_all, existing = 0x8000_0000, 7, 3  # GENERIC_READ; read, write and delete; OPEN_EXISTING
        handle = _winapi.CreateFile(str(path), reading, sharing_all, 0, existing, 0, 0)
        return os.fdopen(msvcrt.open_osfhandle(handle, os.O_RDONLY), "rb", buffering=0)
    return path.open("rb", buffering=0)


__all__ = ["GrowingFile", "GrowingTo", "open_shared"]
