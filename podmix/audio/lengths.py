# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a file really plays, without decoding it where its packets tell.

Headers are not believed: packets are counted with their time stamps and trims, Opus by its pages (see ``ogg``), and
what does not add up is decoded. Lengths are exact fractions of a second on the decoded clock.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

from podmix.audio.ogg import OPUS_RATE, opus_length
from podmix.audio.source import Source, decoded_frames, not_sound, open_source, packets

_COUNTED = ("mp3", "flac", "ogg", "mov", "wav", "w64", "aiff")  # packets tell the length to the sample
LONGEST_VORBIS = 8192  # samples of a packet


def decoded_duration(path: str | Path) -> float:
    """How long the file plays, in seconds, whatever it claims.

    Counted packets (for Opus whole pages), decoded where those do not tell.
    """
    with open_source(path) as source:
        total = sum((length_of(source, part) for part in source.parts), Fraction(0)) if source.parts else \
            _length(source)
    if total <= 0:
        raise not_sound(Path(path), "nothing decodes")
    return float(total)


def length_of(source: Source, part: tuple[int, int]) -> Fraction:
    """Seconds that a part of the file plays."""
    with source.again(part) as link:
        return _length(link)


def _length(source: Source) -> Fraction:
    """Seconds that a source plays which stands at its beginning; it is read to its end."""
    if source.format_name == "ogg" and (samples := opus_length(source.path, source.part)) is not None:
        return Fraction(samples, OPUS_RATE)
    counted = _packet_duration(source)
    if counted is not None:
        return counted
    with source.again() as decoding:
        decoded = _decoded_length(decoding)
    if not decoded and source.format_name.startswith("mov"):  # an edit list that leaves nothing is not followed
        with source.again(ignore_edits=True) as decoding:
            decoded = _decoded_length(decoding)
    return decoded


def _decoded_length(source: Source) -> Fraction:
    end = Fraction(0)
    for placed in decoded_frames(source):
        end = Fraction(placed.start + placed.frame.samples, placed.rate)
    return end


def _packet_duration(source: Source) -> Fraction | None:
    """Seconds by the packets' time stamps and trims; None where those cannot be trusted."""
    base, rate = source.time_base, int(source.stream.rate or 0)
    if source.format_name.split(",")[0] not in _COUNTED or not rate:
        return None
    origin, end, trims = None, 0, 0
    if source.format_name == "ogg" and "vorbis" in source.stream.codec_context.name:
        return _vorbis_duration(source)
    for packet in packets(source):
        if not packet.size:
            continue
        if packet.pts is None or not packet.duration:
            return None
        head, trim = _skips(packet)
        trims += trim  # padding may be longer than the last packet
        if origin is None:
            origin = packet.pts + round(Fraction(head, rate) / base)
        elif not end - 1 <= packet.pts + 1 or packet.pts - end > round(1 / base):
            return None
        end = packet.pts + packet.duration
    if origin is None:
        return None
    length = (end - origin) * base
    if source.format_name == "mp3":
        length -= Fraction(trims, rate)
    return length if length > 0 else None


def _vorbis_duration(source: Source) -> Fraction | None:
    """Vorbis begins with a frame without output; the last page's position is the number of samples.

    Believed where the packets before it are about as long together; a stream cut from a longer one begins later.
    """
    end, begin, total = None, None, 0
    for packet in packets(source):
        if not packet.size or packet.pts is None or not packet.duration:
            continue
        step = packet.pts - end if end is not None else 0
        if not 0 < packet.duration <= LONGEST_VORBIS or abs(step) > 2 * LONGEST_VORBIS:
            return None
        begin = packet.pts if begin is None else begin
        end = packet.pts + packet.duration
        total += packet.duration
    if end is None or begin is None or abs(begin) > LONGEST_VORBIS or abs(end - total) > 2 * LONGEST_VORBIS:
        return None
    return Fraction(end * source.time_base)


def _skips(packet: Any) -> tuple[int, int]:
    """Samples to drop at the packet's start and end (FFmpeg's AV_PKT_DATA_SKIP_SAMPLES)."""
    if not packet.has_sidedata("skip_samples"):
        return 0, 0
    head, tail = struct.unpack("<II", bytes(packet.get_sidedata("skip_samples"))[:8])
    return int(head), int(tail)


__all__ = ["decoded_duration", "length_of"]
