# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon the engine obeys, and what it costs: ``python tests/bench/bench_engine.py [--rounds 10] [--json FILE]``.

- *edge*: from a command to the first sample that obeys it being handed to the output (real-time null output, whose
  record grows block by block).
- *heard*: the same through a sound server: a PulseAudio null sink of our own, recorded from its monitor; the device
  buffer of some 240 ms and the recorder's 20 ms are in it.
- swipe to a warmed preview, the engine killed and back, the start, CPU and memory with two decks at work.

Each line: median and worst of the rounds, its limit, and the ratio of the median to it. Exit 1 where a median is over.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - run as a script
from numpy.typing import NDArray  # noqa: E402 - run as a script

from podmix.audio.mixing.types import Clip, Echo, Lane, Program  # noqa: E402 - run as a script
from podmix.playback.client import PlaybackClient  # noqa: E402 - run as a script
from podmix.playback.protocol import EngineOptions, EngineRestarted, Item, Mix  # noqa: E402 - run as a script
from tests.audio.formats import write  # noqa: E402 - run as a script
from tests.bench.costs import cpu_s, machine_load, memory_mb  # noqa: E402 - run as a script
from tests.e2e.listening import fillers_of, listen, wait_for  # noqa: E402 - run as a script
from tests.e2e.pulse_server import NoPulseAudioError, NullSink, running_server  # noqa: E402 - run as a script
from tests.e2e.sine import PERIOD, RATE, sine, write_wave  # noqa: E402 - run as a script

EDGE_MS, HEARD_MS, SWIPE_MS, BACK_MS = 60.0, 250.0, 150.0, 1000.0
CPU_PERCENT, MEMORY_MB = 12.0, 200.0
SETTLED_S = 0.7  # between two commands
MIX_S = 60.0
CHANGED = 0.01  # of full scale: the sine is not what it was a period ago


@dataclass
class Line:
    """One measure; ``values`` in ``unit``."""

    name: str
    unit: str
    limit: float | None
    values: list[float] = field(default_factory=list)

    def shown(self) -> str:
        if not self.values:
            return f"{self.name:<44} not measured"
        median, worst = statistics.median(self.values), max(self.values)
        text = f"{self.name:<44} {median:8.1f} {self.unit:<3} worst {worst:8.1f}, n {len(self.values)}"
        return text if self.limit is None else f"{text}, limit {self.limit:.0f}, ratio {median / self.limit:.2f}"

    @property
    def over(self) -> bool:
        return bool(self.values) and self.limit is not None and statistics.median(self.values) > self.limit


class Listener:
    """Samples of the left channel as they come, each with the time it was played, from a pipe or a growing file.

    The least late piece of all tells the clock: frame ``f`` was played ``f / RATE`` after frame 0.
    """

    def __init__(self, sample_bytes: int) -> None:
        self._frame_bytes, self._kind = 2 * sample_bytes, "<i2" if sample_bytes == 2 else "<f4"
        self._pieces: list[NDArray[np.float32]] = []
        self._frames, self._rest = 0, b""
        self._clock = float("inf")
        self._arrivals: list[tuple[int, float]] = []  # frames there, when
        self._lock = threading.Lock()

    def take(self, raw: bytes, now: float) -> None:
        raw = self._rest + raw
        whole = len(raw) // self._frame_bytes * self._frame_bytes
        self._rest = raw[whole:]
        block = np.frombuffer(raw[:whole], self._kind).reshape(-1, 2)[:, 0].astype(np.float32)
        with self._lock:
            self._pieces.append(block / 32768 if self._kind == "<i2" else block)
            self._frames += len(block)
            self._clock = min(self._clock, now - self._frames / RATE)
            self._arrivals.append((self._frames, now))

    def all(self) -> NDArray[np.float32]:
        with self._lock:
            return np.concatenate([np.zeros(0, np.float32), *self._pieces])

    def played_at(self, frame: int) -> float:
        return self._clock + frame / RATE

    def arrived_at(self, frame: int) -> float:
        """When the piece with this frame came."""
        return next(now for frames, now in self._arrivals if frames > frame)

    def frame_at(self, moment: float) -> int:
        """The first frame of the pieces that had not come at this time."""
        return max((frames for frames, now in self._arrivals if now <= moment), default=0)


@contextlib.contextmanager
def tailing(path: Path) -> Iterator[Listener]:
    """Listen to a null output's record."""
    listener, stop = Listener(4), threading.Event()

    def run() -> None:
        while not path.exists() and not stop.is_set():
            time.sleep(0.001)
        with path.open("rb") as file:
            while not stop.wait(0.0005):
                if raw := file.read():
                    listener.take(raw, time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield listener
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def recording(sink: NullSink) -> Iterator[Listener]:
    """Listen to a sink's monitor."""
    listener = Listener(2)
    recorder = subprocess.Popen(sink.recorder(), env=sink.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)
    assert recorder.stdout is not None
    pipe = recorder.stdout.fileno()

    def run() -> None:
        while raw := os.read(pipe, 1 << 16):
            listener.take(raw, time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        sink.wait_for_recorder(recorder.pid)
        yield listener
    finally:
        recorder.terminate()
        thread.join()
        recorder.wait()
        recorder.stdout.close()


def first_change(sound: NDArray[np.float32], start: int) -> int | None:
    """The first frame from ``start`` on that differs from the one a period earlier."""
    begin = max(PERIOD, start)
    wrong = np.flatnonzero(np.abs(sound[begin:] - sound[begin - PERIOD: -PERIOD]) > CHANGED)
    return begin + int(wrong[0]) if wrong.size else None


def gaps(sound: NDArray[np.float32]) -> list[tuple[int, int]]:
    """First frame and the one after the last of each silence of 5 ms or more between sounds."""
    loud = np.flatnonzero(np.abs(sound) > CHANGED)
    places = np.flatnonzero(np.diff(loud) > RATE // 200)
    return [(int(loud[place]) + 1, int(loud[place + 1])) for place in places]


Command = tuple[str, Callable[[PlaybackClient], object], Callable[[PlaybackClient], object]]


def commands(folder: Path) -> list[Command]:
    """What is measured, what leads to it (while the other thing sounds): the loud file's later half is softer."""
    loud, soft = sine(20 * RATE), sine(20 * RATE, level=0.2)
    path = write_wave(folder / "steps.wav", np.concatenate([loud, soft]))
    other = write_wave(folder / "other.wav", soft)

    def begin(client: PlaybackClient) -> None:
        client.set_deck(0, gain=1.0)
        client.load(path)
        client.queue([Item(other)])
        client.play()

    def paused(client: PlaybackClient) -> None:
        begin(client)
        wait_for(client, lambda state: state.playing and state.position_s > 0.3)
        client.pause()

    def warmed(client: PlaybackClient) -> None:
        begin(client)
        client.warm([Item(other, 3.0, 9.0, 0.03)])

    return [("play", paused, lambda client: client.play()), ("pause", begin, lambda client: client.pause()),
            ("seek", begin, lambda client: client.seek(30.0)), ("next", begin, lambda client: client.next()),
            ("deck knob", begin, lambda client: client.set_deck(0, gain=0.3)),
            ("swipe to a warmed preview", warmed, lambda client: client.load_item(Item(other, 3.0, 9.0, 0.03)))]


def reactions(client: PlaybackClient, listener: Listener, command: Command, rounds: int, *, heard: bool) -> list[float]:
    """Milliseconds from the command to the first changed sample."""
    _, lead, act = command
    found = []
    for _ in range(rounds):
        lead(client)
        wait_for(client, lambda state: state.path.endswith("steps.wav") and state.position_s > 0.3)
        listen(client, SETTLED_S)
        moment = time.monotonic()
        act(client)
        listen(client, SETTLED_S)
        # What is played later than the command; at the edge, what was handed over later.
        start = round((moment - listener.played_at(0)) * RATE) if heard else listener.frame_at(moment)
        change = first_change(listener.all(), start)
        if change is not None:
            found.append(1000 * ((listener.played_at(change) if heard else listener.arrived_at(change)) - moment))
        client.pause()
        listen(client, 0.4)
    return found


def at_the_edge(rounds: int, folder: Path) -> list[Line]:
    lines = []
    for number, command in enumerate(commands(folder)):
        record = folder / f"edge-{number}.f32"
        with tailing(record) as listener, PlaybackClient(EngineOptions(null_audio=True, record=str(record))) as client:
            wait_for(client, lambda state: state.serial >= 0)
            lines.append(Line(f"edge: {command[0]}", "ms", EDGE_MS,
                              reactions(client, listener, command, rounds, heard=False)))
        print(lines[-1].shown(), flush=True)
    return lines


def as_heard(rounds: int, folder: Path, sink: NullSink) -> list[Line]:
    lines = []
    for command in commands(folder):
        with recording(sink) as listener, PlaybackClient(EngineOptions()) as client:
            wait_for(client, lambda state: bool(state.device))
            limit = HEARD_MS + SWIPE_MS if command[0].startswith("swipe") else HEARD_MS
            lines.append(Line(f"heard: {command[0]}", "ms", limit,
                              reactions(client, listener, command, rounds, heard=True)))
        print(lines[-1].shown(), flush=True)
    return lines


def starts_and_deaths(rounds: int, folder: Path, sink: NullSink) -> list[Line]:
    path = write_wave(folder / "long.wav", sine(60 * RATE))
    start, back = Line("start to sound heard", "ms", None), Line("engine killed to sound heard", "ms", BACK_MS)
    for _ in range(rounds):
        with recording(sink) as listener:
            moment = time.monotonic()
            with PlaybackClient(EngineOptions()) as client:
                client.load(path, play=True)
                wait_for(client, lambda state: state.position_s > 0.5)
                listen(client, 0.5)  # until the recorder has what was played
                first = int(np.flatnonzero(np.abs(listener.all()) > CHANGED)[0])
                start.values.append(1000 * (listener.played_at(first) - moment))
                assert client.engine_pid is not None
                os.kill(client.engine_pid, signal.SIGKILL)
                moment = time.monotonic()
                while not any(isinstance(event, EngineRestarted) for event in client.poll(0.02)):
                    pass
                told = client.state.position_s
                wait_for(client, lambda state, told=told: state.playing and state.position_s > told + 0.3)
                listen(client, 0.3)
                died = round((moment - listener.played_at(0)) * RATE)
                silences = gaps(listener.all())
                after = next(end for _, end in silences if end > died)
                back.values.append(1000 * (listener.played_at(after) - moment))
    for line in (start, back):
        print(line.shown(), flush=True)
    return [start, back]


def busy_mix(folder: Path, *, effects: bool) -> Mix:
    """Two decks that sound all the time, both stretched, bands moving; ``effects``: filters too, and echoes on."""
    draw = np.random.default_rng(0)
    clips = []
    for deck, (name, speed) in enumerate((("mp3-cbr", 1.04), ("flac", 0.96))):
        rate = 44_100 if deck == 0 else RATE
        time_s = np.arange(round((MIX_S * 1.1 + 5) * rate)) / rate
        beat = time_s % (0.5 * speed)
        tone = sum(0.1 * np.sin(2 * np.pi * hertz * time_s) for hertz in (55, 110, 220, 330, 440 * 1.19))
        sound = tone + 0.4 * np.exp(-beat * 30) * np.sin(2 * np.pi * 60 * beat) + 0.01 * draw.normal(size=len(time_s))
        path = str(write(name, np.repeat(sound.astype(np.float32)[:, None], 2, axis=1), rate, folder / f"busy-{name}"))
        swing = tuple((float(second), 0.5 + 0.5 * (second // 8 % 2)) for second in range(0, int(MIX_S) + 8, 8))
        clips.append(Clip(path, deck, ((0.0, 1.0), (MIX_S, 1.0 + MIX_S * speed)), gain=Lane(((0.0, 0.5),)),
                          low=Lane(swing), mid=Lane(swing), high=Lane(swing), **({
                              "filter": Lane(tuple((second, value - 0.6) for second, value in swing)),
                              "echo": Echo(0.375, 0.4, Lane(((0.0, 0.1),)))} if effects else {})))
    return Mix("busy", Program(tuple(clips), RATE, MIX_S))


def costs(folder: Path, seconds: float, *, effects: bool) -> list[Line]:
    """CPU and memory while two decks sound; the first seconds, in which the rings fill, are not counted."""
    what = "two decks, equaliser, stretch" + (", filter, echo" if effects else "")
    engine, filler = Line(f"CPU of the engine, {what}", "%", CPU_PERCENT), Line("CPU of its filler", "%", None)
    both, memory = Line("CPU of both", "%", None), Line("memory of both (PSS)", "MB", MEMORY_MB)
    with PlaybackClient(EngineOptions()) as client:
        client.load_mix(busy_mix(folder, effects=effects), play=True)
        wait_for(client, lambda state: state.position_s > 8.0, 60.0)
        assert client.engine_pid is not None
        pids = [client.engine_pid, fillers_of(client)[0]]
        while client.state.position_s < min(MIX_S - 12.0, 8.0 + seconds):
            before, begun = [cpu_s(pid) for pid in pids], time.monotonic()
            listen(client, 5.0)
            spent = [100 * (cpu_s(pid) - used) / (time.monotonic() - begun)
                     for pid, used in zip(pids, before, strict=True)]
            engine.values.append(spent[0])
            filler.values.append(spent[1])
            both.values.append(sum(spent))
            memory.values.append(sum(memory_mb(pid)[0] for pid in pids))
        underruns = Line("underruns meanwhile", "", None, [float(client.state.underruns)])
    for line in (engine, filler, both, memory, underruns):
        print(line.shown(), flush=True)
    return [engine, filler, both, memory, underruns]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30.0, help="of the two-deck mix to be measured")
    parser.add_argument("--only", choices=["edge", "heard", "deaths", "costs"])
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()

    def wanted(part: str) -> bool:
        return chosen.only in (None, part)

    print(f"load {machine_load()}")
    lines: list[Line] = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if wanted("edge"):
            lines += at_the_edge(chosen.rounds, folder)
        try:
            server = stack.enter_context(running_server())
        except NoPulseAudioError as problem:
            print(f"not heard: {problem}")
        else:
            sink = server.add_sink()
            os.environ.update(server.environment)
            if wanted("heard"):
                lines += as_heard(chosen.rounds, folder, sink)
            if wanted("deaths"):
                lines += starts_and_deaths(min(5, chosen.rounds), folder, sink)
            if wanted("costs"):
                lines += costs(folder, chosen.seconds, effects=False)
                lines += costs(folder, chosen.seconds, effects=True)
    print(f"load {machine_load()}")
    if chosen.json is not None:
        chosen.json.write_text(json.dumps({"machine": machine_load(), "lines": [asdict(line) for line in lines]},
                                          indent=1) + "\n")
    over = [line.name for line in lines if line.over]
    print(f"over: {', '.join(over)}" if over else "all within their limits")
    return int(bool(over))


if __name__ == "__main__":
    raise SystemExit(main())
