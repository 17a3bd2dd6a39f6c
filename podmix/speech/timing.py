# SPDX-License-Identifier: GPL-3.0-or-later
"""Making coarse times tight with what the voice detector heard: edges move into the nearest pause.

Whisper's time tokens are good to some tenths of a second; the detector's frames are 32 ms. Nothing moves further
than ``REACH_S``, nothing changes its order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from podmix.speech.types import Cue, Sentence
from podmix.speech.voice_activity import FRAME_S, Pause, Voice, speaking

REACH_S = 0.8


def tighten(cue: Cue, voice: Voice) -> Cue:
    """A cue without the silence at its ends; silence of more than ``REACH_S`` is cut off entirely."""
    first = int(cue.start / FRAME_S)
    spoken = np.flatnonzero(speaking(voice[first:max(first + 1, int(np.ceil(cue.end / FRAME_S)))]))
    if not len(spoken):
        return cue
    start = max(cue.start, (first + int(spoken[0])) * FRAME_S)
    end = min(cue.end, (first + int(spoken[-1]) + 1) * FRAME_S)
    return replace(cue, start=start, end=end) if end > start else cue


def snap_to_pauses(sentences: Sequence[Sentence], pauses: Sequence[Pause]) -> tuple[Sentence, ...]:
    """Sentences whose shared edges were guessed (they touch) meet in the best pause near the guess instead."""
    snapped = list(sentences)
    starts = [pause.start for pause in pauses]
    for index in range(len(snapped) - 1):
        one, other = snapped[index], snapped[index + 1]
        if abs(other.start - one.end) > 0.05 or one.words or other.words:
            continue
        pause = _nearest(pauses, starts, (one.end + other.start) / 2)
        if pause and one.start + 0.1 < pause.start and pause.end < other.end - 0.1:
            snapped[index] = replace(one, end=pause.start)
            snapped[index + 1] = replace(other, start=pause.end)
    return tuple(snapped)


def _nearest(pauses: Sequence[Pause], starts: Sequence[float], guess: float) -> Pause | None:
    """The pause within reach that is long and near; None where there is none."""
    first = max(0, bisect_left(starts, guess - REACH_S) - 1)
    near = [pause for pause in pauses[first:bisect_left(starts, guess + REACH_S)] if _distance(pause, guess) <= REACH_S]
    return max(near, key=lambda p: min(0.6, p.end - p.start) - 0.5 * _distance(p, guess), default=None)


def _distance(pause: Pause, guess: float) -> float:
    return max(0.0, pause.start - guess, guess - pause.end)
