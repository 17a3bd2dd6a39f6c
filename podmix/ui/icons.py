# SPDX-License-Identifier: GPL-3.0-or-later
"""Line icons, drawn for this project as SVG, tinted at run time and cached by name, colour, size and screen scale."""

from __future__ import annotations

import atexit
import tempfile
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from podmix.paths import resources

FOLDER = resources() / "icons"


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.svg"))


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("#000", colour).encode()))


def paint(painter: QPainter, name: str, colour: QColor | str, rect: QRectF) -> None:
    """Draw the icon into ``rect``; the colour's alpha becomes the icon's."""
    tint = QColor(colour)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(painter.opacity() * tint.alphaF())
    _renderer(name, tint.name()).render(painter, rect)
    painter.restore()


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, scale: float = 1.0) -> QPixmap:
    image = QPixmap(QSize(round(size * scale), round(size * scale)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint(painter, name, colour, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(scale)
    return image


@lru_cache(maxsize=256)
def icon(name: str, colour: str, checked_colour: str = "", checked_name: str = "") -> QIcon:
    """An icon sharp at scales 1 to 2, with another face for the checked state where one is given."""
    made = QIcon()
    for scale in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(name, colour, 20, scale))
        if checked_colour:
            made.addPixmap(pixmap(checked_name or name, checked_colour, 20, scale), QIcon.Mode.Normal, QIcon.State.On)
    return made


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="podmix-icons-")
    atexit.register(folder.cleanup)
    return folder


def tinted_file(name: str, colour: str) -> str:
    """A tinted copy on disk, for style sheets, which can only name files."""
    target = Path(_folder().name) / f"{name}-{colour.lstrip('#')}.svg"
    if not target.exists():
        target.write_text(_drawing(name).replace("#000", colour), encoding="utf-8")
    return target.as_posix()
