# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing a track: its three bands in tiles, lines of the grid, sections and cues. Seconds come in, pixels go out."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap, QPolygonF

from podmix.app.track_views import CueMark, TrackPage
from podmix.music.types import Section, Waveform
from podmix.ui.music.colours import band_colours, cue_colour, section_colour
from podmix.ui.music.track_painter import REACH
from podmix.ui.theme import SMALL, Tokens, font, mix

TILE = 512
PHRASE_BARS = 8
FLAG = 18
KEPT_TILES = 24
_NARROW_BEAT, _NARROW_BAR, _NUMBERED_BAR = 7.0, 5.0, 46.0  # pixels between lines below which they are left out
LETTERS = {"in": "IN", "out": "OUT", "loop": "LOOP", "memory": "M"}


@dataclass(frozen=True, slots=True)
class Scale:
    """Which seconds are where: ``left`` stands at x = 0, ``per_second`` pixels are one."""

    left: float
    per_second: float

    def x(self, second: float) -> float:
        return (second - self.left) * self.per_second

    def second(self, x: float) -> float:
        return self.left + x / self.per_second


def heights(points: bytes, rate: float, first_s: float, step_s: float, count: int) -> list[bytearray]:
    """For low, mid and high: the highest point (0..255) in each of ``count`` steps of ``step_s`` from ``first_s`` on.

    Between points that lie further apart than a step the line between them counts.
    """
    bands = []
    per_step = step_s * rate
    start = first_s * rate
    have = len(points) // 3
    for band in range(3):
        values = points[band:3 * have:3]
        made = bytearray(count)
        for at in range(count):
            begin = start + at * per_step
            low = int(begin) if begin >= 0 else -1
            if low < 0 or low >= have:
                continue
            if per_step >= 1.0:
                made[at] = max(values[low:max(low + 1, int(begin + per_step))])
            else:
                after = values[low + 1] if low + 1 < have else values[low]
                share = begin - low
                made[at] = int(values[low] * (1 - share) + after * share)
        bands.append(made)
    return bands


class Tiles:
    """Pictures of the waveform, each ``TILE`` pixels wide, made when they come into sight."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, float, int, float], QPixmap] = OrderedDict()
        self._wave: Waveform | None = None
        self._tokens: Tokens | None = None

    def use(self, wave: Waveform | None, tokens: Tokens) -> None:
        if wave is not self._wave or tokens is not self._tokens:
            self._kept.clear()
            self._wave, self._tokens = wave, tokens

    def draw(self, painter: QPainter, area: QRectF, scale: Scale, ratio: float) -> None:
        """The part of the waveform in ``area``, its x counted from ``scale.left``."""
        if self._wave is None or not self._wave.peaks:
            return
        first = int(scale.left * scale.per_second // TILE)
        last = int((scale.left * scale.per_second + area.width()) // TILE)
        for number in range(max(0, first), last + 1):
            tile = self._tile(number, scale.per_second, round(area.height()), ratio)
            painter.drawPixmap(QPointF(area.left() + number * TILE - scale.left * scale.per_second, area.top()), tile)

    def _tile(self, number: int, per_second: float, tall: int, ratio: float) -> QPixmap:
        key = (number, per_second, tall, ratio)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = self._make(number, per_second, tall, ratio)
            while len(self._kept) > KEPT_TILES:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found

    def _make(self, number: int, per_second: float, tall: int, ratio: float) -> QPixmap:
        wave, tokens = self._wave, self._tokens
        assert wave is not None
        assert tokens is not None
        wide = round(TILE * ratio)
        made = QPixmap(wide, round(tall * ratio))
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        step_s = TILE / wide / per_second
        half = made.height() / 2
        found = heights(wave.peaks, wave.points_per_second, number * TILE / per_second, step_s, wide)
        for place, (band, colour) in enumerate(zip(found, band_colours(tokens), strict=True)):
            tall_of = [half * REACH[place] * (value / 255) ** 1.5 for value in range(256)]
            painter.setPen(colour)
            painter.drawLines([QLineF(at + 0.5, half - high, at + 0.5, half + high)
                               for at, value in enumerate(band) if (high := tall_of[value]) >= 0.5])
        painter.end()
        made.setDevicePixelRatio(ratio)
        return made


def draw_grid(painter: QPainter, area: QRectF, page: TrackPage, scale: Scale, tokens: Tokens,
              *, cut: bool = False) -> None:
    """Beats, bars and phrases of eight bars, as far as there is room for them; bars with their number.

    ``cut`` draws the lines alone in the colour of the ground: over a waveform they show as cuts in it.
    """
    beats, bars = page.beats, page.downbeats
    if len(beats) < 2:
        return
    first, last = scale.second(0), scale.second(area.width())
    inside = beats[max(0, bisect_left(beats, first) - 1):bisect_left(beats, last) + 1]
    beat_px = scale.per_second * (beats[-1] - beats[0]) / (len(beats) - 1)
    if beat_px >= _NARROW_BEAT:
        painter.setPen(QPen(tokens.colour("background", 0.55) if cut else tokens.colour("soft", 0.34), 1))
        painter.drawLines([QLineF(x, area.top(), x, area.bottom())
                           for x in (area.left() + round(scale.x(beat)) + 0.5 for beat in inside)])
    begin = max(0, bisect_left(bars, first) - 1)
    bar_px = scale.per_second * (bars[-1] - bars[0]) / (len(bars) - 1) if len(bars) > 1 else 1e9
    painter.setFont(font(SMALL, numbers=True))
    every = 1 if bar_px >= _NARROW_BAR else PHRASE_BARS if bar_px * PHRASE_BARS >= _NARROW_BAR else 0
    for place in range(begin, min(len(bars), bisect_left(bars, last) + 1)):
        phrase = place % PHRASE_BARS == 0
        if not every or (place % every and not phrase):
            continue
        x = area.left() + round(scale.x(bars[place])) + 0.5
        ink = tokens.colour("background", 0.9) if cut else tokens.colour("text", 0.85 if phrase else 0.5)
        painter.setPen(QPen(ink, 2 if phrase else 1))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        if cut:
            continue
        if bar_px >= _NUMBERED_BAR or (phrase and bar_px * PHRASE_BARS >= _NUMBERED_BAR):
            painter.setPen(tokens.colour("text" if phrase else "soft"))
            painter.drawText(QPointF(x + 4, area.bottom() - 4), str(place + 1))


def draw_sections(painter: QPainter, area: QRectF, sections: Sequence[Section], scale: Scale, tokens: Tokens,
                  *, words: bool) -> None:
    """Labelled stretches along ``area``."""
    painter.setFont(font(SMALL, QFont.Weight.DemiBold))
    for section in sections:
        left, right = area.left() + scale.x(section.start), area.left() + scale.x(section.end)
        if right < area.left() or left > area.right():
            continue
        left, right = max(left, area.left()), min(right, area.right())
        colour = section_colour(section.label, tokens)
        painter.fillRect(QRectF(left + 0.5, area.top(), max(1.0, right - left - 1), area.height()),
                         mix(QColor(tokens.surface), colour, 0.22 if words else 0.75))
        painter.fillRect(QRectF(left + 0.5, area.top(), max(1.0, right - left - 1), 2), colour)
        if words and right - left > 40:
            painter.setPen(QColor(tokens.text))
            painter.drawText(QRectF(left + 6, area.top() + 2, right - left - 10, area.height() - 2),
                             Qt.AlignmentFlag.AlignVCenter, section.label.capitalize())


def cue_tint(cue: CueMark, tokens: Tokens) -> QColor:
    if cue.colour:
        return QColor(cue.colour)
    if cue.kind in ("in", "out"):
        return QColor(tokens.music if cue.kind == "in" else tokens.voice)
    return cue_colour(cue.number, tokens)


def cue_text(cue: CueMark) -> str:
    """What stands on a cue's flag."""
    return str(cue.number + 1) if cue.number >= 0 else LETTERS.get(cue.kind, "M")


def draw_cues(painter: QPainter, area: QRectF, cues: Sequence[CueMark], scale: Scale, tokens: Tokens,  # noqa: PLR0917 - a paint call
              chosen: CueMark | None) -> list[tuple[QRectF, CueMark]]:
    """Lines with flags at the top of ``area``, none upon another; returns where each flag lies."""
    painter.setFont(font(SMALL, QFont.Weight.Bold, numbers=True))
    measure = painter.fontMetrics()
    flags: list[tuple[QRectF, CueMark]] = []
    for cue in cues:
        x = area.left() + scale.x(cue.time)
        if area.left() - 120 <= x <= area.right() + 4:
            left = max(x, flags[-1][0].right() + 1) if flags and flags[-1][0].right() > x else x
            flags.append((QRectF(left, area.top(), measure.horizontalAdvance(cue_text(cue)) + 10, FLAG), cue))
    for place, (flag, cue) in enumerate(flags):
        x, colour = area.left() + scale.x(cue.time), cue_tint(cue, tokens)
        if cue.end is not None:
            ground = QColor(colour)
            ground.setAlphaF(0.16)
            painter.fillRect(QRectF(x, area.top() + FLAG, scale.x(cue.end) - scale.x(cue.time),
                                    area.height() - FLAG), ground)
        painter.setPen(QPen(colour, 2 if cue == chosen else 1.5))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.fillRect(flag, colour)
        painter.setPen(QColor(tokens.background if tokens.dark else "#FFFFFF"))
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, cue_text(cue))
        room = (flags[place + 1][0].left() if place + 1 < len(flags) else area.right()) - flag.right() - 8
        if cue.label and room > 24:
            painter.setPen(QColor(tokens.text))
            painter.drawText(QRectF(flag.right() + 5, flag.top(), room, FLAG), Qt.AlignmentFlag.AlignVCenter,
                             measure.elidedText(cue.label, Qt.TextElideMode.ElideRight, int(room)))
        if cue == chosen:
            painter.setPen(QPen(QColor(tokens.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(flag.adjusted(0.5, 0.5, -0.5, -0.5))
    return flags


def draw_playhead(painter: QPainter, area: QRectF, x: float, tokens: Tokens) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.text))
    painter.drawRect(QRectF(x - 1, area.top(), 2, area.height()))
    painter.drawPolygon(QPolygonF([QPointF(x - 6, area.bottom()), QPointF(x + 6, area.bottom()),
                                   QPointF(x, area.bottom() - 8)]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
