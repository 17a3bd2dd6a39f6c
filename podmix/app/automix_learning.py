# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does with transitions, kept, and the weights that follow from it.

Events are lines of JSON in the home's data folder; weights are made of all of them anew each time, so that taking an
event back gives what would have been learnt without it. Both files may be read, changed or deleted by hand.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from podmix.automix.learning import MixEvent, learnt
from podmix.automix.weights import MixWeights
from podmix.errors import StorageError, UsageError
from podmix.paths import Home, atomic_write

_LOG = logging.getLogger("podmix.automix")

EVENTS_FILE, WEIGHTS_FILE = "mix-events.jsonl", "mix-weights.json"
MOST_EVENTS = 20_000
_LARGEST = 16 * 1024 * 1024
_ONE_BY_ONE = threading.Lock()
"""Events come from several threads; each is added to all before it."""


def kept_weights(home: Home) -> MixWeights:
    """The person's weights; the ordinary ones where there are none, or where the file is no longer any."""
    place = home.data / WEIGHTS_FILE
    try:
        if not place.is_file() or place.stat().st_size > _LARGEST:
            return MixWeights()
        return MixWeights.from_json(place.read_text(encoding="utf-8", errors="replace"))
    except (OSError, UsageError) as problem:
        _LOG.warning("the weights for mixes are not used: %s", problem)
        return MixWeights()


def note_event(home: Home, event: MixEvent) -> MixWeights:
    """Keep what a person did and learn from it; returns the new weights. Raises StorageError."""
    with _ONE_BY_ONE:
        return _kept(home, [*kept_events(home), event][-MOST_EVENTS:])


def forget_events(home: Home, last: int | None = None) -> MixWeights:
    """Take the ``last`` events back (None: all). Raises StorageError."""
    with _ONE_BY_ONE:
        events = list(kept_events(home))
        return _kept(home, events[: max(0, len(events) - last)] if last is not None else [])


def forget_event(home: Home, event: MixEvent) -> MixWeights:
    """Take this one event back, the newest of its like; what is not there is passed over. Raises StorageError."""
    with _ONE_BY_ONE:
        events = list(kept_events(home))
        if event in events:
            del events[len(events) - 1 - events[::-1].index(event)]
        return _kept(home, events)


def kept_events(home: Home) -> Iterator[MixEvent]:
    """What was kept, oldest first; lines that are no events are passed over."""
    place = home.data / EVENTS_FILE
    try:
        if not place.is_file() or place.stat().st_size > _LARGEST:
            return
        lines = place.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as problem:
        _LOG.warning("what was learnt of mixes cannot be read: %s", problem)
        return
    for line in lines:
        try:
            given: Any = json.loads(line)
            terms = given.get("terms")
            yield MixEvent(str(given["what"]), str(given["kind"]), str(given.get("new_kind", "")),
                           {str(name): float(value) for name, value in terms.items()} if terms else None)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            _LOG.info("a line of %s is no event", place.name)


def _kept(home: Home, events: list[MixEvent]) -> MixWeights:
    weights = learnt(events)
    _write(home.data / EVENTS_FILE, "".join(json.dumps(asdict(event)) + "\n" for event in events))
    _write(home.data / WEIGHTS_FILE, weights.to_json() + "\n")
    return weights


def _write(target: Path, text: str) -> None:
    try:
        with atomic_write(target) as out:
            out.write(text.encode("utf-8"))  # type: ignore[arg-type]  # opened for bytes
    except OSError as problem:
        raise StorageError("What you did could not be kept.", remedy="Check the disk and its permissions.",
                           detail=str(problem)) from problem
