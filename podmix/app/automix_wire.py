# SPDX-License-Identifier: GPL-3.0-or-later
"""A mix's dataclasses as JSON-able data and back, for the pipe between the window and the process that plans.

Exact: what comes back equals what went in, arrays and bytes too. Only the dataclasses of a mix are known by name; what
names another one is refused, so that whatever comes through the pipe is data and nothing else.
"""

from __future__ import annotations

import base64
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podmix.automix.facts import TrackFacts

_ARRAYS = ("<f8", "<f4", "<i8", "<i4", "|b1", "|u1")


@cache
def _known() -> dict[str, type]:
    """The dataclasses of a mix by name."""
    from podmix.app import automix_process
    from podmix.automix import facts, options, plan
    from podmix.music import types

    return {kind.__name__: kind for room in (types, facts, options, plan, automix_process)
            for kind in vars(room).values() if isinstance(kind, type) and is_dataclass(kind)}


def plain(value: Any) -> Any:
    """``value`` as data that JSON has. Raises TypeError for what a mix does not hold."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return {"!bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {"!dict": [[plain(key), plain(one)] for key, one in value.items()]}
    if is_dataclass(value) and not isinstance(value, type) and _known().get(type(value).__name__) is type(value):
        return {"!": type(value).__name__, **{field.name: plain(getattr(value, field.name)) for field in fields(value)}}
    if hasattr(value, "dtype") and value.dtype.str in _ARRAYS:
        return {"!array": [value.dtype.str, list(value.shape), base64.b64encode(value.tobytes()).decode("ascii")]}
    raise TypeError(f"a {type(value).__name__} is no part of a mix")


def from_plain(data: Any) -> Any:
    """The value of ``plain`` data. Raises ValueError for what is none."""
    if isinstance(data, list):
        if not {list, dict} & set(map(type, data)):  # plain numbers, as most are: no need to look at each
            return tuple(data)
        return tuple(from_plain(one) for one in data)
    if not isinstance(data, dict):
        return data
    try:
        if "!bytes" in data:
            return base64.b64decode(data["!bytes"], validate=True)
        if "!dict" in data:
            return {from_plain(key): from_plain(one) for key, one in data["!dict"]}
        if "!array" in data:
            return _array(*data["!array"])
        kind = _known()[data["!"]]
        return kind(**{name: from_plain(one) for name, one in data.items() if name != "!"})
    except (KeyError, TypeError) as problem:
        raise ValueError(f"this does not belong into a mix: {data!r:.80}") from problem


def _array(kind: str, shape: list[int], text: str) -> Any:
    import numpy as np

    if kind not in _ARRAYS:
        raise TypeError(kind)
    return np.frombuffer(base64.b64decode(text), kind).reshape(shape).copy()


def plain_facts(facts: TrackFacts) -> Any:
    """Facts with their table of bars, so that it need not be made again."""
    return {"!dict": [["facts", plain(replace(facts))], ["table", plain(facts.table)]]}


def facts_from_plain(data: Any) -> TrackFacts:
    """The facts of ``plain_facts``. Raises ValueError."""
    both = from_plain(data)
    try:
        facts: TrackFacts = both["facts"]
        facts.__dict__["table"] = both["table"]  # as the cached property would
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError("these are no facts of a track") from problem
    return facts
