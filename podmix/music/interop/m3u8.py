# SPDX-License-Identifier: GPL-3.0-or-later
"""Playlists as lists of files: M3U and M3U8 written and read, PLS read.

M3U has no standard encoding: a byte order mark decides, else UTF-8 where it is valid, else (but for .m3u8, which says
that it is UTF-8) Windows' 1252. Paths are
absolute, relative to the list's folder, ``file:`` addresses, or written with backslashes. Addresses of streams are
left out and told.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from podmix.errors import StorageError
from podmix.music.interop.collection import DjCollection, DjPlaylist, DjTrack, ImportRefused, opened_for_import
from podmix.paths import atomic_write

LARGEST_LIST = 64 * 1024 * 1024
MOST_LINES = 500_000
_LONGEST_PATH = 8_192
_EXTINF = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)[^,]*,(.*)")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
_PLS = re.compile(r"(file|title|length)(\d{1,6})\s*=\s*(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One line to write: path, artist, title and seconds (0: unknown)."""

    path: str
    title: str = ""
    artist: str = ""
    seconds: float = 0.0


def write_m3u8(files: Sequence[ListedFile], target: Path, *, relative: bool = True, name: str = "") -> None:
    """UTF-8 with EXTINF. ``relative``: paths from the list's folder where they lie on one drive. Raises StorageError.

    Bytes in a path that are no text are written as they are, so that the list still finds its files.
    """
    lines = ["#EXTM3U"]
    if name:
        lines.append(f"#PLAYLIST:{_line(name)}")
    for file in files:
        label = f"{_line(file.artist)} - {_line(file.title)}" if file.artist else _line(file.title)
        lines.append(f"#EXTINF:{round(file.seconds) if file.seconds else -1},{label}")
        lines.append(_written(file.path, target.parent) if relative else file.path)
    try:
        with atomic_write(target) as out:
            text = "\n".join(lines) + "\n"
            out.write(text.encode("utf-8", "surrogateescape"))  # type: ignore[arg-type]  # opened for bytes
    except OSError as problem:
        raise StorageError(f"{target.name} could not be written.", remedy="Check the folder and its permissions.",
                           detail=str(problem)) from problem


def _line(text: str) -> str:
    return " ".join(text.split())


def _written(path: str, folder: Path) -> str:
    try:
        found = os.path.relpath(path, folder.absolute())
    except ValueError:  # another drive
        return path
    return f".{os.sep}{found}" if found.startswith("#") else found


def read_list(path: Path) -> DjCollection:
    """An M3U, M3U8 or PLS file as one playlist. Raises ImportRefused, StorageError."""
    raw = opened_for_import(path, largest=LARGEST_LIST)
    if b"\0" in raw[:4096] and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ImportRefused(f"{path.name} is no playlist.")
    lines = _lines(decoded(raw, utf8=path.suffix.lower() == ".m3u8"))
    if len(lines) > MOST_LINES:
        raise ImportRefused(f"{path.name} has too many lines to be a playlist.")
    name = path.stem.encode("utf-8", "replace").decode()
    is_pls = path.suffix.lower() == ".pls" or any(line.strip().lower() == "[playlist]" for line in lines[:5])
    tracks, left_out = _read_pls(lines, path.parent) if is_pls else _read_m3u(lines, path.parent)
    for line in lines[:20]:
        if line.startswith("#PLAYLIST:") and line[10:].strip():
            name = line[10:].strip()
    notes = (f"{left_out} addresses of streams were left out.",) if left_out else ()
    return DjCollection("playlist", tuple(tracks), (DjPlaylist(name, tuple(range(len(tracks)))),), notes)


def decoded(raw: bytes, *, utf8: bool = False) -> str:
    """Text of an unknown encoding; never fails. ``utf8``: bytes that are no UTF-8 are names that are no text."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
                           (codecs.BOM_UTF16_BE, "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, "surrogateescape" if mark is codecs.BOM_UTF8 else "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if not utf8:
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            pass
    return raw.decode("utf-8", "surrogateescape")


def _lines(text: str) -> list[str]:
    """At line ends alone: ``splitlines`` would cut names at rarer characters."""
    return re.split("\r\n|\n|\r", text)


def _read_m3u(lines: Sequence[str], folder: Path) -> tuple[list[DjTrack], int]:
    tracks: list[DjTrack] = []
    left_out = 0
    seconds, label = None, ""
    for line in lines:
        text = line.strip("\r\n\0 \t")
        if found := _EXTINF.match(text):
            value = float(found[1])
            seconds, label = (value if 0 < value < 1e7 else None), found[2].strip()
        elif text and not text.startswith("#"):
            location = resolved(text, folder)
            if location is None:
                left_out += 1
            else:
                artist, title = _named(label)
                tracks.append(DjTrack(location, title, artist, duration=seconds))
            seconds, label = None, ""
    return tracks, left_out


def _read_pls(lines: Sequence[str], folder: Path) -> tuple[list[DjTrack], int]:
    entries: dict[int, dict[str, str]] = {}
    for line in lines:
        if found := _PLS.match(line.strip()):
            entries.setdefault(int(found[2]), {})[found[1].lower()] = found[3].strip()
    tracks: list[DjTrack] = []
    left_out = 0
    for _, entry in sorted(entries.items()):
        location = resolved(entry.get("file", ""), folder)
        if location is None:
            left_out += bool(entry.get("file"))
            continue
        artist, title = _named(entry.get("title", ""))
        length = entry.get("length", "")
        tracks.append(DjTrack(location, title, artist,
                              duration=float(length) if length.isdigit() and 0 < int(length[:9]) < 1e7 else None))
    return tracks, left_out


def _named(label: str) -> tuple[str, str]:
    artist, dash, title = label.partition(" - ")
    return (artist.strip(), title.strip()) if dash else ("", label)


def resolved(text: str, folder: Path) -> str | None:
    """The path that a line means, as seen from the list's folder; None for a stream or nonsense."""
    if not text or len(text) > _LONGEST_PATH or "\0" in text:
        return None
    if text.lower().startswith("file:"):
        raw = unquote_to_bytes(re.sub(r"(?i)^file:(//localhost)?/*", "/", text).encode("utf-8", "surrogateescape"))
        return os.fsdecode(raw[1:] if raw[2:3] == b":" else raw)
    if _SCHEME.match(text):
        return None
    if re.match(r"[A-Za-z]:[\\/]|\\\\", text):  # Windows' own, on any system
        return text
    plain = text if os.sep == "\\" or "\\" not in text or "/" in text else text.replace("\\", "/")
    return os.path.normpath(os.path.join(folder.absolute(), plain))  # noqa: PTH118 - bytes that are no text
