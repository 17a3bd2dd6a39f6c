# SPDX-License-Identifier: GPL-3.0-or-later
"""The mixing core's chain of voices: joins, crossfades, cuts, starvation, the end, the clock."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.sources import BlockSource
from podmix.audio.mixing.types import Clip, Echo
from podmix.errors import AudioError
from tests.audio.mixing.signals import (
    RATE,
    Tap,
    clip,
    lane,
    largest_step,
    level_db,
    noise,
    play,
    sine,
    source,
)

sizes_of_blocks = st.lists(st.integers(1, 5000), min_size=1, max_size=5)


def chained(samples: list[np.ndarray], overlap: int = 0) -> MixCore:
    core = MixCore(RATE)
    core.cue(source(samples[0]), deck=0)
    for following in samples[1:]:
        core.follow(source(following), overlap_frames=overlap)
    return core


# One voice.

@given(st.integers(0, 3000), sizes_of_blocks)
def test_a_single_voice_comes_out_bit_for_bit(frames: int, sizes: list[int]) -> None:
    wanted = noise(frames, amplitude=0.3)
    core = MixCore(RATE)
    core.cue(source(wanted, [7, 512, 600]), deck=2)
    assert play(core, sizes).tobytes() == wanted.tobytes()
    assert core.frame == frames
    assert len(core.process(100)) == 0


def test_gain_and_fade_in() -> None:
    core = MixCore(RATE)
    core.cue(source(np.ones((2000, 2), np.float32) * 0.5), deck=0, gain=0.5, fade_in_frames=1000)
    heard = play(core)
    assert heard[0, 0] < 1e-3
    assert (np.diff(heard[:1000, 0]) > 0).all()
    assert (heard[1000:] == 0.25).all()


def test_a_late_source_begins_with_the_frame_that_is_due() -> None:
    wanted = noise(6000)
    core = MixCore(RATE)
    core.cue(source(np.zeros((6000, 2), np.float32)), deck=0)
    core.process(1000)
    late = core.next_frame
    core.cue(source(wanted), deck=1, start_frame=200)
    assert late > 1000
    assert np.array_equal(play(core), np.concatenate([np.zeros((late - 1000, 2)), wanted[late - 200:]]))


def test_a_late_source_that_is_over_already_is_left_out() -> None:
    core = MixCore(RATE)
    core.cue(source(noise(6000)), deck=0)
    core.process(3000)
    core.cue(source(noise(500, seed=1)), deck=1, start_frame=100)
    assert np.array_equal(play(core), noise(6000)[3000:])


def test_a_cue_later_on_the_clock_waits_in_silence() -> None:
    core = MixCore(RATE)
    core.cue(source(noise(100)), deck=0, start_frame=1234)
    heard = play(core)
    assert not heard[:1234].any()
    assert np.array_equal(heard[1234:], noise(100))


# Joins.

@given(st.lists(st.integers(0, 2000), max_size=6), sizes_of_blocks)
def test_gapless_wherever_the_cuts_are(cuts: list[int], sizes: list[int]) -> None:
    whole = sine(2000)
    parts = np.split(whole, sorted(cuts))
    assert np.array_equal(play(chained(list(parts)), sizes), whole)


@pytest.mark.parametrize("cuts", [[1], [1, 2, 3], [0, 0, 1999], [511, 512, 513], [512, 1024, 1536], [100, 100, 100]])
def test_gapless_for_tiny_and_empty_sources(cuts: list[int]) -> None:
    whole = sine(2000, hz=997.0)
    core = chained(list(np.split(whole, cuts)))
    assert np.array_equal(play(core, [64]), whole)
    begun = [state.begun_frame for state in core.voices()]
    assert begun == [0, *cuts]
    assert {state.deck for state in core.voices()} == {0}


def test_gapless_keeps_the_filters_going() -> None:
    whole = noise(20_000)
    heard = []
    for cuts in ([], [7001, 7002, 15_000]):
        core = chained(list(np.split(whole, cuts)))
        core.set_strip(0, low=0.0, filter=0.3)
        heard.append(play(core))
    assert np.array_equal(heard[0], heard[1])


def test_a_crossfade_of_unlike_sounds_keeps_the_level() -> None:
    first, second = noise(40_000, seed=1), noise(40_000, seed=2)
    core = chained([first, second], overlap=20_000)
    heard = play(core)
    assert len(heard) == 60_000
    for begin in range(18_000, 42_000, 4000):
        assert level_db(heard[begin: begin + 4000]) == pytest.approx(level_db(first), abs=0.4)
    assert np.array_equal(heard[:20_000], first[:20_000])
    assert np.array_equal(heard[40_000:], second[20_000:])
    states = core.voices()
    assert [(state.begun_frame, state.end_frame, state.deck) for state in states] == [(0, 40_000, 0),
                                                                                       (20_000, 60_000, 1)]


def test_a_crossfade_of_alike_sounds_rises_three_decibels_and_does_not_click() -> None:
    one = sine(20_000, hz=480.0, amplitude=0.3)  # whole periods: the second is in phase with the first
    heard = play(chained([one, one], overlap=10_000))
    assert np.abs(heard).max() <= 0.3 * 2 ** 0.5 * 1.001
    assert np.abs(heard[14_000:16_000]).max() == pytest.approx(0.3 * 2 ** 0.5, rel=0.01)
    assert largest_step(heard) <= largest_step(one) * 2 ** 0.5 * 1.02


@pytest.mark.parametrize(("lengths", "overlap", "total"), [
    ((1000, 5000), 3000, 5000),  # the overlap is longer than the first
    ((5000, 1000), 3000, 5000),  # ... than the second: it ends with the first
    ((5000, 0), 3000, 5000), ((0, 5000), 3000, 5000), ((1, 1), 3000, 1),
    ((3000, 100, 3000), 500, 5900)])
def test_an_overlap_is_never_longer_than_what_there_is(lengths: tuple[int, ...], overlap: int, total: int) -> None:
    core = chained([noise(length, seed=index) for index, length in enumerate(lengths)], overlap)
    heard = play(core)
    assert len(heard) == total
    assert np.isfinite(heard).all()


def test_followers_that_come_late_begin_at_once() -> None:
    core = MixCore(RATE)
    core.cue(source(noise(1000)), deck=1)
    assert len(play(core)) == 1000
    mixed = core.next_frame
    core.follow(source(noise(300, seed=5)))
    heard = play(core)
    assert core.voices()[-1].begun_frame == mixed
    assert np.array_equal(heard[-300:], noise(300, seed=5))
    assert not heard[:-300].any()


def test_unfollow_forgets_only_what_has_not_begun() -> None:
    core = chained([noise(2000), noise(2000, seed=1), noise(2000, seed=2)])
    core.process(2500)
    core.unfollow()
    assert len(play(core)) == 1500


# Cuts.

def test_cut_to_next_fades_over_from_the_next_unmixed_frame() -> None:
    core = chained([sine(50_000), sine(50_000)])
    before = core.process(5000)
    now = core.next_frame
    assert core.cut_to_next(2000)
    heard = np.concatenate([before, play(core)])
    assert len(heard) == now + 50_000
    assert largest_step(heard) <= 2 * largest_step(sine(50_000))
    assert np.array_equal(heard[now + 2000:], sine(50_000)[2000:])


def test_cut_during_a_crossfade_fades_both_out_without_a_step() -> None:
    steady = [np.full((30_000, 2), level, np.float32) for level in (0.2, 0.25, 0.3)]
    core = chained(steady, overlap=10_000)
    first = core.process(25_000)
    assert sum(not state.ended and state.begun_frame is not None for state in core.voices()) == 2
    now = core.next_frame
    assert core.cut_to_next(1000)
    heard = np.concatenate([first, play(core)])
    assert largest_step(heard) < 0.001
    assert len(heard) == now + 30_000
    assert (heard[now + 1000:] == np.float32(0.3)).all()
    assert sorted(state.end_frame for state in core.voices() if state.end_frame) == [now + 1000, now + 1000,
                                                                                    now + 30_000]


def test_a_cut_longer_than_what_is_left_is_shortened() -> None:
    core = chained([noise(6000), noise(6000, seed=1)])
    core.process(5000)
    left = 6000 - core.next_frame
    assert core.cut_to_next(50_000)
    play(core)
    first, second = core.voices()
    assert (first.end_frame, second.begun_frame) == (6000, 6000 - left)


def test_a_cut_does_not_wait_for_what_has_run_dry() -> None:
    core, stuck = MixCore(RATE), Tap()
    stuck.pour(noise(3000))
    core.cue(stuck, deck=0)
    core.follow(source(noise(5000, seed=1)))
    before = core.process(5000)
    assert core.starved
    now = core.next_frame
    assert core.cut_to_next(4800)
    heard = np.concatenate([before, play(core)])
    assert len(heard) == now + 5000
    first, second = core.voices()
    assert first.end_frame == 3000
    assert second.begun_frame == now
    assert np.array_equal(heard[3000:], noise(5000, seed=1)[3000 - now:])


def test_no_cut_without_a_follower_or_while_it_has_nothing() -> None:
    core, tap = MixCore(RATE), Tap()
    core.cue(source(noise(9000)), deck=0)
    assert not core.cut_to_next(100)
    core.follow(tap)
    core.process(100)
    assert not core.cut_to_next(100)
    assert np.array_equal(core.process(1000), noise(9000)[100:1100])
    tap.pour(noise(5000, seed=1))
    assert core.cut_to_next(100)


def test_stopping_one_voice_leaves_the_others() -> None:
    core = MixCore(RATE)
    first = core.cue(source(noise(9000)), deck=0)
    core.cue(source(noise(9000, seed=1)), deck=1)
    core.process(512)
    now = core.next_frame
    core.stop(first, 480)
    heard = play(core)
    assert np.array_equal(heard[now + 480 - 512:], noise(9000, seed=1)[now + 480:])


def test_a_stopped_voice_that_has_not_begun_is_left_out_and_its_follower_begins() -> None:
    core = MixCore(RATE)
    core.cue(source(noise(3000)), deck=0)
    later = core.cue(source(noise(3000, seed=1)), deck=1, start_frame=100_000)
    core.follow(source(noise(5000, seed=2)))
    core.process(512)
    now = core.next_frame
    core.stop(later, 480)
    heard = play(core)
    assert len(heard) == now + 5000 - 512
    assert np.array_equal(heard[3000 - 512:], noise(5000, seed=2)[3000 - now:])


def test_what_follows_a_clip_that_is_long_over_begins_now() -> None:
    core = MixCore(RATE)
    core.cue(source(noise(9000)), deck=0)
    core.process(5000)
    now = core.next_frame
    core.cue(source(noise(1000)), deck=1, clip=clip(1000, at=1000))
    core.follow(source(noise(1000, seed=3)), overlap_frames=300)
    play(core)
    assert core.voices()[-2].begun_frame == now


# Starvation.

@settings(max_examples=40)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=30), sizes_of_blocks, st.integers(0, 1500))
def test_a_dry_source_loses_and_repeats_nothing(pours: list[int], sizes: list[int], overlap: int) -> None:
    samples = [noise(5000, seed=seed) for seed in (1, 2, 3)]
    wanted = play(_mixed([source(block) for block in samples], overlap))
    taps = [Tap() for _ in samples]
    core, heard, turn = _mixed(taps, overlap), [], 0
    given_out = [0, 0, 0]
    while not core.idle:
        block = core.process(sizes[turn % len(sizes)])
        heard.append(block)
        assert core.starved == (len(block) < sizes[turn % len(sizes)] and not core.idle)
        for index, tap in enumerate(taps):
            amount = pours[(turn + index) % len(pours)] + 1
            if given_out[index] < 5000:
                tap.pour(samples[index][given_out[index]: given_out[index] + amount])
                given_out[index] += amount
                tap.closed = given_out[index] >= 5000
        turn += 1
    # Where the crossfade begins is known only when the running source has said its end: only then is it the same.
    if overlap == 0:
        assert np.array_equal(np.concatenate(heard), wanted)
    else:
        assert np.isfinite(np.concatenate(heard)).all()


def _mixed(sources: list, overlap: int) -> MixCore:
    core = MixCore(RATE)
    core.cue(sources[2], deck=3, start_frame=700)
    core.cue(sources[0], deck=0)
    core.follow(sources[1], overlap_frames=overlap)
    return core


def test_all_decks_stall_together() -> None:
    core, tap = MixCore(RATE), Tap()
    core.cue(source(noise(5000)), deck=0)
    core.cue(tap, deck=1)
    assert len(core.process(600)) == 0
    assert core.starved
    assert not core.ready(600)
    tap.pour(noise(2000, seed=1))
    assert core.ready(600)
    assert np.array_equal(core.process(600), noise(5000)[:600] + noise(2000, seed=1)[:600])
    assert not core.starved


def test_ready_looks_at_followers_and_cues() -> None:
    core, tap = MixCore(RATE), Tap()
    core.cue(source(noise(3000)), deck=0)
    core.follow(tap)
    assert core.ready(1000)
    assert not core.ready(3000)
    tap.closed = True
    assert core.ready(3000)
    core.cue(Tap(), deck=1, start_frame=10_000)
    assert core.ready(8000)
    assert not core.ready(10_000)


# The end, the clock.

def test_play_until_cuts_and_fills() -> None:
    for end in (0, 1, 700, 5000):
        core = MixCore(RATE)
        core.cue(source(noise(2000)), deck=0)
        core.play_until(end)
        heard = play(core)
        assert len(heard) == end
        assert np.array_equal(heard[:2000], noise(2000)[:end])
        assert not heard[2000:].any()


@given(st.integers(0, 3000), sizes_of_blocks)
def test_a_core_set_to_a_frame_plays_what_is_due_there(frame: int, sizes: list[int]) -> None:
    whole = noise(3500)
    core = MixCore(RATE)
    core.process(10)
    core.reset(frame)
    assert core.frame == frame
    core.cue(source(whole[frame:]), deck=0, start_frame=frame)
    assert np.array_equal(play(core, sizes), whole[frame:])


def test_drop_all_keeps_the_clock_and_forgets_the_sound() -> None:
    core = chained([noise(9000), noise(9000, seed=1)])
    core.set_strip(0, low=0.0)
    core.process(3001)
    core.drop_all()
    assert core.idle
    assert core.frame == 3001
    core.set_strip(0, low=1.0)
    core.drop_all()
    core.cue(source(noise(500, seed=7)), deck=0)
    assert np.array_equal(play(core), noise(500, seed=7))
    assert core.frame == 3501


def test_states_tell_where_voices_are() -> None:
    core = chained([noise(1000), noise(3000, seed=1)])
    first, second = core.voices()
    assert (first.begun_frame, second.begun_frame) == (0, None)
    core.process(1500)
    first, second = core.voices()
    assert (first.begun_frame, first.end_frame, first.ended) == (0, 1000, True)
    assert second.begun_frame == 1000
    assert not second.ended
    assert second.frames_read >= 500
    assert second.loudness == 1.0
    play(core)
    assert core.voices()[-1].ended
    core.reset()
    assert core.voices() == ()


def test_ended_voices_are_forgotten_after_a_while() -> None:
    core = MixCore(RATE)
    core.cue(source(noise(10)), deck=0)
    core.cue(source(np.zeros((4 * RATE, 2), np.float32)), deck=1)
    core.process(RATE)
    assert len(core.voices()) == 2
    core.process(2 * RATE)
    assert len(core.voices()) == 1


def test_levels_since_last_asked() -> None:
    core = MixCore(RATE)
    core.cue(source(sine(20_000, amplitude=0.4)), deck=1)
    core.process(4096)
    levels = core.levels()
    assert levels.decks[1].peak == pytest.approx(0.4, abs=1e-3)
    assert levels.decks[1].rms == pytest.approx(0.4 / 2 ** 0.5, rel=0.02)
    assert levels.master.peak == pytest.approx(0.4, abs=1e-3)
    assert (levels.decks[0].peak, levels.decks[0].rms) == (0.0, 0.0)
    assert core.levels().master.peak == 0.0


# Material without sense.

def test_what_is_no_number_is_silence_and_leaves_no_trace() -> None:
    broken = noise(30_000)
    broken[5000] = np.nan
    broken[6000, 0] = np.inf
    broken[7000, 1] = -np.inf
    broken[8000] = 3e38
    core = MixCore(RATE)
    core.cue(source(broken), deck=0)
    core.set_strip(0, low=0.5, filter=-0.4)
    heard = play(core)
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() <= 1.0
    assert level_db(heard[25_000:]) > -60


def test_a_plan_that_cannot_be_followed_fails_before_it_begins() -> None:
    core = MixCore(RATE)
    for bad in (clip(100, gain=lane((0.0, float("nan")))), Clip("x", 0, ()),
                clip(100, echo=Echo(float("nan"), 0.5, lane((0.0, 1.0))))):
        with pytest.raises(AudioError):
            core.cue(BlockSource(()), deck=0, clip=bad)
    assert core.idle


def test_knobs_and_gains_take_numbers_only() -> None:
    core = MixCore(RATE)
    with pytest.raises(ValueError, match="gain"):
        core.cue(BlockSource(()), deck=0, gain=float("inf"))
    with pytest.raises(ValueError, match="gain"):
        core.set_strip(0, gain=float("nan"))


def test_the_engine_can_load_it_quickly() -> None:
    program = "import sys, podmix.audio.mixing.core; print([name for name in ('scipy', 'av') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
