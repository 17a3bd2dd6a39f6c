# SPDX-License-Identifier: GPL-3.0-or-later
"""A track's cue points from what was heard in it: candidates are bar lines, a trained model or rules choose.

The model is used for those kinds of cues in which it beat the rules (its file says which); without its file the rules
choose all.

Without a beat grid, or where it holds fewer than four bars, cues lie on the first and the last sound and on the edges
of sections, and are not sure of themselves. An edge of sound leaves room for the attack before it and the decay after.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from podmix.music.cues import choosing, rules
from podmix.music.cues.features import describe_lines
from podmix.music.cues.lines import STRONG, CueLines, Doubles, cue_lines, sounding_span
from podmix.music.cues.model import CueModel, load_model, model_path
from podmix.music.types import (
    BeatAnalysis,
    CueAnalysis,
    CuePoint,
    EnergyAnalysis,
    LoudnessAnalysis,
    StructureAnalysis,
    Waveform,
)

VERSION = 2
ATTACK_S = 0.03
DECAY_S = 0.10
UNSURE = 0.25
"""Most confidence of a cue that no grid holds."""
_HELD = 1e6
"""Log odds that hold a line which the rules chose."""
_NOTHING = CueAnalysis((), None, None, None, None, False, "sound")


@dataclass(frozen=True, slots=True)
class _Choice:
    """Lines with their confidences."""

    come_in: tuple[int, float]
    go_out: tuple[int, float]
    hot: list[tuple[int, float]]


def find_cues(beats: BeatAnalysis, structure: StructureAnalysis, energy: EnergyAnalysis, loudness: LoudnessAnalysis,
              waveform: Waveform, *, model: CueModel | None = None) -> tuple[CuePoint, ...]:
    """The cue points of ``analyse_cues``, rising in time."""
    return analyse_cues(beats, structure, energy, loudness, waveform, model=model).cues


def analyse_cues(beats: BeatAnalysis, structure: StructureAnalysis, energy: EnergyAnalysis, loudness: LoudnessAnalysis,
                 waveform: Waveform, *, model: Path | CueModel | None = None) -> CueAnalysis:
    """Where to come in and go out, the first and the last beat, and up to eight hot cues.

    ``model`` is another one than the shipped one, or its file. Raises ModelError where it cannot be read.
    """
    lines = cue_lines(beats, structure, energy, loudness, waveform)
    if lines is None:
        return _without_grid(structure, waveform, beats.duration)
    trained = model if isinstance(model, CueModel) else load_model(model or model_path())
    choice = _by_rules(lines, beats, structure)
    if trained is not None and trained.replaces:
        choice = _by_model(describe_lines(lines, beats, structure), trained, choice)
    named = [(line, rules.section_label(lines, structure, line), sure) for line, sure in choice.hot]
    ends = round(max(0.3, beats.tempo_confidence * beats.downbeat_confidence), 3)
    at = [round(float(edge), 4) for edge in lines.edges]
    cues = [CuePoint(at[0], "in", "first beat", ends),
            CuePoint(at[choice.come_in[0]], "in", "come in", choice.come_in[1]),
            *(CuePoint(at[line], "hot", label, sure) for line, label, sure in named),
            CuePoint(at[choice.go_out[0]], "out", "go out", choice.go_out[1]),
            CuePoint(at[-1], "out", "last beat", ends)]
    cues.sort(key=lambda cue: cue.time)
    method = "model" if trained is not None and trained.replaces else "rules"
    return CueAnalysis(tuple(cues), at[0], at[choice.come_in[0]], at[choice.go_out[0]], at[-1], True, method)


def _by_rules(lines: CueLines, beats: BeatAnalysis, structure: StructureAnalysis) -> _Choice:
    sure = rules.rule_confidence(structure, beats.downbeat_confidence)
    come_in = rules.come_in_line(lines, structure)
    go_out = rules.go_out_line(lines, structure, come_in)
    return _Choice((come_in, sure), (go_out, sure), [(line, sure) for line in rules.hot_lines(lines, structure)])


def _by_model(described: Doubles, model: CueModel, ruled: _Choice) -> _Choice:
    """The model's choice; the rules' where the model was no better. The entry stays before the exit."""
    scores = {target: scorer.log_odds(described) for target, scorer in model.scorers.items()}
    ends = [scores["in"].copy(), scores["out"].copy()]
    for place, (target, held) in enumerate((("in", ruled.come_in), ("out", ruled.go_out))):
        if target not in model.replaces:
            ends[place][held[0]] += _HELD
    come_in, go_out = choosing.choose_ends(*ends)

    def sure(target: str, line: int) -> float:
        return round(choosing.chance_in_track(scores[target], line, model.scorers[target].temperature), 3)

    hot = model.scorers["hot"]
    chosen = [(line, round(choosing.chance(float(scores["hot"][line]), hot.temperature), 3))
              for line in choosing.choose_hot(scores["hot"], hot.least)] if "hot" in model.replaces else ruled.hot
    return _Choice((come_in, sure("in", come_in)), (go_out, sure("out", go_out)), chosen)


def _without_grid(structure: StructureAnalysis, waveform: Waveform, duration: float) -> CueAnalysis:
    """Edges of sound and of sections; nothing in silence."""
    span = sounding_span(waveform)
    if span is None:
        return _NOTHING
    first, last = max(0.0, span[0] - ATTACK_S), min(max(duration, span[0]), span[1] + DECAY_S)
    inside = [section for section in structure.sections if first < section.start < last]
    strong = [section for section in structure.sections if section.label in STRONG]
    come_in = min(max(first, strong[0].start), last) if strong else first
    ends = [section.start for section in inside if strong and section.start >= strong[-1].end - 1e-6]
    go_out = ends[0] if ends and ends[0] > come_in else max(come_in, last - min(8.0, (last - come_in) / 2))
    sure = round(min(UNSURE, 0.1 + 0.2 * structure.confidence), 3)
    hot = [section for section in inside if section.label in rules.HOT_LABELS][:rules.MOST_HOT]
    at = [round(time, 4) for time in (first, come_in, go_out, last)]
    cues = [CuePoint(at[0], "in", "first beat", UNSURE), CuePoint(at[1], "in", "come in", sure),
            *(CuePoint(round(section.start, 4), "hot", section.label, sure) for section in hot),
            CuePoint(at[2], "out", "go out", sure), CuePoint(at[3], "out", "last beat", UNSURE)]
    cues.sort(key=lambda cue: cue.time)
    return CueAnalysis(tuple(cues), at[0], at[1], at[2], at[3], False, "sound")
