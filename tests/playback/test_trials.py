# SPDX-License-Identifier: GPL-3.0-or-later
"""Which file kills the filler: only that one is given up, whatever else was being decoded beside it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.playback.filler import Fill
from podmix.playback.item_source import ItemJob
from podmix.playback.protocol import Item
from podmix.playback.trials import GIVEN_UP, PATIENCE_S, Trials, Use


@dataclass(eq=False)
class Ring:
    """As much of a ring as is asked for."""

    kills_at: int | None = None  # frames
    length: int = 300_000
    urgent: bool = False
    frames: int = 0
    error: str = ""
    capacity: int = 280_000

    def finished(self) -> bool:
        return bool(self.error) or self.frames >= self.length

    @property
    def full(self) -> bool:
        return self.frames >= self.capacity

    def written(self) -> int:
        return self.frames

    def fail(self, error: str) -> None:
        self.error = error


@dataclass
class Play:
    """A filler that gives each of its jobs 2400 frames a turn, and dies with what kills it."""

    rings: list[Ring]
    trials: Trials = field(default_factory=Trials)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.uses = [Use(ring, Fill(k, k, ItemJob(Item(f"/x/{k}.mp3"), 0.0), 48_000))  # type: ignore[arg-type]
                     for k, ring in enumerate(self.rings)]
        self.working = list(self.uses)
        self.deaths = 0

    def turn(self) -> None:
        self.now += 0.03
        for use in self.working:
            ring: Ring = use.source  # type: ignore[assignment]
            if ring.kills_at is not None and ring.frames >= ring.kills_at and not ring.finished():
                self.deaths += 1
                self.working = []
                self.trials.begin(self.uses)
                break
            if not ring.full:
                ring.frames = min(ring.length, ring.frames + 2400)
        if self.trials.running:
            self.working += self.trials.due(self.now)

    def run(self) -> None:
        for _ in range(3000):
            self.turn()
        assert not self.trials.running


@given(kills=st.lists(st.none() | st.sampled_from([0, 2400, 100_000]), min_size=1, max_size=8),
       urgent=st.integers(0, 7))
def test_every_hostile_file_is_given_up_and_no_other(kills: list[int | None], urgent: int) -> None:
    play = Play([Ring(kills_at=at, urgent=k == urgent) for k, at in enumerate(kills)])
    play.run()
    for number, ring in enumerate(play.rings):
        if ring.kills_at is None:
            assert (ring.error, ring.frames >= 280_000) == ("", True)
        else:
            assert ring.error == GIVEN_UP.format(f"{number}.mp3")
    assert play.deaths <= 2 + 5 * len(kills)


def test_what_is_listened_to_goes_first_and_one_that_does_not_come_holds_nobody_for_long() -> None:
    slow, heard, other = Ring(), Ring(urgent=True), Ring()
    play = Play([other, slow, heard])
    play.trials.begin(play.uses)
    assert [use.source for use in play.trials.due(0.0)] == [heard]
    assert play.trials.due(0.1) == []
    heard.frames += 4800
    assert [use.source for use in play.trials.due(0.2)] == [other]
    other.frames = other.length
    assert [use.source for use in play.trials.due(0.3)] == [slow]
    assert play.trials.due(0.3 + PATIENCE_S / 2) == []
    assert play.trials.due(0.4 + PATIENCE_S) == []
    assert not play.trials.running


@pytest.mark.parametrize("when", ["waiting", "tried"])
def test_what_nobody_wants_any_more_is_forgotten(when: str) -> None:
    first, second = Ring(urgent=True), Ring()
    play = Play([first, second])
    play.trials.begin(play.uses)
    play.trials.due(0.0)
    play.trials.forget(play.uses[0 if when == "tried" else 1])
    assert [use.source for use in play.trials.due(0.01)] == ([second] if when == "tried" else [])
