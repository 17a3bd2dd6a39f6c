# SPDX-License-Identifier: GPL-3.0-or-later
"""One preview card as paint: ground, cover and titles (kept as a picture), then captions, waveform, times and place.

The same object knows where its parts lie, so that the feed can tell what a click means.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTextLayout,
    QTextOption,
)

from podmix.app.views import PreviewCard
from podmix.ui import icons
from podmix.ui.previews.caption_lines import ShownLine, shown_lines
from podmix.ui.previews.captions import Captions, paint_name, runs_left
from podmix.ui.previews.waveform import paint_place, paint_waveform
from podmix.ui.theme import BODY, CAPTION, LARGE, PREVIEW_RADIUS, SMALL, Tokens, font
from podmix.ui.widgets.artwork import CardColours, card_colours, cover, tint
from podmix.ui.wording import clock_text, day_text, isolated, length_text

PLAY_DISC = 48.0


class PaintedCard:
    """A preview to be drawn at any size, once laid out for one. Rectangles are relative to the card's own top left."""

    def __init__(self, card: PreviewCard, tokens: Tokens, now: datetime, *, controls: bool = True) -> None:
        """``controls``: whether there is something to press on it (not in a video)."""
        self.card, self._controls = card, controls
        self.scroll = 0.0
        self._tokens, self._now = tokens, now
        self.snapshot: QPixmap | None = None  # the whole card as it was when it began to slide
        self._still: QPixmap | None = None
        self._still_for: tuple[float, float, float] = (0, 0, 0)
        self._size = QRectF()

    # -- what costs time is made when the card comes near --
    @cached_property
    def colours(self) -> CardColours:
        return card_colours(tint(self.card.artwork, self.card.show_title), self._tokens)

    @cached_property
    def captions(self) -> Captions:
        card = self.card
        instead = ShownLine(card.title or card.episode_title, card.start, card.end, "", False)
        return Captions(shown_lines(card.captions) or (instead,))

    # -- where things are --
    def lay_out(self, size: QSize) -> None:
        """Place the parts for a card of this size."""
        wide, tall = float(size.width()), float(size.height())
        if self._size == QRectF(0, 0, wide, tall):
            return
        current = self.captions.current(self.card.start)
        self.snapshot = None
        self._size = QRectF(0, 0, wide, tall)
        self.pad = max(20.0, min(40.0, wide * 0.058))
        self.art = max(52.0, min(96.0, tall * 0.1))
        inner = wide - 2 * self.pad
        foot = tall - self.pad
        self.place = QRectF(self.pad, foot - 26, inner, 8)
        wave_tall = max(40.0, min(84.0, tall * 0.085))
        self.times_top = self.place.top() - 26
        self.play = QRectF(self.pad, self.times_top - wave_tall / 2 - PLAY_DISC / 2 - 4, PLAY_DISC, PLAY_DISC)
        taken = PLAY_DISC + 16 if self._controls else 0.0
        self.wave = QRectF(self.pad + taken, self.times_top - wave_tall - 4, inner - taken, wave_tall)
        head = self.pad + self.art
        name = 24.0 if any(line.speaker for line in self.captions.lines) else 0.0
        self.words = QRectF(self.pad, head + 12 + name, inner, self.wave.top() - head - 24 - name)
        self.from_here = QRectF(wide / 2 - 128, self.wave.top() - 62, 256, 44)
        self.pixels = round(max(float(CAPTION), min(48.0, wide * 0.0605, tall * 0.047)))
        self.captions.lay_out(self.words.width(), self.pixels)
        self.scroll = self.captions.scroll_for(current)

    def rewind(self) -> None:
        """Back to the clip's first line: what it shows when it is met again."""
        self.scroll = self.captions.scroll_for(0)
        self.snapshot = None

    def takes_click(self, at: QPointF, *, ended: bool) -> bool:
        """Whether a click here does more than play or pause the card."""
        return self.play.contains(at) or (ended and self.from_here.contains(at)) or (
            self.words.contains(at) and self.captions.line_under(at.y(), self.words, self.scroll) >= 0)

    # -- paint --
    def paint(self, painter: QPainter, at: QPointF, time: float, *, playing: bool, ended: float = 0.0,
              hovered: float | None = None, scale: float = 1.0) -> None:
        """Draw the card with its top left at ``at``; ``ended`` fades in the way to the whole episode."""
        painter.save()
        painter.translate(at)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._picture(scale))
        colours, card = self.colours, self.card
        before = painter.opacity()
        painter.setOpacity(before * (1.0 - 0.55 * ended))  # what was said steps back behind what can be done now
        self.captions.paint(painter, self.words, time, self.scroll, colours)
        painter.setOpacity(before)
        self._soften(painter, scale)
        held = self.captions.speaker_held(time, self.words, self.scroll)
        if held is not None:
            paint_name(painter, QRectF(self.pad, self.words.top() - 24, self.words.width(), 20), held.speaker, colours,
                       at_right=runs_left(held.text))
        length = max(0.001, card.end - card.start)
        played = min(1.0, max(0.0, (time - card.start) / length))
        if self._controls:
            self._disc(painter, playing, card.audio is not None or card.clip is not None)
        paint_waveform(painter, self.wave, card.peaks, (played, hovered), colours.lit, colours.rest)
        self._times(painter, played * length, length)
        paint_place(painter, self.place, (card.start, card.end), card.episode_duration, colours.lit, colours.rest)
        if ended > 0.01:
            self._way_on(painter, ended)
        painter.restore()

    def _soften(self, painter: QPainter, scale: float) -> None:
        """Let lines dip into the card's ground at both ends of their room instead of being cut."""
        ground, before = self._picture(scale), painter.opacity()
        slices, tall = 12, 4.0
        for index in range(slices):
            painter.setOpacity(before * (1.0 - index / slices))
            for top in (self.words.top() + index * tall - 1, self.words.bottom() - (index + 1) * tall + 1):
                strip = QRectF(self.words.left() - 2, top, self.words.width() + 4, tall)
                painter.drawPixmap(strip, ground, QRectF(strip.left() * scale, strip.top() * scale,
                                                         strip.width() * scale, strip.height() * scale))
        painter.setOpacity(before)

    def _disc(self, painter: QPainter, playing: bool, possible: bool) -> None:
        colours = self.colours
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.text if possible else colours.rest)
        painter.drawEllipse(self.play)
        inset = PLAY_DISC * 0.28
        icons.paint(painter, "pause" if playing else "play", colours.bottom,
                    self.play.adjusted(inset, inset, -inset, -inset))

    def _times(self, painter: QPainter, played: float, length: float) -> None:
        colours, card = self.colours, self.card
        painter.setFont(font(BODY, QFont.Weight.Medium, numbers=True))
        painter.setPen(colours.soft)
        row = QRectF(self.wave.left(), self.times_top, self.wave.width(), 20)
        middle = Qt.AlignmentFlag.AlignVCenter
        at = played if played < length else length + 0.5  # at the end both say the same
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | middle, clock_text(at))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | middle, clock_text(length + 0.5))
        painter.setFont(font(SMALL, numbers=True))
        row = QRectF(self.place.left(), self.place.bottom() + 3, self.place.width(), 18)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft | middle, f"from {clock_text(card.start)}")
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | middle, f"of {clock_text(card.episode_duration)}")

    def _way_on(self, painter: QPainter, strength: float) -> None:
        painter.setOpacity(painter.opacity() * strength)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colours.text)
        painter.drawRoundedRect(self.from_here, 22, 22)
        ink = QColor(self.colours.bottom)
        icons.paint(painter, "from-here", ink, QRectF(self.from_here.left() + 18, self.from_here.top() + 12, 20, 20))
        painter.setPen(ink)
        painter.setFont(font(BODY, QFont.Weight.DemiBold))
        painter.drawText(self.from_here.adjusted(46, 0, -12, 0), Qt.AlignmentFlag.AlignVCenter,
                         "Play the episode from here")

    def _picture(self, scale: float) -> QPixmap:
        wanted = (self._size.width(), self._size.height(), scale)
        if self._still is None or self._still_for != wanted:
            self._still_for = wanted
            self._still = self._draw_still(scale)
        return self._still

    def _draw_still(self, scale: float) -> QPixmap:
        size = self._size.size()
        picture = QPixmap(round(size.width() * scale), round(size.height() * scale))
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        outline = QPainterPath()
        outline.addRoundedRect(self._size.adjusted(0.5, 0.5, -0.5, -0.5), PREVIEW_RADIUS, PREVIEW_RADIUS)
        ground = QLinearGradient(0, 0, size.width() * 0.25, size.height())
        ground.setColorAt(0.0, self.colours.top)
        ground.setColorAt(0.9, self.colours.bottom)
        painter.fillPath(outline, ground)
        painter.setPen(QPen(self.colours.edge, 1))
        painter.drawPath(outline)
        side = round(self.art)
        painter.drawPixmap(QPointF(self.pad, self.pad), cover(self.card.artwork, self.card.show_title, side, 10, scale))
        left = self.pad + side + 14
        self._draw_titles(painter, QRectF(left, self.pad, size.width() - self.pad - left, side))
        painter.end()
        return picture

    def _draw_titles(self, painter: QPainter, area: QRectF) -> None:
        card = self.card
        title = two_lines(card.episode_title, font(LARGE, QFont.Weight.DemiBold), area.width())
        height = 22 * len(title) + 22
        top = area.top() + (area.height() - height) / 2
        painter.setPen(self.colours.text)
        painter.setFont(font(LARGE, QFont.Weight.DemiBold))
        for line in title:
            painter.drawText(QRectF(area.left(), top, area.width(), 22), Qt.AlignmentFlag.AlignVCenter, line)
            top += 22
        painter.setPen(self.colours.soft)
        face = font(BODY)
        painter.setFont(face)
        about = "  ·  ".join(part for part in (isolated(card.show_title), length_text(card.episode_duration),
                                               day_text(card.published, self._now)) if part)
        painter.drawText(QRectF(area.left(), top + 1, area.width(), 20), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(about, Qt.TextElideMode.ElideRight, int(area.width())))


def two_lines(text: str, face: QFont, width: float) -> list[str]:
    """``text`` on at most two lines, the second one ending in … where it must."""
    from PySide6.QtGui import QFontMetricsF

    layout = QTextLayout(text, face)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.beginLayout()
    starts = []
    while (row := layout.createLine()).isValid():
        row.setLineWidth(width)
        starts.append(row.textStart())
    layout.endLayout()
    if len(starts) <= 1:
        return [text]
    second = QFontMetricsF(face).elidedText(text[starts[1]:], Qt.TextElideMode.ElideRight, width)
    return [text[:starts[1]].rstrip(), second]
