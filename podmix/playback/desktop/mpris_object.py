# SPDX-License-Identifier: GPL-3.0-or-later
"""The MPRIS 2.2 object: its properties, methods and errors, as functions of what is shown. No bus and no thread here.

Specification: https://specifications.freedesktop.org/mpris-spec/2.2/. Left out is what the specification lets a player
leave out and PodMix does not have: full screen, track list, playlists, ``LoopStatus`` and ``Shuffle``. Times on the
bus are microseconds in 64 bits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podmix.playback.desktop.interface import (
    FASTEST_RATE,
    SLOWEST_RATE,
    NowPlayingInfo,
    Phase,
    Requests,
)
from podmix.playback.desktop.presented import Shown, plain_text
from podmix.playback.desktop.session_bus import Answer, Call, Refused, Variant

BUS_NAME = "org.mpris.MediaPlayer2.podmix"
OBJECT_PATH = "/org/mpris/MediaPlayer2"
ROOT = "org.mpris.MediaPlayer2"
PLAYER = "org.mpris.MediaPlayer2.Player"
PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
PEER = "org.freedesktop.DBus.Peer"
TRACKS = "/org/podmix/track/"
LONGEST_S = 9e12  # what 64 bits of microseconds hold, rounded down
_STATUS = {Phase.PLAYING: "Playing", Phase.PAUSED: "Paused", Phase.STOPPED: "Stopped"}


@dataclass(frozen=True, slots=True)
class Property:
    """``announced``: a change is told by ``PropertiesChanged`` with the new value."""

    interface: str
    name: str
    signature: str
    writable: bool = False
    announced: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A method (or the signal ``Seeked``): names and signatures of what goes in and what comes out."""

    interface: str
    name: str
    takes: tuple[tuple[str, str], ...] = ()
    gives: tuple[tuple[str, str], ...] = ()

    @property
    def signature(self) -> str:
        return "".join(signature for _name, signature in self.takes)


_PROPERTY_LIST = (
    Property(ROOT, "CanQuit", "b"),
    Property(ROOT, "CanRaise", "b"),
    Property(ROOT, "HasTrackList", "b"),
    Property(ROOT, "Identity", "s"),
    Property(ROOT, "DesktopEntry", "s"),
    Property(ROOT, "SupportedUriSchemes", "as"),
    Property(ROOT, "SupportedMimeTypes", "as"),
    Property(PLAYER, "PlaybackStatus", "s"),
    Property(PLAYER, "Rate", "d", writable=True),
    Property(PLAYER, "Metadata", "a{sv}"),
    Property(PLAYER, "Volume", "d", writable=True),
    Property(PLAYER, "Position", "x", announced=False),  # asked for; a jump is told by Seeked
    Property(PLAYER, "MinimumRate", "d"),
    Property(PLAYER, "MaximumRate", "d"),
    Property(PLAYER, "CanGoNext", "b"),
    Property(PLAYER, "CanGoPrevious", "b"),
    Property(PLAYER, "CanPlay", "b"),
    Property(PLAYER, "CanPause", "b"),
    Property(PLAYER, "CanSeek", "b"),
    Property(PLAYER, "CanControl", "b", announced=False),
)
_BY_NAME = {(known.interface, known.name): known for known in _PROPERTY_LIST}
_SEEKED = Member(PLAYER, "Seeked", (("Position", "x"),))
_CHANGED = Member(PROPERTIES, "PropertiesChanged", (("interface_name", "s"), ("changed_properties", "a{sv}"),
                                                    ("invalidated_properties", "as")))


def track_path(track_id: str) -> str:
    """A D-Bus object path for the id: letters and digits stay, every other byte becomes ``_xx``."""
    encoded = track_id.encode("utf-8", "surrogatepass")
    plain = "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"_{byte:02x}" for byte in encoded)
    return TRACKS + (plain or "_")


def microseconds(seconds: float) -> int:
    """For the bus: a whole number of 64 bits, whatever came."""
    if math.isnan(seconds):
        return 0
    return round(max(-LONGEST_S, min(LONGEST_S, seconds)) * 1e6)


def metadata(shown: Shown) -> dict[str, Variant]:
    """``Metadata`` of what plays; empty while nothing is loaded."""
    info = shown.info
    if info is None:
        return {}
    found: dict[str, Variant] = {"mpris:trackid": ("o", track_path(info.track_id)),
                                 "xesam:title": ("s", plain_text(info.title))}
    if shown.length_s is not None:
        found["mpris:length"] = ("x", microseconds(shown.length_s))
    if info.artist:
        found["xesam:artist"] = ("as", [plain_text(info.artist)])
    if info.album:
        found["xesam:album"] = ("s", plain_text(info.album))
    if info.artwork is not None:
        found["mpris:artUrl"] = ("s", Path(info.artwork).absolute().as_uri())
    return found


def root_values() -> dict[str, Any]:
    return {"CanQuit": True, "CanRaise": True, "HasTrackList": False, "Identity": "PodMix", "DesktopEntry": "podmix",
            "SupportedUriSchemes": [], "SupportedMimeTypes": []}


def player_values(shown: Shown, now: float) -> dict[str, Any]:
    """All properties of the player's interface at ``now``."""
    info, status = shown.info, shown.status
    loaded = info is not None
    return {
        "PlaybackStatus": _STATUS[status.phase] if loaded else "Stopped",
        "Rate": float(status.rate),
        "Metadata": metadata(shown),
        "Volume": float(status.volume),
        "Position": microseconds(shown.position_s(now)) if loaded else 0,
        "MinimumRate": SLOWEST_RATE,
        "MaximumRate": FASTEST_RATE,
        "CanGoNext": info is not None and info.can_next,
        "CanGoPrevious": info is not None and info.can_previous,
        "CanPlay": loaded,
        "CanPause": loaded,
        "CanSeek": info is not None and info.can_seek,
        "CanControl": True,
    }


def announced_values(shown: Shown) -> dict[str, Variant]:
    """What ``PropertiesChanged`` speaks of: everything but the position and what never changes."""
    values = player_values(shown, shown.at)
    return {known.name: (known.signature, values[known.name]) for known in _PROPERTY_LIST
            if known.interface == PLAYER and known.announced}


class MprisObject:
    """Answers calls; asks ``requests`` for what they want. ``shown`` gives the newest state."""

    def __init__(self, requests: Requests, shown: Callable[[], Shown], clock: Callable[[], float] = time.monotonic,
                 ) -> None:
        self._requests, self._shown, self._clock = requests, shown, clock
        self._methods: dict[tuple[str, str], tuple[Member, Callable[..., Answer | None]]] = {}
        for interface, name, handler, takes, gives in self._table():
            self._methods[interface, name] = (Member(interface, name, takes, gives), handler)

    def _table(self) -> Iterable[tuple[str, str, Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]]:
        requests, of, prop = self._requests, ("interface_name", "s"), ("property_name", "s")
        yield ROOT, "Raise", requests.raise_window, (), ()
        yield ROOT, "Quit", requests.quit, (), ()
        yield PLAYER, "Next", self._next, (), ()
        yield PLAYER, "Previous", self._previous, (), ()
        yield PLAYER, "Pause", self._pause, (), ()
        yield PLAYER, "PlayPause", self._toggle, (), ()
        yield PLAYER, "Stop", self._stop, (), ()
        yield PLAYER, "Play", self._play, (), ()
        yield PLAYER, "Seek", self._seek, (("Offset", "x"),), ()
        yield PLAYER, "SetPosition", self._set_position, (("TrackId", "o"), ("Position", "x")), ()
        yield PLAYER, "OpenUri", self._open_uri, (("Uri", "s"),), ()
        yield PROPERTIES, "Get", self._get, (of, prop), (("value", "v"),)
        yield PROPERTIES, "GetAll", self._get_all, (of,), (("properties", "a{sv}"),)
        yield PROPERTIES, "Set", self._set, (of, prop, ("value", "v")), ()
        yield INTROSPECTABLE, "Introspect", lambda: ("s", (self.introspection(),)), (), (("xml_data", "s"),)
        yield PEER, "Ping", lambda: None, (), ()
        yield PEER, "GetMachineId", _machine_id, (), (("machine_uuid", "s"),)

    def answer(self, call: Call) -> Answer:
        """The reply's signature and body; raises ``Refused`` for what the object does not know or take."""
        if call.path != OBJECT_PATH and call.interface != PEER:
            if call.member == "Introspect" and call.interface in (INTROSPECTABLE, ""):
                return "s", (_introspection_above(call.path),)
            raise Refused("UnknownObject", f"There is no object {call.path}.")
        member, handler = self._find(call)
        if call.signature != member.signature:
            raise Refused("InvalidArgs", f"{call.member} takes ({member.signature}), not ({call.signature}).")
        given = handler(*call.body)
        return given if member.gives and given is not None else ("", ())

    def _find(self, call: Call) -> tuple[Member, Callable[..., Answer | None]]:
        for (interface, name), known in self._methods.items():
            if name == call.member and call.interface in (interface, ""):
                return known
        if call.interface and call.interface not in {interface for interface, _name in self._methods}:
            raise Refused("UnknownInterface", f"There is no interface {call.interface}.")
        raise Refused("UnknownMethod", f"There is no method {call.member}.")

    # -- the player --
    def _playing(self) -> NowPlayingInfo | None:
        return self._shown().info

    def _next(self) -> None:
        info = self._playing()
        if info is not None and info.can_next:
            self._requests.next()

    def _previous(self) -> None:
        info = self._playing()
        if info is not None and info.can_previous:
            self._requests.previous()

    def _play(self) -> None:
        if self._playing() is not None and self._shown().status.phase is not Phase.PLAYING:
            self._requests.play()

    def _pause(self) -> None:
        if self._playing() is not None and self._shown().status.phase is Phase.PLAYING:
            self._requests.pause()

    def _toggle(self) -> None:
        if self._playing() is None:
            raise Refused("Failed", "Nothing is loaded that could be paused.")
        self._requests.toggle()

    def _stop(self) -> None:
        if self._playing() is not None and self._shown().status.phase is not Phase.STOPPED:
            self._requests.stop()

    def _seek(self, offset_us: int) -> None:
        shown = self._shown()
        if shown.info is None or not shown.info.can_seek:
            return
        target = microseconds(shown.position_s(self._clock())) + offset_us
        if shown.length_s is not None and target > microseconds(shown.length_s):
            self._next()
        else:
            self._requests.seek_by(offset_us / 1e6)

    def _set_position(self, track: str, position_us: int) -> None:
        shown = self._shown()
        if shown.info is None or not shown.info.can_seek or track != track_path(shown.info.track_id):
            return
        if position_us >= 0 and (shown.length_s is None or position_us <= microseconds(shown.length_s)):
            self._requests.seek_to(position_us / 1e6, shown.info.track_id)

    def _open_uri(self, _uri: str) -> None:
        raise Refused("NotSupported", "PodMix opens no addresses for other programs.")

    # -- properties --
    def _values(self, interface: str) -> dict[str, Variant]:
        if interface not in (ROOT, PLAYER, PROPERTIES, INTROSPECTABLE, PEER, ""):
            raise Refused("UnknownInterface", f"There is no interface {interface}.")
        values = {**root_values(), **player_values(self._shown(), self._clock())}
        return {known.name: (known.signature, values[known.name]) for known in _PROPERTY_LIST
                if interface in (known.interface, "")}

    def _get(self, interface: str, name: str) -> Answer:
        values = self._values(interface)
        if name not in values:
            raise Refused("UnknownProperty", f"There is no property {name}.")
        return "v", (values[name],)

    def _get_all(self, interface: str) -> Answer:
        return "a{sv}", (self._values(interface),)

    def _set(self, interface: str, name: str, value: Variant) -> None:
        known = next((p for (of, called), p in _BY_NAME.items() if called == name and interface in (of, "")), None)
        if known is None:
            self._get(interface, name)  # says whether the interface or the property is unknown
            return
        if not known.writable:
            raise Refused("PropertyReadOnly", f"{name} cannot be set.")
        signature, wanted = value
        if signature != known.signature or not math.isfinite(wanted):
            raise Refused("InvalidArgs", f"{name} takes a number of type {known.signature}.")
        if name == "Volume":
            self._requests.set_volume(min(1.0, max(0.0, wanted)))
        elif wanted == 0.0:  # the specification's words for a client that tries to stop the time
            self._pause()
        elif wanted < 0.0:
            raise Refused("InvalidArgs", "PodMix does not play backwards.")
        else:
            self._requests.set_rate(min(FASTEST_RATE, max(SLOWEST_RATE, wanted)))

    # -- introspection --
    def introspection(self) -> str:
        """The object as XML, from the same tables that answer."""
        interfaces = dict.fromkeys(interface for interface, _name in self._methods)
        parts = "".join(f'<interface name="{name}">{self._interface(name)}</interface>' for name in interfaces)
        return _document(parts)

    def _interface(self, interface: str) -> str:
        parts = [_member_xml("method", member) for (of, _name), (member, _) in self._methods.items() if of == interface]
        parts += [_member_xml("signal", signal) for signal in (_SEEKED, _CHANGED) if signal.interface == interface]
        for known in _PROPERTY_LIST:
            if known.interface == interface:
                note = "" if known.announced else (
                    '<annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="false"/>')
                access = "readwrite" if known.writable else "read"
                parts.append(f'<property name="{known.name}" type="{known.signature}" access="{access}">{note}'
                             "</property>")
        return "".join(parts)


def _document(inside: str) -> str:
    return ('<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN" '
            '"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">'
            f"<node>{inside}</node>")


def _member_xml(kind: str, member: Member) -> str:
    way = {"method": ' direction="in"', "signal": ""}[kind]
    taken = "".join(f'<arg name="{name}" type="{signature}"{way}/>' for name, signature in member.takes)
    given = "".join(f'<arg name="{name}" type="{signature}" direction="out"/>' for name, signature in member.gives)
    return f'<{kind} name="{member.name}">{taken}{given}</{kind}>'


def _introspection_above(path: str) -> str:
    """The way down to the object, for programs that walk the tree from its root."""
    above = path.rstrip("/") + "/"
    if not OBJECT_PATH.startswith(above):
        raise Refused("UnknownObject", f"There is no object {path}.")
    return _document(f'<node name="{OBJECT_PATH[len(above):].split("/", maxsplit=1)[0]}"/>')


def _machine_id() -> Answer:
    for place in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            return "s", (Path(place).read_text(encoding="ascii").strip(),)
        except (OSError, ValueError):
            continue
    raise Refused("Failed", "This machine has no id.")
