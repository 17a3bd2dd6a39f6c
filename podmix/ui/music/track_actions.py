# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with chosen tracks: hear them, queue them, rate, take out, show their file, write tags, analyse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QWidget

from podmix.app.music_views import TagsWritten
from podmix.music.library_types import Playlist, Track
from podmix.progress import finish
from podmix.ui import icons
from podmix.ui.music.track_table import TrackTable
from podmix.ui.player_bar.queueing import put_up_next
from podmix.ui.playing import NowPlaying, track_row
from podmix.ui.podcasts.dialogs import Question
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import literal
from podmix.ui.wording import count_text

ENOUGH_S = 30.0  # who heard so much of a track, or half of it, has played it
MOST_QUEUED = 100


class TrackActions(QObject):
    """Acts on what is chosen in the table. ``lists`` are the plain playlists to add to."""

    def __init__(self, around: Surroundings, verbs: Any, table: TrackTable, host: QWidget) -> None:
        super().__init__(host)
        self._around, self._verbs, self._table, self._host = around, verbs, table, host
        self.lists: Callable[[], Sequence[Playlist]] = list
        self.add_to: Callable[[int, Sequence[int]], object] = lambda _number, _tracks: None
        self.new_list: Callable[[Sequence[int]], object] = lambda _tracks: None
        self.take_out: Callable[[], object] = lambda: None
        self.open_track: Callable[[], object] = lambda: None
        self._heard: tuple[int, float, float] = (0, 0.0, 0.0)  # track, last position, seconds heard
        self._counted = 0
        around.player.now_changed.connect(self._now_changed)
        around.player.moved.connect(self._count_play)

    # -- hearing --
    def play(self) -> None:
        track = self._table.current
        if track is None:
            return
        cover = self._table.tracks_model.covers.get(int(track.id))
        if not self._around.player.play_track(track_row(track, cover)):
            self._around.notices.toast(f"The file of “{track.title}” is missing")

    def queue(self, *, first: bool = False) -> None:
        """Behind all that is up next, or before it, in the order of the table."""
        ids = self._table.chosen[:MOST_QUEUED]
        model = self._table.tracks_model

        def put(tracks: Sequence[Track]) -> None:
            rows = [track_row(track, model.covers.get(int(track.id))) for track in tracks]
            if len(rows) == 1:
                put_up_next(self._around, rows[0], first=first)
                return
            player = self._around.player
            before = player.up_next.queued
            for row in reversed(rows) if first else rows:
                player.enqueue(row, first=first)
            self._around.notices.toast(f"{'Play next' if first else 'Up next'}: {count_text(len(rows), 'track')}",
                                       undo=lambda: player.up_next.replace(before))

        if ids:
            self._around.background.run(lambda: self._verbs.music_rows(ids), then=put, owner=self)

    def _now_changed(self, now: NowPlaying | None) -> None:
        track = now.track_id if now is not None and now.track_id is not None else 0
        if track != self._heard[0]:
            self._heard, self._counted = (track, 0.0, 0.0), 0
        model = self._table.tracks_model
        if model.playing != (track or None):
            before, model.playing = model.playing, track or None
            model.arrived.emit([one for one in (before, track) if one])

    def _count_play(self, position: float) -> None:
        now = self._around.player.now
        if now is None or not now.track_id or self._counted == now.track_id:
            return
        track, last, heard = self._heard
        heard += position - last if 0 < position - last < 2.0 else 0.0
        self._heard = (track, position, heard)
        if heard >= min(ENOUGH_S, max(1.0, now.episode_duration / 2)):
            self._counted = now.track_id
            self._around.background.run(lambda: self._verbs.note_track_played(track, heard))

    # -- by the person --
    def rate(self, ids: Sequence[int], stars: int) -> None:
        """0 takes the stars away. Shown at once; undone with a word."""
        if not ids:
            return
        model = self._table.tracks_model
        before = {one: model.tracks[one].rating for one in ids if one in model.tracks}

        def back() -> None:
            for rating in set(before.values()):
                these = [one for one, was in before.items() if was == rating]
                self._around.background.run(partial(self._verbs.rate_tracks, these, rating))

        self._around.background.run(lambda: self._verbs.rate_tracks(list(ids), stars))
        said = f"{'★' * stars}" if stars else "No stars"
        self._around.notices.toast(f"{said}  ·  {count_text(len(ids), 'track')}", undo=back)

    def remove(self) -> None:
        """Out of the library; the files stay."""
        ids = self._table.chosen
        if ids:
            self._around.background.run(lambda: self._verbs.remove_tracks(ids), owner=self, then=lambda _none:
                                        self._around.notices.toast(
                f"{count_text(len(ids), 'track')} left the library; the files stay",
                undo=lambda: self._around.background.run(lambda: self._verbs.restore_tracks(ids))))

    def analyse(self) -> None:
        """Listen to them anew; what was put right by hand stays."""
        ids = self._table.chosen
        if ids:
            self._around.background.run(lambda: self._verbs.analyse_music(ids, again=True), owner=self,
                                        then=lambda _job: self._around.notices.toast(
                                            f"Analysing {count_text(len(ids), 'track')} again"))

    def show_in_folder(self) -> None:
        track = self._table.current
        if track is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(track.path.parent)))

    def ask_tags(self) -> None:
        """Tags are written only after this question."""
        ids = self._table.chosen
        if not ids:
            return
        question = Question(self._around.theme, "Write tags into the files?",
                            f"Tempo, key, loudness and rating of {count_text(len(ids), 'track')} are written into the "
                            "files, so that other programs see them. Everything else in them stays.", "Write tags",
                            self._host)
        question.accepted.connect(partial(self._write_tags, ids))
        question.open()

    def _write_tags(self, ids: Sequence[int]) -> None:
        def said(written: TagsWritten) -> None:
            words = f"Tags written into {count_text(written.written, 'file')}"
            if written.failed:
                words += f"; {len(written.failed)} could not be written: {written.failed[0][1]}"
            self._around.notices.toast(words, stays=bool(written.failed))

        self._around.notices.toast(f"Writing tags into {count_text(len(ids), 'file')} …")
        self._around.background.run(lambda: finish(self._verbs.write_track_tags(list(ids))), then=said, owner=self)

    def automix(self) -> None:
        """The chosen tracks go to the Automix screen; those whose file is missing stay behind."""
        ids = self._table.chosen

        def send(tracks: Sequence[Track]) -> None:
            paths = [str(track.path) for track in tracks if not track.missing]
            if paths:
                self._around.ways.automix.emit(paths, "Chosen tracks")
            else:
                self._around.notices.toast("The files of these tracks are missing")

        if ids:
            self._around.background.run(lambda: self._verbs.music_rows(ids), then=send, owner=self)

    # -- the menu --
    def open_menu(self, at: QPoint) -> None:
        chosen = self._table.chosen
        if not chosen:
            return
        menu, tint = QMenu(self._table), self._around.theme.tokens.soft
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(f"What to do with {count_text(len(chosen), 'track')}")

        def entry(where: QMenu, icon: str, words: str, do: Callable[[], object], key: str = "") -> None:
            made = where.addAction(icons.icon(icon, tint), words + (f"\t{key}" if key else ""))
            made.triggered.connect(lambda _checked=False: do())

        entry(menu, "play", "Play", self.play, "Enter")
        entry(menu, "next", "Play next", lambda: self.queue(first=True), "Shift+Q")
        entry(menu, "queue", "Put up next", self.queue, "Q")
        entry(menu, "automix", "Automix these tracks" if len(chosen) > 1 else "Automix this track", self.automix)
        menu.addSeparator()
        entry(menu, "wave", "Grid, key and cues…", self.open_track, "E")
        inside = menu.addMenu(icons.icon("list", tint), "Add to playlist")
        entry(inside, "plus", "New playlist", lambda: self.new_list(chosen))
        inside.addSeparator()
        for one in self.lists():
            entry(inside, "list", literal(one.name), partial(self.add_to, int(one.id), chosen))
        stars = menu.addMenu(icons.icon("star", tint), "Rate")
        for count in range(5, -1, -1):
            entry(stars, "star-on" if count else "star", "★" * count or "No stars",
                  partial(self.rate, chosen, count), f"Alt+{count}")
        menu.addSeparator()
        entry(menu, "refresh", "Analyse again", self.analyse)
        entry(menu, "tag", "Write tags into the files…", self.ask_tags)
        entry(menu, "folder", "Show in folder", self.show_in_folder)
        menu.addSeparator()
        if self._table.tracks_model.items:
            entry(menu, "close", "Take out of this playlist", self.take_out, "Del")
        entry(menu, "trash", "Remove from the library", self.remove)
        menu.popup(at)
