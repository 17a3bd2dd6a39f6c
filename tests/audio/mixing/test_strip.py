# SPDX-License-Identifier: GPL-3.0-or-later
"""Decks under lanes and knobs: gains without steps, echoes that outlast their clip, clips one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.echo import EchoLine
from podmix.audio.mixing.types import Echo
from tests.audio.mixing.signals import RATE, clip, lane, largest_step, level_db, noise, play, sine, source

SEND = lane((0.0, 1.0))


def echoed(frames: int, delay: int, feedback: float, **lanes: object) -> MixCore:
    core = MixCore(RATE)
    pulse = np.zeros((frames, 2), np.float32)
    pulse[10] = 0.5
    core.cue(source(pulse), deck=0, clip=clip(frames, echo=Echo(delay / RATE, feedback, SEND), **lanes))
    return core


# Gain.

def test_a_jump_of_the_gain_is_no_step() -> None:
    tone = sine(20_000, hz=100.0)
    core = MixCore(RATE)
    jumps = lane((0.0, 1.0), (0.1, 1.0), (0.1, 0.0), (0.2, 0.0), (0.2, 1.0))
    core.cue(source(tone), deck=0, clip=clip(20_000, gain=jumps))
    heard = play(core)
    assert largest_step(heard) <= largest_step(tone) + 0.5 / 240 * 1.05
    assert np.array_equal(heard[:4600], tone[:4600])
    assert not heard[5000:9400].any()
    assert np.array_equal(heard[9800:], tone[9800:])


def test_a_fade_written_in_the_lane_begins_and_ends_in_silence() -> None:
    frames = 10_000
    ends = lane((0.0, 0.0), (0.005, 1.0), (frames / RATE - 0.005, 1.0), (frames / RATE, 0.0))
    core = MixCore(RATE)
    core.cue(source(np.full((frames, 2), 0.5, np.float32)), deck=0, clip=clip(frames, gain=ends))
    heard = play(core)
    assert len(heard) == frames
    assert heard[0, 0] == 0.0
    assert heard[-1, 0] < 0.003
    assert largest_step(heard) <= 0.5 / 240 * 1.05


@pytest.mark.parametrize("frame", [1000, 1511, 1512])
def test_lanes_hold_from_a_clips_own_first_frame(frame: int) -> None:
    """Of two clips joined in one quantum each is under its own lanes."""
    core = MixCore(RATE)
    steady = np.full((3000, 2), 0.5, np.float32)
    core.cue(source(steady), deck=0, clip=clip(frame, gain=lane((0.0, 0.25))))
    core.cue(source(steady), deck=0, clip=clip(2000, at=frame, gain=lane((0.0, 0.75))))
    heard = play(core)
    assert len(heard) == frame + 2000
    assert (heard[:frame] == 0.125).all()
    assert (heard[frame:] == 0.375).all()


def test_bands_are_handed_over_without_a_step() -> None:
    core = MixCore(RATE)
    tone = sine(20_000, hz=80.0)
    core.cue(source(tone[:10_000]), deck=0, clip=clip(10_000, low=lane((0.0, 0.1))))
    core.cue(source(tone[10_000:]), deck=0, clip=clip(10_000, at=10_000, low=lane((0.0, 0.9))))
    heard = play(core)
    assert largest_step(heard) <= 0.9 * largest_step(tone) + 0.4 / 240 * 1.3
    assert level_db(heard[6000:9000]) == pytest.approx(level_db(tone) - 20, abs=1.5)
    assert level_db(heard[12_000:]) == pytest.approx(level_db(tone) - 1, abs=0.5)


def test_a_knob_moves_within_twenty_milliseconds() -> None:
    core = MixCore(RATE)
    core.cue(source(np.full((20_000, 2), 0.5, np.float32)), deck=0)
    before = core.process(5000)
    now = core.next_frame
    core.set_strip(0, gain=0.2)
    heard = np.concatenate([before, play(core)])
    assert (heard[:now] == 0.5).all()
    assert np.allclose(heard[now + 960:], 0.1)
    assert largest_step(heard) <= 0.4 / 960 * 1.01


def test_a_knob_is_heard_each_time_it_is_turned() -> None:
    core = MixCore(RATE)
    tone = sine(60_000, hz=100.0)
    core.cue(source(tone), deck=0)
    levels = []
    for low in (0.5, 0.5, 0.1, 1.0):
        core.set_strip(0, low=low)
        levels.append(level_db(core.process(15_000)[5000:]) - level_db(tone))
    assert np.allclose(levels, [-6, -6, -18, 0], atol=0.5)  # the mid band has a little of it too


def test_decks_are_independent() -> None:
    core = MixCore(RATE)
    for deck in range(4):
        core.cue(source(noise(5000, seed=deck)), deck=deck)
        core.set_strip(deck, gain=float(deck == 2))
    core.drop_all()  # knobs arrive at once where nothing sounds
    for deck in range(4):
        core.cue(source(noise(5000, seed=deck)), deck=deck)
    assert np.array_equal(play(core), noise(5000, seed=2))


# Echo.

@pytest.mark.parametrize("delay", [48, 500, 512, 513, 12_000])
def test_an_echo_repeats_after_its_delay(delay: int) -> None:
    heard = play(echoed(100, delay, 0.5))[:, 0]
    places = np.flatnonzero(heard)
    times = len(places)
    assert np.array_equal(places, 10 + delay * np.arange(times))
    assert np.allclose(heard[places], 0.5 * np.concatenate([[1.0], 0.5 ** np.arange(times - 1)]), rtol=1e-5)
    assert 0.5 ** (times + 1) < 1e-4  # until 80 dB below full scale
    assert len(heard) <= 10 + delay * 15 + 512


def test_an_echo_that_nothing_is_sent_to_gives_nothing() -> None:
    core = MixCore(RATE)
    never = Echo(0.1, 0.9, lane((0.0, 0.0)))
    core.cue(source(noise(3000)), deck=0, clip=clip(3000, echo=never))
    assert np.array_equal(play(core), noise(3000))


def test_echo_out_goes_on_while_the_deck_is_silent() -> None:
    """The send opens for the last beat, the clip ends, the echo stays and dies away."""
    frames, delay = 24_000, 6000
    echo = Echo(delay / RATE, 0.6, lane((0.0, 0.0), (0.375, 0.0), (0.375, 1.0)))
    core = MixCore(RATE)
    core.cue(source(noise(frames)), deck=0, clip=clip(frames, echo=echo))
    heard = play(core)
    assert np.array_equal(heard[:17_000], noise(frames)[:17_000])
    levels = [level_db(heard[frames + turn * delay: frames + (turn + 1) * delay]) for turn in range(1, 5)]
    assert np.allclose(np.diff(levels), 20 * np.log10(0.6), atol=0.5)


def test_the_next_clip_of_the_deck_does_not_feed_the_echo_before_it() -> None:
    delay = 4000
    echo = Echo(delay / RATE, 0.5, SEND)
    core = MixCore(RATE)
    core.cue(source(np.zeros((1000, 2), np.float32)), deck=0, clip=clip(1000, echo=echo))
    core.cue(source(noise(9000)), deck=0, clip=clip(9000, at=1000))
    assert np.array_equal(play(core)[1000:], noise(9000))


def test_echoes_do_not_feed_each_other() -> None:
    """Two pulses, each under its own clip's echo: every echo has its own delays only."""
    first, second = np.zeros((1000, 2), np.float32), np.zeros((30_000, 2), np.float32)
    first[0] = second[0] = 0.25
    core = MixCore(RATE)
    core.cue(source(first), deck=0, clip=clip(1000, echo=Echo(5000 / RATE, 0.0, SEND)))
    core.cue(source(second), deck=0, clip=clip(30_000, at=1000, echo=Echo(7000 / RATE, 0.0, SEND)))
    assert np.flatnonzero(play(core)[:, 0]).tolist() == [0, 1000, 5000, 8000]


def test_the_end_waits_for_the_echo_and_no_longer() -> None:
    core = echoed(1000, 4800, 0.5)
    heard = play(core)
    assert core.idle
    assert core.voices()[0].end_frame == 1000
    assert 4800 * 12 < len(heard) < 4800 * 14
    assert np.abs(heard[-4800 - 512:]).max() < 1e-3


def test_feedback_never_runs_away() -> None:
    line = EchoLine(RATE, delay_s=0.01, feedback=7.0)
    loud = np.full((2, 512), 0.5, np.float32)
    for _ in range(500):
        given_out = line.process(loud, 1.0)
    assert np.abs(given_out).max() <= 0.5 / (1 - 0.95) + 1e-3


@settings(max_examples=20)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5), st.integers(48, 3000))
def test_any_blocks_give_the_same_bits(sizes: list[int], delay: int) -> None:
    heard = []
    for pattern in ([512], sizes):
        core = echoed(3000, delay, 0.3, low=lane((0.0, 0.5), (0.05, 1.0)), filter=lane((0.02, 0.0), (0.05, 0.5)))
        core.cue(source(noise(4000)), deck=1, clip=clip(4000, at=333, deck=1, gain=lane((0.01, 0.0), (0.03, 1.0))))
        core.follow(source(noise(2500, seed=4)), overlap_frames=700)
        heard.append(play(core, pattern))
    assert np.array_equal(*heard)
