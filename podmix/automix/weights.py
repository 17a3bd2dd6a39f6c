# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number that decides what goes well together, in one place that can be read, written and learnt.

Conventions: terms are 0 (fits) to about 1 (does not), weights say how much each counts; costs are their sums. Costs of
transitions' places are in the same unit.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeVar

from podmix.errors import UsageError

LEAST, MOST = 0.0, 20.0
_Weights = TypeVar("_Weights", "PairWeights", "PlaceWeights")


@dataclass(frozen=True, slots=True)
class PairWeights:
    """How much each doubt about a pair of neighbours counts.

    ``tempo`` distance after folding octaves; ``key`` clash (soft, capped at 1); ``energy`` step; ``sound`` unlikeness;
    ``vocals`` singing over singing; ``loudness`` difference; ``artist`` the same one twice; ``unmatched`` beats that
    cannot be laid over beats.
    """

    tempo: float = 1.6
    key: float = 0.7
    energy: float = 0.8
    sound: float = 0.6
    vocals: float = 0.4
    loudness: float = 0.2
    artist: float = 0.8
    unmatched: float = 1.0


@dataclass(frozen=True, slots=True)
class PlaceWeights:
    """How much each doubt about the place of a transition counts.

    ``phrase`` a line off the phrases; ``section`` no section edge where the next track takes over; ``vocals`` over
    vocals; ``level`` a decibel too much that the fade sinks; ``skipped`` music left out (of one whole track);
    ``unbalanced`` a decibel too much that the overlap strays from the louder track even with the best fades; ``length``
    bars off the wanted length (an octave); ``bass`` both basses missing; ``cue`` away from an analysed cue point.
    """

    phrase: float = 3.0
    section: float = 0.5
    vocals: float = 6.0
    level: float = 0.6
    unbalanced: float = 1.0
    skipped: float = 2.5
    length: float = 0.8
    bass: float = 0.4
    cue: float = 1.0


@dataclass(frozen=True, slots=True)
class MixWeights:
    """All of them. ``shape`` is how closely an energy curve is followed; ``kinds`` are likings by kind of transition
    (positive: more of them), from what a person kept and changed."""

    pair: PairWeights = PairWeights()
    place: PlaceWeights = PlaceWeights()
    shape: float = 3.0
    kinds: Mapping[str, float] | None = None

    def liking(self, kind: str) -> float:
        return 0.0 if self.kinds is None else float(self.kinds.get(kind, 0.0))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> MixWeights:
        """Unknown names are left out, missing ones keep their defaults. Raises UsageError for what is no weights."""
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as problem:
            raise _refused(str(problem)) from problem
        if not isinstance(given, dict):
            raise _refused(text[:80])
        kinds = given.get("kinds") or {}
        if not isinstance(kinds, dict):
            raise _refused(f"kinds {kinds!r:.80}")
        return cls(_taken(PairWeights(), given.get("pair", {})), _taken(PlaceWeights(), given.get("place", {})),
                   _number(given.get("shape", cls().shape)),
                   {str(kind): _number(value, least=-2.0, most=2.0) for kind, value in kinds.items()} or None)


def _taken(weights: _Weights, given: Any) -> _Weights:
    if not isinstance(given, dict):
        raise _refused(f"{given!r:.80}")
    known = {field.name for field in fields(weights)}
    return replace(weights, **{name: _number(value) for name, value in given.items() if name in known})


def _number(value: Any, *, least: float = LEAST, most: float = MOST) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused(f"{value!r:.80}")
    return min(most, max(least, float(value)))


def _refused(detail: str) -> UsageError:
    return UsageError("These are no weights for mixes.", remedy="Delete the file to begin with the defaults.",
                      detail=detail)
