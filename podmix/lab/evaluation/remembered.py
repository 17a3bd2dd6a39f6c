# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers kept on disk, because hearing an hour of sound again tells nothing new.

An answer is kept under the sound's checksum, the system's name and the code of the rooms that made it: whatever could
change the answer changes its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from podmix.lab.runs.identity import file_sha256
from podmix.paths import atomic_write, resources, safe_name

_PACKAGE = Path(__file__).parents[2]


@lru_cache
def code_of(*rooms: str) -> str:
    """A hash of the rooms' source files and of the models that are shipped."""
    digest = hashlib.sha256()
    paths = [path for room in rooms for path in sorted((_PACKAGE / room).rglob("*.py"))]
    shipped = sorted(path for path in (resources() / "models").rglob("*") if path.is_file())
    for path in [*paths, *shipped]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def remembered(folder: Path | None, system: str, version: str, audio: Path, make: Callable[[], Any]) -> Any:
    """``make()`` (plain data), or what it gave for this sound and version before."""
    if folder is None:
        return make()
    place = folder / safe_name(system) / version / f"{file_sha256(audio)}.json"
    try:
        return json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        made = make()
    with atomic_write(place, "w") as stream:
        json.dump(made, stream)  # type: ignore[arg-type]
    return made
