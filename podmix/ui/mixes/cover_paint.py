# SPDX-License-Identifier: GPL-3.0-or-later
"""Covers of mixes, drawn from their tracks: each track gives its artwork's colour, its energy and its key.

A daily mix is a record (a groove a track, the first track's artwork its label), a wish is a landscape of ridges, a
blend two discs that overlap, an enhanced playlist its levels with the added ones lit, a path a line of dots. The same
tracks always give the same picture. Lengths are shares of the cover's side; covers look alike in dark and light.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen, QPixmap, QRadialGradient

from podmix.app.taste_views import MixCard, MixTrack
from podmix.ui.mixes.mix_words import has_previews
from podmix.ui.theme import DARK, mix
from podmix.ui.widgets.artwork import load, seed_colour, tint

MOST_SPOTS = 14
BARE = "bare"  # a kind that shows its ground only
_USUAL_ENERGY = 0.5


@dataclass(frozen=True, slots=True)
class Spot:
    """A track as a cover draws it: ``colour`` as #rrggbb, ``energy`` and ``turn`` (its key on the wheel) 0..1."""

    colour: str
    energy: float
    turn: float
    mark: str = ""


@dataclass(frozen=True, slots=True)
class CoverParts:
    """What a cover is drawn from. ``lead`` is the first track's artwork, ``friend`` the first of the friend's picks,
    ``last`` the last track's.
    """

    key: str
    kind: str
    spots: tuple[Spot, ...]
    lead: Path | None = None
    friend: Path | None = None
    last: Path | None = None


def cover_parts(card: MixCard) -> CoverParts:
    """From the tracks alone; ``coloured`` adds what their artwork says."""
    chosen = card.tracks[:MOST_SPOTS] if card.kind != "path" else card.tracks
    kind = "drive" if has_previews(card) else card.kind
    return CoverParts(card.key, kind, tuple(map(_spot, chosen)))


def _spot(one: MixTrack) -> Spot:
    track = one.track
    energy = _USUAL_ENERGY if track.energy is None else min(1.0, max(0.1, track.energy / 10))
    number = track.camelot[:-1]
    turn = (int(number) - 1) / 12 if number.isdigit() else (zlib.crc32(track.title.encode()) % 100) / 100
    mark = "added" if one.added else "preview" if one.preview_id is not None else one.whose
    return Spot(vivid(seed_colour(track.artist or track.title)).name(), energy, turn, mark)


def coloured(card: MixCard, parts: CoverParts, found: dict[int, tuple[Path | None, str]]) -> CoverParts:
    """With artwork and its colour (#rrggbb; empty where there is none) by track."""
    spots, lead, friend = [], None, None
    for one, spot in zip(card.tracks, parts.spots, strict=False):
        path, colour = found.get(int(one.track.id), (None, ""))
        spots.append(replace(spot, colour=vivid(QColor(colour)).name()) if colour else spot)
        if one.whose == "friend":
            friend = friend or path
        else:
            lead = lead or path
    last = found.get(int(card.tracks[-1].track.id), (None, ""))[0] if card.tracks else None
    return replace(parts, spots=tuple(spots), lead=lead or friend, friend=friend, last=last)


def vivid(colour: QColor) -> QColor:
    """The same hue, bright enough to be seen on a dark ground."""
    hue, strength, light = max(0.0, colour.hslHueF()), colour.hslSaturationF(), colour.lightnessF()
    return QColor.fromHslF(hue, min(0.78, max(0.34, strength)), min(0.72, max(0.56, light)))


def mix_cover(parts: CoverParts, side: int, radius: float, scale: float) -> QPixmap:
    """A rounded cover of ``side`` device-independent pixels."""
    pixels = max(1, round(side * scale))
    made = QPixmap(pixels, pixels)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(0, 0, pixels, pixels), radius * scale, radius * scale)
    painter.setClipPath(outline)
    _ground(painter, parts, pixels)
    if parts.spots and parts.kind != BARE:
        _DRAWN.get(parts.kind, _landscape)(painter, parts, float(pixels))
    painter.end()
    made.setDevicePixelRatio(scale)
    return made


def _ground(painter: QPainter, parts: CoverParts, side: int) -> None:
    first = QColor(parts.spots[0].colour) if parts.spots else seed_colour(parts.key)
    last = QColor(parts.spots[len(parts.spots) // 2].colour) if parts.spots else first
    deep = QColor(DARK.background)
    gradient = QLinearGradient(0, 0, side, side)
    gradient.setColorAt(0, mix(first, deep, 0.58))
    gradient.setColorAt(1, mix(last, deep, 0.80))
    painter.fillRect(0, 0, side, side, gradient)


# -- a record: daily mixes --


def _record(painter: QPainter, parts: CoverParts, side: float) -> None:
    centre, spots = QPointF(side / 2, side / 2), parts.spots
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(8, 9, 12, 120))
    painter.drawEllipse(centre, side * 0.47, side * 0.47)
    gap = (0.455 - 0.25) / max(1, len(spots))
    for place, spot in enumerate(spots):
        radius = side * (0.25 + gap * (place + 0.5))
        colour = QColor(spot.colour)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        faint = QColor(colour)
        faint.setAlphaF(0.16)
        painter.setPen(QPen(faint, max(1.0, side * gap * 0.42)))
        painter.drawEllipse(centre, radius, radius)
        painter.setPen(QPen(colour, max(1.2, side * gap * 0.52), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        span = 50 + 250 * spot.energy
        painter.drawArc(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius),
                        round((90 - 360 * spot.turn) * 16), -round(span * 16))
    _label(painter, parts.lead, spots[0], centre, side * 0.205)


def _dot(painter: QPainter, at: QPointF, radius: float, colour: str) -> None:
    painter.setPen(QPen(QColor(DARK.background), radius * 0.5))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(at, radius, radius)


def _label(painter: QPainter, path: Path | None, spot: Spot, centre: QPointF, radius: float) -> None:
    """The artwork in a disc; its colour where there is none."""
    disc = QPainterPath()
    disc.addEllipse(centre, radius, radius)
    image = load(path, round(2 * radius))
    painter.setPen(Qt.PenStyle.NoPen)
    if image is not None:
        painter.save()
        painter.setClipPath(disc, Qt.ClipOperation.IntersectClip)
        painter.drawImage(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius), image)
        painter.restore()
    else:
        painter.fillPath(disc, mix(QColor(spot.colour), QColor(DARK.background), 0.15))
    painter.setPen(QPen(QColor(8, 9, 12, 150), radius * 0.05))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(centre, radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DARK.background))
    painter.drawEllipse(centre, radius * 0.09, radius * 0.09)


# -- a landscape: genre, mood, decade, phrase --


def _landscape(painter: QPainter, parts: CoverParts, side: float) -> None:
    seed = zlib.crc32(parts.key.encode())
    sun = QPointF(side * (0.28 + 0.44 * (seed % 97) / 96), side * (0.24 + 0.10 * (seed // 97 % 31) / 30))
    glow = QRadialGradient(sun, side * 0.55)
    warm = QColor(parts.spots[0].colour)
    warm.setAlphaF(0.55)
    glow.setColorAt(0, warm)
    glow.setColorAt(1, QColor(0, 0, 0, 0))
    painter.fillRect(QRectF(0, 0, side, side), glow)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mix(QColor(parts.spots[0].colour), QColor("#ffffff"), 0.35))
    painter.drawEllipse(sun, side * 0.105, side * 0.105)
    ridges = (parts.spots * 4)[:min(7, max(4, len(parts.spots)))]
    for place, spot in enumerate(ridges):
        far = place / max(1, len(ridges) - 1)  # 0 at the horizon
        colour = mix(QColor(spot.colour), QColor(DARK.background), 0.12 + 0.70 * far)
        level = side * (0.46 + 0.46 * far)
        painter.fillPath(_ridge(side, level, side * (0.05 + 0.11 * spot.energy), seed + 40_503 * (place + 1)), colour)


def _road(painter: QPainter, parts: CoverParts, side: float) -> None:
    """A landscape with the sun in the colour of voices and a road into it: tracks with previews between."""
    middle, horizon = side * 0.5, side * 0.52
    glow = QRadialGradient(QPointF(middle, horizon), side * 0.6)
    glow.setColorAt(0, DARK.colour("voice", 0.75))
    glow.setColorAt(1, QColor(0, 0, 0, 0))
    painter.fillRect(QRectF(0, 0, side, side), glow)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DARK.voice))
    painter.drawEllipse(QPointF(middle, horizon), side * 0.17, side * 0.17)
    seed = zlib.crc32(parts.key.encode())
    for place, spot in enumerate((parts.spots * 3)[:3]):
        level = horizon + side * (0.02 + 0.05 * place)
        colour = mix(QColor(spot.colour), QColor(DARK.background), 0.45 + 0.16 * place)
        painter.fillPath(_ridge(side, level, side * 0.05, seed + 40_503 * (place + 1)), colour)
    near = mix(QColor(parts.spots[0].colour), QColor(DARK.background), 0.84)
    painter.fillRect(QRectF(0, side * 0.66, side, side), near)
    road = QPainterPath(QPointF(middle - side * 0.03, side * 0.64))
    for x, y in ((0.53, 0.64), (0.86, 1.0), (0.14, 1.0)):
        road.lineTo(side * x, side * y)
    painter.fillPath(road, QColor(DARK.background))
    for place, spot in enumerate((parts.spots * 4)[:4]):
        top, tall = 0.66 + 0.075 * place + 0.012 * place * place, 0.03 + 0.012 * place
        painter.setBrush(QColor(spot.colour))
        wide = 0.008 + 0.009 * place
        painter.drawRoundedRect(QRectF(middle - side * wide / 2, side * top, side * wide, side * tall),
                                side * wide / 2, side * wide / 2)


def _ridge(side: float, level: float, high: float, seed: int) -> QPainterPath:
    phases = [(seed >> shift & 0xFF) / 255 * 2 * math.pi for shift in (0, 8, 16)]
    path = QPainterPath(QPointF(0, side))
    steps = 48
    for step in range(steps + 1):
        x = step / steps
        wave = 0.55 * math.sin(2.1 * math.pi * x + phases[0]) + 0.3 * math.sin(5.3 * math.pi * x + phases[1]) \
            + 0.15 * math.sin(11 * math.pi * x + phases[2])
        path.lineTo(x * side, level - high * wave)
    path.lineTo(side, side)
    path.closeSubpath()
    return path


# -- two discs: blends --


def _discs(painter: QPainter, parts: CoverParts, side: float) -> None:
    radius = side * 0.30
    left, right = QPointF(side * 0.36, side * 0.5), QPointF(side * 0.64, side * 0.5)
    shapes = []
    for centre, whose in ((left, ("you", "both", "")), (right, ("friend", "both"))):
        mine = ([spot for spot in parts.spots if spot.mark in whose] or list(parts.spots))[:5]
        if centre is right:
            mine.reverse()
        shape = QPainterPath()
        shape.addEllipse(centre, radius, radius)
        shapes.append(shape)
        ground = QColor(mine[0].colour)
        ground.setAlphaF(0.38)
        painter.fillPath(shape, ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, spot in enumerate(mine):
            ring = radius * (0.50 + 0.50 * (place + 1) / len(mine))
            painter.setPen(QPen(QColor(spot.colour), side * 0.013, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(QRectF(centre.x() - ring, centre.y() - ring, 2 * ring, 2 * ring),
                            round((90 - 360 * spot.turn) * 16), -round((120 + 200 * spot.energy) * 16))
    painter.fillPath(shapes[0].intersected(shapes[1]), QColor(255, 255, 255, 60))
    other = parts.friend if parts.friend not in (None, parts.lead) else parts.last
    for centre, path, spot in ((left, parts.lead, parts.spots[0]), (right, other, parts.spots[-1])):
        _label(painter, path, spot, centre, side * 0.115)


# -- levels: an enhanced playlist --


def _levels(painter: QPainter, parts: CoverParts, side: float) -> None:
    count = len(parts.spots)
    room = side * 0.76
    wide = room / count * 0.62
    painter.setPen(Qt.PenStyle.NoPen)
    for place, spot in enumerate(parts.spots):
        left = side * 0.12 + room * (place + 0.5) / count - wide / 2
        tall = side * (0.14 + 0.5 * spot.energy)
        added = spot.mark == "added"
        painter.setBrush(QColor(DARK.music) if added else mix(QColor(spot.colour), QColor(DARK.background), 0.35))
        painter.drawRoundedRect(QRectF(left, side * 0.5 - tall / 2, wide, tall), wide / 2, wide / 2)


# -- a path of sounds --


def _trail(painter: QPainter, parts: CoverParts, side: float) -> None:
    count = len(parts.spots)
    seed = zlib.crc32(parts.key.encode()) % 628 / 100
    points = [QPointF(side * (0.14 + 0.72 * place / max(1, count - 1)),
                      side * (0.80 - 0.60 * place / max(1, count - 1)
                              + 0.13 * math.sin(seed + 4.4 * place / max(1, count - 1)) - 0.13 * math.sin(seed)))
              for place in range(count)]
    for before, after, one, two in zip(points, points[1:], parts.spots, parts.spots[1:], strict=False):
        gradient = QLinearGradient(before, after)
        gradient.setColorAt(0, QColor(one.colour))
        gradient.setColorAt(1, QColor(two.colour))
        pen = QPen(gradient, side * 0.022)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(before, after)
    for point, spot in zip(points[1:-1], parts.spots[1:-1], strict=True):
        _dot(painter, point, side * (0.022 + 0.022 * spot.energy), spot.colour)
    for point, path, spot in ((points[0], parts.lead, parts.spots[0]), (points[-1], parts.last, parts.spots[-1])):
        _label(painter, path, spot, point, side * 0.105)


_DRAWN = {"daily": _record, "drive": _road, "blend": _discs, "enhance": _levels, "path": _trail}


def artwork_colour(path: Path | None) -> str:
    """The leading colour of a picture as #rrggbb; empty where there is none. May run on any thread."""
    return "" if path is None or load(path, 8) is None else tint(path, "").name()
