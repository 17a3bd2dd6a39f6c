# SPDX-License-Identifier: GPL-3.0-or-later
"""A sheet to draw charts on: numbers to places, axes, marks, as SVG text.

Colours are classes (``c0`` to ``c7``), so that a page or the window gives them; a style with colours that most
colour-blind eyes tell apart (Okabe & Ito 2008) stands inside for everybody else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 32, 44
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#8a7a00")
_STYLE = ("<style>svg{font:12px system-ui,sans-serif;color:inherit}text{fill:currentColor}.grid{stroke:currentColor;"
          "opacity:.15}.axis{stroke:currentColor;opacity:.6}.line{fill:none;stroke-width:2}"
          + "".join(f".c{at}{{stroke:{colour};fill:{colour}}}.line.c{at}{{fill:none}}"
                    for at, colour in enumerate(COLOURS)) + "</style>")


@dataclass(frozen=True, slots=True)
class Span:
    """From the least to the most of some numbers; widened where they are all alike."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float], *, zero: bool = False) -> Span:
        kept = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
        low, high = min(kept), max(kept)
        if zero:
            low, high = min(low, 0.0), max(high, 0.0)
        return cls(low, high) if high > low else cls(low - 0.5, high + 0.5)

    def place(self, value: float, start: float, end: float) -> float:
        return start + (value - self.low) / (self.high - self.low) * (end - start)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers: 1, 2 or 5 times a power of ten apart."""
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough * 0.999)
        first = math.ceil(self.low / step - 1e-9)
        return [round(at * step, 12) for at in range(first, math.floor(self.high / step + 1e-9) + 1)]


@dataclass(slots=True)
class Sheet:
    """Parts are added, ``text`` is the whole."""

    title: str
    width: int = WIDTH
    height: int = HEIGHT
    parts: list[str] = field(default_factory=list)

    def add(self, part: str) -> None:
        self.parts.append(part)

    def words(self, x: float, y: float, text: str, anchor: str = "start", extra: str = "") -> None:
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{escape(text)}</text>')

    def x_axis(self, span: Span, name: str) -> None:
        base = self.height - BOTTOM
        for tick in span.ticks():
            x = span.place(tick, LEFT, self.width - RIGHT)
            self.add(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{base}"/>')
            self.words(x, base + 16, f"{tick:g}", "middle")
        self.add(f'<line class="axis" x1="{LEFT}" y1="{base}" x2="{self.width - RIGHT}" y2="{base}"/>')
        self.words((LEFT + self.width - RIGHT) / 2, self.height - 8, name, "middle")

    def y_axis(self, span: Span, name: str = "") -> None:
        for tick in span.ticks(5):
            y = span.place(tick, self.height - BOTTOM, TOP)
            self.add(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{self.width - RIGHT}" y2="{y:.1f}"/>')
            self.words(LEFT - 6, y + 4, f"{tick:g}", "end")
        self.words(8, TOP - 18, name)

    def legend(self, names: Sequence[str]) -> None:
        x = float(LEFT)
        for at, name in enumerate(names):
            self.add(f'<rect class="c{at % 8}" x="{x:.0f}" y="{TOP - 16}" width="10" height="10"/>')
            self.words(x + 14, TOP - 7, name)
            x += 26 + 7 * len(name)

    @property
    def text(self) -> str:
        name = escape(self.title)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
                f'aria-label="{escape(self.title, {chr(34): "&quot;"})}"><title>{name}</title>{_STYLE}'
                f'<text x="{self.width / 2}" y="12" text-anchor="middle" font-weight="600">{name}</text>'
                + "".join(self.parts) + "</svg>")
