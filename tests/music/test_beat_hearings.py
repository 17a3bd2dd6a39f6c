# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice among all readings of a piece: what pulses, what may follow what, when the present one is left."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from podmix.music.beats import hearings, network
from podmix.music.beats.features import FINE_RATE, Floats
from podmix.music.beats.hearings import NAMES, Hearing, better_hearing, may_follow, pulses
from podmix.music.beats.slots import Reading


def hearing(bpm: float, per_beat: int = 4, rank: float = 0.0) -> Hearing:
    beats = np.arange(0.5, 59.0, 60 / bpm)
    return Hearing(Reading(per_beat, 0, 40.0, 10.0, 4, 1.0, rank), beats, 1.0, 1.0, 0.0)


def attacks(period: float) -> Floats:
    curve = np.zeros(int(60 * FINE_RATE), np.float32)
    places = np.round(np.arange(0.5, 59.0, period) * FINE_RATE).astype(int)
    for shift in (-1, 0, 1):
        curve[places + shift] = 4.0
    return curve


def model(folder: Path, **weights: float) -> Path:
    target = folder / "choice.json"
    target.write_text(json.dumps({"weights": {name.replace("_", " "): value for name, value in weights.items()}}))
    return target


def test_attacks_pulse_at_their_own_rate() -> None:
    found = dict(zip(NAMES, pulses(attacks(0.5), hearing(120.0).beats), strict=False))
    assert found["pulse"] > 0.95
    assert found["pulse 2"] > 0.9
    assert abs(found["pulse 3/2"]) < 0.1  # two thirds know nothing of it
    assert abs(found["pulse half"]) < 0.1
    between = pulses(attacks(0.5), hearing(120.0).beats + 0.25)
    assert between[1] < -0.95


@pytest.mark.parametrize(("present", "other", "may"), [
    (90.0, 180.0, True), (80.0, 160.0, False), (180.0, 90.0, False), (120.0, 120.0, False),
    (128.67, 193.0, True), (193.0, 128.67, True), (60.0, 180.0, True)])
def test_octaves_are_left_alone_but_for_fast_music(present: float, other: float, may: bool) -> None:
    assert may_follow(hearing(other), hearing(present)) is may


def test_the_present_reading_is_left_only_for_a_clearly_likelier_one(tmp_path: Path) -> None:
    present, other = hearing(128.67), hearing(193.0, rank=-1.0)
    onsets = attacks(60 / 193)
    strong = model(tmp_path, pulse=20.0)
    assert better_hearing([other, present], present, onsets, strong) is other
    hearings._weights.cache_clear()
    weak = model(tmp_path, pulse=0.5)
    assert better_hearing([other, present], present, onsets, weak) is present
    assert better_hearing([other, present], present, onsets, tmp_path / "none.json") is present
    hearings._weights.cache_clear()


def test_the_shipped_weights_name_every_part_of_a_description() -> None:
    said = json.loads((network.models_folder() / "tempo-choice.json").read_text(encoding="utf-8"))
    assert set(said["weights"]) == set(NAMES)
    one = hearing(128.0)
    assert hearings.describe_hearings([one, hearing(96.0)], one, attacks(0.47)).shape == (2, len(NAMES))
