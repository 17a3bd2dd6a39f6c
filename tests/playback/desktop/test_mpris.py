# SPDX-License-Identifier: GPL-3.0-or-later
"""MPRIS on a real session bus, met by programs of the reference implementation."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podmix.playback.desktop.interface import NowPlayingInfo, Phase, PlaybackStatus
from podmix.playback.desktop.mpris import Mpris, instance_name
from podmix.playback.desktop.mpris_object import BUS_NAME
from tests.playback.desktop.conftest import Clock
from tests.playback.desktop.fake_controls import Wishes
from tests.playback.desktop.private_bus import OBJECT, PLAYER, ROOT, PrivateBus, Refusal, Watcher, until

TRACK = NowPlayingInfo("preview7", "A quarry at dawn", "Salt & Signal", "Season two", 60.0, Path("/covers/salt.png"))
PATH = "/org/podmix/track/preview7"
PLAYING = PlaybackStatus(Phase.PLAYING, 12.0, 1.25, 0.8)
PAUSED = dataclasses.replace(PLAYING, phase=Phase.PAUSED)


@pytest.fixture
def controls(bus: PrivateBus, wishes: Wishes, clock: Clock) -> Iterator[Mpris]:
    made = Mpris(wishes.requests, bus.address, clock=clock, pause_s=0.02)
    until(lambda: BUS_NAME in bus.names(), "the player did not appear")
    yield made
    made.close()


@pytest.fixture
def watcher(bus: PrivateBus, controls: Mpris) -> Iterator[Watcher]:
    with bus.watch() as made:
        yield made


def asked(wishes: Wishes) -> list[tuple[Any, ...]]:
    return until(wishes.take, "nothing was asked")


# -- what can be read --
def test_every_property_has_the_type_of_the_specification(bus: PrivateBus, controls: Mpris) -> None:
    controls.show(TRACK, PLAYING)
    assert bus.properties(BUS_NAME, ROOT) == {
        "CanQuit": ("boolean", True), "CanRaise": ("boolean", True), "HasTrackList": ("boolean", False),
        "Identity": ("string", "PodMix"), "DesktopEntry": ("string", "podmix"),
        "SupportedUriSchemes": ("array", []), "SupportedMimeTypes": ("array", [])}
    assert bus.properties(BUS_NAME) == {
        "PlaybackStatus": ("string", "Playing"), "Rate": ("double", 1.25), "Volume": ("double", 0.8),
        "Position": ("int64", 12_000_000), "MinimumRate": ("double", 0.5), "MaximumRate": ("double", 3.0),
        "CanGoNext": ("boolean", True), "CanGoPrevious": ("boolean", True), "CanPlay": ("boolean", True),
        "CanPause": ("boolean", True), "CanSeek": ("boolean", True), "CanControl": ("boolean", True),
        "Metadata": ("dict", {
            "mpris:trackid": ("object path", PATH), "mpris:length": ("int64", 60_000_000),
            "xesam:title": ("string", "A quarry at dawn"), "xesam:artist": ("array", [("string", "Salt & Signal")]),
            "xesam:album": ("string", "Season two"), "mpris:artUrl": ("string", "file:///covers/salt.png")})}


def test_with_nothing_loaded_the_player_is_there_and_can_do_nothing(bus: PrivateBus, controls: Mpris) -> None:
    found = bus.properties(BUS_NAME)
    assert found["PlaybackStatus"] == ("string", "Stopped")
    assert found["Metadata"] == ("array", [])  # an empty dictionary
    assert found["CanControl"] == ("boolean", True)
    can = {name: value for name, (_type, value) in found.items() if name.startswith("Can") and name != "CanControl"}
    assert can == dict.fromkeys(("CanGoNext", "CanGoPrevious", "CanPlay", "CanPause", "CanSeek"), False)


def test_glib_agrees_with_introspection_and_types(bus: PrivateBus, controls: Mpris) -> None:
    if shutil.which("gdbus") is None:
        pytest.skip("gdbus is not installed (libglib2.0-bin)")

    def gdbus(*words: str) -> str:
        return subprocess.run(["gdbus", *words], env=bus.environment, capture_output=True, text=True, check=True,
                              timeout=20).stdout

    controls.show(TRACK, PAUSED)
    tree = gdbus("introspect", "--session", "--dest", BUS_NAME, "--object-path", OBJECT)
    for line in ("readonly x Position = 12000000;", "readwrite d Rate = 1.25;", "Seeked(x Position);",
                 "readonly as SupportedUriSchemes = [];", "SetPosition(in  o TrackId,"):
        assert line in tree
    root = gdbus("call", "--session", "--dest", BUS_NAME, "--object-path", OBJECT, "--method",
                 "org.freedesktop.DBus.Properties.GetAll", ROOT)
    assert "'SupportedMimeTypes': <@as []>" in root
    nothing = gdbus("introspect", "--session", "--dest", BUS_NAME, "--object-path", "/", "--recurse")
    assert "node /org/mpris/MediaPlayer2" in nothing


def test_the_position_is_true_whenever_it_is_asked(bus: PrivateBus, controls: Mpris, clock: Clock) -> None:
    controls.show(TRACK, PLAYING)
    clock.now += 0.4
    assert bus.get(BUS_NAME, "Position") == ("int64", 12_500_000)
    controls.status(dataclasses.replace(PLAYING, position_s=59.5))
    clock.now += 0.8
    assert bus.get(BUS_NAME, "Position") == ("int64", 60_000_000)


# -- what is asked --
def test_every_button_and_bar(bus: PrivateBus, controls: Mpris, wishes: Wishes) -> None:
    controls.show(TRACK, PLAYING)
    for method, arguments, wish in (
            ("PlayPause", (), ("toggle",)), ("Pause", (), ("pause",)), ("Stop", (), ("stop",)),
            ("Next", (), ("next",)), ("Previous", (), ("previous",)), ("Seek", ("int64:-5000000",), ("seek_by", -5.0)),
            ("Seek", ("int64:99000000",), ("next",)),
            ("SetPosition", (f"objpath:{PATH}", "int64:30000000"), ("seek_to", 30.0, "preview7"))):
        bus.press(BUS_NAME, method, *arguments)
        assert asked(wishes) == [wish]
    for method, wish in (("Raise", "raise_window"), ("Quit", "quit")):
        bus.press(BUS_NAME, method, interface=ROOT)
        assert asked(wishes) == [(wish,)]
    bus.set(BUS_NAME, "Volume", "double:-1")
    bus.set(BUS_NAME, "Rate", "double:1.5")
    assert asked(wishes) == [("set_volume", 0.0), ("set_rate", 1.5)]


def test_stale_and_impossible_positions_are_ignored(bus: PrivateBus, controls: Mpris, wishes: Wishes) -> None:
    controls.show(TRACK, PLAYING)
    for track, position in (("/org/podmix/track/preview8", 1), (PATH, -1), (PATH, 60_000_001)):
        bus.press(BUS_NAME, "SetPosition", f"objpath:{track}", f"int64:{position}")
    bus.press(BUS_NAME, "Next")
    assert asked(wishes) == [("next",)]


@pytest.mark.parametrize(("method", "arguments", "interface", "error"), [
    ("OpenUri", ("string:https://a.example/x.mp3",), PLAYER, "NotSupported"),
    ("PlayPause", (), PLAYER, "Failed"),  # nothing is loaded
    ("Seek", ("string:far",), PLAYER, "InvalidArgs"),
    ("Seek", (), PLAYER, "InvalidArgs"),
    ("Fly", (), PLAYER, "UnknownMethod"),
    ("Next", (), "org.example.Nothing", "UnknownInterface"),
])
def test_refusals_have_their_standard_names(bus: PrivateBus, controls: Mpris, wishes: Wishes, method: str,
                                            arguments: tuple[str, ...], interface: str, error: str) -> None:
    with pytest.raises(Refusal) as refusal:
        bus.press(BUS_NAME, method, *arguments, interface=interface)
    assert refusal.value.name == f"org.freedesktop.DBus.Error.{error}"
    assert wishes.made == []


# -- what is told --
def test_only_what_changed_is_told_and_never_the_position(controls: Mpris, watcher: Watcher) -> None:
    controls.show(TRACK, dataclasses.replace(PLAYING, position_s=0.0))
    told = watcher.changed()
    assert set(told) == {"PlaybackStatus", "Metadata", "Rate", "Volume", "CanGoNext", "CanGoPrevious", "CanPlay",
                         "CanPause", "CanSeek"}
    assert told["Metadata"][1]["xesam:title"] == ("string", "A quarry at dawn")
    controls.status(dataclasses.replace(PAUSED, position_s=0.0))
    assert watcher.changed() == {"PlaybackStatus": ("string", "Paused")}
    controls.show(dataclasses.replace(TRACK, can_next=False), dataclasses.replace(PAUSED, position_s=0.0))
    assert watcher.changed() == {"CanGoNext": ("boolean", False)}
    controls.status(dataclasses.replace(PAUSED, position_s=0.0, volume=0.5))
    assert watcher.changed() == {"Volume": ("double", 0.5)}


def test_appearing_says_nothing_by_itself(bus: PrivateBus, wishes: Wishes) -> None:
    with bus.watch() as watcher:
        made = Mpris(wishes.requests, bus.address)
        until(lambda: made.name, "the player did not appear")
        made.status(PlaybackStatus(volume=0.5))
        assert watcher.changed() == {"Volume": ("double", 0.5)}
        made.close()


def test_a_minute_of_steady_playback_is_not_worth_a_word(controls: Mpris, watcher: Watcher, clock: Clock,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    controls.show(TRACK, dataclasses.replace(PLAYING, position_s=0.0))
    watcher.changed()
    wake, wakes = controls._service.wake, []
    monkeypatch.setattr(controls._service, "wake", lambda: (wakes.append(True), wake()))
    for step in range(30 * 40):
        clock.now += 1 / 30
        controls.status(dataclasses.replace(PLAYING, position_s=(step + 1) * 1.25 / 30))
    assert wakes == []
    controls.status(dataclasses.replace(PAUSED, position_s=50.0))
    assert watcher.changed() == {"PlaybackStatus": ("string", "Paused")}


def test_a_jump_is_told_with_where_it_led(controls: Mpris, watcher: Watcher, clock: Clock) -> None:
    controls.show(TRACK, dataclasses.replace(PLAYING, position_s=0.0))
    watcher.changed()
    clock.now += 2.0
    controls.status(dataclasses.replace(PLAYING, position_s=33.0))
    assert watcher.next() == ("Seeked", [("int64", 33_000_000)])


def test_a_track_that_begins_in_its_middle_is_told_after_its_name(controls: Mpris, watcher: Watcher) -> None:
    controls.show(TRACK, PLAYING)
    assert "Metadata" in watcher.changed()
    assert watcher.next() == ("Seeked", [("int64", 12_000_000)])


# -- two of them, and the end --
def test_two_windows_stand_side_by_side(bus: PrivateBus, controls: Mpris, wishes: Wishes) -> None:
    others = Wishes()
    second = Mpris(others.requests, bus.address)
    third = Mpris(Wishes().requests, bus.address)
    until(lambda: len(bus.players()) == 3, "the others did not appear")
    assert bus.players() == sorted([BUS_NAME, instance_name(1), instance_name(2)])
    own = second.name
    second.show(dataclasses.replace(TRACK, title="Another"), PAUSED)
    controls.show(TRACK, PLAYING)
    assert bus.get(own, "PlaybackStatus") == ("string", "Paused")
    assert bus.get(BUS_NAME, "PlaybackStatus") == ("string", "Playing")
    bus.press(own, "Next")
    assert asked(others) == [("next",)]
    assert wishes.made == []
    controls.close()
    until(lambda: BUS_NAME not in bus.players(), "the first is still there")
    assert bus.get(own, "PlaybackStatus") == ("string", "Paused")
    second.close()
    third.close()
    until(lambda: bus.players() == [], "the names are still there")


def test_a_dead_bus_costs_nothing_and_the_player_comes_back_with_it(bus: PrivateBus, controls: Mpris) -> None:
    controls.show(TRACK, PAUSED)
    bus.kill()
    until(lambda: controls.problem, "nobody noticed")
    cpu, began = time.process_time(), time.monotonic()
    until(lambda: controls.attempts >= 6, "it was not tried again")  # pauses of 0.02 to 0.32 s
    busy = (time.process_time() - cpu) / (time.monotonic() - began)
    assert busy < 0.5, "it spins"
    controls.show(TRACK, PLAYING)
    controls.status(PAUSED)
    bus.start()
    until(lambda: controls.name == BUS_NAME, "it did not come back")
    assert bus.get(BUS_NAME, "PlaybackStatus") == ("string", "Paused")
    assert controls.problem == ""


def test_a_bus_that_hangs_never_holds_up_the_window(bus: PrivateBus, controls: Mpris) -> None:
    controls.show(TRACK, PLAYING)
    with bus.frozen():
        longest = 0.0
        for step in range(3000):
            began = time.perf_counter()
            controls.show(dataclasses.replace(TRACK, title=f"Title {step}"), PLAYING)
            longest = max(longest, time.perf_counter() - began)
        began = time.perf_counter()
        controls.close()
        closing = time.perf_counter() - began
    assert longest < 1.0  # the bus is given five seconds for one step
    assert closing < 2.0


def test_closing_ends_the_thread(bus: PrivateBus, wishes: Wishes) -> None:
    def threads() -> int:
        return sum(thread.name == "podmix-desktop" for thread in threading.enumerate())

    before = threads()
    made = Mpris(wishes.requests, bus.address)
    until(bus.players, "the player did not appear")
    assert threads() == before + 1
    made.close()
    assert threads() == before
    until(lambda: bus.players() == [], "the name is still there")
