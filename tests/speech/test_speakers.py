# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns from made-up sound: a tone's pitch is the voice, and the stand-in encoder hears exactly that."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from podmix.speech import speakers
from podmix.speech.speakers import assign_speakers, diarize, turns_of
from podmix.speech.types import Sentence, SpeakerTurn, Transcript
from podmix.speech.voice_activity import FRAME

RATE = 16_000
HERTZ = {"a": 300.0, "b": 900.0, "c": 2500.0, "d": 5000.0}
NOWHERE = Path("nowhere.mp3")


class LoudFrames:
    """A detector to whom everything loud is voice."""

    def __call__(self, samples: NDArray[np.float32]) -> NDArray[np.uint8]:
        level = np.sqrt(np.mean(samples.reshape(-1, FRAME) ** 2, axis=1))
        return np.where(level > 0.01, 255, 0).astype(np.uint8)

    def state(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        return None


class BandEncoder:
    """A window's vector is its spectrum's shape: what share each mel band has."""

    def __init__(self) -> None:
        self.windows = 0

    def encode(self, mels: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
        self.windows += len(starts)
        rows = np.stack([mels[s : s + 160].sum(axis=0) for s in starts]) if len(starts) else np.zeros((0, 40))
        return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9), np.float32)


def sound(script: Sequence[tuple[str, float]]) -> NDArray[np.float32]:
    """Pieces of (voice or "-" for silence, seconds)."""
    pieces = []
    for voice, seconds in script:
        clock = np.arange(round(seconds * RATE)) / RATE
        loud = 0.0 if voice == "-" else 0.2
        pieces.append(loud * np.sin(2 * np.pi * HERTZ.get(voice, 0.0) * clock))
    return np.concatenate([np.zeros(0), *pieces]).astype(np.float32)


def turns(script: Sequence[tuple[str, float]], block: int = RATE * 30) -> list[SpeakerTurn]:
    whole = sound(script)

    def decode(_: Path) -> Iterator[NDArray[np.float32]]:
        return (whole[i : i + block] for i in range(0, len(whole), block))

    return diarize(NOWHERE, BandEncoder(), decode=decode, detector=LoudFrames)


def seconds_of(found: Iterable[SpeakerTurn]) -> dict[str, float]:
    total: dict[str, float] = {}
    for turn in found:
        total[turn.speaker] = total.get(turn.speaker, 0.0) + turn.end - turn.start
    return total


def test_two_voices_take_turns() -> None:
    found = turns([("a", 8), ("b", 6), ("a", 7)])
    assert [t.speaker for t in found] == ["S1", "S2", "S1"]
    assert [t.end for t in found] == pytest.approx([8, 14, 21], abs=0.3)


def test_a_short_pause_does_not_end_a_turn_and_a_long_one_does() -> None:
    assert len(turns([("a", 5), ("-", 0.8), ("a", 5)])) == 1
    first, second = turns([("a", 5), ("-", 4), ("a", 5)])
    assert (first.end, second.start) == (pytest.approx(5.25, abs=0.1), pytest.approx(8.75, abs=0.1))


def test_silence_and_nothing_have_no_turns() -> None:
    assert turns([("-", 20)]) == []
    assert turns([]) == []


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1.0, 1.59, 1.61, 3.0])
def test_recordings_shorter_than_a_window(seconds: float) -> None:
    found = turns([("a", seconds)])
    assert {t.speaker for t in found} == {"S1"}
    assert found[-1].end <= seconds + 0.05


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), st.integers(1000, 60_000))
def test_as_many_voices_as_there_are_in_any_blocks(order: list[str], block: int) -> None:
    order = [voice for voice, _ in itertools.groupby(order)]
    found = turns([(voice, 4.0) for voice in order], block)
    expected = list(dict.fromkeys(order))
    assert [t.speaker for t in found] == [f"S{expected.index(v) + 1}" for v in order]
    assert all(a.end <= b.start + 1e-9 for a, b in itertools.pairwise(found))


def test_the_clock_does_not_drift_over_many_blocks() -> None:
    """Blocks that are no whole number of frames must not lose the rest of each."""
    found = turns([("a", 60), ("b", 60)], block=7919)
    assert found[0].end == pytest.approx(60, abs=0.3)
    assert found[-1].end == pytest.approx(120, abs=0.1)


def test_a_long_recording_is_sampled_thinly_and_changes_are_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speakers, "MOST_WINDOWS", 60)
    monkeypatch.setattr(speakers, "MOST_ADDED", 60)
    mels = np.zeros((60_000, 40), np.float32)
    ends = [9_050, 21_230, 33_333, 47_770, 60_000]
    for index, (start, end) in enumerate(itertools.pairwise([0, *ends])):
        mels[start:end, index % 2] = 1.0
    encoder = BandEncoder()
    found = turns_of(mels, np.ones(60_000, np.bool_), encoder)
    assert encoder.windows <= 121
    assert [t.end for t in found] == pytest.approx([end / 100 for end in ends], abs=0.6)


def test_a_mixture_heard_only_where_voices_change_is_no_voice() -> None:
    chance = np.random.default_rng(0)
    mels = np.zeros((12_000, 40), np.float32)
    for index in range(12):
        mels[index * 1000 : (index + 1) * 1000, index % 2] = 1.0
        mels[index * 1000 : index * 1000 + 60, 5] = 3.0  # a jingle at each change
    mels += chance.random(mels.shape).astype(np.float32) * 0.01
    assert len(seconds_of(turns_of(mels, np.ones(12_000, np.bool_), BandEncoder()))) == 2


# -- sentences --


def transcript(*spans: tuple[float, float]) -> Transcript:
    return Transcript(tuple(Sentence(f"Sentence {i}.", a, b) for i, (a, b) in enumerate(spans)), "en", 100, "test")


def test_a_sentence_has_the_voice_that_speaks_most_of_it() -> None:
    given_turns = [SpeakerTurn(0, 5, "S1"), SpeakerTurn(5, 9, "S2"), SpeakerTurn(9, 20, "S1")]
    named = assign_speakers(transcript((0, 4), (4, 8.5), (8, 12), (30, 31)), given_turns)
    assert [s.speaker for s in named.sentences] == ["S1", "S2", "S1", None]
    assert named.speakers == {"S1": "Voice 1", "S2": "Voice 2"}


def test_voices_of_no_sentence_are_left_out() -> None:
    named = assign_speakers(transcript((0, 4)), [SpeakerTurn(0, 4, "S1"), SpeakerTurn(50, 60, "S2")])
    assert named.speakers == {"S1": "Voice 1"}


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0.1, 9)), max_size=12), st.integers(1, 4))
def test_every_sentence_gets_an_overlapping_voice_or_none(pieces: list[tuple[float, float]], count: int) -> None:
    spoken = sorted((start, start + length) for start, length in pieces)
    given_turns = [SpeakerTurn(i * 5.0, i * 5.0 + 4.0, f"S{i % count + 1}") for i in range(12)]
    for sentence in assign_speakers(transcript(*spoken), given_turns).sentences:
        heard = {t.speaker for t in given_turns if min(t.end, sentence.end) - max(t.start, sentence.start) > 1e-3}
        assert sentence.speaker in heard if heard else sentence.speaker is None or not heard


# -- the real thing --


@pytest.mark.models
@pytest.mark.shared
@pytest.mark.parametrize(("name", "voices", "limit"), [("p01_e04", 2, 0.06), ("p02_e05", 3, 0.06)])
def test_real_voices(shared_podcasts: Path, voice_model: Path, name: str, voices: int, limit: float) -> None:
    from podmix.speech.voice_encoder import VoiceEncoder

    core, metrics = pytest.importorskip("pyannote.core"), pytest.importorskip("pyannote.metrics.diarization")
    found = diarize(shared_podcasts / f"{name}.mp3", VoiceEncoder.load(voice_model))
    truth, heard = core.Annotation(), core.Annotation()
    for index, line in enumerate((shared_podcasts / f"{name}.rttm").read_text(encoding="utf-8").splitlines()):
        fields = line.split()
        truth[core.Segment(float(fields[3]), float(fields[3]) + float(fields[4])), index] = fields[7]
    for index, turn in enumerate(found):
        heard[core.Segment(turn.start, turn.end), index] = turn.speaker
    assert len(heard.labels()) == voices
    extent = core.Timeline([truth.get_timeline().extent() | heard.get_timeline().extent()])
    assert metrics.DiarizationErrorRate(collar=0.0, skip_overlap=False)(truth, heard, uem=extent) < limit


@pytest.fixture
def voice_model(tmp_path: Path) -> Path:
    """A folder with Resemblyzer's published weights, from its package."""
    from importlib.metadata import PackageNotFoundError, files

    try:
        listed = files("Resemblyzer") or []
    except PackageNotFoundError:
        pytest.skip("the package with the voice model is not installed")
    published = next(Path(str(file.locate())) for file in listed if file.name == "pretrained.pt")
    (tmp_path / "pretrained.pt").symlink_to(published)
    return tmp_path
