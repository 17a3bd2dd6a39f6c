# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter fade: the track that ends is thinned out by a rising high-pass while the other one comes up under it.

Beat on beat. For tracks whose keys clash: what would clash is thinned out early.
"""

from __future__ import annotations

from dataclasses import replace

from podmix.automix.plan import PlannedTransition
from podmix.automix.transitions.curves import blended
from podmix.automix.transitions.matched import Overlap

HIGHEST = 0.5
"""How far the filter is turned: about 570 Hz."""


def filter_fade(overlap: Overlap, reasons: tuple[str, ...]) -> PlannedTransition:
    length, swap = float(overlap.bars), overlap.swap
    away, here = blended(length, overlap.middles, *overlap.lows(slow=False))
    middle = max(swap, length / 4)
    away = replace(away, filter=((0.0, 0.0), (0.0 + length / 8, 0.05), (middle, 0.6 * HIGHEST), (length, HIGHEST)))
    return overlap.transition("filter", (away, here), reasons, swap=swap)
