# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recogniser makes up is left out, what people really say is kept."""

from __future__ import annotations

import numpy as np
import pytest

from podmix.speech.doubtful import believable, skipped, voiced_part, went_in_circles, without_loops
from podmix.speech.recogniser import Heard
from podmix.speech.timing import snap_to_pauses, tighten
from podmix.speech.types import Cue, Sentence
from podmix.speech.voice_activity import FRAME_S, Pause

LOUD = np.full(round(60 / FRAME_S), 255, np.uint8)
QUIET = np.zeros_like(LOUD)
HALF = np.where(np.arange(len(LOUD)) % 5 == 0, 255, 0).astype(np.uint8)


def texts(heard: list[Heard], voice: np.ndarray) -> list[str]:
    return [piece.text for piece in believable(heard, 10.0, voice)]


def test_text_over_silence_is_left_out() -> None:
    heard = [Heard("Hello there.", 0, 2), Heard("...", 2, 3)]
    assert texts(heard, LOUD) == ["Hello there."]
    assert texts(heard, QUIET) == []


def test_phrases_from_the_training_only_where_somebody_really_speaks() -> None:
    heard = [Heard("Thank you for watching!", 0, 2)]
    assert texts(heard, LOUD) == ["Thank you for watching!"]
    assert texts(heard, HALF) == []


def test_unsure_text_is_left_out() -> None:
    assert texts([Heard("mm", 0, 2, log_probability=-1.4, no_speech=0.9)], LOUD) == []
    assert texts([Heard("yes", 0, 2, log_probability=-0.4, no_speech=0.9)], LOUD) == ["yes"]


def test_a_stretch_may_come_three_times_not_ten() -> None:
    assert texts([Heard("No.", i, i + 1) for i in range(10)], LOUD) == ["No."] * 3


@pytest.mark.parametrize(("text", "expected"), [
    ("so so so so so we go", "so we go"),
    ("and then, and then, and then, and then, and then it ended", "and then it ended"),
    ("No, no, no, we must", "No, no, no, we must"),
    ("a normal sentence about nothing", "a normal sentence about nothing"),
])
def test_loops(text: str, expected: str) -> None:
    assert without_loops(text) == expected


def test_going_in_circles_is_seen() -> None:
    assert went_in_circles([Heard("I think that we should go. " * 12, 0, 30)])
    assert not went_in_circles([Heard("The bees came back in spring, and nobody had expected them.", 0, 5)])
    assert not went_in_circles([])


def test_speech_without_text_is_found() -> None:
    heard = [Heard("a", 1, 4), Heard("b", 10, 20)]
    assert skipped(heard, 5.0, 30.0, LOUD) == [(4, 10), (20, 25.0)]
    assert skipped(heard, 5.0, 30.0, QUIET) == []
    assert skipped([], 5.0, 30.0, LOUD) == [(0.0, 25.0)]


def test_voiced_part() -> None:
    assert voiced_part(HALF, 0, 30) == pytest.approx(0.2, abs=0.01)
    assert voiced_part(LOUD, 100, 110) == 0.0


def test_cues_lose_the_silence_at_their_ends() -> None:
    voice = QUIET.copy()
    voice[round(5 / FRAME_S):round(8 / FRAME_S)] = 255
    tight = tighten(Cue("x", 3.0, 9.5), voice)
    assert (tight.start, tight.end) == (pytest.approx(5, abs=0.04), pytest.approx(8, abs=0.04))
    assert tighten(Cue("x", 20, 22), voice) == Cue("x", 20, 22)


def test_guessed_edges_move_into_a_pause() -> None:
    one, other, last = Sentence("a", 0, 5), Sentence("b", 5, 9), Sentence("c", 12, 14)
    snapped = snap_to_pauses([one, other, last], [Pause(3, 3.2), Pause(5.4, 5.8), Pause(9, 12)])
    assert [(s.start, s.end) for s in snapped] == [(0, 5.4), (5.8, 9), (12, 14)]
    assert snap_to_pauses([one, other], []) == (one, other)
