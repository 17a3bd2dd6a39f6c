# SPDX-License-Identifier: GPL-3.0-or-later
"""Musical keys in every notation that tags and DJ programs use.

One ``Key`` is a tonic (0 = C … 11 = B) and a mode. Spellings follow rekordbox and Mixed In Key (Abm, not G#m), Camelot
numbers rise by fifths with A for minor and B for major (8A = Am, 8B = C), Open Key counts from there
(1m = Am, 1d = C): ``open = (camelot + 4) mod 12 + 1``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_LONGEST = 40

_CAMELOT = re.compile(r"0?(1[0-2]|[1-9])\s*([ab])", re.IGNORECASE)
_OPEN = re.compile(r"0?(1[0-2]|[1-9])\s*([md])", re.IGNORECASE)
_NAMED = re.compile(r"([a-h])\s*-?\s*(#|b|♯|♭|sharp|flat|is|es|s)?\s*[-_ ]?\s*"
                    r"(minor|min|moll|mol|m|major|maj|dur|d|M)?", re.IGNORECASE)
_MINOR_WORDS = frozenset({"minor", "min", "moll", "mol", "m"})


class KeyNotation(StrEnum):
    """How a key is written into a file's tags."""

    MUSICAL = "musical"  # Am
    CAMELOT = "camelot"  # 8A
    OPEN = "open"  # 1m


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """``tonic`` 0..11 (C is 0); ``minor`` the mode."""

    tonic: int
    minor: bool

    @property
    def name(self) -> str:
        """``"A minor"``."""
        return f"{self._letter} {'minor' if self.minor else 'major'}"

    @property
    def short(self) -> str:
        """``"Am"``, ``"C"``: what TKEY (at most three characters) and rekordbox hold."""
        return self._letter + ("m" if self.minor else "")

    @property
    def camelot_number(self) -> int:
        relative_major = (self.tonic + 3) % 12 if self.minor else self.tonic
        return (relative_major * 7 + 7) % 12 + 1

    @property
    def camelot(self) -> str:
        """``"8A"``."""
        return f"{self.camelot_number}{'A' if self.minor else 'B'}"

    @property
    def open_key(self) -> str:
        """``"1m"``."""
        return f"{(self.camelot_number + 4) % 12 + 1}{'m' if self.minor else 'd'}"

    @property
    def order(self) -> int:
        """0..23 round the Camelot wheel, 1A first, 1B second: what tables sort by."""
        return (self.camelot_number - 1) * 2 + (0 if self.minor else 1)

    @property
    def traktor(self) -> int:
        """Traktor's number: 0..11 major from C, 12..23 minor."""
        return self.tonic + (12 if self.minor else 0)

    @property
    def _letter(self) -> str:
        return (_MINOR if self.minor else _MAJOR)[self.tonic]

    def written(self, notation: KeyNotation) -> str:
        match notation:
            case KeyNotation.CAMELOT:
                return self.camelot
            case KeyNotation.OPEN:
                return self.open_key
            case KeyNotation.MUSICAL:
                return self.short

    def compatible(self) -> tuple[Key, ...]:
        """Keys that mix by the wheel: the same, a fifth up and down, and the relative one."""
        relative = Key((self.tonic + (3 if self.minor else 9)) % 12, not self.minor)
        return self, Key((self.tonic + 7) % 12, self.minor), Key((self.tonic + 5) % 12, self.minor), relative


def from_camelot(number: int, minor: bool) -> Key:
    """``number`` 1..12; ValueError otherwise."""
    if not 1 <= number <= 12:
        raise ValueError(f"no Camelot number: {number}")
    major_tonic = (number - 8) * 7 % 12
    return Key((major_tonic + 9) % 12 if minor else major_tonic, minor)


def from_order(order: int) -> Key:
    """The key of a place on the wheel (``Key.order``)."""
    return from_camelot(order // 2 % 12 + 1, order % 2 == 0)


def from_traktor(value: int) -> Key | None:
    return Key(value % 12, value >= 12) if 0 <= value <= 23 else None


def parse_key(text: str | None) -> Key | None:
    """Read ``"Am"``, ``"A minor"``, ``"a-moll"``, ``"8A"``, ``"1m"``, ``"Gb maj"`` …; None for what is no key.

    Of several ("8A/9A", "Am or C") the first counts. "o" and "atonal" are no key.
    """
    if not text:
        return None
    first = re.split(r"[/,;|]| or ", text.strip()[:_LONGEST], maxsplit=1)[0].strip()
    if found := _CAMELOT.fullmatch(first):
        return from_camelot(int(found[1]), found[2] in "aA")
    if found := _OPEN.fullmatch(first):
        # The open wheel starts where Camelot has 8.
        return from_camelot((int(found[1]) + 6) % 12 + 1, found[2] in "mM")
    return _named(first)


def _named(text: str) -> Key | None:
    found = _NAMED.fullmatch(text)
    if not found:
        return None
    letter, accidental, mode = found[1].lower(), (found[2] or "").lower(), found[3] or ""
    german = mode.lower() in ("moll", "mol", "dur")
    if letter == "h" and not german:
        return None
    tonic = _LETTERS[letter]
    if letter == "b" and german and not accidental:
        tonic = 10  # the German B is B flat
    if accidental in ("#", "♯", "sharp", "is"):
        tonic += 1
    elif accidental:
        tonic -= 1
    # A capital M alone is short for major.
    minor = mode != "M" and mode.lower() in _MINOR_WORDS
    return Key(tonic % 12, minor)
