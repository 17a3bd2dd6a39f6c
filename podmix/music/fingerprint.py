# SPDX-License-Identifier: GPL-3.0-or-later
"""The fingerprint of a file's sound, which stays when tags are rewritten, the file is renamed or its cover replaced.

It is a BLAKE2b digest (16 bytes) of the length of the *audio data* and of five pieces of it: first, last and three
between, 56 KB at most (Ogg: 330 KB, for its pages are hashed whole). Where the audio data lies is read from the
container: after ID3v2 and before ID3v1, APEv2 and Lyrics3; the frames of FLAC; the payload of Ogg pages (their numbers
and checksums change with the tags); ``mdat`` of MP4; the data chunks of WAV, AIFF and DSF; the data object of ASF.
Anything else is taken whole.

Two files that agree in all of that and differ elsewhere have one fingerprint: with equal length and constant bit rate
an edit of a few seconds can hide. It is asked for moves and duplicates only, where names and times stand beside it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple

from podmix.errors import AudioError

LARGEST_HEAD = 64 * 1024 * 1024
"""Bytes of tags and headers before the sound: more is refused, for a reader of tags would hold it all in memory."""

_EDGE, _INNER = 16 * 1024, 8 * 1024
_MOST_CHUNKS = 100_000
_OGG_WINDOW = 64 * 1024 + 27 + 255  # the largest page, so that a window always holds the start of one


class Region(NamedTuple):
    """Bytes ``start`` to ``end`` of the file."""

    start: int
    end: int


class Sound(NamedTuple):
    """Where the audio data lies. ``identity`` is what else belongs to it (FLAC's stream information)."""

    kind: str
    regions: tuple[Region, ...]
    identity: bytes = b""

    @property
    def length(self) -> int:
        return sum(region.end - region.start for region in self.regions)


def fingerprint(stream: IO[bytes], size: int) -> bytes:
    """The 16 bytes for an open file of ``size`` bytes.

    Raises:
        AudioError: no sound inside, or tags larger than ``LARGEST_HEAD``.
        OSError: the disk.
    """
    return digest(stream, locate(stream, size))


def locate(stream: IO[bytes], size: int) -> Sound:
    """Find the audio data; errors as ``fingerprint``."""
    start = _after_id3(stream, size)
    magic = _read(stream, start, 16)
    if magic[:4] == b"OggS":
        sound = Sound("ogg", (Region(_after_ogg_headers(stream, start, size), size),))
    elif magic[:4] == b"fLaC":
        sound = _flac(stream, start, size)
    elif magic[:4] in (b"RIFF", b"RF64", b"BW64"):
        sound = Sound("wav", _chunks(stream, size, b"data", 12, "little", largest=4))
    elif magic[:4] == b"FORM":
        sound = Sound("aiff", _chunks(stream, size, b"SSND", 12, "big", largest=4))
    elif magic[:4] == b"DSD ":
        sound = Sound("dsf", _chunks(stream, size, b"data", 28, "little", largest=8, whole=True))
    elif magic[:4] == b"FRM8":
        sound = Sound("dff", _chunks(stream, size, b"DSD ", 16, "big", largest=8))
    elif magic[4:8] == b"ftyp":
        sound = Sound("mp4", _mp4(stream, size))
    elif magic == bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"):
        sound = _asf(stream, size)
    else:
        sound = Sound("frames", (Region(_after_zeros(stream, start), _before_end_tags(stream, start, size)),))
    regions = tuple(region for region in sound.regions if region.end > region.start)
    if not regions:
        raise AudioError("There is no sound in this file.", detail=f"no audio data ({sound.kind}, {size} bytes)")
    if regions[0].start > LARGEST_HEAD and sound.kind != "mp4":  # an MP4 may have its head behind the sound
        raise _too_large(regions[0].start)
    return sound._replace(regions=regions)


def digest(stream: IO[bytes], sound: Sound) -> bytes:
    length = sound.length
    state = hashlib.blake2b(f"{sound.kind}:{length}:".encode(), digest_size=16)
    state.update(sound.identity)
    clean: Callable[[bytes, bool], bytes] = _ogg_payload if sound.kind == "ogg" else lambda data, _: data
    for start, count in _pieces(length):
        if sound.kind == "ogg":
            count = max(count, _OGG_WINDOW)
        state.update(clean(_read_across(stream, sound.regions, start, count), start == 0))
    return state.digest()


def _pieces(length: int) -> Iterable[tuple[int, int]]:
    """(offset in the audio data, bytes) of what is hashed; everything of a short file."""
    if length <= 2 * _EDGE + 3 * _INNER:
        return [(0, length)]
    inner = [(length * quarter // 4 - _INNER // 2, _INNER) for quarter in (1, 2, 3)]
    return [(0, _EDGE), *inner, (length - _EDGE, _EDGE)]


def _read_across(stream: IO[bytes], regions: tuple[Region, ...], start: int, count: int) -> bytes:
    parts: list[bytes] = []
    for region in regions:
        span = region.end - region.start
        if start < span and count > 0:
            take = min(count, span - start)
            parts.append(_read(stream, region.start + start, take))
            count -= take
            start = 0
        else:
            start -= min(start, span)
    return b"".join(parts)


def _read(stream: IO[bytes], start: int, count: int) -> bytes:
    if start > 2**62:  # a length that cannot be
        return b""
    stream.seek(start)
    return stream.read(count)


def _too_large(size: int) -> AudioError:
    return AudioError("The tags of this file are too large to read.",
                      remedy="Remove the pictures inside it with a tag editor.",
                      detail=f"{size} bytes beside the sound")


# -- tags before and behind --


def _after_id3(stream: IO[bytes], size: int) -> int:
    """Where the file goes on after its ID3v2 tags (there may be several) and an APEv2 tag."""
    at = 0
    for _ in range(8):
        head = _read(stream, at, 32)
        if head[:3] == b"ID3" and len(head) >= 10 and max(head[6:10]) < 0x80:
            length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
            at += 10 + length + (10 if head[5] & 0x10 else 0)
        elif head[:8] == b"APETAGEX" and len(head) == 32:
            at += 32 + int.from_bytes(head[12:16], "little")
        else:
            break
        if at > LARGEST_HEAD:
            raise _too_large(at)
    return min(at, size)


def _after_zeros(stream: IO[bytes], start: int) -> int:
    """Some programs leave zeros between the tag and the first frame."""
    block = _read(stream, start, 64 * 1024)
    rest = block.lstrip(b"\0")
    return start + (len(block) - len(rest) if rest else 0)


def _before_end_tags(stream: IO[bytes], start: int, size: int) -> int:
    end = size
    for _ in range(8):
        tail = _read(stream, max(start, end - 128), min(128, end - start))
        if len(tail) == 128 and tail[:3] == b"TAG":
            end -= 128
        elif tail[-32:-24] == b"APETAGEX":
            has_head = int.from_bytes(tail[-12:-8], "little") & 0x8000_0000
            end -= int.from_bytes(tail[-20:-16], "little") + (32 if has_head else 0)
        elif tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
            end -= int(tail[-15:-9]) + 15
        else:
            break
        if end <= start:
            return size  # it only looks like tags
    return end


# -- containers --


def _flac(stream: IO[bytes], start: int, size: int) -> Sound:
    at, identity = start + 4, b""
    for _ in range(_MOST_CHUNKS):
        head = _read(stream, at, 4)
        if len(head) < 4:
            return Sound("flac", ())
        length = int.from_bytes(head[1:4], "big")
        if head[0] & 0x7F == 0:
            identity = stream.read(min(length, 64))
        at += 4 + length
        if head[0] & 0x80:
            break
        if at > LARGEST_HEAD:
            raise _too_large(at)
    return Sound("flac", (Region(at, _before_end_tags(stream, min(at, size), size)),), identity)


def _chunks(stream: IO[bytes], size: int, wanted: bytes, at: int, order: str, *, largest: int,
            whole: bool = False) -> tuple[Region, ...]:
    """The data chunk of RIFF, IFF and DSF. ``largest`` is the width of a length; ``whole``: lengths count the head.

    A length of zero or one past the end (streamed files) means: to the end.
    """
    big = 0
    for _ in range(_MOST_CHUNKS):
        head = _read(stream, at, 4 + largest)
        if len(head) < 4 + largest:
            break
        length = int.from_bytes(head[4:], order)  # type: ignore[arg-type]
        body = at + 4 + largest
        if whole:
            length -= 4 + largest
        if head[:4] == b"ds64":
            big = int.from_bytes(_read(stream, body + 8, 8), "little")
        if head[:4] == wanted:
            if length == 0xFFFF_FFFF and big:
                length = big
            end = body + length if 0 < length <= size - body else size
            return (Region(body, end),)
        at = body + max(0, length) + (max(0, length) & 1)
    return ()


def _mp4(stream: IO[bytes], size: int) -> tuple[Region, ...]:
    """All ``mdat`` atoms; refuses a ``moov`` that no reader of tags should hold."""
    at, found = 0, []
    for _ in range(_MOST_CHUNKS):
        head = _read(stream, at, 16)
        if len(head) < 8:
            break
        length, body = int.from_bytes(head[:4], "big"), at + 8
        if length == 1 and len(head) == 16:
            length, body = int.from_bytes(head[8:16], "big"), at + 16
        elif length == 0:
            length = size - at
        if length < body - at:
            break
        if head[4:8] == b"mdat":
            found.append(Region(body, min(at + length, size)))
        elif head[4:8] == b"moov" and length > LARGEST_HEAD:
            raise _too_large(length)
        at += length
    return tuple(found)


def _asf(stream: IO[bytes], size: int) -> Sound:
    head = _read(stream, 16, 8)
    start = int.from_bytes(head, "little")
    length = int.from_bytes(_read(stream, start + 16, 8), "little")
    end = start + length if 0 < length <= size - start else size
    return Sound("asf", (Region(start + 24, end),))


# -- Ogg --


def _after_ogg_headers(stream: IO[bytes], start: int, size: int) -> int:
    """Where the first page with sound begins: headers end with a page (Vorbis I, 4.2.1; RFC 7845, 3)."""
    at, serial, wanted, ended = start, b"", 1, 0
    while at < size:
        head = _read(stream, at, 27)
        if len(head) < 27 or head[:4] != b"OggS":
            break
        laces = stream.read(head[26])
        if not serial:
            serial, wanted = head[14:18], _ogg_header_packets(stream.read(64))
        elif head[14:18] == serial and ended >= wanted:
            return at
        if head[14:18] == serial:
            ended += sum(1 for lace in laces if lace < 255)
        at += 27 + len(laces) + sum(laces)
        if at - start > LARGEST_HEAD:
            raise _too_large(at)
    return size


def _ogg_header_packets(first: bytes) -> int:
    if first[:7] == b"\x01vorbis":
        return 3
    if first[:5] == b"\x7fFLAC":
        return 1 + int.from_bytes(first[7:9], "big")
    return 2  # Opus, Speex


def _ogg_payload(window: bytes, at_page: bool) -> bytes:
    """The pages of a window without what changes with the tags: page numbers and checksums."""
    return b"".join(_ogg_pages(window, 0 if at_page else _first_page(window)))


def _first_page(window: bytes) -> int:
    """A page whose successor follows where it ends (so that it is one), or the only one."""
    at = window.find(b"OggS")
    while at >= 0:
        following = at + _page_length(window, at)
        if following >= len(window) or window[following:following + 4] == b"OggS"[:len(window) - following]:
            return at
        at = window.find(b"OggS", at + 1)
    return len(window)


def _page_length(window: bytes, at: int) -> int:
    if at + 27 > len(window):
        return len(window)
    laces = window[at + 27:at + 27 + window[at + 26]]
    return 27 + window[at + 26] + sum(laces)


def _ogg_pages(window: bytes, at: int) -> Iterator[bytes]:
    """Flags and positions, then lacing and body, page by page; a page cut by the window is taken as far as it goes."""
    while at + 27 <= len(window) and window[at:at + 4] == b"OggS":
        length = _page_length(window, at)
        yield window[at + 5:at + 14]
        yield window[at + 26:at + length]
        at += length


def start_of_frames(stream: IO[bytes]) -> bytes:
    """The first 16 bytes after leading tags: what tells formats without a container apart."""
    size = stream.seek(0, 2)
    return _read(stream, _after_zeros(stream, _after_id3(stream, size)), 16)
