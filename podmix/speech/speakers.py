# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks when: windows of voice into vectors, vectors into voices, voices back onto time.

Chain: voice activity -> windows of 1.6 s -> vectors -> clusters with an estimated count -> smoothed path -> turns.
The number of windows is bounded: a long episode is sampled thinly, then more densely where the voice changes.

Two clocks: mel frames of 10 ms (``MEL_S``) and steps of 100 ms (``_STEP`` frames) on which the path is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from podmix.speech.clustering import Floats, Labels, centres, cluster_voices, smooth
from podmix.speech.types import Sentence, SpeakerTurn, Transcript
from podmix.speech.voice_activity import FRAME, FRAME_S, Detector, Samples, Silero, in_frames, runs

Mask = NDArray[np.bool_]

MEL_S = 0.01
WINDOW = 160  # mel frames: 1.6 s, what the encoder was trained on
SHORTEST_HOP = 40  # mel frames between windows: 0.4 s, in short recordings and where voices change
FIRST_HOP = 80  # elsewhere at first: half the work, and the changes are looked at more closely anyway
SHORT_RECORDING = 9_000  # mel frames of speech: below 90 s every window counts
MOST_WINDOWS = 900
"""In the first pass: about four seconds of work on two cores; a longer episode is sampled more thinly."""
MOST_ADDED = 500
"""Windows added where two neighbours are of different voices and lie further apart than the shortest hop."""
_LONGEST_SEARCH = 1500  # mel frames: in a longer gap between windows nobody speaks much
_MEL_SAMPLES = 160
_BOTH_CLOCKS = 2560  # samples: the least common multiple of a mel frame's and a detector frame's
_STEP = 10  # mel frames of a step of the path
_CHANGE_COST = 0.8  # of likeness, added up over steps: what a change of voice must gain
_HEARD = 50  # voice probability (of 255): lower than the recogniser's, which may leave out what is mumbled
_PAD_S = 0.25  # speech begins and ends softer than the detector notices
_GAP_S = 1.0  # silence inside one voice's turn that does not end it
_SPOKEN_SHARE = 0.5  # of a window, below which its vector says more about the room than about the voice
_SHORTEST_VOICE_S = 2.0  # who never speaks this long at a stretch is a mixture heard where voices change…
_SHORTEST_SHARE = 0.1  # …except in recordings so short that this share of the speech is less


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

    mels, heard = _listen((decode or decode_speech)(path), detector())
    return turns_of(mels, heard, encoder)


def _listen(blocks: Iterable[Samples], detect: Detector) -> tuple[NDArray[np.float32], Mask]:
    """Mel frames ``(frames, 40)`` and for each whether a voice is heard; the sound itself is not kept."""
    from podmix.speech.voice_encoder import mel_frames

    mels: list[Future[NDArray[np.float32]]] = []
    voices: list[NDArray[np.uint8]] = []
    with ThreadPoolExecutor(1, thread_name_prefix="mel") as beside:  # both let go of the interpreter while they work
        for block in in_frames(_whole_mel_frames(_ahead(blocks))):
            mels.append(beside.submit(mel_frames, block))
            voices.append(detect(block))
    if not mels:
        return np.zeros((0, 40), np.float32), np.zeros(0, np.bool_)
    flags = np.concatenate(voices) >= _HEARD
    frames = np.concatenate([mel.result()[: len(voice) * FRAME // _MEL_SAMPLES]
                             for mel, voice in zip(mels, voices, strict=True)])
    index = np.minimum((np.arange(len(frames)) * MEL_S / FRAME_S).astype(np.int64), len(flags) - 1)
    return frames, flags[index]


def _ahead(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """The same blocks, the next one being decoded while this one is heard."""
    rest = iter(blocks)
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as beside:
        coming = beside.submit(next, rest, None)
        while (block := coming.result()) is not None:
            coming = beside.submit(next, rest, None)
            yield block


def _whole_mel_frames(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Blocks that are whole numbers of mel frames and of the detector's, so that the two clocks never drift apart."""
    rest = np.zeros(0, np.float32)
    for block in blocks:
        joined = np.concatenate([rest, block])
        whole = len(joined) // _BOTH_CLOCKS * _BOTH_CLOCKS
        rest = joined[whole:]
        if whole:
            yield joined[:whole]
    if len(rest):
        yield rest


def turns_of(mels: NDArray[np.float32], heard: Mask, encoder: Encoder) -> list[SpeakerTurn]:
    """Turns from mel frames and whether a voice is heard in each, both 100 a second."""
    if not heard.any():
        return []
    if len(mels) < WINDOW:
        mels = np.pad(mels, ((0, WINDOW - len(mels)), (0, 0)))
    starts = _window_starts(len(mels), heard)
    vectors = np.asarray(encoder.encode(mels, starts), np.float64)
    voices = centres(vectors, cluster_voices(vectors, starts, WINDOW))
    starts, vectors = _denser_at_changes(mels, encoder, starts, vectors, voices)
    spoken = _spoken(heard)
    path = _path(vectors, starts, voices, spoken)
    return _turns(np.repeat(path, _STEP)[: len(heard)], spoken)


def _window_starts(frames: int, heard: Mask) -> NDArray[np.int64]:
    total = np.concatenate([[0], np.cumsum(heard)])
    usual = SHORTEST_HOP if heard.sum() < SHORT_RECORDING else FIRST_HOP
    hop = max(usual, int(np.ceil(heard.sum() / MOST_WINDOWS)))
    starts = np.arange(0, max(1, frames - WINDOW + 1), hop, dtype=np.int64)
    ends = np.minimum(starts + WINDOW, len(heard))
    share = (total[ends] - total[np.minimum(starts, len(heard))]) / WINDOW
    kept = starts[share > _SPOKEN_SHARE]
    return kept if len(kept) else starts[np.argmax(share) :][:1]


def _denser_at_changes(
    mels: NDArray[np.float32], encoder: Encoder, starts: NDArray[np.int64], vectors: Floats, voices: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Add the window halfway between two of different voices, again and again, until changes are known finely."""
    left = MOST_ADDED
    while left > 0:
        nearest = np.argmax(vectors @ voices.T, axis=1)
        gaps = np.diff(starts)
        changes = np.flatnonzero((nearest[1:] != nearest[:-1]) & (gaps > SHORTEST_HOP) & (gaps <= _LONGEST_SEARCH))
        if not len(changes):
            break
        between = starts[changes[:left]] + gaps[changes[:left]] // 2
        left -= len(between)
        starts = np.concatenate([starts, between])
        vectors = np.concatenate([vectors, np.asarray(encoder.encode(mels, between), np.float64)])
        order = np.argsort(starts, kind="stable")
        starts, vectors = starts[order], vectors[order]
    return starts, vectors


def _spoken(heard: Mask) -> Mask:
    """What counts as speech: a little more on either side, and short pauses bridged."""
    spoken = np.zeros(len(heard), np.bool_)
    pad, gap, last = round(_PAD_S / MEL_S), round(_GAP_S / MEL_S), -1
    for first, end in runs(heard).tolist():
        start = max(0, first - pad)
        spoken[last if last >= 0 and start - last <= gap else start : end + pad] = True
        last = min(len(heard), end + pad)
    return spoken


def _path(vectors: Floats, starts: NDArray[np.int64], voices: Floats, spoken: Mask) -> Labels:
    """The voice of each step; voices that never hold the word are dropped and the others heard again."""
    steps = -(-len(spoken) // _STEP)
    path = smooth(_votes(vectors @ voices.T, starts, steps), stay=_CHANGE_COST)
    speech = spoken[::_STEP]
    shortest = min(_SHORTEST_VOICE_S / MEL_S / _STEP, _SHORTEST_SHARE * int(speech.sum()))
    kept = [voice for voice in range(len(voices)) if _longest(speech & (path == voice)) >= shortest]
    if not kept:
        return path
    at = [np.clip(starts // _STEP + offset, 0, steps - 1) for offset in (3, 8, 12)]
    pure = (path[at[0]] == path[at[1]]) & (path[at[1]] == path[at[2]])
    heard_again = []
    for voice in kept:
        own = pure & (path[at[1]] == voice)
        centre = vectors[own].mean(axis=0) if own.sum() > 1 else voices[voice]
        heard_again.append(centre / (np.linalg.norm(centre) + 1e-9))
    return smooth(_votes(vectors @ np.stack(heard_again).T, starts, steps), stay=_CHANGE_COST)


def _votes(likeness: Floats, starts: NDArray[np.int64], steps: int) -> Floats:
    """Likeness to each voice per step: the windows over it, the middle of a window counting most."""
    length = WINDOW // _STEP
    weights = (1.0 - np.abs(np.arange(length) - (length - 1) / 2) / (length / 2)) ** 2
    votes = np.zeros((steps + length, likeness.shape[1]))
    total = np.zeros(steps + length)
    for offset, weight in enumerate(weights):
        np.add.at(votes, starts // _STEP + offset, weight * likeness)
        np.add.at(total, starts // _STEP + offset, weight)
    return np.asarray((votes / np.maximum(total, 1e-9)[:, None])[:steps])


def _longest(mask: Mask) -> int:
    stretches = runs(mask)
    return int((stretches[:, 1] - stretches[:, 0]).max()) if len(stretches) else 0


def _turns(voices: Labels, spoken: Mask) -> list[SpeakerTurn]:
    turns: list[SpeakerTurn] = []
    labelled = np.where(spoken, voices, -1)
    edges = np.flatnonzero(np.diff(labelled)) + 1
    for first, last in zip([0, *edges.tolist()], [*edges.tolist(), len(labelled)], strict=True):
        if labelled[first] >= 0:
            turns.append(SpeakerTurn(round(first * MEL_S, 2), round(last * MEL_S, 2), f"S{int(labelled[first]) + 1}"))
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
    for index in range(_first_touching(turns, sentence.start), len(turns)):
        turn = turns[index]
        if turn.start >= sentence.end:
            break
        shares[turn.speaker] += max(0, round(1000 * (min(turn.end, sentence.end) - max(turn.start, sentence.start))))
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
