# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions between two reports, and which differences a desktop must be told."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.playback.desktop.interface import NowPlayingInfo, Phase, PlaybackStatus
from podmix.playback.desktop.presented import JUMP_S, Belief, Shown, plain_text

TRACK = NowPlayingInfo("a", "A", length_s=3600.0)


def playing(position: float, at: float, rate: float = 1.0, info: NowPlayingInfo | None = TRACK) -> Shown:
    return Shown(info, PlaybackStatus(Phase.PLAYING, position, rate), at)


def paused(position: float, at: float) -> Shown:
    return Shown(TRACK, PlaybackStatus(Phase.PAUSED, position), at)


def test_the_position_moves_at_the_rate_while_it_plays_and_stays_inside_the_track() -> None:
    assert playing(10.0, at=5.0, rate=1.5).position_s(5.8) == pytest.approx(11.2)
    assert paused(10.0, at=5.0).position_s(5.8) == 10.0
    assert playing(3599.8, at=0.0).position_s(0.9) == 3600.0
    assert playing(-4.0, at=0.0).position_s(0.0) == 0.0
    assert playing(math.nan, at=0.0).position_s(1.0) == 0.0


def test_without_a_word_the_position_is_not_guessed_for_long() -> None:
    assert playing(10.0, at=5.0, rate=1.5).position_s(500.0) == 11.5


@pytest.mark.parametrize("length", [None, 0.0, -1.0, math.inf, math.nan])
def test_an_unknown_length_bounds_nothing(length: float | None) -> None:
    shown = playing(7200.0, 0.0, info=NowPlayingInfo("a", "A", length_s=length))
    assert shown.length_s is None
    assert shown.position_s(1.0) == 7201.0


@given(rate=st.floats(0.5, 3.0), steps=st.lists(st.floats(0.001, 5.0), max_size=40),
       noise=st.lists(st.floats(-0.2, 0.2), min_size=40, max_size=40))
def test_steady_playback_is_never_a_jump(rate: float, steps: list[float], noise: list[float]) -> None:
    belief, at, position = Belief(), 0.0, 0.0
    assert not belief.corrected_by(playing(0.0, 0.0, rate))
    for step, error in zip(steps, noise, strict=False):
        at, position = at + step, position + step * rate
        if position < 3590:
            assert not belief.corrected_by(playing(position + error, at, rate))


@given(start=st.floats(10.0, 1000.0), by=st.floats(-900.0, 900.0).filter(lambda by: abs(by) > JUMP_S + 0.01))
def test_a_jump_is_told_once(start: float, by: float) -> None:
    belief = Belief()
    belief.corrected_by(playing(start, 0.0))
    target = max(0.0, start + 1.0 + by)
    assert belief.corrected_by(playing(target, 1.0)) == (abs(target - start - 1.0) > JUMP_S)
    assert not belief.corrected_by(playing(target + 1.0, 2.0))


def test_another_rate_is_no_jump() -> None:
    belief = Belief()
    belief.corrected_by(playing(0.0, 0.0))
    assert not belief.corrected_by(playing(10.0, 10.0, rate=2.0))
    assert not belief.corrected_by(playing(30.0, 20.0, rate=0.5))
    assert not belief.corrected_by(playing(35.0, 30.0, rate=0.5))


def test_a_slow_drift_is_told_before_it_is_seen() -> None:
    belief = Belief()
    belief.corrected_by(playing(0.0, 0.0))
    told = [at for at in range(1, 100) if belief.corrected_by(playing(at * 1.05, float(at)))]
    assert told[0] == 11  # 0.05 s a second: more than half a second after eleven
    assert len(told) == 9


def test_a_pause_keeps_the_position_and_a_jump_while_paused_is_told() -> None:
    belief = Belief()
    belief.corrected_by(playing(0.0, 0.0))
    assert not belief.corrected_by(paused(10.0, 10.0))
    assert not belief.corrected_by(paused(10.0, 500.0))
    assert belief.corrected_by(paused(20.0, 501.0))
    assert not belief.corrected_by(playing(20.0, 600.0))


def test_another_track_is_expected_to_start_at_its_start() -> None:
    belief = Belief()
    belief.corrected_by(playing(100.0, 0.0))
    other = NowPlayingInfo("b", "B")
    assert not belief.corrected_by(playing(0.0, 1.0, info=other))
    resumed = NowPlayingInfo("c", "C")
    assert belief.corrected_by(playing(1200.0, 2.0, info=resumed))


def test_after_a_stop_playback_is_expected_to_start_anew() -> None:
    belief = Belief()
    belief.corrected_by(playing(0.0, 0.0))
    assert not belief.corrected_by(Shown(TRACK, PlaybackStatus(Phase.STOPPED, 0.0), 30.0))
    assert not belief.corrected_by(playing(0.0, 40.0))
    belief.corrected_by(Shown(TRACK, PlaybackStatus(Phase.STOPPED, 900.0), 50.0))
    assert belief.corrected_by(playing(900.0, 60.0))


def test_nothing_loaded_has_no_position_to_jump_from() -> None:
    belief = Belief()
    assert not belief.corrected_by(Shown(None, PlaybackStatus(), 0.0))
    assert not belief.corrected_by(playing(0.2, 100.0))


@given(st.text())
def test_text_is_always_valid(text: str) -> None:
    plain = plain_text(text)
    assert "\0" not in plain
    plain.encode("utf-8")
