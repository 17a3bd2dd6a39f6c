# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices that go, come back, are changed while playing, or want another rate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions
from tests.e2e.listening import listen, noise_file, runs_of, wait_for, whole
from tests.e2e.pulse_server import NullSink, PulseServer
from tests.e2e.sine import RATE, sine_file

pytestmark = [pytest.mark.sound, pytest.mark.xdist_group("sound"), pytest.mark.timeout(120)]


Losing = Callable[[PulseServer, NullSink], Callable[[], NullSink]]


def unplug(server: PulseServer, sink: NullSink) -> Callable[[], NullSink]:
    server.remove_sink(sink)
    return lambda: server.add_sink(sink.name)


def crash(server: PulseServer, sink: NullSink) -> Callable[[], NullSink]:
    server.kill()

    def start() -> NullSink:
        server.start()
        return server.add_sink(sink.name)

    return start


@pytest.mark.parametrize("lose", [unplug, crash])
def test_a_lost_device_is_said_and_sound_comes_back_with_it_at_the_right_place(
        own_server: PulseServer, tmp_path: Path, lose: Losing) -> None:
    sound = noise_file(tmp_path / "a.wav", 60.0)
    sink = own_server.add_sink()
    with PlaybackClient(EngineOptions()) as client:
        client.load(str(tmp_path / "a.wav"), play=True)
        before = wait_for(client, lambda state: bool(state.device) and state.position_s > 1.0)
        bring_back = lose(own_server, sink)
        gone = wait_for(client, lambda state: not state.device)
        assert gone.playing
        assert "silent" in gone.error or "device" in gone.error
        assert gone.position_s - before.position_s < 1.5
        moving = wait_for(client, lambda state: state.position_s > gone.position_s + 1.0)
        assert moving.device == ""
        with bring_back().record() as taken:
            wait_for(client, lambda state: bool(state.device))
            wait_for(client, lambda state: not state.error and state.position_s > moving.position_s + 1.5)
            client.pause()
            wait_for(client, lambda state: not state.playing)
            listen(client, 0.4)
            held = client.state.position_s
    begin, end, place = runs_of(sound, whole(taken[0]))[-1]
    assert end - begin > RATE // 4
    assert held == pytest.approx((place + end - begin) / RATE, abs=0.03)


def test_another_device_takes_over_while_playing(own_server: PulseServer, tmp_path: Path) -> None:
    sound = noise_file(tmp_path / "a.wav", 30.0)
    first, second = own_server.add_sink("speakers"), own_server.add_sink("headphones")
    with PlaybackClient(EngineOptions(device="speakers")) as client:
        wait_for(client, lambda state: bool(state.device))
        assert {"speakers", "headphones"} <= {device.name for device in client.devices()}
        with first.record() as on_first, second.record() as on_second:
            client.load(str(tmp_path / "a.wav"), play=True)
            state = wait_for(client, lambda state: state.position_s > 1.0)
            assert state.device == "speakers"
            client.set_device("headphones")
            wait_for(client, lambda state: state.device == "headphones" and state.position_s > 2.5)
            client.set_device("speakers")
            wait_for(client, lambda state: state.device == "speakers" and state.position_s > 4.0)
        assert client.state.error == ""
        assert client.state.underruns == 0
    before, after = runs_of(sound, whole(on_first[0]))
    (between,) = runs_of(sound, whole(on_second[0]))
    for (begin, end, place), (_, _, then) in ((before, between), (between, after)):
        assert 0 <= then - (place + end - begin) < 0.4 * RATE  # at most what the old device still held is left out
        assert end - begin > RATE // 2


STAND_IN = '''
import time

class PortAudioError(Exception):
    pass

class Default:
    device = (0, 0)

default = Default()

def query_devices(index=None, kind=None):
    info = {"name": "old card", "max_output_channels": 2, "default_samplerate": 44100.0}
    return [info] if index is None and kind is None else info

def check_output_settings(device=None, channels=None, dtype=None, samplerate=None):
    if samplerate != 44100:
        raise PortAudioError("Invalid sample rate", -9997)

class OutputStream:
    latency, device = 0.2, 0

    def __init__(self, samplerate, **rest):
        assert samplerate == 44100
        self._file = open(__file__ + ".raw", "wb")
        self._due = 0.0

    def start(self):
        self._due = time.monotonic()

    def write(self, block):
        self._file.write(block.tobytes())
        self._file.flush()
        self._due += len(block) / 44100
        time.sleep(max(0.0, self._due - time.monotonic()))
        return False

    def abort(self):
        pass

    def close(self):
        self._file.close()
'''


def test_a_device_that_refuses_the_rate_gets_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stand").mkdir()
    (tmp_path / "stand" / "sounddevice.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(tmp_path / "stand")  # the engine's process inherits it
    path = sine_file(tmp_path / "a.wav", 2.0)
    with PlaybackClient(EngineOptions()) as client:
        client.load(path, play=True)
        state = wait_for(client, lambda state: state.ended)
        assert (state.device, state.error) == ("old card", "")
    heard = np.fromfile(tmp_path / "stand" / "sounddevice.py.raw", "<f4").reshape(-1, 2)[:, 0]
    loud = np.flatnonzero(np.abs(heard) > 0.01)
    heard = heard[loud[0]: loud[-1] + 1]
    assert len(heard) == pytest.approx(2.0 * 44_100, abs=20)
    steps = np.arange(1000, len(heard) - 1000)
    wanted = 0.5 * np.sin(2 * np.pi * 480 * steps / 44_100 + np.angle(np.exp(-2j * np.pi * 480 * steps / 44_100)
                                                                      @ heard[steps]) + np.pi / 2)
    assert np.abs(heard[steps] - wanted).max() < 1e-3
