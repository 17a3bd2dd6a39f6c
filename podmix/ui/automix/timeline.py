# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline: two lanes of overlapping waveforms under the energy curve, by mouse, wheel and keys.

It shows a ``MixPicture`` and says what is wanted; it changes nothing itself. Dragging the head of a track moves it in
the order; dragging a transition moves it, dragging an edge makes it longer or shorter (snapping to bars is done by who
changes the plan; Alt asks for steps of 10 ms); dragging anywhere else pans.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from podmix.ui.automix.picture import MixPicture, TransitionPicture
from podmix.ui.automix.timeline_keys import command_of
from podmix.ui.automix.timeline_paint import (
    ENERGY,
    RULER,
    Places,
    draw_chosen_track,
    draw_drop,
    draw_energy,
    draw_head,
    draw_held,
    draw_ruler,
    draw_thin_tracks,
    draw_track,
    draw_transitions,
    is_thin,
)
from podmix.ui.automix.timeline_sight import Sight
from podmix.ui.automix.waves import WaveTiles
from podmix.ui.music.wave_paint import Scale, draw_playhead
from podmix.ui.theme import CARD_RADIUS, Theme
from podmix.ui.widgets.keyed import Command

EDGE_PX, DRAG_PX = 6, 5
ZOOM_STEP = 1.25


class Timeline(Sight):
    """All but what is in hand, being dragged, or moves by itself is drawn once and kept."""

    seek_wanted = Signal(float)
    shift_wanted = Signal(int, float, float, bool)  # transition, seconds its begin and its end move, finely
    acted = Signal(str)  # audition, lock, kind, longer, shorter, take

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.playhead: float | None = None
        self.follows = True
        self.patient = False  # wait for every tile (for pictures)
        self._tiles = WaveTiles()
        self._ground: QPixmap | None = None
        self._hot = -1
        self._press: QPointF | None = None
        self._grip: tuple[str, int] = ("", -1)
        self._from = 0.0
        self._by = (0.0, 0.0)
        self._drop = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(210)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Timeline of the mix")
        theme.changed.connect(self.draw_anew)

    # -- what is shown --
    def show_picture(self, picture: MixPicture, *, fresh: bool) -> None:
        """``fresh``: another mix, seen as a whole; else the same one after a change."""
        self.picture = picture
        if fresh:
            self.chosen, self.track = (0 if picture.transitions else -1), -1
            self.fit()
            self.chosen_changed.emit(self.chosen)
        elif self.chosen >= len(picture.transitions):
            self.choose(len(picture.transitions) - 1)
        self._keep_inside()
        self.tell()
        self.draw_anew()

    def set_playhead(self, second: float | None) -> None:
        """Where it plays; a follower is kept in sight while it plays."""
        before, self.playhead = self.playhead, second
        if second is not None and self.follows and self._press is None and not self._fitted \
                and before is not None and abs(second - before) < 2:
            x = self.scale.x(second)
            if not 0 <= x <= self.width() * 0.85 and self.scale.x(before) <= self.width():
                self.look(Scale(second - self.width() * 0.15 / self.scale.per_second, self.scale.per_second))
        for each in (before, second):  # the ground is kept: only what moves is drawn anew
            if each is not None:
                self.update(round(self.scale.x(each)) - 8, 0, 16, self.height())

    def show_drop(self, place: int) -> None:
        """Mark where something that is dragged would go: before this track (-1: nowhere)."""
        if place != self._drop:
            self._drop = place
            self.update()

    def place_at(self, x: float) -> int:
        """The number of the track before which something goes that is let fall there."""
        second = self.scale.second(x)
        return sum((one.begin + one.end) / 2 < second for one in self.picture.tracks)

    # -- painting --
    def draw_anew(self) -> None:
        self._ground = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, places, ratio = self._theme.tokens, Places(self.width(), self.height()), self.devicePixelRatioF()
        if self._ground is None or self._ground.size() != self.size() * ratio:
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(Qt.GlobalColor.transparent)
            self._draw(self._ground, places)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        self._draw_held(painter, places)
        if self.playhead is not None:
            draw_playhead(painter, QRectF(0, RULER - 6, places.wide, places.tall - RULER + 2),
                          self.scale.x(self.playhead), tokens)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(tokens.colour("soft"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), CARD_RADIUS, CARD_RADIUS)
        painter.end()
        if self._tiles.lacking:
            self._tiles.lacking = False
            QTimer.singleShot(0, self, self.draw_anew)

    def _draw(self, ground: QPixmap, places: Places) -> None:
        """What stays as it is until the mix, or the part of it in sight, is another."""
        tokens, picture, scale = self._theme.tokens, self.picture, self.scale
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(QRectF(self.rect()), CARD_RADIUS, CARD_RADIUS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._tiles.begin(patient=self.patient)
        draw_ruler(painter, places, scale, tokens)
        draw_energy(painter, places, picture, scale, tokens)
        last = len(picture.transitions)
        seen = [(number, track) for number, track in enumerate(picture.tracks)
                if scale.x(track.end) >= 0 and scale.x(track.begin) <= places.wide]
        draw_thin_tracks(painter, places, [track for _, track in seen if is_thin(track, scale)], scale, tokens)
        seen = [(number, track) for number, track in seen if not is_thin(track, scale)]
        for number, track in seen:
            leaves = picture.transitions[number].start if number < last else track.end + 1
            draw_track(painter, places, track, scale, tokens, tiles=self._tiles, leaves=leaves)
        draw_transitions(painter, places, picture.transitions, scale, tokens)
        for number, track in seen:
            draw_head(painter, places, track, scale, tokens, number)
        painter.end()

    def _draw_held(self, painter: QPainter, places: Places) -> None:
        """What is in hand, under the pointer, or being dragged."""
        tokens, picture, scale = self._theme.tokens, self.picture, self.scale
        if 0 <= self.track < len(picture.tracks):
            draw_chosen_track(painter, places, picture.tracks[self.track], scale, tokens)
        for number in dict.fromkeys((self._hot, self.chosen)):
            if 0 <= number < len(picture.transitions):
                draw_held(painter, places, self._moved(number), scale, tokens, chosen=number == self.chosen)
        if self._drop >= 0:
            draw_drop(painter, places, scale.x(self._border(self._drop)), tokens)

    def _moved(self, number: int) -> TransitionPicture:
        """A transition; one that is being dragged where it would come to."""
        one = self.picture.transitions[number]
        if self._grip[1] != number or self._grip[0] not in ("left", "right", "body"):
            return one
        return replace(one, start=one.start + self._by[0], end=one.end + self._by[1])

    # -- where something is --
    def _at(self, place: QPointF) -> tuple[str, int]:
        """What is under a point: left, right or body of a transition, head or body of a track ("track")."""
        places = Places(self.width(), self.height())
        order = [self.chosen, *(number for number in range(len(self.picture.transitions)) if number != self.chosen)]
        for number in order:
            if number < 0:
                continue
            box = places.box(self.picture.transitions[number], self.scale)
            if not box.adjusted(-EDGE_PX, 0, EDGE_PX, 0).contains(place):
                continue
            reach = min(EDGE_PX, box.width() / 4)
            if place.x() < box.left() + reach:
                return "left", number
            return ("right", number) if place.x() > box.right() - reach else ("body", number)
        second = self.scale.second(place.x())
        for number, track in enumerate(self.picture.tracks):
            lane = places.lane(track.lane)
            if track.begin <= second <= track.end and lane.contains(place.toPoint()):
                return ("head" if place.y() < lane.top() + places.head else "track"), number
        return "", -1

    def _border(self, place: int) -> float:
        """The second at which something stands that is put before track ``place``."""
        tracks = self.picture.tracks
        if place >= len(tracks):
            return tracks[-1].end
        return tracks[place].begin if place == 0 else (tracks[place].begin + tracks[place - 1].end) / 2

    # -- the mouse --
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        place = event.position()
        self._press, self._by, self._drop, self._from = place, (0.0, 0.0), -1, self.scale.left
        self._grip = self._at(place)
        if place.y() < RULER + ENERGY:
            self._grip = ("ruler", -1)
            self.seek_wanted.emit(max(0.0, self.scale.second(place.x())))
        elif self._grip[0] in ("left", "right", "body"):
            self.choose(self._grip[1])
        elif self._grip[0] in ("head", "track"):
            self.track = self._grip[1]
            self.tell()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._press is None:
            self._hover(place)
            return
        by = place.x() - self._press.x()
        kind = self._grip[0]
        if kind == "ruler":
            self.seek_wanted.emit(max(0.0, self.scale.second(place.x())))
        elif abs(by) < DRAG_PX and self._by == (0.0, 0.0) and self._drop < 0:
            return
        elif kind in ("left", "right", "body"):
            seconds = by / self.scale.per_second
            self._by = (0.0 if kind == "right" else seconds, 0.0 if kind == "left" else seconds)
        elif kind == "head":
            self._drop = self.place_at(place.x())
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self.look(Scale(self._from - by / self.scale.per_second, self.scale.per_second))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        (kind, number), by, drop = self._grip, self._by, self._drop
        self._press, self._grip, self._by, self._drop = None, ("", -1), (0.0, 0.0), -1
        if by != (0.0, 0.0):
            fine = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self.shift_wanted.emit(number, *by, fine)
        elif kind == "head" and drop >= 0 and drop not in (number, number + 1):
            self.move_wanted.emit(number, drop)
        self._hover(event.position())
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        kind, number = self._at(event.position())
        if kind in ("left", "right", "body"):
            one = self.picture.transitions[number]
            self.show_span(one.start, one.end)
        elif kind:
            self.seek_wanted.emit(self.scale.second(event.position().x()))

    def _hover(self, place: QPointF) -> None:
        kind, number = self._at(place)
        hot = number if kind in ("left", "right", "body") else -1
        if hot != self._hot:
            self._hot = hot
            self.update()
        shapes = {"left": Qt.CursorShape.SizeHorCursor, "right": Qt.CursorShape.SizeHorCursor,
                  "body": Qt.CursorShape.PointingHandCursor, "head": Qt.CursorShape.OpenHandCursor}
        self.setCursor(shapes.get(kind, Qt.CursorShape.ArrowCursor))

    def leaveEvent(self, event: QEvent) -> None:
        self._hot = -1
        self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        across, down = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(down):
            self.pan(-(across or down) / self.scale.per_second)
        else:
            self.zoom(ZOOM_STEP ** (down / 120), event.position().x())
        event.accept()

    # -- keys --
    def command_of(self, event: QKeyEvent) -> Command | None:
        return command_of(self, event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self._keep_inside()
