# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person's hands say about their taste in mixes, as a handful of numbers that can be read.

Every event about a transition nudges the weights a little: kinds that are kept become likelier, kinds that are changed
away from become rarer; pairs that are skipped or rated badly make the terms weigh more in which they were bad, pairs
that are liked make them weigh less. All steps are small, all numbers bounded, and the whole is a sum over events:
forgetting an event gives what would have been learnt without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace

from podmix.automix.plan import KINDS
from podmix.automix.weights import MixWeights, PairWeights

GOOD = {"lock": 1.0, "like": 1.0, "play-through": 0.1}
BAD = {"skip": -0.7, "dislike": -1.0}
KIND_STEP, MOST_LIKING = 0.12, 0.9
TERM_STEP, LEAST_FACTOR, MOST_FACTOR = 0.08, 0.4, 2.5
FADES = 40.0
"""Events of one kind count ever less: so many count half of what they would."""


@dataclass(frozen=True, slots=True)
class MixEvent:
    """Something a person did with a transition.

    ``what``: lock, like, dislike, skip, play-through, or edit (``kind`` was changed into ``new_kind``). ``terms`` are
    the pair's unweighted terms (``PairTerms.of``), as far as they are known.
    """

    what: str
    kind: str
    new_kind: str = ""
    terms: Mapping[str, float] | None = None


def learnt(events: Iterable[MixEvent], start: MixWeights | None = None) -> MixWeights:
    """The weights after these events, whose order does not matter. Unknown words are passed over."""
    start = start or MixWeights()
    likings: defaultdict[str, float] = defaultdict(float)
    terms: defaultdict[str, float] = defaultdict(float)
    for event in events:
        value = GOOD.get(event.what, BAD.get(event.what, 0.0))
        if event.what == "edit" and event.new_kind in KINDS and event.new_kind != event.kind:
            likings[event.kind] -= 1.0
            likings[event.new_kind] += 1.0
        elif value:
            likings[event.kind] += value
            for name, term in (event.terms or {}).items():
                terms[name] -= value * max(0.0, min(1.0, float(term)))
    kinds = {kind: round(_bounded(KIND_STEP * _faded(likings[kind]), MOST_LIKING), 4)
             for kind in KINDS if likings[kind]}
    pair = {field.name: round(getattr(start.pair, field.name) * _factor(terms[field.name]), 4)
            for field in fields(PairWeights)}
    return replace(start, pair=PairWeights(**pair), kinds=kinds or start.kinds)


def _faded(total: float) -> float:
    return total / (1.0 + abs(total) / FADES)


def _bounded(value: float, most: float) -> float:
    return max(-most, min(most, value))


def _factor(total: float) -> float:
    return max(LEAST_FACTOR, min(MOST_FACTOR, 1.0 + TERM_STEP * _faded(total)))
