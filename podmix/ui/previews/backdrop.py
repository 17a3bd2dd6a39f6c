# SPDX-License-Identifier: GPL-3.0-or-later
"""The soft light behind the card, and the one shadow."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QRadialGradient, QRegion

COARSE = 8  # light has no edges: it is computed on an eighth of the pixels and stretched


def paint_backdrop(painter: QPainter, area: QRect, glow: QColor, ground: QColor, *, dark: bool) -> None:
    """Two glows in the cover's colour on ``ground``: one behind the card's left shoulder, one low on the right."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(area, _light(area.width(), area.height(), glow.rgb(), ground.rgb(), dark))
    painter.restore()


@lru_cache(maxsize=12)
def _light(wide: int, tall: int, glow: int, ground: int, dark: bool) -> QPixmap:
    small = QPixmap(max(2, wide // COARSE), max(2, tall // COARSE))
    small.fill(QColor(ground))
    painter = QPainter(small)
    reach = max(small.width(), small.height())
    for x, y, radius, alpha in ((0.24, 0.30, 0.52, 0.50 if dark else 0.55), (0.84, 0.82, 0.44, 0.34 if dark else 0.45)):
        light = QRadialGradient(QPointF(small.width() * x, small.height() * y), reach * radius)
        for stop, share in ((0.0, 1.0), (0.35, 0.62), (0.7, 0.18), (1.0, 0.0)):
            colour = QColor(glow)
            colour.setAlphaF(alpha * share)
            light.setColorAt(stop, colour)
        painter.fillRect(small.rect(), light)
    painter.end()
    return small


def paint_shadow(painter: QPainter, card: QRectF, radius: float, *, dark: bool) -> None:
    """A soft shadow below a card, drawn as a few widening outlines (no blur to compute while cards move)."""
    painter.save()
    inner = card.adjusted(radius, radius, -radius, -radius).toRect()
    painter.setClipRegion(QRegion(card.adjusted(-40, -40, 40, 40).toRect()).subtracted(QRegion(inner)))
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in range(22, 0, -3):
        shade = QColor(0, 0, 0)
        shade.setAlphaF((0.055 if dark else 0.016) * (1 - spread / 26))
        painter.setBrush(shade)
        wide = card.adjusted(-spread, -spread + 8, spread, spread + 8)
        painter.drawRoundedRect(wide, radius + spread, radius + spread)
    painter.restore()
