# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting episodes up next and taking that back, with a word about it; all screens do it the same way."""

from __future__ import annotations

from podmix.app.views import EpisodeRow
from podmix.ui.player import Player
from podmix.ui.surroundings import Surroundings
from podmix.ui.up_next import QueuedEpisode


def put_up_next(around: Surroundings, row: EpisodeRow, *, first: bool = False) -> None:
    """Behind all others, or (``first``) before them."""
    player, before = around.player, around.player.up_next.queued
    if not player.enqueue(row, first=first):
        around.notices.toast("This episode is playing already")
        return
    known = any(each.episode_id == row.episode_id for each in before)
    said = "Up next, once it is downloaded" if row.audio is None else "Plays next" if first else "Up next"

    def undo() -> None:
        if known:
            put_back(player, before)
        else:
            player.unqueue(row.episode_id)

    around.notices.toast(f"{said}: {row.title}", undo=undo)


def put_back(player: Player, queued: tuple[QueuedEpisode, ...]) -> None:
    """The list as it was, with what was added since; what plays by now does not come back."""
    now = player.now
    here = now.episode_id if now is not None and now.preview_id is None else None
    player.up_next.replace(each for each in (*queued, *player.up_next.queued) if each.episode_id != here)
