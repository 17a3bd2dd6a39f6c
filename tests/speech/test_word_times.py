# SPDX-License-Identifier: GPL-3.0-or-later
"""Word times for a clip: known words, tight edges, and a fallback where the sound says something else."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from podmix.speech.types import Sentence, Word
from podmix.speech.voice_activity import RATE, Samples
from podmix.speech.word_times import SPREAD, word_times
from tests.speech.recognisers import LevelDetector, NumberRecogniser, spoken

SOUND = spoken(range(1, 201))


def cut(_: Path, start: float, end: float) -> Samples:
    return SOUND[int(start * RATE):int(end * RATE)]


def sentence(first: int, last: int, shift: float = 0.0) -> Sentence:
    return Sentence(" ".join(f"W{n}" for n in range(first, last)) + ".", (first - 1) * 0.6 + shift,
                    (last - 1) * 0.6 + shift)


def test_words_have_their_times_without_the_silence_between() -> None:
    timed = word_times(Path(), [sentence(1, 20, 0.3), sentence(20, 60, -0.2)], NumberRecogniser(), language="en",
                       cut=cut, detector=LevelDetector)
    words = [word for s in timed for word in s.words]
    assert [w.text.rstrip(".") for w in words] == [f"W{n}" for n in range(1, 60)]
    for number, word in enumerate(words):
        assert word.start == pytest.approx(number * 0.6, abs=0.04)
        assert word.end == pytest.approx(number * 0.6 + 0.4, abs=0.07)
    assert timed[0].start == words[0].start
    assert timed[1].end == words[-1].end
    assert timed[0].text == sentence(1, 20).text


def test_text_that_is_not_spoken_there_is_spread() -> None:
    wrong = Sentence("Nobody ever said this.", 10.0, 12.0)
    (timed,) = word_times(Path(), [wrong], NumberRecogniser(), language=None, cut=cut, detector=LevelDetector)
    assert [w.text for w in timed.words] == wrong.text.split()
    assert all(w.probability == SPREAD for w in timed.words)
    assert (timed.start, timed.end) == (10.0, 12.0)


def test_an_improbable_alignment_is_not_believed() -> None:
    class Unsure(NumberRecogniser):
        def align(self, window: Samples, text: str, language: str) -> list[Word]:
            return [Word(word.text, word.start, word.end, 0.01) for word in super().align(window, text, language)]

    (timed,) = word_times(Path(), [sentence(1, 9)], Unsure(), language="en", cut=cut, detector=LevelDetector)
    assert all(w.probability == SPREAD for w in timed.words)


def test_a_sentence_longer_than_a_window_is_spread_and_time_never_runs_back() -> None:
    timed = word_times(Path(), [sentence(1, 30), sentence(30, 100), sentence(99, 120, -0.4)], NumberRecogniser(),
                       language="en", cut=cut, detector=LevelDetector)
    words = [word for s in timed for word in s.words]
    assert all(w.probability == SPREAD for w in timed[1].words)
    assert all(a.start <= b.start for a, b in pairwise(words))
    assert all(s.start <= w.start <= w.end for s in timed for w in s.words)


def test_nothing_in_nothing_out() -> None:
    assert word_times(Path(), [], NumberRecogniser(), language="en", cut=cut, detector=LevelDetector) == ()
