# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a run as wandb wrote it to disk: what its own program will send, known before anything is sent.

The file is a log in LevelDB's form: a header of seven bytes (``:W&B``, 0xBEE1, version), then blocks of 32 KiB with
records of CRC-32, length (16 bits), type (1 whole, 2 first, 3 middle, 4 last) and payload: a ``Record`` message. A torn
end ends the reading.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HEAD, _BLOCK, _RECORD_HEAD = 7, 1 << 15, 7
_MAGIC = b":W&B"
_FIRST, _LAST = 2, 4


@dataclass(frozen=True, slots=True)
class OfflineRun:
    """``history``: rows without wandb's own fields; ``artifacts``: name -> digest and number of files; ``ended``:
    whether the exit record is there.
    """

    history: tuple[dict[str, Any], ...]
    artifacts: dict[str, tuple[str, int]]
    ended: bool


def _payloads(data: bytes) -> Iterator[bytes]:
    at, parts = _HEAD, b""
    while at + _RECORD_HEAD <= len(data):
        left = _BLOCK - at % _BLOCK
        if left < _RECORD_HEAD:  # too little room for a record: the writer filled it with zeros
            at += left
            continue
        crc, size, kind = struct.unpack_from("<IHB", data, at)
        body = data[at + _RECORD_HEAD:at + _RECORD_HEAD + size]
        if len(body) < size or zlib.crc32(body, zlib.crc32(bytes([kind]))) != crc:
            return
        at += _RECORD_HEAD + size
        parts = body if kind <= _FIRST else parts + body
        if kind in (1, _LAST):
            yield parts


def read_offline(path: Path) -> OfflineRun:
    """A ``.wandb`` file. Raises ValueError where it is none."""
    from wandb.proto.wandb_internal_pb2 import Record

    data = path.read_bytes()
    if data[:4] != _MAGIC:
        raise ValueError(f"{path.name} is no log of wandb")
    history: list[dict[str, Any]] = []
    artifacts: dict[str, tuple[str, int]] = {}
    ended = False
    for body in _payloads(data):
        record = Record()
        record.ParseFromString(body)
        match record.WhichOneof("record_type"):
            case "history":
                history.append(_row(record.history.item))
            case "artifact":
                artifacts[record.artifact.name] = record.artifact.digest, len(record.artifact.manifest.contents)
            case "exit":
                ended = True
    return OfflineRun(tuple(history), artifacts, ended)


def _row(items: Any) -> dict[str, Any]:
    """Top-level values; what lies deeper describes a file, which is known by its checksum elsewhere."""
    named = {item.key or item.nested_key[0]: json.loads(item.value_json) for item in items
             if item.key or len(item.nested_key) == 1}
    return {name: value for name, value in named.items() if not name.startswith("_")}
