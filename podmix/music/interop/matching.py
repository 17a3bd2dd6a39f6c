# SPDX-License-Identifier: GPL-3.0-or-later
"""Which track of the library a location means: the path itself, else the way its end agrees.

Collections come from other machines: drives have other letters, home folders other names, letters other forms
(composed or not, upper or lower). So a location whose path is unknown is matched by its file name, and among several of
that name by as many of the folders around it as agree; where that leaves two, it is nobody's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from podmix.music.library_types import TrackId

_SEPARATORS = re.compile(r"[/\\]+")


class Matcher:
    """Finds tracks by location; made from path -> id of the library."""

    def __init__(self, ids_by_path: Mapping[str, TrackId]) -> None:
        self._exact = ids_by_path
        self._by_name: dict[str, list[tuple[list[str], TrackId]]] = {}
        for path, track in ids_by_path.items():
            parts = _parts(path)
            if parts:
                self._by_name.setdefault(parts[-1], []).append((parts, track))

    def find(self, location: str) -> TrackId | None:
        if (exact := self._exact.get(location)) is not None:
            return exact
        wanted = _parts(location)
        if not wanted:
            return None
        scored = sorted(((_agreeing(parts, wanted), track) for parts, track in self._by_name.get(wanted[-1], [])),
                        reverse=True)
        if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0]):
            return None
        return scored[0][1]


def _parts(path: str) -> list[str]:
    plain = unicodedata.normalize("NFC", path).casefold()
    return [part for part in _SEPARATORS.split(plain) if part]


def _agreeing(one: list[str], other: list[str]) -> int:
    """How many parts agree, from the end."""
    count = 0
    for mine, yours in zip(reversed(one), reversed(other), strict=False):
        if mine != yours:
            break
        count += 1
    return count
