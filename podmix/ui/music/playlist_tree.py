# SPDX-License-Identifier: GPL-3.0-or-later
"""The side list of music: the whole library, what is new, and the playlists in their folders.

F2 renames, Ctrl+D copies, Delete removes (to be undone), Alt with the arrows moves. Tracks and lists are dropped onto
it. It says what is wanted by signals; the content is given to it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QKeyEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from podmix.music.library_types import Playlist
from podmix.ui import icons
from podmix.ui.music.track_model import TRACKS_MIME, Index, dropped_tracks
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Theme, font

ROW = 34
ID = Qt.ItemDataRole.UserRole
KIND = Qt.ItemDataRole.UserRole + 1
COUNT = Qt.ItemDataRole.UserRole + 2
FIXED = (("all", "All music", "music"), ("recent", "Recently added", "clock"), ("unplayed", "Never played", "star"))
ICONS = {"list": "list", "smart": "smart", "folder": "folder"} | {kind: icon for kind, _, icon in FIXED}
RECENT_DAYS = 30


class PlacePainter(QStyledItemDelegate):
    """One line: icon, name, number of tracks."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = self._theme.tokens
        area = QRectF(option.rect).adjusted(0, 1, -4, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("raised", 1.0 if chosen else 0.6))
            painter.drawRoundedRect(area, ROW_RADIUS, ROW_RADIUS)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)
        colour = QColor(tokens.text if chosen else tokens.soft)
        icons.paint(painter, ICONS.get(index.data(KIND), "list"), colour,
                    QRectF(area.left() + 8, area.center().y() - 8, 16, 16))
        count = index.data(COUNT)
        right = area.right() - 8
        if count is not None and count >= 0:
            painter.setFont(font(SMALL, numbers=True))
            painter.setPen(QColor(tokens.faint))
            painter.drawText(QRectF(area.left(), area.top(), right - area.left(), area.height()),
                             Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{count:,}")
            right -= painter.fontMetrics().horizontalAdvance(f"{count:,}") + 8
        painter.setFont(font(BODY, QFont.Weight.DemiBold if chosen else QFont.Weight.Normal))
        painter.setPen(colour)
        left = area.left() + 32
        painter.drawText(QRectF(left, area.top(), right - left, area.height()), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight,
                                                          int(right - left)))
        painter.restore()


class PlaylistTree(QTreeWidget):
    """``chosen`` is (kind, playlist id or 0). ``acted`` says a verb on the chosen playlist."""

    chosen = Signal(str, int)
    acted = Signal(str, int)  # copy, delete, edit, up, down, play
    renamed = Signal(int, str)
    tracks_dropped = Signal(int, object)
    list_dropped = Signal(int, object, object)  # which, into which folder, before which
    menu_wanted = Signal(QPoint, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lists: dict[int, Playlist] = {}
        self._filling = False
        self.setHeaderHidden(True)
        self.header().setAccessibleName("Playlists")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(14)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setAccessibleName("Playlists")
        self.setAccessibleDescription("F2 renames, Control D copies, Delete removes, Alt with the arrows moves")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(PlacePainter(theme, self))
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setStyleSheet("QTreeWidget { background: transparent; border: none; }")
        self.currentItemChanged.connect(self._current_changed)
        self.itemChanged.connect(self._item_changed)
        self.itemCollapsed.connect(lambda item: item.setExpanded(True) if item.data(0, KIND) != "folder" else None)
        theme.changed.connect(self.viewport().update)
        self.show_lists((), {})

    # -- content --
    def show_lists(self, lists: Sequence[Playlist], counts: dict[str, int]) -> None:
        """The playlists as they are; what was chosen stays chosen where it is still there."""
        held = self.place
        closed = {number for number, item in self._items().items() if not item.isExpanded()}
        self._filling = True
        self.clear()
        self._lists = {int(one.id): one for one in lists}
        for kind, name, _ in FIXED:
            self._add(self.invisibleRootItem(), kind, 0, name, counts.get(kind, -1))
        made: dict[int | None, QTreeWidgetItem] = {None: self.invisibleRootItem()}
        waiting = list(lists)
        while waiting:
            ready = [one for one in waiting if (int(one.parent) if one.parent is not None else None) in made]
            if not ready:
                break
            for one in ready:
                parent = made[int(one.parent) if one.parent is not None else None]
                made[int(one.id)] = self._add(parent, one.kind, int(one.id), one.name, one.tracks)
            waiting = [one for one in waiting if one not in ready]
        for number, item in self._items().items():
            item.setExpanded(number not in closed)
        self._filling = False
        if not self.choose(*held):
            self.choose("all", 0)

    def _add(self, parent: QTreeWidgetItem, kind: str, number: int, name: str, count: int) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [name])
        item.setData(0, KIND, kind)
        item.setData(0, ID, number)
        item.setData(0, COUNT, count)
        said = {"smart": "smart playlist", "folder": "folder", "list": "playlist"}.get(kind, "")
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, ", ".join(
            part for part in (name, said, f"{count} tracks" if count >= 0 else "") if part))
        if number:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDropEnabled)
        else:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        return item

    def _items(self) -> dict[int, QTreeWidgetItem]:
        found: dict[int, QTreeWidgetItem] = {}
        queue = [self.invisibleRootItem()]
        while queue:
            item = queue.pop()
            for at in range(item.childCount()):
                child = item.child(at)
                if child is None:
                    continue
                queue.append(child)
                if child.data(0, ID):
                    found[int(child.data(0, ID))] = child
        return found

    # -- what is chosen --
    @property
    def place(self) -> tuple[str, int]:
        item = self.currentItem()
        return (str(item.data(0, KIND)), int(item.data(0, ID))) if item is not None else ("all", 0)

    @property
    def playlist(self) -> Playlist | None:
        """The chosen playlist."""
        return self._lists.get(self.place[1])

    def known(self, number: int) -> Playlist | None:
        return self._lists.get(number)

    @property
    def all_lists(self) -> list[Playlist]:
        return list(self._lists.values())

    def choose(self, kind: str, number: int) -> bool:
        if number:
            item = self._items().get(number)
        else:
            at = next((at for at, fixed in enumerate(FIXED) if fixed[0] == kind), None)
            item = self.topLevelItem(at) if at is not None else None
        if item is not None:
            self.setCurrentItem(item)
        return item is not None

    def rename(self, number: int) -> None:
        """Let the person type another name."""
        item = self._items().get(number)
        if item is not None:
            self.setCurrentItem(item)
            self.editItem(item, 0)

    def _current_changed(self) -> None:
        if not self._filling:
            self.chosen.emit(*self.place)

    def _item_changed(self, item: QTreeWidgetItem) -> None:
        number = item.data(0, ID)
        known = self._lists.get(int(number)) if number else None
        if not self._filling and known is not None and item.text(0) != known.name:
            self.renamed.emit(int(known.id), item.text(0))

    # -- keys and menu --
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and self._verb_of(event) is not None and self.state() != QAbstractItemView.State.EditingState:
            event.accept()
            return True
        return super().event(event)

    def _verb_of(self, event: QKeyEvent) -> str | None:
        key, modifiers = event.key(), event.modifiers()
        if modifiers == Qt.KeyboardModifier.AltModifier:
            return {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}.get(Qt.Key(key))
        if modifiers == Qt.KeyboardModifier.ControlModifier:
            return "copy" if key == Qt.Key.Key_D else None
        return {Qt.Key.Key_Delete: "delete", Qt.Key.Key_Return: "play", Qt.Key.Key_Enter: "play"}.get(Qt.Key(key))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        verb, number = self._verb_of(event), self.place[1]
        if verb is not None and (number or verb == "play"):
            self.acted.emit(verb, number)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands elsewhere; here they would only jump about."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos(), self.place[1])

    # -- drops --
    def _target(self, at: QPoint) -> int:
        item = self.itemAt(at)
        return int(item.data(0, ID)) if item is not None and item.data(0, KIND) == "list" else 0

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(TRACKS_MIME):
            event.acceptProposedAction()
        elif event.source() is self:
            super().dragEnterEvent(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(TRACKS_MIME):
            if self._target(event.position().toPoint()):
                event.acceptProposedAction()
            else:
                event.ignore()
        elif event.source() is self:
            super().dragMoveEvent(event)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        at = event.position().toPoint()
        if event.mimeData().hasFormat(TRACKS_MIME):
            number = self._target(at)
            if number:
                self.tracks_dropped.emit(number, dropped_tracks(event.mimeData())[0])
                event.acceptProposedAction()
            return
        dragged, item = self.place[1], self.itemAt(at)
        if event.source() is not self or not dragged:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the list is filled anew when it is stored
        event.accept()
        if item is None:
            self.list_dropped.emit(dragged, None, None)
        elif item.data(0, KIND) == "folder":
            self.list_dropped.emit(dragged, int(item.data(0, ID)), None)
        elif item.data(0, ID) and int(item.data(0, ID)) != dragged:
            known = self._lists[int(item.data(0, ID))]
            self.list_dropped.emit(dragged, known.parent, int(known.id))

    def drawBranches(self, _painter: QPainter, _rect: object, _index: Index) -> None:
        """Folders say with their icon what they are."""
