# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's player on the real engine, on the null output at eight times its pace: no sound device is used."""

from __future__ import annotations

import dataclasses
import os
import signal
import wave

import numpy as np
import pytest

from podmix.playback.client import PlaybackClient
from podmix.ui.player import Player
from podmix.ui.playing import engine_options
from tests.ui.fake_verbs import FakeVerbs

RATE = 8_000
PATIENCE_MS = 30_000


def noise(path, seconds):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.random.default_rng(0).integers(-9000, 9000, round(seconds * RATE)).astype("<i2").tobytes())
    return path


@pytest.fixture
def verbs():
    return FakeVerbs()


@pytest.fixture
def client(verbs):
    return PlaybackClient(dataclasses.replace(engine_options(verbs.setting, null_audio=True), null_pace=8.0))


@pytest.fixture
def player(qapp, verbs, client):
    made = Player(client, verbs.setting)
    made.start()
    yield made
    made.close()


def test_the_queue_goes_on_by_itself_and_the_window_follows(qtbot, tmp_path, verbs, player):
    rows = [dataclasses.replace(verbs.episodes(show)[0], audio=noise(tmp_path / f"{show}.wav", seconds),
                                duration=seconds, position=position)
            for show, seconds, position in ((1, 4.0, 0.0), (2, 5.0, 3.0), (3, 3.0, 0.0))]
    heard, left, ends = [], [], []
    player.now_changed.connect(lambda now: heard.append(now.episode_id))
    player.left_off.connect(lambda now, position: left.append((now.episode_id, position)))
    player.ended.connect(lambda now: ends.append(now.episode_id))
    player.enqueue(rows[1])
    player.enqueue(rows[2])
    player.play_episode(rows[0])
    qtbot.waitUntil(lambda: player.now.episode_id == rows[1].episode_id, timeout=PATIENCE_MS)
    assert player.position >= 3.0
    assert [row.episode_id for row in player.queue] == [rows[2].episode_id]
    player.pause()
    player.seek(1.0)  # before the place where the engine began it
    player.toggle()
    qtbot.waitUntil(lambda: player.now.episode_id == rows[1].episode_id and 1.0 < player.position < 3.0,
                    timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(ends), timeout=PATIENCE_MS)
    assert list(dict.fromkeys(heard)) == [row.episode_id for row in rows]
    assert ends == [rows[2].episode_id]
    assert left[0] == (rows[0].episode_id, 4.0)
    assert left[-1] == (rows[2].episode_id, pytest.approx(3.0, abs=0.05))
    assert not player.playing


def test_an_engine_that_dies_costs_a_word_and_nothing_else(qtbot, tmp_path, verbs, client, player):
    row = dataclasses.replace(verbs.episodes(1)[0], audio=noise(tmp_path / "long.wav", 300.0), duration=300.0)
    said, problems = [], []
    player.notice.connect(said.append)
    player.problem.connect(problems.append)
    player.play_episode(row, start=20.0)
    qtbot.waitUntil(lambda: player.position > 21.0, timeout=PATIENCE_MS)
    stood = player.position
    assert client.engine_pid
    os.kill(client.engine_pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: bool(said) and player.position > stood + 1.0, timeout=PATIENCE_MS)
    assert said == ["The sound engine stopped and was started again. Nothing was lost."]
    assert problems == []
    assert player.playing
