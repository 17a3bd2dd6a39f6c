# SPDX-License-Identifier: GPL-3.0-or-later
"""One pass over a file, and everything that is found out about it.

``analyse`` decodes once (``sound.listen``) and hands what was gathered from one analyser to the next: beats first, for
energy, sections and cues are told bar by bar. Only what was asked for, and what that needs, is worked out. A grid that
a person put right can be given: then bars are that person's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from podmix.audio.growing import never
from podmix.music.analysis_kinds import BY_GRID, KINDS, checked_kinds
from podmix.music.sound import Sound, listen
from podmix.music.types import (
    BeatAnalysis,
    BeatGrid,
    CuePoint,
    EnergyAnalysis,
    KeyAnalysis,
    LoudnessAnalysis,
    SoundEmbedding,
    StructureAnalysis,
    Waveform,
)

if TYPE_CHECKING:
    from podmix.music.cues.model import CueModel

_ALL = frozenset({"rhythm", "tones", "loudness", "waveform"})
_HEARD: dict[str, frozenset[str]] = {
    "beats": frozenset({"rhythm"}), "key": frozenset({"tones"}), "loudness": frozenset({"loudness"}),
    "waveform": frozenset({"waveform"}), "embedding": frozenset({"rhythm", "tones", "loudness"}),
    "energy": _ALL, "structure": _ALL, "cues": _ALL,
}
"""Which parts of a sound each kind reads."""
_BY_BARS = frozenset(BY_GRID)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrackAnalysis:
    """What was found out; None where it was not asked for. ``timings`` are disjoint stages in seconds of work."""

    duration: float
    beats: BeatAnalysis | None = None
    key: KeyAnalysis | None = None
    loudness: LoudnessAnalysis | None = None
    energy: EnergyAnalysis | None = None
    structure: StructureAnalysis | None = None
    cues: tuple[CuePoint, ...] | None = None
    waveform: Waveform | None = None
    embedding: SoundEmbedding | None = None
    timings: dict[str, float] = field(default_factory=dict)


def analyse(path: str | Path, only: Collection[str] = KINDS, *, grid: BeatGrid | None = None,
            cancelled: Callable[[], bool] = never, cue_model: CueModel | None = None) -> TrackAnalysis:
    """Everything about a sound file in one pass.

    Args:
        path: any file that ``podmix.audio`` reads.
        only: which of ``KINDS``.
        grid: a grid that holds whatever is heard (put right by hand): bars are counted by it. ``beats`` still says
            what is heard.
        cancelled: asked while reading and between stages.
        cue_model: another one than the shipped one.

    Raises:
        AudioError: nothing decodes.
        Cancelled: asked to stop.
        UsageError: an unknown kind.
    """
    wanted = checked_kinds(only)
    parts = frozenset().union(*(_HEARD[kind] for kind in wanted))
    return _Stages(listen(path, parts=parts, cancelled=cancelled), wanted, grid, cue_model).run()


def analyse_sound(sound: Sound, only: Collection[str] = KINDS, *, grid: BeatGrid | None = None,
                  cue_model: CueModel | None = None) -> TrackAnalysis:
    """The same from what was heard."""
    return _Stages(sound, checked_kinds(only), grid, cue_model).run()


class _Stages:
    """The analysers in their order, timed. Runs once."""

    def __init__(self, sound: Sound, wanted: frozenset[str], grid: BeatGrid | None, cue_model: CueModel | None) -> None:
        self._sound, self._wanted, self._grid, self._cue_model = sound, wanted, grid, cue_model
        self._spent = dict(sound.timings)
        self._held: BeatAnalysis | None = None

    def _timed(self, stage: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        self._spent[stage] = self._spent.get(stage, 0.0) + time.perf_counter() - start
        return result

    def run(self) -> TrackAnalysis:
        from podmix.music.embedding import embed_sound
        from podmix.music.key.finder import find_key
        from podmix.music.loudness import analyse_loudness

        wanted = self._wanted
        found = TrackAnalysis(self._sound.duration)
        if "key" in wanted:
            found = replace(found, key=self._timed("key", lambda: find_key(self._sound.tones)))
        if wanted & {"loudness", "cues"}:
            found = replace(found, loudness=self._timed("loudness", lambda: analyse_loudness(self._sound.loudness)))
        if wanted & {"beats", *_BY_BARS}:
            found = self._by_beats(found)
        if "embedding" in wanted:
            found = replace(found, embedding=self._timed("embedding", lambda: embed_sound(self._sound)))
        if wanted & {"waveform", "cues"}:
            found = replace(found, waveform=self._sound.waveform)
        del self._sound  # of hours it is 200 MB, and cues go by what is known now
        if "cues" in wanted:
            found = replace(found, cues=self._timed("cues", lambda: _cues(found, self._held, self._cue_model)))
        return replace(found, timings={stage: round(seconds, 5) for stage, seconds in self._spent.items()})

    def _by_beats(self, found: TrackAnalysis) -> TrackAnalysis:
        from podmix.music.beat_stretches import beats_of
        from podmix.music.energy import analyse_energy
        from podmix.music.structure.sections import bars_of, find_structure

        if self._grid is None or "beats" in self._wanted:
            heard = beats_of(self._sound.rhythm)
            self._spent |= heard.timings
            found = replace(found, beats=heard)
        held = self._held = found.beats if self._grid is None else _put_right(self._grid, found.duration)
        if held is not None and self._wanted & _BY_BARS:
            grid = held.grid
            bars = self._timed("bars", lambda: bars_of(self._sound, grid))
            energy = self._timed("energy", lambda: analyse_energy(self._sound, bars))
            found = replace(found, energy=energy)
            if self._wanted & {"structure", "cues"}:
                found = replace(found, structure=self._timed("structure", lambda: find_structure(self._sound, bars,
                                                                                                 energy)))
        return found


def _put_right(grid: BeatGrid, duration: float) -> BeatAnalysis:
    """A person's grid in place of what was heard: there is nothing to doubt."""
    tempo = max(grid.segments, key=lambda one: one.beats * one.period).bpm if grid.segments else None
    return BeatAnalysis(duration, tempo, 1.0 if grid.beats else 0.0, grid, 1.0 if grid.beats else 0.0, {}, "hand")


def _cues(found: TrackAnalysis, beats: BeatAnalysis | None, model: CueModel | None) -> tuple[CuePoint, ...]:
    from podmix.music.cues.finder import find_cues

    assert beats
    assert found.structure
    assert found.energy
    assert found.loudness
    assert found.waveform
    return find_cues(beats, found.structure, found.energy, found.loudness, found.waveform, model=model)
