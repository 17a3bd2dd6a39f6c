# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms of tracks for cue points: what plays in which bar, and where a DJ would come in, leave, and jump to.

The truth is the arranger's: ``come_in`` is where the first strong part (verse, chorus, drop) begins, ``go_out`` where
the outro begins, where the fade-out begins, or, in a track that simply stops, eight bars before its end. Hot cues are
the places where a chorus, a drop or a break begins after something else. Nothing of that is told to any analyser.

The forms are made to differ: intros without end and none at all, intros as loud as the main part, parts that change
inside, breaks that keep the bass drum, one silent bar that means nothing, odd lengths, tracks that fade or are cut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.score import Doubles
from podmix.music.cues.lines import STRONG

STEMS = ("kick", "tops", "percussion", "bass", "chords", "second chords", "melody", "voice")
HOT = ("chorus", "drop", "break")
NO_OUTRO_BARS = 8
"""A track without an outro is left so many bars before its end."""
_PLAYS: Mapping[str, tuple[float, ...]] = {
    "intro": (0.6, 0.6, 0.4, 0.3, 0.4, 0.3, 0.1, 0.02),
    "verse": (0.9, 0.9, 0.5, 0.9, 0.8, 0.2, 0.3, 0.6),
    "chorus": (0.97, 1.0, 0.6, 1.0, 1.0, 0.8, 0.6, 0.6),
    "build": (0.2, 0.6, 0.4, 0.3, 0.9, 0.6, 0.4, 0.2),
    "drop": (1.0, 1.0, 0.7, 1.0, 0.8, 0.7, 0.6, 0.1),
    "break": (0.15, 0.2, 0.3, 0.3, 0.9, 0.7, 0.5, 0.25),
    "outro": (0.7, 0.7, 0.5, 0.4, 0.3, 0.2, 0.05, 0.02),
}
_DECIBELS: Mapping[str, tuple[float, float]] = {
    "intro": (-7.0, 0.0), "verse": (-5.0, 0.0), "chorus": (-1.0, 1.0), "build": (-5.0, 0.0), "drop": (-1.0, 1.0),
    "break": (-8.0, -1.0), "outro": (-7.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """``bars`` in which the same stems play; ``gain`` is the whole band's, ``playing`` one truth for each of STEMS."""

    bars: int
    playing: tuple[bool, ...]
    gain: float
    rest_at_end: bool = False


@dataclass(frozen=True, slots=True)
class FormPart:
    """A part of the track: its name and what happens in it."""

    label: str
    stretches: tuple[Stretch, ...]

    @property
    def bars(self) -> int:
        return sum(stretch.bars for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class CueForm:
    """The whole track; ``fade_bars`` of its end fade to nothing."""

    parts: tuple[FormPart, ...]
    fade_bars: int = 0

    @property
    def bars(self) -> int:
        return sum(part.bars for part in self.parts)


@dataclass(frozen=True, slots=True)
class CueTruth:
    """Where the cues are, seconds. ``hot`` rise; ``hot_labels`` name them. A DJ's own cues may say less: then
    ``come_in`` or ``go_out`` is None."""

    first_beat: float | None
    come_in: float | None
    go_out: float | None
    last_beat: float | None
    hot: tuple[float, ...]
    hot_labels: tuple[str, ...]


def draw_form(dice: Dice, *, club: bool, drummer: bool, singer: bool) -> CueForm:
    """A track of about 40 to 130 bars."""
    plan = _club_plan(dice) if club else _song_plan(dice)
    fading = bool(dice.random() < (0.08 if club else 0.25)) and plan[-1][0] not in ("outro", "break")
    able = np.array([drummer, drummer, drummer, True, True, True, True, singer])
    memory: dict[str, tuple[tuple[bool, ...], float]] = {}
    parts = [_arranged(label, bars, able, memory, dice, first=place == 0) for place, (label, bars) in enumerate(plan)]
    fade = min(parts[-1].bars, int(dice.choice([4, 8, 8]))) if fading else 0
    return CueForm(tuple(parts), fade)


def _club_plan(dice: Dice) -> list[tuple[str, int]]:
    plan: list[tuple[str, int]] = []
    if dice.random() < 0.85:
        plan.append(("intro", _bars(dice, (4, 8, 16, 16, 32))))
    for cycle in range(int(dice.choice([1, 2, 2, 3]))):
        if cycle == 0 and dice.random() < 0.3:
            plan.append(("verse", _bars(dice, (8, 16))))
        if cycle or dice.random() < 0.35:
            plan.append(("break", _bars(dice, (4, 8, 8, 16))))
        if dice.random() < 0.6:
            plan.append(("build", _bars(dice, (2, 4, 8))))
        plan.append(("drop", _bars(dice, (16, 16, 24, 32))))
    if dice.random() < 0.8:
        plan.append(("outro", _bars(dice, (4, 8, 16, 16, 32))))
    return plan


def _song_plan(dice: Dice) -> list[tuple[str, int]]:
    plan: list[tuple[str, int]] = []
    if dice.random() < 0.85:
        plan.append(("intro", _bars(dice, (2, 4, 4, 8, 8, 16))))
    for _ in range(int(dice.choice([1, 2, 2, 3]))):
        if dice.random() < 0.85:
            plan.append(("verse", _bars(dice, (8, 8, 16))))
        if dice.random() < 0.25:
            plan.append(("build", _bars(dice, (2, 4))))
        plan.append(("chorus", _bars(dice, (8, 8, 16))))
    if dice.random() < 0.6:
        plan += [("break", _bars(dice, (4, 8, 8))), ("chorus", _bars(dice, (8, 8, 16)))]
    if dice.random() < 0.65:
        plan.append(("outro", _bars(dice, (2, 4, 8, 8))))
    return plan


def _bars(dice: Dice, choices: tuple[int, ...]) -> int:
    """One of the usual lengths; now and then a bar or two longer or shorter."""
    bars = int(choices[int(dice.integers(len(choices)))])
    if bars >= 4 and dice.random() < 0.07:
        bars += int(dice.choice([-1, 1, 2, 2, 4]))
    return bars


def _arranged(label: str, bars: int, able: np.ndarray, memory: dict[str, tuple[tuple[bool, ...], float]], dice: Dice,
              *, first: bool) -> FormPart:
    """Who plays, from stretch to stretch. A part that comes again sounds as it did."""
    if label not in memory:
        playing = (dice.random(len(STEMS)) < np.array(_PLAYS[label])) & able
        if not playing[3:].any() and not playing[:3].any():
            playing[4] = True
        low, high = _DECIBELS[label]
        memory[label] = tuple(map(bool, playing)), float(10 ** (dice.uniform(low, high) / 20))
    playing_now, gain = memory[label]
    layered = label in ("intro", "outro") and bars >= 8 and dice.random() < 0.6
    if layered:
        return FormPart(label, _layers(bars, playing_now, gain, able, dice, falling=label == "outro"))
    stretches = []
    left = bars
    while left > 0:
        size = left if left <= 8 or dice.random() < 0.3 else 8
        left -= size
        changed = np.array(playing_now)
        if not first and bars > 8 and dice.random() < 0.5:  # something comes or goes inside a part
            which = int(dice.integers(2, len(STEMS)))
            changed[which] = not changed[which] and bool(able[which])
            changed = changed if changed.any() else np.array(playing_now)
        rest = bool(dice.random() < 0.12)
        stretches.append(Stretch(size, tuple(map(bool, changed)), gain, rest))
    return FormPart(label, tuple(stretches))


def _layers(bars: int, playing: tuple[bool, ...], gain: float, able: np.ndarray, dice: Dice, *,
            falling: bool) -> tuple[Stretch, ...]:
    """An intro that fills up, or an outro that empties, every four or eight bars."""
    step = int(dice.choice([4, 8])) if bars > 8 else 4
    order = np.array(playing) & able
    order[0 if able[0] else 4] = True
    chosen = np.flatnonzero(order)
    if dice.random() < 0.4:
        chosen = dice.permutation(chosen)
    extra = [stem for stem in (1, 2, 3) if able[stem] and stem not in chosen]
    chosen = np.concatenate([chosen, np.array(extra, np.intp)])
    count = -(-bars // step)
    stretches = []
    for place in range(count):
        active = np.zeros(len(STEMS), bool)
        active[chosen[:1 + int((place + 1) * (len(chosen) - 1) / count)]] = True
        stretches.append(Stretch(min(step, bars - place * step), tuple(map(bool, active)), gain))
    if not falling:
        return tuple(stretches)
    mirrored = [Stretch(one.bars, other.playing, one.gain)
                for one, other in zip(stretches, reversed(stretches), strict=True)]
    return tuple(mirrored)


def truth_of(form: CueForm, bar_times: Doubles) -> CueTruth:
    """The cues of a form whose bars begin at ``bar_times`` ``(bars + 1,)`` seconds."""
    starts = np.cumsum([0, *(part.bars for part in form.parts)])
    labels = [part.label for part in form.parts]
    strong = [place for place, label in enumerate(labels) if label in STRONG]
    come_in = int(starts[strong[0]]) if strong else 0
    if form.fade_bars:
        go_out = form.bars - form.fade_bars
    elif labels[-1] == "outro":
        go_out = int(starts[-2])
    else:
        go_out = form.bars - NO_OUTRO_BARS
    go_out = max(go_out, come_in)
    hot = [(int(start), label) for start, label, before in
           zip(starts[:-1], labels, ["", *labels[:-1]], strict=True) if label in HOT and label != before][:8]
    return CueTruth(float(bar_times[0]), float(bar_times[come_in]), float(bar_times[go_out]), float(bar_times[-1]),
                    tuple(float(bar_times[bar]) for bar, _ in hot), tuple(label for _, label in hot))


def part_edges(form: CueForm) -> tuple[tuple[int, int, str], ...]:
    """``(first bar, bar after the last, label)`` of every part."""
    starts = np.cumsum([0, *(part.bars for part in form.parts)])
    return tuple((int(low), int(high), part.label) for (low, high), part in
                 zip(pairwise(starts), form.parts, strict=True))
