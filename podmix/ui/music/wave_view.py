# SPDX-License-Identifier: GPL-3.0-or-later
"""The waveform of the track in hand: zoomed round the pointer, following playback, edited with keys while it has focus.

The wheel zooms about the pointer, Shift and the wheel (or a sideways swipe) moves along, dragging too; a click goes
there. Flags of cues are dragged from beat to beat, with Alt freely. ``KEYS`` says which key does what.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from podmix.app.track_views import CueMark
from podmix.ui.music.track_editor import TrackEditor
from podmix.ui.music.wave_paint import Scale, Tiles, draw_cues, draw_grid, draw_playhead, draw_sections
from podmix.ui.theme import BODY, Theme, font
from podmix.ui.widgets.keyed import KeyedWidget
from podmix.ui.wording import clock_text

CLOSEST = 1200.0  # pixels a second
FIRST_SPAN_S = 16.0
BAND = 20
FOLLOW_AT = 0.5
ZOOM_STEP = 1.25
CLICK_PX = 4


def key_name(key: QKeyCombination | str) -> str:
    """The one way to write a key, whichever way it came."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


class WaveView(KeyedWidget):
    """``commands`` maps a key sequence's text to what it does here. ``cue_chosen`` tells which flag was touched."""

    cue_chosen = Signal(object)
    range_changed = Signal(float, float)  # seconds in sight

    def __init__(self, theme: Theme, editor: TrackEditor) -> None:
        super().__init__()
        self._theme, self._editor = theme, editor
        self.commands: dict[str, Callable[[], object]] = {}
        self.per_second, self.left = 80.0, 0.0
        self.following = True
        self.chosen: CueMark | None = None
        self._track = -1
        self._tiles = Tiles()
        self._flags: list[tuple[QRectF, CueMark]] = []
        self._pressed: QPointF | None = None
        self._left_then = 0.0
        self._dragged_cue: CueMark | None = None
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Waveform")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        editor.page_changed.connect(self._page_changed)
        editor.moved.connect(self._moved)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(600, 190)

    # -- where --
    @property
    def scale(self) -> Scale:
        return Scale(self.left, self.per_second)

    @property
    def _length(self) -> float:
        return self._editor.page.duration if self._editor.page is not None else 0.0

    @property
    def _widest(self) -> float:
        """Pixels a second at which the whole track is in sight."""
        return max(0.05, self.width() / max(1.0, self._length))

    def _page_changed(self) -> None:
        page = self._editor.page
        track = int(page.track.id) if page is not None else -1
        if page is not None and track != self._track:
            self.per_second = self.width() / FIRST_SPAN_S
            self.chosen = None
            self._show(self._editor.position)
        elif self.chosen is not None and page is not None and self.chosen not in page.cues:
            self.chosen = None
        self._track = track
        self._say()
        self.update()

    def _show(self, second: float) -> None:
        self._go(second - FOLLOW_AT * self.width() / self.per_second)

    def _go(self, left: float) -> None:
        """Scroll so that ``left`` stands at the left edge; half a screen beyond either end is allowed."""
        span = self.width() / self.per_second
        left = min(max(left, -span / 2), max(-span / 2, self._length - span / 2))
        self.left = round(left * self.per_second) / self.per_second  # whole pixels: tiles stay sharp
        self.range_changed.emit(self.left, self.left + span)
        self.update()

    def zoom(self, factor: float, about_x: float | None = None) -> None:
        """Closer (above 1) or wider; the second at ``about_x`` (None: the playhead, where it is in sight) stays."""
        if about_x is None:
            about_x = self.scale.x(self._editor.position)
            about_x = about_x if 0 <= about_x <= self.width() else self.width() / 2
        second = self.scale.second(about_x)
        self.per_second = min(CLOSEST, max(self._widest, self.per_second * factor))
        self._go(second - about_x / self.per_second)

    def zoom_to_all(self) -> None:
        self.following = False
        self.per_second = self._widest
        self._go(0.0)

    def set_following(self, *, on: bool) -> None:
        self.following = on
        if on:
            self._show(self._editor.position)

    def show_range(self, middle: float) -> None:
        """Come to this second without moving playback."""
        self.set_following(on=False)
        self._show(middle)

    def _moved(self, position: float) -> None:
        if not self.isVisible():
            return
        if self.following and not self._dragging:
            self._show(position)
        self._say()
        self.update()

    def _say(self) -> None:
        self.setAccessibleDescription(f"At {clock_text(self._editor.position)} of {clock_text(self._length)}")

    # -- painting --
    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, page = self._theme.tokens, self._editor.page
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.surface))
        if page is None:
            painter.end()
            return
        whole = QRectF(self.rect())
        room = whole.adjusted(0, 4, 0, -BAND - 2)
        scale = self.scale
        begin, end = scale.x(0.0), scale.x(page.duration)
        for beyond in (QRectF(0, 0, max(0.0, begin), whole.height()), QRectF(end, 0, whole.width(), whole.height())):
            painter.fillRect(beyond, QColor(tokens.background))
        self._tiles.use(page.waveform, tokens)
        draw_grid(painter, room, page, scale, tokens)
        wave = room.adjusted(0, 18, 0, -14)
        self._tiles.draw(painter, wave, scale, self.devicePixelRatioF())
        draw_grid(painter, wave, page, scale, tokens, cut=True)
        band = QRectF(0, whole.bottom() - BAND, whole.width(), BAND)
        draw_sections(painter, band, page.sections, scale, tokens, words=True)
        if page.waveform is None:
            self._explain(painter, wave)
        self._flags = draw_cues(painter, room, page.cues, scale, tokens, self.chosen)
        draw_playhead(painter, room, round(scale.x(self._editor.position)), tokens)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(whole.adjusted(1, 1, -1, -1))
        painter.end()

    def _explain(self, painter: QPainter, area: QRectF) -> None:
        page, tokens = self._editor.page, self._theme.tokens
        assert page is not None
        painter.setPen(QColor(tokens.soft))
        painter.setFont(font(BODY))
        words = page.problem or ("Its file is missing." if page.track.missing else
                                 "Not analysed yet. The waveform, beats and key come as soon as it was listened to.")
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    # -- mouse --
    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels, angle = event.pixelDelta(), event.angleDelta()
        across = pixels.x() or angle.x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not across:
            across = angle.y()
        if abs(across) > abs(angle.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.following = False
            self._go(self.left - across / self.per_second)
        else:
            self.zoom(math.pow(ZOOM_STEP, angle.y() / 120), event.position().x())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._editor.page is None:
            return
        at = event.position()
        self._pressed, self._left_then, self._dragging = at, self.left, False
        self._dragged_cue = next((cue for flag, cue in reversed(self._flags) if flag.contains(at)), None)
        self.choose_cue(self._dragged_cue)

    def choose_cue(self, cue: CueMark | None) -> None:
        if cue != self.chosen:
            self.chosen = cue
            self.cue_chosen.emit(cue)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pressed is None:
            over = any(flag.contains(at) for flag, _ in self._flags)
            self.setCursor(Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.CrossCursor)
            return
        if abs(at.x() - self._pressed.x()) > CLICK_PX:
            self._dragging = True
        if not self._dragging or self._dragged_cue is not None:
            return
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        self.following = False
        self._go(self._left_then - (at.x() - self._pressed.x()) / self.per_second)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        second = self.scale.second(event.position().x())
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        cue, self._dragged_cue = self._dragged_cue, None
        if cue is not None and self._dragging:
            self.move_cue(cue, self._editor.snapped(second, free=free))
        elif cue is not None:
            self._editor.seek(cue.time)
        elif not self._dragging:
            self._editor.seek(second)
        self._dragging = False
        self.setCursor(Qt.CursorShape.CrossCursor)

    def move_cue(self, cue: CueMark, second: float) -> None:
        from dataclasses import replace

        end = None if cue.end is None else cue.end + second - cue.time
        moved = replace(cue, time=second, end=end)
        self._editor.replace_cue("Cue moved", cue, moved)
        self.choose_cue(moved)

    # -- keys --
    def command_of(self, event: QKeyEvent) -> Callable[[], object] | None:
        return self.commands.get(key_name(event.keyCombination()).replace("Num+", ""))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.per_second = min(CLOSEST, max(self._widest, self.per_second))
        if self.following:
            self._show(self._editor.position)
        else:
            self._go(self.left)


class OverviewBar(QWidget):
    """The whole track in a strip: sections, cues, what is in sight. A click goes there."""

    def __init__(self, theme: Theme, editor: TrackEditor, view: WaveView) -> None:
        super().__init__()
        self._theme, self._editor, self._view = theme, editor, view
        self._picture: tuple[object, ...] = ()
        self._drawn = QPixmap()
        self.setFixedHeight(40)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("The whole track")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        view.range_changed.connect(lambda *_: self.update())
        for changed in (editor.page_changed, editor.moved, theme.changed):
            changed.connect(lambda *_: self.update())

    def _seek(self, event: QMouseEvent) -> None:
        page = self._editor.page
        if page is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._view.set_following(on=True)
            self._editor.seek(event.position().x() / max(1, self.width()) * page.duration)

    mousePressEvent = _seek
    mouseMoveEvent = _seek

    def paintEvent(self, _event: QPaintEvent) -> None:
        from podmix.ui.music.colours import band_colours
        from podmix.ui.music.track_painter import small_wave
        from podmix.ui.music.wave_paint import cue_tint

        tokens, page = self._theme.tokens, self._editor.page
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.surface))
        if page is None or page.duration <= 0:
            painter.end()
            return
        scale = Scale(0.0, self.width() / page.duration)
        room = QRectF(self.rect()).adjusted(0, 2, 0, -8)
        if page.waveform is not None:
            wanted = (page.waveform, tokens, self.width(), self.devicePixelRatioF())
            if any(a is not b and a != b for a, b in zip(wanted, self._picture, strict=False)) or not self._picture:
                self._picture = wanted
                self._drawn = small_wave(page.waveform.overview_peaks, QSize(self.width(), round(room.height())),
                                         band_colours(tokens), self.devicePixelRatioF())
            painter.drawPixmap(room.topLeft(), self._drawn)
        draw_sections(painter, QRectF(0, self.height() - 6, self.width(), 6), page.sections, scale, tokens,
                      words=False)
        at = scale.x(self._editor.position)
        painter.fillRect(QRectF(0, room.top(), at, room.height()), tokens.colour("surface", 0.55))
        for cue in page.cues:
            painter.fillRect(QRectF(scale.x(cue.time) - 1, room.top(), 2, room.height()), cue_tint(cue, tokens))
        left, right = max(0.0, self._view.left), self._view.left + self._view.width() / self._view.per_second
        painter.setPen(QPen(tokens.colour("text", 0.75), 1))
        painter.setBrush(tokens.colour("text", 0.07))
        painter.drawRoundedRect(QRectF(scale.x(left) + 0.5, 0.5, max(6.0, scale.x(right) - scale.x(left) - 1),
                                       self.height() - 1.5), 4, 4)
        painter.fillRect(QRectF(at - 1, 0, 2, self.height()), QColor(tokens.text))
        painter.end()
