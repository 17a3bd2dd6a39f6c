# SPDX-License-Identifier: GPL-3.0-or-later
"""Picks that lie apart come best first, whichever round found them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from podmix.previews.selection import pick_apart
from podmix.previews.types import Candidates


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 20), st.floats(0, 400))
def test_best_first_and_apart(points: list[float], top: int, room: float) -> None:
    count = len(points)
    start = np.arange(count) * 20.0
    spans = Candidates(np.arange(count), np.arange(count), start, start + 60.0)
    scores = np.asarray(points)
    rows = pick_apart(scores, spans, top, [], room)
    found = [scores[row] for row in rows]
    assert found == sorted(found, reverse=True)
    assert found[0] == scores.max()
    assert all(abs(start[a] - start[b]) >= 54.0 for a in rows for b in rows if a != b)
