# SPDX-License-Identifier: GPL-3.0-or-later
"""How a row of the music table looks. A row is painted once, as a picture, and kept while it may be seen again: laying
out text is what costs, and scrolling only copies pictures. Stars are drawn over it, for they follow the pointer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap

from podmix.music.library_types import Track
from podmix.ui import icons
from podmix.ui.music.colours import band_colours, key_colour
from podmix.ui.music.columns import Column, cell_text
from podmix.ui.music.track_model import TrackModel
from podmix.ui.theme import BODY, SMALL, Theme, Tokens, font, mix
from podmix.ui.widgets.artwork import cover

Spans = tuple[tuple[Column, int, int], ...]
"""The columns in sight, each with its left edge and its width."""
PLAIN, HOVERED, CHOSEN = 0, 1, 2
ROW = 40
ART = 32
STARS, STAR = 5, 15
PAD = 10
REACH = (1.0, 0.80, 0.58)
"""How high low, mid and high may stand: loud music fills all bands, and none may hide the one below."""
_KEPT_BYTES = 96_000_000
_FEWEST_KEPT = 120


class TrackPainter(QObject):
    """``picture`` gives a row; ``has`` tells whether it would cost anything. ``forget`` rows that changed."""

    def __init__(self, theme: Theme, model: TrackModel) -> None:
        super().__init__(model)
        self._theme, self._model = theme, model
        self._pictures: OrderedDict[tuple[int, int], QPixmap] = OrderedDict()
        self._stale: set[tuple[int, int]] = set()
        self._drawn: tuple[Spans, int, float] = ((), 0, 1.0)
        theme.changed.connect(self._renew)
        self._renew()

    def use(self, spans: Spans, wide: int, scale: float) -> None:
        """How rows are laid out from now on; pictures of another layout are forgotten."""
        if (spans, wide, scale) != self._drawn:
            self._drawn = (spans, wide, scale)
            self._pictures.clear()

    def has(self, track: Track, state: int = PLAIN) -> bool:
        """Whether there is a picture of it as it is now."""
        key = (int(track.id), state)
        return key in self._pictures and key not in self._stale

    def old_picture(self, track: Track, state: int) -> QPixmap | None:
        """How it looked before it changed."""
        return self._pictures.get((int(track.id), state))

    def picture(self, row: int, track: Track, state: int) -> QPixmap:
        key = (int(track.id), state)
        found = self._pictures.get(key)
        if found is None or key in self._stale:
            self._stale.discard(key)
            found = self._pictures[key] = self._paint_row(row, track, state)
            wide, scale = self._drawn[1:]
            most = max(_FEWEST_KEPT, int(_KEPT_BYTES / (4 * wide * ROW * scale * scale + 1)))
            while len(self._pictures) > most:
                self._stale.discard(self._pictures.popitem(last=False)[0])
        else:
            self._pictures.move_to_end(key)
        return found

    def forget(self, ids: Iterable[int]) -> None:
        self._stale.update((one, state) for one in ids for state in (PLAIN, HOVERED, CHOSEN)
                           if (one, state) in self._pictures)

    def _renew(self) -> None:
        tokens = self._theme.tokens
        self._pictures.clear()
        self._text, self._soft = QColor(tokens.text), QColor(tokens.soft)
        ground, raised = QColor(tokens.background), QColor(tokens.raised)
        self._grounds = (ground, mix(ground, raised, 0.5), mix(raised, QColor(tokens.track), 0.35))
        self._music, self._track = QColor(tokens.music), QColor(tokens.track)
        self._body, self._strong = font(BODY, numbers=True), font(BODY, QFont.Weight.DemiBold, numbers=True)
        self._small = font(SMALL, QFont.Weight.DemiBold, numbers=True)
        self._measures = {id(face): QFontMetrics(face) for face in (self._body, self._strong, self._small)}
        self._elided = lru_cache(maxsize=8192)(self._elide)

    def _elide(self, text: str, wide: int, strong: bool) -> str:
        measure = self._measures[id(self._strong if strong else self._body)]
        return measure.elidedText(text, Qt.TextElideMode.ElideRight, wide)

    def _paint_row(self, row: int, track: Track, state: int) -> QPixmap:
        spans, wide, scale = self._drawn
        made = QPixmap(max(1, round(wide * scale)), round(ROW * scale))
        made.setDevicePixelRatio(scale)
        made.fill(self._grounds[state])
        painter = QPainter(made)
        for column, left, width in spans:
            area, kind = QRect(left, 0, width, ROW), column.kind
            painter.setClipRect(area)
            if kind == "wave":
                self._wave(painter, area, track)
            elif kind == "art":
                self._art(painter, area, track)
            elif kind == "key":
                self._key(painter, area, track)
            elif kind == "energy":
                self._energy(painter, area, track)
            elif kind != "rating":
                text = str(row + 1) if column.name == "place" else cell_text(track, column.name, self._model.now)
                self._words(painter, area, text, kind, track)
        painter.end()
        return made

    def paint_placeholder(self, painter: QPainter, top: int, state: int) -> None:
        """A row whose track is not here yet."""
        spans, wide, _ = self._drawn
        painter.fillRect(0, top, wide, ROW, self._grounds[state])
        for column, left, width in spans:
            if column.kind == "art":
                painter.fillRect(left + 8, top + 4, ART, ART, self._grounds[CHOSEN])
            elif column.kind in ("title", "text"):
                painter.fillRect(left + PAD, top + ROW // 2 - 4, width // 2, 8, self._grounds[CHOSEN])

    def paint_rating(self, painter: QPainter, area: QRect, track: Track, hovered_stars: int | None) -> None:
        """``hovered_stars`` is None away from the pointer, else the stars that a click would give (0: none)."""
        stars = hovered_stars or track.rating or 0
        if stars or hovered_stars is not None:
            tokens = self._theme.tokens
            painter.drawPixmap(QPointF(area.left() + PAD - 2, area.center().y() - STAR / 2),
                               _stars(stars, tokens.text, tokens.track, self._drawn[2]))

    # -- kinds of cells --
    def _words(self, painter: QPainter, area: QRect, text: str, kind: str, track: Track) -> None:
        if not text:
            return
        strong = kind in ("title", "strong")
        here = track.id == self._model.playing
        wide = area.width() - 2 * PAD
        shown = self._elided(text, wide, strong)
        painter.setFont(self._strong if strong else self._body)
        if track.missing or track.problem:
            painter.setPen(self._soft)
        else:
            painter.setPen(self._music if here and kind == "title" else self._text if strong else self._soft)
        across = Qt.AlignmentFlag.AlignRight if kind in ("number", "strong") else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area.adjusted(PAD, 0, -PAD, 0), across | Qt.AlignmentFlag.AlignVCenter, shown)

    def _art(self, painter: QPainter, area: QRect, track: Track) -> None:
        scale = self._drawn[2]
        path = self._model.covers.get(int(track.id))
        spot = QPointF(area.left() + 8, area.center().y() - ART / 2 + 1)
        if track.missing or track.problem:
            painter.fillRect(QRectF(spot.x(), spot.y(), ART, ART), self._track)
            icons.paint(painter, "alert", self._theme.tokens.danger, QRectF(spot.x() + 7, spot.y() + 7, 18, 18))
            return
        painter.drawPixmap(spot, cover(path, track.album or track.artist or track.title, ART, 6, scale))
        if track.id == self._model.playing:
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height()), self._music)

    def _key(self, painter: QPainter, area: QRect, track: Track) -> None:
        if not track.camelot:
            return
        chip = _key_chip(track.camelot, self._theme.tokens, self._drawn[2])
        painter.drawPixmap(QPointF(area.left() + PAD - 2, area.center().y() - 10), chip)
        left = PAD + 44
        if area.width() > left + 40:
            painter.setFont(self._body)
            painter.setPen(self._soft)
            painter.drawText(area.adjusted(left, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter,
                             self._elided(_short(track.key), area.width() - left - 4, False))

    def _energy(self, painter: QPainter, area: QRect, track: Track) -> None:
        if track.energy is None:
            return
        level = min(10.0, max(0.0, track.energy))
        painter.setFont(self._strong)
        painter.setPen(self._text)
        painter.drawText(QRect(area.left() + PAD - 4, area.top(), 24, area.height()),
                         Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{level:.0f}")
        bar = QRectF(area.left() + PAD + 26, area.center().y() - 1.5, max(8, area.width() - 2 * PAD - 28), 4)
        painter.fillRect(bar, self._track)
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * level / 10, 4),
                         QColor(self._theme.tokens.attention))

    def _wave(self, painter: QPainter, area: QRect, track: Track) -> None:
        points = self._model.waves.get(int(track.id))
        wide, tall = area.width() - 2 * PAD, area.height() - 12
        if points and wide > 8:
            picture = small_wave(points, QSize(wide, tall), band_colours(self._theme.tokens), self._drawn[2])
            painter.drawPixmap(area.left() + PAD, area.top() + 6, picture)
        elif not track.analysed and not track.missing:
            painter.fillRect(QRectF(area.left() + PAD, area.center().y(), wide, 1), self._track)


def small_wave(points: bytes, size: QSize, colours: tuple[QColor, QColor, QColor], scale: float) -> QPixmap:
    """A waveform of three bands standing on its middle line; ``points`` are (low, mid, high) bytes."""
    picture = QPixmap(round(size.width() * scale), round(size.height() * scale))
    picture.fill(Qt.GlobalColor.transparent)
    count, wide, tall = len(points) // 3, picture.width(), picture.height()
    painter = QPainter(picture)
    half = tall / 2
    bars = max(1, min(count, int(wide / (2 * scale))))
    step = wide / bars
    for band, (colour, reach) in enumerate(zip(colours, REACH, strict=True)):
        values = points[band::3]
        rects = []
        for at in range(bars):
            part = values[at * count // bars:max(at * count // bars + 1, (at + 1) * count // bars)]
            high = max(0.5, half * reach * (max(part) / 255) ** 1.5)
            rects.append(QRectF(at * step, half - high, max(1.0, step - scale * 0.6), 2 * high))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(rects)
    painter.end()
    picture.setDevicePixelRatio(scale)
    return picture


@lru_cache(maxsize=128)
def _key_chip(camelot: str, tokens: Tokens, scale: float) -> QPixmap:
    colour = key_colour(camelot, tokens)
    picture = QPixmap(round(40 * scale), round(22 * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QColor(colour)
    ground.setAlphaF(0.17)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(0, 0, 40, 22), 6, 6)
    painter.setFont(font(BODY, QFont.Weight.DemiBold, numbers=True))
    painter.setPen(colour)
    painter.drawText(QRectF(0, 0, 40, 22), Qt.AlignmentFlag.AlignCenter, camelot)
    painter.end()
    return picture


@lru_cache(maxsize=64)
def _stars(count: int, on: str, off: str, scale: float) -> QPixmap:
    picture = QPixmap(round(STARS * STAR * scale), round(STAR * scale))
    picture.setDevicePixelRatio(scale)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    for at in range(STARS):
        spot = QRectF(at * STAR, 0, STAR, STAR).adjusted(0.5, 0.5, -0.5, -0.5)
        icons.paint(painter, "star-on" if at < count else "star", on if at < count else off, spot)
    painter.end()
    return picture


@lru_cache(maxsize=64)
def _short(key: str) -> str:
    """ "A minor" -> "A min": the name beside its number."""
    return key.replace(" minor", " min").replace(" major", " maj")


def stars_at(x: int) -> int:
    """Which star (1..5) lies at ``x`` of a rating's cell; 0 beside them."""
    place = (x - PAD + 2) // STAR
    return place + 1 if 0 <= place < STARS else 0
