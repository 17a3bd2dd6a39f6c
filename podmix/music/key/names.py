# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the 24 keys, in words, on Camelot's wheel and in Open Key notation.

Conventions: keys are numbered 0..11 for C major to B major and 12..23 for C minor to B minor.
"""

from __future__ import annotations

NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_FLATS = {"Db": 1, "D#": 3, "Gb": 6, "G#": 8, "A#": 10, "Cb": 11, "B#": 0, "E#": 5, "Fb": 4}


def key_name(number: int) -> str:
    """Such as "A minor"."""
    return f"{NOTES[number % 12]} {'major' if number < 12 else 'minor'}"


def key_number(name: str) -> int:
    """Reads "A minor", "Bb major", "F#m", "Am", "C". Raises ValueError for anything else."""
    text = name.strip().replace("♯", "#").replace("♭", "b")
    note, _, rest = text.partition(" ")
    minor = rest.lower().startswith("min")
    if not rest and len(note) > 1 and note.endswith("m"):
        note, minor = note[:-1], True
    note = note[:1].upper() + note[1:]
    if note not in NOTES and note not in _FLATS:
        raise ValueError(f"not a key: {name!r}")
    return (NOTES.index(note) if note in NOTES else _FLATS[note]) + 12 * minor


def _fifths(number: int) -> int:
    """Steps of a fifth from C major or A minor, 0..11: keys of the same notes have the same."""
    tonic = number if number < 12 else (number + 3) % 12
    return tonic * 7 % 12


def camelot(number: int) -> str:
    """Mixed In Key's wheel: A minor is 8A, C major 8B; a fifth up adds one."""
    return f"{(_fifths(number) + 7) % 12 + 1}{'B' if number < 12 else 'A'}"


def open_key(number: int) -> str:
    """Traktor's Open Key: C major is 1d, A minor 1m; a fifth up adds one."""
    return f"{_fifths(number) + 1}{'d' if number < 12 else 'm'}"
