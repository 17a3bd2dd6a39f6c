# SPDX-License-Identifier: GPL-3.0-or-later
"""Room for the two transitions of a track: they never meet, so that a list always becomes a mix.

Planned transitions keep to their own half of a track. One that a person moved or made longer need not, and the one
beside it, planned anew, then gives way: it becomes a fade as short as the room that is left, or a plain join.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from podmix.automix.facts import TrackFacts
from podmix.automix.plan import PlannedTransition
from podmix.automix.transitions.crossfade import SHORTEST_S, fade_between, fade_length

TOUCH_S = 1e-6
"""What the layout lets pass."""


def meet(earlier: PlannedTransition, later: PlannedTransition) -> bool:
    """Whether ``later`` would lead away from a track before ``earlier`` has led into it."""
    return later.out_marks[0] < earlier.in_marks[-1] - TOUCH_S


def with_room(facts: Sequence[TrackFacts], transitions: Sequence[PlannedTransition],
              kept: Sequence[bool] = ()) -> tuple[PlannedTransition, ...]:
    """The transitions with those replaced that leave no room for a neighbour.

    Args:
        facts: the tracks.
        transitions: one for each pair of neighbours.
        kept: those that stay as they are, by number (none of them if empty). Where two of these meet nothing helps.
    """
    made = list(transitions)
    fixed = list(kept) or [False] * len(made)
    for place, (earlier, later) in enumerate(pairwise(transitions)):
        if not meet(made[place], later):
            continue
        number = place if fixed[place + 1] and not fixed[place] else place + 1
        if not fixed[number]:
            earliest = made[number - 1].in_marks[-1] if number else 0.0
            latest = made[number + 1].out_marks[0] if number + 1 < len(made) and fixed[number + 1] else None
            made[number] = _short(facts[number], facts[number + 1], earliest, latest,
                                  earlier if number == place else later)
    return tuple(made)


def _short(before: TrackFacts, after: TrackFacts, earliest: float, latest: float | None,
           instead: PlannedTransition) -> PlannedTransition:
    """A fade that begins at ``earliest`` in ``before`` at the earliest and is over by ``latest`` in ``after``."""
    end = min(before.duration, max(before.levels.last, earliest))
    begin = after.levels.first if latest is None else min(after.levels.first, latest)
    length = min(fade_length(before), end - earliest, (after.levels.last if latest is None else latest) - begin)
    why = f"No room is left here for the {instead.kind} that was meant, beside the transition next to it"
    if length >= SHORTEST_S:
        return fade_between(end, begin, length, reasons=(f"{why}: a short fade instead.",))
    return PlannedTransition("join", (end, end), (begin, begin), end, begin, reasons=(f"{why}: a join instead.",))
