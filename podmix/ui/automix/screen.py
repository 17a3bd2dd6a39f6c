# SPDX-License-Identifier: GPL-3.0-or-later
"""Automix: choose what to mix, see and change the plan on a timeline, play it, render it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from podmix.app.views import JobCard, Part
from podmix.ui import icons
from podmix.ui.actions import Action
from podmix.ui.automix.adding import Adding
from podmix.ui.automix.changes import Changes
from podmix.ui.automix.desk import MixDesk
from podmix.ui.automix.exporting import Exporting
from podmix.ui.automix.joining_row import JoiningRow
from podmix.ui.automix.mix_player import MixPlayer
from podmix.ui.automix.planning import Planning
from podmix.ui.automix.start_page import StartPage
from podmix.ui.automix.timeline import Timeline
from podmix.ui.automix.transition_panel import TransitionPanel
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import ElidedLabel, centred, label
from podmix.ui.wording import clock_text, count_text


class AutomixScreen(Planning, Adding, Changes, QWidget):
    """Four faces: what to mix, planning, the timeline, and what went wrong."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self._verbs = around.verbs
        self._stale = True
        self.setProperty("kind", "screen")
        self.setAcceptDrops(True)
        theme = around.theme
        self.desk = MixDesk(around, self)
        self.playing = MixPlayer(around, self.desk, self)
        self.exporting = Exporting(around, self.desk, self)
        self.title, self.facts = ElidedLabel("Automix", kind="title"), ElidedLabel(kind="soft")
        self.fresh = button("New mix", kind="quiet")
        self.undo_button = IconButton(theme, "undo", "Undo", key="Ctrl+Z")
        self.redo_button = IconButton(theme, "redo", "Redo", key="Ctrl+Shift+Z")
        self.add = IconButton(theme, "plus", "Add tracks to the mix")
        self.more = IconButton(theme, "more", "More for this mix")
        self.play = button("Play", name="Play the mix")
        self.render_button = button("Render mix", kind="primary")
        self.start = StartPage(theme)
        self.timeline = Timeline(theme)
        self.panel = TransitionPanel(theme)
        self.joining = JoiningRow()
        self.notes = QLabel()
        self.body = QStackedWidget()
        self.waiting, self.wait_words, self.bar = QWidget(), label(kind="large"), QProgressBar()
        self.wait_note, self.stop = label(kind="soft"), button("Cancel")
        self.trouble = EmptyState(theme, "alert", "", act="Choose something else")
        self._lay_out()
        self._wire()
        self._show_face()

    # -- putting together --
    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        top.addWidget(self.title)
        top.addWidget(self.facts, 1)
        for control in (self.undo_button, self.redo_button, self.fresh, self.add, self.more, self.play,
                        self.render_button):
            top.addWidget(control)
        for control, fill in ((self.more, self._fill_more), (self.add, self.fill_add)):
            menu = QMenu(control)
            menu.addAction(" ")
            menu.aboutToShow.connect(partial(fill, menu))
            control.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
            control.setMenu(menu)
        mixing = QWidget()
        column = QVBoxLayout(mixing)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(12)
        self.notes.setProperty("kind", "small")
        self.notes.setWordWrap(True)
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.notes)
        column.addWidget(self.joining)
        column.addWidget(self.timeline, 5)
        column.addWidget(self.panel, 3)
        self.mixing = mixing
        wait = QVBoxLayout(self.waiting)
        wait.setSpacing(12)
        wait.addStretch(2)
        self.bar.setFixedWidth(360)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of planning")
        for part in (self.wait_words, self.bar, self.wait_note, self.stop):
            wait.addLayout(centred(part))
        wait.addStretch(3)
        for page in (self.start, self.waiting, mixing, self.trouble):
            self.body.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 0)
        whole.setSpacing(12)
        whole.addLayout(top)
        whole.addWidget(self.body, 1)

    def _wire(self) -> None:
        desk, line, panel, around = self.desk, self.timeline, self.panel, self.around
        self.start.plan_wanted.connect(self.plan)
        self.start.add_wanted.connect(self.add_source)
        self.start.open_wanted.connect(self.open_plan)
        self.fresh.clicked.connect(self.show_start)
        self.stop.clicked.connect(self.cancel)
        self.trouble.acted.connect(lambda: self._again() if self._again is not None else self.show_start())
        self.undo_button.clicked.connect(self.undo)
        self.redo_button.clicked.connect(self.redo)
        self.play.clicked.connect(self.toggle)
        self.render_button.clicked.connect(self.exporting.ask_render)
        desk.planning.connect(self._planning)
        desk.progressed.connect(self._progressed)
        desk.failed.connect(self._failed)
        desk.changed.connect(self._changed)
        desk.joining.connect(self.joining.show_step)
        desk.learning.changed.connect(self._show_learning)
        self.joining.stop.clicked.connect(desk.cancel_joining)
        line.chosen_changed.connect(lambda _number: self._show_transition())
        line.seek_wanted.connect(self._seek)
        line.move_wanted.connect(self.move_track)
        line.shift_wanted.connect(self.shift)
        line.nudge_wanted.connect(self.nudge)
        line.acted.connect(self._act)
        panel.kind_wanted.connect(self.set_kind)
        panel.bars_wanted.connect(self.set_bars)
        panel.lock_wanted.connect(self.set_lock)
        panel.audition_wanted.connect(lambda: self.playing.audition(line.chosen))
        panel.step_wanted.connect(lambda step: line.choose(max(0, line.chosen + step), show=True))
        panel.rate_wanted.connect(self.rate)
        panel.learned.forget_wanted.connect(self.forget_learning)
        self.playing.moved.connect(self._moved)
        self.playing.skipped.connect(lambda number: self._learn(number, "skip"))
        self.playing.heard_through.connect(lambda number: self._learn(number, "play-through"))
        around.player.now_changed.connect(lambda _now: self._show_playing())
        around.player.playing_changed.connect(lambda _on: self._show_playing())
        around.events.changed.connect(self._library_changed)
        around.events.jobs.connect(self._jobs)
        around.ways.automix.connect(self.take)

    # -- which face --
    def activate(self, active: bool) -> None:
        """The screen comes to the front, or goes."""
        if active and self._stale:
            self._stale = False
            self._load_lists()
        if active:
            (self.timeline.setFocus if self.body.currentWidget() is self.mixing else self.start.focus_first)()

    def _show_face(self) -> None:
        mixing = self.body.currentWidget() is self.mixing
        for control in (self.undo_button, self.redo_button, self.add, self.more, self.play, self.render_button):
            control.setVisible(mixing)
        if self.body.currentWidget() is self.start:
            self.title.set_text("Automix")
            self.facts.set_text("One track into the next, as a good DJ would")
            self.fresh.setText("Back to the mix")
        self.fresh.setVisible(self.desk.mix is not None and self.body.currentWidget() in (self.mixing, self.start))
        self.start.add.setVisible(self.desk.mix is not None)
        self.fresh.setText("New mix" if mixing else "Back to the mix")
        self.fresh.setAccessibleName(self.fresh.text())

    def _turn(self, page: QWidget) -> None:
        self.body.setCurrentWidget(page)
        self._show_face()

    def show_start(self) -> None:
        """Choose what to mix; from there, back to the mix in hand."""
        if self.body.currentWidget() is self.start and self.desk.mix is not None:
            self._turn(self.mixing)
            self._say()
            self.timeline.setFocus()
        else:
            self._turn(self.start)
            self.start.focus_first()

    def go_back(self) -> None:
        if self.desk.is_planning:
            self.cancel()
        elif self.body.currentWidget() is not self.mixing and self.desk.mix is not None:
            self._turn(self.mixing)
            self._say()

    # -- the mix --
    def _changed(self) -> None:
        fresh = self.body.currentWidget() is not self.mixing
        if fresh:
            self.playing.forget()
            self._turn(self.mixing)
        self.timeline.show_picture(self.desk.picture, fresh=fresh)
        if fresh:
            self.timeline.set_playhead(None)
            self.timeline.setFocus()
        self._say()
        self._show_transition()

    def _say(self) -> None:
        plan = self.desk.plan
        if plan is None:
            return
        tempi = [track.bpm for track in plan.tracks if track.bpm]
        range_text = f"{min(tempi):.0f}–{max(tempi):.0f} BPM" if tempi else ""
        self.title.set_text(plan.title or self._name or "Mix")
        self.facts.set_text(" · ".join(filter(None, (count_text(len(plan.tracks), "track"),
                                                     clock_text(plan.duration_s), range_text))))
        self.notes.setText("\n".join(plan.notes[:3]) + (f"\nand {len(plan.notes) - 3} more" if len(plan.notes) > 3
                                                         else ""))
        self.notes.setVisible(bool(plan.notes))
        for control, words, verb in ((self.undo_button, self.desk.undo_text, "Undo"),
                                     (self.redo_button, self.desk.redo_text, "Redo")):
            control.setEnabled(bool(words))
            control.setAccessibleName(f"{verb}: {words}" if words else verb)
            control.setToolTip(control.accessibleName())

    def _show_transition(self) -> None:
        one = self._chosen
        self.panel.show_transition(self.desk.picture, self.timeline.chosen if one is not None else -1,
                                   one.reasons if one is not None else (),
                                   (one.stretch_from, one.stretch_to) if one is not None else (1.0, 1.0))
        self._show_learning()

    # -- what is learnt --
    def rate(self, what: str) -> None:
        """Like or dislike the transition in hand; said again it is taken back."""
        mix, number = self.desk.mix, self.timeline.chosen
        if mix is None or self._chosen is None:
            return
        if self.desk.learning.rate(mix, number, what):
            self.around.notices.toast("Noted: more like this" if what == "like" else "Noted: less like this",
                                      undo=partial(self.desk.learning.unrate, mix, number))
        self._show_learning()

    def forget_learning(self) -> None:
        """All of it; the toast brings it back."""
        learning = self.desk.learning
        learning.forget_all(lambda: self.around.notices.toast("Forgotten: mixes are planned as at the beginning",
                                                              undo=learning.restore))

    def _learn(self, number: int, what: str) -> None:
        mix = self.desk.mix
        if mix is not None and number < len(mix.plan.transitions):
            self.desk.learning.note(mix, number, what)

    def _show_learning(self) -> None:
        learning = self.desk.learning
        self.panel.show_rating(learning.rating(self.desk.mix, self.timeline.chosen if self._chosen else -1))
        self.panel.learned.show_learning(learning)

    # -- changing, beside what ``Changes`` can --
    def undo(self) -> None:
        self.desk.undo(lambda words: self.around.notices.toast(f"Undone: {words}"))

    def redo(self) -> None:
        self.desk.redo(lambda words: self.around.notices.toast(f"Done again: {words}"))

    def _act(self, what: str) -> None:
        match what:
            case "audition":
                self.playing.audition(self.timeline.chosen)
            case "lock":
                self.set_lock(not (self._chosen is not None and self._chosen.locked))
            case "kind":
                self._kind_menu()
            case "longer" | "shorter":
                self.lengthen(1 if what == "longer" else -1)
            case "take":
                self.remove_track()
            case "like" | "dislike":
                self.rate(what)

    def _kind_menu(self) -> None:
        if self._chosen is not None:
            self.panel.kind.showMenu()

    # -- playing --
    def toggle(self) -> None:
        """Play from where the playhead stands, or pause."""
        if self.desk.mix is None:
            self.around.player.toggle()
        else:
            self.playing.toggle(self.timeline.playhead or 0.0)

    @property
    def takes_space(self) -> bool:
        """The space bar plays this mix."""
        return self.body.currentWidget() is self.mixing

    def _seek(self, second: float) -> None:
        self.timeline.set_playhead(second)
        self.playing.seek(second)

    def _moved(self, second: float) -> None:
        self.timeline.set_playhead(second)
        self.panel.curves.set_playhead(second)

    def _show_playing(self) -> None:
        on = self.playing.is_mine and self.around.player.playing
        self.play.setText("Pause" if on else "Play")
        self.play.setAccessibleName("Pause the mix" if on else "Play the mix")

    # -- news and menus --
    def _jobs(self, jobs: Sequence[JobCard]) -> None:
        self.exporting.follow(jobs)

    def _library_changed(self, part: Part, _ids: Sequence[int]) -> None:
        if part is Part.PLAYLISTS and not self._stale:
            self._load_lists()
        elif part is Part.MUSIC:
            self._stale = True  # looked at again when the screen comes to the front

    def _load_lists(self) -> None:
        self.around.background.run(lambda: (self._verbs.playlists(), len(self._verbs.music_ids(missing=False))),
                                   then=self._show_lists, owner=self, key="automix playlists")

    def _show_lists(self, found: tuple[Sequence[Any], int]) -> None:
        waited = self.start.folder.hasFocus()
        self.start.show_playlists(*found)
        if waited:
            self.start.focus_first()

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        tint = self.around.theme.tokens.soft
        for icon, words, do in (
            ("save", "Save the mix…", self.exporting.ask_save),
            ("folder", "Open a saved mix…", self.start.ask_open),
            ("list", "Export a playlist (M3U8)…", partial(self.exporting.ask_export, ".m3u8")),
            ("list", "Export a cue sheet…", partial(self.exporting.ask_export, ".cue")),
            ("share", "Export rekordbox XML…", partial(self.exporting.ask_export, ".xml")),
            ("list", "Set list to print…", partial(self.exporting.ask_export, ".html")),
            ("refresh", "Plan anew what is not locked", self.plan_rest),
            ("trash", "Take the chosen track out", self.remove_track)):
            menu.addAction(icons.icon(icon, tint), words).triggered.connect(lambda _checked=False, do=do: do())

    def actions_here(self) -> list[Action]:
        from podmix.ui.automix.automix_actions import automix_actions

        return automix_actions(self)
