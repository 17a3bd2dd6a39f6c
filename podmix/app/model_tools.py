# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that making a preview needs, each loaded at its first use and kept.

Lives in a worker (or a command's process). What is chosen, and why another than wished, is said in the outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.app.overheard import Overheard
from podmix.errors import ModelMissing
from podmix.models.sentences import SentenceEncoder
from podmix.models.store import ModelStore
from podmix.progress import Progress, Steps, finish
from podmix.speech.encoded import EncodedWindows
from podmix.speech.types import Sentence, Transcript
from podmix.speech.whisper import Whisper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from podmix.models.hardware import Hardware
    from podmix.previews.types import SoundFeatures
    from podmix.speech.recogniser import Recogniser
    from podmix.speech.transcribe import TranscribedPiece

_LOG = logging.getLogger("podmix.models")
SENTENCE_MODEL = "all-MiniLM-L6-v2"
VOICE_MODEL = "voice-ge2e"


class ModelTools:
    """Args: models: where models are installed. tier: auto, fast, balanced or best. device: auto, cpu or cuda."""

    def __init__(self, models: Path, *, tier: str = "auto", device: str = "auto", offline_only: bool = False) -> None:
        self.models = models
        self._store = ModelStore(models, offline_only=offline_only)
        self._tier = tier
        self._device = device
        self._hardware: Hardware | None = None
        self._recognisers: dict[str, Recogniser] = {}
        self._encoder: SentenceEncoder | None = None
        self._overheard: Overheard | None = None

    def close(self) -> None:
        self.forget()
        self._recognisers.clear()
        self._encoder = None

    @property
    def hardware(self) -> Hardware:
        if self._hardware is None:
            from podmix.models.hardware import probe

            self._hardware = probe(self._device)
        return self._hardware

    # -- meaning --

    sentence_model = SENTENCE_MODEL

    def sentence_encoder(self) -> SentenceEncoder:
        """Raises ModelMissing with how to get it."""
        if self._encoder is None:
            self._encoder = SentenceEncoder.load(finish(self._store.ensure(SENTENCE_MODEL)))
        return self._encoder

    def remembering_encoder(self) -> RememberingEncoder:
        return RememberingEncoder(self.sentence_encoder().encode)

    # -- speech --

    def recogniser(self, model: str, language: str | None, notes: list[str]) -> Recogniser:
        """The recogniser for a tier or a Whisper size; getting it may download (with the hub's consent setting)."""
        from podmix.models.hardware import choose_whisper

        choice = choose_whisper(self._tier if model == "auto" else model, language, self.hardware, self._store)
        if choice.note and choice.note not in notes:
            notes.append(choice.note)
        if choice.id not in self._recognisers:
            from podmix.speech.whisper import load_whisper

            folder = finish(self._store.ensure(choice.id))
            self._recognisers.clear()  # one at a time: memory
            self._recognisers[choice.id] = load_whisper(folder, self.hardware.device, self.hardware.compute_type)
        return self._recognisers[choice.id]

    def bring(self, model: str, language: str | None, notes: list[str], *, listens: bool, voices: bool) -> Steps[None]:
        """Have every model here that the work will need, showing progress where one is fetched or checked.

        Raises ModelMissing for what cannot be done without; the voice model is optional and said later.
        """
        yield from self._store.ensure(SENTENCE_MODEL)
        if listens:
            from podmix.models.hardware import choose_whisper

            choice = choose_whisper(self._tier if model == "auto" else model, language, self.hardware, self._store)
            yield from self._store.ensure(choice.id)
            if choice.note and choice.note not in notes:
                notes.append(choice.note)
        if voices and self._store.at_hand(VOICE_MODEL):
            yield from self._store.ensure(VOICE_MODEL)

    def forget(self) -> None:
        """Let go of what was overheard while transcribing: the episode is done."""
        self._overheard = None
        for recogniser in self._recognisers.values():
            if isinstance(recogniser, Whisper):
                recogniser.memory = None

    def transcribe(
        self,
        audio: Path,
        *,
        model: str,
        language: str | None,
        duration: float | None,
        checkpoint: Path | None,
        models: dict[str, str],
        notes: list[str],
    ) -> Generator[Progress | TranscribedPiece, None, Transcript]:
        """Recognise the whole file, resumable by ``checkpoint``; what is overheard serves the stages after."""
        from podmix.speech.transcribe import batch_for, transcribe

        yield Progress("transcribe", 0, duration, "s", note="Loading the speech model")
        recogniser = self.recogniser(model, language, notes)
        models["speech"] = recogniser.name
        self.forget()
        overheard = Overheard(audio)
        if isinstance(recogniser, Whisper):
            recogniser.memory = EncodedWindows()
        transcript = (
            yield from transcribe(
                audio,
                recogniser,
                language=language,
                checkpoint=checkpoint,
                batch=batch_for(self.hardware.device),
                total=duration,
                decode=overheard.decode,
                listener=overheard.windows,
            )
        )
        self._overheard = overheard
        return transcript

    def _overheard_of(self, audio: Path) -> Overheard | None:
        return self._overheard if self._overheard is not None and self._overheard.audio == audio else None

    def on_the_audios_clock(
        self, audio: Path, transcript: Transcript, model: str, models: dict[str, str], notes: list[str]
    ) -> Transcript:
        """A publisher's transcript checked against the sound in a few places, and shifted where it is off.

        Raises TranscriptError when it is not what is spoken.
        """
        from podmix.speech.alignment import align_to_audio

        try:
            recogniser = self.recogniser(model, transcript.language or "en", notes)
        except ModelMissing as problem:
            notes.append(f"The transcript's times are taken as they are: {problem.message}")
            return transcript
        models["alignment"] = recogniser.name
        aligned, said = align_to_audio(transcript, audio, recogniser, language=transcript.language)
        notes.extend(said)
        return aligned

    def with_word_times(
        self,
        audio: Path,
        lines: Sequence[Sentence],
        *,
        language: str | None,
        model: str,
        models: dict[str, str],
        notes: list[str],
    ) -> tuple[Sentence, ...]:
        """The sentences with word times aligned to the sound; without them where no speech model is here."""
        from podmix.speech.word_times import word_times

        try:
            recogniser = self.recogniser(model, language, notes)
        except ModelMissing as problem:
            note = f"Words are not timed singly: {problem.message}"
            if note not in notes:
                notes.append(note)
            return tuple(lines)
        models.setdefault("alignment", recogniser.name)
        overheard = self._overheard_of(audio)
        timed = overheard.windows.word_times(audio, lines, recogniser, language=language) if overheard else None
        return timed or word_times(audio, lines, recogniser, language=language)

    # -- voices and sound --

    def sound_features(self, audio: Path) -> SoundFeatures:
        """How each second sounds, as the ranker wants it. Raises AudioError."""
        from podmix.audio.speech_features import read_speech_features
        from podmix.previews.types import SoundFeatures

        overheard = self._overheard_of(audio)
        heard = overheard.sound.features() if overheard else read_speech_features(audio)
        assert heard.step_s == 1.0, "the ranker counts in seconds"
        return SoundFeatures(heard.loudness_db, heard.pitch_hz, heard.rate, heard.laughter)

    def with_speakers(
        self, audio: Path, transcript: Transcript, models: dict[str, str], notes: list[str]
    ) -> Transcript:
        """Tell voices apart; unchanged, with a note, where the voice model is not here."""
        from podmix.speech.speakers import assign_speakers, diarize
        from podmix.speech.voice_encoder import VoiceEncoder

        try:
            encoder = VoiceEncoder.load(finish(self._store.ensure(VOICE_MODEL)))
        except ModelMissing as problem:
            notes.append(f"Voices are not told apart: {problem.message}")
            return transcript
        models["voices"] = encoder.name
        overheard = self._overheard_of(audio)
        turns = diarize(audio, encoder, detector=overheard.voice) if overheard else diarize(audio, encoder)
        return assign_speakers(transcript, turns)


class RememberingEncoder:
    """Encodes each text once: sentences are asked for by the ranker, and again by search."""

    def __init__(self, encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        self._encode = encode
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        import numpy as np

        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        if new:
            for text, row in zip(new, self._encode(new), strict=True):
                self._known[text] = row
        if not texts:
            return self._encode([])
        return np.stack([self._known[text] for text in texts])
