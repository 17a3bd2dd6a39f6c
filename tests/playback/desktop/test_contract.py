# SPDX-License-Identifier: GPL-3.0-or-later
"""One suite for every desktop: the fake, MPRIS on a real bus (looked at by the reference implementation's programs),
and the code for Windows and macOS up to the stand-ins for their libraries."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from podmix.playback.desktop.interface import DesktopControls, NoControls, NowPlayingInfo, Phase, PlaybackStatus
from podmix.playback.desktop.macos import NowPlayingCenter
from podmix.playback.desktop.mpris import Mpris
from podmix.playback.desktop.mpris_object import track_path
from podmix.playback.desktop.windows import SystemMediaControls
from tests.playback.desktop.fake_controls import FakeControls, Wishes
from tests.playback.desktop.private_bus import PrivateBus, until
from tests.playback.desktop.pyobjc_stand_in import MacOS
from tests.playback.desktop.winrt_stand_in import SystemMediaTransportControlsButton, WinRT

TRACK = NowPlayingInfo("preview7", "A quarry at dawn", "Salt & Signal", length_s=60.0, can_next=True,
                       can_previous=False)
PLAYING = PlaybackStatus(Phase.PLAYING, 12.0, 1.0, 0.8)
PAUSED = dataclasses.replace(PLAYING, phase=Phase.PAUSED)


@dataclasses.dataclass
class Desk:
    """A desktop as a person meets it. ``seen`` gives title, artist, phase, length and whether there is a next track;
    None when the player is not there."""

    controls: DesktopControls
    wishes: Wishes
    seen: Callable[[], tuple[str, str, Phase, float, bool] | None]
    press: Callable[[str], object]
    drag_to: Callable[[float], object]


@pytest.fixture(params=["fake", "mpris", "windows", "macos"])
def desk(request: pytest.FixtureRequest, wishes: Wishes) -> Iterator[Desk]:
    if request.param == "mpris":
        made = mpris_desk(wishes, request.getfixturevalue("bus"))
    else:
        made = {"fake": fake_desk, "windows": windows_desk, "macos": macos_desk}[request.param](wishes)
    yield made
    made.controls.close()


def fake_desk(wishes: Wishes) -> Desk:
    controls = FakeControls(wishes.requests)

    def seen() -> Any:
        info = controls.info
        return info and (info.title, info.artist, controls.shown.phase, info.length_s, info.can_next)

    return Desk(controls, wishes, seen, lambda name: getattr(controls.requests, name)(),
                lambda seconds: controls.requests.seek_to(seconds, controls.tracks[-1].track_id))


def mpris_desk(wishes: Wishes, bus: PrivateBus) -> Desk:
    controls = Mpris(wishes.requests, bus.address)
    until(bus.players, "the player did not appear")
    name = bus.players()[0]

    def seen() -> Any:
        if name not in bus.players():
            return None
        found = {key: value for key, (_type, value) in bus.properties(name).items()}
        data = {key: value for key, (_type, value) in found["Metadata"].items()} if found["Metadata"] else None
        return data and (data["xesam:title"], data["xesam:artist"][0][1], Phase(found["PlaybackStatus"].lower()),
                         data["mpris:length"] / 1e6, found["CanGoNext"])

    return Desk(controls, wishes, seen, lambda button: bus.press(name, button.capitalize()),
                lambda seconds: bus.press(name, "SetPosition", f"objpath:{track_path(TRACK.track_id)}",
                                          f"int64:{round(seconds * 1e6)}"))


def windows_desk(wishes: Wishes) -> Desk:
    system = WinRT()
    made = SystemMediaControls(wishes.requests, load=system.load)
    controls = system.controls

    def seen() -> Any:
        shown = controls.display_updater._published
        return (shown["title"], shown["artist"], Phase(controls.playback_status.name.lower()),
                controls._timelines[-1].end_time.total_seconds(),
                controls.is_next_enabled) if controls.is_enabled else None

    return Desk(made, wishes, seen,
                lambda name: controls.fire("button", button=SystemMediaTransportControlsButton[name.upper()]),
                lambda seconds: controls.fire("position", requested_playback_position=timedelta(seconds=seconds)))


def macos_desk(wishes: Wishes) -> Desk:
    system = MacOS()
    made = NowPlayingCenter(wishes.requests, load=system.load)

    def seen() -> Any:
        info = system.center.info
        return info and (info["MPMediaItemPropertyTitle"], info["MPMediaItemPropertyArtist"],
                         {1: Phase.PLAYING, 2: Phase.PAUSED, 3: Phase.STOPPED}[system.center.state],
                         info["MPMediaItemPropertyPlaybackDuration"], system.commands["nextTrackCommand"].enabled)

    commands = {"next": "nextTrackCommand", "previous": "previousTrackCommand"}
    return Desk(made, wishes, seen, lambda name: system.commands[commands.get(name, f"{name}Command")].press(),
                lambda seconds: system.commands["changePlaybackPositionCommand"].press(positionTime=seconds))


def is_seen(desk: Desk, phase: Phase) -> None:
    expected = (TRACK.title, TRACK.artist, phase, TRACK.length_s, TRACK.can_next)
    until(lambda: desk.seen() == expected, f"the desktop does not show {phase}: {desk.seen()}")


def asked(desk: Desk) -> list[tuple[Any, ...]]:
    return until(desk.wishes.take, "nothing was asked")


def test_what_plays_is_seen_and_follows_pause_and_stop(desk: Desk) -> None:
    assert not desk.seen()
    desk.controls.show(TRACK, PLAYING)
    is_seen(desk, Phase.PLAYING)
    desk.controls.status(PAUSED)
    is_seen(desk, Phase.PAUSED)
    desk.controls.status(dataclasses.replace(PLAYING, phase=Phase.STOPPED, position_s=0.0))
    is_seen(desk, Phase.STOPPED)
    assert desk.controls.problem == ""


def test_nothing_loaded_is_seen_as_nothing(desk: Desk) -> None:
    desk.controls.show(TRACK, PLAYING)
    is_seen(desk, Phase.PLAYING)
    desk.controls.show(None, PlaybackStatus())
    until(lambda: not desk.seen(), "the old track is still there")


def test_buttons_come_back_as_requests(desk: Desk) -> None:
    desk.controls.show(TRACK, PAUSED)
    is_seen(desk, Phase.PAUSED)
    for button in ("play", "next", "stop"):
        desk.press(button)
        assert asked(desk) == [(button,)]
    desk.controls.status(PLAYING)
    is_seen(desk, Phase.PLAYING)
    desk.press("pause")
    assert asked(desk) == [("pause",)]


def test_dragging_the_bar_names_the_track_it_was_meant_for(desk: Desk) -> None:
    desk.controls.show(TRACK, PLAYING)
    is_seen(desk, Phase.PLAYING)
    desk.drag_to(42.5)
    assert asked(desk) == [("seek_to", 42.5, TRACK.track_id)]


def test_after_closing_nothing_is_seen_and_closing_twice_is_harmless(desk: Desk) -> None:
    desk.controls.show(TRACK, PLAYING)
    is_seen(desk, Phase.PLAYING)
    desk.controls.close()
    until(lambda: not desk.seen(), "the player is still there")
    desk.controls.close()
    desk.controls.show(TRACK, PLAYING)  # late news from the window
    assert not desk.seen()


def test_any_text_can_be_shown(desk: Desk) -> None:
    desk.controls.show(dataclasses.replace(TRACK, title="nul \0 lone \ud800 日本", artwork=Path("/a/ü #%.png")), PAUSED)
    title = until(desk.seen, "the title was not taken")[0]
    assert title.startswith("nul ")
    assert title.endswith(" 日本")


def test_no_controls_take_everything_silently() -> None:
    nothing: DesktopControls = NoControls("There is no session bus.")
    nothing.show(TRACK, PLAYING)
    nothing.status(PAUSED)
    nothing.close()
    assert nothing.problem
