# SPDX-License-Identifier: GPL-3.0-or-later
"""Half-done transcriptions that survive ``kill -9``: JSON lines, each flushed to the disk before work goes on.

The first line is a key of everything that the result depends on; a file with another key is begun anew. A torn or
damaged line ends the file: what stands before it is used. Each line after the key is one batch of windows:
``{"windows": n, "cues": [[text, start, end]...], "voice": base64, "state": base64, "language": "en"}``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

from podmix.errors import StorageError
from podmix.paths import disk_full
from podmix.speech.types import Cue
from podmix.speech.voice_activity import Voice

VERSION = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch that is done.

    Args:
        windows: how many.
        cues: what was said in them.
        voice: the voice probabilities heard since the batch before.
        state: what the voice detector remembered then.
        language: that was recognised with.
    """

    windows: int
    cues: tuple[Cue, ...]
    voice: Voice
    state: bytes
    language: str


def audio_key(path: Path) -> str:
    """A fingerprint of the file's content: size, first and last megabyte."""
    digest = hashlib.sha256()
    size = path.stat().st_size
    with path.open("rb") as stream:
        digest.update(stream.read(1 << 20))
        stream.seek(max(0, size - (1 << 20)))
        digest.update(stream.read(1 << 20))
    return f"{size}-{digest.hexdigest()[:32]}"


class Checkpoint:
    """An open checkpoint file; ``done`` is what an earlier run left."""

    def __init__(self, stream: IO[bytes] | None, done: Sequence[Batch]) -> None:
        self._stream = stream
        self.done = tuple(done)

    @classmethod
    def open(cls, path: Path | None, key: dict[str, Any]) -> Self:
        """Open or begin the checkpoint at ``path``; None keeps nothing.

        Raises:
            StorageError: the file cannot be written.
        """
        if path is None:
            return cls(None, ())
        header = json.dumps({"version": VERSION, **key}, sort_keys=True).encode() + b"\n"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            batches, length = _read(path, header)
            stream = path.open("r+b" if length else "wb")
            if not length:
                stream.write(header)
                length = len(header)
            stream.seek(length)
            stream.truncate()
        except OSError as problem:
            raise StorageError("PodMix cannot write down how far the transcription is.",
                               remedy="Free some space or check the permissions of the cache folder.",
                               detail=str(problem)) from problem
        return cls(stream, batches)

    def add(self, batch: Batch) -> None:
        """Write one batch and force it to the disk."""
        if self._stream is None:
            return
        line = json.dumps({"windows": batch.windows, "language": batch.language,
                           "cues": [[cue.text, cue.start, cue.end] for cue in batch.cues],
                           "voice": base64.b64encode(batch.voice.tobytes()).decode("ascii"),
                           "state": base64.b64encode(batch.state).decode("ascii")}, ensure_ascii=False)
        try:
            self._stream.write(line.encode() + b"\n")
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as problem:
            raise disk_full(Path(str(self._stream.name))) from problem

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()


def _read(path: Path, header: bytes) -> tuple[list[Batch], int]:
    """(whole batches, length in bytes of what is good); ([], 0) for another key or no file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return [], 0
    if not data.startswith(header):
        return [], 0
    batches: list[Batch] = []
    good = len(header)
    for line in data[good:].splitlines(keepends=True):
        batch = _batch(line) if line.endswith(b"\n") else None
        if batch is None:
            break
        batches.append(batch)
        good += len(line)
    return batches, good


def _batch(line: bytes) -> Batch | None:
    try:
        row = json.loads(line)
        voice = np.frombuffer(base64.b64decode(row["voice"], validate=True), dtype=np.uint8)
        cues = tuple(Cue(str(text), float(start), float(end)) for text, start, end in row["cues"])
        state = base64.b64decode(row["state"], validate=True)
        return Batch(int(row["windows"]), cues, voice, state, str(row["language"]))
    except (ValueError, KeyError, TypeError, binascii.Error):
        return None
