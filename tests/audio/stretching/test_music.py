# SPDX-License-Identifier: GPL-3.0-or-later
"""Music with the pitch kept: places, pitch, steadiness, attacks, stereo, block sizes, bad numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.stretching.music import MapStretch, MusicStretch
from podmix.audio.stretching.time_map import TimeMap
from tests.audio.conftest import coloured_noise

RATE = 44_100


def stretched(x: np.ndarray, speed: float, block: int = 11_025, rate: int = RATE) -> np.ndarray:
    stretch = MusicStretch(speed, rate)
    pieces = [stretch.push(x[i: i + block]) for i in range(0, len(x), block)]
    return np.concatenate([*pieces, stretch.finish()])


def stereo(mono: np.ndarray) -> np.ndarray:
    return np.repeat(mono.astype(np.float32)[:, None], 2, axis=1)


def tones(hertz: list[float], seconds: float, rate: int = RATE) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    return stereo(sum(0.5 / len(hertz) * np.sin(2 * np.pi * f * t + i) for i, f in enumerate(hertz)))


def drum_hit(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(round(0.25 * RATE)) / RATE
    body = np.sin(2 * np.pi * (60 * t + 4 * np.exp(-t / 0.03))) * np.exp(-t / 0.08)
    return 0.5 * body + 0.2 * rng.normal(size=len(t)) * np.exp(-t / 0.01)


def clicks(places: list[int], length: int) -> np.ndarray:
    x = np.zeros(length)
    x[places] = 0.9
    return stereo(x)


def place_of(energy: np.ndarray, about: float) -> float:
    """The centre of the energy within 40 ms of a frame."""
    low = round(about) - round(0.04 * RATE)
    piece = energy[low: low + round(0.08 * RATE)]
    return low + float((piece * np.arange(len(piece))).sum() / piece.sum())


@pytest.mark.parametrize("speed", [0.5, 0.92, 0.96, 1.04, 1.08, 2.0])
def test_clicks_land_where_the_map_says_and_stay_clicks(speed: float) -> None:
    places = [round(second * RATE) for second in (0.6, 0.97, 1.5, 1.81, 2.4)]
    out = stretched(clicks(places, 3 * RATE), speed)
    assert len(out) == round(3 * RATE / speed)
    energy = (out ** 2).sum(axis=1)
    for place in places:
        assert abs(place_of(energy, place / speed) - place / speed) / RATE < 0.001
        near = energy[round(place / speed) - 44: round(place / speed) + 45].sum()
        assert near > 0.9 * energy[round(place / speed) - 2000: round(place / speed) + 2000].sum()


@pytest.mark.parametrize("speed", [0.92, 1.08])
def test_drums_are_not_heard_before_they_are_hit(speed: float) -> None:
    x = np.zeros(4 * RATE)
    places = [round((0.5 + 0.47 * i) * RATE) for i in range(7)]
    for i, place in enumerate(places):
        x[place: place + len(drum_hit(i))] += drum_hit(i)
    out = stretched(stereo(x), speed)[:, 0]
    for place in places:
        hit = round(place / speed)
        before, after = out[hit - 2000: hit - 130], out[hit: hit + 2000]
        assert 10 * np.log10((before ** 2).sum() / (after ** 2).sum()) < -40
        sound = x[place: place + 2000]
        crest = [20 * np.log10(np.abs(y).max() / y.std()) for y in (after, sound)]
        assert abs(crest[0] - crest[1]) < 1.0


@pytest.mark.parametrize(("speed", "hertz"), [(0.92, 440.3), (1.04, 61.7), (1.08, 3011.0), (0.5, 1000.0), (2.0, 220.0)])
def test_a_tone_keeps_pitch_and_purity(speed: float, hertz: float) -> None:
    out = stretched(tones([hertz], 4.0), speed)[:, 0].astype(float)
    middle = out[RATE // 2: -RATE // 2]
    t = np.arange(len(middle)) / RATE
    basis = np.stack([np.sin(2 * np.pi * hertz * t), np.cos(2 * np.pi * hertz * t)], axis=1)
    rest = middle - basis @ np.linalg.lstsq(basis, middle, rcond=None)[0]
    assert 10 * np.log10((rest ** 2).sum() / (middle ** 2).sum()) < -55
    assert middle.std() == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("speed", [0.92, 1.04])
def test_a_chord_does_not_flutter(speed: float) -> None:
    notes = [110.0, 164.8, 277.2, 554.4, 1108.0, 1661.0, 2200.0, 2637.0, 4000.0]
    out = stretched(tones(notes, 4.0), speed)[RATE // 2: -RATE // 2, 0]
    window = np.hanning(8192)
    for hertz in notes:
        line = out * np.exp(-2j * np.pi * hertz * np.arange(len(out)) / RATE)
        level = np.abs(np.lib.stride_tricks.sliding_window_view(line, 8192)[::1024] @ window)
        assert level.std() / level.mean() < 0.03


def test_the_stereo_image_is_the_sources() -> None:
    left = coloured_noise(2.0, RATE, channels=1)[:, 0]
    out = stretched(np.stack([left, -0.5 * left], axis=1), 1.06)
    assert np.abs(out[:, 1] + 0.5 * out[:, 0]).max() < 1e-4


@settings(max_examples=5)
@given(block=st.integers(300, 40_000), speed=st.sampled_from([0.5, 0.93, 1.0, 1.07, 1.9]), seed=st.integers(0, 9))
def test_block_sizes_do_not_matter(block: int, speed: float, seed: int) -> None:
    x = coloured_noise(0.8, RATE, seed=seed)
    x[RATE // 2: RATE // 2 + 5000] += stereo(drum_hit(seed)[:5000])
    out = stretched(x, speed, block)
    assert len(out) == round(len(x) / speed)
    assert np.array_equal(out, stretched(x, speed, len(x)))


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 96_000])
def test_other_rates(rate: int) -> None:
    out = stretched(tones([440.0], 2.0, rate), 1.05, rate // 4, rate)
    assert len(out) == round(2 * rate / 1.05)
    middle = out[rate // 2: rate * 3 // 2, 0]
    assert np.argmax(np.abs(np.fft.rfft(middle * np.hanning(len(middle))))) * rate / len(middle) == pytest.approx(
        440, abs=1)


def test_nothing_and_very_little() -> None:
    assert len(MusicStretch(1.1, RATE).finish()) == 0
    assert len(stretched(np.zeros((1, 2), np.float32), 0.5)) == 2
    assert not stretched(np.zeros((RATE, 2), np.float32), 0.9).any()


def test_bad_numbers_pass_and_are_gone() -> None:
    x = tones([440.0], 3.0)
    x[RATE: RATE + 50] = np.nan
    x[RATE + 50: RATE + 60] = np.inf
    x[RATE + 60: RATE + 70] = 3e38
    out = stretched(x, 1.05)
    assert np.isfinite(out).all()
    assert out[2 * RATE: round(2.5 * RATE)].std() == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_silence_then_sound_then_silence() -> None:
    x = np.concatenate([np.zeros((RATE, 2), np.float32), tones([440.0], 1.0), np.zeros((RATE, 2), np.float32)])
    out = stretched(x, 1.25)
    assert out[round(0.9 * RATE): round(1.5 * RATE)].std() == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert np.abs(out[: round(0.75 * RATE)]).max() < 1e-3
    assert np.abs(out[round(1.7 * RATE):]).max() < 1e-3


def test_a_map_with_changing_speeds_is_followed_far_from_its_beginning() -> None:
    far = 1800.0  # half an hour into the mix
    points = ((far, 1700.0), (far + 2, 1702.16), (far + 4, 1704.2), (far + 6, 1706.0))
    time_map = TimeMap.from_points(points, RATE)
    stretch = MapStretch(time_map, RATE, time_map.start, time_map.end)
    seconds = (1700.5, 1701.3, 1702.9, 1703.5, 1704.9, 1705.5)
    places = [round(second * RATE) - stretch.first_source for second in seconds]
    x = clicks(places, 8 * RATE)
    out = np.concatenate([stretch.push(x[i: i + 9000]) for i in range(0, len(x), 9000)])
    assert len(out) == time_map.end - time_map.start
    energy = (out ** 2).sum(axis=1)
    for place in places:
        [wanted] = time_map.mix_at(place + stretch.first_source)
        assert abs(place_of(energy, wanted - time_map.start) - (wanted - time_map.start)) / RATE < 0.001


def test_sound_comes_soon() -> None:
    stretch = MusicStretch(1.05, RATE)
    x = coloured_noise(1.0, RATE)
    fed = 0
    while not len(stretch.push(x[fed: fed + 4096])):
        fed += 4096
    assert fed < 0.6 * RATE
