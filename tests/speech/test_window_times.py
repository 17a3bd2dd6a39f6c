# SPDX-License-Identifier: GPL-3.0-or-later
"""Word times from remembered windows: exact, the same after a restart, honest where the letters differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from podmix.progress import finish
from podmix.speech.encoded import EncodedWindows, fingerprint
from podmix.speech.transcribe import transcribe
from podmix.speech.types import Transcript, Word
from podmix.speech.voice_activity import RATE, Samples
from podmix.speech.window_times import HeardWindows
from tests.speech.recognisers import LevelDetector, NumberRecogniser, as_file, blocks_of, spoken

SOUND = spoken(range(1, 201))


def cut(_: Path, start: float, end: float) -> Samples:
    return SOUND[round(start * RATE):round(end * RATE)]


class Remembering(NumberRecogniser):
    """Knows the windows it heard by their fingerprints; ``cuts`` counts what it had to hear again."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[bytes, Samples] = {}
        self.again = 0

    def recognise(self, windows: list[Samples], language: str, *, careful: bool = False) -> list[list[object]]:  # type: ignore[override]
        self.known |= {fingerprint(window): window for window in windows}
        return super().recognise(windows, language, careful=careful)  # type: ignore[return-value]

    def align(self, window: Samples, text: str, language: str) -> list[Word]:
        self.again += 1
        return super().align(window, text, language)

    def align_kept(self, name: bytes, length: int, text: str, language: str) -> list[Word] | None:
        window = self.known.get(name)
        return None if window is None else super().align(window, text, language)


def heard(path: Path, recogniser: NumberRecogniser, checkpoint: Path | None = None
          ) -> tuple[Transcript, HeardWindows]:
    windows = HeardWindows()
    made = finish(transcribe(path, recogniser, language="xx", checkpoint=checkpoint, listener=windows,
                             decode=lambda _: blocks_of(SOUND), detector=LevelDetector))
    assert isinstance(made, Transcript)
    return made, windows


def test_words_get_their_times_without_hearing_again(tmp_path: Path) -> None:
    recogniser = Remembering()
    made, windows = heard(as_file(tmp_path, SOUND), recogniser)
    lines = made.sentences[2:9]
    timed = windows.word_times(tmp_path, lines, recogniser, language="xx", cut=cut)
    assert timed is not None
    assert [s.text for s in timed] == [s.text for s in lines]
    for word in (word for line in timed for word in line.words):
        assert word.start == pytest.approx((int(word.text.strip("W.")) - 1) * 0.6, abs=0.04)
        assert word.end == pytest.approx((int(word.text.strip("W.")) - 1) * 0.6 + 0.4, abs=0.07)
    assert recogniser.again == 0
    assert windows.voice is not None
    assert len(windows.voice) * 512 >= len(SOUND)


def test_a_resumed_run_gives_the_same_times(tmp_path: Path) -> None:
    path, kept = as_file(tmp_path, SOUND), tmp_path / "kept"
    recogniser = Remembering()
    made, windows = heard(path, recogniser, kept)
    undisturbed = windows.word_times(path, made.sentences, recogniser, language="xx", cut=cut)
    fresh = Remembering()
    again, resumed = heard(path, fresh, kept)
    assert fresh.heard_windows == 0
    assert resumed.word_times(path, again.sentences, fresh, language="xx", cut=cut) == undisturbed
    assert fresh.again > 0


def test_other_letters_than_were_heard_are_not_timed(tmp_path: Path) -> None:
    recogniser = Remembering()
    made, windows = heard(as_file(tmp_path, SOUND), recogniser)
    other = replace(made.sentences[3], text="Something else.")
    assert windows.word_times(tmp_path, [other], recogniser, language="xx", cut=cut) is None
    assert windows.word_times(tmp_path, [], recogniser, language="xx", cut=cut) == ()


def test_memory_is_bounded_and_the_oldest_go() -> None:
    memory = EncodedWindows(most_bytes=2 * 40)
    sounds = [np.full(4, number, np.float32) for number in range(3)]
    for sound in sounds:
        memory.keep(sound, np.full((1, 20), sound[0], np.float32))
    assert memory.find(fingerprint(sounds[0])) is None
    found = memory.find(fingerprint(sounds[2]))
    assert found is not None
    assert found.dtype == np.float16
    assert (found == 2).all()
