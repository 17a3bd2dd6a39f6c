# SPDX-License-Identifier: GPL-3.0-or-later
"""Ogg files taken apart and put together again, with checksums that are right, so that lies are believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache


def pages(data: bytes) -> Iterator[tuple[int, int]]:
    """Offset and size of every page."""
    at = 0
    while at < len(data):
        count = data[at + 26]
        size = 27 + count + sum(data[at + 27: at + 27 + count])
        yield at, size
        at += size


def with_granules(data: bytes, change: Callable[[int, int], int]) -> bytes:
    """Every page's granule position replaced by ``change(number of the page, position)``."""
    return changed(data, lambda number, page: page[:6] + _signed(
        change(number, int.from_bytes(page[6:14], "little", signed=True))) + page[14:])


def changed(data: bytes, change: Callable[[int, bytes], bytes]) -> bytes:
    """Every page replaced by what ``change(number, page)`` makes of it, with a new checksum."""
    return b"".join(_sealed(change(number, data[at: at + size])) for number, (at, size) in enumerate(pages(data)))


def _signed(value: int) -> bytes:
    return (value % 2**64).to_bytes(8, "little")


def _sealed(page: bytes) -> bytes:
    blank = page[:22] + bytes(4) + page[26:]
    return page[:22] + checksum(blank).to_bytes(4, "little") + page[26:]


@cache
def _table() -> list[int]:
    rows = []
    for value in range(256):
        rest = value << 24
        for _ in range(8):
            rest = (rest << 1 ^ 0x04C11DB7) if rest & 0x80000000 else rest << 1
        rows.append(rest & 0xFFFFFFFF)
    return rows


def checksum(data: bytes) -> int:
    """The checksum of RFC 3533."""
    rows, rest = _table(), 0
    for byte in data:
        rest = rest << 8 & 0xFFFFFFFF ^ rows[rest >> 24 ^ byte]
    return rest


def repaged(data: bytes, segments: int, samples: int) -> bytes:
    """The same packets, so many segments a page, so that packets run over pages; ``samples`` a packet of Opus."""
    found = list(pages(data))
    end = int.from_bytes(data[found[-1][0] + 6: found[-1][0] + 14], "little")
    lacing, body = b"", b""
    for at, size in found[2:]:
        count = data[at + 26]
        lacing += data[at + 27: at + 27 + count]
        body += data[at + 27 + count: at + size]
    out, position, packets, continued = data[: found[2][0]], 0, 0, 0
    for number, first in enumerate(range(0, len(lacing), segments)):
        part = lacing[first: first + segments]
        ended = sum(size < 255 for size in part)
        packets += ended
        last = first + segments >= len(lacing)
        granule = end if last else packets * samples if ended else -1
        head = b"OggS\0" + bytes([continued | 4 * last]) + _signed(granule) + data[14:18]
        page = head + (number + 2).to_bytes(4, "little") + bytes(4) + bytes([len(part)]) + part
        out += _sealed(page + body[position: position + sum(part)])
        position += sum(part)
        continued = int(part[-1] == 255)
    return out
