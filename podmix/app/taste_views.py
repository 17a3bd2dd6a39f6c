# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verbs of taste and mixes answer: plain, frozen results, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from podmix.app.views import PreviewCard
from podmix.music.library_types import Track


@dataclass(frozen=True, slots=True)
class FeedCard:
    """A card of the ranked feed. ``why`` are sentences, the strongest first; ``explored`` tells that it was drawn to
    learn; ``propensity`` is the chance with which it came to this place.
    """

    card: PreviewCard
    place: int
    score: float
    why: tuple[str, ...]
    explored: bool
    propensity: float


@dataclass(frozen=True, slots=True)
class MixTrack:
    """One track of a mix and why it is there. ``whose`` is "you", "friend" or "both" in a blend, else empty.

    ``added`` marks what enhancing put in. ``preview_id`` is a preview to hear before this track ("morning drive").
    """

    track: Track
    reason: str
    whose: str = ""
    added: bool = False
    preview_id: int | None = None


@dataclass(frozen=True, slots=True)
class MixCard:
    """A mix. ``key`` asks for it again; ``kind`` is daily, genre, mood, decade, phrase, blend, enhance or path.

    ``match`` 0..100 is how much two listeners share (blends only).
    """

    key: str
    kind: str
    title: str
    about: str
    tracks: tuple[MixTrack, ...]
    match: int | None = None

    @property
    def track_ids(self) -> tuple[int, ...]:
        return tuple(int(one.track.id) for one in self.tracks)


@dataclass(frozen=True, slots=True)
class InterestCard:
    """One interest as it shows: its share 0..1 and what it was read from."""

    share: float
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestedShow:
    """A show that somebody the listener trusts points to. ``why`` is a sentence."""

    title: str
    address: str
    why: str


@dataclass(frozen=True, slots=True)
class TasteSummary:
    """All that is known of the listener. ``events`` are (kind, how often); ``file`` is where it lies."""

    events: tuple[tuple[str, int], ...]
    interests: tuple[InterestCard, ...]
    chosen: tuple[str, ...]
    friends: tuple[str, ...]
    modes: tuple[str, ...]
    file: Path
