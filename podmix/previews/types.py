# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into and comes out of choosing a preview. All times are seconds on the clock of the audio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # these types are all that the window needs of this room: numpy loads with the ranker
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"
Doubles: TypeAlias = "NDArray[np.float64]"
Ints: TypeAlias = "NDArray[np.int64]"
Bools: TypeAlias = "NDArray[np.bool_]"

Encode: TypeAlias = Callable[[list[str]], Floats]
"""Texts -> one vector each, shape ``(texts, dimensions)``; need not be of unit length."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One chosen span. ``reasons`` are 0..1 under plain-word keys; sentence indices are inclusive."""

    rank: int
    start: float
    end: float
    score: float
    title: str
    text: str
    reasons: dict[str, float]
    first_sentence: int
    last_sentence: int

    @property
    def length(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Soundbite:
    """A highlight that the publisher marked (``podcast:soundbite``)."""

    start: float
    duration: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class SoundFeatures:
    """How each second sounds, every array ``(seconds,)``; NaN where nothing is known.

    Args:
        loudness: LUFS-like level in dB.
        pitch: fundamental frequency in Hz, NaN where unvoiced.
        rate: syllables or words a second.
        laughter: likeliness of laughter or applause, 0..1.
    """

    loudness: Floats
    pitch: Floats
    rate: Floats
    laughter: Floats


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long a preview may be, in seconds."""

    target: float = 60.0
    shortest: float = 30.0
    longest: float = 75.0

    @classmethod
    def around(cls, target: float) -> Lengths:
        """Half to five quarters of the target, which is held within 15..120 s."""
        held = min(120.0, max(15.0, target))
        return cls(target=held, shortest=held / 2, longest=held * 1.25)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Spans to choose from, one row each: first and last unit (inclusive), start and end in seconds."""

    first: Ints
    last: Ints
    start: Doubles
    end: Doubles

    def __len__(self) -> int:
        return len(self.first)

    def take(self, rows: Ints | Bools) -> Candidates:
        return Candidates(self.first[rows], self.last[rows], self.start[rows], self.end[rows])
