# SPDX-License-Identifier: GPL-3.0-or-later
"""Blend and bass swap: two tracks beat on beat, bands fading over on their own.

Mids and highs fade at equal power over the whole length, their middles where the levels ask for it. Where both have a
bass, it changes over within one beat, ending on the line in the middle (or on a quarter of a long overlap), so that the
next track's bass comes in on the one; else lows pass over slowly.
"""

from __future__ import annotations

from podmix.automix.plan import PlannedTransition
from podmix.automix.transitions.curves import SWAP_BARS, blended
from podmix.automix.transitions.matched import Overlap

SLOW_SHARE = 0.25
"""Of the length, over which lows pass in a plain blend."""


def bass_swap(overlap: Overlap, reasons: tuple[str, ...]) -> PlannedTransition:
    swap = overlap.swap
    curves = blended(overlap.bars, overlap.middles, swap - SWAP_BARS, swap)
    return overlap.transition("bass-swap", curves, reasons, swap=swap)


def blend(overlap: Overlap, reasons: tuple[str, ...]) -> PlannedTransition:
    middle, share = overlap.swap, overlap.bars * SLOW_SHARE
    curves = blended(overlap.bars, overlap.middles, middle - share / 2, middle + share / 2)
    return overlap.transition("blend", curves, reasons)
