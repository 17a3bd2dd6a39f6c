# SPDX-License-Identifier: GPL-3.0-or-later
"""What is listened to: from a list, from folders that hold the same pieces by different systems, from runs' clips."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from podmix.errors import UsageError
from podmix.lab.listening_test.plan import Stimulus
from podmix.lab.runs.types import Run

SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aiff", ".aif")
MOST = 200


def read_stimuli(path: Path) -> list[Stimulus]:
    """JSON lines of item, system, path, and where it starts and ends. Paths are taken from the list's folder.

    Raises UsageError naming the line that cannot be read."""
    made = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as problem:
        raise UsageError(f"{path.name} cannot be read.", remedy="It must be a text file.",
                         detail=str(problem)) from problem
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            end = told.get("end")
            one = Stimulus(str(told["item"]), str(told["system"]), path.parent / told["path"],
                           float(told.get("start") or 0.0), None if end is None else float(end),
                           str(told.get("caption") or ""))
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise UsageError(f"Line {number} of {path.name} does not name a clip.",
                             remedy='It must look like {"item": …, "system": …, "path": …}.',
                             detail=str(problem)) from problem
        made.append(one)
    return made


def stimuli_of_folders(folders: Sequence[Path]) -> list[Stimulus]:
    """Each folder is a system; files with one name are one item. Raises UsageError where there is nothing to hear."""
    made = []
    for folder in folders:
        names: set[str] = set()
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix.lower() in SOUNDS and path.stem not in names:
                names.add(path.stem)
                made.append(Stimulus(path.stem, folder.name, path))
    if len({folder.name for folder in folders}) < len(folders):
        raise UsageError("Two of these folders have one name.", remedy="Give each system's folder a name of its own.")
    if not made or len(made) > MOST:
        raise UsageError("These folders hold no sound files." if not made else
                         f"{len(made)} clips are more than one would listen to.",
                         remedy="Choose folders with sound files in them." if not made else f"Give at most {MOST}.")
    return made


def stimuli_of_runs(runs: Sequence[Run]) -> list[Stimulus]:
    """Clips that the runs kept: a clip's name is the item, the run's name the system. May be empty."""
    made: dict[tuple[str, str], Stimulus] = {}
    for run in runs:
        for medium in run.media:
            if medium.kind == "audio" and medium.file.is_file():
                made.setdefault((medium.name, run.manifest.name),
                                Stimulus(medium.name, run.manifest.name, medium.file, caption=medium.caption))
    return list(made.values())
