# SPDX-License-Identifier: GPL-3.0-or-later
"""Waveforms of a mix in tiles: through each track's time map, teal where a track comes in and plays, coral where it
goes out. Tiles that come into sight are made within a budget of time, the rest in the next turns of the event loop.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from podmix.ui.automix.picture import TrackPicture
from podmix.ui.music.track_painter import REACH
from podmix.ui.music.wave_paint import Scale
from podmix.ui.theme import Tokens, mix

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


def band_heights(track: TrackPicture, first_s: float, step_s: float, count: int) -> list[bytearray]:
    """For low, mid and high the highest point (0..255) in each of ``count`` steps of ``step_s`` from ``first_s`` on,
    seconds after the track begins."""
    wave, rate = track.wave, track.rate
    have, length = len(wave) // 3, track.end - track.begin
    bands = [wave[band:3 * have:3] for band in range(3)]
    made = [bytearray(count) for _ in range(3)]
    for at in range(count):
        second = first_s + at * step_s
        if second < 0 or second >= length:
            continue
        low = int(track.source_at(second) * rate)
        high = max(low + 1, int(low + step_s * rate))
        if 0 <= low < have:
            for values, into in zip(bands, made, strict=True):
                into[at] = max(values[low:high])
    return made


class WaveTiles:
    """Give it ``begin`` once a paint, then ``draw`` for every track; ``lacking`` says whether to paint again soon."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, QPixmap] = OrderedDict()
        self._until = 0.0
        self.lacking = False
        self._some = False

    def begin(self, *, patient: bool = False) -> None:
        """``patient``: everything now (for pictures)."""
        self._until = time.perf_counter() + (60.0 if patient else BUDGET_S)
        self.lacking = self._some = False

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
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        if self._some and time.perf_counter() > self._until:  # at least one a time, or it would never be done
            self.lacking = True
            return None
        self._some = True
        made = self._kept[key] = _made(track, number, per_second, tall, ratio, leaves, tokens)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made


def _made(track: TrackPicture, number: int, per_second: float, tall: int, ratio: float,  # noqa: PLR0917
          leaves: float, tokens: Tokens) -> QPixmap:
    wide = round(TILE * ratio)
    made = QPixmap(wide, round(tall * ratio))
    made.fill(Qt.GlobalColor.transparent)
    if not track.wave:
        return made
    step_s, first_s = TILE / wide / per_second, number * TILE / per_second
    painter = QPainter(made)
    half = made.height() / 2
    turn = min(wide, max(0, round((leaves - first_s) / step_s)))
    found = band_heights(track, first_s, step_s, wide)
    for name, begin, end in (("music", 0, turn), ("voice", turn, wide)):
        for place, (band, colour) in enumerate(zip(found, deck_colours(tokens, name), strict=True)):
            tall_of = [half * REACH[place] * min(1.0, value / track.peak) ** 1.5 for value in range(256)]
            painter.setPen(colour)
            painter.drawLines([QLineF(at + 0.5, half - tall_of[band[at]], at + 0.5, half + tall_of[band[at]])
                               for at in range(begin, end) if tall_of[band[at]] >= 0.5])
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made
