# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a real engine process on the null output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions, EngineRestarted, Item, PlaybackState

RATE = 48_000


@pytest.fixture
def sound(tmp_path: Path) -> str:
    """Ten seconds of mono noise at 48 kHz."""
    samples = np.random.default_rng(0).integers(-9000, 9000, 10 * RATE).astype("<i2")
    with wave.open(str(tmp_path / "noise.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return str(tmp_path / "noise.wav")


def samples_of(path: str) -> np.ndarray:
    with wave.open(path) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


def wait_for(client: PlaybackClient, holds: Callable[[PlaybackState], bool], timeout_s: float = 30.0) -> PlaybackState:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        client.poll(0.1)
        if holds(client.state):
            return client.state
    raise AssertionError(f"did not happen: {client.state}")


def test_rendered_equals_decoded_through_a_gapless_join_and_a_seek(sound: str, tmp_path: Path) -> None:
    record = tmp_path / "heard.f32"
    options = EngineOptions(null_audio=True, null_pace=0, record=str(record))
    with PlaybackClient(options) as client:
        client.load(sound, 0.0, 2.5)
        client.queue([Item(sound, 2.5, 4.0)])
        client.play()
        state = wait_for(client, lambda state: state.ended)
        assert (state.path, state.start_s, state.position_s) == (sound, 2.5, 4.0)
        assert state.duration_s == 10.0
        client.seek(3.25)
        client.play()
        wait_for(client, lambda state: state.ended and state.position_s == 4.0)
        assert state.underruns == 0
    heard = np.fromfile(record, "<f4").reshape(-1, 2)
    loud = np.flatnonzero(np.abs(heard).max(axis=1))
    heard = heard[loud[0] - (0 if samples_of(sound)[0] else 1):]
    wanted = samples_of(sound)
    assert np.array_equal(heard[: 4 * RATE], np.repeat(wanted[: 4 * RATE, None], 2, axis=1))
    rest = heard[4 * RATE:]
    rest = rest[: np.flatnonzero(np.abs(rest).max(axis=1))[-1] + 1]
    tail = wanted[round(3.25 * RATE) + 400: 4 * RATE]
    assert np.array_equal(rest[-len(tail):, 0], tail)


def test_states_come_thirty_times_a_second_and_follow_commands(sound: str) -> None:
    with PlaybackClient(EngineOptions(null_audio=True, volume=0.5)) as client:
        client.load(sound, play=True)
        wait_for(client, lambda state: state.position_s > 0.1)
        begin, count = time.monotonic(), 0
        first = client.state.position_s
        while time.monotonic() - begin < 1.0:
            count += sum(isinstance(event, PlaybackState) for event in client.poll(0.05))
        assert 12 <= count <= 40  # 30 on a quiet machine
        assert client.state.position_s - first == pytest.approx(time.monotonic() - begin, abs=0.25)
        client.seek(7.0)
        assert client.state.position_s == 7.0
        client.set_speed(2.0)
        client.set_volume(0.2)
        client.pause()
        state = wait_for(client, lambda state: not state.playing and state.speed == 2.0)
        assert 7.0 <= state.position_s < 8.0
        assert state.volume == 0.2
        client.stop()
        wait_for(client, lambda state: state.path == "")


def test_a_killed_engine_is_started_again_where_it_was_heard(sound: str) -> None:
    with PlaybackClient(EngineOptions(null_audio=True)) as client:
        client.load(sound, 1.0, play=True)
        before = wait_for(client, lambda state: state.position_s > 1.5)
        assert client.engine_pid
        os.kill(client.engine_pid, signal.SIGKILL)
        events: list[object] = []
        deadline = time.monotonic() + 10
        while not any(isinstance(event, EngineRestarted) for event in events):
            events += client.poll(0.1)
            assert time.monotonic() < deadline
        after = wait_for(client, lambda state: state.playing and state.position_s > before.position_s)
        assert after.start_s == 1.0
        assert after.position_s < before.position_s + 1.5


def test_no_device_means_a_silent_clock_and_a_sentence(sound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent")
    with PlaybackClient(EngineOptions()) as client:
        client.load(sound, play=True)
        state = wait_for(client, lambda state: state.position_s > 0.3)
        if state.device:
            pytest.skip("this machine has a sound device that cannot be hidden")
        assert "sound" in state.error
        assert state.playing


@pytest.mark.skipif(sys.platform != "linux", reason="breaks ALSA's configuration")
def test_a_sound_system_that_kills_the_engine_is_left_alone(sound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", os.devnull)  # PortAudio aborts on this
    with PlaybackClient(EngineOptions()) as client:
        client.load(sound, 2.0, play=True)
        state = wait_for(client, lambda state: state.position_s > 2.3)
        assert state.device == ""
        assert "silent" in state.error
        assert client.devices() == ()


def test_the_engine_ends_with_its_parent(sound: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(f"""
import time
from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions
if __name__ == "__main__":
    client = PlaybackClient(EngineOptions(null_audio=True))
    client.start()
    client.load({sound!r}, play=True)
    while client.state.position_s < 0.1:
        client.poll(0.1)
    print(client.engine_pid, flush=True)
    time.sleep(60)
""")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < deadline, "the engine outlived its parent"
        time.sleep(0.05)


def test_the_engine_loads_nothing_heavy() -> None:
    code = ("import sys, podmix.playback.engine, podmix.playback.client\n"
            "print([m for m in ('torch', 'scipy', 'librosa', 'av', 'sounddevice', 'PySide6') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
