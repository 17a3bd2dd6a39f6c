# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a publisher's transcript fit this audio, and by how much is it off?

Hosts insert advertisements after the transcript was written, so its times may be late from some point on. A few
places of the audio are recognised, and the words heard there vote for the shift between the two clocks (runs of three
equal words). One shift everywhere moves the whole transcript; different shifts mean something was inserted between
two places, and halving the stretch between them finds where.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from podmix.errors import TranscriptError
from podmix.speech.recogniser import Recogniser
from podmix.speech.tidy import spread_words
from podmix.speech.types import Sentence, Transcript, Word
from podmix.speech.word_times import Cut, cut_speech
from podmix.units import clock_text

PROBE_S = 25.0
PLACES = (0.05, 0.35, 0.65, 0.93)
"""Where in the audio it is listened to, as parts of its length."""
AGREE_S = 1.0
"""Shifts that differ by less are one."""
IGNORED_S = 0.75
"""A smaller shift is the coarseness of captions and of this method."""
LARGEST_SHIFT_S = 900.0
NARROW_S = 40.0
"""Halving stops when the place of an insertion is known so well; what is said inside is left out."""
LEAST_VOTES = 4
_RUN = 3


@dataclass(frozen=True, slots=True)
class Probe:
    """From ``place`` to ``until`` (seconds of the audio) words agree, the audio being ``shift`` seconds later."""

    place: float
    until: float
    shift: float


def align_to_audio(transcript: Transcript, path: Path, recogniser: Recogniser, *, language: str | None = None,
                   cut: Cut = cut_speech) -> tuple[Transcript, tuple[str, ...]]:
    """The transcript on the audio's clock, and what was done to it in plain words (empty: it fitted).

    Args:
        transcript: timed; ``duration`` is the audio's.
        recogniser: must know the language.

    Raises:
        TranscriptError: what is heard is not what is written.
    """
    ear = _Ear(transcript.sentences, path, recogniser, language or transcript.language or "en", cut)
    last = max(0.0, transcript.duration - PROBE_S)
    probes = [probe for part in PLACES if (probe := ear.listen(min(last, transcript.duration * part))) is not None]
    if not probes:
        raise TranscriptError("The transcript does not say what is spoken in this audio.",
                              remedy="PodMix can listen to the audio instead.")
    inner = [found for one, other in pairwise(probes) for found in (one, *ear.halve(one, other))]
    steps = _steps([*inner, probes[-1]])
    if len(steps) == 1 and abs(steps[0][0].shift) < IGNORED_S:
        return transcript, ()
    moved = [replaced for s in transcript.sentences if (replaced := _moved(s, steps)) is not None]
    kept = tuple(s for s in moved if 0 <= s.start < transcript.duration)
    if not kept:
        raise TranscriptError("The transcript does not fit this audio.", remedy="PodMix can listen instead.")
    return replace(transcript, sentences=kept), (_said(steps),)


class _Ear:
    """Listens at places of the audio and finds the transcript's shift there."""

    def __init__(self, sentences: Sequence[Sentence], path: Path, recogniser: Recogniser, language: str,
                 cut: Cut) -> None:
        self._written: dict[tuple[str, ...], list[float]] = defaultdict(list)
        words = [word for sentence in sentences
                 for word in sentence.words or spread_words(sentence.text.split(), sentence.start, sentence.end)]
        for run, time in _runs(words):
            self._written[run].append(time)
        self._path, self._recogniser, self._language, self._cut = path, recogniser, language, cut

    def listen(self, place: float) -> Probe | None:
        """None where nobody speaks, or not what is written."""
        samples = self._cut(self._path, place, place + PROBE_S)
        if not len(samples):
            return None
        heard = [word for piece in self._recogniser.recognise([samples], self._language)[0]
                 for word in spread_words(piece.text.split(), place + piece.start, place + piece.end)]
        votes = [(time, time - written) for run, time in _runs(heard) for written in self._written.get(run, ())
                 if abs(time - written) <= LARGEST_SHIFT_S]
        shift = _most_voted([vote for _, vote in votes])
        if shift is None:
            return None
        agreeing = [time for time, vote in votes if abs(vote - shift) <= AGREE_S]
        return Probe(min(agreeing), max(agreeing), shift)

    def halve(self, one: Probe, other: Probe, depth: int = 8) -> list[Probe]:
        """Further probes between two that differ, until the place of the change is narrow."""
        gap = other.place - one.until
        if abs(one.shift - other.shift) < AGREE_S or gap <= NARROW_S or not depth:
            return []
        # An advertisement gives no shift: then a little to either side.
        for part in (0.5, 0.3, 0.7):
            middle = self.listen(one.until + gap * part - PROBE_S / 2)
            if middle is not None:
                return [*self.halve(one, middle, depth - 1), middle, *self.halve(middle, other, depth - 1)]
        return []


def _runs(words: Sequence[Word]) -> list[tuple[tuple[str, ...], float]]:
    """Runs of three words without case and punctuation, with the time of the first."""
    plain = [("".join(c for c in word.text.casefold() if c.isalnum()), word.start) for word in words]
    plain = [(text, time) for text, time in plain if text]
    return [(tuple(text for text, _ in plain[i:i + _RUN]), plain[i][1]) for i in range(len(plain) - _RUN + 1)]


def _most_voted(votes: Sequence[float]) -> float | None:
    """The median of the densest second and a half; None with fewer than ``LEAST_VOTES`` votes in it."""
    if not votes:
        return None
    ordered = np.sort(np.asarray(votes))
    counts = np.searchsorted(ordered, ordered + 1.5, side="right") - np.arange(len(ordered))
    first = int(np.argmax(counts))
    return float(np.median(ordered[first:first + counts[first]])) if counts[first] >= LEAST_VOTES else None


def _steps(probes: Sequence[Probe]) -> list[tuple[Probe, Probe]]:
    """Neighbouring probes of one shift as (first, last), the shift being their median in both."""
    groups: list[list[Probe]] = []
    for probe in probes:
        if groups and abs(groups[-1][-1].shift - probe.shift) < AGREE_S:
            groups[-1].append(probe)
        else:
            groups.append([probe])
    shifts = [float(np.median([probe.shift for probe in group])) for group in groups]
    return [(replace(group[0], shift=shift), replace(group[-1], shift=shift))
            for group, shift in zip(groups, shifts, strict=True)]


def _moved(sentence: Sentence, steps: Sequence[tuple[Probe, Probe]]) -> Sentence | None:
    """The sentence on the audio's clock; None where it lies between two steps, so that nobody knows."""
    for index, (first, last) in enumerate(steps):
        start, end = sentence.start + first.shift, sentence.end + first.shift
        after = index == 0 or start >= first.place
        before = index == len(steps) - 1 or end <= last.until + AGREE_S
        if after and before:
            words = tuple(replace(w, start=w.start + first.shift, end=w.end + first.shift) for w in sentence.words)
            return replace(sentence, start=start, end=end, words=words)
    return None


def _said(steps: Sequence[tuple[Probe, Probe]]) -> str:
    if len(steps) == 1:
        return f"The transcript was moved by {steps[0][0].shift:+.1f} s to fit the audio."
    places = ", ".join(clock_text(last.until) for _, last in steps[:-1])
    return f"Something was inserted into the audio after {places}; the transcript was moved to fit round it."
