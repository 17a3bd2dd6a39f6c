# SPDX-License-Identifier: GPL-3.0-or-later
"""What PodMix learns from what a person does with transitions: noted, taken back, and said in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from podmix.ui.surroundings import Surroundings
from podmix.ui.wording import count_text

if TYPE_CHECKING:
    from podmix.automix.learning import MixEvent
    from podmix.automix.planner import PlannedMix
    from podmix.automix.weights import MixWeights

KIND_NAMES = {"blend": "Blend", "bass-swap": "Bass swap", "filter": "Filter", "loop": "Loop", "echo-out": "Echo out",
              "cut": "Cut", "crossfade": "Crossfade", "join": "Join"}
TERM_NAMES = {"tempo": "near tempi", "key": "matching keys", "energy": "even energy", "sound": "a similar sound",
              "vocals": "voices kept apart", "loudness": "even loudness", "artist": "changing artists",
              "unmatched": "beats on beats"}
TOLD_FROM, FACTOR_TOLD_FROM = 0.02, 0.005
Pair = tuple[str, str]


class Learning(QObject):
    """``weights`` are those of now (None: not known yet), made of ``count`` things that were done; ``ratings`` what the
    person said of transitions since the start, by the paths of both tracks."""

    changed = Signal()

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._verbs = around.verbs
        self.weights: MixWeights | None = None
        self.count = 0
        self.ratings: dict[Pair, MixEvent] = {}
        self._forgotten: tuple[dict[Pair, MixEvent], list[MixEvent]] = ({}, [])

    @property
    def words(self) -> tuple[str, ...]:
        """Sentences on what was learnt; none where nothing was."""
        return learned_words(self.weights) if self.weights is not None and self.count else ()

    @property
    def source(self) -> str:
        return f"From {count_text(self.count, 'thing')} you did with transitions."

    def load(self) -> None:
        self._run(lambda: None)

    def note(self, mix: PlannedMix, number: int, what: str, new_kind: str = "",
             kept: Callable[[MixEvent], object] | None = None) -> None:
        """Something was done with transition ``number``; ``kept`` is told the event."""
        made: list[MixEvent] = []

        def work() -> None:
            made.append(event_of(mix, number, what, new_kind))
            self._verbs.note_mix_event(made[0])

        self._run(work, then=lambda: kept(made[0]) if kept is not None else None)

    def again(self, event: MixEvent) -> None:
        """What was taken back counts again."""
        self._run(partial(self._verbs.note_mix_event, event))

    def forget(self, event: MixEvent) -> None:
        """Take one event back."""
        self._run(partial(self._verbs.forget_mix_events, event))

    def forget_all(self, then: Callable[[], object]) -> None:
        """Forget everything; ``restore`` brings it back."""
        self._forgotten = (dict(self.ratings), [])
        self.ratings.clear()

        def work() -> None:
            self._forgotten[1].extend(self._verbs.mix_events())
            self._verbs.forget_mix_events()

        self._run(work, then)

    def restore(self) -> None:
        """What was forgotten last, and all that was done since."""
        ratings, events = self._forgotten
        self._forgotten = ({}, [])
        self.ratings = ratings | self.ratings

        def work() -> None:
            for event in events:
                self._verbs.note_mix_event(event)

        self._run(work)

    def rating(self, mix: PlannedMix | None, number: int) -> str:
        """like, dislike, or "" where nothing was said."""
        event = self.ratings.get(pair_of(mix, number)) if mix is not None and number >= 0 else None
        return event.what if event is not None else ""

    def rate(self, mix: PlannedMix, number: int, what: str) -> bool:
        """Like or dislike a transition; said again it is taken back (returns False)."""
        pair = pair_of(mix, number)
        old = self.ratings.pop(pair, None)
        if old is not None:
            self.forget(old)
        if old is not None and old.what == what:
            return False
        event = event_of(mix, number, what, "")
        self.ratings[pair] = event
        self.again(event)
        return True

    def unrate(self, mix: PlannedMix, number: int) -> None:
        """Take back what was said of a transition."""
        event = self.ratings.pop(pair_of(mix, number), None)
        if event is not None:
            self.forget(event)

    def _run(self, work: Callable[[], object], then: Callable[[], object] = lambda: None) -> None:
        def both() -> tuple[MixWeights, int]:
            work()
            return self._verbs.mix_weights(), len(self._verbs.mix_events())

        def done(learnt: tuple[MixWeights, int]) -> None:
            self.weights, self.count = learnt
            then()
            self.changed.emit()

        self._around.background.run(both, then=done, owner=self)


def pair_of(mix: PlannedMix, number: int) -> Pair:
    tracks = mix.plan.tracks
    return tracks[number].path, tracks[number + 1].path


def event_of(mix: PlannedMix, number: int, what: str, new_kind: str) -> MixEvent:
    """The event with what speaks against this pair."""
    from podmix.automix.learning import MixEvent
    from podmix.automix.pairs import pair_terms

    terms = pair_terms(mix.facts[number:number + 2]).of(0, 1)
    return MixEvent(what, mix.plan.transitions[number].kind, new_kind,
                    {name: round(value, 4) for name, value in terms.items()})


def learned_words(weights: MixWeights) -> tuple[str, ...]:
    """Which transitions come more and less often, and what counts more and less between neighbours."""
    from podmix.automix.weights import PairWeights

    likings = sorted((weights.kinds or {}).items(), key=lambda one: -abs(one[1]))
    plain = PairWeights()
    factors = sorted(((field.name, getattr(weights.pair, field.name) / getattr(plain, field.name))
                      for field in fields(plain)), key=lambda one: -abs(one[1] - 1))
    lines = (
        ("Comes more often: ", [KIND_NAMES.get(kind, kind).lower() for kind, value in likings if value > TOLD_FROM]),
        ("Comes less often: ", [KIND_NAMES.get(kind, kind).lower() for kind, value in likings if value < -TOLD_FROM]),
        ("Counts more: ", [TERM_NAMES[name] for name, factor in factors if factor > 1 + FACTOR_TOLD_FROM]),
        ("Counts less: ", [TERM_NAMES[name] for name, factor in factors if factor < 1 - FACTOR_TOLD_FROM]))
    return tuple(f"{words}{', '.join(names[:3])}." for words, names in lines if names)
