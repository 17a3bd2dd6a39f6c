# SPDX-License-Identifier: GPL-3.0-or-later
"""What cut and echo-out share: the track that ends stops on a bar line, the other begins on one, and nothing overlaps.

Both sides are led over within 30 ms before the line, so that nothing clicks and the attack on the one is whole.
"""

from __future__ import annotations

import numpy as np

from podmix.automix.facts import BarTable, TrackFacts
from podmix.automix.plan import Curves, PlannedEcho, PlannedTransition, Points
from podmix.automix.transitions.places import FULL_SONG_SLACK_S, IN_SHARE, OUT_SHARE, middle_of, own_cue

LEAD_S, RISE_S = 0.03, 0.005
FASTEST_ECHO_S = 0.28
"""Faster beats are counted in pairs: an echo at every one would only blur."""
THROWN, FEEDBACK = 0.6, 0.5


def cut(before: TrackFacts, after: TrackFacts, *, most_cut: float, reasons: tuple[str, ...]) -> PlannedTransition:
    """On the one: the last phrase line of ``before``, the first strong bar line of ``after``; both have sure bars."""
    return _hard("cut", leaving_line(before, most_cut), entering_line(after, most_cut), reasons)


def echo_out(before: TrackFacts, after: TrackFacts, *, most_cut: float, reasons: tuple[str, ...]) -> PlannedTransition:
    """As a cut, but the last beat is thrown into an echo that rings under the beginning of ``after``."""
    assert before.tempo is not None
    beat = 60.0 / before.tempo
    while beat < FASTEST_ECHO_S:
        beat *= 2
    thrown = ((-beat, 0.0), (-0.7 * beat, THROWN), (0.0, THROWN))
    return _hard("echo-out", leaving_line(before, most_cut), entering_line(after, most_cut), reasons, echo=thrown,
                 made=PlannedEcho(0.75 * beat, FEEDBACK))


def _hard(kind: str, out_line: float, in_line: float, reasons: tuple[str, ...], *, echo: Points = (),
          made: PlannedEcho | None = None) -> PlannedTransition:
    away = ((-LEAD_S, 1.0), (0.0, 0.0))
    begin = max(0.0, in_line - LEAD_S)
    here = ((-LEAD_S, 0.0), (-RISE_S, 1.0)) if in_line > LEAD_S else ()
    return PlannedTransition(kind, (out_line, out_line), (in_line, in_line), out_line, begin,
                             out_curves=Curves(gain=away, echo=echo), in_curves=Curves(gain=here), echo=made,
                             reasons=reasons)


def _line_of(facts: TrackFacts, cue: float | None) -> int:
    """The number of the bar line nearest to a cue; -1 without one."""
    return -1 if cue is None else int(np.argmin(np.abs(facts.table.lines - cue)))


def leaving_line(facts: TrackFacts, most_cut: float) -> float:
    """The last line of ``facts`` where it may stop: a section's edge before a phrase line before the end."""
    table = facts.table
    allowed = max(OUT_SHARE * most_cut * facts.duration, FULL_SONG_SLACK_S if most_cut <= 0 else 0.0)
    lines = [place for place in range(1, len(table.lines)) if table.lines[place] >= middle_of(facts)
             and table.last - table.lines[place] <= allowed]
    if not lines:
        return float(table.last)
    if most_cut > 0 and (own := own_cue(facts, most_cut, leaves=True)) is not None:
        return float(table.lines[_line_of(facts, own)])
    cue = _line_of(facts, facts.cues.go_out)
    best = max(lines, key=lambda place: (2 * bool(table.section[place]) + (table.phrase[place] % 8 == 0)
                                         + 2 * facts.cues.confidence * (place == cue)
                                         - 4.0 * (table.last - table.lines[place]) / max(facts.duration, 1.0)))
    return float(table.lines[best]) if most_cut > 0 else float(max(table.last, table.lines[best]))


def entering_line(facts: TrackFacts, most_cut: float) -> float:
    """The first line of ``facts`` that begins with strength, or its first line."""
    table: BarTable = facts.table
    if most_cut <= 0:
        return float(table.first)
    allowed = IN_SHARE * most_cut * facts.duration
    lines = [place for place in range(len(table)) if table.lines[place] - table.first <= allowed
             and table.lines[place] < middle_of(facts)]
    if not lines:
        return float(table.first)
    if (own := own_cue(facts, most_cut, leaves=False)) is not None:
        return float(table.lines[_line_of(facts, own)])
    cue = _line_of(facts, facts.cues.come_in)
    typical = float(sorted(table.power)[len(table.power) // 2])

    def worth(place: int) -> float:
        strength = min(1.0, float(table.power[place]) / max(typical, 1e-12))
        edge = 0.5 * bool(table.section[place]) + 0.3 * bool(table.phrase[place] == 0)
        skipped = float(table.lines[place] - table.first) / max(facts.duration, 1.0)
        return strength + edge + facts.cues.confidence * (place == cue) - 3.0 * skipped

    return float(table.lines[max(lines, key=worth)])
