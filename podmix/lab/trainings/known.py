# SPDX-License-Identifier: GPL-3.0-or-later
"""The trainings that ``podmix train`` knows."""

from __future__ import annotations

from podmix.errors import UsageError
from podmix.lab.trainings.cue_points import CUE_POINTS
from podmix.lab.trainings.preview_ranker import PREVIEW_RANKER
from podmix.lab.trainings.taste import TASTE
from podmix.lab.trainings.training import Training

TRAININGS: dict[str, Training] = {one.model: one for one in (PREVIEW_RANKER, CUE_POINTS, TASTE)}


def training_named(name: str) -> Training:
    """Raises UsageError with what there is."""
    if name not in TRAININGS:
        raise UsageError(f"There is no model called {name} to train.", remedy=f"There are {', '.join(TRAININGS)}.")
    return TRAININGS[name]
