# SPDX-License-Identifier: GPL-3.0-or-later
"""The stack of cards: the one above leaves upwards while the one beneath grows into its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter

from podmix.ui.previews.backdrop import paint_backdrop, paint_shadow
from podmix.ui.previews.card_paint import PaintedCard
from podmix.ui.theme import PREVIEW_RADIUS, Tokens, mix

PEEK, BEHIND, TOP = 22.0, 0.94, 24.0  # how far the next card peeks out, how small it waits, the room above
PaintOne = Callable[[QPainter, int, PaintedCard, QPointF], None]


def paint_stack(  # noqa: PLR0917 - a paint call
        painter: QPainter, area: QRect, rect: QRectF, cards: Sequence[PaintedCard], place: float, paint_one: PaintOne,
        *, dirty: QRect, tokens: Tokens) -> None:
    """Paint the two cards round ``place`` (3.4: four tenths from card 3 to card 4) and the light behind them.

    Args:
        area: the whole feed.
        rect: where a resting card lies.
        paint_one: paints the card of an index with its top left at a point.
        dirty: what must be painted; inside a resting card, that card alone is.
    """
    last = len(cards) - 1
    base = min(max(0, math.floor(place)), last)
    share = place - base
    grown = min(1.0, max(0.0, share))
    above = cards[base]
    beneath = cards[base + 1] if base < last else None
    if share == 0 and rect.toAlignedRect().adjusted(8, 8, -8, -8).contains(dirty):
        paint_one(painter, base, above, rect.topLeft())
        return
    glow = mix(above.colours.glow, beneath.colours.glow, grown) if beneath else above.colours.glow
    paint_backdrop(painter, area, glow, QColor(tokens.background), dark=tokens.dark)
    size = rect.size().toSize()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    if beneath is not None:
        beneath.lay_out(size)
        near = BEHIND + (1 - BEHIND) * grown
        painter.save()
        painter.setOpacity(0.5 + 0.5 * grown)
        painter.translate(rect.center().x(), rect.bottom() + PEEK * (1 - near) / (1 - BEHIND))
        painter.scale(near, near)
        paint_one(painter, base + 1, beneath, QPointF(-rect.width() / 2, -rect.height()))
        painter.restore()
    above.lay_out(size)
    at = rect.topLeft() - QPointF(0, share * (rect.height() + TOP + 8))
    paint_shadow(painter, QRectF(at, rect.size()), PREVIEW_RADIUS, dark=tokens.dark)
    paint_one(painter, base, above, at)
