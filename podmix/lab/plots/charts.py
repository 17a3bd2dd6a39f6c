# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's charts. Each returns SVG text; what is not finite is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from podmix.lab.plots.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, Sheet, Span

Points = Sequence[tuple[float, float]]
_ROW = 20
_SWITCH = {"True": "yes", "False": "no"}


def lines(title: str, series: Mapping[str, Points], *, x: str = "step", y: str = "") -> str:
    """Curves, one a name."""
    kept = {name: [(a, b) for a, b in points if math.isfinite(a) and math.isfinite(b)]
            for name, points in series.items()}
    sheet = Sheet(title)
    across = Span.of([a for points in kept.values() for a, _ in points])
    up = Span.of([b for points in kept.values() for _, b in points])
    sheet.x_axis(across, x)
    sheet.y_axis(up, y)
    for at, points in enumerate(kept.values()):
        told = " ".join(f"{across.place(a, LEFT, sheet.width - RIGHT):.1f},"
                        f"{up.place(b, sheet.height - BOTTOM, TOP):.1f}" for a, b in points)
        sheet.add(f'<polyline class="line c{at % 8}" points="{told}"/>')
    sheet.legend(list(kept))
    return sheet.text


def bars(title: str, values: Mapping[str, float], *, intervals: Mapping[str, tuple[float, float]] | None = None,
         unit: str = "") -> str:
    """Lying bars, one a name, with whiskers where intervals are told. (Importances, scores of systems.)"""
    kept = {name: value for name, value in values.items() if math.isfinite(value)}
    given = intervals or {}
    sheet = Sheet(title, height=TOP + _ROW * max(1, len(kept)) + 12)
    left = 24 + 6.6 * max((len(name) for name in kept), default=4)
    span = Span.of([*kept.values(), *(edge for name in kept for edge in given.get(name, ()) if math.isfinite(edge))],
                   zero=True)
    right = sheet.width - RIGHT - 56
    for at, (name, value) in enumerate(kept.items()):
        y = TOP + at * _ROW
        zero, end = span.place(0.0, left, right), span.place(value, left, right)
        sheet.add(f'<rect class="c0" x="{min(zero, end):.1f}" y="{y + 3}" width="{abs(end - zero):.1f}" height="14"/>')
        sheet.words(left - 6, y + 14, name, "end")
        low, high = given.get(name, (value, value))
        if low < high and math.isfinite(low) and math.isfinite(high):
            a, b = span.place(low, left, right), span.place(high, left, right)
            sheet.add(f'<line class="axis" x1="{a:.1f}" y1="{y + 10}" x2="{b:.1f}" y2="{y + 10}" stroke-width="2"/>')
            end = max(end, b)
        sheet.words(max(zero, end) + 4, y + 14, f"{value:.3g}{unit}")
    return sheet.text


def calibration(title: str, points: Sequence[tuple[float, float, int]]) -> str:
    """Said chance against share that was right; the size of a dot is how often it was said."""
    sheet, unit = Sheet(title), Span(0.0, 1.0)
    sheet.x_axis(unit, "said")
    sheet.y_axis(unit, "came true")
    sheet.add(f'<line class="axis" x1="{LEFT}" y1="{sheet.height - BOTTOM}" x2="{sheet.width - RIGHT}" y2="{TOP}" '
              'stroke-dasharray="4"/>')
    most = max((count for _, _, count in points), default=1)
    for said, true, count in points:
        size = 3 + 7 * math.sqrt(count / most)
        sheet.add(f'<circle class="c0" cx="{unit.place(said, LEFT, sheet.width - RIGHT):.1f}" '
                  f'cy="{unit.place(true, sheet.height - BOTTOM, TOP):.1f}" r="{size:.1f}"/>')
    return sheet.text


def reliability(chances: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[tuple[float, float, int]]:
    """Points for ``calibration``: mean chance, share right and count of each bin that holds something."""
    made = []
    for at in range(bins):
        rows = [row for row, chance in enumerate(chances) if min(bins - 1, int(chance * bins)) == at]
        if rows:
            made.append((sum(chances[row] for row in rows) / len(rows), sum(right[row] for row in rows) / len(rows),
                         len(rows)))
    return made


def confusion(title: str, names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Rows are the truth, columns the answers; shade is the share of the row."""
    cell, left = 36, 24 + 7 * max(map(len, names), default=4)
    sheet = Sheet(title, width=max(320, left + cell * len(names) + RIGHT), height=TOP + cell * len(names) + 60)
    for row, name in enumerate(names):
        y, total = TOP + row * cell, max(1, sum(counts[row]))
        sheet.words(left - 6, y + cell / 2 + 4, name, "end")
        x_name = left + row * cell + cell / 2
        sheet.words(x_name, TOP + cell * len(names) + 14, name, "end",
                    f'transform="rotate(-45 {x_name} {TOP + cell * len(names) + 14})"')
        for column, count in enumerate(counts[row]):
            x = left + column * cell
            sheet.add(f'<rect class="c0" stroke="none" x="{x}" y="{y}" width="{cell - 2}" height="{cell - 2}" '
                      f'style="fill-opacity:{0.06 + 0.9 * count / total:.2f};stroke:none"/>')
            sheet.words(x + cell / 2 - 1, y + cell / 2 + 4, str(count), "middle")
    return sheet.text


def scatter(title: str, points: Points, groups: Sequence[str], *, x: str = "", y: str = "") -> str:
    """Dots coloured by group. (Embedding maps.)"""
    sheet = Sheet(title, height=HEIGHT + 80)
    across, up = Span.of([a for a, _ in points]), Span.of([b for _, b in points])
    sheet.x_axis(across, x)
    sheet.y_axis(up, y)
    names = list(dict.fromkeys(groups))
    for (a, b), group in zip(points, groups, strict=True):
        sheet.add(f'<circle class="c{names.index(group) % 8}" cx="{across.place(a, LEFT, sheet.width - RIGHT):.1f}" '
                  f'cy="{up.place(b, sheet.height - BOTTOM, TOP):.1f}" r="4" fill-opacity="0.7"/>')
    sheet.legend(names[:8])
    return sheet.text


def embedding_map(title: str, vectors: Any, groups: Sequence[str]) -> str:
    """Vectors ``(n, d)`` on their first two principal components."""
    import numpy as np

    centred = np.asarray(vectors, np.float64) - np.mean(vectors, axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ axes[:2].T
    signs = np.sign(flat[np.abs(flat).argmax(axis=0), range(flat.shape[1])])  # an axis may come out either way round
    return scatter(title, [(float(a), float(b)) for a, b in flat * signs], groups, x="first component",
                   y="second component")


def parallel(title: str, rows: Sequence[Mapping[str, Any]], names: Sequence[str], score: str) -> str:
    """Parallel coordinates: an upright line a parameter, a line across for each run, the best in another colour."""
    sheet = Sheet(title, width=max(640, 110 * (len(names) + 1)), height=HEIGHT + 40)
    columns = [*names, score]
    steps = {name: _scale([row.get(name) for row in rows]) for name in columns}
    base, top = sheet.height - BOTTOM, TOP + 12

    def x(at: int) -> float:
        return LEFT + at * (sheet.width - LEFT - RIGHT - 40) / max(1, len(columns) - 1)

    best = max((float(row[score]) for row in rows if isinstance(row.get(score), int | float)), default=0.0)
    for row in sorted(rows, key=lambda row: float(row.get(score) or 0.0)):
        told = " ".join(f"{x(at):.1f},{base + (top - base) * steps[name][1](row.get(name)):.1f}"
                        for at, name in enumerate(columns))
        colour, width = ("c5", 3) if row.get(score) == best else ("c0", 1)
        sheet.add(f'<polyline class="line {colour}" style="stroke-width:{width};stroke-opacity:.6" points="{told}"/>')
    for at, name in enumerate(columns):
        sheet.add(f'<line class="axis" x1="{x(at):.1f}" y1="{top}" x2="{x(at):.1f}" y2="{base}"/>')
        sheet.words(x(at), base + 18, name, "middle")
        for text, share in steps[name][0]:
            sheet.words(x(at) + 5, base + (top - base) * share - 4, _SWITCH.get(text, text))
    return sheet.text


def _scale(values: Sequence[Any]) -> tuple[list[tuple[str, float]], Any]:
    """Marks with their places, and value -> place 0..1; words stand evenly, numbers by size."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values) and values:
        span = Span.of([float(value) for value in values])
        marks = [(f"{tick:g}", span.place(tick, 0.0, 1.0)) for tick in span.ticks(4)]
        return marks, lambda value: span.place(float(value), 0.0, 1.0)
    words = sorted({str(value) for value in values})
    places = {word: (at + 0.5) / len(words) for at, word in enumerate(words)}
    return list(places.items()), lambda value: places[str(value)]
