# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cue models know of a bar line, in named sets that can be left out one by one.

Every function gives ``(bars, n)``, one row for the line that opens each bar. Distances are in bars, levels in the
units of ``lines.CueLines``.
"""

from __future__ import annotations

import numpy as np

from podmix.music.cues import rules
from podmix.music.cues.lines import LABELS, STRONG, CueLines, Doubles
from podmix.music.types import BeatAnalysis, StructureAnalysis

SCALES = (1, 2, 4, 8, 16)
_LONG = 24.0
"""Distances in bars count up to here."""


def place(lines: CueLines) -> Doubles:
    count = len(lines)
    line = np.arange(count, dtype=np.float64)
    bar = float(np.median(np.diff(lines.edges)))
    return np.column_stack([line / count, np.log1p(line), np.log1p(count - line), np.log1p(line * bar),
                            np.log1p((count - line) * bar)])


PLACE = ("share of the track", "bars before", "bars after", "seconds before", "seconds after")


def phrase(lines: CueLines, structure: StructureAnalysis) -> Doubles:
    line = np.arange(len(lines))
    offset = rules.phrase_offset(lines, structure)
    columns = [(line % size == 0).astype(float) for size in (2, 4, 8, 16, 32)]
    columns += [((line - offset) % size == 0).astype(float) for size in (4, 8, 16)]
    columns.append(((len(lines) - line) % 8 == 0).astype(float))
    return np.column_stack(columns)


PHRASE = (*(f"multiple of {size} bars" for size in (2, 4, 8, 16, 32)),
          *(f"multiple of {size} bars from the phrase" for size in (4, 8, 16)), "multiple of 8 bars from the end")


def _moves(values: Doubles) -> Doubles:
    """``(bars, len(SCALES) + 5)``: changes; level before, here and after; whether it was or will be as high."""
    count = len(values)
    line = np.arange(count)
    total = np.concatenate([[0.0], np.cumsum(values)])

    def means(low: np.ndarray, high: np.ndarray, empty: float) -> Doubles:
        return np.asarray(np.where(high > low, (total[high] - total[low]) / np.maximum(high - low, 1), empty))

    floor = float(np.quantile(values, 0.05))
    before = [means(np.maximum(line - scale, 0), line, floor) for scale in SCALES]
    after = [means(line, np.minimum(line + scale, count), floor) for scale in SCALES]
    highest_before = np.concatenate([[floor], np.maximum.accumulate(after[2])[:-1]])
    highest_after = np.maximum.accumulate(before[2][::-1])[::-1]
    changes = [late - early for early, late in zip(before, after, strict=True)]
    return np.column_stack([*changes, before[3], values, after[3], after[3] - highest_before,
                            before[3] - highest_after])


_MOVES = (*(f"change over {scale}" for scale in SCALES), "before", "here", "after", "above all before",
          "above all after")


def levels(lines: CueLines) -> Doubles:
    return np.concatenate([_moves(lines.bars[:, column]) for column in (0, 1)], axis=1)


LEVELS = tuple(f"{what}: {name}" for what in ("energy", "loudness") for name in _MOVES)


def bands(lines: CueLines) -> Doubles:
    """Each band's moves, and how much all of them change against the track's usual change."""
    columns = [_moves(lines.bars[:, column])[:, _BAND_MOVES] for column in range(2, 7)]
    moved = np.concatenate([column[:, :3] for column in columns], axis=1)
    strength = np.abs(moved).reshape(len(lines), 5, 3).mean(axis=1)
    usual = np.sqrt((strength**2).mean(axis=0, keepdims=True)) + 0.1
    return np.concatenate([*columns, strength, np.minimum(strength / usual, 6.0)], axis=1)


_BAND_MOVES = (0, 2, 3, 5, 7)
BANDS = (*(f"{what}: {_MOVES[move]}" for what in ("low", "mid", "high", "low motion", "high motion")
           for move in _BAND_MOVES),
         *(f"all bands: {name} over {scale}" for name in ("change", "unusual change") for scale in (1, 4, 8)))


def sections(lines: CueLines, structure: StructureAnalysis) -> Doubles:
    count, found = len(lines), structure.sections
    line = np.arange(count)
    apart = np.abs(line[:, None] - lines.openers[None, :]).min(axis=1)
    opens = apart == 0
    here = lines.section
    before = np.where(line > 0, here[np.maximum(line - 1, 0)], -1)
    codes = np.array([LABELS.index(section.label) if section.label in LABELS else 0 for section in found])
    strong = np.array([section.label in STRONG for section in found])
    sizes = np.array([float(section.bars) for section in found])
    energies = np.array([section.energy for section in found])
    earlier = np.cumsum(strong) - strong  # strong sections before each
    later = strong.sum() - np.cumsum(strong)
    one_hot = np.eye(len(LABELS))
    before_hot = np.where(before[:, None] >= 0, one_hot[codes[np.maximum(before, 0)]], 0.0)
    first = (np.cumsum(strong[here]) == 1) & strong[here]
    past = (later + strong)[here] == 0
    return np.column_stack([
        opens, np.minimum(apart, _LONG), one_hot[codes[here]], before_hot, np.minimum(sizes[here], _LONG),
        np.where(before >= 0, energies[here] - energies[np.maximum(before, 0)], 0.0),
        np.minimum(earlier[here], 4), np.minimum(later[here], 4), first, past & opens])


SECTIONS = ("opens a section", "bars to the next edge", *(f"is {label}" for label in LABELS),
            *(f"follows {label}" for label in LABELS), "bars of the section", "energy of the section against the last",
            "strong sections before", "strong sections after", "first strong bar", "opens what follows the last strong")


def contents(lines: CueLines, structure: StructureAnalysis) -> Doubles:
    """Bass drum and voice of the section here and of the one a bar earlier."""
    known = np.array([(section.kick, section.vocals) for section in structure.sections])
    here = known[lines.section]
    before = np.concatenate([np.zeros((1, 2)), here[:-1]])
    sung = np.cumsum(here[:, 1] > 0.5)
    return np.column_stack([here, before, here - before, (sung == 1) & (here[:, 1] > 0.5)])


CONTENTS = ("kick", "voice", "kick before", "voice before", "kick comes", "voice comes", "first voice")


def ruled(lines: CueLines, structure: StructureAnalysis) -> Doubles:
    """What the rules would choose."""
    chosen = np.zeros((len(lines), 3))
    come_in = rules.come_in_line(lines, structure)
    chosen[come_in, 0] = 1.0
    chosen[rules.go_out_line(lines, structure, come_in), 1] = 1.0
    chosen[rules.hot_lines(lines, structure), 2] = 1.0
    return chosen


RULED = ("rules come in", "rules go out", "rules hot")


def trust(lines: CueLines, beats: BeatAnalysis, structure: StructureAnalysis) -> Doubles:
    told = (beats.tempo_confidence, beats.downbeat_confidence, structure.confidence, float(len(lines)))
    return np.tile(np.array(told), (len(lines), 1))


TRUST = ("confidence of the tempo", "confidence of the bars", "confidence of the sections", "bars of the track")

FEATURE_SETS: dict[str, tuple[str, ...]] = {
    "place": PLACE, "phrase": PHRASE, "levels": LEVELS, "bands": BANDS, "sections": SECTIONS, "contents": CONTENTS,
    "rules": RULED, "trust": TRUST,
}
FEATURES: tuple[str, ...] = tuple(f"{kind}/{name}" for kind, names in FEATURE_SETS.items() for name in names)

def describe_lines(lines: CueLines, beats: BeatAnalysis, structure: StructureAnalysis) -> Doubles:
    """``(bars, len(FEATURES))``, float64, finite; the sets in the order of FEATURE_SETS."""
    made = (place(lines), phrase(lines, structure), levels(lines), bands(lines), sections(lines, structure),
            contents(lines, structure), ruled(lines, structure), trust(lines, beats, structure))
    return np.concatenate([np.asarray(one, np.float64) for one in made], axis=1)


def columns_of(kinds: tuple[str, ...]) -> tuple[int, ...]:
    """Places of some sets' features in FEATURES."""
    return tuple(index for index, name in enumerate(FEATURES) if name.split("/")[0] in kinds)
