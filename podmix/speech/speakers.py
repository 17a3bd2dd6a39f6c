# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks when: windows of voice into vectors, vectors into voices, voices back onto time.

Chain: voice activity -> windows of 1.6 s -> vectors -> clusters with an estimated count -> smoothed path -> turns.
The number of windows is bounded, so that an hour costs about as much as ten minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from podmix.speech.clustering import cluster_voices, smooth
from podmix.speech.types import Sentence, SpeakerTurn, Transcript
from podmix.speech.voice_activity import FRAME_S, Detector, Samples, Silero, in_frames, speaking

MEL_S = 0.01
WINDOW = 160  # mel frames: 1.6 s, what the encoder was trained on
SHORTEST_HOP_S = 0.4
MOST_WINDOWS = 1100
"""About ten seconds of work on two cores; a longer episode is sampled more thinly."""
CHANGE_COST = 0.3
_SPOKEN_SHARE = 0.5  # of a window, below which its vector says more about the room than about the voice
_GAP_S = 0.5  # silence inside one voice's turn that does not end it


class Encoder(Protocol):
    """``voice_encoder.VoiceEncoder``, or a test's stand-in."""

    def encode(self, mels: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]: ...


def diarize(
    path: Path,
    encoder: Encoder,
    *,
    decode: Callable[[Path], Iterable[Samples]] | None = None,
    detector: Callable[[], Detector] = Silero,
) -> list[SpeakerTurn]:
    """Turns of "S1", "S2"… in order of appearance; empty where nobody speaks.

    Args:
        decode: the file as blocks of 16 kHz mono.
    """
    from podmix.speech.transcribe import decode_speech

    mels, spoken = _listen((decode or decode_speech)(path), detector())
    return turns_of(mels, spoken, encoder)


def _listen(blocks: Iterable[Samples], detect: Detector) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Mel frames ``(frames, 40)`` and for each whether somebody speaks; the sound itself is not kept."""
    from podmix.speech.voice_encoder import mel_frames

    mels, voices = [], []
    for block in in_frames(iter(blocks)):
        voices.append(detect(block))
        mels.append(mel_frames(block)[: len(block) // 160])
    if not mels:
        return np.zeros((0, 40), np.float32), np.zeros(0, np.bool_)
    frames = np.concatenate(mels)
    flags = speaking(np.concatenate(voices))
    index = np.minimum((np.arange(len(frames)) * MEL_S / FRAME_S).astype(np.int64), len(flags) - 1)
    return frames, flags[index]


def turns_of(mels: NDArray[np.float32], spoken: NDArray[np.bool_], encoder: Encoder) -> list[SpeakerTurn]:
    """Turns from mel frames and their speech flags, both 100 a second."""
    if not spoken.any():
        return []
    if len(mels) < WINDOW:
        mels = np.pad(mels, ((0, WINDOW - len(mels)), (0, 0)))
    starts = _window_starts(len(mels), spoken)
    vectors = encoder.encode(mels, starts)
    labels = cluster_voices(vectors)
    centres = np.stack([vectors[labels == voice].mean(axis=0) for voice in range(int(labels.max()) + 1)])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True) + 1e-9
    path = smooth(np.asarray(vectors @ centres.T, np.float64), stay=CHANGE_COST)
    # Each frame belongs to the window whose centre is nearest.
    middle = starts + WINDOW // 2
    owner = np.searchsorted((middle[1:] + middle[:-1]) / 2, np.arange(len(spoken)))
    return _turns(path[owner], spoken)


def _window_starts(frames: int, spoken: NDArray[np.bool_]) -> NDArray[np.int64]:
    total = np.concatenate([[0], np.cumsum(spoken)])
    seconds = float(spoken.sum()) * MEL_S
    hop = round(max(SHORTEST_HOP_S, seconds / MOST_WINDOWS) / MEL_S)
    starts = np.arange(0, max(1, frames - WINDOW + 1), hop, dtype=np.int64)
    ends = np.minimum(starts + WINDOW, len(spoken))
    share = (total[ends] - total[np.minimum(starts, len(spoken))]) / WINDOW
    kept = starts[share > _SPOKEN_SHARE]
    return kept if len(kept) else starts[np.argmax(share) :][:1]


def _turns(voices: NDArray[np.int64], spoken: NDArray[np.bool_]) -> list[SpeakerTurn]:
    turns: list[SpeakerTurn] = []
    labelled = np.where(spoken, voices, -1)
    edges = np.flatnonzero(np.diff(labelled)) + 1
    for first, last in zip([0, *edges], [*edges, len(labelled)], strict=True):
        if labelled[first] < 0:
            continue
        speaker, start, end = f"S{int(labelled[first]) + 1}", first * MEL_S, last * MEL_S
        if turns and turns[-1].speaker == speaker and start - turns[-1].end <= _GAP_S:
            turns[-1] = replace(turns[-1], end=end)
        else:
            turns.append(SpeakerTurn(start, end, speaker))
    return _renumbered(turns)


def _renumbered(turns: Sequence[SpeakerTurn]) -> list[SpeakerTurn]:
    names: dict[str, str] = {}
    for turn in turns:
        names.setdefault(turn.speaker, f"S{len(names) + 1}")
    return [replace(turn, speaker=names[turn.speaker]) for turn in turns]


def assign_speakers(transcript: Transcript, turns: Sequence[SpeakerTurn]) -> Transcript:
    """Each sentence gets the voice that speaks most of it; voices nobody is given are left out."""
    sentences = tuple(_given(sentence, turns) for sentence in transcript.sentences)
    used = list(dict.fromkeys(s.speaker for s in sentences if s.speaker))
    return replace(transcript, sentences=sentences, speakers={key: f"Voice {key[1:]}" for key in used})


def _given(sentence: Sentence, turns: Sequence[SpeakerTurn]) -> Sentence:
    shares: Counter[str] = Counter()
    for turn in turns[_first_touching(turns, sentence.start) :]:
        if turn.start >= sentence.end:
            break
        shares[turn.speaker] += max(0.0, min(turn.end, sentence.end) - max(turn.start, sentence.start))  # type: ignore[assignment]
    best = shares.most_common(1)
    return replace(sentence, speaker=best[0][0]) if best and best[0][1] > 0 else sentence


def _first_touching(turns: Sequence[SpeakerTurn], start: float) -> int:
    low, high = 0, len(turns)
    while low < high:
        middle = (low + high) // 2
        if turns[middle].end <= start:
            low = middle + 1
        else:
            high = middle
    return low
