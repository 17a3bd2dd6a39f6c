# SPDX-License-Identifier: GPL-3.0-or-later
"""``LabVerbs`` in memory: a sweep of runs, an evaluation, consent that is off. Every call is noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from podmix.app.lab_charts import charts_of_several, charts_of_sweep
from podmix.errors import SettingsError, UsageError
from podmix.lab.listening_test.exporting import Exported
from podmix.lab.listening_test.plan import Options, Plan, Stimulus
from podmix.lab.listening_test.results import Analysis, analyse
from podmix.lab.listening_test.sitting import Sitting
from podmix.lab.plots import charts
from podmix.lab.runs.comparing import Comparison, compare
from podmix.lab.runs.index import RunHead, head_of
from podmix.lab.runs.promotion import Promoted
from podmix.lab.runs.types import Manifest, Run, Status, Table
from podmix.lab.sweeps.study import Sweep, Trial
from podmix.lab.sync.consent import Consent
from podmix.lab.sync.syncing import Outgoing, Synced
from podmix.lab.trainings.training import Parameter
from podmix.progress import Progress, Steps

KINDS = ("boosting", "forest", "logistic", "network")


def make_run(number: int, *, kind: str = "trial", subject: str = "cue-points", status: Status = Status.FINISHED) -> Run:
    """A run that looks as if it had been one."""
    model = KINDS[number % len(KINDS)]
    score = round(0.62 - 0.03 * (number % 7) - 0.004 * number, 4)
    run_id = f"20261104-09{number:02d}00-{number:06x}"
    manifest = Manifest(run_id, f"{subject} {model} {number}", kind, subject, "cue-sweep" if kind == "trial" else "",
                        1_793_782_800.0 + 60 * number, {"kind": model, "use_bands": bool(number % 2), "seed": 0},
                        f"{number:064x}", {"commit": "a1b2c3d4", "podmix": "0.1.0"}, {"sha256": "d" * 64, "files": {}},
                        0, {"python": "3.11", "system": "Linux", "processor": "x86_64"})
    history = tuple({"step": step, "loss": round(1 / (step + 1 + 0.1 * number), 4)} for step in range(20))
    importance = Table("feature importance", ("target", "feature", "share of splits"),
                       (("in", "level change", 0.31), ("in", "place", 0.22), ("out", "phrase", 0.18)))
    return Run(Path("/nowhere") / run_id, manifest, status, 1, manifest.created + 41.0, 41.0, history,
               {"score": score, "in beat": score + 0.05}, ({"t": 0.0, "cpu_cores": 1.0, "rss_mb": 310.0},),
               (importance,), (), (), ())


class FakeLab:
    """``note`` is told each call; ``answers`` as in ``FakeVerbs``."""

    def __init__(self, note: Callable[..., Any]) -> None:
        self._note = note
        self._runs = [make_run(number) for number in range(24)] + [
            make_run(24, kind="eval", subject="beats"), make_run(25, kind="train", status=Status.RUNNING)]
        self._consent = Consent()
        self._promoted: dict[str, Promoted] = {}
        self._key = ""
        self.broken: list[str] = []
        self.place = Path("/nowhere")

    # -- runs --
    def runs(self) -> list[RunHead]:
        self._note("runs")
        return [head_of(run) for run in self._runs[::-1]]

    def unreadable_runs(self) -> list[str]:
        return []

    def run(self, word: str) -> Run:
        found = [run for run in self._runs if run.run_id == word or run.run_id.endswith(word)]
        if not found:
            raise UsageError(f"There is no run {word}.")
        return found[0]

    def compare_runs(self, words: Sequence[str]) -> Comparison:
        self._note("compare_runs", tuple(words))
        return compare([self.run(word) for word in words])

    def export_run(self, word: str, target: Path) -> Path:
        self._note("export_run", word, target)
        return target

    def run_text(self, word: str) -> str:
        return f'{{"run": "{self.run(word).run_id}"}}'

    def lower_is_better(self) -> frozenset[str]:
        return frozenset({"WER", "loss"})

    def run_charts(self, word: str) -> list[tuple[str, str]]:
        points = [(float(row["step"]), float(row["loss"])) for row in self.run(word).history]
        return [("loss", charts.lines("loss", {"loss": points}))]

    def compare_charts(self, words: Sequence[str]) -> list[tuple[str, str]]:
        self._note("compare_charts", tuple(words))
        return charts_of_several([self.run(word) for word in words])

    def sweep_charts(self, name: str) -> list[tuple[str, str]]:
        return charts_of_sweep(self.read_sweep(name))

    def report(self, words: Sequence[str], target: Path, *, title: str = "", text: str = "",
               sweeps: Sequence[str] = ()) -> Path:
        self._note("report", tuple(words), target, title, text, tuple(sweeps))
        return target

    # -- training, evaluation, profile --
    def trainings(self) -> Mapping[str, tuple[Parameter, ...]]:
        return {"cue-points": (Parameter("kind", "boosting", "Which kind of model.", choices=KINDS),)}

    def train(self, model: str, data: Path, given: Mapping[str, Any], *, device: str = "auto") -> Steps[Run]:
        self._note("train", model, data, dict(given), device)
        for step in range(3):
            yield Progress("train", step, 3, "folds", f"Fold {step + 1} of 3")
        return self._runs[0]

    def sweep(self, model: str, data: Path, count: int, fixed: Mapping[str, Any], *, device: str = "auto",
              name: str = "") -> Steps[Sweep]:
        self._note("sweep", model, data, count, dict(fixed), device, name)
        yield Progress("sweep", 0, count, "trials")
        return self.read_sweep("cue-sweep")

    def sweeps(self) -> list[str]:
        return ["cue-sweep"]

    def read_sweep(self, name: str) -> Sweep:
        trials = [Trial(at, run.run_id, run.manifest.config, float(run.summary["score"]))
                  for at, run in enumerate(self._runs[:24])]
        return Sweep(name, "cue-points", tuple(sorted(trials, key=lambda one: -(one.score or 0))),
                     {"kind": 0.46, "use_phrase": 0.17, "use_sections": 0.11})

    def suites(self) -> Mapping[str, str]:
        return {"beats": "sound files with a JSON of beats beside each"}

    def evaluate(self, suite: str, data: Path, *, against: str = "", limit: int | None = None, candidate: str = "",
                 model: str = "auto") -> Steps[Any]:
        yield Progress("evaluate", 0, 1, "items")
        return self._note("evaluate", suite, data, against, limit, candidate, model)

    def profile(self, audio: Path, *, runs: int = 5, model: str = "auto") -> Steps[Run]:
        yield Progress("profile", 0, 1, "stages")
        self._note("profile", audio, runs, model)
        return self._runs[0]

    def start(self, verb: str, arguments: Mapping[str, Any], *, title: str = "") -> int:
        answer = self._note("start", verb, dict(arguments), title)
        return int(answer or 77)

    # -- models in use --
    def promoted(self, model: str) -> Promoted | None:
        return self._promoted.get(model)

    def promote(self, word: str) -> Promoted:
        self._note("promote", word)
        run = self.run(word)
        made = Promoted(run.manifest.subject, run.run_id, "e" * 64, 1_793_790_000.0)
        self._promoted[made.model] = made
        return made

    def demote(self, model: str) -> bool:
        self._note("demote", model)
        return self._promoted.pop(model, None) is not None

    # -- listening tests --
    def export_listening_test(self, stimuli: Sequence[Stimulus], target: Path, options: Options | None = None, *,
                              suffix: str = ".ogg", plan: Plan | None = None) -> Steps[Exported]:
        self._note("export_listening_test", tuple(stimuli), target, options, suffix, plan)
        yield Progress("clips", 0, len(stimuli), "clips")
        return Exported(target / "test" / "index.html", target / "key.json", len(stimuli), 2 * len(stimuli))

    def import_listening_test(self, key: Path, files: Sequence[Path], *, keep_doubtful: bool = True) -> Analysis:
        self._note("import_listening_test", key, tuple(files), keep_doubtful)
        return analyse([], [])

    def broken_models(self) -> list[str]:
        return list(self.broken)

    def listening_folder(self, name: str) -> Path:
        return self.place / name

    def listening_tests(self) -> list[Path]:
        return sorted(one.parent for one in self.place.glob("*/manifest.json"))

    def sit_down(self, folder: Path, rater: str) -> Sitting:
        self._note("sit_down", folder, rater)
        return Sitting(folder, rater)

    def finish_sitting(self, folder: Path) -> Analysis:
        self._note("finish_sitting", folder)
        return analyse([], [])

    # -- Weights & Biases --
    def consent(self) -> Consent:
        return self._consent

    def give_consent(self, switch: str, on: bool, *, host: str = "", entity: str | None = None, project: str = "",
                     key: str = "") -> Consent:
        self._note("give_consent", switch, on, host, entity, project, bool(key))
        self._key = "in your desktop's keyring" if key else self._key
        self._consent = replace(self._consent, host=host or self._consent.host,
                                project=project or self._consent.project,
                                entity=self._consent.entity if entity is None else entity)
        self._consent = replace(self._consent, runs=on) if switch == "runs" else replace(self._consent, usage=on)
        return self._consent

    def withdraw(self) -> Consent:
        self._note("withdraw")
        self._consent, self._key = replace(self._consent, runs=False, usage=False), ""
        return self._consent

    def key_place(self, host: str = "") -> str:
        return self._key

    def usage_payload(self) -> bytes:
        return b'{\n "format": 1,\n "counts": {\n  "runs": 26\n }\n}\n'

    def outgoing(self, words: Sequence[str] = (), *, host: str = "") -> list[Outgoing]:
        runs = [self.run(word) for word in words] or self._runs[:24]
        return [Outgoing(run.run_id, run.manifest.name, 20, ("feature importance",), {}, {}, settled=False)
                for run in runs]

    def sync(self, words: Sequence[str] = (), *, host: str = "") -> Steps[list[Synced]]:
        self._note("sync", tuple(words), host)
        if not self._consent.runs:
            raise SettingsError("Nothing is sent anywhere: you have not agreed to it.")
        yield Progress("sync", 0, 1, "runs")
        return [Synced(one.run_id, True, True, 1) for one in self.outgoing(words)]
