# SPDX-License-Identifier: GPL-3.0-or-later
"""Cutting speech into windows of at most 30 s for the recogniser, at pauses, while the audio streams by.

The edges depend on the audio alone, never on how it was cut into blocks or where a run was interrupted: that is
what makes a resumed transcription equal to an undisturbed one. Windows never overlap; what lies between two
windows is silence or music.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from podmix.speech.voice_activity import FRAME, FRAME_S, SILENCE, SPEECH, Samples, Voice, runs

LONGEST = int(29.9 / FRAME_S)
"""Whisper hears 30 s at once."""
PAD = round(0.4 / FRAME_S)
"""Silence kept before the first and after the last word."""
EARLIEST_CUT = round(12.0 / FRAME_S)
SHORT_PAUSE = 3
"""Frames of silence that make a place to cut (about 0.1 s)."""
LONG_PAUSE = round(4.0 / FRAME_S)
"""Whisper invents text in long silences, so one of this length ends a window that is well filled."""
WELL_FILLED = round(10.0 / FRAME_S)


@dataclass(frozen=True, slots=True)
class Window:
    """``samples`` begin ``start`` seconds into the audio."""

    start: float
    samples: Samples

    @property
    def end(self) -> float:
        return self.start + len(self.samples) / (FRAME / FRAME_S)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Frames ``first`` up to ``last`` are a window (empty: none); nothing before ``then`` is needed any more."""

    first: int
    last: int
    then: int


def speech_windows(blocks: Iterable[tuple[Samples, Voice]]) -> Iterator[Window]:
    """Windows of speech in order, from blocks of whole frames and their voice probabilities."""
    samples, voice = np.zeros(0, np.float32), np.zeros(0, np.uint8)
    origin = 0
    for block, probabilities in blocks:
        samples, voice = np.concatenate([samples, block]), np.concatenate([voice, probabilities])
        while (cut := _next_cut(voice, final=False)) is not None:
            if cut.last > cut.first:
                yield _window(origin, cut, samples)
            samples, voice, origin = samples[cut.then * FRAME:], voice[cut.then:], origin + cut.then
    while len(voice) and (cut := _next_cut(voice, final=True)) is not None:
        if cut.last > cut.first:
            yield _window(origin, cut, samples)
        samples, voice, origin = samples[cut.then * FRAME:], voice[cut.then:], origin + cut.then


def _window(origin: int, cut: _Cut, samples: Samples) -> Window:
    return Window((origin + cut.first) * FRAME_S, samples[cut.first * FRAME:cut.last * FRAME].copy())


def _next_cut(voice: Voice, *, final: bool) -> _Cut | None:
    """The next window in ``voice``, or None while more audio is needed to decide."""
    spoken = np.flatnonzero(voice >= SPEECH)
    if not len(spoken):
        then = len(voice) if final else len(voice) - PAD
        return _Cut(0, 0, then) if then > 0 else None
    first = max(0, int(spoken[0]) - PAD)
    limit = first + LONGEST
    if len(voice) < limit + PAD and not final:
        return None
    reach = voice[:limit]
    quiet = runs(reach < SILENCE)
    pause = _ending_pause(quiet, first, int(spoken[0]), len(reach))
    if pause is None and len(voice) <= limit:
        last = min(len(voice), int(spoken[-1]) + 1 + PAD)
        return _Cut(first, last, len(voice))
    begin, end = pause or _best_pause(quiet, voice, first, limit)
    middle = (begin + end) // 2
    last = min(max(begin + 1, middle), begin + PAD)
    return _Cut(first, last, max(last, end - PAD))


def _ending_pause(quiet: np.ndarray, first: int, speech: int, reach: int) -> tuple[int, int] | None:
    """The first pause that is long enough to end the window before it is full."""
    for begin, end in quiet.tolist():
        length = end - begin
        if begin > speech and end < reach and (
                length >= 2 * LONG_PAUSE or (length >= LONG_PAUSE and begin - first >= WELL_FILLED)):
            return begin, end
    return None


def _best_pause(quiet: np.ndarray, voice: Voice, first: int, limit: int) -> tuple[int, int]:
    """Where to cut a full window: long pauses are best, late ones better; else the least voiced late frame."""
    places = [(begin, end) for begin, end in quiet.tolist()
              if end - begin >= SHORT_PAUSE and first + EARLIEST_CUT <= begin and end <= limit]
    if places:
        return max(places, key=lambda place: min(1.0, (place[1] - place[0]) * FRAME_S)
                   + 1.5 * (place[0] - first) / LONGEST)
    tail = voice[limit - round(5.0 / FRAME_S):limit]
    quietest = limit - len(tail) + int(np.argmin(tail))
    return quietest, quietest + 1
