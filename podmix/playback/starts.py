# SPDX-License-Identifier: GPL-3.0-or-later
"""What the transport can begin with, and what it says is heard."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from podmix.audio.mixing.types import Clip
from podmix.playback.protocol import Item, Mix
from podmix.playback.ring import RingSource


@dataclass(frozen=True, slots=True)
class Reading:
    """An item and the ring it is read from."""

    item: Item
    source: RingSource


@dataclass(frozen=True, slots=True)
class ItemStart:
    """Begin with ``first``; what follows is joined by the core."""

    first: Reading
    following: tuple[Reading, ...] = ()
    overlap_frames: int = 0


@dataclass(frozen=True, slots=True)
class MixStart:
    """Begin at ``frame`` of a mix with the clips that sound there or soon."""

    mix: Mix
    frame: int
    end_frame: int
    rate: int
    clips: tuple[tuple[Clip, int, RingSource], ...]  # clip, its first frame of the mix, ring


Start = ItemStart | MixStart


@dataclass(frozen=True, slots=True)
class DeckHeard:
    """A voice that sounds: which deck, what, and which second of it."""

    deck: int
    path: str
    position: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener hears at one moment; ``what`` is None while nothing is loaded."""

    what: Item | Mix | None
    position: float
    ended: bool
    source: RingSource | None = None
    decks: tuple[DeckHeard, ...] = ()


def source_of(voice: Reading | tuple[Clip, RingSource]) -> RingSource:
    return voice.source if isinstance(voice, Reading) else voice[1]


def sources_of(start: Start | None) -> list[RingSource]:
    if isinstance(start, ItemStart):
        return [start.first.source, *(reading.source for reading in start.following)]
    return [source for _, _, source in start.clips] if start is not None else []


def first_sources(start: Start | None, frames: int) -> list[RingSource]:
    """The rings that the first ``frames`` need."""
    if isinstance(start, ItemStart):
        return [start.first.source]
    return [source for _, first, source in start.clips if first < start.frame + frames] if start is not None else []


def beginning_of(start: Start | None) -> Heard:
    if isinstance(start, ItemStart):
        return Heard(start.first.item, start.first.source.at, ended=False, source=start.first.source)
    if isinstance(start, MixStart):
        return Heard(start.mix, start.frame / start.rate, ended=False)
    return Heard(None, 0.0, ended=False)


def source_second(clip: Clip, mix_s: float) -> float:
    """Which second of its file a clip plays at a second of the mix."""
    points = clip.time_map
    for (begin, source), (end, source_end) in itertools.pairwise(points):
        if begin <= mix_s < end:
            return source + (mix_s - begin) * (source_end - source) / (end - begin)
    return points[-1][1]
