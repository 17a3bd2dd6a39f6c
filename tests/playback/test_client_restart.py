# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client remembers of an engine that is gone, without any process."""

from __future__ import annotations

from typing import Any

import pytest

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import PlaybackState, SleepTimer


class Pipe:
    """The front end's end of a pipe, as far as it is used."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, message: Any) -> None:
        self.sent.append(message)

    def close(self) -> None:
        pass


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> PlaybackClient:
    client = PlaybackClient()
    monkeypatch.setattr(client, "start", lambda: setattr(client, "_connection", Pipe()))
    client.start()
    return client


def test_closing_while_another_thread_polls_starts_nothing(client: PlaybackClient) -> None:
    class Closed(Pipe):
        def poll(self, timeout_s: float) -> bool:
            client._connection = None  # ``close`` in another thread
            raise EOFError

    client._connection = Closed()  # type: ignore[assignment]
    assert client.poll() == []
    assert client._connection is None


def test_the_sleep_timer_outlives_the_engine(client: PlaybackClient) -> None:
    client.sleep_timer(60.0, 5.0)
    client._noted(PlaybackState(sleep_left_s=40.0, serial=1))
    client._restart()
    assert [command for _, command in client._connection.sent] == [SleepTimer(40.0, 5.0)]  # type: ignore[union-attr]


def test_a_sleep_timer_that_was_switched_off_stays_off(client: PlaybackClient) -> None:
    client.sleep_timer(60.0)
    client.sleep_timer(None)
    client._restart()
    assert client._connection.sent == []  # type: ignore[union-attr]


def test_states_of_an_engine_started_again_with_nothing_loaded_are_shown(client: PlaybackClient) -> None:
    client.stop()
    client._restart()
    client._noted(PlaybackState(device="Speakers"))
    assert client.state.device == "Speakers"
