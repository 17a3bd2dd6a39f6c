# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's verbs over one home. Needs neither the database nor the queue: runs are files."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.app.lab_charts import charts_of, charts_of_several, charts_of_sweep
from podmix.app.lab_interface import UsageCounts
from podmix.app.lab_library import is_library, library_data
from podmix.app.lab_work import JOB_KIND, LANE, SUBJECT, VERBS
from podmix.errors import AuthenticationNeeded, SettingsError, UsageError
from podmix.jobs.types import JobSpec
from podmix.lab.evaluation.recorded import Evaluated, evaluate_recorded
from podmix.lab.listening_test.exporting import KEY, Exported, export
from podmix.lab.listening_test.plan import Options, Plan, Stimulus, make_plan
from podmix.lab.listening_test.results import Analysis, analyse, read_results
from podmix.lab.listening_test.sitting import ANSWERS, MANIFEST, Sitting
from podmix.lab.profiling.profile import profile_recorded
from podmix.lab.reports.of_runs import report_of
from podmix.lab.reports.report import write_report
from podmix.lab.runs import promotion
from podmix.lab.runs.comparing import Comparison, compare
from podmix.lab.runs.exporting import export_run, run_plain
from podmix.lab.runs.index import RunHead
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Run, Status
from podmix.lab.sweeps.study import Sweep, read_sweep, sweep, sweep_names
from podmix.lab.sync import usage
from podmix.lab.sync.consent import SWITCHES, Consent, checked_host, give_consent, read_consent
from podmix.lab.sync.key import find_key, forget_key, keep_key, name_in_keyring
from podmix.lab.sync.readback import Server
from podmix.lab.sync.syncing import Outgoing, Synced, outgoing, sync_runs, sync_usage
from podmix.lab.trainings.known import TRAININGS, training_named
from podmix.lab.trainings.training import Parameter, train
from podmix.paths import Home, safe_name
from podmix.podcasts.credentials import Credentials
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.app.lab_tools import LabTools


class Lab:
    """Implements ``lab_interface.LabVerbs``.

    Args:
        counts: gives usage counts; without it only what the runs tell is counted.
        credentials: where keys are kept.
        enqueue: the queue of long work; without it ``start`` refuses.
    """

    def __init__(self, home: Home, *, counts: UsageCounts | None = None, credentials: Credentials | None = None,
                 enqueue: Callable[[JobSpec], int] | None = None) -> None:
        self._home, self._counts, self._enqueue = home, counts, enqueue
        self._credentials = credentials or Credentials()
        self._store = RunStore.of(home)

    # -- runs --

    def runs(self) -> list[RunHead]:
        return self._store.heads()[::-1]

    def unreadable_runs(self) -> list[str]:
        return self._store.unreadable()

    def run(self, word: str) -> Run:
        return self._store.get(word)

    def compare_runs(self, words: Sequence[str]) -> Comparison:
        return compare([self.run(word) for word in words])

    def export_run(self, word: str, target: Path) -> Path:
        return export_run(self.run(word), target)

    def run_text(self, word: str) -> str:
        return json.dumps(run_plain(self.run(word)), ensure_ascii=False, indent=1)

    def lower_is_better(self) -> frozenset[str]:
        from podmix.lab.evaluation.known import SUITES

        return frozenset(metric.name for suite in SUITES.values() for metric in suite.metrics
                         if not metric.higher_is_better) | {"loss", "doubtful"}

    def run_charts(self, word: str) -> list[tuple[str, str]]:
        return charts_of(self.run(word))

    def compare_charts(self, words: Sequence[str]) -> list[tuple[str, str]]:
        return charts_of_several([self.run(word) for word in words])

    def sweep_charts(self, name: str) -> list[tuple[str, str]]:
        return charts_of_sweep(self.read_sweep(name))

    def report(self, words: Sequence[str], target: Path, *, title: str = "", text: str = "",
               sweeps: Sequence[str] = ()) -> Path:
        told = [self.run(word) for word in words]
        if not told and not sweeps:
            raise UsageError("A report needs at least one run or sweep.")
        swept = [self.read_sweep(name) for name in sweeps]
        return write_report(report_of(told, title=title, text=text, sweeps=swept), target)

    # -- training, evaluation, profile --

    def trainings(self) -> Mapping[str, tuple[Parameter, ...]]:
        return {name: training.parameters for name, training in TRAININGS.items()}

    def train(self, model: str, data: Path, given: Mapping[str, Any], *, device: str = "auto") -> Steps[Run]:
        training = training_named(model)
        training.config(given)
        data = (yield from library_data(self._home, model)) if is_library(data) else data
        return (yield from train(training, self._tools().inputs(data, _device(device)), self._store, given))

    def sweep(self, model: str, data: Path, count: int, fixed: Mapping[str, Any], *, device: str = "auto",
              name: str = "") -> Steps[Sweep]:
        training = training_named(model)
        data = (yield from library_data(self._home, model)) if is_library(data) else data
        inputs = self._tools().inputs(data, _device(device))
        return (yield from sweep(training, inputs, self._store, count, fixed=fixed, name=name))

    def sweeps(self) -> list[str]:
        return sweep_names(self._store)

    def read_sweep(self, name: str) -> Sweep:
        return read_sweep(self._store, name)

    def suites(self) -> Mapping[str, str]:
        from podmix.lab.evaluation.known import SUITES

        return {name: suite.needs for name, suite in SUITES.items()}

    def evaluate(self, suite: str, data: Path, *, against: str = "", limit: int | None = None, candidate: str = "",
                 model: str = "auto") -> Steps[Evaluated]:
        from podmix.lab.evaluation.known import suite_named

        chosen = suite_named(suite)
        earlier = self.run(against) if against else None
        judged = self.run(candidate) if candidate else None
        config = {**judged.manifest.config, "run": judged.run_id} if judged else None
        tools = self._tools(model).evaluation_tools(config)
        return (yield from evaluate_recorded(chosen, data, tools, self._store, against=earlier, limit=limit,
                                             candidate=judged.run_id if judged else ""))

    def profile(self, audio: Path, *, runs: int = 5, model: str = "auto") -> Steps[Run]:
        stages = self._tools(model).stages(audio)
        return (yield from profile_recorded(stages, self._store, runs=runs, about={"sound": audio.suffix}))

    def start(self, verb: str, arguments: Mapping[str, Any], *, title: str = "") -> int:
        asked = {name: str(value) if isinstance(value, Path) else value for name, value in arguments.items()}
        if self._enqueue is None:
            raise UsageError("There is no queue here to do this later.", remedy="Use “podmix train” or “podmix eval”.")
        self._check_start(verb, asked)
        folders = [str(folder) for folder in (self._home.config, self._home.data, self._home.cache, self._home.logs)]
        key = hashlib.sha256(json.dumps([verb, asked], sort_keys=True).encode()).hexdigest()[:24]
        return self._enqueue(JobSpec(JOB_KIND, {"verb": verb, "home": folders, "arguments": asked}, key=key,
                                     title=title or f"Lab: {verb}", lane=LANE, subject=SUBJECT))

    def _check_start(self, verb: str, asked: Mapping[str, Any]) -> None:
        """Refuse now what the worker would refuse in a minute."""
        if verb not in VERBS:
            raise UsageError(f"The lab cannot {verb}.", remedy=f"It can {', '.join(VERBS)}.")
        place = Path(str(asked.get("data") or asked.get("audio") or ""))
        if is_library(place) and verb in ("train", "sweep"):
            training_named(str(asked["model"])).config(asked["given"])
            return
        if not place.exists() or str(place) == ".":
            raise UsageError("Choose the file to measure with." if verb == "profile" else
                             "Choose the folder with the data.", remedy="docs/lab.md says what belongs there.")
        if verb in ("train", "sweep"):
            training = training_named(str(asked["model"]))
            training.config(asked["given"])
            files = training.files(place)
            if not files or not all(path.is_file() for path in files):
                raise UsageError(f"{place.name} holds no data to train {training.model} with.",
                                 remedy=f"It needs {training.needs}." if training.needs else
                                 "docs/lab.md says what belongs there.")

    def _tools(self, model: str = "auto") -> LabTools:
        from podmix.app.lab_tools import LabTools

        return LabTools(self._home.create(), model=model)

    # -- models in use --

    def promoted(self, model: str) -> promotion.Promoted | None:
        return promotion.promoted(self._home, model)

    def promote(self, word: str) -> promotion.Promoted:
        return promotion.promote(self._home, self.run(word))

    def demote(self, model: str) -> bool:
        training_named(model)
        return promotion.demote(self._home, model)

    def broken_models(self) -> list[str]:
        return promotion.broken(self._home)

    # -- listening tests --

    def export_listening_test(self, stimuli: Sequence[Stimulus], target: Path, options: Options | None = None, *,
                              suffix: str = ".ogg", plan: Plan | None = None) -> Steps[Exported]:
        return (yield from export(plan or make_plan(stimuli, options), target, suffix=suffix))

    def import_listening_test(self, key: Path, files: Sequence[Path], *, keep_doubtful: bool = True) -> Analysis:
        answers, preferences, comments = read_results(key, files)
        found = analyse(answers, preferences, comments, keep_doubtful=keep_doubtful)
        with self._store.begin("listening", "listening test", {"keep_doubtful": keep_doubtful},
                               system_every_s=0) as writer:
            writer.table("means", ["system", "scale", "mean", "low", "high", "answers"], [
                [system, scale, one.value, one.low, one.high, one.count]
                for (system, scale), one in found.means.items()])
            writer.table("paired", ["first", "second", "scale", "difference", "chance", "pairs"], [
                [one.first, one.second, one.scale, one.difference, one.chance, one.count] for one in found.paired])
            writer.table("preferred", ["first", "second", "first better", "second better", "tie", "chance"], [
                [*couple, *counts, found.win_chance[couple]] for couple, counts in found.wins.items()])
            writer.summarise({"raters": len(found.raters), "doubtful": len(found.doubtful)} | {
                f"alpha {scale}": value for scale, value in found.alpha.items()})
        return found

    def listening_folder(self, name: str) -> Path:
        return self._home.data / "lab" / "listening" / f"{time.strftime('%Y%m%d-%H%M%S')} {safe_name(name, longest=40)}"

    def listening_tests(self) -> list[Path]:
        return sorted((one.parent for one in (self._home.data / "lab" / "listening").glob(f"*/{MANIFEST}")),
                      reverse=True)

    def sit_down(self, folder: Path, rater: str) -> Sitting:
        return Sitting(folder, rater)

    def finish_sitting(self, folder: Path) -> Analysis:
        return self.import_listening_test(folder / KEY, sorted((folder / ANSWERS).glob("*.json")))

    # -- Weights & Biases --

    def consent(self) -> Consent:
        return read_consent(self._home)

    def give_consent(self, switch: str, on: bool, *, host: str = "", entity: str | None = None, project: str = "",
                     key: str = "") -> Consent:
        made = give_consent(self._home, switch, on, host=host, entity=entity, project=project)
        if key:
            keep_key(made.host, key, self._credentials)
        return made

    def withdraw(self) -> Consent:
        host = self.consent().host
        for switch in SWITCHES:
            give_consent(self._home, switch, False)
        forget_key(host, self._credentials)
        return self.consent()

    def key_place(self, host: str = "") -> str:
        try:
            place = checked_host(host) if host else self.consent().host
            if self._credentials.get(name_in_keyring(place)) is not None:
                return self._credentials.where
            find_key(place, self._credentials)
        except (AuthenticationNeeded, UsageError):
            return ""
        return "in WANDB_API_KEY"

    def usage_payload(self) -> bytes:
        runs = self._store.heads()
        trained = sum(run.seconds for run in runs if run.manifest.kind in ("train", "trial"))
        counts = {"runs": len(runs), "seconds_trained": trained}
        return usage.payload(counts | dict(self._counts() if self._counts else {}))

    def outgoing(self, words: Sequence[str] = (), *, host: str = "") -> list[Outgoing]:
        consent = self.consent()
        server = Server(checked_host(host) if host else consent.host, consent.entity, consent.project, "")
        return [outgoing(run, server) for run in self._to_sync(words)]

    def sync(self, words: Sequence[str] = (), *, host: str = "") -> Steps[list[Synced]]:
        consent = self.consent()
        if not consent.runs and not consent.usage:
            raise SettingsError("Nothing is sent anywhere: you have not agreed to it.",
                                remedy="“podmix consent runs on” does; “podmix sync --dry-run” shows what would go.")
        place = checked_host(host) if host else consent.host
        server = Server(place, consent.entity, consent.project, find_key(place, self._credentials))
        made: list[Synced] = []
        if consent.runs:
            made += yield from sync_runs(self._to_sync(words), server, consent)
        if consent.usage:
            yield Progress("usage", 0, 1, note="Sending usage counts")
            told = self.usage_payload()
            name = f"usage-{hashlib.sha256(told).hexdigest()[:12]}"
            made.append(sync_usage(told, name, server, consent))
        return made

    def _to_sync(self, words: Sequence[str]) -> list[Run]:
        if words:
            return [self.run(word) for word in words]
        return [run for run in self._store.all() if run.status in (Status.FINISHED, Status.FAILED)]


def _device(wanted: str) -> str:
    if wanted == "cpu":
        return wanted
    from podmix.app.lab_tools import best_device

    return best_device(wanted)
