# SPDX-License-Identifier: GPL-3.0-or-later
"""How two tempi meet: octaves folded, both sides bent as little as possible.

Real mixes: 86 % of tracks change their tempo by less than 5 %, 95 % by less than 10 % (Kim et al., ISMIR 2020). Up to
``PREFERRED`` the track that comes in gives way alone; beyond, both meet half way, so that neither is bent further than
half of ``LIMIT``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

PREFERRED = 0.05
LIMIT = 0.08
FARTHEST = 0.10
"""No speed in a plan lies farther from 1."""
SLACK = 0.002
"""Tempi are not known any better, and 125 to 135 is 8 percent."""
OCTAVES = (1.0, 2.0, 0.5)


@dataclass(frozen=True, slots=True)
class Meeting:
    """``octave``: how many beats of the track that comes in fall on one of the other (2: it counts twice as fast).

    ``stretch_from`` and ``stretch_to`` are the speeds of both (1 native) at which beats coincide. ``apart`` is the
    distance of the tempi, natural logarithm, octaves folded.
    """

    octave: float
    stretch_from: float
    stretch_to: float
    apart: float


def meet(tempo_from: float, tempo_to: float, *, limit: float = LIMIT) -> Meeting | None:
    """How ``tempo_to`` comes to ``tempo_from``; None where they lie farther apart than ``limit``.

    Raises ValueError for tempi that are not positive.
    """
    if not (tempo_from > 0 and tempo_to > 0):
        raise ValueError(f"tempi {tempo_from} and {tempo_to}")
    octave, apart = min(((factor, math.log(tempo_to / (tempo_from * factor))) for factor in OCTAVES),
                        key=lambda found: abs(found[1]))
    if abs(apart) > math.log1p(min(limit, FARTHEST)) + SLACK:
        return None
    share = 1.0 if abs(apart) <= math.log1p(PREFERRED) else 0.5
    return Meeting(octave, math.exp((1.0 - share) * apart), math.exp(-share * apart), apart)
