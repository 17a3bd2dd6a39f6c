# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line in this process, on a fresh home, with stand-ins for the models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from podmix.app import core, model_tools
from podmix.cli.main import main
from podmix.podcasts.credentials import Credentials
from podmix.progress import Progress


class NoModels:
    """Vectors from hashes of words: enough for the ranker, loaded in no time."""

    sentence_model = "stand-in"
    hardware = None

    def __init__(self, models: Path = Path("nowhere"), *_: Any, **__: Any) -> None:
        self.models = models
        self.loaded = 0

    def close(self) -> None:
        pass

    def forget(self) -> None:
        pass

    def bring(self, *_: Any, **__: Any) -> Iterator[Progress]:
        """Nothing has to be fetched."""
        yield from ()

    def remembering_encoder(self) -> Callable[[list[str]], Any]:
        def encode(texts: list[str]) -> Any:
            rows = np.zeros((len(texts), 16), np.float32)
            for row, text in zip(rows, texts, strict=True):
                for word in text.lower().split():
                    row[hashlib.sha256(word.encode("utf-8", "replace")).digest()[0] % 16] += 1
            return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

        return encode


@dataclass
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        [line] = self.out.splitlines()
        return json.loads(line)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def podmix(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
           ) -> Callable[..., Outcome]:
    """``podmix("shows", "--json")`` runs one command."""
    monkeypatch.setenv("PODMIX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(model_tools, "ModelTools", NoModels)
    monkeypatch.setattr(core, "Credentials", lambda: Credentials(look=False))

    def run(*words: str) -> Outcome:
        try:
            code = main(list(words))
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run


TALK = [
    ("Ada", "Welcome back to the Harbour Show, the podcast about small places by the sea."),
    ("Ben", "This episode is brought to you by Brightsoap, use the code HARBOUR for ten percent off."),
    ("Ada", "Today we ask why the old light on the eastern pier went dark in the winter of 1962."),
    ("Ben", "Did anybody in the village even notice that it was gone?"),
    ("Ada", "Nobody noticed for three days, because the fog was so thick that the light was useless anyway."),
    ("Ben", "That is wild, a light that is needed only when it cannot be seen."),
    ("Ada", "The keeper had simply walked home, and he left the key under a stone beside the door."),
    ("Ben", "But why did he never tell anyone that he would leave?"),
    ("Ada", "He told everyone, every single week for eleven years, and they all thought it was a joke."),
    ("Ben", "When the ferry did not come on the fourth morning they finally walked out to look."),
    ("Ada", "They found forty letters on his table, and every one of them was addressed to the sea."),
    ("Ben", "I have goosebumps, honestly, that is the saddest thing I have heard this year."),
    ("Ada", "Thank you for listening, and please leave us a review wherever you get your podcasts."),
]


def talk_cues(rounds: int = 4, seconds: float = 6.0) -> list[tuple[str, str, float, float]]:
    cues = []
    for number in range(rounds):
        for at, (who, text) in enumerate(TALK):
            start = (number * len(TALK) + at) * seconds
            cues.append((who, text, start, start + seconds - 0.4))
    return cues


def clock(seconds: float, mark: str = ".") -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{mark}{rest % 1000:03d}"


def write_vtt(path: Path) -> Path:
    path.write_text("WEBVTT\n\n" + "\n".join(f"{clock(a)} --> {clock(b)}\n<v {who}>{text}</v>\n"
                                             for who, text, a, b in talk_cues()), encoding="utf-8")
    return path


def write_srt(path: Path) -> Path:
    path.write_text("\n".join(f"{n}\n{clock(a, ',')} --> {clock(b, ',')}\n{who}: {text}\n"
                              for n, (who, text, a, b) in enumerate(talk_cues(), 1)), encoding="utf-8")
    return path


def write_json(path: Path) -> Path:
    path.write_text(json.dumps({"version": "1.0.0", "segments": [
        {"speaker": who, "startTime": a, "endTime": b, "body": text} for who, text, a, b in talk_cues()]}),
        encoding="utf-8")
    return path
