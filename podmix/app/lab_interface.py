# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of the lab, beside those of ``interface``; ``lab.Lab`` has them, and the tests' fake.

Conventions as there: *slow* verbs are called through the background door; long ones are generators of ``Progress``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from podmix.lab.evaluation.recorded import Evaluated
from podmix.lab.listening_test.exporting import Exported
from podmix.lab.listening_test.plan import Options, Plan, Stimulus
from podmix.lab.listening_test.results import Analysis
from podmix.lab.listening_test.sitting import Sitting
from podmix.lab.runs.comparing import Comparison
from podmix.lab.runs.index import RunHead
from podmix.lab.runs.promotion import Promoted
from podmix.lab.runs.types import Run
from podmix.lab.sweeps.study import Sweep
from podmix.lab.sync.consent import Consent
from podmix.lab.sync.syncing import Outgoing, Synced
from podmix.lab.trainings.training import Parameter
from podmix.progress import Steps


class LabVerbs(Protocol):
    """What a person can do in the lab."""

    # -- runs --
    def runs(self) -> list[RunHead]:
        """Every run, newest first, without what fills it."""

    def unreadable_runs(self) -> list[str]:
        """Ids of runs whose record is broken; they are in no list."""

    def run(self, word: str) -> Run:
        """By id, the end of it, name, or “last”. Raises UsageError."""

    def compare_runs(self, words: Sequence[str]) -> Comparison: ...

    def export_run(self, word: str, target: Path) -> Path:
        """.json, .csv or .zip"""

    def run_text(self, word: str) -> str:
        """The whole record as JSON text: what a sync sends of it, files by their checksum."""

    def lower_is_better(self) -> frozenset[str]:
        """Names of figures that are to be low."""

    def run_charts(self, word: str) -> list[tuple[str, str]]:
        """Title and SVG of every chart that the run's record gives."""

    def compare_charts(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """The runs' curves over each other."""

    def sweep_charts(self, name: str) -> list[tuple[str, str]]:
        """*slow*: importances of its parameters, and all its trials."""

    def report(self, words: Sequence[str], target: Path, *, title: str = "", text: str = "",
               sweeps: Sequence[str] = ()) -> Path:
        """*slow*: .html or .md"""

    # -- training, evaluation, profile --
    def trainings(self) -> Mapping[str, tuple[Parameter, ...]]: ...

    def train(self, model: str, data: Path, given: Mapping[str, Any], *, device: str = "auto") -> Steps[Run]:
        """*slow*"""

    def sweep(self, model: str, data: Path, count: int, fixed: Mapping[str, Any], *, device: str = "auto",
              name: str = "") -> Steps[Sweep]:
        """*slow*"""

    def sweeps(self) -> list[str]: ...

    def read_sweep(self, name: str) -> Sweep: ...

    def suites(self) -> Mapping[str, str]:
        """Name -> what belongs in the folder."""

    def evaluate(self, suite: str, data: Path, *, against: str = "", limit: int | None = None, candidate: str = "",
                 model: str = "auto") -> Steps[Evaluated]:
        """*slow*"""

    def profile(self, audio: Path, *, runs: int = 5, model: str = "auto") -> Steps[Run]:
        """*slow*"""

    def start(self, verb: str, arguments: Mapping[str, Any], *, title: str = "") -> int:
        """Queue ``train``, ``sweep``, ``evaluate`` or ``profile`` as a job, with the arguments of that verb (paths as
        text); returns the job's id. Raises UsageError for what could not work at once."""

    # -- models in use --
    def promoted(self, model: str) -> Promoted | None: ...

    def promote(self, word: str) -> Promoted: ...

    def demote(self, model: str) -> bool: ...

    def broken_models(self) -> list[str]:
        """Promoted models that cannot be used, each as a sentence."""

    # -- listening tests --
    def export_listening_test(self, stimuli: Sequence[Stimulus], target: Path, options: Options | None = None, *,
                              suffix: str = ".ogg", plan: Plan | None = None) -> Steps[Exported]:
        """*slow*. ``plan`` where the questions are made already."""

    def import_listening_test(self, key: Path, files: Sequence[Path], *, keep_doubtful: bool = True) -> Analysis:
        """Also kept as a run, so that it is compared and synced like others."""

    def listening_folder(self, name: str) -> Path:
        """Where a test that is taken in PodMix lies."""

    def listening_tests(self) -> list[Path]:
        """Such tests, newest first."""

    def sit_down(self, folder: Path, rater: str) -> Sitting:
        """Begin, or go on with, a test as a rater."""

    def finish_sitting(self, folder: Path) -> Analysis:
        """Import the answers of all who sat at this test."""

    # -- Weights & Biases --
    def consent(self) -> Consent: ...

    def give_consent(self, switch: str, on: bool, *, host: str = "", entity: str | None = None, project: str = "",
                     key: str = "") -> Consent: ...

    def withdraw(self) -> Consent:
        """Both switches off, and the key of the server forgotten."""

    def key_place(self, host: str = "") -> str:
        """Where the key of the server is kept, in words; empty where there is none."""

    def usage_payload(self) -> bytes:
        """The very bytes that would be sent."""

    def outgoing(self, words: Sequence[str] = (), *, host: str = "") -> list[Outgoing]:
        """What a sync would send; opens no connection and needs no key."""

    def sync(self, words: Sequence[str] = (), *, host: str = "") -> Steps[list[Synced]]:
        """*slow*: every finished run that is not verified there, or these; and usage counts where agreed to.

        Raises SettingsError without consent, AuthenticationNeeded without a key."""


UsageCounts = Callable[[], Mapping[str, float]]
"""Gives the counts of ``lab.sync.usage.ALLOWED``; asked only when they are shown or sent."""
