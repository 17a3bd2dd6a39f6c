# SPDX-License-Identifier: GPL-3.0-or-later
"""What a listener did: one ``TasteEvent`` a reaction, and what reactions say together.

Conventions: ``at`` is seconds since 1970; ``seconds`` is how much was heard (of a music skip: at which second);
``place`` is the position in the feed or the mix, from 0. An event names things by kind and number only: titles, paths
and words never enter it.

How much a reaction says (``OUTCOMES``) follows the usual order for implicit feedback (Hu, Koren and Volinsky, 2008):
an explicit word counts several times an implicit sign, and what was never looked at says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """Each is stored by its value: values never change their meaning."""

    SHOWN = "shown"  # a card stood on the screen for ``seconds``
    WATCHED = "watched"  # heard for ``seconds``, not to the end
    FINISHED = "finished"
    SKIPPED = "skipped"  # left; music: at second ``seconds``
    REPLAYED = "replayed"
    SOUGHT_BACK = "sought back"
    LIKED = "liked"
    DISLIKED = "disliked"  # "less like this"
    CLEARED = "cleared"  # a like or dislike taken back
    SAVED = "saved"
    UNSAVED = "unsaved"
    OPENED = "opened"  # on to the full episode
    PLAYED = "played"  # music, for ``seconds``
    MIX_PLAYED = "mix played"


class Thing(StrEnum):
    """What an event is about."""

    PREVIEW = "preview"
    EPISODE = "episode"
    SHOW = "show"
    TRACK = "track"
    MIX = "mix"


@dataclass(frozen=True, slots=True)
class TasteEvent:
    """One reaction; see the module's text."""

    kind: EventKind
    thing: Thing
    number: int
    at: float
    seconds: float = 0.0
    place: int = -1

    def tidy(self, now: float) -> TasteEvent | None:
        """As it may be stored: a clock that ran ahead is set to ``now``; None for what means nothing."""
        if not math.isfinite(self.at) or not math.isfinite(self.seconds) or not 0 <= self.number < 2**62:
            return None
        at = now if self.at > now or self.at < 0 else self.at
        return TasteEvent(EventKind(self.kind), Thing(self.thing), int(self.number), at,
                          min(max(float(self.seconds), 0.0), 86_400.0), max(-1, min(int(self.place), 100_000)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all reactions to one thing say together.

    ``value`` is -0.5 ("less like this") to 1 (liked); ``weight`` is how surely, 1 for an implicit sign; ``at`` is the
    last reaction. ``explicit`` tells that the listener said it in so many words.
    """

    thing: Thing
    number: int
    value: float
    weight: float
    at: float
    explicit: bool


OUTCOMES: dict[EventKind, tuple[float, float]] = {
    EventKind.LIKED: (1.0, 4.0),
    EventKind.SAVED: (0.95, 3.0),
    EventKind.OPENED: (0.95, 2.5),
    EventKind.REPLAYED: (0.9, 2.0),
    EventKind.FINISHED: (0.8, 1.5),
    EventKind.PLAYED: (0.7, 1.0),
    EventKind.SOUGHT_BACK: (0.7, 1.0),
    EventKind.DISLIKED: (-0.5, 6.0),
}
"""Kind -> (value, weight). Seconds heard without the end are worth at most ``PARTIAL``."""
PARTIAL = 0.5
EXPLICIT = frozenset({EventKind.LIKED, EventKind.DISLIKED, EventKind.SAVED})
_LOOKED_S = 1.0  # a card that stood shorter was swiped over unseen
_QUICK_S = 30.0  # music left earlier was not wanted; one second later says less and less
_TAKES_BACK = {EventKind.CLEARED: (EventKind.LIKED, EventKind.DISLIKED), EventKind.UNSAVED: (EventKind.SAVED,),
               EventKind.LIKED: (EventKind.DISLIKED,), EventKind.DISLIKED: (EventKind.LIKED,)}


def outcomes_of(events: Iterable[TasteEvent], length_s: float = 60.0) -> list[Outcome]:
    """What each thing came to, in the order of first sight. ``length_s`` is how long a preview is."""
    heard: dict[tuple[Thing, int], list[TasteEvent]] = {}
    for event in events:
        heard.setdefault((event.thing, event.number), []).append(event)
    found = (_outcome(thing, number, told, length_s) for (thing, number), told in heard.items())
    return [one for one in found if one is not None]


def _outcome(thing: Thing, number: int, told: list[TasteEvent], length_s: float) -> Outcome | None:
    standing: dict[EventKind, float] = {}
    for event in sorted(told, key=lambda one: one.at):
        for gone in _TAKES_BACK.get(event.kind, ()):
            standing.pop(gone, None)
        standing[event.kind] = max(standing.get(event.kind, 0.0), event.seconds)
    at = max(event.at for event in told)
    if EventKind.DISLIKED in standing:
        return Outcome(thing, number, *OUTCOMES[EventKind.DISLIKED], at, explicit=True)
    best = max((OUTCOMES[kind] for kind in standing if kind in OUTCOMES), default=None)
    if best is not None and not (thing is Thing.TRACK and _left_at_once(standing)):
        return Outcome(thing, number, *best, at, explicit=bool(EXPLICIT & standing.keys()))
    seconds = max((standing.get(kind, 0.0) for kind in (EventKind.WATCHED, EventKind.SKIPPED)), default=0.0)
    if thing is Thing.TRACK and EventKind.SKIPPED in standing:
        return Outcome(thing, number, min(PARTIAL, seconds / _QUICK_S * PARTIAL), 1.0, at, explicit=False)
    if EventKind.WATCHED in standing or EventKind.SKIPPED in standing:
        return Outcome(thing, number, PARTIAL * min(1.0, seconds / max(length_s, 1.0)), 1.0, at, explicit=False)
    if standing.get(EventKind.SHOWN, 0.0) >= _LOOKED_S:
        return Outcome(thing, number, 0.0, 0.5, at, explicit=False)
    return None


def _left_at_once(standing: dict[EventKind, float]) -> bool:
    """A track that was only started and left: playing it said nothing."""
    said = standing.keys() & (EXPLICIT | {EventKind.FINISHED, EventKind.REPLAYED})
    return not said and EventKind.SKIPPED in standing and standing[EventKind.SKIPPED] < _QUICK_S
