# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of MPRIS 2.2, without a bus."""

from __future__ import annotations

import dataclasses
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.playback.desktop.interface import NowPlayingInfo, Phase, PlaybackStatus
from podmix.playback.desktop.mpris_object import (
    OBJECT_PATH,
    PEER,
    PLAYER,
    PROPERTIES,
    ROOT,
    MprisObject,
    announced_values,
    metadata,
    microseconds,
    track_path,
)
from podmix.playback.desktop.presented import Shown
from podmix.playback.desktop.session_bus import Call, Refused
from tests.playback.desktop.fake_controls import Wishes

TRACK = NowPlayingInfo("preview7", "Title", "Show", length_s=60.0)
PATH = track_path("preview7")


class Desk:
    """An object, what it shows, and a short way to call it. The clock stands a second after the last report."""

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.shown = Shown(TRACK, PlaybackStatus(Phase.PLAYING, 11.0), 101.0)
        self.object = MprisObject(wishes.requests, lambda: self.shown, lambda: 102.0)

    def now(self, **changes: Any) -> None:
        self.shown = dataclasses.replace(self.shown, info=dataclasses.replace(TRACK, **changes))

    def phase(self, phase: Phase) -> None:
        self.shown = dataclasses.replace(self.shown, status=dataclasses.replace(self.shown.status, phase=phase))

    def call(self, member: str, *body: Any, signature: str = "", interface: str = PLAYER, path: str = OBJECT_PATH,
             ) -> list[tuple[Any, ...]]:
        self.object.answer(Call(path, interface, member, signature, body))
        return self.wishes.take()

    def set(self, name: str, value: tuple[str, Any], interface: str = PLAYER) -> list[tuple[Any, ...]]:
        return self.call("Set", interface, name, value, signature="ssv", interface=PROPERTIES)

    def get(self, name: str, interface: str = PLAYER) -> Any:
        call = Call(OBJECT_PATH, PROPERTIES, "Get", "ss", (interface, name))
        signature, (value,) = self.object.answer(call)
        assert signature == "v"
        return value

    def refusal(self, member: str, *body: Any, **how: Any) -> str:
        with pytest.raises(Refused) as refused:
            self.call(member, *body, **how)
        assert self.wishes.made == []
        return refused.value.name.removeprefix("org.freedesktop.DBus.Error.")


@pytest.fixture
def desk(wishes: Wishes) -> Desk:
    return Desk(wishes)


# -- seeking --
@pytest.mark.parametrize(("offset", "asked"), [
    (5_000_000, [("seek_by", 5.0)]),
    (-3_500_000, [("seek_by", -3.5)]),
    (-(2**63), [("seek_by", -(2**63) / 1e6)]),  # before the start: the player's own seek ends at 0
    (48_000_000, [("seek_by", 48.0)]),  # from 12 s exactly to the end
    (48_000_001, [("next",)]),  # beyond the end: like Next
    (2**63 - 1, [("next",)]),
])
def test_seek(desk: Desk, offset: int, asked: list[Any]) -> None:
    assert desk.call("Seek", offset, signature="x") == asked


def test_seek_beyond_the_last_track_does_nothing(desk: Desk) -> None:
    desk.now(can_next=False)
    assert desk.call("Seek", 60_000_000, signature="x") == []


def test_without_a_known_length_any_seek_forward_is_one(desk: Desk) -> None:
    desk.now(length_s=None)
    assert desk.call("Seek", 10**12, signature="x") == [("seek_by", 1e6)]
    assert desk.call("SetPosition", PATH, 10**12, signature="ox") == [("seek_to", 1e6, "preview7")]


@pytest.mark.parametrize(("path", "position", "asked"), [
    (PATH, 0, [("seek_to", 0.0, "preview7")]),
    (PATH, 30_250_000, [("seek_to", 30.25, "preview7")]),
    (PATH, 60_000_000, [("seek_to", 60.0, "preview7")]),
    (PATH, 60_000_001, []),
    (PATH, -1, []),
    ("/org/podmix/track/preview8", 1_000_000, []),  # stale
    ("/org/mpris/MediaPlayer2/TrackList/NoTrack", 1_000_000, []),
])
def test_set_position(desk: Desk, path: str, position: int, asked: list[Any]) -> None:
    assert desk.call("SetPosition", path, position, signature="ox") == asked


def test_what_cannot_be_sought_is_not(desk: Desk) -> None:
    desk.now(can_seek=False)
    assert desk.call("Seek", 1_000_000, signature="x") == []
    assert desk.call("SetPosition", PATH, 1_000_000, signature="ox") == []


# -- buttons --
@pytest.mark.parametrize(("phase", "does"), [
    (Phase.PLAYING, {"Pause": ["pause"], "Play": [], "PlayPause": ["toggle"], "Stop": ["stop"]}),
    (Phase.PAUSED, {"Pause": [], "Play": ["play"], "PlayPause": ["toggle"], "Stop": ["stop"]}),
    (Phase.STOPPED, {"Pause": [], "Play": ["play"], "PlayPause": ["toggle"], "Stop": []}),
])
def test_buttons_do_only_what_changes_something(desk: Desk, phase: Phase, does: dict[str, list[str]]) -> None:
    desk.phase(phase)
    for button, asked in does.items():
        assert [name for (name,) in desk.call(button)] == asked, button


def test_with_nothing_loaded_no_button_does_anything(desk: Desk) -> None:
    desk.shown = dataclasses.replace(desk.shown, info=None)
    for button in ("Play", "Pause", "Stop", "Next", "Previous"):
        assert desk.call(button) == []
    assert desk.call("Seek", 1, signature="x") == []
    assert desk.refusal("PlayPause") == "Failed"


def test_next_and_previous_only_where_there_is_one(desk: Desk) -> None:
    assert desk.call("Next") == [("next",)]
    assert desk.call("Previous") == [("previous",)]
    desk.now(can_next=False, can_previous=False)
    assert desk.call("Next") == []
    assert desk.call("Previous") == []


def test_the_window_and_the_end(desk: Desk) -> None:
    assert desk.call("Raise", interface=ROOT) == [("raise_window",)]
    assert desk.call("Quit", interface=ROOT) == [("quit",)]


# -- properties --
@pytest.mark.parametrize(("name", "value", "asked"), [
    ("Volume", 0.25, [("set_volume", 0.25)]),
    ("Volume", -3.0, [("set_volume", 0.0)]),
    ("Volume", 7.0, [("set_volume", 1.0)]),
    ("Rate", 1.5, [("set_rate", 1.5)]),
    ("Rate", 0.1, [("set_rate", 0.5)]),
    ("Rate", 16.0, [("set_rate", 3.0)]),
    ("Rate", 0.0, [("pause",)]),
])
def test_volume_and_rate_are_kept_in_bounds(desk: Desk, name: str, value: float, asked: list[Any]) -> None:
    assert desk.set(name, ("d", value)) == asked


@pytest.mark.parametrize(("interface", "name", "value", "error"), [
    (PLAYER, "Volume", ("d", math.nan), "InvalidArgs"),
    (PLAYER, "Rate", ("d", math.inf), "InvalidArgs"),
    (PLAYER, "Rate", ("d", -1.0), "InvalidArgs"),
    (PLAYER, "Rate", ("s", "fast"), "InvalidArgs"),
    (PLAYER, "Volume", ("i", 1), "InvalidArgs"),
    (PLAYER, "Position", ("x", 5), "PropertyReadOnly"),
    (PLAYER, "Metadata", ("a{sv}", {}), "PropertyReadOnly"),
    (ROOT, "Identity", ("s", "Other"), "PropertyReadOnly"),
    (PLAYER, "Identity", ("s", "Other"), "UnknownProperty"),
    (PLAYER, "Shuffle", ("b", True), "UnknownProperty"),
    ("org.example.Nothing", "Volume", ("d", 1.0), "UnknownInterface"),
])
def test_what_cannot_be_set_says_so(desk: Desk, interface: str, name: str, value: Any, error: str) -> None:
    assert desk.refusal("Set", interface, name, value, signature="ssv", interface=PROPERTIES) == error


def test_properties_by_name(desk: Desk) -> None:
    assert desk.get("Position") == ("x", 12_000_000)
    assert desk.get("PlaybackStatus") == ("s", "Playing")
    assert desk.get("Identity", ROOT) == ("s", "PodMix")
    assert desk.get("Volume", "") == ("d", 1.0)  # an empty interface means: any
    for interface, name, error in ((PLAYER, "Nothing", "UnknownProperty"), ("a.b", "Volume", "UnknownInterface")):
        assert desk.refusal("Get", interface, name, signature="ss", interface=PROPERTIES) == error


def test_the_announced_properties_are_those_of_the_specification() -> None:
    assert set(announced_values(Shown(TRACK, PlaybackStatus(), 0.0))) == {
        "PlaybackStatus", "Rate", "Metadata", "Volume", "MinimumRate", "MaximumRate", "CanGoNext", "CanGoPrevious",
        "CanPlay", "CanPause", "CanSeek"}


# -- metadata --
def test_metadata_holds_what_plays_and_nothing_more() -> None:
    info = NowPlayingInfo("episode/9", "Title", "Show", "Album", 61.5, Path("/covers/a b#é.png"))
    assert metadata(Shown(info, PlaybackStatus(), 0.0)) == {
        "mpris:trackid": ("o", "/org/podmix/track/episode_2f9"), "mpris:length": ("x", 61_500_000),
        "xesam:title": ("s", "Title"), "xesam:artist": ("as", ["Show"]), "xesam:album": ("s", "Album"),
        "mpris:artUrl": ("s", "file:///covers/a%20b%23%C3%A9.png")}
    assert set(metadata(Shown(NowPlayingInfo("x", ""), PlaybackStatus(), 0.0))) == {"mpris:trackid", "xesam:title"}
    assert metadata(Shown(None, PlaybackStatus(), 0.0)) == {}


@given(st.text(), st.text())
def test_track_paths_are_valid_and_tell_tracks_apart(one: str, other: str) -> None:
    assert re.fullmatch(r"/org/podmix/track/[A-Za-z0-9_]+", track_path(one))
    if one != other and one and other:
        assert track_path(one) != track_path(other)


@given(st.floats())
def test_any_time_fits_into_64_bits(seconds: float) -> None:
    assert -(2**63) <= microseconds(seconds) < 2**63


# -- what is not there --
@pytest.mark.parametrize(("how", "error"), [
    ({"member": "Fly"}, "UnknownMethod"),
    ({"member": "Next", "interface": "org.example.Nothing"}, "UnknownInterface"),
    ({"member": "Next", "interface": ROOT}, "UnknownMethod"),
    ({"member": "Next", "path": "/"}, "UnknownObject"),
    ({"member": "Introspect", "interface": "", "path": "/elsewhere"}, "UnknownObject"),
    ({"member": "Seek", "signature": "i"}, "InvalidArgs"),
    ({"member": "Next", "signature": "s"}, "InvalidArgs"),
    ({"member": "OpenUri", "signature": "s", "body": ("https://a.example/x.mp3",)}, "NotSupported"),
])
def test_unknown_and_unwanted_calls_are_refused(desk: Desk, how: dict[str, Any], error: str) -> None:
    body = how.pop("body", ())
    assert desk.refusal(how.pop("member"), *body, **how) == error


def test_a_call_without_an_interface_is_understood(desk: Desk) -> None:
    assert desk.call("Next", interface="") == [("next",)]


def test_anyone_may_ping(desk: Desk) -> None:
    assert desk.object.answer(Call("/anywhere", PEER, "Ping", "", ())) == ("", ())


def test_introspection_lists_what_is_answered(desk: Desk) -> None:
    root = ET.fromstring(desk.object.introspection())
    found = {interface.get("name"): {child.get("name") for child in interface} for interface in root}
    assert found[PLAYER] >= {"Seek", "SetPosition", "OpenUri", "Seeked", "Position", "Metadata"}
    assert found[ROOT] == {"Raise", "Quit", "CanQuit", "CanRaise", "HasTrackList", "Identity", "DesktopEntry",
                           "SupportedUriSchemes", "SupportedMimeTypes"}
    quiet = {prop.get("name") for prop in root.iter("property") if prop.find("annotation") is not None}
    assert quiet == {"Position", "CanControl"}


def test_the_way_down_to_the_object_can_be_walked(desk: Desk) -> None:
    path = ""
    while path != OBJECT_PATH:
        call = Call(path or "/", "org.freedesktop.DBus.Introspectable", "Introspect", "", ())
        (node,) = ET.fromstring(desk.object.answer(call)[1][0])
        path += f"/{node.get('name')}"
