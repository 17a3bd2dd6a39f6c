# SPDX-License-Identifier: GPL-3.0-or-later
"""Covers drawn for the fake shows: simple shapes in two or three colours, as small podcasts have them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen, QPolygonF

SIDE = 480


def draw(kind: str, target: Path) -> Path:
    """Paint one cover and write it as PNG."""
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    PAINTERS[kind](painter)
    painter.end()
    image.save(str(target))
    return target


def _ground(painter: QPainter, first: str, second: str) -> None:
    blend = QLinearGradient(0, 0, SIDE, SIDE)
    blend.setColorAt(0, QColor(first))
    blend.setColorAt(1, QColor(second))
    painter.fillRect(0, 0, SIDE, SIDE, blend)


def _maintenance(p: QPainter) -> None:
    _ground(p, "#2B2350", "#5B3C8F")
    p.setPen(QPen(QColor("#FF9B71"), 26, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    p.drawArc(QRectF(110, 110, 260, 260), 40 * 16, 280 * 16)
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(QColor("#FFD7A8"))
    p.drawEllipse(QPointF(240, 240), 46, 46)


def _salt(p: QPainter) -> None:
    _ground(p, "#0B4F5C", "#0E8C8C")
    for i in range(6):
        p.setBrush(QColor(234, 248, 240, 60 + 32 * i))
        p.drawRect(QRectF(60 + 62 * i, 330 - 38 * i, 38, 90 + 38 * i))


def _field(p: QPainter) -> None:
    _ground(p, "#DDE5B6", "#6A994E")
    p.setBrush(QColor("#386641"))
    p.drawPolygon(QPolygonF([QPointF(0, 480), QPointF(180, 210), QPointF(360, 480)]))
    p.setBrush(QColor("#23462B"))
    p.drawPolygon(QPolygonF([QPointF(180, 480), QPointF(350, 270), QPointF(520, 480)]))
    p.setBrush(QColor("#F2E8CF"))
    p.drawEllipse(QPointF(350, 130), 52, 52)


def _night(p: QPainter) -> None:
    _ground(p, "#0B1026", "#27346B")
    p.setBrush(QColor("#F6E7B4"))
    p.drawEllipse(QPointF(240, 220), 110, 110)
    p.setBrush(QColor("#141C40"))
    p.drawEllipse(QPointF(290, 190), 100, 100)


def _bread(p: QPainter) -> None:
    _ground(p, "#F4A259", "#BC4B51")
    p.setBrush(QColor("#FCECC9"))
    p.drawRoundedRect(QRectF(90, 170, 300, 190), 90, 90)
    p.setPen(QPen(QColor("#BC6B35"), 14, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for x in (170, 240, 310):
        p.drawLine(QPointF(x - 18, 240), QPointF(x + 18, 300))


def _numbers(p: QPainter) -> None:
    _ground(p, "#F3F0EA", "#E3DCCF")
    for i in range(5):
        for j in range(5):
            on = (i * 3 + j * 2) % 5 < 2
            p.setBrush(QColor("#D1495B" if on else "#30638E"))
            p.drawEllipse(QPointF(88 + 76 * i, 88 + 76 * j), 25 if on else 12, 25 if on else 12)


def _rails(p: QPainter) -> None:
    _ground(p, "#1F2933", "#3E4C59")
    p.setPen(QPen(QColor("#F7C948"), 12))
    for i in range(-2, 7):
        p.drawLine(QPointF(80 * i, 480), QPointF(80 * i + 240, 0))


PAINTERS = {"maintenance": _maintenance, "salt": _salt, "field": _field, "night": _night, "bread": _bread,
            "numbers": _numbers, "rails": _rails}
