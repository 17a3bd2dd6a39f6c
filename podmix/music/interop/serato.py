# SPDX-License-Identifier: GPL-3.0-or-later
"""Serato's cues, loops and grids out of the frames it writes into files, and its crates.

The frames are binary and were documented by their readers: ``Serato Markers2`` is base64 of named entries (CUE, LOOP
with big-endian milliseconds), ``Serato Markers_`` holds 22 bytes for each of five cues and nine loops, in MP3 with
seven bits a byte, and ``Serato BeatGrid`` single floats. Nothing here trusts a length: what does not fit is left out.
"""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from podmix.music.library_types import DjCue, DjMarks, TempoMark

SERATO_FRAMES = frozenset({"Serato Markers2", "Serato Markers_", "Serato BeatGrid"})
SERATO_FIELDS = {"serato_markers_v2": "Serato Markers2", "serato_beatgrid": "Serato BeatGrid",
                 "serato:markersv2": "Serato Markers2", "serato:beatgrid": "Serato BeatGrid"}
"""Names of Vorbis comments and MP4 atoms -> the frame they hold."""

LARGEST_CRATE = 32 * 1024 * 1024
_MOST_MARKS = 1_000
_LATEST_S = 86_400.0


def serato_marks(frames: Mapping[str, bytes]) -> DjMarks | None:
    """Cues and grid of a file's frames by name; None where there are none.

    Markers_ wins over Markers2 for the first five cues, as in Serato; their names stand in Markers2 only.
    """
    cues = {(cue.kind, cue.number): cue for cue in read_markers2(frames.get("Serato Markers2", b""))}
    for cue in read_markers(frames.get("Serato Markers_", b"")):
        known = cues.get((cue.kind, cue.number))
        if known is None or abs(known.start - cue.start) > 0.001:
            cues[cue.kind, cue.number] = replace(cue, name=known.name if known else "")
    grid = read_beatgrid(frames.get("Serato BeatGrid", b""))
    if not cues and not grid:
        return None
    return DjMarks("serato", tuple(sorted(cues.values(), key=lambda cue: (cue.start, cue.number))), grid)


def read_markers2(frame: bytes) -> list[DjCue]:
    """Cues and loops of ``Serato Markers2`` (version 1.1)."""
    if frame[:2] != b"\x01\x01":
        return []
    text = b"".join(frame[2:].split(b"\0", 1)[0].split())
    try:
        # Serato leaves the padding away, and sometimes a whole character.
        data = base64.b64decode(text + (b"A==" if len(text) % 4 == 1 else b"=" * (-len(text) % 4)))
    except ValueError:
        return []
    found = []
    for name, body in _entries(data[2:] if data[:2] == b"\x01\x01" else data):
        if name == b"CUE" and len(body) >= 13:
            number, position, red, green, blue = struct.unpack_from(">xBIx3B", body)
            found.append(DjCue("cue", position / 1000.0, None, _name(body[12:]), number, (red, green, blue)))
        elif name == b"LOOP" and len(body) >= 21:
            number, start, end, red, green, blue = struct.unpack_from(">xBII4xx3B", body)
            if end > start:
                found.append(DjCue("loop", start / 1000.0, end / 1000.0, _name(body[20:]), number, (red, green, blue)))
    return [cue for cue in found if cue.start < _LATEST_S][:_MOST_MARKS]


def _entries(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST_MARKS):
        end = data.find(b"\0", at)
        if end <= at or end + 5 > len(data):
            return
        length = int.from_bytes(data[end + 1:end + 5], "big")
        yield data[at:end], data[end + 5:end + 5 + length]
        at = end + 5 + length


def _name(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")


def read_markers(frame: bytes) -> list[DjCue]:
    """Cues and loops of ``Serato Markers_`` as MP3 files hold it: four bytes carry 28 bits."""
    if frame[:2] != b"\x02\x05" or len(frame) < 6:
        return []
    count = min(int.from_bytes(frame[2:6], "big"), 64)
    found = []
    for place in range(count):
        entry = frame[6 + 22 * place:28 + 22 * place]
        if len(entry) < 22 or entry[0] != 0:
            continue
        start = _seven_bits(entry[1:5]) / 1000.0
        colour = _seven_bits(entry[16:20])
        rgb = colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF
        if entry[20] == 1 and place < 5:
            found.append(DjCue("cue", start, None, "", place, rgb))
        elif entry[20] == 3 and entry[5] == 0 and place >= 5:
            end = _seven_bits(entry[6:10]) / 1000.0
            if end > start:
                found.append(DjCue("loop", start, end, "", place - 5, rgb))
    return [cue for cue in found if cue.start < _LATEST_S]


def _seven_bits(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | (byte & 0x7F)
    return value


def read_beatgrid(frame: bytes) -> tuple[TempoMark, ...]:
    """The grid; Serato tells no bar lines, so that every marker counts as the first beat of a bar, as it shows them."""
    if frame[:2] != b"\x01\x00" or len(frame) < 6:
        return ()
    count = int.from_bytes(frame[2:6], "big")
    if not 0 < count <= (len(frame) - 6) // 8:
        return ()
    rows = [struct.unpack_from(">fI", frame, 6 + 8 * place) for place in range(count)]
    last_bpm = struct.unpack_from(">f", frame, 6 + 8 * (count - 1) + 4)[0]
    marks = []
    for (start, beats), (following, _) in pairwise(rows):
        if beats and following > start:
            marks.append(TempoMark(start, 60.0 * beats / (following - start)))
    marks.append(TempoMark(rows[-1][0], last_bpm))
    sound = [mark for mark in marks if math.isfinite(mark.start) and abs(mark.start) < _LATEST_S
             and math.isfinite(mark.bpm) and 10.0 <= mark.bpm <= 1000.0]
    return tuple(replace(mark, start=round(mark.start, 6), bpm=round(mark.bpm, 4)) for mark in sound)


def read_crate(data: bytes) -> list[str]:
    """The paths in a ``.crate`` file, as Serato writes them (from the root of the drive, without a leading slash)."""
    if len(data) > LARGEST_CRATE or data[:4] != b"vrsn":
        return []
    found = []
    for name, body in _tagged(data):
        if name == b"otrk":
            found += [text.decode("utf-16-be", "replace") for inner, text in _tagged(body) if inner == b"ptrk"]
    return found


def _tagged(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4:at + 8], "big")
        yield data[at:at + 4], data[at + 8:at + 8 + length]
        at += 8 + length
