# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline of a mix as an SVG picture, written without any drawing library.

Two lanes (decks) of waveforms in mix time, in three bands as the library draws them; over them each track's gain and
low band; between them the transitions with their bars; below the energy, tempo and key of what leads.

Conventions: x is seconds of the mix at ``_SCALE`` units each; colours are readable on dark ground.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.automix.exports import name_of, starts
from podmix.automix.facts import TrackFacts
from podmix.automix.plan import MixPlan
from podmix.automix.program import to_program
from podmix.errors import StorageError
from podmix.paths import atomic_write
from podmix.units import clock_text

Doubles = NDArray[np.float64]

LARGEST_WIDTH = 4000.0
"""Longer mixes are squeezed into it."""
_SCALE, _LEFT, _RIGHT = 3.0, 70.0, 30.0
_TOPS, _LANE = (70.0, 270.0), 170.0
_ENERGY_TOP, _ENERGY_HEIGHT = 475.0, 80.0
_HEIGHT = 620.0
_STEP_S = 0.5
_BANDS = (("#5b4b8a", 0), ("#c9773b", 1), ("#e8d9a0", 2))
_INK, _SOFT, _GROUND, _PANEL = "#f0f2f5", "#9aa3b2", "#0f1014", "#171920"
_GAIN, _LOW, _OVERLAP, _ENERGY = "#35d0ba", "#ff7a59", "#f5c451", "#7aa2ff"


def write_picture(plan: MixPlan, facts: Mapping[str, TrackFacts], target: Path) -> Path:
    """Write the picture; returns ``target``. Raises StorageError."""
    try:
        with atomic_write(target) as out:
            out.write(timeline_svg(plan, facts).encode("utf-8", "replace"))  # type: ignore[arg-type]  # for bytes
    except OSError as problem:
        raise StorageError(f"{target.name} could not be written.", remedy="Check the folder and its permissions.",
                           detail=str(problem)) from problem
    return target


def timeline_svg(plan: MixPlan, facts: Mapping[str, TrackFacts]) -> str:
    """The whole picture. ``facts`` by path give waveforms and energy; tracks without are drawn as plain boxes."""
    scale = min(_SCALE, LARGEST_WIDTH / max(plan.duration_s, 1.0))
    page = _Page(plan, facts, scale)
    width = _LEFT + plan.duration_s * scale + _RIGHT
    body = "".join((page.heading(), page.ruler(), page.overlaps(), *map(page.track, range(len(plan.tracks))),
                    page.energy(), page.legend()))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {_HEIGHT:.0f}" width="{width:.0f}" '
            f'height="{_HEIGHT:.0f}" font-family="Inter, sans-serif" font-size="12" fill="{_INK}">'
            f'<rect width="{width:.0f}" height="{_HEIGHT:.0f}" fill="{_GROUND}"/>{body}</svg>\n')


class _Page:
    """One picture's pieces, each a string of SVG."""

    def __init__(self, plan: MixPlan, facts: Mapping[str, TrackFacts], scale: float) -> None:
        self._plan, self._facts, self._scale = plan, facts, scale
        self._clips = to_program(plan).clips

    def _x(self, mix_s: float) -> float:
        return _LEFT + mix_s * self._scale

    def heading(self) -> str:
        plan = self._plan
        title = html.escape(plan.title or "Mix")
        lanes = "".join(_text(12, top + _LANE / 2, name, _SOFT) for name, top in zip("AB", _TOPS, strict=True))
        return (f'<text x="{_LEFT}" y="26" font-size="18" font-weight="600">{title}</text>'
                + _text(_LEFT, 46, f"{len(plan.tracks)} tracks, {clock_text(plan.duration_s)}", _SOFT) + lanes)

    def ruler(self) -> str:
        """A line every minute."""
        lines = []
        for minute in range(int(self._plan.duration_s // 60) + 1):
            x = self._x(minute * 60)
            lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="62" y2="{_HEIGHT - 34:.0f}" stroke="#2a2d37"/>'
                         + _text(x + 3, _HEIGHT - 36, clock_text(minute * 60), _SOFT))
        return "".join(lines)

    def overlaps(self) -> str:
        made = []
        for number, one in enumerate(self._plan.transitions):
            left, right = self._x(one.mix_start), self._x(one.mix_end)
            label = f"{one.kind}{f' · {one.bars} bars' if one.bars else ''}"
            why = html.escape(" ".join(one.reasons))
            made.append(f'<rect x="{left:.1f}" y="62" width="{max(right - left, 1.5):.1f}" height="386" '
                        f'fill="{_OVERLAP}" fill-opacity="0.13"><title>{why}</title></rect>'
                        + _text(left, 462 - 207 * (number % 2), label, _OVERLAP))
            if one.swap is not None:
                x = left + (right - left) * one.swap / max(one.length, 1e-9)
                made.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="62" y2="448" stroke="{_LOW}" '
                            'stroke-dasharray="3 3"><title>The bass changes over here</title></line>')
        return "".join(made)

    def track(self, place: int) -> str:
        """A track in its lane: box, waveform, gain and low band, name, tempo and key."""
        track, clip, top = self._plan.tracks[place], self._clips[place], _TOPS[place % 2]
        begin, end = track.mix_begin, track.mix_end
        box = (f'<rect x="{self._x(begin):.1f}" y="{top}" width="{max((end - begin) * self._scale, 1):.1f}" '
               f'height="{_LANE}" rx="5" fill="{_PANEL}" stroke="#2f333f"/>')
        moments = np.arange(begin, end, max(_STEP_S, 0.8 / self._scale))
        curves = ""
        if len(moments) > 1:
            level = 10 ** (track.gain_db / 20)
            gain = _valued(clip.gain.points, moments) / max(level, 1e-6)
            low = _valued(clip.low.points, moments) if clip.low.points else np.ones(len(moments))
            curves = (self._line(moments, top + _LANE - 8 - (_LANE - 44) * np.clip(gain, 0, 1), _GAIN)
                      + self._line(moments, top + _LANE - 5 - (_LANE - 44) * np.clip(low, 0, 1), _LOW, dashed=True))
        facts = [f"{track.bpm:.1f} bpm" if track.bpm else "no tempo", track.key or "no key"]
        who = f"{track.artist} – {name_of(track)}" if track.artist else name_of(track)
        words = (_text(self._x(begin) + 7, top + 16, who, _INK, bold=True)
                 + _text(self._x(begin) + 7, top + 31, " · ".join(facts), _SOFT))
        clipped = (f'<clipPath id="t{place}"><rect x="{self._x(begin):.1f}" y="{top}" '
                   f'width="{max((end - begin) * self._scale, 1):.1f}" height="{_LANE}"/></clipPath>')
        return f'{clipped}{box}<g clip-path="url(#t{place})">{self._wave(place, moments, top)}{curves}{words}</g>'

    def _wave(self, place: int, moments: Doubles, top: float) -> str:
        track = self._plan.tracks[place]
        facts = self._facts.get(track.path)
        if facts is None or facts.waveform is None or len(moments) < 2:
            return ""
        points = np.frombuffer(facts.waveform.rms, np.uint8)
        points = points[:len(points) // 3 * 3].reshape(-1, 3)
        if not len(points):
            return ""
        source = _valued(track.time_map, moments)
        rows = np.clip((source * facts.waveform.points_per_second).astype(np.intp), 0, len(points) - 1)
        middle, made = top + 38 + (_LANE - 44) / 2, ""
        for colour, band in _BANDS:
            height = (points[rows, band] / max(int(points.max()), 1)) ** 1.3 * (_LANE - 48) / 2
            upper = [f"{self._x(t):.1f},{middle - h:.1f}" for t, h in zip(moments, height, strict=True)]
            lower = [f"{self._x(t):.1f},{middle + h:.1f}" for t, h in zip(moments[::-1], height[::-1], strict=True)]
            made += f'<polygon points="{" ".join((*upper, *lower))}" fill="{colour}" fill-opacity="0.85"/>'
        return made

    def _line(self, moments: Sequence[float] | Doubles, heights: Sequence[float] | Doubles, colour: str, *,
              dashed: bool = False) -> str:
        points = " ".join(f"{self._x(float(t)):.1f},{float(y):.1f}" for t, y in zip(moments, heights, strict=True))
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"{dash}/>'

    def energy(self) -> str:
        """Energy 1..10 of what leads, with its tempo and key."""
        moments = np.arange(0.0, self._plan.duration_s, 2.0)
        values = np.array([self._energy_at(float(t)) for t in moments])
        bottom = _ENERGY_TOP + _ENERGY_HEIGHT
        smooth = np.convolve(np.pad(values, 4, mode="edge"), np.ones(9) / 9, mode="valid") if len(values) else values
        heights = bottom - _ENERGY_HEIGHT * np.clip((smooth - 1) / 9, 0, 1)
        marks = []
        for track, begin in zip(self._plan.tracks, starts(self._plan), strict=True):
            tempo = f"{track.bpm:.0f}" if track.bpm else "–"
            marks.append(_text(self._x(begin) + 3, bottom + 14, f"{tempo} · {track.key or '–'}", _SOFT))
        return (_text(12, _ENERGY_TOP + 45, "energy", _SOFT)
                + (self._line(moments, heights, _ENERGY) if len(moments) > 1 else "") + "".join(marks))

    def _energy_at(self, mix_s: float) -> float:
        track = self._plan.tracks[self._plan.track_at(mix_s)]
        facts = self._facts.get(track.path)
        if facts is None or facts.energy is None or not facts.energy.times:
            return track.energy if track.energy is not None else 5.0
        source = float(_valued(track.time_map, np.array([mix_s]))[0])
        row = int(np.searchsorted(facts.energy.times, source, "right")) - 1
        return float(facts.energy.curve[min(max(row, 0), len(facts.energy.curve) - 1)])

    def legend(self) -> str:
        y, x, made = _HEIGHT - 14, _LEFT, ""
        for name, colour in (("gain", _GAIN), ("low band", _LOW), ("transition", _OVERLAP), ("energy", _ENERGY),
                             ("lows", _BANDS[0][0]), ("mids", _BANDS[1][0]), ("highs", _BANDS[2][0])):
            made += f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>'
            made += _text(x + 15, y, name, _SOFT)
            x += 90
        return made


def _valued(points: Sequence[tuple[float, float]], moments: Doubles) -> Doubles:
    """A piecewise linear curve at moments; of a jump, what comes after it."""
    return np.asarray(np.interp(moments, [t for t, _ in points], [value for _, value in points]), np.float64)


def _text(x: float, y: float, words: str, colour: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{weight}>{html.escape(words)}</text>'
