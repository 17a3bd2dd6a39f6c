# SPDX-License-Identifier: GPL-3.0-or-later
"""One transition close by: the two waveforms that meet, one above the other, under the curves that blend them."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from podmix.ui.automix.picture import MixPicture, TrackPicture, TransitionPicture
from podmix.ui.automix.timeline_paint import draw_curves
from podmix.ui.automix.waves import WaveTiles
from podmix.ui.music.wave_paint import Scale
from podmix.ui.theme import SMALL, Theme, font

AROUND_S = 6.0
"""Of a transition without length so much is shown on either side."""
LEGEND, LOW = 24, 80
"""The legend's height, and below which height of the whole it is left out."""
WAVE_OPACITY = 0.3


class CurveView(QWidget):
    """The automation of one transition: coral goes out, teal comes in."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: TransitionPicture | None = None
        self._tracks: tuple[TrackPicture, TrackPicture] | None = None
        self._tiles = WaveTiles()
        self._ground: QPixmap | None = None
        self.patient = False
        self._bare = True  # the waveforms come a moment after the curves
        self.playhead: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(64)
        self.setAccessibleName("Curves of the transition")
        theme.changed.connect(self._draw_anew)

    def show_transition(self, picture: MixPicture, number: int) -> None:
        """Transition ``number`` of a picture; none where there is no such one."""
        known = 0 <= number < len(picture.transitions)
        self._shown = picture.transitions[number] if known else None
        self._tracks = (picture.tracks[number], picture.tracks[number + 1]) if known else None
        self._draw_anew()

    def set_playhead(self, second: float | None) -> None:
        before, self.playhead = self.playhead, second
        scale = self._scale()
        for each in (before, second):
            if each is not None and scale is not None and 0 <= scale.x(each) <= self.width():
                self.update(round(scale.x(each)) - 3, 0, 6, self.height())

    def sizeHint(self) -> QSize:
        return QSize(360, 110)

    @property
    def _area(self) -> QRectF:
        return QRectF(0, 4, self.width(), self.height() - (LEGEND if self.height() >= LOW else 8))

    def _draw_anew(self) -> None:
        self._ground, self._bare = None, not self.patient
        self.update()

    def _draw_waves_too(self) -> None:
        self._ground, self._bare = None, False
        self.update()

    def _scale(self) -> Scale | None:
        one = self._shown
        if one is None:
            return None
        beside = AROUND_S if one.end - one.start < 0.1 else 0.0
        return Scale(one.start - beside, self.width() / (one.end - one.start + 2 * beside))

    def paintEvent(self, _event: QPaintEvent) -> None:
        scale, ratio = self._scale(), self.devicePixelRatioF()
        if scale is None:
            return
        if self._ground is None or self._ground.size() != self.size() * ratio:
            self._ground = QPixmap(self.size() * ratio)
            self._ground.setDevicePixelRatio(ratio)
            self._ground.fill(Qt.GlobalColor.transparent)
            within = QPainter(self._ground)
            self._draw(within, scale)
            within.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        if self.playhead is not None and 0 <= scale.x(self.playhead) <= self.width():
            area = self._area
            painter.fillRect(QRectF(scale.x(self.playhead) - 1, area.top(), 2, area.height()),
                             self._theme.tokens.colour("text"))
        painter.end()
        if self._bare or self._tiles.lacking:
            self._bare = self._tiles.lacking = False
            QTimer.singleShot(0, self, self._draw_waves_too)

    def _draw(self, painter: QPainter, scale: Scale) -> None:
        one, tokens = self._shown, self._theme.tokens
        assert one is not None
        area = self._area
        self._draw_waves(painter, area, scale)
        self._draw_bars(painter, area, one)
        painter.setPen(QPen(tokens.colour("line"), 1))
        for y in (area.top() + 0.5, area.bottom() + 0.5):
            painter.drawLine(QLineF(0, y, area.width(), y))
        if one.end - one.start < 0.1:
            painter.fillRect(QRectF(scale.x(one.start) - 1, area.top(), 2, area.height()), tokens.colour("soft"))
            self._legend(painter, area.bottom() + 16, curves=False)
            return
        for curves, name in ((one.out, "voice"), (one.into, "music")):
            whole = curves if "gain" in curves else {**curves, "gain": ((one.start, 1.0), (one.end, 1.0))}
            draw_curves(painter, area.adjusted(0, 4, 0, -4), whole, one, scale, tokens, name)
        self._legend(painter, area.bottom() + 16, curves=True)

    def _draw_waves(self, painter: QPainter, area: QRectF, scale: Scale) -> None:
        """What goes out above, what comes in below; dimmed, for the curves are what is read here."""
        if self._tracks is None or self._bare:
            return
        self._tiles.begin(patient=self.patient)
        half = area.height() / 2
        one = self._shown
        painter.setOpacity(WAVE_OPACITY if one is not None and one.end - one.start >= 0.1 else 1.0)
        for place, track in enumerate(self._tracks):
            leaves = track.end + 1 if place else track.begin - 1  # which colour it has
            self._tiles.draw(painter, QRectF(0, area.top() + place * half, area.width(), half).adjusted(0, 3, 0, -3),
                             track, scale, leaves, self._theme.tokens)
        painter.setOpacity(1.0)

    def _draw_bars(self, painter: QPainter, area: QRectF, one: TransitionPicture) -> None:
        for bar in range(one.bars + 1 if one.bars else 0):
            x = round(area.width() * bar / one.bars) + (0.5 if bar < one.bars else -0.5)
            painter.setPen(QPen(self._theme.tokens.colour("line"), 2 if bar % 8 == 0 else 1))
            if one.bars <= 32 or bar % 4 == 0:
                painter.drawLine(QLineF(x, area.top(), x, area.bottom()))

    def _legend(self, painter: QPainter, y: float, *, curves: bool) -> None:
        if self.height() < LOW:
            return
        tokens, solid = self._theme.tokens, Qt.PenStyle.SolidLine
        painter.setFont(font(SMALL))
        measure, x = painter.fontMetrics(), 0.0
        entries = [("goes out", "voice", solid), ("comes in", "music", solid)]
        if curves:
            entries += [("gain", "soft", solid), ("bass", "soft", Qt.PenStyle.DashLine),
                        ("mid, high", "soft", Qt.PenStyle.DotLine), ("filter", "soft", Qt.PenStyle.DashDotLine)]
        for words, colour, style in entries:
            wide = 24 + measure.horizontalAdvance(words)
            if x + wide > self.width():
                return
            painter.setPen(QPen(tokens.colour(colour), 2, style))
            painter.drawLine(QLineF(x, y - 4, x + 18, y - 4))
            painter.setPen(tokens.colour("soft"))
            painter.drawText(QRectF(x + 24, y - 14, wide, 18), Qt.AlignmentFlag.AlignVCenter, words)
            x += wide + 18
