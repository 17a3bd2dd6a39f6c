# SPDX-License-Identifier: GPL-3.0-or-later
"""Measuring stages: latency percentiles, real-time factor, memory and processor share.

A stage loads once (told apart), is run ``warm`` times unmeasured and then ``runs`` times measured. The real-time factor
is seconds of work for a second of sound (below 1 is faster than it plays). Garbage is collected between runs.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from podmix.errors import PodMixError
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.system_metrics import peak_resident_bytes, processor_seconds, resident_bytes
from podmix.lab.runs.types import Run
from podmix.progress import Progress, Steps


@dataclass(frozen=True, slots=True)
class Stage:
    """``load`` makes what ``work`` takes. ``sound_s``: seconds of sound a call handles, 0 where there is none."""

    name: str
    load: Callable[[], Any]
    work: Callable[[Any], object]
    sound_s: float = 0.0
    batch: int = 1
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Measured:
    """Times in milliseconds a call, memory in MB. ``rtf`` None without sound; ``problem`` where it cannot run."""

    stage: str
    device: str
    batch: int
    load_ms: float
    p50_ms: float
    p90_ms: float
    p95_ms: float
    p99_ms: float
    rtf: float | None
    cpu_cores: float
    rss_mb: float
    peak_rss_mb: float
    runs: int
    problem: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """By linear interpolation between the closest ranks."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def measure(stage: Stage, *, runs: int = 5, warm: int = 1) -> Measured:
    """One stage; what a person can understand of a failure is in ``problem``."""
    began = time.perf_counter()
    try:
        made = stage.load()
        loaded = 1000 * (time.perf_counter() - began)
        for _ in range(warm):
            stage.work(made)
        times, used = [], processor_seconds()
        for _ in range(max(1, runs)):
            gc.collect()
            start = time.perf_counter()
            stage.work(made)
            times.append(1000 * (time.perf_counter() - start))
    except PodMixError as problem:
        nothing = math.nan
        return Measured(stage.name, stage.device, stage.batch, nothing, nothing, nothing, nothing, nothing, None,
                        nothing, nothing, nothing, 0, problem.message)
    spent = processor_seconds() - used
    middle = percentile(times, 0.5)
    return Measured(stage.name, stage.device, stage.batch, round(loaded, 1), round(middle, 2),
                    round(percentile(times, 0.9), 2), round(percentile(times, 0.95), 2),
                    round(percentile(times, 0.99), 2),
                    round(middle / 1000 / stage.sound_s, 5) if stage.sound_s else None,
                    round(1000 * spent / max(1e-9, sum(times)), 2), round(resident_bytes() / 1e6, 1),
                    round(peak_resident_bytes() / 1e6, 1), len(times))


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the checklist; ``said`` is the measured fact behind it."""

    name: str
    passed: bool
    said: str


FASTEST_RTF, MOST_RSS_MB, SLOWEST_LOAD_MS, WIDEST_SPREAD = 1.0, 4000.0, 20_000.0, 3.0


def checklist(measured: Sequence[Measured]) -> tuple[Check, ...]:
    """Ready for production? What each line wants stands in its name."""
    able = [one for one in measured if not one.problem]
    slow = [one.stage for one in able if one.rtf is not None and one.rtf > FASTEST_RTF]
    heavy = max((one.peak_rss_mb for one in able), default=0.0)
    loads = max((one.load_ms for one in able), default=0.0)
    spread = [one.stage for one in able if one.p50_ms > 5 and one.p99_ms > WIDEST_SPREAD * one.p50_ms]
    missing = [one.stage for one in measured if one.problem]
    return (
        Check("every stage runs here", not missing, ", ".join(missing) or f"{len(able)} stages"),
        Check("every stage is faster than its sound plays", not slow, ", ".join(slow) or "all below 1"),
        Check(f"memory stays below {MOST_RSS_MB / 1000:g} GB", heavy <= MOST_RSS_MB, f"{heavy:.0f} MB at most"),
        Check(f"models load within {SLOWEST_LOAD_MS / 1000:g} s", loads <= SLOWEST_LOAD_MS, f"{loads:.0f} ms at most"),
        Check(f"the slowest of a hundred takes at most {WIDEST_SPREAD:g} times the usual", not spread,
              ", ".join(spread) or "all"),
    )


def profile_recorded(stages: Sequence[Stage], store: RunStore, *, runs: int = 5,
                     about: dict[str, Any] | None = None) -> Steps[Run]:
    """Measure all stages one after the other, as a run."""
    with store.begin("profile", "inference", {"runs": runs, **(about or {})}, system_every_s=2.0) as writer:
        measured = []
        for at, stage in enumerate(stages):
            yield Progress("profile", at, len(stages), "stages", f"Measuring {stage.name}")
            measured.append(measure(stage, runs=runs))
        rows = [asdict(one) for one in measured]
        writer.table("stages", list(rows[0]) if rows else ["stage"], [list(row.values()) for row in rows])
        checks = checklist(measured)
        writer.table("ready for production", ["wanted", "passed", "measured"],
                     [[one.name, one.passed, one.said] for one in checks])
        writer.summarise({"ready": all(one.passed for one in checks)} | {
            f"{one.stage} ({one.device}, batch {one.batch}) p50 ms": one.p50_ms for one in measured if not one.problem})
    return store.get(writer.run_id)
