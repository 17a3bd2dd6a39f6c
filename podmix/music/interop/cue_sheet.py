# SPDX-License-Identifier: GPL-3.0-or-later
"""CUE sheets: what stands where in one long file (a mix, a record), written and read.

Times are ``mm:ss:ff`` with 75 frames a second and as many minutes as there are; INDEX 01 is where a track begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from podmix.errors import StorageError
from podmix.music.interop.collection import ImportRefused, opened_for_import
from podmix.music.interop.m3u8 import decoded
from podmix.paths import atomic_write

FRAMES = 75
LARGEST_SHEET = 4 * 1024 * 1024
_MOST_TRACKS = 10_000
_WORDS = re.compile(r'"([^"]*)"|(\S+)')
_TIME = re.compile(r"(\d{1,5}):(\d{1,2}):(\d{1,2})")
_KINDS = {".mp3": "MP3", ".aiff": "AIFF", ".aif": "AIFF"}  # everything else is called WAVE, as most programs do


@dataclass(frozen=True, slots=True)
class CueTrack:
    """One entry: where it begins in its file, in seconds."""

    start: float
    title: str = ""
    performer: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class CueSheet:
    """``file`` names the sound as written, relative to the sheet."""

    file: str
    tracks: tuple[CueTrack, ...]
    title: str = ""
    performer: str = ""


def cue_time(seconds: float) -> str:
    """``75.5`` -> ``"01:15:38"``."""
    frames = max(0, round(seconds * FRAMES))
    return f"{frames // (60 * FRAMES):02d}:{frames // FRAMES % 60:02d}:{frames % FRAMES:02d}"


def write_cue_sheet(sheet: CueSheet, target: Path) -> None:
    """UTF-8 with a mark in front, which Windows' players look for. Raises StorageError."""
    lines = [*_named("", sheet.title, sheet.performer)]
    name = ""
    for number, track in enumerate(sheet.tracks, 1):
        if (track.file or sheet.file) != name or number == 1:
            name = track.file or sheet.file
            kind = _KINDS.get(Path(name).suffix.lower(), "WAVE")
            lines.append(f'FILE "{_quoted(name)}" {kind}')
        lines += [f"  TRACK {number:02d} AUDIO", *_named("    ", track.title, track.performer),
                  f"    INDEX 01 {cue_time(track.start)}"]
    try:
        with atomic_write(target) as out:
            text = "\n".join(lines) + "\n"
            out.write(text.encode("utf-8-sig", "replace"))  # type: ignore[arg-type]  # opened for bytes
    except OSError as problem:
        raise StorageError(f"{target.name} could not be written.", remedy="Check the folder and its permissions.",
                           detail=str(problem)) from problem


def _named(indent: str, title: str, performer: str) -> list[str]:
    pairs = (("TITLE", title), ("PERFORMER", performer))
    return [f'{indent}{word} "{_quoted(text)}"' for word, text in pairs if text]


def _quoted(text: str) -> str:
    """The format knows no escape."""
    return " ".join(text.split()).replace('"', "'")


def read_cue_sheet(path: Path) -> CueSheet:
    """Raises ImportRefused (no cue sheet), StorageError."""
    text = decoded(opened_for_import(path, largest=LARGEST_SHEET))
    title = performer = file = first_file = ""
    now: dict[str, str] | None = None
    tracks: list[CueTrack] = []
    for line in text.splitlines():
        words = [quoted or plain for quoted, plain in _WORDS.findall(line[:4_096])]
        if not words:
            continue
        word, rest = words[0].upper(), words[1:]
        if word == "FILE" and rest:
            file = rest[0]
            first_file = first_file or file
        elif word == "TRACK":
            now = {}
        elif word in ("TITLE", "PERFORMER") and rest:
            if now is not None:
                now[word] = rest[0]
            elif word == "TITLE":
                title = rest[0]
            else:
                performer = rest[0]
        elif word == "INDEX" and len(rest) >= 2 and now is not None and rest[0].lstrip("0") == "1":
            start = _seconds(rest[1])
            if start is not None and len(tracks) < _MOST_TRACKS:
                tracks.append(CueTrack(start, now.get("TITLE", ""), now.get("PERFORMER", ""),
                                       file if file != first_file else ""))
    if not tracks or not first_file:
        raise ImportRefused(f"{path.name} is no cue sheet.")
    return CueSheet(first_file, tuple(tracks), title, performer)


def _seconds(text: str) -> float | None:
    found = _TIME.fullmatch(text)
    return int(found[1]) * 60 + int(found[2]) + int(found[3]) / FRAMES if found else None
