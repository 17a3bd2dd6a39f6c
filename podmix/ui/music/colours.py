# SPDX-License-Identifier: GPL-3.0-or-later
"""What colours mean in music: keys, bands of the waveform, sections, cues. All made from the theme's tokens.

Keys take the twelve hues of the Camelot wheel at equal lightness and chroma in Oklab (Ottosson 2020), so that none
shouts; minor and major of a number share a hue. A key's name is always written beside its colour.
"""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtGui import QColor

from podmix.ui.theme import Tokens, mix
from podmix.ui.widgets.artwork import readable

_FIRST_HUE = 150.0  # degrees in Oklab where 1 stands; the wheel goes on by 30
_CHROMA = 0.125
HOT_CUES = 8


def oklch(light: float, chroma: float, degrees: float) -> QColor:
    """A colour by Oklab lightness 0..1, chroma and hue; chroma is lowered until the screen can show it."""
    while chroma > 0:
        parts = _linear(light, chroma, degrees)
        if all(-1e-4 <= part <= 1.0001 for part in parts):
            break
        chroma -= 0.005
    red, green, blue = (_gamma(min(1.0, max(0.0, part))) for part in _linear(light, max(0.0, chroma), degrees))
    return QColor.fromRgbF(red, green, blue)


def _linear(light: float, chroma: float, degrees: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(math.radians(degrees)), chroma * math.sin(math.radians(degrees))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short)


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


@lru_cache(maxsize=64)
def key_colour(camelot: str, tokens: Tokens) -> QColor:
    """The hue of a key ("8A"); the soft text colour where there is none."""
    number = camelot[:-1]
    if not number.isdigit():
        return QColor(tokens.soft)
    return _hue((int(number) - 1) / 12, tokens)


@lru_cache(maxsize=64)
def cue_colour(number: int, tokens: Tokens) -> QColor:
    """The usual colour of a hot cue 0..7; others take the text's."""
    return _hue((number % HOT_CUES) / HOT_CUES + 0.55, tokens) if number >= 0 else QColor(tokens.text)


def _hue(share: float, tokens: Tokens) -> QColor:
    made = oklch(0.79 if tokens.dark else 0.50, _CHROMA, _FIRST_HUE + 360.0 * share)
    grounds = tuple(QColor(getattr(tokens, name)) for name in ("background", "surface", "raised"))
    return readable(made, grounds, QColor(tokens.text))


@lru_cache(maxsize=4)
def band_colours(tokens: Tokens) -> tuple[QColor, QColor, QColor]:
    """Low, mid and high of a waveform: the deep and the plain colour of music, and nearly the text's."""
    music, text, ground = QColor(tokens.music), QColor(tokens.text), QColor(tokens.surface)
    if tokens.dark:
        return mix(music, ground, 0.52), music, mix(text, music, 0.12)
    return mix(music, ground, 0.58), mix(music, ground, 0.12), mix(text, music, 0.25)


@lru_cache(maxsize=32)
def section_colour(label: str, tokens: Tokens) -> QColor:
    """Drops and choruses in the colour of music, builds in that of energy, breaks and verses quieter, edges plain."""
    match label:
        case "drop" | "chorus":
            return QColor(tokens.music)
        case "build":
            return QColor(tokens.attention)
        case "verse":
            return mix(QColor(tokens.music), QColor(tokens.soft), 0.55)
        case "break":
            return mix(QColor(tokens.voice), QColor(tokens.soft), 0.45)
        case _:
            return QColor(tokens.faint)
