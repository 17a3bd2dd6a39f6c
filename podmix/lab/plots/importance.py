# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tree model looks at, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def tree_importance(model: Any, names: Sequence[str]) -> dict[str, float]:
    """Feature -> share (the sum is 1), largest first; empty for models without trees.

    scikit-learn's forests tell how much each feature lowered the impurity. PodMix's own tree tables know only where
    they split: there it is the share of splits.
    """
    shares = getattr(model, "feature_importances_", None)
    if shares is None and hasattr(model, "left") and hasattr(model, "feature"):
        inner = np.asarray(model.left) != np.arange(len(model.left))  # a leaf leads to itself
        shares = np.bincount(np.asarray(model.feature)[inner], minlength=len(names)).astype(float)
        shares /= max(1.0, shares.sum())
    if shares is None:
        return {}
    order = np.argsort(-np.asarray(shares), kind="stable")
    return {names[at]: round(float(shares[at]), 5) for at in order if shares[at] > 0}
