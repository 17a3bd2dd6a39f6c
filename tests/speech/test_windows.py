# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows hold all speech, are at most 30 s, never overlap, and do not depend on how the audio was cut up."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.speech.voice_activity import FRAME, FRAME_S, RATE, SPEECH, Voice, find_pauses, in_frames, runs, speaking
from podmix.speech.windows import Window, speech_windows


def windows_of(voice: Voice, block: int) -> list[Window]:
    """The samples count frames, so that a window shows where it was cut."""
    samples = np.repeat(np.arange(len(voice), dtype=np.float32), FRAME)
    return list(speech_windows((samples[i * FRAME:(i + block) * FRAME], voice[i:i + block])
                               for i in range(0, len(voice), block)))


@st.composite
def voices(draw: st.DrawFn) -> Voice:
    parts = draw(st.lists(st.tuples(st.integers(1, 1200), st.sampled_from([0, 60, 110, 150, 255])), max_size=12))
    return np.concatenate([np.full(n, level, np.uint8) for n, level in parts] or [np.zeros(0, np.uint8)])


@settings(deadline=None, max_examples=60)
@given(voices(), st.integers(1, 2000), st.integers(100, 5000))
def test_windows_hold_all_speech_and_depend_on_nothing_else(voice: Voice, one: int, other: int) -> None:
    windows = windows_of(voice, one)
    covered = np.zeros(len(voice), bool)
    for window in windows:
        assert 0 < len(window.samples) <= 30 * RATE
        first = round(window.start / FRAME_S)
        assert window.samples[0] == first
        covered[first:first + len(window.samples) // FRAME] = True
    assert all(a.end <= b.start + 1e-6 for a, b in pairwise(windows))
    # A cut inside speech may fall on one frame; everything else that is speech is in a window.
    assert np.count_nonzero((voice >= SPEECH) & ~covered) <= len(windows)
    assert [(w.start, len(w.samples)) for w in windows_of(voice, other)] == [(w.start, len(w.samples)) for w in windows]


def test_full_windows_are_cut_in_pauses() -> None:
    voice = np.tile(np.concatenate([np.full(100, 255, np.uint8), np.zeros(10, np.uint8)]), 30)
    windows = windows_of(voice, 500)
    assert len(windows) == 4
    assert all(voice[round(w.end / FRAME_S) - 1] == 0 for w in windows)
    assert all(len(w.samples) / RATE > 25 for w in windows[:-1])


def test_long_silence_is_left_out() -> None:
    voice = np.concatenate([np.full(400, 255, np.uint8), np.zeros(4000, np.uint8), np.full(400, 255, np.uint8)])
    first, second = windows_of(voice, 100)
    assert first.end < 14
    assert second.start > 140


def test_silence_gives_no_window() -> None:
    assert windows_of(np.zeros(5000, np.uint8), 300) == []
    assert windows_of(np.zeros(0, np.uint8), 300) == []


def test_speaking_has_hysteresis() -> None:
    voice = np.array([0, 200, 100, 100, 80, 100, 130], np.uint8)
    assert speaking(voice).tolist() == [False, True, True, True, False, False, True]


def test_pauses_and_runs() -> None:
    voice = np.concatenate([np.full(10, 255, np.uint8), np.zeros(10, np.uint8), np.full(10, 255, np.uint8),
                            np.zeros(2, np.uint8), np.full(1, 255, np.uint8)])
    (pause,) = find_pauses(voice)
    assert (pause.start, pause.end) == (pytest.approx(0.32), pytest.approx(0.64))
    assert runs(np.array([], bool)).shape == (0, 2)


@given(st.lists(st.integers(0, 3000), max_size=8))
def test_blocks_become_whole_frames(lengths: list[int]) -> None:
    sound = np.arange(sum(lengths), dtype=np.float32)
    edges = np.cumsum([0, *lengths])
    framed = list(in_frames(iter([sound[a:b] for a, b in pairwise(edges)])))
    assert all(len(block) % FRAME == 0 and len(block) for block in framed)
    joined = np.concatenate(framed) if framed else np.zeros(0)
    assert np.array_equal(joined[:len(sound)], sound)
    assert not joined[len(sound):].any()
