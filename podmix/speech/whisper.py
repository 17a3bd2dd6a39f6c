# SPDX-License-Identifier: GPL-3.0-or-later
"""Whisper (Radford et al. 2022) through faster-whisper and CTranslate2: windows in, text and times out.

Batches run with Whisper's own time tokens. faster-whisper's batched pipeline drops the text after the last pair of
them; here the tokens are read by ``read_tokens``, which keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.speech.encoded import EncodedWindows
from podmix.speech.recogniser import Heard
from podmix.speech.types import Word
from podmix.speech.voice_activity import RATE, Samples

BEAM = 1
"""On windows cut at pauses more was measured hardly better (words wrong 7.4 % with two, 8.3 % with one on one episode,
43.0 % and 41.6 % on another; the plain pipeline with five has 8.2 % and 53.2 %) and costs a third more."""
TICK_S = 0.02
"""One time token."""
TAIL_S = 0.6
"""Less than this after the last piece holds no word that was left out."""
TAIL_LEAST = -1.0
"""Mean log probability below which a continuation is a guess."""
LETTERS_A_SECOND = 25.0
"""Faster than anyone speaks: more text than this was made up."""
_TAIL_CONTEXT = 180  # tokens; Whisper answers with at most 224, these included
_FRAMES_A_SECOND = 100
_LONGEST_ALIGNED_TOKENS = 400


class Whisper:
    """A loaded model; make it with ``load_whisper``."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._name = name
        self.memory: EncodedWindows | None = None
        """Where to keep what was heard; None keeps nothing."""

    @property
    def name(self) -> str:
        return self._name

    @property
    def languages(self) -> frozenset[str] | None:
        return None if self._model.model.is_multilingual else frozenset({"en"})

    def detect(self, windows: Sequence[Samples]) -> tuple[str, float]:
        if not self._model.model.is_multilingual:
            return "en", 1.0
        found = self._model.model.detect_language(self._encode(windows))
        sums: dict[str, float] = {}
        for ranking in found:
            for token, probability in ranking:
                sums[token.strip("<|>")] = sums.get(token.strip("<|>"), 0.0) + probability / len(found)
        language = max(sums, key=lambda key: sums[key])
        return language, sums[language]

    def recognise(self, windows: Sequence[Samples], language: str, *, careful: bool = False) -> list[list[Heard]]:
        tokenizer = self._tokenizer(language)
        prompt = self._model.get_prompt(tokenizer, previous_tokens=[], without_timestamps=False)
        from faster_whisper.transcribe import get_suppressed_tokens

        states = self._encode(windows)
        if self.memory is not None and self._model.model.device == "cpu":
            for window, row in zip(windows, np.asarray(states), strict=True):
                self.memory.keep(window, row[None])
        results = self._model.model.generate(
            states, [list(prompt) for _ in windows], beam_size=BEAM, patience=1, length_penalty=1,
            max_length=self._model.max_length, suppress_blank=True, max_initial_timestamp_index=50,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]), return_scores=True, return_no_speech_prob=True,
            repetition_penalty=1.15 if careful else 1, no_repeat_ngram_size=4 if careful else 0)
        heard = [self._heard(result, tokenizer, len(window) / RATE)
                 for result, window in zip(results, windows, strict=True)]
        tails = [self._tail(states, row, windows[row], pieces, tokenizer) for row, pieces in enumerate(heard)]
        return [[*pieces, tail] if tail is not None else pieces for pieces, tail in zip(heard, tails, strict=True)]

    def _tail(self, states: Any, row: int, window: Samples, heard: Sequence[Heard], tokenizer: Any) -> Heard | None:
        """What is still spoken after the last piece.

        With time tokens Whisper likes to stop before a sentence that the window's end cuts off: meant for players that
        move on to that place and hear again. Here it is asked to go on from its own text without time tokens, on
        the same encoding, which costs a few tokens.
        """
        duration = len(window) / RATE
        last = heard[-1] if heard else None
        if last is None or duration - last.end < TAIL_S or not _sounds(window, last.end):
            return None
        said = tokenizer.encode(" " + " ".join(piece.text for piece in heard))
        if len(said) > _TAIL_CONTEXT:
            return None
        prompt = self._model.get_prompt(tokenizer, previous_tokens=[], without_timestamps=True)
        result = self._model.model.generate(
            self._row(states, row, window), [[*prompt, *said]], beam_size=1, max_length=self._model.max_length,
            return_scores=True)[0]
        # The answer begins with what it was given; its score is the mean over all of it.
        whole = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        more = whole[len(said):]
        text = tokenizer.decode(more).strip()
        score = float(result.scores[0]) * len(whole) / max(1, len(more))
        most = LETTERS_A_SECOND * (duration - last.end) + 8
        if not text or score < TAIL_LEAST or len(text) > most or text in last.text:
            return None
        return Heard(text, last.end, duration, score, last.no_speech)

    def _row(self, states: Any, row: int, window: Samples) -> Any:
        """One window's encoding out of a batch."""
        if self._model.model.device != "cpu":
            return self._encode([window])
        from ctranslate2 import StorageView

        return StorageView.from_array(np.ascontiguousarray(np.asarray(states)[row:row + 1]))

    def align(self, window: Samples, text: str, language: str) -> list[Word]:
        return self._aligned(self._small(window), len(window), text, language)

    def align_kept(self, name: bytes, length: int, text: str, language: str) -> list[Word] | None:
        """Like ``align``, of a window of ``length`` samples heard before; None where that is not kept any more."""
        states = self.memory.find(name) if self.memory is not None else None
        return None if states is None else self._aligned(states, length, text, language)

    def _small(self, window: Samples) -> NDArray[np.float16] | Any:
        """The encoder's answer, rounded as it is kept: words get the same times from both."""
        states = self._encode([window])
        return np.asarray(states).astype(np.float16) if self._model.model.device == "cpu" else states

    def _aligned(self, heard: NDArray[np.float16] | Any, length: int, text: str, language: str) -> list[Word]:
        tokenizer = self._tokenizer(language)
        tokens = tokenizer.encode(" " + text.strip())
        if not tokens or len(tokens) > _LONGEST_ALIGNED_TOKENS:
            return []
        frames = max(2, round(length / RATE * _FRAMES_A_SECOND))
        if isinstance(heard, np.ndarray):
            from ctranslate2 import StorageView

            heard = StorageView.from_array(heard.astype(np.float32))
        found = self._model.find_alignment(tokenizer, [tokens], heard, frames)[0]
        # Tokens split words ("don" "'t") and stand for punctuation: a new word begins with a space.
        words: list[Word] = []
        for piece in found:
            start, end, sure = float(piece["start"]), float(piece["end"]), float(piece["probability"])
            if words and not piece["word"].startswith(" "):
                last = words[-1]
                spoken = any(letter.isalnum() for letter in piece["word"])
                words[-1] = Word(last.text + piece["word"], last.start, end if spoken else last.end, last.probability)
            elif piece["word"].strip():
                words.append(Word(piece["word"].strip(), start, end, sure))
        return words

    def _encode(self, windows: Sequence[Samples]) -> Any:
        from faster_whisper.audio import pad_or_trim

        features = [pad_or_trim(self._model.feature_extractor(window)[..., :-1]) for window in windows]
        return self._model.encode(np.stack(features))

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(self._model.hf_tokenizer, self._model.model.is_multilingual, task="transcribe",
                         language=language)

    def _heard(self, result: Any, tokenizer: Any, duration: float) -> list[Heard]:
        tokens = list(result.sequences_ids[0])
        log_probability = float(result.scores[0]) * len(tokens) / (len(tokens) + 1)
        pieces = read_tokens(tokens, tokenizer.timestamp_begin, tokenizer.eot, duration)
        return [Heard(text, start, end, log_probability, float(result.no_speech_prob))
                for start, end, ids in pieces if (text := tokenizer.decode(ids).strip())]


def _sounds(window: Samples, start: float) -> bool:
    """Whether what comes after ``start`` seconds is nearly as loud as the window: speech that was left out."""
    tail = window[round(start * RATE):]
    if len(tail) < RATE // 5:
        return False
    power = float(np.mean(np.square(tail, dtype=np.float64)))
    return power > 0.1 * float(np.mean(np.square(window, dtype=np.float64))) > 0


def read_tokens(tokens: Sequence[int], first_time: int, end_of_text: int, duration: float
                ) -> list[tuple[float, float, list[int]]]:
    """(start, end, text tokens) of each stretch between time tokens.

    Args:
        tokens: the model's answer; ids from ``first_time`` on are times in ticks of 20 ms.
        first_time: id of <|0.00|>.
        end_of_text: text tokens are below it.
        duration: of the window in seconds; an open last stretch ends there.
    """
    pieces: list[tuple[float, float, list[int]]] = []
    start, text = 0.0, list[int]()
    for token in tokens:
        if token >= first_time:
            clock = min(duration, (token - first_time) * TICK_S)
            if text:
                pieces.append((start, max(start, clock), text))
                text = []
            start = max(start, clock)
        elif token < end_of_text:
            text.append(token)
    if text:
        pieces.append((start, max(start, duration), text))
    return pieces


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=2)
def load_whisper(folder: Path, device: str = "cpu", compute_type: str = "int8", threads: int = 0) -> Whisper:
    """The model in ``folder`` (a CTranslate2 Whisper), kept for the life of the process.

    Args:
        device: "cpu" or "cuda".
        compute_type: "int8", "float16", "int8_float16" or "float32".
        threads: on the CPU; 0 takes all usable cores.

    Raises:
        ModelError: the folder holds no such model, or the device cannot run it.
    """
    from faster_whisper import WhisperModel

    if not (folder / "model.bin").is_file():
        raise ModelError("The speech recognition model is not installed.",
                         remedy="Open Settings, Models, or run: podmix doctor", detail=str(folder))
    try:
        model = WhisperModel(str(folder), device=device, compute_type=compute_type,
                             cpu_threads=threads or usable_cores(), local_files_only=True)
    except (RuntimeError, ValueError, OSError) as problem:
        raise ModelError("The speech recognition model could not be loaded.",
                         remedy="Choose another device or model under Settings, Models.",
                         detail=f"{folder} on {device} as {compute_type}: {problem}") from problem
    return Whisper(model, f"{folder.name} {compute_type} {device} beam {BEAM}")
