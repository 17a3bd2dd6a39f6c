# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the list of what is up next: over restarts, and true to what the program knows of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from podmix.app.interface import Verbs
from podmix.app.views import Part
from podmix.errors import UsageError
from podmix.ui.player_bar.queueing import put_back
from podmix.ui.playing import NowPlaying, PreviewRow, QueueId, track_row
from podmix.ui.surroundings import Surroundings
from podmix.ui.up_next import Queued, from_text, preview_of, to_text, track_of

KEY = "playback.queue"


def looked_up(verbs: Verbs, ids: Sequence[QueueId]) -> list[Queued]:
    """These episodes with their chapters, these tracks and previews; without those that are gone.

    Blocks on disk. Raises DatabaseError.
    """
    found = []
    for one in ids:
        try:
            track = track_of(one)
            if track is not None:
                found.append(Queued(track_row(verbs.music_track(track), verbs.track_cover(track)), ()))
            elif (preview := preview_of(one)) is not None:
                found.append(Queued(PreviewRow(verbs.preview(preview)), ()))
            elif isinstance(one, int):
                page = verbs.episode_page(one)
                found.append(Queued(page.episode, page.chapters))
        except (UsageError, KeyError):  # any other error does not mean that it is gone
            continue
    return found


class QueueKeeper(QObject):
    """Built once by the window; ``remember`` takes a setting's key and value."""

    def __init__(self, around: Surroundings, remember: Callable[[str, object], object],
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around, self._remember = around, remember
        self._restored = False
        self._asked: set[QueueId] = set()
        around.player.queue_changed.connect(self._changed)
        around.player.now_changed.connect(self._look_for_chapters)
        around.events.changed.connect(self._refresh)

    def restore(self) -> None:
        """Bring back the list of the last session, before what was put up next meanwhile."""
        verbs, up_next = self._around.verbs, self._around.player.up_next
        ids = from_text(str(verbs.setting(KEY) or ""))

        def restored(found: list[Queued]) -> None:
            self._restored = True
            put_back(self._around.player, tuple(found))
            if up_next.ids != ids:
                self._remember(KEY, to_text(up_next.ids))

        if ids:
            self._around.background.run(lambda: looked_up(verbs, ids), then=restored, owner=self)
        else:
            self._restored = True

    def _changed(self) -> None:
        up_next = self._around.player.up_next
        if self._restored:
            self._remember(KEY, to_text(up_next.ids))
        self._look_up([each.queue_id for each in up_next.queued if each.is_episode and each.chapters is None])

    def _look_up(self, ids: Sequence[QueueId]) -> None:
        """Take in what the program knows of these of the list."""
        verbs, up_next = self._around.verbs, self._around.player.up_next
        wanted = [each for each in ids if each not in self._asked]
        if not wanted:
            return
        self._asked.update(wanted)

        def take(found: list[Queued]) -> None:
            self._asked.difference_update(wanted)
            gone = set(wanted) - {each.queue_id for each in found}
            up_next.refresh([*found, *(Queued(each.row, ()) for each in up_next.queued
                                       if each.queue_id in gone)])

        self._around.background.run(lambda: looked_up(verbs, wanted), then=take, owner=self)

    def _refresh(self, part: Part, ids: tuple[int, ...]) -> None:
        """Their audio may have arrived, or be gone."""
        if part is Part.EPISODES:
            mine = self._around.player.up_next.ids
            self._look_up([each for each in mine if isinstance(each, int) and (not ids or each in ids)])
        elif part is Part.MUSIC:  # moved, renamed or missing
            self._look_up([each for each in self._around.player.up_next.ids
                           if (track := track_of(each)) is not None and track in ids])

    def _look_for_chapters(self, now: NowPlaying | None) -> None:
        if now is None or not now.is_episode or now.chapters:
            return
        verbs, player, episode_id = self._around.verbs, self._around.player, now.episode_id

        def take(found: list[Queued]) -> None:
            for each in found:
                player.set_chapters(episode_id, each.chapters or ())

        self._around.background.run(lambda: looked_up(verbs, [episode_id]), then=take, owner=self,
                                    key="chapters of what plays")
