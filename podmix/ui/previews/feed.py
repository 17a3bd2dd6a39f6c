# SPDX-License-Identifier: GPL-3.0-or-later
"""The card feed: one card at a time, the next one peeking from beneath; swipe, wheel and keys move through it.

One canvas paints the cards near the current one. ``place`` is the animated position in cards: 3.4 is four tenths of
the way from card 3 to card 4. Only the parts that move are repainted while a preview plays.
"""

from __future__ import annotations

import time as clock
from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import (
    Property,
    QEasingCurve,
    QEvent,
    QPointF,
    QPropertyAnimation,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from podmix.app.views import PreviewCard
from podmix.ui.previews.card_paint import PaintedCard
from podmix.ui.previews.stack_paint import paint_stack, resting_place
from podmix.ui.previews.swipe import Motion, Swipe, resisted
from podmix.ui.theme import NORMAL, PREVIEW_RADIUS, Theme
from podmix.ui.wording import clock_text


class CardFeed(QWidget):
    """Emits what the person wants; it plays nothing and changes nothing by itself."""

    current_changed = Signal(int)
    stepped = Signal()  # the person moved to another card
    toggle_wanted = Signal()
    seek_wanted = Signal(float)  # episode seconds
    from_here_wanted = Signal()
    end_reached = Signal()  # pulled beyond the last card

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: list[PaintedCard] = []
        self._index = 0
        self._left: PaintedCard | None = None  # the card that is sliding out of sight
        self._place = 0.0
        self._time = 0.0
        self._playing = False
        self._ended = 0.0
        self._hovered: float | None = None
        self._swipe = Swipe()
        self._pressed: QPointF | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setAccessibleName("Previews")
        self._move = self._animation(b"place")
        self._roll = self._animation(b"roll")
        self._fade = self._animation(b"ended")
        self._spring = QTimer(self)
        self._spring.setInterval(50)
        self._spring.timeout.connect(self._spring_back)
        theme.changed.connect(self._retheme)

    def _animation(self, name: bytes) -> QPropertyAnimation:
        made = QPropertyAnimation(self, name, self)
        made.setEasingCurve(QEasingCurve.Type.OutCubic)
        return made

    # -- content --
    def set_cards(self, cards: Sequence[PreviewCard]) -> None:
        """Show these; stay on the card that was shown where it is still among them."""
        held = self.current.card.preview_id if self.current else None
        now = datetime.now(UTC)
        known = {painted.card.preview_id: painted for painted in self._cards}
        self._cards = []
        for card in cards:
            old = known.get(card.preview_id)
            if old is not None and old.card == card:
                self._cards.append(old)
            else:
                self._cards.append(PaintedCard(card, self._theme.tokens, now))
        ids = [card.preview_id for card in cards]
        self._index = ids.index(held) if held in ids else min(self._index, max(0, len(ids) - 1))
        self._move.stop()
        self._place = float(self._index)
        if self.current and held != self.current.card.preview_id:
            self._arrive()
        self._lay_out()
        self.update()

    def replace(self, card: PreviewCard) -> None:
        """The same preview with other marks (liked, saved)."""
        for painted in self._cards:
            if painted.card.preview_id == card.preview_id:
                painted.card = card

    @property
    def current(self) -> PaintedCard | None:
        return self._cards[self._index] if 0 <= self._index < len(self._cards) else None

    @property
    def index(self) -> int:
        return self._index

    @property
    def cards(self) -> list[PreviewCard]:
        return [painted.card for painted in self._cards]

    def neighbour(self, by: int) -> PreviewCard | None:
        at = self._index + by
        return self._cards[at].card if 0 <= at < len(self._cards) else None

    # -- moving --
    def step(self, direction: int) -> bool:
        """One card on (+1) or back (-1); False at an end, where the card only gives way a little."""
        target = self._index + direction
        if not 0 <= target < len(self._cards):
            self._glide_to(self._index)
            if direction > 0 and self._cards:
                self.end_reached.emit()
            return False
        self._left, self._index = self.current, target
        self._arrive()
        self.stepped.emit()
        self._glide_to(target)
        return True

    def go_to(self, preview_id: int) -> bool:
        for index, painted in enumerate(self._cards):
            if painted.card.preview_id == preview_id:
                return index == self._index or self.step(index - self._index)
        return False

    def _arrive(self) -> None:
        painted = self.current
        assert painted is not None
        painted.lay_out(self.card_rect().size().toSize())  # it may never have been near
        self._time = painted.card.start
        self._ended, self._hovered, self._playing = 0.0, None, False
        painted.snapshot = None
        painted.scroll = painted.captions.scroll_for(0)
        self._describe()
        self.current_changed.emit(self._index)

    def _describe(self) -> None:
        if self.current is None:
            return
        card = self.current.card
        self.setAccessibleName(f"Preview {self._index + 1} of {len(self._cards)}: {card.episode_title}, "
                               f"{card.show_title}")
        self.setAccessibleDescription(" ".join(line.text for line in card.captions))

    def _glide_to(self, place: float) -> None:
        self._move.stop()
        duration = self._theme.duration(NORMAL)
        if duration == 0 or not self.isVisible():
            self._set_place(place)
            return
        self._move.setDuration(duration)
        self._move.setEndValue(float(place))
        self._move.start()

    def _get_place(self) -> float:
        return self._place

    def _set_place(self, value: float) -> None:
        self._place = value
        if self._left is not None and value == self._index:
            self._left.rewind()
            self._left = None
        self.update()

    place = Property(float, _get_place, _set_place)

    def _get_scroll(self) -> float:
        return self.current.scroll if self.current else 0.0

    def _set_scroll(self, value: float) -> None:
        if self.current:
            self.current.scroll = value
            self._repaint_moving()

    roll = Property(float, _get_scroll, _set_scroll)

    def _get_ended(self) -> float:
        return self._ended

    def _set_ended(self, value: float) -> None:
        self._ended = value
        self.update()

    ended = Property(float, _get_ended, _set_ended)

    # -- playing --
    def set_time(self, time: float) -> None:
        """The position of the current card, in episode seconds."""
        painted = self.current
        if painted is None:
            return
        before = painted.captions.current(self._time)
        self._time = time
        now = painted.captions.current(time)
        if now != before:
            self._roll.stop()
            target = painted.captions.scroll_for(now)
            if self._theme.reduced_motion or not self.isVisible():
                painted.scroll = target
            else:
                self._roll.setDuration(240)
                self._roll.setStartValue(painted.scroll)
                self._roll.setEndValue(target)
                self._roll.start()
        if self._ended and time < painted.card.end - 0.2:
            self._ended = 0.0
        self._repaint_moving()

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        self.update()

    def show_end(self) -> None:
        """The clip is over: offer the episode."""
        self._fade.stop()
        self._fade.setDuration(self._theme.duration(NORMAL))
        self._fade.setEndValue(1.0)
        self._fade.start()

    def _repaint_moving(self) -> None:
        if self.current is None or self._place != self._index:
            self.update()
            return
        at = self.card_rect().topLeft()
        foot = self.current.wave.united(self.current.place)
        for part in (self.current.words.adjusted(0, -26, 0, 0), foot.adjusted(0, -4, 4, 4)):
            self.update(part.translated(at).toAlignedRect())

    # -- where --
    def card_rect(self) -> QRectF:
        """Where the current card lies."""
        return resting_place(self.width(), self.height())

    def _lay_out(self) -> None:
        size = self.card_rect().size().toSize()
        for index in range(max(0, self._index - 1), min(len(self._cards), self._index + 3)):
            painted = self._cards[index]
            painted.lay_out(size)
            if index == self._index:
                painted.scroll = painted.captions.scroll_for(painted.captions.current(self._time))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._roll.stop()
        self._lay_out()

    def _retheme(self) -> None:
        now = datetime.now(UTC)
        self._cards = [PaintedCard(painted.card, self._theme.tokens, now) for painted in self._cards]
        self._lay_out()
        self.update()

    # -- paint --
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._cards:
            self._paint_cards(painter, event.rect())
        else:
            painter.fillRect(event.rect(), QColor(self._theme.tokens.background))
        painter.end()

    def _paint_cards(self, painter: QPainter, dirty: QRect) -> None:
        rect = self.card_rect()
        paint_stack(painter, self.rect(), rect, self._cards, self._place, self._paint_one, dirty=dirty,
                    tokens=self._theme.tokens)
        if self.hasFocus() and self._place == self._index and self._keyboard_focus:
            painter.setPen(QPen(QColor(self._theme.tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), PREVIEW_RADIUS + 3, PREVIEW_RADIUS + 3)

    def _paint_one(self, painter: QPainter, index: int, painted: PaintedCard, at: QPointF) -> None:
        is_current = index == self._index
        painted.paint(painter, at, self._time if is_current else painted.card.start,
                      playing=is_current and self._playing, ended=self._ended if is_current else 0.0,
                      hovered=self._hovered if is_current else None, scale=self.devicePixelRatioF())

    _keyboard_focus = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._keyboard_focus = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # -- hands --
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        self._pull(self._swipe.wheel(angle=event.angleDelta().y(), pixels=event.pixelDelta().y(),
                                     now_ms=clock.monotonic() * 1000, height=self.card_rect().height(),
                                     begins=event.phase() == Qt.ScrollPhase.ScrollBegin))
        self._spring.start()

    def _pull(self, motion: Motion) -> None:
        if motion.step:
            if self._move.state() != QPropertyAnimation.State.Running:
                self.step(motion.step)
        elif motion.offset:
            self._move.stop()
            self._set_place(self._index + resisted(motion.offset, at_first=self._index == 0,
                                                   at_last=self._index == len(self._cards) - 1))

    def _spring_back(self) -> None:
        if self._swipe.is_quiet(clock.monotonic() * 1000):
            self._spring.stop()
            if self._place != self._index and self._move.state() != QPropertyAnimation.State.Running:
                self._glide_to(self._index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragging = event.position(), False
            self._swipe.press(event.position().y(), float(event.timestamp()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None:
            self._hover(at)
            return
        if not self._dragging and abs(at.y() - self._pressed.y()) > 10:
            self._dragging = True
        if self._dragging:
            self._pull(self._swipe.drag(at.y(), float(event.timestamp()), self.card_rect().height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        at, self._pressed = event.position(), None
        if self._dragging:
            motion = self._swipe.release(at.y(), float(event.timestamp()), self.card_rect().height())
            if motion.step:
                self.step(motion.step)
            else:
                self._glide_to(self._index)
            return
        self._click(at)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()
        super().leaveEvent(event)

    def _hover(self, at: QPointF) -> None:
        painted = self.current
        if painted is None:
            return
        inside = at - self.card_rect().topLeft()
        wave = painted.wave.adjusted(0, -6, 0, 6)
        hovered = (inside.x() - wave.left()) / wave.width() if wave.contains(inside) else None
        hand = hovered is not None or painted.takes_click(inside, ended=self._ended > 0.5)
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
        if hovered is not None:
            length = painted.card.end - painted.card.start
            self.setToolTip(clock_text(hovered * length))
        elif self._hovered is not None:
            self.setToolTip("")
        if hovered != self._hovered:
            self._hovered = hovered
            self.update(QRect(painted.wave.translated(self.card_rect().topLeft()).toAlignedRect()))

    def _click(self, at: QPointF) -> None:
        painted = self.current
        rect = self.card_rect()
        if painted is None:
            return
        if not rect.contains(at):
            if at.y() > rect.bottom() and rect.left() <= at.x() <= rect.right():
                self.step(1)
            return
        inside = at - rect.topLeft()
        card = painted.card
        line = painted.captions.line_under(inside.y(), painted.words, painted.scroll)
        if self._ended > 0.5 and painted.from_here.contains(inside):
            self.from_here_wanted.emit()
        elif painted.wave.adjusted(0, -6, 0, 6).contains(inside):
            share = (inside.x() - painted.wave.left()) / painted.wave.width()
            self.seek_wanted.emit(card.start + share * (card.end - card.start))
        elif painted.words.contains(inside) and line >= 0 and line != painted.captions.current(self._time):
            self.seek_wanted.emit(painted.captions.lines[line].start)
        else:
            self.toggle_wanted.emit()
