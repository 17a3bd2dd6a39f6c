# SPDX-License-Identifier: GPL-3.0-or-later
"""A music library as arrays, which is what all mixes are made of.

Conventions: row ``i`` of every array is the track ``ids[i]``; unknown numbers are NaN, unknown names -1, unknown sounds
rows of zeros. Nothing here touches a file or a database.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from podmix.taste.interests import Doubles, Floats, Ints, unit_rows

GENRE_SLOTS = 24
_TAGS_WEIGHT = 0.6
FAVOURITE = 0.5
"""From this liking on a track is a favourite."""


@dataclass(frozen=True)
class TrackRow:
    """One track as it is taken in. ``liking`` -1..1; ``heard_days`` since the last play, infinite where never.

    ``minor`` is None where no key is known.
    """

    number: int
    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    year: int | None = None
    bpm: float | None = None
    energy: float | None = None
    minor: bool | None = None
    camelot: str = ""
    liking: float = 0.0
    heard_days: float = math.inf
    comment: str = ""


@dataclass(frozen=True)
class MusicLibrary:
    """``sounds`` ``(n, d)`` unit rows or zeros; ``artists`` and ``genres`` ``(n,)`` places in the names beside."""

    rows: tuple[TrackRow, ...]
    sounds: Floats

    def __len__(self) -> int:
        return len(self.rows)

    def _numbers(self, values: Iterable[float | None]) -> Doubles:
        return np.array([np.nan if value is None else float(value) for value in values], np.float64)

    @cached_property
    def ids(self) -> Ints:
        return np.array([row.number for row in self.rows], np.intp)

    @cached_property
    def place_of(self) -> dict[int, int]:
        return {row.number: place for place, row in enumerate(self.rows)}

    @cached_property
    def artists(self) -> Ints:
        return _coded([folded(row.artist) for row in self.rows])[1]

    @cached_property
    def genre_names(self) -> tuple[str, ...]:
        """As first written, by place."""
        names, codes = _coded([folded(row.genre) for row in self.rows])
        written = [""] * len(names)
        for row, code in zip(reversed(self.rows), codes[::-1].tolist(), strict=True):
            if code >= 0:
                written[code] = row.genre
        return tuple(written)

    @cached_property
    def genres(self) -> Ints:
        return _coded([folded(row.genre) for row in self.rows])[1]

    @cached_property
    def years(self) -> Doubles:
        return self._numbers(row.year for row in self.rows)

    @cached_property
    def bpm(self) -> Doubles:
        return self._numbers(row.bpm for row in self.rows)

    @cached_property
    def energy(self) -> Doubles:
        return self._numbers(row.energy for row in self.rows)

    @cached_property
    def minor(self) -> Doubles:
        return self._numbers(row.minor for row in self.rows)

    @cached_property
    def liking(self) -> Doubles:
        return self._numbers(row.liking for row in self.rows)

    @cached_property
    def heard_days(self) -> Doubles:
        return self._numbers(row.heard_days for row in self.rows)

    @cached_property
    def words(self) -> tuple[frozenset[str], ...]:
        """The words of each track's tags."""
        return tuple(frozenset(words_in(f"{row.title} {row.artist} {row.album} {row.genre} {row.comment}"))
                     for row in self.rows)

    @cached_property
    def character(self) -> Floats:
        """``(n, d + GENRE_SLOTS + 3)`` unit rows: sound, genre, and how fast, driving and old. Works without sound."""
        tags = np.zeros((len(self), GENRE_SLOTS + 3), np.float32)
        known = self.genres >= 0
        slots = np.array([zlib.crc32(folded(name).encode()) % GENRE_SLOTS for name in self.genre_names] or [0], np.intp)
        tags[np.flatnonzero(known), slots[self.genres[known]]] = 1.0
        for column, (values, middle, width) in enumerate(((self.bpm, 118.0, 30.0), (self.energy, 5.5, 2.5),
                                                          (self.years, 1998.0, 20.0)), start=GENRE_SLOTS):
            tags[:, column] = np.nan_to_num(np.clip((values - middle) / width, -2, 2)) * 0.5
        return unit_rows(np.concatenate([self.sounds, unit_rows(tags) * _TAGS_WEIGHT], axis=1))

    def places(self, numbers: Iterable[int]) -> Ints:
        """Of those that are there, in order; what was deleted is passed over."""
        return np.array([self.place_of[one] for one in numbers if one in self.place_of], np.intp)

    def mask(self, numbers: Iterable[int]) -> NDArray[np.bool_]:
        found = np.zeros(len(self), np.bool_)
        found[self.places(numbers)] = True
        return found


def folded(text: str) -> str:
    """Lower case without accents and doubled blanks: how names are compared."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def words_in(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def _coded(names: Sequence[str]) -> tuple[list[str], Ints]:
    """(names in order, their places); the empty name is -1."""
    order = sorted(set(names) - {""})
    place = {name: i for i, name in enumerate(order)} | {"": -1}
    return order, np.array([place[name] for name in names], np.intp)
