# SPDX-License-Identifier: GPL-3.0-or-later
"""The columns of the music table, and what a track says in each of them as plain text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from podmix.music.library_types import Track
from podmix.ui.wording import clock_text, day_text


@dataclass(frozen=True, slots=True)
class Column:
    """``sort`` is the library's name of the order, empty where there is none; ``width`` in device-independent pixels.

    ``kind`` says how a cell is painted: text, number, or the name of a drawing. ``shown`` at first.
    """

    name: str
    title: str
    width: int
    sort: str = ""
    kind: str = "text"
    shown: bool = True
    least: int = 48


COLUMNS: tuple[Column, ...] = (
    Column("place", "#", 48, "playlist", "number", shown=False, least=40),
    Column("art", "", 48, "", "art", least=48),
    Column("title", "Title", 190, "title", "title", least=120),
    Column("artist", "Artist", 120, "artist", least=80),
    Column("bpm", "BPM", 66, "bpm", "strong", least=66),
    Column("key", "Key", 112, "key", "key", least=62),
    Column("energy", "Energy", 72, "energy", "energy", least=62),
    Column("wave", "Waveform", 118, "", "wave", least=80),
    Column("duration", "Time", 60, "duration", "number", least=56),
    Column("rating", "Rating", 92, "rating", "rating", least=92),
    Column("lufs", "Loudness", 96, "lufs", "number", least=66),
    Column("last_played", "Last played", 104, "last_played", least=72),
    Column("album", "Album", 160, "album", shown=False, least=80),
    Column("genre", "Genre", 120, "genre", shown=False, least=64),
    Column("year", "Year", 60, "year", "number", shown=False, least=52),
    Column("added", "Added", 96, "added", shown=False, least=72),
    Column("play_count", "Plays", 64, "play_count", "number", shown=False, least=56),
    Column("comment", "Comment", 180, "", shown=False, least=80),
    Column("format", "Format", 72, "", shown=False, least=60),
)
PLACES = {column.name: at for at, column in enumerate(COLUMNS)}

_DESCENDING_FIRST = frozenset({"energy", "rating", "added", "last_played", "play_count", "lufs", "year"})


def first_descending(name: str) -> bool:
    """Whether the first click on a heading puts the most first."""
    return name in _DESCENDING_FIRST


def cell_text(track: Track, name: str, now: datetime) -> str:
    """What stands in a cell; empty where nothing is known. ``now`` is what days are counted from."""
    return _TEXTS[name](track, now) if name in _TEXTS else str(getattr(track, name, "") or "")


_TEXTS: dict[str, Callable[[Track, datetime], str]] = {
    "bpm": lambda track, _now: f"{track.bpm:.1f}" if track.bpm else "",
    "key": lambda track, _now: f"{track.camelot} {track.key}" if track.key else "",
    "energy": lambda track, _now: f"{track.energy:.0f}" if track.energy else "",
    "lufs": lambda track, _now: f"−{abs(track.lufs):.1f} LUFS" if track.lufs is not None else "",
    "duration": lambda track, _now: clock_text(track.duration) if track.duration else "",
    "rating": lambda track, _now: f"{track.rating} of 5 stars" if track.rating else "",
    "last_played": lambda track, now: day_text(track.last_played, now),
    "added": lambda track, now: day_text(track.added, now),
    "play_count": lambda track, _now: str(track.play_count or ""),
    "format": lambda track, _now: track.format.upper(),
    "art": lambda _track, _now: "",
    "wave": lambda _track, _now: "",
    "place": lambda _track, _now: "",
}


def spoken(track: Track) -> str:
    """A track as a screen reader says it."""
    parts = [track.title, track.artist and f"by {track.artist}", track.bpm and f"{track.bpm:.1f} beats a minute",
             track.key and f"{track.key}, {track.camelot}", track.energy and f"energy {track.energy:.0f} of 10",
             track.rating and f"{track.rating} stars", "file missing" if track.missing else ""]
    return ", ".join(part for part in parts if part)
