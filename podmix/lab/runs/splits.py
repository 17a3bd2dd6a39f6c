# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is trained on and who is measured: decided by a hash of the show or the artist.

Never by passage or track, for what a model heard of a show helps it with that show's other episodes. A group's place
depends on its name and the salt alone: it stays when data come or go, on every machine and in every order.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

PARTS = ("train", "validation", "test")
SHARES = (0.7, 0.15, 0.15)
_SALT = "podmix-1"


def place_of(group: str, *, salt: str = _SALT) -> float:
    """0..1, evenly spread over groups. Writing (case, accents' form, outer spaces) makes no difference."""
    name = unicodedata.normalize("NFKC", group).casefold().strip()
    return int.from_bytes(hashlib.sha256(f"{salt}\0{name}".encode()).digest()[:8], "big") / 2**64


def part_of(group: str, *, shares: tuple[float, ...] = SHARES, salt: str = _SALT) -> str:
    """One of PARTS."""
    place, edge = place_of(group, salt=salt) * sum(shares), 0.0
    for part, share in zip(PARTS, shares, strict=True):
        edge += share
        if place < edge:
            return part
    return PARTS[-1]


def fold_of(group: str, folds: int, *, salt: str = _SALT) -> int:
    """0..folds-1."""
    return min(folds - 1, int(place_of(group, salt=salt) * folds))


def folds_of(groups: Iterable[str], folds: int, *, salt: str = _SALT) -> list[int]:
    return [fold_of(group, folds, salt=salt) for group in groups]
