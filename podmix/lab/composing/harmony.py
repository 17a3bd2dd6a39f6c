# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, chords and where they change."""

from __future__ import annotations

from dataclasses import dataclass

from podmix.lab.composing.drum_sounds import Dice

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
DORIAN, PHRYGIAN, MIXOLYDIAN = (0, 2, 3, 5, 7, 9, 10), (0, 1, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 10)
LOOPS = (
    (0, 5, 3, 4),
    (0, 4, 5, 3),
    (5, 3, 0, 4),
    (0, 3, 4, 4),
    (0, 3, 0, 4),
    (0, 6, 5, 4),
    (0, 5, 2, 6),
    (0, 0, 3, 3),
    (1, 4, 0, 0),
    (0, 2, 3, 4),
    (0, 0, 0, 0),
    (0, 6, 0, 6),
    (3, 4, 0, 5),
    (0, 3),
    (0, 6),
    (0, 5),
    (0, 0, 5, 6),
    (0, 2, 5, 3),
    (5, 4, 3, 4),
    (0,),
)


@dataclass(frozen=True, slots=True)
class Harmony:
    """A key and its loop of chords. ``chord_bars`` is how long each lasts; degrees count from 0."""

    tonic: int
    scale: tuple[int, ...]
    loop: tuple[int, ...]
    chord_bars: float
    sevenths: bool

    def degree_at(self, bar: float) -> int:
        return self.loop[int(bar / self.chord_bars) % len(self.loop)]

    def pitch(self, degree: int, octave: int) -> int:
        """MIDI number of a scale degree (may lie outside 0..6) above octave ``octave`` of the tonic."""
        turns, step = divmod(degree, len(self.scale))
        return 12 * (octave + 1) + self.tonic + 12 * turns + self.scale[step]

    def chord(self, bar: float, octave: int) -> list[int]:
        degree = self.degree_at(bar)
        return [self.pitch(degree + step, octave) for step in ((0, 2, 4, 6) if self.sevenths else (0, 2, 4))]

    def root(self, bar: float, octave: int) -> int:
        return self.pitch(self.degree_at(bar), octave)


def random_harmony(dice: Dice) -> Harmony:
    scales = (MAJOR, MINOR, DORIAN, PHRYGIAN, MIXOLYDIAN)
    loop: tuple[int, ...] = LOOPS[int(dice.integers(len(LOOPS)))]
    if dice.random() < 0.2:
        loop = tuple(int(degree) for degree in dice.integers(0, 7, 4))
    return Harmony(
        int(dice.integers(12)),
        scales[int(dice.choice(5, p=[0.35, 0.4, 0.1, 0.07, 0.08]))],
        loop,
        float(dice.choice([0.5, 1, 1, 1, 1, 2, 2, 4])),
        bool(dice.random() < 0.25),
    )
