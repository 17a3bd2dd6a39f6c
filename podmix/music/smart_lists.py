# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as data: what a filter and a smart playlist ask of a track, and the SQL that answers.

A rule is a plain tree, so that it can be stored, shown and edited:

- ``{"all": [rules]}``, ``{"any": [rules]}``, ``{"none": [rules]}``;
- ``{"field": name, "op": operator, "value": value}``.

Fields and operators come from the tables below and values are always parameters, so that no rule can say anything else
to the database. A smart playlist adds ``order`` (a sort of ``store_tables.SORTS`` or "random"), ``descending`` and
``limit``. A text such as ``bpm:120-128 key:8A rating>=4 "night train"`` reads into the same rules.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from podmix.errors import UsageError
from podmix.music.interop.key_notation import parse_key
from podmix.music.store_tables import folded, shown

Rules = Mapping[str, Any]
DEEPEST = 20
MOST_RULES = 500
_DAY_S = 86_400.0

TEXT_FIELDS = {"title": "title_sort", "artist": "artist_sort", "album": "album_sort", "genre": "genre_sort",
               "album_artist": "album_artist", "comment": "comment", "composer": "composer", "remixer": "remixer",
               "label": "label", "grouping": "grouping", "folder": "folder", "file": "file_name", "format": "format"}
NUMBER_FIELDS = {"bpm": "bpm", "energy": "energy", "lufs": "lufs", "rating": "rating", "year": "year",
                 "duration": "duration", "plays": "play_count", "bitrate": "bitrate", "sample_rate": "sample_rate",
                 "size": "size", "track": "track_number"}
DATE_FIELDS = {"added": "added", "last_played": "last_played"}
YES_FIELDS = {"missing": "missing IS NOT NULL", "analysed": "analysed", "has_problem": "problem <> ''",
              "has_cover": "art <> ''",
              "has_cues": "tracks.id IN (SELECT track_id FROM imported_marks WHERE cues <> '[]')",
              "corrected": "tracks.id IN (SELECT track_id FROM corrections)"}
_FOLDED = frozenset({"title", "artist", "album", "genre"})

_NUMBER_OPS = {"is": "=", "is_not": "IS NOT", "less": "<", "at_most": "<=", "more": ">", "at_least": ">="}
OPERATORS = {
    "text": ("is", "is_not", "contains", "contains_not", "starts", "ends", "empty", "not_empty"),
    "number": (*_NUMBER_OPS, "between", "empty", "not_empty"),
    "date": ("before", "after", "in_last_days", "not_in_last_days", "empty", "not_empty"),
    "key": ("is", "is_not", "compatible", "empty", "not_empty"),
    "yes": ("is",),
    "playlist": ("is", "is_not"),
}


class Sql(NamedTuple):
    """A condition on ``tracks`` and its parameters in order."""

    text: str
    parameters: tuple[Any, ...] = ()


def kind_of(field: str) -> str:
    """text, number, date, key, yes or playlist; UsageError for what is no field."""
    for kind, fields in (("text", TEXT_FIELDS), ("number", NUMBER_FIELDS), ("date", DATE_FIELDS), ("yes", YES_FIELDS)):
        if field in fields:
            return kind
    if field in ("key", "playlist"):
        return field
    raise UsageError(f"There is no field “{str(field)[:40]}” to filter by.",
                     remedy=f"Fields: {', '.join(fields_known())}.")


def fields_known() -> list[str]:
    return sorted((*TEXT_FIELDS, *NUMBER_FIELDS, *DATE_FIELDS, *YES_FIELDS, "key", "playlist"))


def compiled(rules: Rules, now: float) -> Sql:
    """The condition for ``rules``; ``now`` (a time stamp) is what "in the last days" counts from.

    Raises UsageError for unknown fields and operators, values of a wrong kind, and trees too deep or too large.
    """
    left = [MOST_RULES]
    return _compiled(rules, now, DEEPEST, left)


def _compiled(rule: Any, now: float, depth: int, left: list[int]) -> Sql:
    left[0] -= 1
    if depth <= 0 or left[0] < 0:
        raise UsageError("These rules are nested too deep, or too many.")
    if not isinstance(rule, Mapping):
        raise UsageError("A rule must name a field, an operator and a value.")
    for word, joint in (("all", " AND "), ("any", " OR "), ("none", " OR ")):
        if word in rule:
            parts = rule[word]
            if not isinstance(parts, Sequence) or isinstance(parts, str):
                raise UsageError(f"“{word}” needs a list of rules.")
            made = [_compiled(part, now, depth - 1, left) for part in parts]
            if not made:  # no rules ask for nothing; "any" of nothing is nothing
                return Sql("0" if word == "any" else "1")
            text = "(" + joint.join(one.text for one in made) + ")"
            return Sql(f"NOT COALESCE({text}, 0)" if word == "none" else text,
                       tuple(value for one in made for value in one.parameters))
    field, op, value = rule.get("field", ""), rule.get("op", ""), rule.get("value")
    kind = kind_of(field)
    if op not in OPERATORS[kind]:
        raise UsageError(f"“{field}” knows no “{str(op)[:40]}”.", remedy=f"It knows: {', '.join(OPERATORS[kind])}.")
    return _MAKERS[kind](field, op, value, now)


def _text(field: str, op: str, value: Any, _now: float) -> Sql:
    column = TEXT_FIELDS[field]
    if op in ("empty", "not_empty"):
        return Sql(f"{column} {'=' if op == 'empty' else '<>'} ''")
    if not isinstance(value, str):
        raise UsageError(f"“{field}” is compared with a text.")
    # Columns that are folded hold no accents; the others ignore the case of A to Z.
    value = shown(value)
    wanted = folded(value) if field in _FOLDED else "".join(c.lower() if c.isascii() else c for c in value)
    column = column if field in _FOLDED else f"lower({column})"
    match op:
        case "is":
            return Sql(f"{column} = ?", (wanted,))
        case "is_not":
            return Sql(f"{column} <> ?", (wanted,))
        case "contains":
            return Sql(f"instr({column}, ?) > 0", (wanted,))
        case "contains_not":
            return Sql(f"instr({column}, ?) = 0", (wanted,))
        case "starts":
            return Sql(f"substr({column}, 1, ?) = ?", (len(wanted), wanted))
        case _:
            return Sql(f"substr({column}, -?) = ?", (len(wanted), wanted)) if wanted else Sql("1")


def _number(field: str, op: str, value: Any, _now: float) -> Sql:
    column = NUMBER_FIELDS[field]
    if op in ("empty", "not_empty"):
        return Sql(f"{column} IS {'NULL' if op == 'empty' else 'NOT NULL'}")
    if op == "between":
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            raise UsageError(f"“{field}” between needs two numbers.")
        low, high = sorted(_as_number(field, one) for one in value)
        return Sql(f"{column} BETWEEN ? AND ?", (low, high))
    return Sql(f"{column} {_NUMBER_OPS[op]} ?", (_as_number(field, value),))


def _as_number(field: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise UsageError(f"“{field}” is compared with a number.")
    return float(value)


def _date(field: str, op: str, value: Any, now: float) -> Sql:
    column = DATE_FIELDS[field]
    if op in ("empty", "not_empty"):
        return Sql(f"{column} IS {'NULL' if op == 'empty' else 'NOT NULL'}")
    stamp = _as_number(field, value)
    match op:
        case "before":
            return Sql(f"{column} < ?", (stamp,))
        case "after":
            return Sql(f"{column} >= ?", (stamp,))
        case "in_last_days":
            return Sql(f"{column} >= ?", (now - stamp * _DAY_S,))
        case _:
            return Sql(f"COALESCE({column}, 0) < ?", (now - stamp * _DAY_S,))


def _key(field: str, op: str, value: Any, _now: float) -> Sql:
    if op in ("empty", "not_empty"):
        return Sql(f"key_order IS {'NULL' if op == 'empty' else 'NOT NULL'}")
    key = parse_key(value) if isinstance(value, str) else None
    if key is None:
        raise UsageError(f"“{str(value)[:40]}” is no {field}.", remedy="Write it like Am, 8A or 1m.")
    if op == "compatible":
        orders = tuple(one.order for one in key.compatible())
        return Sql(f"key_order IN ({', '.join('?' * len(orders))})", orders)
    return Sql(f"key_order {'=' if op == 'is' else 'IS NOT'} ?", (key.order,))


def _yes(field: str, _op: str, value: Any, _now: float) -> Sql:
    if not isinstance(value, bool):
        raise UsageError(f"“{field}” is yes or no.")
    return Sql(f"({YES_FIELDS[field]})" if value else f"NOT ({YES_FIELDS[field]})")


def _playlist(field: str, op: str, value: Any, _now: float) -> Sql:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**62:
        raise UsageError(f"“{field}” is asked by its number.")
    inside = "tracks.id IN (SELECT track FROM playlist_items WHERE playlist = ?)"
    return Sql(inside if op == "is" else f"NOT {inside}", (value,))


_MAKERS: dict[str, Callable[[str, str, Any, float], Sql]] = {
    "text": _text, "number": _number, "date": _date, "key": _key, "yes": _yes, "playlist": _playlist}


# -- from a line of text --

_TERM = re.compile(r"(-?)([a-z_]+)(:|>=|<=|>|<|=|~)(.*)", re.DOTALL)
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")
_CLOCK = re.compile(r"(\d{1,3}):(\d\d)")
_COMPARED = {">=": "at_least", "<=": "at_most", ">": "more", "<": "less", "=": "is", ":": "is"}


def read_filter(line: str) -> tuple[str, Rules]:
    """(words for the full-text search, rules) of a line such as ``night bpm:120-128 key~8A -genre:pop added:30``.

    ``field:value`` compares (texts: contains; ``added:30``: in the last 30 days; ``key~8A``: goes with 8A); a leading
    ``-`` excludes. Anything that names no field is a word to search for. Raises UsageError for values that do not fit.
    """
    words: list[str] = []
    wanted: list[Rules] = []
    excluded: list[Rules] = []
    for term in _terms(line):
        found = _TERM.fullmatch(term)
        if not found or found[2] not in fields_known():
            words.append(term)
            continue
        rule = _term_rule(found[2], found[3], found[4].strip())
        (excluded if found[1] else wanted).append(rule)
    if excluded:
        wanted.append({"none": excluded})
    return " ".join(words), {"all": wanted}


def _terms(line: str) -> list[str]:
    """Split at blanks outside double quotes; an apostrophe is a letter."""
    reader = shlex.shlex(line, posix=True)
    reader.quotes, reader.escape, reader.commenters, reader.whitespace_split = '"', "", "", True
    try:
        return list(reader)
    except ValueError:  # a quote that never ends
        return line.replace('"', " ").split()


def _term_rule(field: str, sign: str, value: str) -> Rules:
    kind = kind_of(field)
    if kind != "yes" and value in ("", "none"):
        return {"field": field, "op": "empty"}
    match kind:
        case "text":
            return {"field": field, "op": "is" if sign == "=" else "contains", "value": value}
        case "key":
            return {"field": field, "op": "compatible" if sign == "~" else "is", "value": value}
        case "yes":
            return {"field": field, "op": "is", "value": value.lower() in ("", "yes", "true", "1", "on")}
        case "date":
            since = "not_in_last_days" if sign in (">", ">=") else "in_last_days"
            return {"field": field, "op": since, "value": _read_number(field, value)}
        case "playlist":
            return {"field": field, "op": "is", "value": int(_read_number(field, value))}
    if (both := _RANGE.fullmatch(value)) and sign in (":", "="):
        return {"field": field, "op": "between", "value": [float(both[1]), float(both[2])]}
    return {"field": field, "op": _COMPARED.get(sign, "is"), "value": _read_number(field, value)}


def _read_number(field: str, text: str) -> float:
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 60.0 + int(clock[2])
    try:
        value = float(text.replace(",", ".").removesuffix("d"))
    except ValueError:
        raise UsageError(f"“{field}” is compared with a number, not with “{text[:40]}”.") from None
    return _as_number(field, value)
