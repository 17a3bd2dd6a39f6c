# SPDX-License-Identifier: GPL-3.0-or-later
"""Blend and bass swap: two tracks beat on beat, bands fading over on their own.

Mids and highs fade at equal power over the whole length, their middles where the levels ask for it. Where both have a
bass, it changes over within one beat, ending on the line in the middle (or on a quarter of a long overlap, or at its
end), so that the next track's bass comes in on the one; else lows pass over slowly.
"""

from __future__ import annotations

from podmix.automix.plan import PlannedTransition
from podmix.automix.transitions.curves import blended
from podmix.automix.transitions.matched import Overlap


def bass_swap(overlap: Overlap, reasons: tuple[str, ...]) -> PlannedTransition:
    curves = blended(overlap.bars, overlap.middles, *overlap.lows(slow=False))
    return overlap.transition("bass-swap", curves, reasons, swap=overlap.swap)


def blend(overlap: Overlap, reasons: tuple[str, ...]) -> PlannedTransition:
    curves = blended(overlap.bars, overlap.middles, *overlap.lows(slow=True))
    return overlap.transition("blend", curves, reasons)
