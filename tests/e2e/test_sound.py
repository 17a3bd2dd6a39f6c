# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real sound server gets: recorded from the monitor of a PulseAudio null sink."""

from __future__ import annotations

import itertools
import os
import signal
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions, EngineRestarted, Item, PlaybackState

if TYPE_CHECKING:
    from tests.e2e.conftest import NullSink

pytestmark = [pytest.mark.sound, pytest.mark.xdist_group("sound"), pytest.mark.timeout(90)]

RATE = 48_000
PERIOD = 100  # frames: 480 Hz


def sine_file(path: Path, seconds: float, *, start_frame: int = 0) -> str:
    n = np.arange(start_frame, start_frame + round(seconds * RATE))
    samples = np.round(0.5 * np.sin(2 * np.pi * n / PERIOD) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.repeat(samples[:, None], 2, axis=1).tobytes())
    return str(path)


def sounding(recording: NDArray[np.float64]) -> NDArray[np.float64]:
    """The left channel from the first to the last loud sample."""
    loud = np.flatnonzero(np.abs(recording[:, 0]) > 0.01)
    assert loud.size, "nothing was recorded"
    return recording[loud[0]: loud[-1] + 1, 0]


def breaks(signal_: NDArray[np.float64]) -> list[int]:
    """Places where a sine of 100 frames is broken; those less than 2000 frames apart are one event."""
    inner = signal_[2000:-2000]
    wrong = np.flatnonzero(np.abs(inner[PERIOD:] - inner[:-PERIOD]) > 300 / 32768)
    if not wrong.size:
        return []
    return [int(wrong[0]), *(int(b) for a, b in itertools.pairwise(wrong) if b - a >= 2000)]


def wait_for(client: PlaybackClient, holds: Callable[[PlaybackState], bool], timeout_s: float = 20.0) -> PlaybackState:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        client.poll(0.1)
        if holds(client.state):
            return client.state
    raise AssertionError(f"did not happen: {client.state}")


@pytest.fixture
def client(null_sink: NullSink) -> object:
    with PlaybackClient(EngineOptions()) as client:
        yield client


def test_a_sine_is_unbroken_and_joins_its_continuation_without_a_gap(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    first = sine_file(tmp_path / "a.wav", 2.513)
    second = sine_file(tmp_path / "b.wav", 2.0, start_frame=round(2.513 * RATE))
    with null_sink.record() as taken:
        client.load(first)
        client.queue([Item(second)])
        wait_for(client, lambda state: state.path == first and bool(state.device))
        client.play()
        state = wait_for(client, lambda state: state.ended)
        time.sleep(0.3)
    heard = sounding(taken[0])
    assert state.underruns == 0
    assert state.error == ""
    assert breaks(heard) == []
    assert len(heard) == pytest.approx(4.513 * RATE, abs=60)
    assert np.abs(heard).max() < 0.51


def test_pause_is_heard_within_the_device_buffer_and_positions_follow_the_ear(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    path = sine_file(tmp_path / "a.wav", 20.0)
    with null_sink.record() as taken:
        client.load(path)
        wait_for(client, lambda state: bool(state.device) and state.path == path)
        client.play()
        state = wait_for(client, lambda state: state.position_s > 1.0)
        client.pause()
        paused_at = state.position_s
        state = wait_for(client, lambda state: not state.playing)
        time.sleep(0.5)
        client.poll()
    heard = sounding(taken[0])
    assert breaks(heard) == []
    # What was heard ends where the state says, and soon after the key.
    assert len(heard) / RATE == pytest.approx(client.state.position_s, abs=0.02)
    assert client.state.position_s - paused_at < 0.45


def test_the_engine_comes_back_where_it_was_heard(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    path = sine_file(tmp_path / "a.wav", 30.0)
    client.load(path, start_s=5.0, play=True)
    before = wait_for(client, lambda state: state.position_s > 6.0)
    assert client.engine_pid is not None
    os.kill(client.engine_pid, signal.SIGKILL)
    killed = time.monotonic()
    events: list[object] = []
    while not any(isinstance(event, EngineRestarted) for event in events):
        events += client.poll(0.1)
        assert time.monotonic() < killed + 5
    after = wait_for(client, lambda state: state.playing and state.position_s > before.position_s)
    assert after.position_s - before.position_s < 1.0
    assert after.device
    assert time.monotonic() - killed < 5.0  # 1 s on a quiet machine


def test_the_device_goes_and_comes_back(null_sink: NullSink, tmp_path: Path) -> None:
    path = sine_file(tmp_path / "a.wav", 60.0)
    with PlaybackClient(EngineOptions(device="no such device")) as client:
        client.load(path, play=True)
        state = wait_for(client, lambda state: state.position_s > 0.3)
        assert state.device == ""
        assert "no such device" in state.error
        names = [device.name for device in client.devices()]
        assert names
        client.set_device("")
        state = wait_for(client, lambda state: bool(state.device))
        assert state.error == ""
