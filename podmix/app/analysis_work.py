# SPDX-License-Identifier: GPL-3.0-or-later
"""What workers do to know music: one track, or all tracks that a list names. No database is at hand here."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.app.analysis_pool import AnalysisPool, usual_workers
from podmix.errors import Cancelled
from podmix.jobs.protocol import Partial
from podmix.progress import Progress

if TYPE_CHECKING:
    from podmix.music.cues.model import CueModel

Plain = dict[str, Any]
Work = Generator[Progress | Partial, None, Plain]

_MOST_PROBLEMS = 100


def analyse_track(params: Plain, _context: Plain, cancelled: Callable[[], bool]) -> Work:
    """Analyse one file. Params: ``path``, ``kinds``, perhaps ``grid`` (a payload of "beats" that holds) and ``models``,
    the folder where a promoted cue model may lie.

    Returns duration, timings and ``stored``: kind -> [version, payload, blob in base64].
    """
    from podmix.music.analysis import analyse
    from podmix.music.analysis_form import grid_of, stored_form

    yield Progress("analysis", 0, 1, "tracks")
    grid = grid_of(params["grid"]) if params.get("grid") else None
    found = analyse(params["path"], params["kinds"], grid=grid, cancelled=cancelled,
                    cue_model=promoted_cues(params.get("models")) if "cues" in params["kinds"] else None)
    stored = {kind: [version, payload, base64.b64encode(blob).decode()]
              for kind, (version, payload, blob) in stored_form(found, params["kinds"]).items()}
    return {"duration": found.duration, "timings": found.timings, "stored": stored}


def promoted_cues(models: str | None) -> CueModel | None:
    """The cue model that a person promoted in the lab; None for the shipped one."""
    from podmix.models.promoted import load_promoted
    from podmix.music.cues.model import read_model

    return load_promoted(Path(models), "cue-points", read_model) if models else None


def analyse_tracks(params: Plain, context: Plain, cancelled: Callable[[], bool]) -> Work:
    """Analyse the tracks of the list ``context["analysis_list"]``. Params: ``kinds``, perhaps ``workers``.

    Yields each track's result as an "analysed" partial, so that nothing done is lost with the job; returns counts.
    """
    wanted = list(_listed(Path(context["analysis_list"])))
    tasks = ({"path": one["path"], "kinds": params["kinds"], "grid": one.get("grid"),
              "models": context.get("models")} for one in wanted)
    pool = AnalysisPool(int(params.get("workers") or usual_workers()), niceness=0)
    done = failed = 0
    problems = []
    yield _stands(0, wanted)
    for answer in pool.run(tasks, cancelled):
        one = wanted[answer.task]
        about = {"track": one["id"], "fingerprint": one["fingerprint"]}
        if answer.result is not None:
            yield Partial("analysed", about | {"stored": answer.result["stored"]})
        else:
            failed += 1
            problems.append(f"{one['path']}: {answer.error}")
            if answer.lasting and Path(one["path"]).exists():  # a drive that was taken away is no fault of the file
                yield Partial("analysed", about | {"error": answer.error})
        done += 1
        yield _stands(done, wanted)
    if cancelled():
        raise Cancelled
    return {"analysed": done - failed, "failed": failed, "problems": problems[:_MOST_PROBLEMS]}


def _stands(done: int, wanted: list[Plain]) -> Progress:
    return Progress("analysis", done, len(wanted), "tracks", f"Analysing music: {done} of {len(wanted)}")


def _listed(source: Path) -> Iterator[Plain]:
    with source.open(encoding="ascii") as lines:
        for line in lines:
            yield json.loads(line)


def write_list(rows: Iterator[Plain], target: Path) -> int:
    """The tracks to analyse (id, path, fingerprint in hex, grid), a line each, for the worker; returns how many."""
    from podmix.paths import atomic_write

    count = 0
    with atomic_write(target) as out:
        while part := list(islice(rows, 500)):
            count += len(part)
            out.write("".join(json.dumps(row) + "\n" for row in part).encode("ascii"))  # type: ignore[arg-type]
    return count
