# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline: two lanes of overlapping waveforms under the energy curve, by mouse, wheel and keys.

It shows a ``MixPicture`` and says what is wanted; it changes nothing itself. Dragging the head of a track moves it in
the order; dragging a transition moves it, dragging an edge makes it longer or shorter (snapping to bars is done by who
changes the plan; Alt asks for steps of 10 ms); dragging anywhere else pans.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
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
from podmix.ui.automix.timeline_paint import (
    ENERGY,
    HEAD,
    RULER,
    Places,
    draw_drop,
    draw_energy,
    draw_head,
    draw_ruler,
    draw_track,
    draw_transition,
)
from podmix.ui.automix.waves import WaveTiles
from podmix.ui.music.wave_paint import Scale, draw_playhead
from podmix.ui.theme import CARD_RADIUS, Theme
from podmix.ui.wording import spoken_clock

CLOSEST = 240.0  # pixels a second
EDGE_PX, DRAG_PX = 6, 5
ZOOM_STEP, PAN_SHARE = 1.25, 0.15
FINE_S = 0.01


class Timeline(QWidget):
    """``chosen`` is the number of a transition, ``track`` that of a track; -1 where none is."""

    chosen_changed = Signal(int)
    seek_wanted = Signal(float)
    move_wanted = Signal(int, int)  # track, the place before which it shall stand
    shift_wanted = Signal(int, float, float, bool)  # transition, seconds its begin and its end move, finely
    nudge_wanted = Signal(int, int, bool)  # transition, steps (bars or 10 ms), finely
    acted = Signal(str)  # audition, lock, kind, longer, shorter, take

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.picture = MixPicture()
        self.scale = Scale(0.0, 1.0)
        self.chosen, self.track = -1, -1
        self.playhead: float | None = None
        self.follows = True
        self.patient = False  # wait for every tile (for pictures)
        self._tiles = WaveTiles()
        self._ground: QPixmap | None = None
        self._fitted = True
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
        theme.changed.connect(self._repaint)

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
        self._repaint()

    def fit(self) -> None:
        """The whole mix."""
        self._fitted = True
        self.scale = Scale(0.0, self._least())
        self._repaint()

    def _least(self) -> float:
        return max(1e-3, self.width() / max(1.0, self.picture.duration * 1.01))

    def show_span(self, start: float, end: float) -> None:
        """Make these seconds of the mix fill most of the width."""
        per = min(CLOSEST, max(self._least(), self.width() / max(1.0, (end - start) * 1.5)))
        self._set(Scale((start + end) / 2 - self.width() / per / 2, per))

    def zoom(self, factor: float, x: float | None = None) -> None:
        x = self.width() / 2 if x is None else x
        per = min(CLOSEST, max(self._least(), self.scale.per_second * factor))
        self._set(Scale(self.scale.second(x) - x / per, per))

    def pan(self, seconds: float) -> None:
        self._set(Scale(self.scale.left + seconds, self.scale.per_second))

    def pan_step(self, step: int) -> None:
        self.pan(step * PAN_SHARE * self.width() / self.scale.per_second)

    def _set(self, scale: Scale) -> None:
        self.scale = scale
        self._keep_inside()
        self._repaint()

    def _keep_inside(self) -> None:
        per = max(self.scale.per_second, self._least())
        most = max(0.0, self.picture.duration * 1.01 - self.width() / per)
        self._fitted = per <= self._least() * 1.0001
        self.scale = Scale(min(max(0.0, self.scale.left), most), per)

    def choose(self, number: int, *, show: bool = False) -> None:
        """Take a transition in hand; ``show`` brings it into sight."""
        number = max(-1, min(number, len(self.picture.transitions) - 1))
        changed = number != self.chosen
        self.chosen, self.track = number, -1
        if show and number >= 0:
            one = self.picture.transitions[number]
            left, right = self.scale.second(40), self.scale.second(self.width() - 40)
            if not (left <= one.start and one.end <= right):
                self.pan((one.start + one.end) / 2 - (left + right) / 2)
        if changed:
            self.chosen_changed.emit(number)
        self._tell()
        self._repaint()

    def _tell(self) -> None:
        if self.chosen >= 0:
            one = self.picture.transitions[self.chosen]
            self.setAccessibleDescription(f"Transition {self.chosen + 1} of {len(self.picture.transitions)}, {one.kind}"
                                          f", at {spoken_clock(one.start)}")

    def set_playhead(self, second: float | None) -> None:
        """Where it plays; a follower is kept in sight while it plays."""
        before, self.playhead = self.playhead, second
        if second is not None and self.follows and self._press is None and not self._fitted \
                and before is not None and abs(second - before) < 2:
            x = self.scale.x(second)
            if not 0 <= x <= self.width() * 0.85 and self.scale.x(before) <= self.width():
                self._set(Scale(second - self.width() * 0.15 / self.scale.per_second, self.scale.per_second))
        for each in (before, second):  # the ground is kept: only what moves is drawn anew
            if each is not None:
                self.update(round(self.scale.x(each)) - 8, 0, 16, self.height())

    # -- painting --
    def _repaint(self) -> None:
        """Something else than the playhead has changed."""
        self._ground = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, places, ratio = self._theme.tokens, self._places(), self.devicePixelRatioF()
        if self._ground is None or self._ground.size() != self.size() * ratio:
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(Qt.GlobalColor.transparent)
            self._draw(self._ground, places)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
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
            QTimer.singleShot(0, self, self._repaint)

    def _draw(self, ground: QPixmap, places: Places) -> None:
        """Everything but what moves by itself."""
        tokens, picture, scale = self._theme.tokens, self._shown(), self.scale
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
        for number, track in seen:
            leaves = picture.transitions[number].start if number < last else track.end + 1
            draw_track(painter, places, track, scale, tokens, tiles=self._tiles, leaves=leaves,
                       chosen=number == self.track)
        for number, one in enumerate(picture.transitions):
            draw_transition(painter, places, one, scale, tokens, chosen=number == self.chosen, hot=number == self._hot,
                            lanes=(number % 2, (number + 1) % 2))
        for number, track in seen:
            draw_head(painter, places, track, scale, tokens, number)
        if self._drop >= 0:
            draw_drop(painter, places, scale.x(self._border(self._drop)), tokens)
        painter.end()

    def _places(self) -> Places:
        return Places(self.width(), self.height())

    def _shown(self) -> MixPicture:
        """The picture, with the transition that is being dragged where it would come to."""
        number = self._grip[1]
        if self._grip[0] not in ("left", "right", "body") or self._by == (0.0, 0.0):
            return self.picture
        ones = list(self.picture.transitions)
        old = ones[number]
        ones[number] = TransitionPicture(old.kind, old.start + self._by[0], old.end + self._by[1], old.bars, old.locked,
                                         {}, {})
        return MixPicture(self.picture.tracks, tuple(ones), self.picture.duration)

    # -- where something is --
    def _at(self, place: QPointF) -> tuple[str, int]:
        """What is under a point: left, right or body of a transition, head or body of a track ("track")."""
        places = self._places()
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
                return ("head" if place.y() < lane.top() + HEAD else "track"), number
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
            self._repaint()

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
            second = self.scale.second(place.x())
            self._drop = sum((one.begin + one.end) / 2 < second for one in self.picture.tracks)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self._set(Scale(self._from - by / self.scale.per_second, self.scale.per_second))
        self._repaint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        (kind, number), by, drop = self._grip, self._by, self._drop
        self._press, self._grip, self._by, self._drop = None, ("", -1), (0.0, 0.0), -1
        if by != (0.0, 0.0):
            fine = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self.shift_wanted.emit(number, *by, fine)
        elif kind == "head" and drop >= 0 and drop not in (number, number + 1):
            self.move_wanted.emit(number, drop)
        self._hover(event.position())
        self._repaint()

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
            self._repaint()
        shapes = {"left": Qt.CursorShape.SizeHorCursor, "right": Qt.CursorShape.SizeHorCursor,
                  "body": Qt.CursorShape.PointingHandCursor, "head": Qt.CursorShape.OpenHandCursor}
        self.setCursor(shapes.get(kind, Qt.CursorShape.ArrowCursor))

    def leaveEvent(self, event: QEvent) -> None:
        self._hot = -1
        self._repaint()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        across, down = event.angleDelta().x(), event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(across) > abs(down):
            self.pan(-(across or down) / self.scale.per_second)
        else:
            self.zoom(ZOOM_STEP ** (down / 120), event.position().x())
        event.accept()

    # -- keys --
    def command_of(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key means while the timeline has the focus; None for keys that are not its own."""
        from podmix.ui.automix.timeline_keys import command_of

        return command_of(self, event)

    def nudge(self, step: int, fine: bool) -> None:
        if self.chosen >= 0:
            self.nudge_wanted.emit(self.chosen, step, fine)

    def zoom_chosen(self) -> None:
        if self.chosen >= 0:
            one = self.picture.transitions[self.chosen]
            self.show_span(one.start, one.end)

    def choose_track(self, step: int) -> None:
        count = len(self.picture.tracks)
        if count:
            start = self.track if self.track >= 0 else (self.chosen + 1 if step < 0 else self.chosen)
            self.track = max(0, min(count - 1, start + step))
            one = self.picture.tracks[self.track]
            self.setAccessibleDescription(f"Track {self.track + 1} of {count}, {one.title}")
            if not self.scale.second(0) <= one.begin <= self.scale.second(self.width() - 80):
                self.pan(one.begin - self.scale.second(self.width() * 0.2))
            self._repaint()

    def move_track(self, step: int) -> None:
        place = self.track + step
        if self.track >= 0 and 0 <= place < len(self.picture.tracks):
            self.move_wanted.emit(self.track, place if step < 0 else place + 1)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and self.command_of(event) is not None:
            event.accept()  # here it means the timeline, not what it means elsewhere
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = self.command_of(event)
        if command is not None:
            command()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()
        else:
            self._keep_inside()
