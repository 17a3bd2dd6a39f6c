# SPDX-License-Identifier: GPL-3.0-or-later
"""An evaluation as a run: scores, differences and every item's measures as tables, and the gate's word."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from podmix.errors import PodMixError
from podmix.lab.evaluation.gate import Gate, gate, measured_in
from podmix.lab.evaluation.suite import ALL, Evaluation, Item, Suite, Tools, prepare, run_prepared
from podmix.lab.runs.identity import config_hash, file_sha256
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Run
from podmix.lab.runs.writer import RunWriter
from podmix.progress import Steps

CLIPS, CLIP_S = 6, 12.0


@dataclass(frozen=True, slots=True)
class Evaluated:
    """``gates``: against an earlier run, and against the model in use where a candidate was judged."""

    run: Run
    evaluation: Evaluation
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.gates)


def evaluate_recorded(suite: Suite, folder: Path, tools: Tools, store: RunStore, *, against: Run | None = None,
                      limit: int | None = None, only: Sequence[str] = (), candidate: str = "") -> Steps[Evaluated]:
    """Run a suite and keep it. Raises UsageError as ``evaluate``.

    Args:
        against: an earlier evaluation of the same suite, for the gate.
        candidate: the run whose model is judged; it is then held against the model in use.
    """
    ready = prepare(suite, folder, tools, limit=limit, only=only)
    config = {"suite": suite.name, "folder": folder.name, "limit": limit, "only": list(only), "candidate": candidate,
              "against": against.run_id if against else "", "judged": ready.systems[0].name}
    gates = []
    with store.begin("eval", suite.name, config, data=items_manifest(folder, ready.items),
                     system_every_s=2.0) as writer:
        evaluation = yield from run_prepared(ready)
        if against is not None:
            gates.append(gate(suite, evaluation, ready.everything, measured_in(against), against.run_id))
        if candidate and "podmix" in evaluation.measured and evaluation.judged != "podmix":
            gates.append(gate(suite, evaluation, ready.everything, evaluation.measured["podmix"], "the model in use"))
        keep(writer, suite, evaluation, gates)
        keep_clips(writer, suite, ready.items, evaluation)
    return Evaluated(store.get(writer.run_id), evaluation, tuple(gates))


def items_manifest(folder: Path, items: Sequence[Item]) -> dict[str, Any]:
    """Checksums of what is measured with: each sound, and each item's truth (under ``truth/``, in a plain form)."""
    files = {f"truth/{item.name}": [0, config_hash({"group": item.group, "truth": _plain(item.truth)})]
             for item in items}
    for path in sorted({item.audio for item in items if item.audio is not None and item.audio.is_file()}):
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        files[name] = [path.stat().st_size, file_sha256(path)]
    return {"folder": folder.name, "files": files, "sha256": config_hash(files)}


def _plain(value: Any) -> Any:
    """A truth as JSON knows it, the same wherever the data lies."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Path):
        return value.name
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if value is None or isinstance(value, str | bool | int):
        return value
    return repr(value)


def keep(writer: RunWriter, suite: Suite, evaluation: Evaluation, gates: Sequence[Gate]) -> None:
    """The tables of an evaluation's record."""
    writer.table("scores", ["slice", "system", "metric", "value", "low", "high", "items", "groups"], [
        [one.slice, one.system, one.metric, *map(_told, (one.interval.value, one.interval.low, one.interval.high)),
         one.interval.count, one.interval.groups] for one in evaluation.scores])
    writer.table("differences", ["against", "metric", "value", "low", "high", "verdict"], [
        [one.against, one.metric, *map(_told, (one.interval.value, one.interval.low, one.interval.high)),
         "better" if one.better else "worse" if one.worse else "open"] for one in evaluation.differences])
    names = list(dict.fromkeys(name for rows in evaluation.measured.values() for row in rows.values() for name in row))
    writer.table("items", ["system", "item", *names], [
        [system, item, *(_told(row.get(name, math.nan)) for name in names)]
        for system, rows in evaluation.measured.items() for item, row in rows.items()])
    if evaluation.failures:
        writer.table("failures", ["system", "item", "what was said"], [list(row) for row in evaluation.failures])
    writer.summarise({metric.name: _told(evaluation.score(metric.name).value) for metric in suite.metrics})
    for one in gates:
        writer.table(f"gate against {one.against}", ["metric", "difference"], [list(row) for row in one.failed])
    if gates:
        writer.summarise({"gate": "passed" if all(one.passed for one in gates) else "failed"})


def keep_clips(writer: RunWriter, suite: Suite, items: Sequence[Item], evaluation: Evaluation) -> None:
    """A clip of each of the worst items of the judged system, for whoever wants to hear where it fails. Items without
    sound, and sounds that do not decode, have none."""
    from podmix.audio.decode import probe, read
    from podmix.audio.encode import write_clip

    first, rows = suite.metrics[0], evaluation.measured[evaluation.judged]
    heard = [(rows[item.name].get(first.name, math.nan), item) for item in items
             if item.audio is not None and item.name in rows]
    known = [one for one in heard if not math.isnan(one[0])]
    known.sort(key=lambda one: one[0], reverse=not first.higher_is_better)
    with tempfile.TemporaryDirectory(prefix="podmix-clips-") as place:
        for number, (value, item) in enumerate(known[:CLIPS]):
            target = Path(place) / f"{number}.ogg"
            try:
                assert item.audio is not None
                start = max(0.0, (probe(item.audio).duration_claimed or 0.0) / 3 - CLIP_S / 2)
                samples, rate = read(item.audio, sample_rate=48_000, mono=False, start=start, end=start + CLIP_S)
                write_clip(samples, rate, target)
            except PodMixError:
                continue
            writer.medium(target, name=item.name, caption=f"{item.name}, {first.name} {value:.3g}")


def _told(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 5)


def scores_table(evaluation: Evaluation, suite: Suite, slice_name: str = ALL) -> tuple[list[str], list[list[Any]]]:
    """Heading and a row a system: ``value [low, high]`` for each metric."""
    rows: dict[str, Mapping[str, str]] = {}
    for system in evaluation.measured:
        rows[system] = {metric.name: _cell(evaluation, metric.name, system, slice_name) for metric in suite.metrics}
    names = [metric.name for metric in suite.metrics]
    return ["system", *names], [[system, *(row[name] for name in names)] for system, row in rows.items()]


def _cell(evaluation: Evaluation, metric: str, system: str, slice_name: str) -> str:
    one = evaluation.score(metric, system, slice_name)
    if math.isnan(one.value):
        return "–"
    digits = 0 if abs(one.value) >= 100 else 1 if abs(one.value) >= 10 else 3
    return f"{one.value:.{digits}f} [{one.low:.{digits}f}, {one.high:.{digits}f}]"
