# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker does for the library: scanning, with no database at hand."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from podmix.errors import Cancelled
from podmix.jobs.protocol import Partial
from podmix.progress import Progress

Plain = dict[str, Any]


def scan_folders(params: Plain, context: Plain, cancelled: Callable[[], bool]) -> Generator[Progress | Partial, None,
                                                                                            Plain]:
    """Scan ``folders`` (or parts of them, ``only``) against the list of known files that the context names.

    Yields the findings as "scanned" partials as they come, so that nothing found is lost with the job; returns the
    counts.
    """
    from podmix.music.scanning import ScanBatch, batch_to_plain, known_from_file, scan

    steps = scan(params["folders"], known_from_file(Path(context["library_index"])), only=params.get("only", ()))
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            return asdict(stop.value)
        if cancelled():
            raise Cancelled
        yield Partial("scanned", batch_to_plain(step)) if isinstance(step, ScanBatch) else step


def small_cover(track: str, digest: str, cache: str) -> str:
    """The small cover's path, empty where there is none; for the side process, which may decode pictures."""
    from podmix.music.artwork import cover

    found = cover(Path(track), digest, Path(cache))
    return str(found) if found else ""
