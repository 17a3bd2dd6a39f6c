# SPDX-License-Identifier: GPL-3.0-or-later
"""Which controls a platform gets, and what only Windows' or macOS' code does. Their libraries are stand-ins here."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from podmix.playback.desktop import interface
from podmix.playback.desktop.interface import NoControls, NowPlayingInfo, Phase, PlaybackStatus, availability, connect
from podmix.playback.desktop.macos import NowPlayingCenter
from podmix.playback.desktop.mpris import Mpris
from podmix.playback.desktop.windows import TIMELINE_EVERY_S, SystemMediaControls
from tests.playback.desktop.conftest import Clock
from tests.playback.desktop.fake_controls import Wishes
from tests.playback.desktop.private_bus import PrivateBus, until
from tests.playback.desktop.pyobjc_stand_in import MacOS
from tests.playback.desktop.winrt_stand_in import AsyncStatus, SystemMediaTransportControlsButton, WinRT

TRACK = NowPlayingInfo("episode3", "Ferries in fog", "Small Boats", "", 1800.0, Path("/covers/boats.png"))
PLAYING = PlaybackStatus(Phase.PLAYING, 100.0, 1.5, 0.8)


# -- choosing --
def test_without_a_bus_the_reason_is_said(wishes: Wishes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podmix.playback.desktop.session_bus.session_bus_address", lambda: "")
    made = connect(wishes.requests, "linux")
    assert isinstance(made, NoControls)
    assert "no session bus" in made.problem
    assert availability("linux").fine


@pytest.mark.parametrize(("platform", "packages"), [
    ("win32", "winrt-Windows.Media winrt-Windows.Media.Playback winrt-Windows.Storage"),
    ("darwin", "pyobjc-framework-MediaPlayer"), ("linux", "jeepney")])
def test_without_its_library_the_line_that_mends_it_is_said(wishes: Wishes, monkeypatch: pytest.MonkeyPatch,
                                                            platform: str, packages: str) -> None:
    monkeypatch.setattr(interface, "_installed", lambda _kind: False)
    made = connect(wishes.requests, platform)
    assert isinstance(made, NoControls)
    assert made.remedy == f"pip install {packages}"
    assert availability(platform).remedy == made.remedy
    assert not availability(platform).fine


def test_a_missing_parent_package_is_a_missing_library() -> None:
    assert not interface._installed(interface._Kind("x", "no_such_package.part", "x"))


def test_a_library_that_does_not_load_is_no_reason_to_fail(wishes: Wishes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interface, "_installed", lambda _kind: True)
    made = connect(wishes.requests, "win32")
    assert isinstance(made, NoControls)
    assert "cannot be reached" in made.problem


def test_on_linux_it_is_mpris(bus: PrivateBus, wishes: Wishes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
    interface.prepare("linux")
    made = connect(wishes.requests, "linux")
    assert isinstance(made, Mpris)
    until(bus.players, "the player did not appear")
    assert availability("linux") == interface.Availability(True, "MPRIS on the session bus")
    made.close()
    bus.kill()
    assert not availability("linux").fine


def test_the_rates_are_those_of_the_engine() -> None:
    from podmix.playback.protocol import FASTEST, SLOWEST

    assert (interface.SLOWEST_RATE, interface.FASTEST_RATE) == (SLOWEST, FASTEST)


def test_the_platforms_code_loads_everywhere() -> None:
    for platform in ("win32", "darwin", "linux"):
        interface.prepare(platform)


# -- Windows --
@pytest.fixture
def winrt() -> WinRT:
    return WinRT()


@pytest.fixture
def windows(winrt: WinRT, wishes: Wishes, clock: Clock) -> SystemMediaControls:
    return SystemMediaControls(wishes.requests, load=winrt.load, clock=clock)


def test_windows_player_plays_nothing_and_is_invisible_at_first(winrt: WinRT, windows: SystemMediaControls) -> None:
    assert winrt.players[0].command_manager.is_enabled is False
    assert winrt.controls.is_enabled is False


def test_windows_gets_title_rate_and_timeline(winrt: WinRT, windows: SystemMediaControls) -> None:
    windows.show(TRACK, PLAYING)
    published = winrt.controls.display_updater._published
    assert (published["title"], published["artist"], published["type"].name) == ("Ferries in fog", "Small Boats",
                                                                                 "MUSIC")
    assert winrt.controls.playback_rate == 1.5
    (timeline,) = winrt.controls._timelines
    assert (timeline.position, timeline.end_time, timeline.max_seek_time) == (
        timedelta(seconds=100), timedelta(seconds=1800), timedelta(seconds=1800))


def test_windows_timeline_is_renewed_now_and_then_and_after_a_jump(winrt: WinRT, windows: SystemMediaControls,
                                                                  clock: Clock) -> None:
    windows.show(TRACK, PLAYING)
    for step in range(1, 30 * 12):
        clock.now += 1 / 30
        windows.status(dataclasses.replace(PLAYING, position_s=100 + step * 1.5 / 30))
    assert len(winrt.controls._timelines) == 1 + int(12 / TIMELINE_EVERY_S)
    windows.status(dataclasses.replace(PLAYING, position_s=900.0))
    assert winrt.controls._timelines[-1].position == timedelta(seconds=900)


def test_windows_cover_arrives_later_and_only_for_its_own_track(winrt: WinRT, windows: SystemMediaControls) -> None:
    windows.show(TRACK, PLAYING)
    winrt.fetched[0].finish()
    assert winrt.controls.display_updater._published["thumbnail"] == ("stream of", "/covers/boats.png")
    other = dataclasses.replace(TRACK, track_id="b", artwork=Path("/covers/other.png"))
    windows.show(other, PLAYING)
    assert winrt.controls.display_updater._published["thumbnail"] is None
    winrt.fetched[0].finish()
    winrt.fetched[1].finish(AsyncStatus.ERROR)
    assert winrt.controls.display_updater._published["thumbnail"] is None


def test_windows_rate_wish_is_kept_in_bounds(winrt: WinRT, windows: SystemMediaControls, wishes: Wishes) -> None:
    for wanted in (1.25, 9.0, 0.1, 0.0, -1.0):
        winrt.controls.fire("rate", requested_playback_rate=wanted)
    assert wishes.made == [("set_rate", 1.25), ("set_rate", 3.0), ("set_rate", 0.5)]


def test_windows_ignores_buttons_with_nothing_loaded_and_those_it_does_not_know(
        winrt: WinRT, windows: SystemMediaControls, wishes: Wishes) -> None:
    winrt.controls.fire("button", button=SystemMediaTransportControlsButton.PLAY)
    windows.show(TRACK, PLAYING)
    winrt.controls.fire("button", button=SystemMediaTransportControlsButton.RECORD)
    assert wishes.made == []


def test_windows_without_an_answer_is_a_problem_in_words(winrt: WinRT, windows: SystemMediaControls,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_updater: Any) -> None:
        raise OSError(-2147023174, "The RPC server is unavailable")

    monkeypatch.setattr(type(winrt.controls.display_updater), "update", gone)
    windows.show(TRACK, PLAYING)
    assert "do not answer" in windows.problem
    windows.close()


def test_windows_lets_go(winrt: WinRT, windows: SystemMediaControls, wishes: Wishes) -> None:
    windows.show(TRACK, PLAYING)
    windows.close()
    winrt.controls.fire("button", button=SystemMediaTransportControlsButton.PAUSE)
    winrt.fetched[0].finish()
    assert wishes.made == []
    assert winrt.controls.is_enabled is False
    assert winrt.players[0]._closed


# -- macOS --
@pytest.fixture
def system() -> MacOS:
    return MacOS()


@pytest.fixture
def macos(system: MacOS, wishes: Wishes, clock: Clock) -> NowPlayingCenter:
    return NowPlayingCenter(wishes.requests, load=system.load, clock=clock)


def test_macos_gets_cover_position_and_rate(system: MacOS, macos: NowPlayingCenter) -> None:
    macos.show(TRACK, PLAYING)
    info = system.center.info
    assert info is not None
    assert info["MPMediaItemPropertyArtwork"].image.path == "/covers/boats.png"
    assert info["MPNowPlayingInfoPropertyElapsedPlaybackTime"] == 100.0
    assert info["MPNowPlayingInfoPropertyPlaybackRate"] == 1.5
    macos.status(dataclasses.replace(PLAYING, phase=Phase.PAUSED))
    assert system.center.info["MPNowPlayingInfoPropertyPlaybackRate"] == 0.0
    assert system.center.state == 2


def test_macos_hears_nothing_of_steady_playback(system: MacOS, macos: NowPlayingCenter, clock: Clock) -> None:
    macos.show(TRACK, PLAYING)
    updates = system.center.updates
    for step in range(1, 300):
        clock.now += 1 / 30
        macos.status(dataclasses.replace(PLAYING, position_s=100 + step * 1.5 / 30))
    assert system.center.updates == updates
    macos.status(dataclasses.replace(PLAYING, position_s=0.0))
    assert system.center.info["MPNowPlayingInfoPropertyElapsedPlaybackTime"] == 0.0


def test_macos_does_without_a_cover_that_cannot_be_read(system: MacOS, macos: NowPlayingCenter) -> None:
    macos.show(dataclasses.replace(TRACK, artwork=Path("/covers/x.broken")), PLAYING)
    assert system.center.info is not None
    assert "MPMediaItemPropertyArtwork" not in system.center.info


def test_macos_commands_say_how_it_went(system: MacOS, macos: NowPlayingCenter, wishes: Wishes) -> None:
    assert system.commands["playCommand"].press() == [110]
    macos.show(TRACK, PLAYING)
    assert system.commands["togglePlayPauseCommand"].press() == [0]
    assert system.commands["changePlaybackRateCommand"].press(playbackRate=2.0) == [0]
    assert system.commands["changePlaybackRateCommand"].press(playbackRate=0.0) == [200]
    assert wishes.made == [("toggle",), ("set_rate", 2.0)]
    assert system.commands["changePlaybackRateCommand"].rates[-1] == 3.0


def test_macos_offers_only_what_can_be_done(system: MacOS, macos: NowPlayingCenter) -> None:
    macos.show(dataclasses.replace(TRACK, can_next=False, can_seek=False), PLAYING)
    enabled = {name for name, command in system.commands.items() if command.enabled}
    assert "previousTrackCommand" in enabled
    assert not enabled & {"nextTrackCommand", "changePlaybackPositionCommand"}


def test_macos_lets_go(system: MacOS, macos: NowPlayingCenter, wishes: Wishes) -> None:
    macos.show(TRACK, PLAYING)
    macos.close()
    for command in system.commands.values():
        command.press()
    assert wishes.made == []
    assert (system.center.info, system.center.state) == (None, 3)
