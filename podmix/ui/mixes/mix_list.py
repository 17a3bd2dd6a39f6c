# SPDX-License-Identifier: GPL-3.0-or-later
"""A mix's tracks as a list: artwork, title and reason, whose pick, key, tempo and length; previews between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from podmix.ui import icons
from podmix.ui.mixes.mix_rows import ROW_ROLE, Index, MixRow, MixRows
from podmix.ui.mixes.mix_words import whose_text
from podmix.ui.music.colours import key_colour
from podmix.ui.podcasts.show_grid import BY_KEY
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Theme, font
from podmix.ui.widgets.artwork import cover
from podmix.ui.wording import clock_text, length_text

ROW, ART, SPOT = 60, 44, 32
KEY_WIDE, BPM_WIDE, TIME_WIDE, WHOSE_WIDE = 46, 52, 56, 104
OWN_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
            Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_A, Qt.Key.Key_L, Qt.Key.Key_X,
            Qt.Key.Key_Q)
PLAIN_VERBS = (("play", "play", "Play from here", "Enter"), ("queue", "queue", "Put up next", "Q"),
               ("like", "like", "Like", "L"), ("dislike", "nope", "Less like this", "X"))
ADDED_VERBS = (("accept", "check", "Put into the playlist", "A"), ("remove", "close", "Take away", "Del"))


class MixRowPainter(QStyledItemDelegate):
    """``path_of`` gives a track's artwork; ``playing`` is what plays now (a track's or a preview's key)."""

    def __init__(self, theme: Theme, path_of: Callable[[int], Path | None], parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._path_of = theme, path_of
        self.pointer: QPoint | None = None
        self.playing, self.friend = "", ""
        self.has_added = False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, ROW)

    @staticmethod
    def spots(area: QRectF, row: MixRow) -> list[tuple[QRectF, str, str, str]]:
        """The buttons of an added track: (place, verb, icon, words)."""
        if not row.waits:
            return []
        top, right = area.center().y() - SPOT / 2, area.right() - 10
        return [(QRectF(right - 2 * SPOT - 6, top, SPOT, SPOT), "accept", "check", "Put into the playlist"),
                (QRectF(right - SPOT, top, SPOT, SPOT), "remove", "close", "Take away")]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, row = self._theme.tokens, index.data(ROW_ROLE)
        area = QRectF(option.rect).adjusted(2, 1, -2, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = self.pointer is not None and area.contains(self.pointer.toPointF())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("raised", 1.0 if chosen else 0.6))
            painter.drawRoundedRect(area, ROW_RADIUS, ROW_RADIUS)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)
        if row.is_preview:
            self._preview(painter, area, row)
        else:
            self._track(painter, area, row)
        painter.restore()

    # -- a track --
    def _track(self, painter: QPainter, area: QRectF, row: MixRow) -> None:
        tokens, track = self._theme.tokens, row.one.track
        if row.one.added:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("music", 0.4 if row.accepted else 1.0))
            painter.drawRoundedRect(QRectF(area.left(), area.top() + 8, 3, area.height() - 16), 1.5, 1.5)
        painter.drawPixmap(QRectF(area.left() + 12, area.center().y() - ART / 2, ART, ART).topLeft(),
                           cover(self._path_of(row.track_id), track.artist or track.title, ART, 6,
                                 painter.device().devicePixelRatioF()))
        right = area.right() - 12
        for spot, _, icon, _ in self.spots(area, row):
            self._spot(painter, spot, icon)
        if self.has_added:  # numbers stand below one another
            right -= 2 * SPOT + 16
        right = self._numbers(painter, area, right, row)
        badge = whose_text(row.one.whose, self.friend) or (("In the playlist" if row.accepted else "Suggested")
                                                      if row.one.added else "")
        if badge and area.width() > 560:
            self._badge(painter, QRectF(right - WHOSE_WIDE, area.center().y() - 12, WHOSE_WIDE - 8, 24), badge,
                        row.one.whose or ("you" if row.accepted else "both"))
            right -= WHOSE_WIDE
        playing = self.playing == f"track {row.track_id}"
        title = track.title + (f"   {track.artist}" if track.artist else "")
        self._words(painter, QRectF(area.left() + 68, area.top(), right - area.left() - 80, area.height()), track.title,
                    title, row.one.reason, tokens.music if playing else tokens.text)

    def _words(self, painter: QPainter, area: QRectF, title: str, whole: str, below: str, colour: str) -> None:  # noqa: PLR0917
        tokens = self._theme.tokens
        strong = font(BODY, QFont.Weight.DemiBold)
        painter.setFont(strong)
        painter.setPen(QColor(colour))
        line = QRectF(area.left(), area.top() + 9, area.width(), 20)
        shown = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        rest = whole[len(title):].strip()
        left = painter.fontMetrics().horizontalAdvance(shown) + 10
        if rest and area.width() - left > 40:
            painter.setFont(font(BODY))
            painter.setPen(QColor(tokens.soft))
            painter.drawText(line.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter,
                             painter.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight,
                                                              int(area.width() - left)))
        painter.setFont(font(SMALL))
        painter.setPen(QColor(tokens.soft))
        painter.drawText(QRectF(area.left(), area.top() + 31, area.width(), 18), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(below, Qt.TextElideMode.ElideRight, int(area.width())))

    def _numbers(self, painter: QPainter, area: QRectF, right: float, row: MixRow) -> float:
        """Length, tempo and key from the right; returns where they begin."""
        tokens, track = self._theme.tokens, row.one.track
        painter.setFont(font(BODY, numbers=True))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for text, wide, colour in ((clock_text(track.duration or 0), TIME_WIDE, QColor(tokens.soft)),
                                   (f"{track.bpm:.0f}" if track.bpm else "", BPM_WIDE, QColor(tokens.text)),
                                   (track.camelot, KEY_WIDE, key_colour(track.camelot, tokens))):
            painter.setPen(colour)
            painter.drawText(QRectF(right - wide, area.top(), wide, area.height()), flags, text)
            right -= wide
        return right - 8

    def _badge(self, painter: QPainter, area: QRectF, text: str, whose: str) -> None:
        tokens = self._theme.tokens
        colour = {"friend": tokens.voice, "you": tokens.soft}.get(whose, tokens.music)
        painter.setFont(font(SMALL, QFont.Weight.DemiBold))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()) - 18)
        wide = painter.fontMetrics().horizontalAdvance(shown) + 18
        box = QRectF(area.right() - wide, area.top(), wide, area.height())
        ground = QColor(colour)
        ground.setAlphaF(0.14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 12, 12)
        painter.setPen(QColor(colour))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)

    def _spot(self, painter: QPainter, place: QRectF, icon: str) -> None:
        tokens = self._theme.tokens
        over = self.pointer is not None and place.contains(self.pointer.toPointF())
        accept = icon == "check"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.music) if accept and over else QColor(tokens.track if over else tokens.raised))
        painter.drawEllipse(place)
        tint = tokens.on_music if accept and over else tokens.music if accept else tokens.soft
        icons.paint(painter, icon, tint, place.adjusted(8, 8, -8, -8))

    # -- a preview --
    def _preview(self, painter: QPainter, area: QRectF, row: MixRow) -> None:
        tokens, card = self._theme.tokens, row.preview
        assert card is not None
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.voice))
        painter.drawRoundedRect(QRectF(area.left(), area.top() + 8, 3, area.height() - 16), 1.5, 1.5)
        painter.drawPixmap(QRectF(area.left() + 12, area.center().y() - ART / 2, ART, ART).topLeft(),
                           cover(card.artwork, card.show_title, ART, 6, painter.device().devicePixelRatioF()))
        painter.setFont(font(BODY, numbers=True))
        painter.setPen(QColor(tokens.soft))
        painter.drawText(QRectF(area.right() - 12 - TIME_WIDE, area.top(), TIME_WIDE, area.height()),
                         Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, clock_text(card.end - card.start))
        playing = self.playing == f"preview {card.preview_id}"
        title = card.title or card.episode_title
        self._words(painter, QRectF(area.left() + 68, area.top(), area.width() - 68 - TIME_WIDE - 24, area.height()),
                    title, title, f"Preview  ·  {card.show_title}  ·  {length_text(card.episode_duration)}",
                    tokens.voice if playing else tokens.text)


class MixList(QListView):
    """Enter plays from a row on; the menu key offers the rest. ``acted`` says (verb, row)."""

    acted = Signal(str, int)

    def __init__(self, theme: Theme, path_of: Callable[[int], Path | None]) -> None:
        super().__init__()
        self._theme = theme
        self.rows_model = MixRows(self)
        self._painter = MixRowPainter(theme, path_of, self)
        self.setModel(self.rows_model)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName("Tracks of this mix")
        self.setAccessibleDescription("Enter plays from here, L likes, X asks for less like this, Q puts up next")
        theme.changed.connect(self.viewport().update)

    def show_kind(self, friend: str, *, has_added: bool) -> None:
        """Whose picks the others are, and whether there are suggestions to decide about."""
        self._painter.friend, self._painter.has_added = friend, has_added

    def show_playing(self, key: str) -> None:
        self._painter.playing = key
        self.viewport().update()

    def verbs_of(self, row: MixRow) -> tuple[tuple[str, str, str, str], ...]:
        if row.is_preview:
            return PLAIN_VERBS[:1]
        return (*PLAIN_VERBS, *(ADDED_VERBS if row.waits else ()))

    @property
    def current(self) -> int:
        return self.currentIndex().row()

    def choose(self, place: int) -> None:
        self.setCurrentIndex(self.rows_model.index(place))

    # -- keys --
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in OWN_KEYS \
                and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        verb = {Qt.Key.Key_Return: "play", Qt.Key.Key_Enter: "play", Qt.Key.Key_A: "accept", Qt.Key.Key_L: "like",
                Qt.Key.Key_X: "dislike", Qt.Key.Key_Q: "queue", Qt.Key.Key_Delete: "remove"}.get(Qt.Key(event.key()))
        if verb is None or self.current < 0:
            super().keyPressEvent(event)
            return
        if verb in {known for known, *_ in self.verbs_of(self.rows_model.rows[self.current])}:
            self.acted.emit(verb, self.current)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in BY_KEY and self.current < 0 and self.rows_model.rows:
            self.choose(0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = self.current
        if place < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for verb, icon, words, key in self.verbs_of(self.rows_model.rows[place]):
            made = menu.addAction(icons.icon(icon, self._theme.tokens.soft), f"{words}\t{key}")
            made.triggered.connect(lambda _checked=False, verb=verb: self.acted.emit(verb, place))
        menu.popup(event.globalPos())

    # -- mouse --
    def _spot_at(self, at: QPoint) -> tuple[int, str, str] | None:
        index = self.indexAt(at)
        if index.isValid():
            area = QRectF(self.visualRect(index)).adjusted(2, 1, -2, -1)
            for place, verb, _, words in self._painter.spots(area, index.data(ROW_ROLE)):
                if place.contains(at.toPointF()):
                    return index.row(), verb, words
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        before, self._painter.pointer = self._painter.pointer, at
        spot = self._spot_at(at)
        self.viewport().setToolTip(spot[2] if spot else "")
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if spot else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)
        for point in (before, at):
            if point is not None and (index := self.indexAt(point)).isValid():
                self.viewport().update(self.visualRect(index))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        spot = self._spot_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self.acted.emit(spot[1], spot[0])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._spot_at(event.position().toPoint()) is None:
            self.acted.emit("play", index.row())

    def leaveEvent(self, event: QEvent) -> None:
        self._painter.pointer = None
        self.viewport().update()
        super().leaveEvent(event)
