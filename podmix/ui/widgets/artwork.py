# SPDX-License-Identifier: GPL-3.0-or-later
"""Cover art: loaded once per size off the disk, rounded, and with a drawn stand-in where a show has none.

``tint`` finds the cover's leading colour; ``card_colours`` turns it into a gradient on which every text keeps a
contrast of at least 4.5:1.
"""

from __future__ import annotations

import colorsys
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QImageReader,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from podmix.ui.theme import Theme, Tokens, contrast, font, mix

ENOUGH = 4.6  # a little above the rule's 4.5, so that rounding never falls below it


def load(path: Path | None, side: int) -> QImage | None:
    """The picture, decoded no larger than needed and cropped to a square of ``side`` pixels; None if there is none."""
    if path is None:
        return None
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and min(size.width(), size.height()) > 0:
        factor = side / min(size.width(), size.height())
        reader.setScaledSize(QSize(max(1, round(size.width() * factor)), max(1, round(size.height() * factor))))
    image = reader.read()
    if image.isNull():
        return None
    left, top = (image.width() - side) // 2, (image.height() - side) // 2
    return image.copy(max(0, left), max(0, top), min(side, image.width()), min(side, image.height()))


def seed_colour(title: str) -> QColor:
    """A steady colour for a show without a cover."""
    hue = int.from_bytes(hashlib.sha256(title.encode()).digest()[:2], "big") / 65536
    return QColor.fromHslF(hue, 0.42, 0.45)


def initials(title: str) -> str:
    words = [w for w in title.replace("-", " ").split() if w[0].isalnum()] or ["?"]
    plain = [w for w in words if w.lower() not in ("the", "a", "an", "der", "die", "das", "le", "la")] or words
    return "".join(w[0] for w in plain[:2]).upper()


@lru_cache(maxsize=256)
def cover(path: Path | None, title: str, side: int, radius: int, scale: float) -> QPixmap:
    """A rounded cover of ``side`` device-independent pixels."""
    pixels = max(1, round(side * scale))
    picture = QPixmap(pixels, pixels)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(0, 0, pixels, pixels), radius * scale, radius * scale)
    painter.setClipPath(outline)
    image = load(path, pixels)
    if image is not None:
        painter.drawImage(QRectF(0, 0, pixels, pixels), image)
    else:
        _stand_in(painter, title, pixels)
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


def _stand_in(painter: QPainter, title: str, pixels: int) -> None:
    base = seed_colour(title)
    gradient = QLinearGradient(0, 0, pixels, pixels)
    gradient.setColorAt(0, base.lighter(125))
    gradient.setColorAt(1, base.darker(160))
    painter.fillRect(0, 0, pixels, pixels, gradient)
    painter.setPen(QColor(255, 255, 255, 230))
    painter.setFont(font(max(8, pixels * 0.36), painter.font().Weight.Bold))
    painter.drawText(QRectF(0, 0, pixels, pixels), Qt.AlignmentFlag.AlignCenter, initials(title))


@lru_cache(maxsize=256)
def tint(path: Path | None, title: str) -> QColor:
    """The leading colour: the most common hue, weighted by how colourful its pixels are."""
    image = load(path, 24)
    if image is None:
        return seed_colour(title)
    bins: dict[int, list[float]] = {}
    for y in range(image.height()):
        for x in range(image.width()):
            pixel = image.pixelColor(x, y)
            hue, saturation, light = pixel.hslHueF(), pixel.hslSaturationF(), pixel.lightnessF()
            weight = saturation * (1 - abs(2 * light - 1)) + 0.02
            entry = bins.setdefault(int(max(0.0, hue) * 18), [0.0, 0.0, 0.0, 0.0])
            for i, part in enumerate((weight, hue * weight, saturation * weight, light * weight)):
                entry[i] += part
    total, hue, saturation, light = max(bins.values(), key=lambda entry: entry[0])
    red, green, blue = colorsys.hls_to_rgb(max(0.0, hue / total), min(1.0, light / total), min(1.0, saturation / total))
    return QColor.fromRgbF(red, green, blue)


@dataclass(frozen=True, slots=True)
class CardColours:
    """A preview card's paint. ``lit`` is the spoken word, ``dim`` the lines around it."""

    top: QColor
    bottom: QColor
    edge: QColor
    glow: QColor
    text: QColor
    soft: QColor
    dim: QColor
    lit: QColor
    rest: QColor  # the part of the waveform that was not played


def card_colours(leading: QColor, tokens: Tokens) -> CardColours:
    """Tint a card with ``leading``; grounds and texts are moved apart until every text reads at 4.5:1."""
    hue = max(0.0, leading.hslHueF())
    strength = min(0.46, leading.hslSaturationF() * 0.85)
    if tokens.dark:
        top = QColor.fromHslF(hue, strength, 0.205)
        bottom = mix(QColor.fromHslF(hue, strength * 0.5, 0.105), QColor(tokens.surface), 0.45)
        glow = QColor.fromHslF(hue, min(0.6, strength * 1.3), 0.30)
    else:
        top = QColor.fromHslF(hue, min(0.75, strength * 1.5), 0.885)
        bottom = mix(QColor.fromHslF(hue, strength, 0.965), QColor(tokens.surface), 0.5)
        glow = QColor.fromHslF(hue, min(0.7, strength * 1.4), 0.82)
    away = QColor(Qt.GlobalColor.black if tokens.dark else Qt.GlobalColor.white)
    for _ in range(24):
        if contrast(QColor(tokens.voice), top) >= ENOUGH:
            break
        top = mix(top, away, 0.06)
    grounds = (top, bottom)
    text = QColor(tokens.text)
    soft = readable(mix(text, top, 0.30), grounds, text)
    dim = readable(mix(text, mix(top, bottom, 0.5), 0.52), grounds, text)
    return CardColours(top=top, bottom=bottom, edge=mix(top, text, 0.14), glow=glow, text=text, soft=soft, dim=dim,
                       lit=readable(QColor(tokens.voice), grounds, text), rest=mix(bottom, text, 0.30))


def readable(wanted: QColor, grounds: tuple[QColor, ...], towards: QColor) -> QColor:
    """``wanted``, moved towards ``towards`` until it reads on every one of ``grounds``."""
    for step in range(21):
        tried = mix(wanted, towards, step / 20)
        if all(contrast(tried, ground) >= ENOUGH for ground in grounds):
            return tried
    return towards


class Artwork(QWidget):
    """A show's cover in a fixed square."""

    def __init__(self, theme: Theme, side: int, *, radius: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._side, self._radius = theme, side, radius
        self._path: Path | None = None
        self._title = ""
        self.setFixedSize(side, side)

    def show_cover(self, path: Path | None, title: str) -> None:
        self._path, self._title = path, title
        self.setAccessibleName(f"Cover of {title}" if title else "")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._title:
            painter.drawPixmap(0, 0, cover(self._path, self._title, self._side, self._radius,
                                           self.devicePixelRatioF()))
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.tokens.raised))
            painter.drawRoundedRect(self.rect(), self._radius, self._radius)
        painter.end()
