# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel above the player bar with what is up next: how long it takes, in which order, and a way out of each."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from podmix.ui.player_bar.queue_list import ROW, QueueList
from podmix.ui.player_bar.queueing import put_back
from podmix.ui.playing import TrackRow
from podmix.ui.surroundings import Surroundings
from podmix.ui.up_next import kind_of, left_s
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.labels import hairline, label
from podmix.ui.wording import count_text, length_text

WIDTH, GAP = 400, 12
AROUND = 116  # the panel's height without its rows
NOTHING = "Nothing up next.\nPut episodes and tracks here with Q: they play one after the other."


class QueuePanel(QFrame):
    """Floats over ``host`` at its lower right; ``above`` is what it must not cover (the player bar)."""

    toggled = Signal(bool)

    def __init__(self, around: Surroundings, host: QWidget, above: QWidget) -> None:
        super().__init__(host)
        self._around, self._player, self._host, self._above = around, around.player, host, above
        self._before: QWidget | None = None
        self.setProperty("kind", "floating")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Up next")
        self.setFixedWidth(WIDTH)
        self.list = QueueList(around.theme)
        self.left = label(kind="small", numbers=True)
        self.nothing = label(NOTHING, kind="soft", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear = button("Clear the list", kind="quiet")
        self.closer = IconButton(around.theme, "close", "Close the list", key="Esc", size=16)
        self._assemble()
        self.list.acted.connect(self._act)
        self.list.moved.connect(self._move)
        self.clear.clicked.connect(self._clear)
        self.closer.clicked.connect(self.close_panel)
        self._player.queue_changed.connect(self._show)
        self._player.option_changed.connect(lambda _key, _value: self._show_left())
        self.hide()
        host.installEventFilter(self)

    def _assemble(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(10, 0, 0, 0)
        top.setSpacing(10)
        top.addWidget(label("Up next", kind="large"))
        top.addWidget(self.left, 1, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.closer)
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(6)
        foot.addWidget(hairline())
        foot.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1)
        column.addWidget(self._foot)

    # -- coming and going --
    def toggle(self) -> None:
        if self.isVisible():
            self.close_panel()
        else:
            self.open_panel()

    def open_panel(self) -> None:
        self._before = self.window().focusWidget()
        self.show()
        self._show()
        self.raise_()
        if self.list.isVisibleTo(self):
            if self.list.currentIndex().row() < 0:
                self.list.choose(0)
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.closer.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.toggled.emit(True)

    def close_panel(self) -> None:
        if not self.isVisible():
            return
        mine = self.isAncestorOf(self.window().focusWidget() or self)
        self.hide()
        if mine and self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self.toggled.emit(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            event.ignore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def place(self) -> None:
        """As high as its rows need and the window allows."""
        room = self._host.height() - self._above.height() - 2 * GAP
        rows = len(self._player.queue)
        tall = min(room, AROUND + ROW * min(max(rows, 2), 7))
        self.setGeometry(self._host.width() - WIDTH - GAP, GAP + room - tall, WIDTH, tall)

    # -- content --
    def _show(self) -> None:
        if not self.isVisible():
            return
        rows = self._player.queue
        had_focus = self.list.hasFocus()
        self.list.show_rows(rows)
        self.list.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        self._foot.setVisible(bool(rows))
        if had_focus and not rows:
            self.closer.setFocus()
        self._show_left()
        self.place()

    def _show_left(self) -> None:
        queued, player = self._player.up_next.queued, self._player
        seconds, all_known = left_s(queued)
        time = length_text(seconds / player.speed)
        words = [count_text(len(queued), kind_of(queued))] if queued else []
        if time:
            words.append(f"{time}{'' if all_known else ' or more'}")
        self.left.setText("  ·  ".join(words))
        self.left.setToolTip(f"At {player.speed:g}×" if player.speed != 1.0 else "")

    # -- doing --
    def _act(self, verb: str, place: int) -> None:
        queued = self._player.up_next.queued
        if not 0 <= place < len(queued):
            return
        row = queued[place].row
        if verb == "play":
            if not self._player.play_queued(place):
                if isinstance(row, TrackRow):
                    self._around.notices.toast("The file of this track is missing")
                else:
                    self._offer_download(row.episode_id)
        elif verb == "first":
            self._move(place, 0)
        elif verb == "remove":
            self._player.unqueue(queued[place].queue_id)
            self._around.notices.toast(f"Removed: {row.title}", undo=lambda: put_back(self._player, queued))

    def _move(self, at: int, to: int) -> None:
        self._player.up_next.move(at, to)
        self.list.choose(to)

    def _clear(self) -> None:
        queued = self._player.up_next.queued
        self._player.up_next.replace(())
        self._around.notices.toast(f"Cleared {count_text(len(queued), kind_of(queued))}",
                                   undo=lambda: put_back(self._player, queued))

    def _offer_download(self, episode_id: int) -> None:
        verbs, run = self._around.verbs, self._around.background.run
        self._around.notices.toast("The audio of this episode is not on this machine", button="Download",
                                   undo=lambda: run(lambda: verbs.download(episode_id)))
