# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcription on a recogniser that hears tones: order, checkpoints, resume, silence; and on the real one."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import pytest

from podmix.errors import NoSpeech, StorageError
from podmix.progress import Progress
from podmix.speech.transcribe import TranscribedPiece, decode_speech, detect_language, transcribe
from podmix.speech.types import Transcript
from podmix.speech.voice_activity import RATE, Samples
from tests.speech.recognisers import LevelDetector, NumberRecogniser, as_file, blocks_of, spoken

NUMBERS = [n for i in range(1, 401) for n in ([i, 0, 0] if i % 37 == 0 else [i])]
WORDS = [f"W{n}{'.' if n % 8 == 0 else ''}" for n in range(1, 401)]


def run(path: Path, sound: Samples, recogniser: NumberRecogniser, *, stop_after: int | None = None,
        checkpoint: Path | None = None) -> tuple[Transcript | None, list[TranscribedPiece]]:
    steps = transcribe(path, recogniser, checkpoint=checkpoint, total=len(sound) / RATE,
                       decode=lambda _: blocks_of(sound), detector=LevelDetector)
    pieces: list[TranscribedPiece] = []
    try:
        while stop_after is None or len(pieces) < stop_after:
            step = next(steps)
            if isinstance(step, TranscribedPiece):
                pieces.append(step)
    except StopIteration as stop:
        return stop.value, pieces
    return None, pieces  # abandoned without closing, as after kill -9


def result_of(steps: Generator[object, None, Transcript]) -> Transcript:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def test_every_word_in_order_with_its_time(tmp_path: Path) -> None:
    sound = spoken(NUMBERS)
    transcript, pieces = run(as_file(tmp_path, sound), sound, NumberRecogniser())
    assert transcript is not None
    assert transcript.text.split() == WORDS
    assert transcript.language == "xx"
    assert transcript.source == "whisper:numbers"
    assert transcript.duration == pytest.approx(len(sound) / RATE)
    assert [s.text.split()[-1] for s in transcript.sentences] == [w for w in WORDS if w.endswith(".")]
    seconds_before = 0.6 * 16 + 0  # words 1..16, no long silence before word 17
    assert transcript.sentences[2].start == pytest.approx(seconds_before, abs=0.07)
    assert [cue.text for piece in pieces for cue in piece.cues] == WORDS
    assert all(a.done < b.done for a, b in itertools.pairwise(pieces))


def test_a_checkpoint_at_least_every_minute_of_audio(tmp_path: Path) -> None:
    sound = spoken(range(1, 401))  # no long silences: 240 s of speech
    _, pieces = run(as_file(tmp_path, sound), sound, NumberRecogniser(), checkpoint=tmp_path / "c")
    assert max(b.done - a.done for a, b in itertools.pairwise(pieces)) <= 60
    assert len((tmp_path / "c").read_bytes().splitlines()) == 1 + len(pieces)


@pytest.mark.parametrize("damage", ["none", "torn", "junk"])
def test_a_killed_run_goes_on_and_equals_an_undisturbed_one(tmp_path: Path, damage: str) -> None:
    sound = spoken(NUMBERS)
    path, checkpoint = as_file(tmp_path, sound), tmp_path / "c" / "checkpoint.jsonl"
    expected, all_pieces = run(path, sound, NumberRecogniser())
    undisturbed = NumberRecogniser()
    run(path, sound, undisturbed)
    first, second = NumberRecogniser(), NumberRecogniser()
    run(path, sound, first, stop_after=3, checkpoint=checkpoint)
    data = checkpoint.read_bytes()
    checkpoint.write_bytes({"none": data, "torn": data[:-20], "junk": data + b"\x00\xff{\n"}[damage])
    transcript, pieces = run(path, sound, second, checkpoint=checkpoint)
    assert transcript == expected
    assert [c for p in pieces for c in p.cues] == [c for p in all_pieces for c in p.cues]
    assert 0 < second.heard_windows < undisturbed.heard_windows
    again = NumberRecogniser()
    assert run(path, sound, again, checkpoint=checkpoint)[0] == expected
    assert again.heard_windows == 0, "everything was in the checkpoint"


def test_another_audio_or_model_begins_anew(tmp_path: Path) -> None:
    sound = spoken(NUMBERS)
    path, checkpoint = as_file(tmp_path, sound), tmp_path / "checkpoint"
    run(path, sound, NumberRecogniser(), stop_after=2, checkpoint=checkpoint)
    other = spoken([n + 1 if n else 0 for n in NUMBERS])
    as_file(tmp_path, other)
    transcript, _ = run(path, other, NumberRecogniser(), checkpoint=checkpoint)
    assert transcript is not None
    assert transcript.text.split()[0] == "W2"


def test_silence_is_no_speech(tmp_path: Path) -> None:
    sound = np.zeros(100 * RATE, np.float32)
    path = as_file(tmp_path, sound)
    with pytest.raises(NoSpeech) as caught:
        run(path, sound, NumberRecogniser())
    assert caught.value.remedy
    with pytest.raises(NoSpeech):
        detect_language(path, NumberRecogniser(), decode=lambda _: blocks_of(sound), detector=LevelDetector)


def test_progress_is_in_seconds_and_never_goes_back(tmp_path: Path) -> None:
    sound = spoken(NUMBERS)
    steps = transcribe(as_file(tmp_path, sound), NumberRecogniser(), total=len(sound) / RATE,
                       decode=lambda _: blocks_of(sound), detector=LevelDetector)
    shown = [step for step in steps if isinstance(step, Progress)]
    assert all(step.unit == "s" and step.stage == "transcribe" and step.note for step in shown)
    assert [s.done for s in shown] == sorted(s.done for s in shown)
    assert shown[-1].fraction == pytest.approx(1.0, abs=0.02)


def test_an_english_model_is_told_nothing_else(tmp_path: Path) -> None:
    sound = spoken([1, 2, 3, 8])
    steps = transcribe(as_file(tmp_path, sound), NumberRecogniser(languages=frozenset({"en"})), language="de",
                       decode=lambda _: blocks_of(sound), detector=LevelDetector)
    assert result_of(steps).language == "en"


def test_detection_reads_no_further_than_it_needs(tmp_path: Path) -> None:
    sound = spoken(range(1, 800))
    read = 0

    def counted(_: Path) -> Iterator[Samples]:
        nonlocal read
        for block in blocks_of(sound):
            read += len(block)
            yield block

    assert detect_language(tmp_path, NumberRecogniser(), decode=counted, detector=LevelDetector) == ("xx", 0.9)
    assert read < len(sound) / 2


def test_a_checkpoint_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    sound = spoken([1])
    with pytest.raises(StorageError):
        run(as_file(tmp_path, sound), sound, NumberRecogniser(), checkpoint=tmp_path / "file" / "checkpoint")


@pytest.mark.models
@pytest.mark.shared
def test_real_model_resumes_to_the_same_transcript(tmp_path: Path, tiny_model: Path, shared_podcasts: Path) -> None:
    from podmix.speech.whisper import load_whisper
    from podmix.speech.word_times import word_times

    path = shared_podcasts / "p01_e02.mp3"
    whisper = load_whisper(tiny_model)

    def two_minutes(source: Path) -> Iterator[Samples]:
        return itertools.islice(decode_speech(source), 4)

    def steps() -> Iterator[object]:
        return transcribe(path, whisper, checkpoint=tmp_path / "c", decode=two_minutes)

    half = steps()
    for step in half:
        if isinstance(step, TranscribedPiece):
            break
    results = [result_of(transcribe(path, whisper, checkpoint=checkpoint, decode=two_minutes))
               for checkpoint in (tmp_path / "c", tmp_path / "other")]
    assert results[0] == results[1]
    text = results[0].text.casefold()
    assert all(word in text for word in ("welcome", "enduro", "sponsored", "soil erosion"))
    timed = word_times(path, results[0].sentences[:5], whisper, language="en")
    words = [word for sentence in timed for word in sentence.words]
    assert [w.text for w in words] == " ".join(s.text for s in results[0].sentences[:5]).split()
    assert all(a.start <= b.start and a.end <= b.start + 1e-6 for a, b in itertools.pairwise(words))
    assert abs(timed[0].start - results[0].sentences[0].start) < 0.5
