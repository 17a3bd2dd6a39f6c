# SPDX-License-Identifier: GPL-3.0-or-later
"""What long work yields while it runs.

Long work is a generator of ``Progress`` that *returns* its result: showing progress is iterating,
cancelling is ceasing to iterate. ``finish`` runs such a generator to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is.

    ``done`` and ``total`` are in ``unit`` ("s" of audio, "bytes", "items"); ``total`` is None while unknown.
    ``note`` is a short human text ("Transcribing 12:30 of 47:10").
    """

    stage: str
    done: float
    total: float | None = None
    unit: str = "items"
    note: str = ""

    @property
    def fraction(self) -> float | None:
        """0..1, or None while the total is unknown."""
        if not self.total or self.total <= 0:
            return None
        return min(1.0, max(0.0, self.done / self.total))


Steps = Generator[Progress, None, Result]


def finish(steps: Generator[Progress, None, Result], show: Callable[[Progress], None] | None = None) -> Result:
    """Run ``steps`` to its end, calling ``show`` for each progress, and return its result."""
    while True:
        try:
            progress = next(steps)
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]
        if show is not None:
            show(progress)
