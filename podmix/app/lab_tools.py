# SPDX-License-Identifier: GPL-3.0-or-later
"""The models that the lab needs, and the stages that a profile measures: loaded at first use, in the lab's process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.app.model_tools import SENTENCE_MODEL, VOICE_MODEL, ModelTools
from podmix.lab.evaluation.remembered import code_of, remembered
from podmix.lab.evaluation.suite import Tools
from podmix.lab.profiling.profile import Stage
from podmix.models.store import ModelStore
from podmix.paths import Home
from podmix.progress import finish
from podmix.speech.types import SpeakerTurn

if TYPE_CHECKING:
    from podmix.lab.trainings.training import Inputs

_BATCHES = (1, 8, 32)
_SENTENCE = "The bridge hums at night because the wind finds the same note in every cable."


class LabTools:
    """Args: model: a tier or a Whisper size, for transcription."""

    def __init__(self, home: Home, *, model: str = "auto", offline_only: bool = True) -> None:
        self._home, self._model = home, model
        self._store = ModelStore(home.models, offline_only=offline_only)
        self._tools = ModelTools(home.models, offline_only=offline_only)

    @property
    def answers(self) -> Path:
        return self._home.cache / "lab" / "answers"

    def evaluation_tools(self, config: dict[str, Any] | None = None) -> Tools:
        voices = self._store.at_hand(VOICE_MODEL)
        return Tools(self.transcribe, self.diarize if voices else None,
                     self.encode if self._store.at_hand(SENTENCE_MODEL) else None, self.answers, config or {})

    def encode(self, texts: Sequence[str]) -> Any:
        return self._tools.sentence_encoder().encode(texts)

    def transcribe(self, audio: Path) -> str:
        """Plain text, by the recogniser that previews use. Raises NoSpeech, ModelMissing, AudioError."""
        recogniser = self._tools.recogniser(self._model, "en", [])

        def make() -> str:
            from podmix.speech.transcribe import transcribe

            def show(_: object) -> None: ...

            steps = transcribe(audio, recogniser, language="en")
            transcript = finish(steps, show)  # type: ignore[arg-type]
            return " ".join(sentence.text for sentence in transcript.sentences)

        return str(remembered(self.answers, f"transcribe {recogniser.name}", code_of("speech"), audio, make))

    def diarize(self, audio: Path) -> list[SpeakerTurn]:
        """Who speaks when. Raises ModelMissing, AudioError."""
        def make() -> list[list[Any]]:
            from podmix.speech.speakers import diarize
            from podmix.speech.voice_encoder import VoiceEncoder

            encoder = VoiceEncoder.load(finish(self._store.ensure(VOICE_MODEL)))
            return [[turn.start, turn.end, turn.speaker] for turn in diarize(audio, encoder)]

        told = remembered(self.answers, "diarize", code_of("speech"), audio, make)
        return [SpeakerTurn(float(start), float(end), str(name)) for start, end, name in told]

    def inputs(self, data: Path, device: str) -> Inputs:
        from podmix.lab.trainings.training import Inputs

        encode = self.encode if self._store.at_hand(SENTENCE_MODEL) else None
        return Inputs(data, self._home.cache / "lab", encode, device)

    def stages(self, audio: Path) -> list[Stage]:
        """What happens to a file and to sentences, each as it is called in the program."""
        from podmix.audio.decode import read

        rate = 16_000
        samples, _ = read(audio, sample_rate=rate, mono=True, start=0.0, end=30.0)
        seconds = len(samples) / rate
        made = [Stage("decode", lambda: audio, lambda path: read(path, sample_rate=rate, mono=True, end=30.0), seconds),
                Stage("speech features", lambda: audio, _features, _whole(audio)),
                Stage("music analysis", lambda: audio, _analysed, _whole(audio)),
                Stage("recognise", lambda: self._tools.recogniser(self._model, "en", []),
                      lambda recogniser: recogniser.recognise([samples], "en"), seconds)]
        return made + [Stage("sentence vectors", self._tools.sentence_encoder,
                             lambda encoder, size=size: encoder.encode([_SENTENCE] * size), batch=size)  # type: ignore[misc]
                       for size in _BATCHES]


def _whole(audio: Path) -> float:
    from podmix.audio.decode import probe

    return probe(audio).duration_claimed or 0.0


def _features(audio: Path) -> object:
    from podmix.audio.speech_features import read_speech_features

    return read_speech_features(audio)


def _analysed(audio: Path) -> object:
    from podmix.music.analysis import analyse

    return analyse(audio)


def best_device(wanted: str) -> str:
    """"cuda" where torch finds a graphics card and it is wished or left open, else "cpu"."""
    if wanted == "cpu":
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


