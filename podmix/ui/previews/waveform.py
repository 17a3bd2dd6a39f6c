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
    """``peaks`` (0..255, any number) as ``count`` heights 0..1, so even that the loudest stretch fills the room."""
    if not peaks or count <= 0:
        return (0.0,) * max(0, count)
    top = max(*peaks, 1)
    made = []
    for index in range(count):
        first = index * len(peaks) // count
        last = max(first + 1, (index + 1) * len(peaks) // count)
        stretch = peaks[first:last]
        made.append((max(stretch) + sum(stretch) / len(stretch)) / 2 / top)
    return tuple(made)


def paint_waveform(  # noqa: PLR0917 - a paint call
        painter: QPainter, area: QRectF, peaks: bytes, shares: tuple[float, float | None], voice: QColor,
        rest: QColor) -> None:
    """Draw the bars; ``shares`` are how much was played and where the pointer is, 0..1 of the clip."""
    played, hovered = shares
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


def paint_place(  # noqa: PLR0917 - a paint call
        painter: QPainter, area: QRectF, clip: tuple[float, float], whole: float, voice: QColor, rest: QColor) -> None:
    """A line for the episode of ``whole`` seconds with the clip marked; never narrower than can be seen."""
    start, end = clip
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
