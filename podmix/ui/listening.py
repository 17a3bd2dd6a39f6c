# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes what the player shows of a person's taste: tracks finished or left at which second, previews heard again.

What is noted elsewhere is not noted here: plays of tracks (by the music screen), previews of the feed heard in part or
to the end, likes, saves and openings (by the previews screen). Each visit to a thing gives each kind of note once.
``note_reaction`` returns at once: the window never waits for the disk.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from podmix.ui.playing import NowPlaying
from podmix.ui.surroundings import Surroundings

BACK_S = 1.0  # a smaller step back is a hand that trembles
AGAIN_S = 3.0  # so much of it must be heard before it counts as heard again
AT_END_S = 3.0
LEAST_S = 1.0  # a track that sounded shorter was only passed on the way to another
LONGEST_STEP_S = 2.0  # a longer one between two positions is a jump, not listening


class ListeningNotes(QObject):
    """Built once by the window; needs nothing but the player's signals."""

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._verbs = around.verbs
        self._now: NowPlaying | None = None
        self._last = 0.0  # where it was heard last
        self._heard_s = 0.0
        self._again: float | None = None  # seconds heard since it began again; None while it did not
        self._noted: set[str] = set()
        self._finished: set[str] = set()  # keys of previews heard to the end in this session
        player = around.player
        player.now_changed.connect(self._now_changed)
        player.moved.connect(self._moved)
        player.sought.connect(self._sought)
        player.ended.connect(self._ended)

    # -- what happens --
    def _now_changed(self, now: NowPlaying | None) -> None:
        before = self._now
        if before is not None and now is not None and now.key == before.key:
            self._now = now  # the same with other facts
            return
        if before is not None:
            self._leave(before)
        self._now, self._heard_s, self._noted = now, 0.0, set()
        self._last = now.start if now is not None else 0.0
        self._again = 0.0 if now is not None and now.key in self._finished else None

    def _moved(self, position: float) -> None:
        step = position - self._last
        self._last = position
        if self._now is None or not 0 < step < LONGEST_STEP_S:
            return
        self._heard_s += step
        if self._again is not None:
            self._again += step
            if self._again >= AGAIN_S:
                self._again = None
                self._note("replayed", self._now)

    def _sought(self, start: float, to: float) -> None:
        self._last = to
        now = self._now
        if now is None or to >= start - BACK_S:
            return
        if self._is_end(now, start):
            self._finished_now(now)
            self._again = 0.0
        elif now.preview_id is not None:
            self._note("sought back", now, to - now.start)

    def _ended(self, now: NowPlaying) -> None:
        if self._now is not None and now.key == self._now.key:
            self._last = self._end_of(self._now)
            self._finished_now(self._now)

    # -- leaving --
    def _leave(self, now: NowPlaying) -> None:
        if self._is_end(now, self._last):
            self._finished_now(now)
            return
        if now.track_id is not None and self._heard_s >= LEAST_S and "finished" not in self._noted:
            self._note("skipped", now, self._last)
        elif now.preview_id is not None and now.queued:
            self._seen(now, finished=False)

    def _finished_now(self, now: NowPlaying) -> None:
        if now.preview_id is not None:
            self._finished.add(now.key)
            if now.queued:
                self._seen(now, finished=True)
        elif now.track_id is not None and self._heard_s >= LEAST_S:
            self._note("finished", now, self._heard_s)

    def _seen(self, now: NowPlaying, *, finished: bool) -> None:
        """A preview out of a mix: the previews screen does not tell of it."""
        heard, preview = self._heard_s, now.preview_id
        if preview is not None and heard > LEAST_S / 2 and "seen" not in self._noted:
            self._noted.add("seen")
            self._around.background.run(lambda: self._verbs.seen(preview, heard, finished))

    def _is_end(self, now: NowPlaying, position: float) -> bool:
        end = self._end_of(now)
        slack = min(max(AT_END_S, self._around.player.crossfade_s + 1.0), 0.2 * end) if now.preview_id is None else 0.5
        return end > 0 and position >= end - slack

    @staticmethod
    def _end_of(now: NowPlaying) -> float:
        return now.end if now.end is not None else now.episode_duration

    def _note(self, kind: str, now: NowPlaying, seconds: float = 0.0) -> None:
        thing, number = ("preview", now.preview_id) if now.preview_id is not None else ("track", now.track_id)
        if number is not None and kind not in self._noted:
            self._noted.add(kind)
            self._verbs.note_reaction(kind, thing, number, max(0.0, seconds))
