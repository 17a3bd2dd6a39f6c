# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person asks of a mix."""

from __future__ import annotations

import math
from dataclasses import dataclass

from podmix.automix.tempo import FARTHEST, LIMIT
from podmix.errors import UsageError

SHAPES = ("warm-up", "peak", "wave", "flat", "cool-down")
SAMPLE_RATES = (44_100, 48_000, 88_200, 96_000)


@dataclass(frozen=True, slots=True)
class MixOptions:
    """How a mix is to be.

    ``order``: "keep" or "auto". ``shape``: one of ``SHAPES``, "" for none, or drawn points ``((0..1 of the mix, energy
    1..10), …)``. ``minutes``: about so long, tracks are chosen (None: all). ``most_cut``: of a track at most this share
    is left out, 0 with ``full_songs``. ``artist_gap``: no artist again within so many tracks. ``limit``: tempi are
    bent by no more than this share. ``first`` and ``last`` are places in the given list that open and close the mix;
    ``pairs`` places that follow each other.
    """

    order: str = "keep"
    shape: str | tuple[tuple[float, float], ...] = ""
    minutes: float | None = None
    full_songs: bool = False
    most_cut: float = 0.3
    artist_gap: int = 2
    limit: float = LIMIT
    first: int | None = None
    last: int | None = None
    pairs: tuple[tuple[int, int], ...] = ()
    title: str = ""
    sample_rate: int = 44_100

    @property
    def cut_share(self) -> float:
        return 0.0 if self.full_songs else self.most_cut

    def checked(self, count: int) -> MixOptions:
        """Itself. Raises UsageError for what cannot be meant, ``count`` being the number of tracks."""
        if self.order not in ("keep", "auto"):
            raise UsageError("The order is “keep” or “auto”.")
        if isinstance(self.shape, str) and self.shape and self.shape not in SHAPES:
            raise UsageError(f"There is no energy curve “{self.shape[:40]}”.",
                             remedy=f"There are: {', '.join(SHAPES)}.")
        if not isinstance(self.shape, str) and not all(
                len(point) == 2 and all(map(math.isfinite, point)) for point in self.shape):
            raise UsageError("The points of an energy curve are pairs of numbers.")
        if self.minutes is not None and not 0 < self.minutes <= 7 * 24 * 60:
            raise UsageError("A mix lasts between 0 minutes and a week.")
        if not 0 <= self.most_cut <= 0.9:
            raise UsageError("Of a track between 0 and 90 percent may be left out.")
        if not 0 <= self.limit <= FARTHEST:
            raise UsageError("Tempi are bent by at most 10 percent.")
        if self.artist_gap < 0 or self.sample_rate not in SAMPLE_RATES:
            raise UsageError("The artist gap cannot be negative, and sample rates are 44100, 48000, 88200 or 96000.")
        self._check_places(count)
        return self

    def _check_places(self, count: int) -> None:
        ends = [place for place in (self.first, self.last) if place is not None]
        if any(not 0 <= place < count for place in (*ends, *(place for pair in self.pairs for place in pair))):
            raise UsageError("A lock names a track that is not in the list.")
        if count > 1 and self.first is not None and self.first == self.last:
            raise UsageError("One track cannot both open and close a mix of several.")
        followers = [after for _, after in self.pairs]
        leaders = [before for before, _ in self.pairs]
        if len(set(followers)) != len(followers) or len(set(leaders)) != len(leaders) or self._goes_round():
            raise UsageError("The locked pairs contradict each other.")
        if self.first in followers or self.last in leaders:
            raise UsageError("A locked pair contradicts the track that opens or closes the mix.")

    def _goes_round(self) -> bool:
        following = dict(self.pairs)
        for start in following:
            place: int | None = start
            for _ in following:
                place = following.get(place) if place is not None else None
                if place == start:
                    return True
        return False
