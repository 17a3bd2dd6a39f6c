# SPDX-License-Identifier: GPL-3.0-or-later
"""What Whisper invents: text over silence, phrases from its training, sentences that go round in circles.

Thresholds are those of the original decoder (Radford et al. 2022, section 4.5) where it names one.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from podmix.speech.recogniser import Heard
from podmix.speech.voice_activity import FRAME_S, SPEECH, Voice

MOST_COMPRESSION = 2.4
LEAST_LOG_PROBABILITY = -1.0
MOST_NO_SPEECH = 0.6
LEAST_VOICED = 0.1
"""Part of a stretch in which the voice detector must have heard somebody."""
MOST_REPEATS = 3
SKIPPED_S = 2.5

_PHANTOM = re.compile(
    r"(thank(s| you)( so much| very much)? for (watching|listening|viewing)|subtitles? (by|provided)|amara\.org|"
    r"(please )?(like and )?subscribe( to (my|our|the) channel)?|untertitel|sous-titr|subtítulos|字幕|ご視聴)[^a-z]*",
    re.IGNORECASE)
_PHANTOM_VOICED = 0.5
_LOOP = re.compile(r"\b(\S+(?: \S+){0,7}?)(?:[,.!?…]* \1\b){3,}", re.IGNORECASE)


def compression(text: str) -> float:
    """How much smaller zlib makes the text; loops compress well. Short texts give low values."""
    data = text.encode("utf-8")
    return len(data) / max(1, len(zlib.compress(data))) if data else 0.0


def went_in_circles(heard: Sequence[Heard]) -> bool:
    """Whether a window should be recognised again with repetition forbidden."""
    text = " ".join(piece.text for piece in heard)
    return compression(text) > MOST_COMPRESSION or (bool(text) and heard[0].log_probability < -1.5)


def believable(heard: Sequence[Heard], window_start: float, voice: Voice) -> list[Heard]:
    """The stretches to keep, loops shortened.

    Args:
        heard: of one window, times within it.
        window_start: seconds.
        voice: probabilities of the whole audio so far.
    """
    kept: list[Heard] = []
    repeats = 0
    for piece in heard:
        voiced = voiced_part(voice, window_start + piece.start, window_start + piece.end)
        unsure = piece.no_speech > MOST_NO_SPEECH and piece.log_probability < LEAST_LOG_PROBABILITY
        phantom = voiced < _PHANTOM_VOICED and _PHANTOM.fullmatch(piece.text) is not None
        if unsure or phantom or voiced < LEAST_VOICED or not any(c.isalnum() for c in piece.text):
            continue
        repeats = repeats + 1 if kept and kept[-1].text.casefold() == piece.text.casefold() else 0
        if repeats < MOST_REPEATS:
            kept.append(replace(piece, text=without_loops(piece.text)))
    return kept


def skipped(heard: Sequence[Heard], start: float, end: float, voice: Voice) -> list[tuple[float, float]]:
    """Stretches of a window with speech of at least ``SKIPPED_S`` for which the recogniser wrote nothing.

    Args:
        heard: of one window, in order, times within it.
        start, end: of the window in seconds.

    Returns:
        (start, end) within the window.
    """
    edges = [0.0, *(time for piece in heard for time in (piece.start, piece.end)), end - start]
    gaps = [(max(edges[:2 * i + 1]), edges[2 * i + 1]) for i in range(len(heard) + 1)]
    return [(first, last) for first, last in gaps
            if last - first >= SKIPPED_S
            and voiced_part(voice, start + first, start + last) * (last - first) >= SKIPPED_S]


def voiced_part(voice: Voice, start: float, end: float) -> float:
    """Which part of the span is speech, 0..1."""
    span = voice[int(start / FRAME_S):max(int(start / FRAME_S) + 1, round(end / FRAME_S))]
    return float(np.mean(span >= SPEECH)) if len(span) else 0.0


def without_loops(text: str) -> str:
    """``"so so so so so we go"`` -> ``"so we go"``: four or more in a row become one."""
    return _LOOP.sub(r"\1", text) if len(text) < 4000 else text
