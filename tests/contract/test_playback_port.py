# SPDX-License-Identifier: GPL-3.0-or-later
"""One suite for the real engine (on the null output, no sound device) and for the fake that the window's tests use."""

from __future__ import annotations

import inspect
import time
import wave
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import Devices, EngineOptions, Event, Item, PlaybackState
from podmix.ui.playing import PlaybackPort
from tests.ui.fake_player import FakePlayer

RATE, LENGTH_S = 16_000, 8.0
CALLS = [name for name in vars(PlaybackPort) if not name.startswith("_")]
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Eight seconds of noise."""
    path = tmp_path_factory.mktemp("sound") / "noise.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        noise = np.random.default_rng(0).integers(-9000, 9000, round(LENGTH_S * RATE))
        file.writeframes(noise.astype("<i2").tobytes())
    return str(path)


class Desk:
    """A port whose time passes by itself, as the window sees it."""

    def __init__(self, port: Any) -> None:
        self.port = port
        self.seen: list[Event] = []

    def wait(self, holds: Callable[[PlaybackState], bool]) -> PlaybackState:
        """Poll until a state holds; all events are kept in ``seen``."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if isinstance(self.port, FakePlayer):
                self.port.advance(0.05)
            events = list(self.port.poll(0.05))
            self.seen += events
            for event in events:
                if isinstance(event, PlaybackState) and holds(event):
                    return event
        raise AssertionError(f"did not happen; last: {self.seen[-1:]}")

    @property
    def states(self) -> list[PlaybackState]:
        return [event for event in self.seen if isinstance(event, PlaybackState)]


@pytest.fixture(params=["real", "fake"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    port: Any = PlaybackClient(EngineOptions(null_audio=True, null_pace=4.0)) if request.param == "real" \
        else FakePlayer(LENGTH_S)
    port.start()
    yield Desk(port)
    port.close()


def part(sound: str, start: float, end: float | None, key: str) -> Item:
    return Item(sound, start, end, key=key)


@pytest.mark.parametrize("kind", [PlaybackClient, FakePlayer])
def test_every_call_is_there_with_the_same_arguments(kind: type) -> None:
    for name in CALLS:
        wanted = list(inspect.signature(getattr(PlaybackPort, name)).parameters.values())
        found = inspect.signature(getattr(kind, name)).parameters
        for argument in wanted:
            assert argument.name in found, f"{name}({argument.name})"
            assert found[argument.name].kind == argument.kind, f"{name}({argument.name})"
            assert found[argument.name].default == argument.default, f"{name}({argument.name})"
        extra = [p for key, p in found.items() if key not in {a.name for a in wanted}]
        assert all(p.default is not p.empty for p in extra), name


def test_a_state_tells_what_was_loaded(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 2.0, 6.0, "mine"), at=3.0)
    state = desk.wait(lambda state: state.duration_s is not None)
    assert (state.path, state.key, state.start_s, state.end_s) == (sound, "mine", 2.0, 6.0)
    assert state.position_s == pytest.approx(3.0, abs=0.01)
    assert state.duration_s == pytest.approx(LENGTH_S, abs=0.01)
    assert not state.playing
    assert not state.ended


def test_it_ends_at_the_items_end_and_begins_again(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 2.0, 3.0, "a"), play=True)
    state = desk.wait(lambda state: state.ended)
    assert not state.playing
    assert state.position_s == pytest.approx(3.0, abs=0.02)
    desk.port.play()
    state = desk.wait(lambda state: not state.ended and state.playing)
    assert 2.0 <= state.position_s < 3.0


def test_the_queue_follows_by_itself(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 0.0, 1.0, "a"), play=True)
    desk.port.queue([part(sound, 4.0, 5.0, "b"), part(sound, 6.0, 7.0, "c")])
    desk.wait(lambda state: state.key == "b" and state.queue_left == 1)
    state = desk.wait(lambda state: state.ended)
    assert (state.key, state.queue_left, state.start_s) == ("c", 0, 6.0)
    assert [key for key in dict.fromkeys(state.key for state in desk.states) if key] == ["a", "b", "c"]
    assert not any(state.ended for state in desk.states if state.key != "c")


def test_what_is_warm_does_not_follow(desk: Desk, sound: str) -> None:
    desk.port.warm([part(sound, 4.0, 5.0, "b"), part(sound, 6.0, 7.0, "c")])
    desk.port.load_item(part(sound, 0.0, 1.0, "a"), play=True)
    assert desk.wait(lambda state: state.ended).key == "a"
    desk.port.load_item(part(sound, 4.0, 5.0, "b"), play=True)
    assert desk.wait(lambda state: state.ended and state.key == "b").position_s == pytest.approx(5.0, abs=0.02)


def test_the_queue_outlives_a_load_and_can_be_forgotten(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 0.0, 1.0, "a"))
    desk.port.queue([part(sound, 4.0, 5.0, "b")])
    desk.port.load_item(part(sound, 2.0, 2.5, "other"), play=True)
    desk.wait(lambda state: state.key == "b")
    desk.port.queue([part(sound, 6.0, 7.0, "c")])
    desk.port.queue([])
    assert desk.wait(lambda state: state.ended).key == "b"


def test_next_goes_on_now(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 0.0, None, "a"), play=True)
    desk.port.queue([part(sound, 4.0, 5.0, "b")])
    desk.wait(lambda state: state.playing and state.position_s > 0.1)
    desk.port.next()
    state = desk.wait(lambda state: state.key == "b")
    assert state.playing
    assert state.queue_left == 0


def test_a_seek_stays_inside_the_item(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 2.0, 6.0, "a"))
    desk.port.seek(4.5)
    desk.wait(lambda state: abs(state.position_s - 4.5) < 0.01)
    desk.port.seek(0.0)
    assert desk.wait(lambda state: state.position_s != 4.5).position_s == pytest.approx(2.0, abs=0.01)


def test_after_a_load_nothing_is_told_of_what_was_before(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 0.0, None, "a"), play=True)
    desk.wait(lambda state: state.position_s > 0.3)
    desk.port.load_item(part(sound, 4.0, None, "b"), play=True)
    del desk.seen[:]
    desk.wait(lambda state: state.position_s > 4.3)
    assert {state.key for state in desk.states} == {"b"}


def test_options_come_back_in_states(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 0.0, None, "a"))
    desk.port.set_speed(1.5)
    desk.port.set_volume(0.3)
    desk.port.set_skip_silence(True)
    desk.port.set_levelling(True)
    desk.port.set_crossfade(2.0)
    state = desk.wait(lambda state: state.skip_silence and state.volume != 1.0 and state.speed != 1.0)
    assert (state.speed, state.volume) == (1.5, pytest.approx(0.3))


def test_the_sleep_timer_pauses(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 0.0, None, "a"), play=True)
    desk.port.sleep_timer(1.0)
    left = desk.wait(lambda state: state.sleep_left_s is not None).sleep_left_s
    assert left is not None
    assert 0 < left <= 1.0
    state = desk.wait(lambda state: not state.playing)
    assert state.sleep_left_s is None
    assert not state.ended


def test_stop_forgets(desk: Desk, sound: str) -> None:
    desk.port.load_item(part(sound, 0.0, None, "a"), play=True)
    desk.port.queue([part(sound, 4.0, 5.0, "b")])
    desk.wait(lambda state: state.key == "a")
    desk.port.stop()
    state = desk.wait(lambda state: not state.path)
    assert (state.key, state.playing, state.queue_left) == ("", False, 0)


def test_devices_are_told_when_asked(desk: Desk) -> None:
    desk.port.ask_devices()
    desk.wait(lambda _state: any(isinstance(event, Devices) for event in desk.seen))
