# SPDX-License-Identifier: GPL-3.0-or-later
"""From the text in tags to values: tempo, energy, rating, gain, numbers, years. Pure functions; nonsense becomes None.

Scales met in files: POPM 0..255 in Windows' steps (1, 64, 128, 196, 255) or rekordbox's (51, 102, …), Vorbis RATING as
stars, as hundredths or as a fraction; R128 gains in 1/256 dB below -23 LUFS (RFC 7845, 5.2.1) where ReplayGain 2.0
means -18.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from podmix.music.interop.key_notation import Key, parse_key

LONGEST_TEXT = 1_000
LONGEST_COMMENT = 4_000

_NUMBER = re.compile(r"[-+]?\d{1,9}(?:[.,]\d{1,12})?")
_ENERGY = re.compile(r"\benergy\s*(?:level)?\s*[:=-]?\s*(10|[1-9])\b", re.IGNORECASE)
_KEY = r"(?:0?(?:1[0-2]|[1-9])[ABabmd]|[A-G][#b]?m?)"
_KEY_THEN_ENERGY = re.compile(rf"^\s*({_KEY})(?:\s*/\s*{_KEY})*\s*-\s*(?:energy\s*)?(10|[1-9])(?:\s|-|$)",
                              re.IGNORECASE)
_KEY_FIRST = re.compile(r"^\s*(0?(?:1[0-2]|[1-9])[ABab])\s*(?:-|$)")
_R128_TO_REPLAYGAIN_DB = 5.0
_REKORDBOX_STARS = {51: 1, 102: 2, 153: 3, 204: 4}


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """One line of composed text: no control characters, no stray surrogates, bounded."""
    text = text[:longest * 2]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
                       for c in text if unicodedata.category(c) not in ("Cs", "Cn"))
    return " ".join(text.split())[:longest]


def number(text: object) -> float | None:
    """The first number in a text, a decimal comma understood."""
    found = _NUMBER.search(str(text)[:100])
    return float(found[0].replace(",", ".")) if found else None


def counted(text: object) -> int | None:
    """``"3/12"`` -> 3; zero and less are nothing."""
    value = number(text)
    return int(value) if value is not None and 0 < value < 100_000 else None


def year(texts: Iterable[str]) -> int | None:
    """The first plausible year of dates in any form."""
    for text in texts:
        for found in re.finditer(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)", text[:100]):
            return int(found[0])
    return None


def tempo(texts: Iterable[str]) -> float | None:
    """Beats a minute, 20 to 999, the most exact of several; some programs write hundredths (12800)."""
    found = []
    for text in texts:
        value = number(text)
        if value is not None and 2_000 <= value < 99_900 and float(value).is_integer():
            value /= 100.0
        if value is not None and 20.0 <= value < 1_000.0:
            found.append(value)
    exact = [value for value in found if not value.is_integer()]
    best = exact or found
    return best[0] if best else None


def key(texts: Iterable[str], comment: str = "") -> Key | None:
    """The first key among fields; else the one that Mixed In Key and others put before a comment ("8A - 7")."""
    for text in texts:
        if found := parse_key(text):
            return found
    begins = _KEY_THEN_ENERGY.match(comment) or _KEY_FIRST.match(comment)
    return parse_key(begins[1]) if begins else None


def energy(texts: Iterable[str], comment: str = "") -> float | None:
    """1..10 from a field, "Energy 7" or "8A - 7"."""
    for text in texts:
        value = number(text)
        if value is not None and 1.0 <= value <= 10.0:
            return value
    if found := _ENERGY.search(comment):
        return float(found[1])
    if found := _KEY_THEN_ENERGY.match(comment):
        return float(found[2])
    return None


def stars_of_byte(value: int) -> int | None:
    """POPM's byte: rekordbox's steps of 51, else Windows' bands; 0 is unrated."""
    if value <= 0:
        return None
    if value in _REKORDBOX_STARS:
        return _REKORDBOX_STARS[value]
    return 1 + sum(value >= step for step in (32, 96, 160, 224))


def byte_of_stars(stars: int) -> int:
    """What Windows, Traktor's readers and Mixxx understand alike: 0, 51, 102, 153, 204, 255 (see ``stars_of_byte``)."""
    return max(0, min(5, stars)) * 51


def stars(texts: Iterable[str]) -> int | None:
    """RATING in Vorbis, APE and MP4: 1..5 stars, a fraction of one with a point, up to 100, or up to 255."""
    for text in texts:
        value = number(text)
        if value is None or value <= 0:
            continue
        if value <= 1.0 and "." in str(text):
            found = value * 5.0
        elif value <= 5.0:
            found = value
        elif value <= 100.0:
            found = value / 20.0
        else:
            found = value / 51.0
        return max(1, min(5, int(found + 0.5)))
    return None


def gain(texts: Iterable[str]) -> float | None:
    """``"-7.03 dB"``; nothing beyond 64 dB."""
    for text in texts:
        value = number(text)
        if value is not None and abs(value) <= 64.0:
            return value
    return None


def r128_gain(texts: Iterable[str]) -> float | None:
    """R128_TRACK_GAIN as the gain that ReplayGain would name."""
    for text in texts:
        value = number(text)
        if value is not None and abs(value) <= 32_768:
            return round(value / 256.0 + _R128_TO_REPLAYGAIN_DB, 2)
    return None


def peak(texts: Iterable[str]) -> float | None:
    """A linear peak; full scale is 1."""
    for text in texts:
        value = number(text)
        if value is not None and 0.0 <= value < 100.0:
            return value
    return None


_STEM = re.compile(r"^(?:\d{1,3}\s*[-._)]*\s+)?(.+?)\s+[-–—]\s+(.+)$")


def from_file_name(stem: str) -> tuple[str, str]:
    """(artist, title) of a file without tags: "03 - Artist - Title", else the whole name as the title."""
    text = clean(stem.encode("utf-8", "replace").decode().replace("_", " "))
    found = _STEM.match(text)
    return (found[1], found[2]) if found and not found[1].isdigit() else ("", text)
