# SPDX-License-Identifier: GPL-3.0-or-later
"""A mix through the player: its first row plays, the others wait up next, and a daily mix goes on without an end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from podmix.app.taste_views import MixCard
from podmix.ui.mixes.covers import MixCovers
from podmix.ui.mixes.mix_rows import MixRow
from podmix.ui.playing import NowPlaying, PreviewRow, QueueId, Row, queue_id, track_row
from podmix.ui.surroundings import Surroundings
from podmix.ui.up_next import MOST, Queued

FEW_LEFT = 3


class PlayingMix(QObject):
    """``running_out`` asks for more rows of the mix that plays; what others queued stays behind them."""

    running_out = Signal(str)  # its key: the page after ``pages`` is wanted

    def __init__(self, around: Surroundings, covers: MixCovers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around, self._covers = around, covers
        self.key, self.pages = "", 0
        self._mine: set[QueueId] = set()
        self._endless = False
        around.player.now_changed.connect(self._now_changed)

    def play(self, card: MixCard, rows: Sequence[MixRow], pages: int = 0) -> bool:
        """From the first of ``rows`` on; False where nothing of it can be heard. ``pages`` beyond the first are there.
        """
        heard = [row for row in map(self._row, rows) if row.audio is not None]
        if not heard:
            return False
        player = self._around.player
        behind = [each for each in player.up_next.queued if each.queue_id not in self._mine]
        self.key, self.pages, self._endless = card.key, pages, card.kind == "daily"
        self._mine = {queue_id(row) for row in heard}
        player.up_next.replace([*(Queued(row, ()) for row in heard), *behind])
        return player.play_queued(0)

    def go_on(self, rows: Sequence[MixRow]) -> None:
        """More of the mix that plays: after its own, before what others queued."""
        player = self._around.player
        fresh = [row for row in map(self._row, rows) if row.audio is not None]
        now = player.up_next.queued
        at = max((place + 1 for place, each in enumerate(now) if each.queue_id in self._mine), default=0)
        self._mine |= {queue_id(row) for row in fresh}
        self.pages += 1
        player.up_next.replace([*now[:at], *(Queued(row, ()) for row in fresh), *now[at:]][:MOST])

    def forget(self, row: MixRow) -> None:
        """It is not wanted: it does not wait up next any more."""
        self._around.player.unqueue(queue_id(self._row(row)))

    def row(self, row: MixRow) -> Row:
        """As the queue takes it."""
        return self._row(row)

    def _row(self, row: MixRow) -> Row:
        if row.preview is not None:
            return PreviewRow(row.preview)
        return track_row(row.one.track, self._covers.path(row.track_id))

    def _now_changed(self, now: NowPlaying | None) -> None:
        if not self.key or now is None:
            return
        if now.queue_id not in self._mine:
            self.key = ""  # the person plays something else
            return
        left = sum(each.queue_id in self._mine for each in self._around.player.up_next.queued)
        if self._endless and left < FEW_LEFT:
            self.running_out.emit(self.key)
