# SPDX-License-Identifier: GPL-3.0-or-later
"""One source that sounds: where on the core's clock it begins and ends, and how loud it is on the way.

Inside the core sound is planar, float32 ``(2, n)``: rows are contiguous and gains need no second axis.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.clip_curves import NOTHING, ClipCurves
from podmix.audio.mixing.ramps import Fade, Gains, product
from podmix.audio.mixing.sources import Source

Planar = NDArray[np.float32]
VoiceId = NewType("VoiceId", int)

LOUDEST = 100.0  # samples beyond +40 dBFS are no sound


@dataclass(frozen=True, slots=True)
class VoiceState:
    """A voice as its listener may know it; frames are the core's clock, which counts what ``process`` gives.

    The core mixes some milliseconds ahead of what it has given: ``frames_read`` and ``loudness`` belong to that edge.
    What sounds at core frame ``f`` is the voice's own frame ``f - begun_frame``.
    """

    id: VoiceId
    deck: int
    begun_frame: int | None  # None: waits for the voice before it, or for its start
    end_frame: int | None  # first frame after it; None until it is known
    frames_read: int  # taken from its source and mixed
    loudness: float  # gain and fades, linear, without strip and lanes
    ended: bool  # all of it has been given out


@dataclass(slots=True, eq=False)
class Voice:
    """A source on a deck. ``stop`` bounds it; ``end`` is set when it is over."""

    id: VoiceId
    source: Source
    deck: int
    gain: float = 1.0
    begin: int | None = None
    stop: int | None = None
    skip: int = 0  # frames of the source to leave out, because it was cued late
    overlap: int = 0  # frames it wants to sound together with the voice that it follows
    curves: ClipCurves = NOTHING
    fades: list[Fade] = field(default_factory=list)
    taken: int = 0
    end: int | None = None

    def stop_at(self, frame: int) -> None:
        self.stop = frame if self.stop is None else min(self.stop, frame)

    def gains(self, frame: int, count: int) -> Gains | float:
        gains: Gains | float = self.gain
        for fade in self.fades:
            gains = product(gains, fade.at(frame, count))
        if self.curves.gain is not None:
            gains = product(gains, self.curves.gain.at(frame, count))
        return gains

    def read(self, count: int) -> Planar:
        """The next ``count`` frames: clean, planar, not yet at their gains."""
        if self.skip:
            self.source.take(self.skip)
            self.skip = 0
        block = clean(self.source.take(count))
        if len(block) != count:
            raise ValueError(f"a source gave {len(block)} frames instead of {count}")
        self.taken += count
        return block.T

    def state(self, mixed: int, given: int) -> VoiceState:
        """As seen when frames up to ``mixed`` are mixed and up to ``given`` are given out."""
        begun = self.begin if self.begin is not None and self.begin <= mixed else None
        loudness = self.gain
        if begun is not None:
            for fade in self.fades:
                gain = fade.at(max(begun, min(mixed, self.end or mixed) - 1), 1)
                loudness *= gain if isinstance(gain, float) else float(gain[0])
        return VoiceState(self.id, self.deck, begun, self.end, self.taken, loudness,
                          self.end is not None and given >= self.end)


def clean(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is no number becomes silence, what is absurdly loud is held: neither may stay in a filter's memory."""
    if not block.size or np.abs(block).max() <= LOUDEST:  # false for NaN
        return block
    return np.clip(np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
