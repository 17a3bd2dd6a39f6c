# SPDX-License-Identifier: GPL-3.0-or-later
"""Audio to transcript: decode, detect voice, cut windows, recognise in batches, believe or not, join to sentences.

Everything streams, so memory does not grow with the episode. After each batch the cues so far are written to the
checkpoint and given out. A resumed run decodes from the beginning but recognises only what is missing, with the
same windows in the same batches: its result equals an undisturbed run's.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np

from podmix.errors import NoSpeech
from podmix.progress import Progress
from podmix.speech.checkpoint import Batch, Checkpoint, audio_key
from podmix.speech.doubtful import believable, compression, skipped, went_in_circles
from podmix.speech.recogniser import Heard, Recogniser
from podmix.speech.sentences import to_sentences
from podmix.speech.timing import snap_to_pauses, tighten
from podmix.speech.types import Cue, Transcript
from podmix.speech.voice_activity import FRAME_S, RATE, Detector, Samples, Silero, Voice, find_pauses, in_frames
from podmix.speech.windows import Window, speech_windows
from podmix.units import clock_text

STAGE = "transcribe"
CPU_BATCH = 2
"""Two windows of 30 s: no more than a minute of audio is lost by ``kill -9``; larger batches gain nothing there."""
GPU_BATCH = 16
"""A GPU recognises these eight minutes in about a second."""
_DETECT_WINDOWS = 4

Decode: TypeAlias = Callable[[Path], Iterator[Samples]]
"""A file as blocks of mono float32 at 16 kHz, from its beginning."""


@dataclass(frozen=True, slots=True)
class TranscribedPiece:
    """New cues; what is spoken before ``done`` of ``total`` seconds is known now (total None: unknown)."""

    cues: tuple[Cue, ...]
    done: float
    total: float | None


class Listener(Protocol):
    """Told what was heard while transcribing, an earlier run's part included, so that nobody need listen again."""

    def window(self, window: Window, voice: Voice, text: str) -> None:
        """A window with its voice probabilities and the text that was believed."""
        ...

    def finished(self, voice: Voice) -> None:
        """The voice probabilities of the whole file."""
        ...


def batch_for(device: str) -> int:
    """Windows recognised at once on "cpu" or "cuda"."""
    return CPU_BATCH if device == "cpu" else GPU_BATCH


def decode_speech(path: Path) -> Iterator[Samples]:
    """The file's sound as the recogniser wants it. Raises AudioError."""
    from podmix.audio.decode import stream

    return stream(path, sample_rate=RATE, mono=True, block_s=30.0)


def transcribe(path: Path, recogniser: Recogniser, *, language: str | None = None, checkpoint: Path | None = None,
               batch: int = CPU_BATCH, total: float | None = None, decode: Decode = decode_speech,
               detector: Callable[[], Detector] = Silero, listener: Listener | None = None
               ) -> Generator[Progress | TranscribedPiece, None, Transcript]:
    """Transcribe a file.

    Args:
        language: two-letter code; None is detected from the first two minutes of speech.
        checkpoint: file that keeps what is done; the caller removes it when the transcript is stored.
        batch: windows at once; part of what a checkpoint must agree with.
        total: seconds, for progress only.
        listener: told what is heard.

    Yields:
        ``Progress`` in seconds and ``TranscribedPiece`` with the newest cues (after a restart, first the old ones).

    Raises:
        NoSpeech: silence or music only.
        AudioError, StorageError, ModelError: see the rooms they come from.
    """
    spoken = _known_language(recogniser, language)
    key = {"audio": audio_key(path) if checkpoint else "", "recogniser": recogniser.name, "batch": batch,
           "language": spoken}
    saved = Checkpoint.open(checkpoint, key)
    try:
        run = _Run(recogniser, saved, _Ear(decode(path), detector(), saved.done), batch, total, listener=listener)
        return (yield from run.steps(spoken))
    finally:
        saved.close()


def _known_language(recogniser: Recogniser, language: str | None) -> str | None:
    """The one language of a model that has only one, else the two-letter code given."""
    if recogniser.languages is not None and len(recogniser.languages) == 1:
        return next(iter(recogniser.languages))
    return language.split("-")[0].lower() if language else None


def detect_language(path: Path, recogniser: Recogniser, *, decode: Decode = decode_speech,
                    detector: Callable[[], Detector] = Silero) -> tuple[str, float]:
    """(language, probability) of the first two minutes of speech; reads no further.

    Raises:
        NoSpeech: nobody speaks.
    """
    ear = _Ear(decode(path), detector(), ())
    windows = list(islice(speech_windows(ear.blocks()), _DETECT_WINDOWS))
    if not windows:
        raise _no_speech()
    return recogniser.detect([window.samples for window in windows])


class _Ear:
    """Decoded blocks with their voice probabilities; what an earlier run detected is not computed again."""

    def __init__(self, sound: Iterator[Samples], detector: Detector, done: Sequence[Batch]) -> None:
        self._sound = sound
        self._detector = detector
        self._known = np.concatenate([batch.voice for batch in done]) if done else np.zeros(0, np.uint8)
        if done:
            detector.restore(done[-1].state)
        self._voice: list[Voice] = []
        self.samples = 0
        self._taken = len(self._known)

    def blocks(self) -> Iterator[tuple[Samples, Voice]]:
        frame = 0
        for block in in_frames(self._counted()):
            count = len(block) // 512
            known = self._known[frame:frame + count]
            fresh = self._detector(block[len(known) * 512:]) if len(known) < count else known[:0]
            voice = np.concatenate([known, fresh])
            frame += count
            self._voice.append(voice)
            yield block, voice

    def _counted(self) -> Iterator[Samples]:
        for block in self._sound:
            self.samples += len(block)
            yield block

    @property
    def voice(self) -> Voice:
        """All probabilities so far."""
        if len(self._voice) > 1:
            self._voice = [np.concatenate(self._voice)]
        return self._voice[0] if self._voice else np.zeros(0, np.uint8)

    def take(self) -> tuple[Voice, bytes]:
        """(probabilities since the last call, the detector's memory) for the checkpoint."""
        fresh = self.voice[self._taken:]
        self._taken = max(self._taken, len(self.voice))
        return fresh, self._detector.state()


class _Run:
    """One run of ``transcribe``."""

    def __init__(self, recogniser: Recogniser, saved: Checkpoint, ear: _Ear, batch: int, total: float | None,
                 *, listener: Listener | None) -> None:
        self._recogniser = recogniser
        self._saved = saved
        self._ear = ear
        self._batch = batch
        self._total = total
        self._listener = listener
        self._cues = [cue for done in saved.done for cue in done.cues]

    def steps(self, language: str | None) -> Generator[Progress | TranscribedPiece, None, Transcript]:
        yield self._progress(0.0)
        windows = speech_windows(self._ear.blocks())
        if self._saved.done:
            language = self._saved.done[-1].language
            reached = yield from self._pass_over(windows, sum(done.windows for done in self._saved.done))
            yield TranscribedPiece(tuple(self._cues), reached, self._total)
        elif language is None:
            head = list(islice(windows, _DETECT_WINDOWS))
            if head:
                language, _ = self._recogniser.detect([window.samples for window in head])
            windows = chain(head, windows)
        while group := list(islice(windows, self._batch)):
            assert language is not None
            yield from self._recognise(group, language)
        return self._transcript(language)

    def _pass_over(self, windows: Iterator[Window], count: int) -> Generator[Progress, None, float]:
        """Windows of an earlier run are cut again but not recognised again; returns where they end."""
        reached = 0.0
        for window in islice(windows, count):
            reached = window.end
            self._tell(window, [cue for cue in self._cues if window.start <= (cue.start + cue.end) / 2 <= window.end])
            yield self._progress(reached)
        return reached

    def _recognise(self, group: Sequence[Window], language: str
                   ) -> Generator[Progress | TranscribedPiece, None, None]:
        heard = self._recogniser.recognise([window.samples for window in group], language)
        cues: list[Cue] = []
        for window, pieces in zip(group, heard, strict=True):
            if went_in_circles(pieces):
                pieces = self._again(window, pieces, language)
            placed = self._placed(window, pieces + self._missed(window, pieces, language))
            self._tell(window, placed)
            cues.extend(placed)
        self._cues.extend(cues)
        voice, state = self._ear.take()
        self._saved.add(Batch(len(group), tuple(cues), voice, state, language))
        yield TranscribedPiece(tuple(cues), group[-1].end, self._total)
        yield self._progress(group[-1].end)

    def _tell(self, window: Window, cues: Sequence[Cue]) -> None:
        if self._listener is not None:
            first, last = round(window.start / FRAME_S), round(window.end / FRAME_S)
            self._listener.window(window, self._ear.voice[first:last], " ".join(cue.text for cue in cues))

    def _again(self, window: Window, pieces: list[Heard], language: str) -> list[Heard]:
        careful = self._recogniser.recognise([window.samples], language, careful=True)[0]
        return min(careful or pieces, pieces, key=lambda heard: compression(" ".join(piece.text for piece in heard)))

    def _missed(self, window: Window, pieces: Sequence[Heard], language: str) -> list[Heard]:
        """What a second hearing finds where somebody speaks but the first one wrote nothing."""
        found: list[Heard] = []
        for start, end in skipped(pieces, window.start, window.end, self._ear.voice):
            part = window.samples[int(start * RATE):int(end * RATE)]
            again = self._recogniser.recognise([part], language)[0]
            found.extend(replace(piece, start=piece.start + start, end=min(end, piece.end + start)) for piece in again)
        return found

    def _placed(self, window: Window, pieces: Sequence[Heard]) -> list[Cue]:
        """A window's text on the clock of the audio, without the silence round each stretch."""
        voice = self._ear.voice
        cues = [Cue(piece.text, window.start + piece.start, window.start + piece.end)
                for piece in believable(sorted(pieces, key=lambda heard: heard.start), window.start, voice)]
        tight = [tighten(cue, voice) for cue in cues]
        return [replace(cue, start=round(cue.start, 3), end=round(cue.end, 3)) for cue in tight]

    def _progress(self, done: float) -> Progress:
        of = f" of {clock_text(self._total)}" if self._total else ""
        return Progress(STAGE, done, self._total, "s", f"Transcribing {clock_text(done)}{of}")

    def _transcript(self, language: str | None) -> Transcript:
        if not self._cues:
            raise _no_speech()
        duration = self._ear.samples / RATE
        if self._listener is not None:
            self._listener.finished(self._ear.voice)
        sentences = snap_to_pauses(to_sentences(self._cues), find_pauses(self._ear.voice))
        return Transcript(sentences, language, duration, f"whisper:{self._recogniser.name.split(' ')[0]}")


def _no_speech() -> NoSpeech:
    return NoSpeech("Nobody speaks in this audio, so there is nothing to preview.",
                    remedy="If that is wrong, try the model tier Best under Settings, Models.")
