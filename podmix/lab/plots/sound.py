# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound with what was found in it over what is true: waveform and spectrogram as SVG."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from podmix.lab.plots.svg import BOTTOM, LEFT, RIGHT, TOP, Sheet, Span

Floats = NDArray[np.float32]
Marks = Sequence[tuple[float, float]]
"""Spans in seconds; a point has the same start and end."""
_POINTS = 560
_FFT = 1024
_RANGE_DB = 70.0


def waveform(title: str, samples: Floats, rate: int, *, truth: Marks = (), found: Marks = ()) -> str:
    """Mono ``samples`` ``(n,)``; truth is drawn above the middle, what was found below."""
    sheet, seconds = Sheet(title, height=220), len(samples) / rate
    span = Span.of([0.0, seconds])
    sheet.x_axis(span, "s")
    middle, half = (TOP + sheet.height - BOTTOM) / 2, (sheet.height - BOTTOM - TOP) / 2
    edges = np.linspace(0, len(samples), _POINTS + 1).astype(int)
    peaks = [float(np.abs(samples[a:b]).max(initial=0.0)) for a, b in pairwise(edges)]
    most = max(peaks, default=0.0) or 1.0
    width = (sheet.width - LEFT - RIGHT) / _POINTS
    path = "".join(f"M{LEFT + at * width:.1f},{middle - half * peak / most:.1f}V{middle + half * peak / most:.1f}"
                   for at, peak in enumerate(peaks))
    sheet.add(f'<path class="line c6" style="stroke-width:1" d="{path}"/>')
    _overlay(sheet, span, truth, 2, top=TOP, height=middle - TOP)
    _overlay(sheet, span, found, 5, top=middle, height=sheet.height - BOTTOM - middle)
    sheet.words(LEFT, TOP - 6, "above: truth, below: found")
    return sheet.text


def _overlay(sheet: Sheet, span: Span, marks: Marks, colour: int, *, top: float, height: float) -> None:
    for start, end in marks:
        a, b = (span.place(time, LEFT, sheet.width - RIGHT) for time in (start, end))
        sheet.add(f'<rect class="c{colour}" x="{a:.1f}" y="{top:.1f}" width="{max(1.5, b - a):.1f}" '
                  f'height="{height:.1f}" style="fill-opacity:.35;stroke:none"/>')


def spectrogram(title: str, samples: Floats, rate: int, *, truth: Marks = (), found: Marks = ()) -> str:
    """Levels of 70 dB below the loudest, hertz upwards (linear), as a picture inside the SVG."""
    hop = max(_FFT // 4, len(samples) // _POINTS)
    count = max(1, (len(samples) - _FFT) // hop + 1)
    window = np.hanning(_FFT).astype(np.float32)
    padded = np.pad(samples, (0, max(0, _FFT - len(samples))))
    frames = np.stack([padded[at * hop:at * hop + _FFT] for at in range(count)]) * window
    level = 20 * np.log10(np.abs(np.fft.rfft(frames, axis=1)).T + 1e-6)
    shade = np.clip((level - level.max()) / _RANGE_DB + 1, 0, 1)[::-2]
    picture = base64.b64encode(png((255 * (1 - shade)).astype(np.uint8))).decode()
    sheet = Sheet(title)
    across, up = Span.of([0.0, len(samples) / rate]), Span(0.0, rate / 2)
    sheet.add(f'<image x="{LEFT}" y="{TOP}" width="{sheet.width - LEFT - RIGHT}" '
              f'height="{sheet.height - TOP - BOTTOM}" preserveAspectRatio="none" '
              f'href="data:image/png;base64,{picture}"/>')
    sheet.x_axis(across, "s")
    sheet.y_axis(up, "Hz")
    _overlay(sheet, across, truth, 2, top=TOP, height=8)
    _overlay(sheet, across, found, 5, top=TOP + 10, height=8)
    return sheet.text


def png(grey: NDArray[np.uint8]) -> bytes:
    """A picture ``(height, width)`` of grey values as PNG (ISO 15948), without any library."""
    height, width = grey.shape
    rows = b"".join(b"\0" + row.tobytes() for row in grey)

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows, 9)) + part(b"IEND", b"")
