# SPDX-License-Identifier: GPL-3.0-or-later
"""What a training is, and doing one as a run.

A training names its parameters, reads its data once and *fits*: a generator of ``Progress`` that tells the run what
happens and returns the run's figures. Equal configuration, data and code give equal figures; a run that was cut off
goes on from the units it had finished.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from podmix.errors import UsageError
from podmix.lab.runs.identity import data_manifest
from podmix.lab.runs.journal import plain_value
from podmix.lab.runs.reading import read_checkpoints
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Run
from podmix.lab.runs.writer import RunWriter
from podmix.progress import Steps

Config = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One knob. Either ``choices``, or ``low`` and ``high`` (inclusive; ``log``: ratios matter, not differences)."""

    name: str
    default: Any
    text: str
    choices: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None
    log: bool = False
    swept: bool = True

    @property
    def whole(self) -> bool:
        return isinstance(self.default, int) and not isinstance(self.default, bool)

    def checked(self, value: Any) -> Any:
        """Raises UsageError for a value that cannot be meant."""
        if self.choices:
            if value in self.choices:
                return value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = int(value) if self.whole else float(value)
            if number == value and (self.low is None or number >= self.low) and (
                    self.high is None or number <= self.high):
                return number
        allowed = ", ".join(map(str, self.choices)) if self.choices else f"{self.low:g} to {self.high:g}"
        raise UsageError(f"{self.name} cannot be {value!r}.", remedy=f"Choose {allowed}.")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a training is given: the folder of its data, a folder that it may keep made things in, an encoder of
    sentences (text -> unit vectors) where there is one, and the device ("cpu" or "cuda")."""

    data: Path
    cache: Path
    encode: Callable[[list[str]], Any] | None = None
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Fitting:
    """One training at work. ``done``: results of units that an earlier attempt finished."""

    run: RunWriter
    config: Config
    seed: int
    device: str
    done: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """A model's training. ``objective`` names the figure that is to be high."""

    model: str
    purpose: str
    objective: str
    parameters: tuple[Parameter, ...]
    files: Callable[[Path], Sequence[Path]]
    load: Callable[[Inputs], Any]
    fit: Callable[[Any, Fitting], Steps[dict[str, Any]]]
    needs: str = ""
    """What belongs in the folder, in words."""

    def config(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter, checked; what is not given has its default. Raises UsageError for unknown names."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known and name != "seed":
                raise UsageError(f"{self.model} has no parameter {name}.", remedy=f"It has {', '.join(known)}.")
        made = {name: one.checked(given.get(name, one.default)) for name, one in known.items()}
        seed = given.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
            raise UsageError(f"seed cannot be {seed!r}.", remedy="Choose a whole number from 0 to 4294967295.")
        return made | {"seed": seed}


def read_config(path: Path) -> dict[str, Any]:
    """A JSON or TOML file of parameters. Raises UsageError."""
    import json

    try:
        text = path.read_text(encoding="utf-8")
        told = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (OSError, ValueError) as problem:
        raise UsageError(f"The configuration {path.name} cannot be read.",
                         remedy="It must be JSON or TOML.", detail=str(problem)) from problem
    if not isinstance(told, dict):
        raise UsageError(f"The configuration {path.name} is no table of names and values.")
    return told


def train(training: Training, inputs: Inputs, store: RunStore, given: Mapping[str, Any], *, group: str = "",
          kind: str = "train", data: Any = None, manifest: Mapping[str, Any] | None = None) -> Steps[Run]:
    """One run. Where the newest run of this very configuration was cut off, that one goes on.

    Args:
        data: what ``training.load`` gave, where it was loaded before (sweeps).
        manifest: of the data, likewise.

    Raises UsageError for wrong parameters or missing data.
    """
    config = training.config(given)
    if manifest is None:
        manifest = manifest_of(training, inputs)
    known = plain_value(config | {"data": manifest["sha256"], "group": group})
    before = store.unfinished(kind, training.model, known)
    if before is not None:
        writer = store.resume(before.run_id)
        done = read_checkpoints(before.folder)
    else:
        writer = store.begin(kind, training.model, known, group=group, data=manifest, seed=config["seed"],
                             device=inputs.device)
        done = {}
    with writer, one_thread():
        if data is None:
            data = training.load(inputs)
        figures = yield from training.fit(data, Fitting(writer, config, config["seed"], inputs.device, done))
        writer.summarise(figures)
    return store.get(writer.run_id)


def one_thread() -> AbstractContextManager[Any]:
    """Linear algebra on one thread: sums in another order give other last digits, and a second run would differ."""
    try:
        limits = importlib.import_module("threadpoolctl").threadpool_limits
    except ImportError:
        return nullcontext()
    return cast("AbstractContextManager[Any]", limits(1))


def manifest_of(training: Training, inputs: Inputs) -> dict[str, Any]:
    """Raises UsageError where the folder holds no data for this training."""
    files = training.files(inputs.data)
    if not files or not all(path.is_file() for path in files):
        raise UsageError(f"{inputs.data} holds no data to train {training.model} with.",
                         remedy="Name its folder with --data; docs/lab.md says what belongs there.")
    return data_manifest(inputs.data, files)
