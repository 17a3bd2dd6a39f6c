# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a list of runs takes with the index, against reading every journal.

500 runs of 200 steps with a table each, in a folder of their own.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from podmix.lab.runs.journal import Journal
from podmix.lab.runs.store import RunStore

RUNS, STEPS, TIMES = 500, 200, 7


def timed(work: Callable[[], object], times: int = TIMES) -> float:
    """Median seconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        store = RunStore(Path(place) / "runs")
        for number in range(RUNS):
            writer = store.begin("trial", "cue-points", {"kind": "forest", "number": number}, group="sweep",
                                 data={"files": {f"{at}.npz": [1, "0" * 64] for at in range(50)}}, system_every_s=0)
            for step in range(STEPS):
                writer.log(step, loss=1 / (step + number + 1), score=step)
            writer.table("scores", ["a", "b"], [[at, at * at] for at in range(40)])
            writer.summarise({"score": number / RUNS, "in beat": 0.5})
            writer.end("finished")
        journals = timed(store.all, 3)
        first = timed(lambda: RunStore(store.folder).heads(), 1)
        start = timed(lambda: RunStore(store.folder).heads())
        again = timed(store.heads)
        folder = store.get("last").folder

        def one_changed() -> None:
            with Journal(folder / "sync.jsonl") as ledger:
                ledger.append("verified", where=["", "", "", ""])
            store.heads()

        changed = timed(one_changed)
    rows = (("every journal", journals), ("the index is made", first), ("at a program's start", start),
            ("asked again", again), ("after one run changed", changed))
    for name, seconds in rows:
        sys.stdout.write(f"{name:24s} {1000 * seconds:8.1f} ms   {journals / seconds:7.1f} times as fast\n")


if __name__ == "__main__":
    main()
