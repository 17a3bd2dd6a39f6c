# SPDX-License-Identifier: GPL-3.0-or-later
"""How right a key is, as MIREX counts it. Keys are numbered as in ``music.key.names``."""

from __future__ import annotations


def relative(number: int) -> int:
    """The key of the other mode with the same notes."""
    return (number + 9) % 12 + 12 if number < 12 else (number + 3) % 12


def mirex_score(truth: int, found: int | None) -> float:
    """1 right, 0.5 a fifth above (as mir_eval counts it), 0.3 relative, 0.2 parallel, else 0; None is 0."""
    if found is None:
        return 0.0
    if truth == found:
        return 1.0
    same_mode = (truth < 12) == (found < 12)
    if same_mode:
        return 0.5 if (found - truth) % 12 == 7 else 0.0
    if found == relative(truth):
        return 0.3
    return 0.2 if truth % 12 == found % 12 else 0.0


def kind_of_answer(truth: int, found: int | None) -> str:
    """``exact``, ``fifth`` (up), ``fourth`` (a fifth down), ``relative``, ``parallel`` or ``other``."""
    score = mirex_score(truth, found)
    names = {1.0: "exact", 0.5: "fifth", 0.3: "relative", 0.2: "parallel"}
    if found is not None and not score and (truth < 12) == (found < 12) and (found - truth) % 12 == 5:
        return "fourth"
    return names.get(score, "other")
