# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener's taste as a file to give to a friend: strict JSON, read with distrust.

What is in it: a name the listener chose; interests as unit vectors with a weight and titles of shows; sounds liked
likewise; favourite artists, genres and tracks by name; shows by title and, where it is public, feed address. What is
never in it: paths, dates, counts, single reactions, anything heard but not liked. What is read may hold exactly these
fields, of these kinds, within the limits below: anything else is refused whole, nothing in it is run, opened or asked
for, and its texts are plain.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from podmix.errors import UsageError
from podmix.paths import atomic_write

FORM = "podmix-taste"
VERSION = 1
MOST_BYTES = 1_000_000
MOST_INTERESTS = 16
MOST_NAMED = 400
MOST_DIMENSIONS = 1_024
LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class SharedInterest:
    """``vector`` is of unit length in the space that ``space`` names; ``weight`` 0..1; ``labels`` say what it is."""

    space: str
    vector: tuple[float, ...]
    weight: float
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Something liked, by name. ``by`` is a track's artist, else empty; ``weight`` 0..1."""

    name: str
    weight: float
    by: str = ""


@dataclass(frozen=True, slots=True)
class SharedShow:
    title: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class TasteFile:
    """See the module's text."""

    name: str
    interests: tuple[SharedInterest, ...] = ()
    sounds: tuple[SharedInterest, ...] = ()
    artists: tuple[Named, ...] = ()
    genres: tuple[Named, ...] = ()
    tracks: tuple[Named, ...] = ()
    shows: tuple[SharedShow, ...] = ()


# -- writing --


def taste_text(taste: TasteFile) -> str:
    """The file's text; what ``read_taste`` reads."""
    return json.dumps({
        "form": FORM, "version": VERSION, "name": taste.name,
        "interests": [_interest_plain(one) for one in taste.interests],
        "sounds": [_interest_plain(one) for one in taste.sounds],
        "artists": [_named_plain(one) for one in taste.artists],
        "genres": [_named_plain(one) for one in taste.genres],
        "tracks": [_named_plain(one) | {"by": one.by} for one in taste.tracks],
        "shows": [{"title": one.title, "address": one.address} for one in taste.shows],
    }, ensure_ascii=False, indent=1, allow_nan=False)


def write_taste(taste: TasteFile, target: Path) -> None:
    with atomic_write(target, "w") as stream:
        stream.write(taste_text(taste))  # type: ignore[call-overload]


def _interest_plain(one: SharedInterest) -> dict[str, Any]:
    return {"space": one.space, "vector": [round(x, 4) for x in one.vector], "weight": round(one.weight, 4),
            "labels": list(one.labels)}


def _named_plain(one: Named) -> dict[str, Any]:
    return {"name": one.name, "weight": round(one.weight, 4)}


def public_address(url: str) -> str:
    """A feed's address if anybody may know it: http(s), no login, no query (keys stand there); else empty."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        private = parts.username or parts.password or parts.query or parts.fragment or "." not in host
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or private or host.replace(".", "").isdigit():
        return ""
    return url[:LONGEST_TEXT] if len(url) <= LONGEST_TEXT else ""


# -- reading --


def load_taste(path: Path) -> TasteFile:
    """A friend's file. Raises UsageError for what is no taste file, is too large, or holds anything unexpected."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as problem:
        raise UsageError(f"{path.name} cannot be read.", remedy="Check the path.", detail=str(problem)) from problem
    return read_taste(data)


def read_taste(data: bytes) -> TasteFile:
    """As ``load_taste``, from bytes."""
    if len(data) > MOST_BYTES:
        raise _refused(f"it is larger than {MOST_BYTES // 1000} kB")
    try:
        plain = json.loads(data.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise _refused("it is not plain JSON", str(problem)) from problem
    body = _fields(plain, {"form", "version", "name", "interests", "sounds", "artists", "genres", "tracks", "shows"})
    if body["form"] != FORM or body["version"] != VERSION or isinstance(body["version"], bool):
        raise _refused("it is of another form or version")
    return TasteFile(_text(body["name"]) or "A friend",
                     _list(body["interests"], _interest, MOST_INTERESTS),
                     _list(body["sounds"], _interest, MOST_INTERESTS), _list(body["artists"], _named, MOST_NAMED),
                     _list(body["genres"], _named, MOST_NAMED), _list(body["tracks"], _track, MOST_NAMED),
                     _list(body["shows"], _show, MOST_NAMED))


def _refused(why: str, detail: str = "") -> UsageError:
    return UsageError(f"This taste file was not taken in: {why}. Nothing was changed.",
                      remedy="Ask your friend for one written by: podmix taste export", detail=detail[:500])


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _fields(plain: Any, names: set[str]) -> dict[str, Any]:
    if not isinstance(plain, dict) or set(plain) != names:
        raise _refused("its fields are not those of a taste file")
    return plain


def _list(plain: Any, read: Callable[[Any], Any], most: int) -> tuple[Any, ...]:
    if not isinstance(plain, list) or len(plain) > most:
        raise _refused("a list in it is too long, or no list")
    return tuple(read(one) for one in plain)


def _text(plain: Any) -> str:
    if not isinstance(plain, str) or len(plain) > LONGEST_TEXT:
        raise _refused("a text in it is too long, or no text")
    kept = "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    return " ".join(kept.split())


def _number(plain: Any, low: float, high: float) -> float:
    if isinstance(plain, bool) or not isinstance(plain, (int, float)) or not low <= plain <= high:
        raise _refused("a number in it is out of range, or no number")
    return float(plain)


def _interest(plain: Any) -> SharedInterest:
    body = _fields(plain, {"space", "vector", "weight", "labels"})
    numbers = _list(body["vector"], lambda one: _number(one, -1.001, 1.001), MOST_DIMENSIONS)
    length = math.sqrt(sum(x * x for x in numbers))
    if not 0.9 <= length <= 1.1:
        raise _refused("a vector in it is not of unit length")
    return SharedInterest(_text(body["space"]), tuple(x / length for x in numbers), _number(body["weight"], 0, 1),
                          _list(body["labels"], _text, 8))


def _named(plain: Any) -> Named:
    body = _fields(plain, {"name", "weight"})
    return Named(_text(body["name"]), _number(body["weight"], 0, 1))


def _track(plain: Any) -> Named:
    body = _fields(plain, {"name", "weight", "by"})
    return Named(_text(body["name"]), _number(body["weight"], 0, 1), _text(body["by"]))


def _show(plain: Any) -> SharedShow:
    body = _fields(plain, {"title", "address"})
    return SharedShow(_text(body["title"]), public_address(_text(body["address"])))
