# SPDX-License-Identifier: GPL-3.0-or-later
"""Ogg pages, read for what demuxers do not tell: the links of a chained file, and the length of an Opus stream.

Sources: RFC 3533 (pages), RFC 7845 (Opus in Ogg: pre-skip, granule positions, end trimming), RFC 6716 section 3.1 (the
first byte of an Opus packet). Lengths are in samples at 48 kHz, Opus's clock. Nothing is believed that the packets do
not bear out: where a file is damaged or odd the answer is None, and whoever asked decodes instead.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

OPUS_RATE = 48_000
MOST_LINKS = 1_000
LAST_PAGE_WITHIN = 65_536  # bytes: a page is smaller
_HEADER = struct.Struct("<4sBBqIIIB")
_CONTINUES, _BEGINS, _ENDS = 1, 2, 4
_UNFINISHED = -1  # granule position of a page on which no packet ends
# Samples of an Opus frame by the upper five bits of a packet's first byte.
_FRAME = tuple([480, 960, 1920, 2880] * 3 + [480, 960] * 2 + [120, 240, 480, 960] * 4)


class _Odd(Exception):
    """Not what a whole, plain file looks like."""


class Page(NamedTuple):
    """``offset`` in bytes; ``granule`` counts samples up to the last packet that ends here; ``body`` its bytes."""

    offset: int
    flags: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes

    @property
    def begins(self) -> bool:
        return bool(self.flags & _BEGINS)

    @property
    def end(self) -> int:
        return self.offset + _HEADER.size + len(self.lacing) + len(self.body)


def links(path: Path) -> tuple[tuple[int, int], ...]:
    """Byte ranges of the links of a chained file; empty for any other file.

    Reads two pages of an ordinary file. A chain is recognised by its last page belonging to another stream than its
    first, and then read once.
    """
    with path.open("rb") as stream:
        try:
            first = next(_pages(stream, 0))
            if _last_serial(stream) in (first.serial, None):
                return ()
            starts, headers = [], False
            for page in _pages(stream, 0):
                if page.begins and not headers:
                    starts.append(page.offset)
                headers = page.begins
                if len(starts) > MOST_LINKS:
                    return ()
        except (_Odd, StopIteration, OSError):
            return ()
        size = stream.seek(0, os.SEEK_END)
    return tuple(pairwise([*starts, size])) if len(starts) > 1 else ()


def opus_length(path: Path, part: tuple[int, int] | None = None) -> int | None:
    """Samples at 48 kHz that an Opus file (or the bytes ``part`` of it) plays; None where its pages do not prove it."""
    begin, end = part or (0, None)
    with path.open("rb", buffering=1 << 20) as stream:
        try:
            return _opus_length(_pages(stream, begin, end))
        except (_Odd, StopIteration, OSError):
            return None


def _opus_length(pages: Iterator[Page]) -> int:
    head, tags = next(pages), next(pages)
    if head.body[:8] != b"OpusHead" or len(head.body) < 19 or not head.begins or tags.body[:8] != b"OpusTags":
        raise _Odd
    while tags.lacing[-1:] == b"\xff":  # tags with a picture run over many pages
        tags = next(pages)
    skipped = int.from_bytes(head.body[10:12], "little")
    sequence, granule, origin, ended = tags.sequence, 0, None, False
    begun: int | None = None
    for page in pages:
        sequence += 1
        samples, begun = _samples(page, begun)
        if page.serial != head.serial or page.sequence != sequence or page.begins or ended:
            raise _Odd
        if page.granule == _UNFINISHED:
            if samples:
                raise _Odd
            continue
        ended = bool(page.flags & _ENDS)
        if origin is None:
            origin = granule = page.granule - samples
        trimmed = granule + samples - page.granule
        if not (0 <= trimmed < samples if ended else trimmed == 0) or origin < 0:
            raise _Odd
        granule = page.granule
    if origin is None or not granule - origin > skipped:
        raise _Odd
    return granule - origin - skipped


def _samples(page: Page, begun: int | None) -> tuple[int, int | None]:
    """Samples of the packets that end on this page, and of the one that goes on on the next (``begun`` before)."""
    if bool(page.flags & _CONTINUES) != (begun is not None):
        raise _Odd
    total, at = 0, 0
    for size in page.lacing:
        if begun is None:
            begun = _packet_samples(page.body[at: at + min(size, 2)])
        at += size
        if size < 255:
            total, begun = total + begun, None
    return total, begun


def _packet_samples(head: bytes) -> int:
    """Samples of a packet, from its first one or two bytes."""
    kind, count = head[0] if head else 3, head[1] & 63 if len(head) > 1 else 0
    samples = _FRAME[kind >> 3] * (1, 2, 2, count)[kind & 3]
    if not 0 < samples <= 5760:  # 120 ms
        raise _Odd
    return samples


def _pages(stream: BinaryIO, begin: int, end: int | None = None) -> Iterator[Page]:
    """Page after page; raises where something else lies between them or the last one is cut off."""
    at = stream.seek(begin)
    while end is None or at < end:
        head = stream.read(_HEADER.size)
        if not head and end is None:
            return
        if len(head) < _HEADER.size:
            raise _Odd
        magic, version, flags, granule, serial, sequence, _, count = _HEADER.unpack(head)
        lacing = stream.read(count)
        body = stream.read(sum(lacing))
        if magic != b"OggS" or version or len(lacing) < count or len(body) < sum(lacing):
            raise _Odd
        page = Page(at, flags, granule, serial, sequence, lacing, body)
        at = page.end
        yield page


def _last_serial(stream: BinaryIO) -> int | None:
    """The stream that the file's last page belongs to."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - LAST_PAGE_WITHIN))
    tail = stream.read(LAST_PAGE_WITHIN)
    at = tail.rfind(b"OggS")
    return int.from_bytes(tail[at + 14: at + 18], "little") if 0 <= at <= len(tail) - 18 else None


class PartOfFile:
    """Bytes ``begin..end`` of a file as a file of its own, for a demuxer. It never raises: an error is an end."""

    def __init__(self, path: Path, begin: int, end: int) -> None:
        self.name = str(path)
        self._file = path.open("rb", buffering=0)
        self._begin, self._size, self._position = begin, end - begin, 0

    def read(self, count: int) -> bytes:
        try:
            self._file.seek(self._begin + self._position)
            data = self._file.read(max(0, min(count, self._size - self._position)))
        except OSError:
            return b""
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        target = offset + (0, self._position, self._size)[whence]
        if target < 0:
            return -1
        self._position = target
        return target

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._file.close()


__all__ = ["OPUS_RATE", "PartOfFile", "links", "opus_length"]
