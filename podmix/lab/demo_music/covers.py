# SPDX-License-Identifier: GPL-3.0-or-later
"""A small cover for every piece, computed from its colour, its metre and its name: rings, hills or stripes, as JPEG."""

from __future__ import annotations

import io
import zlib
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from podmix.lab.demo_music.notation import Piece

EDGE = 360
Doubles = NDArray[np.float64]


def cover_of(piece: Piece) -> bytes:
    """JPEG, ``EDGE`` pixels a side."""
    dice = np.random.default_rng(zlib.crc32(piece.slug.encode()) + 1)
    y, x = np.mgrid[0:2 * EDGE, 0:2 * EDGE] / (2.0 * EDGE)
    if not piece.pulse:
        height = _hills(x, y, dice, bands=7)
    elif piece.kit in ("techno", "break", "deep", "machine"):
        height = _stripes(x, y, dice, piece.beats_per_bar)
    else:
        height = _rings(x, y, dice, piece.beats_per_bar)
    grain = dice.normal(0, 0.012, height.shape)
    shade = np.clip(0.12 + 0.8 * height + 0.1 * (1 - y) + grain, 0, 1)
    colours = _colours(np.mod(piece.hue + 0.12 * (height - 0.5), 1.0), 0.72 - 0.35 * shade, shade)
    small = colours.reshape(EDGE, 2, EDGE, 2, 3).mean((1, 3))
    return _jpeg(np.round(255 * small).astype(np.uint8))


def _rings(x: Doubles, y: Doubles, dice: np.random.Generator, beats: int) -> Doubles:
    far = np.hypot(x - dice.uniform(0.3, 0.7), y - dice.uniform(0.35, 0.65))
    step = np.floor(far * (2 * beats + 2)) / (2 * beats + 2)
    return np.asarray(np.mod(step * 3.7 + dice.uniform(), 1.0) * 0.75 + 0.25 * np.exp(-4 * far))


def _stripes(x: Doubles, y: Doubles, dice: np.random.Generator, beats: int) -> Doubles:
    lean = dice.uniform(-0.6, 0.6)
    along = np.floor((x + lean * y) * beats * 4)
    levels = dice.uniform(0.05, 1, 64)
    return np.asarray(levels[np.mod(along, 64).astype(int)] * (0.35 + 0.65 * (y > levels[np.mod(along * 7 + 3, 64)
                                                                                       .astype(int)] * 0.8)))


def _hills(x: Doubles, y: Doubles, dice: np.random.Generator, *, bands: int) -> Doubles:
    height = np.full(x.shape, 0.95)
    for band in range(bands):
        line: Doubles = np.full(x.shape, 0.25 + 0.1 * band)
        for wave in range(1, 4):
            line = line + dice.uniform(0.01, 0.04) * np.sin(2 * np.pi * (wave * x + dice.uniform()))
        height = np.where(y > line, 0.85 - 0.8 * (band + 1) / bands, height)
    return np.asarray(height)


def _colours(hue: Doubles, saturation: Doubles, value: Doubles) -> Doubles:
    """``(h, w, 3)`` from hue, saturation, value (Smith 1978)."""
    turn = np.mod(hue[..., None] * 6 + np.array([0.0, 4.0, 2.0]), 6.0)
    pure = np.clip(np.abs(turn - 3) - 1, 0, 1)
    return np.asarray(value[..., None] * (1 - saturation[..., None] * (1 - pure)))


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    import av

    held = io.BytesIO()
    with av.open(held, "w", format="image2pipe") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = pixels.shape[1], pixels.shape[0], "yuvj420p"
        stream.codec_context.time_base = Fraction(1, 1)
        stream.options = {"qmin": "4", "qmax": "6"}
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return held.getvalue()
