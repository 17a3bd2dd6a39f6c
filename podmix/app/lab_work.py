# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker does for the lab: train, sweep, evaluate, measure. The record is written as it goes; a job that was cut
off goes on from its finished units when the queue starts it again."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from podmix.errors import Cancelled
from podmix.jobs.protocol import Partial
from podmix.paths import Home
from podmix.progress import Progress, Steps

Plain = dict[str, Any]

JOB_KIND, LANE, SUBJECT = "lab", "lab", "lab"
VERBS = ("train", "sweep", "evaluate", "profile")


def work(params: Plain, _context: Plain, cancelled: Callable[[], bool]) -> Generator[Progress | Partial, None, Plain]:
    """``verb`` is one of VERBS, ``home`` the four folders, ``arguments`` the verb's own. Returns the run's id."""
    from podmix.app.lab import Lab

    lab = Lab(Home(*(Path(folder) for folder in params["home"])))
    steps = _steps(lab, params["verb"], dict(params["arguments"]))
    while True:
        try:
            step = next(steps)
        except StopIteration as over:
            return _told(over.value)
        if cancelled():
            steps.close()
            raise Cancelled
        yield step


def _steps(lab: Any, verb: str, asked: Plain) -> Steps[Any]:
    if verb == "profile":
        return lab.profile(Path(asked.pop("audio")), **asked)  # type: ignore[no-any-return]
    if verb not in VERBS:
        raise ValueError(verb)
    data = Path(asked.pop("data"))
    if verb == "evaluate":
        return lab.evaluate(asked.pop("suite"), data, **asked)  # type: ignore[no-any-return]
    model, given, name = asked.pop("model"), asked.pop("given"), asked.pop("name", "")
    if verb == "train":
        return lab.train(model, data, given, **asked)  # type: ignore[no-any-return]
    return lab.sweep(model, data, asked.pop("count"), given, name=name, **asked)  # type: ignore[no-any-return]


def _told(made: Any) -> Plain:
    if hasattr(made, "trials"):
        return {"sweep": made.name, "trials": len(made.trials)}
    return {"run": (made.run if hasattr(made, "evaluation") else made).run_id}
