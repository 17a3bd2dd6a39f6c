# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting episodes and tracks up next and taking that back, with a word about it; all screens do it the same way."""

from __future__ import annotations

from podmix.ui.player import Player
from podmix.ui.playing import Row, TrackRow, queue_id
from podmix.ui.surroundings import Surroundings
from podmix.ui.up_next import Queued


def put_up_next(around: Surroundings, row: Row, *, first: bool = False) -> None:
    """Behind all others, or (``first``) before them."""
    player, before = around.player, around.player.up_next.queued
    if not player.enqueue(row, first=first):
        around.notices.toast(f"This {'track' if isinstance(row, TrackRow) else 'episode'} is playing already")
        return
    known = any(each.queue_id == queue_id(row) for each in before)
    said = "Up next, once it is downloaded" if row.audio is None else "Plays next" if first else "Up next"

    def undo() -> None:
        if known:
            put_back(player, before)
        else:
            player.unqueue(queue_id(row))

    around.notices.toast(f"{said}: {row.title}", undo=undo)


def put_back(player: Player, queued: tuple[Queued, ...]) -> None:
    """The list as it was, with what was added since; what plays by now does not come back."""
    now = player.now
    here = now.queue_id if now is not None and not now.is_card else None
    player.up_next.replace(each for each in (*queued, *player.up_next.queued) if each.queue_id != here)
