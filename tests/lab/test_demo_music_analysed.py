# SPDX-License-Identifier: GPL-3.0-or-later
"""The analysers on the shipped demo music, scored loosely against what its scores say."""

from __future__ import annotations

import json

import numpy as np
import pytest

from podmix.music.analysis import analyse
from podmix.paths import resources

SHIPPED = resources() / "demo" / "music"
NEAR_S = 0.05


@pytest.mark.parametrize("slug", ["glass-elevator", "telegraph-heart"])
def test_tempo_beats_and_loudness_are_heard(slug: str) -> None:
    truth = json.loads((SHIPPED / "truth" / f"{slug}.json").read_text("utf-8"))
    found = analyse(SHIPPED / f"{slug}.opus", ("beats", "loudness"))
    assert found.beats is not None
    assert found.beats.tempo == pytest.approx(truth["tempo"], rel=0.01)
    beats, true = np.array(found.beats.grid.beats), np.array(truth["beats"])
    far = np.abs(true[:, None] - beats[None]).min(1)
    assert np.mean(far < NEAR_S) > 0.9
    assert found.loudness is not None
    assert found.loudness.integrated_lufs == pytest.approx(-14.0, abs=0.7)
    assert found.loudness.true_peak_db is not None
    assert found.loudness.true_peak_db <= -0.9
