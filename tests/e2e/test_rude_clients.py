# SPDX-License-Identifier: GPL-3.0-or-later
"""Front ends that behave badly, against a real engine process on its null output."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions, EngineRestarted, Item
from tests.e2e.listening import Recording, noise_file, runs_of, wait_for
from tests.e2e.sine import RATE, breaks, sine_file

pytestmark = pytest.mark.timeout(120)

PATIENCE_S = 30.0


def recorded(path: Path) -> Recording:
    return np.fromfile(path, "<f4").reshape(-1, 2).astype(np.float64)


def test_ten_thousand_commands_at_once_are_obeyed_in_order(tmp_path: Path) -> None:
    path = sine_file(tmp_path / "a.wav", 60.0)
    with PlaybackClient(EngineOptions(null_audio=True)) as client:
        client.load(path, play=True)
        wait_for(client, lambda state: state.position_s > 0.2)
        process = client.engine_pid
        begun = time.monotonic()
        for number in range(2000):
            client.set_volume(number % 100 / 100)
            client.seek(number % 50)
            client.set_deck(number % 4, low=number % 3 / 2)
            client.queue([Item(path, number % 7)])
            client.pause() if number % 2 else client.play()
        sent_s = time.monotonic() - begun
        client.set_volume(0.25)
        client.seek(33.0)
        client.play()
        events = []
        while not (client.state.volume == 0.25 and client.state.position_s > 33.2 and client.state.playing):
            events += client.poll(0.1)
            assert time.monotonic() - begun < PATIENCE_S, client.state
        assert not any(isinstance(event, EngineRestarted) for event in events)
        assert client.engine_pid == process
        assert client.state.queue_left == 1
        assert sent_s < PATIENCE_S


def test_two_clients_at_once_do_not_hear_each_other(tmp_path: Path) -> None:
    sounds, records = [], []
    clients = []
    for number in range(2):
        sounds.append(noise_file(tmp_path / f"{number}.wav", 6.0, seed=number))
        records.append(tmp_path / f"{number}.f32")
        clients.append(PlaybackClient(EngineOptions(null_audio=True, null_pace=0, record=str(records[-1]))))
    with clients[0], clients[1]:
        for number, client in enumerate(clients):
            client.load(str(tmp_path / f"{number}.wav"), play=True)
        for number, client in enumerate(clients):
            state = wait_for(client, lambda state: state.ended, PATIENCE_S)
            assert state.path.endswith(f"{number}.wav")
            assert state.underruns == 0
    for sound, record in zip(sounds, records, strict=True):
        (begin, end, place), = runs_of(sound, np.round(recorded(record)[:, 0] * 32768).astype("<i2"))
        assert (end - begin, place) == (len(sound), 0)


def test_a_client_that_does_not_poll_for_twenty_seconds_loses_nothing_but_old_states(tmp_path: Path) -> None:
    path = sine_file(tmp_path / "a.wav", 40.0)
    record = tmp_path / "heard.f32"
    with PlaybackClient(EngineOptions(null_audio=True, record=str(record))) as client:
        client.load(path, play=True)
        wait_for(client, lambda state: state.position_s > 0.2, PATIENCE_S)
        begun, before = time.monotonic(), client.state.position_s
        time.sleep(20.0)
        client.set_volume(1.0)
        wait_for(client, lambda state: state.position_s > before + 20.0, PATIENCE_S)  # old states come first
        late = time.monotonic() - begun - (client.state.position_s - before)
        assert abs(late) < 0.5
        assert client.state.underruns == 0
    heard = recorded(record)[:, 0]
    heard = heard[np.flatnonzero(heard)[0]: np.flatnonzero(heard)[-1]]
    assert len(heard) > 20 * RATE
    assert breaks(heard) == []
