# SPDX-License-Identifier: GPL-3.0-or-later
"""Any of the three processes is killed while a real sound server records."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions, EngineRestarted, Item
from podmix.playback.transport import FADE_S
from podmix.playback.trials import GIVEN_UP
from tests.e2e.listening import alive, children_of, fillers_of, listen, noise_file, runs_of, wait_for, whole
from tests.e2e.pulse_server import NullSink, until
from tests.e2e.sine import RATE, breaks, sine_file, sounding

pytestmark = [pytest.mark.sound, pytest.mark.xdist_group("sound"), pytest.mark.timeout(120)]

BACK_S = 5.0  # on a busy machine; 1 s is what bench_engine.py measures on a quiet one


@pytest.fixture
def client(null_sink: NullSink) -> Iterator[PlaybackClient]:
    with PlaybackClient(EngineOptions()) as client:
        yield client


def test_after_the_engine_is_killed_sound_goes_on_where_it_was_heard(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    sound = noise_file(tmp_path / "a.wav", 30.0)
    with null_sink.record() as taken:
        client.load(str(tmp_path / "a.wav"), at=5.0, play=True)
        wait_for(client, lambda state: state.position_s > 6.0)
        assert client.engine_pid is not None
        os.kill(client.engine_pid, signal.SIGKILL)
        events: list[object] = []
        killed = time.monotonic()
        while not any(isinstance(event, EngineRestarted) for event in events):
            events += client.poll(0.1)
            assert time.monotonic() < killed + BACK_S
        told = next(event.position_s for event in events if isinstance(event, EngineRestarted))
        wait_for(client, lambda state: state.playing and state.position_s > told + 0.5)
        client.pause()
        wait_for(client, lambda state: not state.playing)
        listen(client, 0.4)
    heard = whole(taken[0])
    runs = runs_of(sound, heard)
    gap = max(range(1, len(runs)), key=lambda k: runs[k][0] - runs[k - 1][1])
    (begin, end, place), (begun, _, after) = runs[gap - 1], runs[gap]
    last = place + end - begin  # frames of the file
    assert (begun - end) / RATE < BACK_S
    assert 0 <= after - round(told * RATE) <= round(FADE_S * RATE)
    assert abs(after - last) / RATE < 0.25  # nothing is left out, at most a moment is heard twice
    begin, end, place = runs[-1]
    assert client.state.position_s == pytest.approx((place + end - begin) / RATE, abs=0.03)
    assert client.state.device


def test_after_the_filler_is_killed_not_a_frame_is_missing(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    path, then = sine_file(tmp_path / "a.wav", 9.0), sine_file(tmp_path / "b.wav", 4.0)  # longer than the rings
    with null_sink.record() as taken:
        client.load(path)
        client.queue([Item(then)])
        wait_for(client, lambda state: bool(state.device) and state.buffered_s > 1.0)
        client.play()
        killed: set[int] = set()
        for at in (0.5, 3.0, 7.0):
            wait_for(client, lambda state, at=at: state.position_s > at)
            new = set(until_some(client)) - killed
            assert len(new) == 1, "the filler is back"
            os.kill(next(iter(new)), signal.SIGKILL)
            killed |= new
        state = wait_for(client, lambda state: state.ended and state.path == then)
        time.sleep(0.3)
    assert state.underruns == 0
    heard = sounding(taken[0])
    assert breaks(heard) == []
    assert len(heard) == pytest.approx(13 * RATE, abs=2)


def until_some(client: PlaybackClient) -> list[int]:
    found: list[int] = []

    def some() -> bool:
        found[:] = fillers_of(client)
        return bool(found)

    until(some, "there is no filler")
    return found


HOSTILE = """
import os, sys

def watch(event, arguments):
    if event == "open" and "hostile" in str(arguments[0]):
        os._exit(9)

sys.addaudithook(watch)
"""


def test_a_file_that_kills_every_filler_is_given_up_and_the_queue_goes_on(
        null_sink: NullSink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(HOSTILE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    sine_file(tmp_path / "hostile.wav", 3.0)
    good = [sine_file(tmp_path / f"{name}.wav", 1.5) for name in "ab"]
    said = []
    with null_sink.record() as taken, PlaybackClient(EngineOptions()) as client:
        client.load(good[0])
        client.queue([Item(str(tmp_path / "hostile.wav")), Item(good[1])])
        client.play()
        deadline = time.monotonic() + 40
        while not (client.state.ended and client.state.path == good[1]):
            client.poll(0.1)
            said.append(client.state.error)
            assert time.monotonic() < deadline, client.state
        time.sleep(0.3)
    assert len(sounding(taken[0])) >= 3.0 * RATE - 2
    assert GIVEN_UP.format("hostile.wav") in said


PARENT = """
import sys, time
from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions
if __name__ == "__main__":
    client = PlaybackClient(EngineOptions())
    client.start()
    client.load(sys.argv[1], play=True)
    while client.state.position_s < 0.2:
        client.poll(0.1)
    print(client.engine_pid, client._filler.pid, client._memory.name, flush=True)
    time.sleep(60)
"""


def test_when_the_front_end_is_killed_nothing_of_it_is_left(null_sink: NullSink, tmp_path: Path) -> None:
    path = sine_file(tmp_path / "a.wav", 20.0)
    (tmp_path / "parent.py").write_text(PARENT)
    with subprocess.Popen([sys.executable, str(tmp_path / "parent.py"), path], stdout=subprocess.PIPE,
                          text=True) as parent:
        assert parent.stdout is not None
        engine, filler, memory = parent.stdout.readline().split()
        family = [*children_of(parent.pid), *children_of(int(engine))]
        assert {int(engine), int(filler)} <= set(family)
        assert Path("/dev/shm", memory.lstrip("/")).exists()
        parent.kill()
    until(lambda: not any(alive(pid) for pid in family), "a process outlived the front end")
    until(lambda: not Path("/dev/shm", memory.lstrip("/")).exists(), "the shared memory outlived the front end")
