# SPDX-License-Identifier: GPL-3.0-or-later
"""Blend and bass swap: two tracks beat on beat, bands fading over on their own.

Mids and highs at equal power over the whole length. Where both have a bass, it changes over within one beat, ending on
the line in the middle, so that the next track's bass comes in on the one; else lows pass over slowly.
"""

from __future__ import annotations

from podmix.automix.plan import PlannedTransition
from podmix.automix.transitions.curves import SWAP_BARS, blended
from podmix.automix.transitions.matched import Overlap

SLOW_SHARE = 0.25
"""Of the length, over which lows pass in a plain blend."""


def bass_swap(overlap: Overlap, reasons: tuple[str, ...]) -> PlannedTransition:
    middle = overlap.bars / 2
    return overlap.transition("bass-swap", blended(overlap.bars, middle, middle - SWAP_BARS, middle), reasons,
                              swap=middle)


def blend(overlap: Overlap, reasons: tuple[str, ...]) -> PlannedTransition:
    middle, share = overlap.bars / 2, overlap.bars * SLOW_SHARE
    return overlap.transition("blend", blended(overlap.bars, middle, middle - share / 2, middle + share / 2), reasons)
