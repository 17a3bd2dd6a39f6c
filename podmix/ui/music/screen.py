# SPDX-License-Identifier: GPL-3.0-or-later
"""Music: playlists on the left, the table, and above it the track in hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from podmix.app.views import JobCard, Part
from podmix.errors import PodMixError
from podmix.music.library_types import Playlist
from podmix.ui.actions import Action
from podmix.ui.music.filter_bar import FilterBar
from podmix.ui.music.folder_actions import FolderActions, music_files
from podmix.ui.music.listing import OWN_ORDER, Listing, Wanted, empty_words, listed
from podmix.ui.music.music_actions import music_actions
from podmix.ui.music.music_layout import TABLE_TALL, TOOLS_FROM, lay_out
from podmix.ui.music.playlist_actions import IMPORTABLE, PlaylistActions
from podmix.ui.music.playlist_tree import PlaylistTree
from podmix.ui.music.track_actions import TrackActions
from podmix.ui.music.track_editor import TrackEditor
from podmix.ui.music.track_model import TrackModel
from podmix.ui.music.track_panel import TrackPanel
from podmix.ui.music.track_table import TrackTable
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import count_text

SIDE_FROM = 780
SOON_MS, REMEMBER_MS = 350, 600
FOLLOW_MS = 160


class MusicScreen(QWidget):
    """Knows which place is shown, in which order; everything else is done by its parts."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self._verbs: Any = around.verbs
        self._stale = True
        self._sorts: dict[tuple[str, int], tuple[str, bool]] = {}
        self._shown: Wanted | None = None
        self._changed_ids: set[int] = set()
        self._all_changed = False
        self._any_tracks: bool | None = None
        self._working = ""
        self._kept: dict[str, str] = {}  # what the settings hold
        self.setProperty("kind", "screen")
        self.setAcceptDrops(True)
        theme = around.theme
        self.tree = PlaylistTree(theme)
        self.model = TrackModel(self._verbs, around.background, self)
        self.table = TrackTable(theme, self.model)
        self.filter = FilterBar(theme, self._reference)
        self.editor = TrackEditor(around, self._verbs, self)
        self.panel = TrackPanel(around, self.editor)
        self.title, self.count = ElidedLabel("All music", kind="title"), label(kind="soft")
        self.add_button = button("Add folder", name="Add a folder with music")
        self.open_button = IconButton(theme, "wave", "Grid, key and cues of the chosen track", key="E", on_icon="wave",
                                      on_colour="music")
        self.open_button.setCheckable(True)
        self.more = IconButton(theme, "more", "More for music")
        self.new_button = IconButton(theme, "plus", "New playlist", size=16)
        self.side, self.body, self.split = QWidget(), QStackedWidget(), QSplitter(Qt.Orientation.Vertical)
        self.empty = EmptyState(theme, "music", "")
        self.lists = PlaylistActions(around, self._verbs, self.tree, self)
        self.folders = FolderActions(around, self._verbs, self, self.lists.import_file)
        self.tracks = TrackActions(around, self._verbs, self.table, self)
        lay_out(self)
        self._timers()
        self._wire()

    # -- putting together --
    def _timers(self) -> None:
        def timer(milliseconds: int, do: Any) -> QTimer:
            made = QTimer(self)
            made.setSingleShot(True)
            made.setInterval(milliseconds)
            made.timeout.connect(do)
            return made

        self._soon = timer(SOON_MS, self._take_changes)
        self._keep = timer(REMEMBER_MS, self._remember)
        self._follow = timer(FOLLOW_MS, self._open_chosen)

    def _wire(self) -> None:
        around, table, head = self.around, self.table, self.table.head
        self.tree.chosen.connect(lambda _kind, _number: self._place_changed())
        self.filter.changed.connect(self.reload)
        self.filter.left.connect(table.setFocus)
        head.sort_wanted.connect(self.sort)
        head.columns_changed.connect(self._keep.start)
        table.acted.connect(self._act)
        table.rated.connect(self.tracks.rate)
        table.menu_wanted.connect(self.tracks.open_menu)
        table.moved.connect(lambda items, before: self.lists.move_tracks(self.tree.place[1], items, before))
        table.came.connect(lambda ids, before: self.lists.add(self.tree.place[1], ids, before))
        table.chosen_changed.connect(lambda: self.panel.isVisible() and self._follow.start())
        self.tracks.lists = lambda: [one for one in self.tree.all_lists if one.kind == "list"]
        self.tracks.add_to, self.tracks.new_list = self.lists.add, self.lists.new
        self.tracks.take_out, self.tracks.open_track = self.take_out, self.open_panel
        self.lists.play = self._play_from_start
        self.open_button.clicked.connect(self.toggle_panel)
        self.add_button.clicked.connect(self.folders.ask)
        self.panel.close_wanted.connect(self.close_panel)
        self.panel.tools_shown.connect(lambda _on: self._share_height())
        self.empty.acted.connect(self._empty_acted)
        around.events.changed.connect(self._changed)
        around.events.jobs.connect(self._show_work)
        around.player.now_changed.connect(lambda _now: self.filter.follow_playing())

    # -- what is shown --
    def activate(self, active: bool) -> None:
        """The screen comes to the front, or goes."""
        if not active:
            self.editor.save()
            return
        if self._stale:
            self._stale = False
            self.table.head.restore_text(str(self._verbs.setting("music.columns") or ""))
            sort, _, way = str(self._verbs.setting("music.sort") or "").partition(" ")
            if sort:
                self._sorts["all", 0] = (sort, way == "down")
            self._load_lists()
            self._place_changed()
            self._keep.stop()
            self._kept = {"music.columns": self.table.head.state_text(), "music.sort": f"{sort} {way}"}
        self.table.setFocus()

    def _place_changed(self) -> None:
        kind, number = self.tree.place
        usual = (OWN_ORDER, False) if number else ("added", True) if kind == "recent" else ("artist", False)
        sort, descending = self._sorts.get((kind, number), usual)
        self.table.head.sort_by(sort, descending=descending)
        self.table.head.show_place(shown=bool(number))
        self.reload()

    @property
    def wanted(self) -> Wanted:
        kind, number = self.tree.place
        return Wanted(kind, number, self.filter.text, self.filter.rules, self.table.head.sort,
                      self.table.head.descending)

    def reload(self) -> None:
        """Ask for the ids anew."""
        wanted, verbs = self.wanted, self._verbs

        def work() -> tuple[Listing, bool | None]:
            found = listed(verbs, wanted)
            return found, bool(found.ids) or bool(verbs.music_folders() or verbs.music_ids(limit=1))

        self.around.background.run(work, then=lambda both: self._show(*both), failed=self._failed, owner=self,
                                    key="music ids")

    def _show(self, found: Listing, any_tracks: bool | None) -> None:
        self._any_tracks = any_tracks
        table, model = self.table, self.model
        same_place = self._shown is not None and (self._shown.kind, self._shown.number) == (
            found.wanted.kind, found.wanted.number)
        self._shown = found.wanted
        table.in_order = found.wanted.in_order
        held, top, bar = table.chosen[:2000], table.sight()[0], table.verticalScrollBar()
        anchor = model.ids[top] if same_place and top < len(model.ids) else None
        offset = bar.value() % 40
        if model.set_ids(found.ids, found.items):
            rows = {one: row for row, one in enumerate(found.ids)} if held or anchor is not None else {}
            kept = [rows[one] for one in held if one in rows]
            if kept:
                table.choose(kept, scroll=False)
            if anchor in rows:
                bar.setValue(rows[anchor] * 40 + offset)
            elif not same_place:
                table.scrollToTop()
        self._say()

    def _say(self) -> None:
        wanted, shown = self._shown, len(self.model.ids)
        known = self.tree.playlist
        self.title.set_text(known.name if known is not None else
                            {"all": "All music", "recent": "Recently added"}.get(self.tree.place[0], "Never played"))
        self.count.setText(self._working or count_text(shown, "track"))
        if shown:
            self.body.setCurrentWidget(self.table)
            return
        if wanted is None:  # nothing was asked yet: there is nothing to say either
            return
        self.empty.say(*empty_words(wanted, nothing=self._any_tracks is False, working=bool(self._working)))
        self.body.setCurrentWidget(self.empty)

    def _failed(self, error: PodMixError) -> None:
        self.model.set_ids([])
        self.empty.say("alert", error.message, error.remedy, "Try again")
        self.body.setCurrentWidget(self.empty)

    def _empty_acted(self) -> None:
        match self.empty.button.text():
            case "Clear filters":
                self.filter.reset()
            case "Edit rules":
                self.lists.edit_smart(self.tree.place[1])
            case "Try again":
                self.reload()
            case _:
                self.folders.ask()

    # -- news --
    def _changed(self, part: Part, ids: Sequence[int]) -> None:
        if part not in (Part.MUSIC, Part.PLAYLISTS) or self._stale:
            return
        if part is Part.PLAYLISTS:
            self._load_lists()
        elif ids:
            self._changed_ids.update(ids)
        else:
            self._all_changed = True
        if not self._soon.isActive():
            self._soon.start()

    def _take_changes(self) -> None:
        changed, everything = self._changed_ids, self._all_changed
        self._changed_ids, self._all_changed = set(), False
        if changed or everything:
            self.model.forget(() if everything else changed)
        if self.editor.wanted is not None and (everything or self.editor.wanted in changed):
            self.editor.reload()
        self.reload()

    def _load_lists(self) -> None:
        self.around.background.run(
            lambda: (self._verbs.playlists(), self._verbs.music_genres()),
            then=lambda found: self._show_lists(*found), owner=self, key="playlists")

    def _show_lists(self, lists: Sequence[Playlist], genres: Sequence[tuple[str, int]]) -> None:
        self.tree.show_lists(lists, {})
        self.filter.set_genres(genres)

    def _show_work(self, jobs: Sequence[JobCard]) -> None:
        live = [job for job in jobs if job.kind in ("scan", "analyse") and job.state == "running"]
        self._working = (live[0].note or live[0].title) if live else ""
        if not self._stale:
            self._say()

    # -- order and columns --
    def sort(self, sort: str, descending: bool) -> None:
        """Show in this order, and remember it for this place."""
        self.table.head.sort_by(sort, descending=descending)
        self._sorts[self.tree.place] = (sort, descending)
        if self.tree.place == ("all", 0):
            self._keep.start()
        self.reload()

    def _remember(self) -> None:
        sort, descending = self._sorts.get(("all", 0), ("artist", False))
        wanted = {"music.columns": self.table.head.state_text(),
                  "music.sort": f"{sort} {'down' if descending else 'up'}"}
        fresh = {key: value for key, value in wanted.items() if self._kept.get(key) != value}
        self._kept = wanted

        def store() -> None:
            for key, value in fresh.items():
                self._verbs.set_setting(key, value)

        if fresh:
            self.around.background.run(store)

    def _reference(self, which: str) -> tuple[float | None, str]:
        """(bpm, key) of what plays ("playing") or is chosen."""
        if which == "playing":
            now = self.around.player.now
            track = self.model.tracks.get(now.track_id) if now is not None and now.track_id else None
        else:
            track = self.table.current
        return (track.bpm, track.key) if track is not None else (None, "")

    # -- the track in hand --
    def open_panel(self) -> None:
        """Show the chosen track's waveform."""
        if self.table.current is None and self.model.ids:
            self.table.choose([0])
        first = not self.panel.isVisible()
        self.panel.show()
        self.open_button.setChecked(True)
        if first:
            self._fit_tools()
            self._share_height()
        self._open_chosen()
        self.panel.wave.setFocus()

    def _fit_tools(self) -> None:
        """Tools where there is room for them, unless the person has said."""
        on = self.height() >= TOOLS_FROM if self.panel.tools_wanted is None else self.panel.tools_wanted
        if on != self.panel.fold.isChecked():
            self.panel.show_tools(on=on)

    def _share_height(self) -> None:
        """Panel and table side by side again: a full panel takes somewhat more than half, a low one its least."""
        tall, least = self.split.height(), self.panel.minimumHeight()
        wanted = round(tall * 0.56) if self.panel.fold.isChecked() else least
        self.split.setSizes([max(least, wanted), max(TABLE_TALL, tall - wanted)])

    def close_panel(self) -> None:
        self.panel.hide()
        self.open_button.setChecked(False)
        self.editor.put_away()
        self.table.setFocus()

    def toggle_panel(self) -> None:
        if self.panel.isVisible():
            self.close_panel()
        else:
            self.open_panel()

    def _open_chosen(self) -> None:
        track = self.table.current
        if self.panel.isVisible() and track is not None:
            self.editor.open_track(int(track.id))

    # -- doing --
    def _act(self, verb: str) -> None:
        match verb:
            case "play":
                self.tracks.play()
            case "take":
                self.take_out()
            case _:
                self.tracks.queue(first=verb == "first")

    def rate_chosen(self, stars: int) -> None:
        self.tracks.rate(self.table.chosen, stars)

    def take_out(self) -> None:
        items = self.model.items
        if items:
            self.lists.take_out(self.tree.place[1], [items[row] for row in self.table.chosen_rows])
        else:
            self.tracks.remove()

    def _play_from_start(self) -> None:
        if self.model.ids:
            self.table.choose([0])
            self.table.setFocus()
            self.tracks.play()

    def undo(self) -> None:
        """What Ctrl+Z takes back here: in the track in hand while it has the focus, else among playlists."""
        if self.panel.isVisible() and self.panel.isAncestorOf(self.window().focusWidget() or self):
            self.panel.undo()
        else:
            self.lists.undo()

    def redo(self) -> None:
        if self.panel.isVisible() and self.panel.isAncestorOf(self.window().focusWidget() or self):
            self.panel.redo()
        else:
            self.lists.redo()

    def go_back(self) -> None:
        if self.panel.isVisible():
            self.close_panel()
        elif self.filter.asks_something:
            self.filter.reset()
        self.table.setFocus()

    # -- drops --
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mine = [url for url in event.mimeData().urls() if url.isLocalFile()]
        if music_files(event.mimeData()) or any(url.toLocalFile().lower().endswith(IMPORTABLE) for url in mine):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        self.folders.take([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.panel.isVisible():
            self._fit_tools()
        self.side.setVisible(self.width() >= SIDE_FROM)

    # -- menus and keys --
    def actions_here(self) -> list[Action]:
        return music_actions(self)
