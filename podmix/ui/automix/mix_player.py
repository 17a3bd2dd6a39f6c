# SPDX-License-Identifier: GPL-3.0-or-later
"""The mix through the engine: play from anywhere, hear one transition alone, keep up with changes while it plays."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from podmix.app.views import ChapterRow
from podmix.playback.protocol import Mix
from podmix.ui.automix.desk import MixDesk
from podmix.ui.playing import NowPlaying
from podmix.ui.surroundings import Surroundings

if TYPE_CHECKING:
    from podmix.audio.mixing.types import Program
    from podmix.automix.plan import MixPlan

    Playable = tuple[tuple[ChapterRow, ...], Program]

AROUND_BARS, AROUND_S = 4, 8.0
PREPARE_MS = 500
JUMP_S, SAME_SKIP_S = 2.0, 5.0
"""Further on than that within one look was no playing; a skip is told once, whatever states are still on their way."""


class MixPlayer(QObject):
    """``moved`` tells the second of the mix that is heard, while it is this mix that is loaded. Of transitions, by
    number: ``skipped`` when the person went on from within one, ``heard_through`` when one was heard to its end."""

    moved = Signal(float)
    skipped = Signal(int)
    heard_through = Signal(int)

    def __init__(self, around: Surroundings, desk: MixDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around, self._desk = around, desk
        self._key = ""
        self._stop_at: float | None = None
        self._last: float | None = None
        self._inside = -1
        self._last_skip = (-1, 0.0)
        self._ready: tuple[MixPlan, Playable] | None = None
        around.player.moved.connect(self._moved)
        around.player.now_changed.connect(self._now_changed)
        desk.edited.connect(self.replan)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PREPARE_MS)
        self._soon.timeout.connect(self._prepare)
        desk.changed.connect(self._soon.start)

    def forget(self) -> None:
        """Another mix: what plays, if anything, is not it."""
        self._key, self._stop_at = f"mix {uuid.uuid4().hex[:12]}", None

    def _now_changed(self) -> None:
        if not self.is_mine:
            self._stop_at = self._last = None
            self._inside = -1

    @property
    def is_mine(self) -> bool:
        now = self._around.player.now
        return now is not None and bool(self._key) and now.key == self._key

    @property
    def position(self) -> float:
        return self._around.player.position if self.is_mine else 0.0

    @property
    def heard(self) -> float | None:
        """The second of the mix that plays or is paused; None while the mix is not loaded."""
        return self.position if self.is_mine else None

    def _now_playing(self, start: float) -> NowPlaying | None:
        plan = self._desk.plan
        if plan is None:
            return None
        chapters, program = self._playable(plan)
        title = plan.title or "Mix"
        return NowPlaying(0, 0, title, f"{len(plan.tracks)} tracks", None, Path(plan.tracks[0].path), start, None,
                          plan.duration_s, chapters=chapters, planned=Mix(title, program, self._key))

    def _playable(self, plan: MixPlan) -> Playable:
        """A plan's chapters and program; those of the last one are kept."""
        ready = self._ready
        if ready is not None and ready[0] is plan:
            return ready[1]
        from podmix.automix.exports import name_of, starts
        from podmix.automix.program import to_program

        begins = starts(plan)
        ends = (*begins[1:], plan.duration_s)
        chapters = tuple(ChapterRow(begin, end, name_of(track))
                         for begin, end, track in zip(begins, ends, plan.tracks, strict=True))
        made = chapters, to_program(plan)
        self._ready = plan, made
        return made

    def _prepare(self) -> None:
        """Make what playing needs before it is asked for; not while a new mix is being drawn, which it would slow."""
        plan = self._desk.plan
        if plan is not None:
            self._around.background.run(lambda: self._playable(plan), owner=self, key="mix to be played")

    def play(self, second: float) -> None:
        """Play the mix from a second of it on."""
        self._stop_at = None
        self._load(second)

    def _load(self, second: float) -> None:
        """The program of a long mix takes a moment to make: that is done off the main thread."""
        def start(now: NowPlaying | None) -> None:
            if now is not None:
                self._around.player.play_mix(now)

        self._around.background.run(lambda: self._now_playing(second), then=start, owner=self, key="mix program")

    def toggle(self, second: float) -> None:
        if self.is_mine:
            self._stop_at = None
            self._around.player.toggle()
        else:
            self.play(second)

    def seek(self, second: float) -> None:
        self._stop_at = None
        if self.is_mine:
            self._around.player.seek(second)

    def audition(self, number: int) -> None:
        """From four bars before a transition to four after, then pause."""
        plan = self._desk.plan
        if plan is None or not 0 <= number < len(plan.transitions):
            return
        one = plan.transitions[number]
        beside = AROUND_BARS * (one.mix_end - one.mix_start) / one.bars if one.bars else AROUND_S
        start, stop = max(0.0, one.mix_start - beside), min(plan.duration_s, one.mix_end + beside)
        if self.is_mine:
            self._around.player.seek(start)
            if not self._around.player.playing:
                self._around.player.toggle()
        else:
            self._load(start)
        self._stop_at = stop

    def replan(self) -> None:
        """What plays follows the plan: what sounds already stays, what is to come is new."""
        if not self.is_mine:
            return

        def follow(now: NowPlaying | None) -> None:
            if now is not None and self.is_mine:
                self._around.player.replan(now)

        position = self.position
        self._around.background.run(lambda: self._now_playing(position), then=follow, owner=self, key="mix program")

    def _moved(self, position: float) -> None:
        if not self.is_mine:
            return
        self._notice(position)
        self.moved.emit(position)
        if self._stop_at is not None and 0 <= position - self._stop_at < 1.0:  # further off: told before the seek
            self._stop_at = None
            self._around.player.pause()

    def _notice(self, position: float) -> None:
        """Which transition is skipped, or heard to its end; auditions are neither."""
        plan, (before, self._last) = self._desk.plan, (self._last, position)
        if plan is None or before is None or self._stop_at is not None or not self._around.player.playing:
            self._inside = -1
            return
        ones, was = plan.transitions, plan.transition_at(before)
        if position - before > JUMP_S:
            if was is not None and position > ones[was].mix_end:
                self._skipped(was)
            self._inside = -1
        elif position < before:
            self._inside = -1
        else:
            entered = next((number for number, one in enumerate(ones) if before < one.mix_start <= position), -1)
            self._inside = entered if entered >= 0 else self._inside
            if 0 <= self._inside < len(ones) and position > ones[self._inside].mix_end:
                self._inside, through = -1, self._inside
                self.heard_through.emit(through)

    def _skipped(self, number: int) -> None:
        now = time.monotonic()
        if self._last_skip[0] != number or now - self._last_skip[1] > SAME_SKIP_S:
            self.skipped.emit(number)
        self._last_skip = (number, now)
