# SPDX-License-Identifier: GPL-3.0-or-later
"""Waveforms of a mix in tiles: through each track's time map, teal where a track comes in and plays, coral where it
goes out. Tiles that come into sight are made within a budget of time, the rest in the next turns of the event loop.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from podmix.ui.automix.picture import TrackPicture
from podmix.ui.music.track_painter import REACH
from podmix.ui.music.wave_paint import Scale
from podmix.ui.theme import Tokens, mix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

TILE = 256
KEPT = 160
BUDGET_S = 0.005
Key = tuple[int, int, float, int, float, float, bool]


@lru_cache(maxsize=8)
def deck_colours(tokens: Tokens, name: str) -> tuple[QColor, QColor, QColor]:
    """Low, mid and high of a waveform in the colour ``name``."""
    plain, text, ground = tokens.colour(name), QColor(tokens.text), QColor(tokens.surface)
    if tokens.dark:
        return mix(plain, ground, 0.5), plain, mix(text, plain, 0.45)
    return mix(plain, ground, 0.55), mix(plain, ground, 0.12), mix(text, plain, 0.5)


def band_heights(track: TrackPicture, first_s: float, step_s: float, count: int) -> Bytes:
    """``(count, 3)``: for low, mid and high the highest point (0..255) in each step of ``step_s`` seconds from
    ``first_s`` on, seconds after the track begins; 0 outside of it."""
    import numpy as np

    made = np.zeros((count, 3), np.uint8)
    wave = np.frombuffer(track.wave, np.uint8, len(track.wave) // 3 * 3).reshape(-1, 3)
    seconds = first_s + np.arange(count) * step_s
    low = (np.interp(seconds, *np.array(track.points).T) * track.rate).astype(np.intp)
    inside = (seconds >= 0) & (seconds < track.end - track.begin) & (low >= 0) & (low < len(wave))
    if not inside.any():
        return made
    low = low[inside]
    high = np.minimum(np.maximum(low + 1, (low + step_s * track.rate).astype(np.intp)), len(wave))
    begin = int(low.min())
    part = np.concatenate([wave[begin:int(high.max())], np.zeros((1, 3), np.uint8)])  # an end may be the last one
    made[inside] = np.maximum.reduceat(part, np.stack([low, high], 1).ravel() - begin)[::2]
    return made


@lru_cache(maxsize=8192)
def loudness_share(wave: bytes, peak: int) -> float:
    """How high a track stands on the whole, 0..1: what is drawn of one that is narrower than a waveform needs."""
    import numpy as np

    points = np.frombuffer(wave, np.uint8, len(wave) // 3 * 3).reshape(-1, 3)[::61].max(1, initial=0)
    return min(1.0, float(points.mean()) / max(peak, 1)) ** 1.5 if len(points) else 0.0


class WaveTiles:
    """Give it ``begin`` once a paint, then ``draw`` for every track; ``lacking`` says whether to paint again soon."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, QPixmap] = OrderedDict()
        self._until = 0.0
        self.lacking = False
        self._some = False
        self._drawn = 0

    def begin(self, *, patient: bool = False) -> None:
        """``patient``: everything now (for pictures)."""
        self._until = time.perf_counter() + (60.0 if patient else BUDGET_S)
        self.lacking = self._some = False
        self._drawn = 0

    def draw(self, painter: QPainter, area: QRectF, track: TrackPicture, scale: Scale, leaves: float,  # noqa: PLR0917
             tokens: Tokens) -> None:
        """The part of a track in ``area`` (x of mix second ``scale.left`` at its left). ``leaves``: the second of the
        mix from which on it goes out."""
        ratio = painter.device().devicePixelRatioF()
        left = area.left() + scale.x(track.begin)
        right = area.left() + scale.x(track.end)
        first = max(0, int((area.left() - left) // TILE))
        last = int((min(area.right(), right) - left) // TILE)
        for number in range(first, last + 1):
            tile = self._tile(track, number, scale.per_second, round(area.height()), ratio,
                              leaves - track.begin, tokens)
            if tile is not None:
                painter.drawPixmap(QPointF(left + number * TILE, area.top()), tile)

    def _tile(self, track: TrackPicture, number: int, per_second: float, tall: int, ratio: float,  # noqa: PLR0917
              leaves: float, tokens: Tokens) -> QPixmap | None:
        key = (track.shape, number, per_second, tall, ratio, round(leaves, 3), tokens.dark)
        self._drawn += 1
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        if self._some and time.perf_counter() > self._until:  # at least one a time, or it would never be done
            self.lacking = True
            return None
        self._some = True
        made = self._kept[key] = _made(track, number, per_second, tall, ratio, leaves, tokens)
        while len(self._kept) > max(KEPT, 2 * self._drawn):  # what is in sight is kept, or it would never be done
            self._kept.popitem(last=False)
        return made


def _made(track: TrackPicture, number: int, per_second: float, tall: int, ratio: float,  # noqa: PLR0917
          leaves: float, tokens: Tokens) -> QPixmap:
    """As wide as there is something to draw: the last tile of a track is narrower."""
    import numpy as np

    first_s = number * TILE / per_second
    wide = round(min(TILE, max(1.0, (track.end - track.begin - first_s) * per_second + 1)) * ratio)
    step_s, rows = 1 / ratio / per_second, max(1, round(tall * ratio))
    half = rows / 2
    goes = np.arange(wide) >= round((leaves - first_s) / step_s)
    heights = (np.minimum(1.0, band_heights(track, first_s, step_s, wide) / track.peak) ** 1.5) * half * REACH
    away = np.abs(np.arange(rows) + 0.5 - half)
    image = np.zeros((rows, wide), np.uint32)
    for band, colours in enumerate(zip(deck_colours(tokens, "music"), deck_colours(tokens, "voice"), strict=True)):
        coming, going = (colour.rgba() for colour in colours)
        reached = (away[:, None] <= heights[None, :, band]) & (heights[None, :, band] >= 0.5)
        image = np.where(reached, np.where(goes, np.uint32(going), np.uint32(coming))[None, :], image)
    made = QPixmap.fromImage(QImage(image.tobytes(), wide, rows, 4 * wide, QImage.Format.Format_ARGB32_Premultiplied))
    made.setDevicePixelRatio(ratio)
    return made
