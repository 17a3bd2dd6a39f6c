# SPDX-License-Identifier: GPL-3.0-or-later
"""The clip's waveform as rounded bars, and the clip's place in its episode as a thin line with a marker."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from podmix.ui.theme import mix

BAR, SPACE, LEAST = 4.0, 3.0, 4.0


@lru_cache(maxsize=64)
def bars(peaks: bytes, count: int) -> tuple[float, ...]:
    """``peaks`` (0..255, any number) as ``count`` heights 0..1: the loudest of each stretch, lifted so that quiet speech
    is seen."""
    if not peaks or count <= 0:
        return (0.0,) * max(0, count)
    top = max(max(peaks), 1)
    made = []
    for index in range(count):
        first = index * len(peaks) // count
        last = max(first + 1, (index + 1) * len(peaks) // count)
        made.append((max(peaks[first:last]) / top) ** 0.8)
    return tuple(made)


def paint_waveform(painter: QPainter, area: QRectF, peaks: bytes, played: float, voice: QColor, rest: QColor,
                   hovered: float | None = None) -> None:
    """Draw the bars; ``played`` and ``hovered`` are shares 0..1 of the clip."""
    count = max(8, int((area.width() + SPACE) / (BAR + SPACE)))
    step = (area.width() + SPACE) / count
    painter.setPen(Qt.PenStyle.NoPen)
    for index, height in enumerate(bars(peaks, count)):
        share = min(1.0, max(0.0, played * count - index))
        colour = mix(rest, voice, share)
        if hovered is not None and share < 1 and index / count <= hovered:
            colour = mix(colour, voice, 0.35)
        tall = max(LEAST, height * area.height())
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(area.left() + index * step, area.center().y() - tall / 2, step - SPACE, tall),
                                BAR / 2, BAR / 2)


def paint_place(painter: QPainter, area: QRectF, start: float, end: float, played: float, whole: float, voice: QColor,
                rest: QColor) -> None:
    """A line for the episode of ``whole`` seconds with the clip marked; never narrower than can be seen."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(rest)
    middle = area.center().y()
    painter.drawRoundedRect(QRectF(area.left(), middle - 1.5, area.width(), 3), 1.5, 1.5)
    length = max(whole, end, 0.001)
    left = area.left() + area.width() * start / length
    wide = max(10.0, area.width() * (end - start) / length)
    left = min(left, area.right() - wide)
    painter.setBrush(voice)
    painter.drawRoundedRect(QRectF(left, middle - 3, wide, 6), 3, 3)
    del played
