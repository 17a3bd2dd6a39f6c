# SPDX-License-Identifier: GPL-3.0-or-later
"""Two-deck playback while everything else runs: ``python tests/bench/load_run.py [--minutes 30] [--out report.json]``.

A mix of sine clips on two decks, each overlapping the next for nearly half its length in linear crossfades, equalisers
at work, is played through a private PulseAudio null sink and recorded from its monitor. Meanwhile a transcription and
an analysis run at the niceness of the program's workers, and the real window scrolls on a virtual screen. The sine
stays one sine throughout, so that every frame that is lost, added or wrong shows.

Prints a table; exit 1 where a limit is broken: no underruns, no glitches, drift under 1 ms. ``--out`` also keeps what
the front end was told, a line for each second.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - run as a script

from podmix.audio.mixing.types import Clip, Lane, Program  # noqa: E402 - run as a script
from podmix.playback.client import PlaybackClient  # noqa: E402 - run as a script
from podmix.playback.protocol import EngineOptions, EngineRestarted, Mix, PlaybackState  # noqa: E402 - run as a script
from tests.audio.formats import write  # noqa: E402 - run as a script
from tests.bench.costs import cpu_s, machine_load, memory_mb  # noqa: E402 - run as a script
from tests.e2e.listening import fillers_of  # noqa: E402 - run as a script
from tests.e2e.pulse_server import NullSink, running_server  # noqa: E402 - run as a script
from tests.e2e.sine import PERIOD, RATE, sine  # noqa: E402 - run as a script

CLIP_S, OVERLAP_S = 60.0, 28.0
FORMATS = ("wav", "flac", "mp3-cbr", "opus")
NEARLY_FLAT = Lane(((0.0, 0.999),))  # exactly 1 would leave the isolator out
LOADS = ("transcribe", "analyse", "scroll")
SLEEPER = "sleep"  # shows what the machine does to a process that wants nothing
LOAD_PATIENCE_S = 120.0
MOST_DRIFT_MS = 1.0


@dataclass
class Seen:
    """What the front end saw: ``states`` are (arrival, mix second) while playing."""

    states: list[tuple[float, float]] = field(default_factory=list)
    underruns: int = 0
    restarts: int = 0
    errors: set[str] = field(default_factory=set)
    cpu_s: float = 0.0
    played_s: float = 0.0
    pss_mb: float = 0.0
    rss_mb: float = 0.0
    loads: list[float] = field(default_factory=list)
    timeline: list[str] = field(default_factory=list)  # a state each second, for whoever looks for a cause


def two_decks(minutes: float, folder: Path) -> Program:
    """Sine clips in turn on two decks; phases fit, and the linear fades of each crossfade add up to one."""
    tone = sine(round((CLIP_S + 8) * RATE)).astype(np.float32) / 32768
    files = [str(write(name, tone, RATE, folder / f"sine-{name}")) for name in FORMATS]
    total = minutes * 60
    clips: list[Clip] = []
    begin, last = 0.0, False
    while not last:
        number = len(clips)
        source = (number * 7919 % 3000) * PERIOD / RATE  # whole periods, up to 6.25 s
        end, last = min(begin + CLIP_S, total), begin + CLIP_S >= total
        gain = [(begin, 0.0), (begin + OVERLAP_S, 1.0)] if number else []
        gain += [(end, 1.0)] if last else [(end - OVERLAP_S, 1.0), (end, 0.0)]
        clips.append(Clip(files[number % len(files)], number % 2, ((begin, source), (end, source + end - begin)),
                          gain=Lane(tuple(gain)), low=NEARLY_FLAT, mid=NEARLY_FLAT, high=NEARLY_FLAT))
        begin += CLIP_S - OVERLAP_S
    return Program(tuple(clips), RATE, total)


class Loads:
    """The busy processes."""

    def __init__(self, folder: Path, display: str | None, kinds: tuple[str, ...]) -> None:
        self._files = {kind: folder / f"{kind}.said" for kind in kinds}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for kind in kinds:
            environment = dict(os.environ)
            if kind == "scroll":
                environment |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"} if display else {
                    "QT_QPA_PLATFORM": "offscreen"}
            with self._files[kind].open("wb") as said:
                self._processes[kind] = subprocess.Popen(
                    [sys.executable, str(Path(__file__).with_name("load_work.py")), kind], stdin=subprocess.PIPE,
                    stdout=said, env=environment)

    def wait(self) -> None:
        """Until all are really at work."""
        deadline = time.monotonic() + LOAD_PATIENCE_S
        while any(not path.stat().st_size for path in self._files.values()):
            if time.monotonic() > deadline or any(p.poll() is not None for p in self._processes.values()):
                raise SystemExit("a load did not start")
            time.sleep(0.1)

    def amounts(self) -> dict[str, float]:
        lines = [path.read_text().splitlines() for path in self._files.values()]
        return {said[-1].split()[0]: float(said[-1].split()[1]) for said in lines if said}

    def dead(self) -> list[str]:
        return [kind for kind, process in self._processes.items() if process.poll() is not None]

    def close(self) -> None:
        for process in self._processes.values():
            assert process.stdin is not None
            process.stdin.close()
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def screen() -> Iterator[str | None]:
    """A virtual screen's ``DISPLAY``; None where Xvfb is not installed."""
    if not shutil.which("Xvfb"):
        yield None
        return
    server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


@contextlib.contextmanager
def recording(sink: NullSink) -> Iterator[list[dict[str, Any]]]:
    """Yields a list that holds the listener's report after the block."""
    reports: list[dict[str, Any]] = []
    recorder = subprocess.Popen(sink.recorder(), env=sink.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)
    listener = subprocess.Popen([sys.executable, str(Path(__file__).with_name("load_listener.py"))],
                                stdin=recorder.stdout, stdout=subprocess.PIPE)
    assert recorder.stdout is not None
    recorder.stdout.close()
    try:
        sink.wait_for_recorder(recorder.pid)
        yield reports
    finally:
        recorder.terminate()
        recorder.wait()
        said, _ = listener.communicate(timeout=60)
        reports.append(json.loads(said))


def play(client: PlaybackClient, mix: Mix, loads: Loads) -> Seen:
    """Play the mix to its end."""
    seen = Seen()
    for deck in (0, 1):
        client.set_deck(deck, low=1.0, mid=1.0, high=1.0)
    client.load_mix(mix)
    while not (client.state.device and client.state.path == mix.path and client.state.buffered_s >= 0):
        client.poll(0.1)
    time.sleep(1.0)
    assert client.engine_pid is not None
    pids = [client.engine_pid, *fillers_of(client)]
    before, began, sampled = sum(map(cpu_s, pids)), time.monotonic(), time.monotonic()
    deadline = began + mix.program.duration_s * 1.5 + 60
    client.play()
    while not client.state.ended and time.monotonic() < deadline:
        for event in client.poll(1.0):
            _note(seen, event, time.monotonic())
        if time.monotonic() - sampled >= 5.0:
            sampled = time.monotonic()
            seen.loads.append(os.getloadavg()[0])
            with contextlib.suppress(OSError):  # one of them has died: that shows elsewhere
                seen.cpu_s, seen.played_s = sum(map(cpu_s, pids)) - before, sampled - began
                memory = [memory_mb(pid) for pid in pids]
                seen.pss_mb = max(seen.pss_mb, sum(pss for pss, _ in memory))
                seen.rss_mb = max(seen.rss_mb, sum(rss for _, rss in memory))
            if dead := loads.dead():
                raise SystemExit(f"a load ended: {dead}")
    time.sleep(1.0)
    return seen


def _note(seen: Seen, event: object, now: float) -> None:
    if isinstance(event, EngineRestarted):
        seen.restarts += 1
    elif isinstance(event, PlaybackState):
        if event.error:
            seen.errors.add(event.error)
        if len(seen.timeline) <= event.position_s or event.underruns > seen.underruns:
            rings = " ".join(f"{deck.deck}:{deck.position_s:.2f}" for deck in event.decks)
            seen.timeline.append(f"{now:.2f} at {event.position_s:.2f} underruns {event.underruns} decks {rings}"
                                 f" peak {event.peak:.3f} load {os.getloadavg()[0]:.1f}")
        seen.underruns = max(seen.underruns, event.underruns)
        if event.playing:
            seen.states.append((now, event.position_s))


def position_errors_ms(states: list[tuple[float, float]], heard: dict[str, Any]) -> list[float]:
    """Reported minus heard position of each state, ms; the sine's first frame is mix second 0."""
    clock, errors = heard["clock"], []
    first = max(0, (heard["first"] or 1) - 1)
    for arrival, position in states:
        second = int(first / RATE + position)
        around = [value for value in clock[max(0, second - 15): second + 15] if value != float("inf")]
        played = arrival - min(around) - first / RATE
        if 0.5 < played < len(clock):
            errors.append(1000 * (position - played))
    return errors


def summary(mix: Mix, seen: Seen, heard: dict[str, Any], amounts: dict[str, float]) -> dict[str, Any]:
    expected = round(mix.program.duration_s * RATE)
    # The sine's first sample is zero and its last loud one may lie some frames before the end.
    sounding = 0 if heard["first"] is None else heard["last"] - heard["first"] + 1
    lost = expected - 2 - sounding
    gaps = np.diff([arrival for arrival, _ in seen.states])
    errors = position_errors_ms(seen.states, heard)
    seconds = max(1e-9, seen.states[-1][0] - seen.states[0][0]) if seen.states else 1e-9
    clock = [value for value in heard["clock"] if value != float("inf")]
    return {
        "minutes": mix.program.duration_s / 60, "machine": machine_load(),
        "load_average": round(statistics.mean(seen.loads), 1) if seen.loads else None,
        "others": amounts, "underruns": seen.underruns, "restarts": seen.restarts, "errors": sorted(seen.errors),
        "glitches": heard["events"], "drift_ms": 1000 * lost / RATE,
        "peak": heard["peak"], "channels_differ": heard["unlike"],
        "sink_clock_wander_ms": 1000 * (max(clock[5:-5], default=0) - min(clock[5:-5], default=0)),
        "position_error_ms": {"median": _at(errors, 50), "p1": _at(errors, 1), "p99": _at(errors, 99)},
        "states_per_s": len(seen.states) / seconds, "longest_gap_ms": 1000 * float(gaps.max(initial=0.0)),
        "cpu_percent": 100 * seen.cpu_s / seen.played_s if seen.played_s else None,
        "pss_mb": seen.pss_mb, "rss_mb": seen.rss_mb, "timeline": seen.timeline, "events": heard["breaks"]}


def _at(values: list[float], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if values else None


def broken_limits(found: dict[str, Any]) -> list[str]:
    limits = {"underruns": found["underruns"] == 0, "glitches": found["glitches"] == 0,
              "drift": abs(found["drift_ms"]) < MOST_DRIFT_MS, "engine restarts": found["restarts"] == 0,
              "sound": found["peak"] > 0.4}
    return [name for name, kept in limits.items() if not kept]


def table(found: dict[str, Any]) -> str:
    def shown(value: object) -> str:
        if isinstance(value, float):
            return f"{value:.2f}"
        if isinstance(value, dict):
            return ", ".join(f"{name} {shown(inner)}" for name, inner in value.items())
        return str(value)

    return "\n".join(f"{name.replace('_', ' '):<22} {shown(value)}" for name, value in found.items()
                     if not isinstance(value, list) or len(value) <= 20)


def run(minutes: float, *, loaded: bool) -> dict[str, Any]:
    with contextlib.ExitStack() as open_things:
        folder = Path(open_things.enter_context(tempfile.TemporaryDirectory()))
        display = open_things.enter_context(screen())
        server = open_things.enter_context(running_server())
        sink = server.add_sink()
        mix = Mix("load.mix", two_decks(minutes, folder))
        loads = Loads(folder, display, (*(LOADS if loaded else ()), SLEEPER))
        open_things.callback(loads.close)
        loads.wait()
        os.environ.update(server.environment)
        with recording(sink) as reports, PlaybackClient(EngineOptions()) as client:
            seen = play(client, mix, loads)
        return summary(mix, seen, reports[0], loads.amounts())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--idle", action="store_true", help="without the other work, to compare")
    chosen = parser.parse_args()
    found = run(chosen.minutes, loaded=not chosen.idle)
    broken = broken_limits(found)
    print(table(found))
    print(f"{'limits':<22} {'broken: ' + ', '.join(broken) if broken else 'kept'}")
    if chosen.out is not None:
        chosen.out.write_text(json.dumps(found | {"broken": broken}, indent=1) + "\n")
    return int(bool(broken))


if __name__ == "__main__":
    raise SystemExit(main())
