# SPDX-License-Identifier: GPL-3.0-or-later
"""The soft light behind the card, and the one shadow."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QRadialGradient


def paint_backdrop(painter: QPainter, area: QRect, glow: QColor, *, dark: bool) -> None:
    """Two glows in the cover's colour: one behind the card's left shoulder, one low on the right."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    reach = max(area.width(), area.height())
    for at, radius, alpha in ((QPointF(area.width() * 0.24, area.height() * 0.30), 0.52, 0.50 if dark else 0.55),
                              (QPointF(area.width() * 0.84, area.height() * 0.82), 0.44, 0.34 if dark else 0.45)):
        light = QRadialGradient(at, reach * radius)
        for stop, share in ((0.0, 1.0), (0.35, 0.62), (0.7, 0.18), (1.0, 0.0)):
            colour = QColor(glow)
            colour.setAlphaF(alpha * share)
            light.setColorAt(stop, colour)
        painter.fillRect(area, light)
    painter.restore()


def paint_shadow(painter: QPainter, card: QRectF, radius: float, *, dark: bool) -> None:
    """A soft shadow below a card, drawn as a few widening outlines (no blur to compute while cards move)."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in range(22, 0, -3):
        shade = QColor(0, 0, 0)
        shade.setAlphaF((0.055 if dark else 0.016) * (1 - spread / 26))
        painter.setBrush(shade)
        wide = card.adjusted(-spread, -spread + 8, spread, spread + 8)
        painter.drawRoundedRect(wide, radius + spread, radius + spread)
    painter.restore()
