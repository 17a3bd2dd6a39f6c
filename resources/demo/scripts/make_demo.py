#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the demo episodes, feeds, chapters, transcript and truth from the scripts beside this file.

    python make_demo.py speak VOICE_DIR [EPISODE ...]   speak every line (kept in build/, so it can be resumed)
    python make_demo.py build                           join, level and encode the lines; write everything else

VOICE_DIR holds kokoro.onnx and voices/*.bin (see ../README.md). Speaking needs onnxruntime, numpy, soundfile,
kokoro-onnx, phonemizer-fork and espeakng-loader; building needs numpy, soundfile and the ffmpeg programs.
"""
import hashlib
import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import soundfile

SCRIPTS = Path(__file__).resolve().parent
DEMO = SCRIPTS.parent
BUILD = Path(os.environ.get("DEMO_BUILD", DEMO / "build"))
RATE = 24_000
STYLE_WIDTH = 256
MAX_TOKENS = 508
SENTENCE_GAP = 0.28  # seconds between two sentences of one line, once the model's own silence is cut


def rows(episode: str) -> list[dict]:
    text = (SCRIPTS / f"{episode}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def episodes() -> list[str]:
    return sorted(path.stem for path in SCRIPTS.glob("*.jsonl"))


def line_path(row: dict) -> Path:
    key = json.dumps([row["voice"], row["text"], row["speed"]]).encode()
    return BUILD / "lines" / f"{hashlib.sha1(key).hexdigest()[:16]}.wav"


# ---------------------------------------------------------------------------------------------- speaking

def trim(audio: np.ndarray, floor: float = 0.004, keep: float = 0.04) -> np.ndarray:
    """Cut the silence the model leaves before and after a sentence, with a short fade at each end."""
    step = int(0.01 * RATE)
    frames = np.abs(audio[: len(audio) // step * step]).reshape(-1, step).max(axis=1)
    loud = np.flatnonzero(frames > floor)
    if not len(loud):
        return audio
    margin = int(keep * RATE)
    start = max(0, loud[0] * step - margin)
    end = min(len(audio), (loud[-1] + 1) * step + margin)
    audio = audio[start:end].copy()
    fade = np.linspace(0, 1, int(0.01 * RATE), dtype=np.float32)
    audio[: len(fade)] *= fade
    audio[-len(fade):] *= fade[::-1]
    return audio


class Voice:
    def __init__(self, folder: str) -> None:
        import onnxruntime
        from kokoro_onnx.tokenizer import Tokenizer

        self.folder = folder
        self.session = onnxruntime.InferenceSession(f"{folder}/kokoro.onnx", providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer()

    def speak(self, text: str, voice: str, speed: float) -> np.ndarray:
        gap = np.zeros(int(SENTENCE_GAP * RATE), np.float32)
        pieces: list[np.ndarray] = []
        for sentence in re.split(r"(?<=[.!?])\s+", text.strip()):
            pieces += [trim(self._sentence(sentence, voice, speed)), gap]
        return np.concatenate(pieces[:-1])

    def _sentence(self, text: str, voice: str, speed: float) -> np.ndarray:
        language = "en-gb" if voice.startswith("b") else "en-us"
        phonemes = self.tokenizer.phonemize(text, language)
        phonemes = phonemes.replace("ʲ", "j").replace("r", "ɹ").replace("x", "k").replace("ɬ", "l")
        tokens = self.tokenizer.tokenize(phonemes)[:MAX_TOKENS]
        styles = np.fromfile(f"{self.folder}/voices/{voice}.bin", dtype="<f4").reshape(-1, STYLE_WIDTH)
        style = styles[min(len(tokens), len(styles) - 1)][None, :].astype(np.float32)
        audio = self.session.run(None, {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style,
            "speed": np.array([speed], dtype=np.float32),
        })[0]
        return audio.reshape(-1)


def speak(folder: str, wanted: list[str]) -> None:
    (BUILD / "lines").mkdir(parents=True, exist_ok=True)
    voice = Voice(folder)
    for episode in wanted or episodes():
        clock = 0.0
        for row in rows(episode):
            path = line_path(row)
            if not path.exists():
                audio = voice.speak(row["text"], row["voice"], row["speed"])
                part = path.with_suffix(".part")
                soundfile.write(part, audio, RATE, format="WAV", subtype="FLOAT")
                part.rename(path)
            clock += soundfile.info(path).duration + row["pause"]
            print(f"{clock:7.1f} s  {row['speaker']}: {row['text'][:60]}", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["speak", folder, *wanted]:
            speak(folder, wanted)
        case _:
            sys.exit(__doc__)
