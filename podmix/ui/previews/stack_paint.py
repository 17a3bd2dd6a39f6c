# SPDX-License-Identifier: GPL-3.0-or-later
"""The stack of cards: the one above leaves upwards while the one beneath grows into its place.

While cards slide they are pictures of themselves, taken once: a frame then costs a few copies, whatever they show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from podmix.ui.previews.backdrop import paint_backdrop, paint_shadow
from podmix.ui.previews.card_paint import PaintedCard
from podmix.ui.theme import PREVIEW_RADIUS, Tokens, mix

PEEK, BEHIND = 22.0, 0.94  # how far the next card peeks out, how small it waits
TOP, TOP_LOW = 58.0, 46.0  # room above the card for the choice of previews; in a low window
RAIL = 108  # room kept right of the card for the actions
PaintOne = Callable[[QPainter, int, PaintedCard, QPointF], None]


def resting_place(wide: int, tall: int) -> QRectF:
    """Where the current card lies in a feed of this size."""
    top = TOP if tall >= 600 else TOP_LOW
    height = max(360.0, tall - top - PEEK - 14)
    width = min(max(height * 0.74, 540.0 if height < 600 else 440.0), wide - RAIL - 48.0, 900.0)
    left = max(24.0, (wide - width - (RAIL if wide < width + 2 * RAIL + 48 else 0)) / 2)
    return QRectF(round(left), top, round(width), round(height))


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
    if share == 0:
        for painted in cards[max(0, base - 1):base + 1]:
            painted.snapshot = None
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
        at = QPointF(-rect.width() / 2, -rect.height())  # it waits in silence: a picture of it does, at rest too
        painter.drawPixmap(at, _snapshot(painter, base + 1, beneath, size, paint_one))
        painter.restore()
    above.lay_out(size)
    at = rect.topLeft() - QPointF(0, share * (rect.bottom() + 8))
    paint_shadow(painter, QRectF(at, rect.size()), PREVIEW_RADIUS, dark=tokens.dark)
    if share:
        painter.drawPixmap(at, _snapshot(painter, base, above, size, paint_one))
    else:
        paint_one(painter, base, above, at)


def _snapshot(painter: QPainter, index: int, painted: PaintedCard, size: QSize, paint_one: PaintOne) -> QPixmap:
    """The card as it is now, for as long as it slides."""
    if painted.snapshot is None:
        scale = painter.device().devicePixelRatioF()
        picture = QPixmap(size * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        inner = QPainter(picture)
        paint_one(inner, index, painted, QPointF(0, 0))
        inner.end()
        painted.snapshot = picture
    return painted.snapshot
