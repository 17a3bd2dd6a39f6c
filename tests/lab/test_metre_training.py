# SPDX-License-Identifier: GPL-3.0-or-later
"""Examples, rasters and targets of the metre network: what is trained on must be true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from podmix.lab.beat_examples import Example, load_shard, make_still_shard, quantise, write_shard
from podmix.lab.beat_network import augment, targets
from podmix.lab.beat_sketches import make_sketch
from podmix.lab.composing import sketching
from podmix.lab.composing.rendering import Studio
from podmix.lab.composing.sketching import build_library, stamp
from podmix.lab.metre_training import DIVISIONS, SLOTS, draw_example, draw_raster, prepare, read_rasters
from podmix.music.beats.features import BANDS, FRAME_RATE, HOP, RATE
from podmix.music.beats.slots import INPUTS, LONGEST_S, SHORTEST_S, read_metre, slot_length

SECONDS = 20


def clicks(bpm: float = 120.0) -> Example:
    """A burst in every band on each beat, twice as loud on each fourth."""
    beats = np.arange(0.4, SECONDS - 1, 60 / bpm)
    mel = np.full((SECONDS * 50, BANDS), 1e-3, np.float32)
    for index, beat in enumerate(beats):
        mel[round(beat * FRAME_RATE)] = 0.4 if index % 4 == 0 else 0.2
    return Example(quantise(mel), beats, beats[::4], "clicks")


@pytest.mark.parametrize("seed", range(12))
def test_the_slots_marked_as_beats_hold_the_beats(seed: int) -> None:
    raster = draw_raster(clicks(), np.random.default_rng(seed))
    assert raster is not None
    assert SHORTEST_S * 0.9 < raster.slot_s < LONGEST_S * 1.1
    marked = raster.truth[:, 0] > 0
    if not marked.any():
        return  # a dotted raster, on which nothing lies
    assert np.diff(np.flatnonzero(marked))[0] in DIVISIONS
    assert np.all(raster.truth[:, 1] <= raster.truth[:, 0])
    attacks = raster.heard[:, 0].mean(1)
    assert attacks[marked].min() > 3 * np.median(attacks[~marked])
    opening = raster.truth[:, 1] > 0
    assert attacks[opening].mean() > 1.3 * attacks[marked & ~opening].mean()


def test_prepared_examples_have_one_shape_and_know_where_they_end() -> None:
    raster = draw_raster(clicks(), np.random.default_rng(0))
    assert raster is not None
    for plain in (True, False):
        seen, truth, weight = prepare(raster, np.random.default_rng(1), plain=plain)
        assert seen.shape == (SLOTS, INPUTS)
        assert truth.shape == (SLOTS, 2)
        assert np.isfinite(seen).all()
        assert weight.sum() == min(SLOTS, len(raster.truth))


def test_some_rasters_begin_in_the_silence_before_the_music() -> None:
    early = 0
    for seed in range(30):
        raster = draw_raster(clicks(), np.random.default_rng(seed))
        assert raster is not None
        if raster.truth[:, 0].any():
            first = int(raster.truth[:, 0].argmax())
            early += int(first > 4 and raster.heard[0].max() == 0)
    assert early > 5


def test_what_has_no_pulse_has_no_marks_on_any_raster(tmp_path: Path) -> None:
    dice = np.random.default_rng(3)
    hiss = Example(quantise(np.abs(dice.normal(0.1, 0.03, (SECONDS * 50, BANDS))).astype(np.float32)), np.zeros(0),
                   np.zeros(0), "none")
    lengths = set()
    for seed in range(12):
        raster = draw_raster(hiss, np.random.default_rng(seed))
        assert raster is not None
        assert not raster.truth.any()
        assert SHORTEST_S * 0.9 < raster.slot_s < LONGEST_S * 1.1
        lengths.add(round(raster.slot_s, 4))
    assert len(lengths) > 6
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr("podmix.lab.beat_examples.PIECES", 1)
        patch.setattr("podmix.lab.beat_examples.SECONDS", 6.0)
        make_still_shard(1, Studio(RATE), tmp_path, tmp_path / "still-0001.npz")
    assert len(load_shard(tmp_path / "still-0001.npz")[0].beats) == 0
    assert [path.stem for path in read_rasters(tmp_path, {})] == ["still-0001"]


def test_a_held_note_goes_on_and_dies_away() -> None:
    shape = np.tile(np.linspace(1, 0.5, 90, dtype=np.float32)[:, None], (1, BANDS))
    long, short = sketching._held(shape, 200), sketching._held(shape, 10)
    assert len(long) == 200 + sketching.RELEASE_FRAMES
    assert long[150].mean() > 0.5
    np.testing.assert_array_equal(short[:10], shape[:10])
    assert long[-1].mean() < 0.01


def test_shards_are_kept_and_drawn_from(tmp_path: Path) -> None:
    write_shard([clicks(), clicks(100)], tmp_path / "shard-0001.npz")
    write_shard([clicks(90)], tmp_path / "sketch-0003.npz")
    write_shard([clicks(90)], tmp_path / "shard-0020.npz")
    assert [example.style for example in load_shard(tmp_path / "shard-0001.npz")] == ["clicks", "clicks"]
    pool = read_rasters(tmp_path, {})
    assert [path.stem for path in pool] == ["shard-0001", "sketch-0003"]
    assert [path.stem for path in read_rasters(tmp_path, {}, validation=True)] == ["shard-0020"]
    assert draw_example(pool, np.random.default_rng(0)).heard.shape[1:] == (2, BANDS)


def test_targets_are_read_back_to_a_fraction_of_a_frame() -> None:
    made = targets(np.array([1.0, 2.013]), 200)
    near = slice(98, 104)
    assert (np.arange(200)[near] * made[near]).sum() / made[near].sum() / FRAME_RATE == pytest.approx(2.013, abs=0.004)
    heard, truth = augment(clicks(), 300, np.random.default_rng(3))
    assert heard.shape == (300, BANDS)
    assert truth.shape == (300, 2)


def test_a_stamp_begins_two_frames_late_and_moves_by_quarters() -> None:
    hit = np.random.default_rng(0).normal(0, 0.3, 4 * HOP).astype(np.float32)
    first, *_, last = stamp(hit)
    assert first[0].mean() < 0.05 * first[3].mean()
    assert last[2].mean() < first[2].mean()


def test_sketches_are_music_with_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sketching, "PITCHES", (40, 60, 80))
    library = build_library(Studio(RATE), np.random.default_rng(0), kits=1, instruments=1)
    made = [make_sketch(np.random.default_rng(seed), library, []) for seed in range(3)]
    for example in made:
        assert example.levels.shape[1] == BANDS
        assert set(example.downbeats) <= set(example.beats)
        assert example.levels.max() > example.levels.min() + 40


@pytest.mark.parametrize(("period", "slots"), [(0.5, 4), (0.33, 2), (1.0, 8), (0.16, 1)])
def test_slots_divide_a_beat_by_powers_of_two(period: float, slots: int) -> None:
    length, count = slot_length(period)
    assert count == slots
    assert length * count == pytest.approx(period)


@pytest.mark.parametrize(("per_beat", "first", "metre"), [(4, 1, 4), (4, 3, 3), (3, 0, 4), (2, 1, 4)])
def test_the_reading_that_fits_is_chosen(per_beat: int, first: int, metre: int) -> None:
    chance = np.full((400, 2), 0.05, np.float32)
    chance[first::per_beat, 0] = 0.8
    chance[first + per_beat::per_beat * metre, 1] = 0.7
    best = read_metre(chance, 0.15)[0]
    assert (best.per_beat, best.first) == (per_beat, first)
    assert best.score > 100
    silent = read_metre(np.full((400, 2), 0.02, np.float32), 0.15)[0]
    assert silent.score < 0
