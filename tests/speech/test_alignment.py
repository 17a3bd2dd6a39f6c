# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts that are early, late, or written before advertisements were put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from podmix.errors import TranscriptError
from podmix.speech.alignment import NARROW_S, PROBE_S, align_to_audio
from podmix.speech.types import Sentence, Transcript
from podmix.speech.voice_activity import RATE, Samples
from tests.speech.recognisers import NumberRecogniser, spoken

WORD_S = 0.6


def sentences(numbers: range, shift: float = 0.0) -> tuple[Sentence, ...]:
    first = numbers[0]
    return tuple(Sentence(" ".join(f"W{n}" for n in range(i, i + 10)), (i - first) * WORD_S + shift,
                          (i - first + 10) * WORD_S + shift) for i in range(first, numbers[-1], 10))


def align(sound: Samples, written: tuple[Sentence, ...]) -> tuple[Transcript, tuple[str, ...]]:
    def cut(_: Path, start: float, end: float) -> Samples:
        return sound[int(start * RATE):int(end * RATE)]

    transcript = Transcript(written, "en", len(sound) / RATE, "publisher:vtt")
    return align_to_audio(transcript, Path(), NumberRecogniser(), cut=cut)


def test_what_fits_is_left_as_it_is() -> None:
    written = sentences(range(1, 801))
    transcript, said = align(spoken(range(1, 801)), written)
    assert transcript.sentences == written
    assert said == ()


@pytest.mark.parametrize("shift", [-40.0, -2.0, 31.0])
def test_one_shift_moves_everything(shift: float) -> None:
    transcript, said = align(spoken(range(1, 801)), sentences(range(1, 801), -shift))
    assert f"{shift:+.0f}"[:3] in said[0]
    at_200 = next(s for s in transcript.sentences if s.text.startswith("W201 "))
    assert at_200.start == pytest.approx(200 * WORD_S, abs=0.5)


def test_an_inserted_advertisement_is_found() -> None:
    # 30 s of other words before word 501 (300 s).
    sound = np.concatenate([spoken(range(1, 501)), spoken(range(2000, 2050)), spoken(range(501, 1501))])
    transcript, said = align(sound, sentences(range(1, 1501)))
    assert "inserted" in said[0]
    for sentence in transcript.sentences:
        number = int(sentence.text.split()[0][1:])
        true = (number - 1) * WORD_S + (30.0 if number > 500 else 0.0)
        assert sentence.start == pytest.approx(true, abs=0.6)
    assert len(transcript.sentences) > 150 - (NARROW_S + PROBE_S + 30) / (10 * WORD_S)


def test_another_text_is_refused() -> None:
    with pytest.raises(TranscriptError, match="does not say"):
        align(spoken(range(1, 801)), sentences(range(3000, 3800)))
    with pytest.raises(TranscriptError):
        align(np.zeros(60 * RATE, np.float32), sentences(range(1, 101)))
