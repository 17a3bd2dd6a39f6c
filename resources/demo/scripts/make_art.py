#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paint the cover art of the two demo shows into ../art.  Needs PySide6 and the Inter typeface.

    QT_QPA_PLATFORM=offscreen python make_art.py
"""
import math
import random
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush, QColor, QFont, QGuiApplication, QImage, QLinearGradient, QPainter, QPainterPath, QPen, QRadialGradient,
)

SIZE = 800
SCALE = 2  # paint larger, then scale down
ART = Path(__file__).resolve().parent.parent / "art"
INK, CORAL, TEAL, AMBER, PAPER = "#0F1014", "#FF7A59", "#35D0BA", "#F5C451", "#F0F2F5"


def colour(name: str, alpha: float = 1.0) -> QColor:
    shade = QColor(name)
    shade.setAlphaF(alpha)
    return shade


def blend(first: str, second: str, amount: float) -> QColor:
    a, b = QColor(first), QColor(second)
    amount = min(1.0, max(0.0, amount))
    return QColor.fromRgbF(*(x + (y - x) * amount for x, y in zip(a.getRgbF()[:3], b.getRgbF()[:3])))


def glow(painter: QPainter, x: float, y: float, radius: float, stops: list[tuple[float, QColor]]) -> None:
    gradient = QRadialGradient(QPointF(x, y), radius)
    for at, shade in stops:
        gradient.setColorAt(at, shade)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(gradient))
    painter.drawRect(QRectF(x - radius, y - radius, 2 * radius, 2 * radius))


def words(painter: QPainter, x: float, baseline: float, text: str, size: float, weight: QFont.Weight, shade: QColor,
          spacing: float = 0.0) -> None:
    font = QFont("Inter Display" if size > 30 else "Inter")
    font.setPixelSize(round(size))
    font.setWeight(weight)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    painter.setFont(font)
    painter.setPen(shade)
    painter.drawText(QPointF(x, baseline), text)


def canvas() -> tuple[QImage, QPainter]:
    image = QImage(SIZE * SCALE, SIZE * SCALE, QImage.Format.Format_RGB32)
    image.fill(QColor(INK))
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(SCALE, SCALE)
    return image, painter


def save(image: QImage, painter: QPainter, name: str) -> None:
    painter.end()
    small = image.scaled(SIZE, SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    small.save(str(ART / f"{name}.png"), "PNG", 0)


def the_long_maintenance() -> None:
    """A dial that is also a voice: one lamp has been left on."""
    image, painter = canvas()
    cx, cy = 480.0, 306.0
    background = QLinearGradient(0, 0, 0, SIZE)
    background.setColorAt(0, QColor("#1B1416"))
    background.setColorAt(1, QColor(INK))
    painter.fillRect(QRectF(0, 0, SIZE, SIZE), background)
    glow(painter, cx, cy, 560, [(0, colour("#8A3420", .62)), (.5, colour("#43201B", .42)), (1, colour("#1B1416", 0))])

    dice = random.Random(4)
    ticks = 144
    phases = [(dice.uniform(0, 2 * math.pi), k, 1 / (1 + k * .09)) for k in (3, 5, 8, 13, 21)]
    for number in range(ticks):
        turn = number / ticks
        angle = 2 * math.pi * turn - math.pi / 2
        swell = sum(level * math.sin(k * 2 * math.pi * turn + phase) for phase, k, level in phases)
        length = 24 + min(54, 76 * abs(swell) / 2.6)
        if number % 12 == 0:
            length = max(length, 66)
        # lit up to eleven minutes past, as it were, then fading all the way round
        lit = (1 - turn) ** 1.5
        shade = blend("#4A3333", CORAL, lit * 1.2) if turn > .1 else blend(CORAL, AMBER, 1 - turn / .1)
        painter.setPen(QPen(shade, 6.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        inner = 190
        painter.drawLine(QPointF(cx + inner * math.cos(angle), cy + inner * math.sin(angle)),
                         QPointF(cx + (inner + length) * math.cos(angle), cy + (inner + length) * math.sin(angle)))

    painter.setBrush(Qt.BrushStyle.NoBrush)
    for radius, alpha in ((164, .5), (130, .32), (96, .2)):
        painter.setPen(QPen(colour("#FF9E80", alpha * .6), 1.6))
        painter.drawEllipse(QPointF(cx, cy), radius, radius)

    glow(painter, cx, cy, 190, [(0, colour(CORAL, .75)), (.3, colour(CORAL, .32)), (1, colour(CORAL, 0))])
    lamp = QRadialGradient(QPointF(cx - 17, cy - 22), 80)
    lamp.setColorAt(0, QColor("#FFF1DC"))
    lamp.setColorAt(.35, QColor("#FFB58A"))
    lamp.setColorAt(1, QColor("#F0572F"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(lamp))
    painter.drawEllipse(QPointF(cx, cy), 56, 56)

    words(painter, 52, 674, "The Long", 86, QFont.Weight.ExtraBold, QColor(PAPER), -1.8)
    words(painter, 52, 752, "Maintenance", 86, QFont.Weight.ExtraBold, QColor(CORAL), -1.8)
    save(image, painter, "the-long-maintenance")


def salt_and_signal() -> None:
    """Waves that are sound waves, and something small out there answering."""
    image, painter = canvas()
    sky = QLinearGradient(0, 0, 0, SIZE)
    sky.setColorAt(0, QColor("#0B1116"))
    sky.setColorAt(.6, QColor("#0E2A2E"))
    sky.setColorAt(1, QColor("#0B1518"))
    painter.fillRect(QRectF(0, 0, SIZE, SIZE), sky)
    bx, by = 580.0, 396.0
    glow(painter, bx, by, 460, [(0, colour(TEAL, .42)), (.4, colour(TEAL, .14)), (1, colour(TEAL, 0))])

    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number in range(4):
        radius = 64 + number * 44
        painter.setPen(QPen(colour("#7FF0DF", .62 * (1 - number / 5) ** 1.1), 3.4))
        painter.drawArc(QRectF(bx - radius, by - radius, 2 * radius, 2 * radius), 16 * 8, 16 * 164)

    rows = 11
    for number in range(rows):
        depth = number / (rows - 1)
        base = 428 + 372 * depth ** 1.12
        height = 14 + 34 * depth
        path = QPainterPath(QPointF(-10, SIZE + 10))
        for x in range(-10, SIZE + 11, 4):
            near = math.exp(-((x - bx) / 170) ** 2) * (1 - depth) ** 2
            y = base + height * math.sin(x / (92 + 40 * depth) + number * .82) * (.7 + .3 * math.sin(x / 231 + number * .7))
            y -= near * 20 * math.cos((x - bx) / 30)
            path.lineTo(x, y)
        path.lineTo(SIZE + 10, SIZE + 10)
        path.closeSubpath()
        if number == 1:
            buoy(painter, bx, by)
        fill = QLinearGradient(0, base - height, 0, base + 130)
        fill.setColorAt(0, blend("#2BB7A5", "#0C2D33", depth ** .62))
        fill.setColorAt(1, blend("#0F6A66", "#0A171B", depth ** .5))
        painter.setPen(QPen(colour("#9FFFF0", .55 * (1 - depth) + .1), 2.0))
        painter.setBrush(QBrush(fill))
        painter.drawPath(path)

    words(painter, 50, 132, "Salt", 112, QFont.Weight.ExtraBold, QColor(PAPER), -3.2)
    words(painter, 50, 236, "& Signal", 112, QFont.Weight.ExtraBold, QColor(TEAL), -3.2)
    save(image, painter, "salt-and-signal")


def buoy(painter: QPainter, x: float, y: float) -> None:
    glow(painter, x, y - 30, 120, [(0, colour(CORAL, .55)), (1, colour(CORAL, 0))])
    painter.setPen(QPen(QColor("#FFD9C8"), 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QPointF(x, y - 10), QPointF(x + 7, y - 64))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#FFF1DC"))
    painter.drawEllipse(QPointF(x + 8, y - 70), 9, 9)
    body = QRadialGradient(QPointF(x - 14, y - 8), 66)
    body.setColorAt(0, QColor("#FFC0A0"))
    body.setColorAt(.4, QColor(CORAL))
    body.setColorAt(1, QColor("#B33A1C"))
    painter.setBrush(QBrush(body))
    painter.drawEllipse(QPointF(x, y + 12), 44, 40)


if __name__ == "__main__":
    application = QGuiApplication([])  # typefaces need one
    ART.mkdir(exist_ok=True)
    the_long_maintenance()
    salt_and_signal()
    del application
