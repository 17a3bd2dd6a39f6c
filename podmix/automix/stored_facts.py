# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts from analyses as they are stored: payloads (plain dicts) and blobs by kind, see ``music.analysis_form``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from podmix.automix.cue_marks import track_cues
from podmix.automix.facts import TrackFacts, TrackLabels
from podmix.music.analysis import TrackAnalysis
from podmix.music.analysis_form import embedding_of, grid_of
from podmix.music.interop.key_notation import parse_key
from podmix.music.key.names import camelot, key_number, open_key
from podmix.music.library_types import DjCue
from podmix.music.types import (
    BeatAnalysis,
    EnergyAnalysis,
    KeyAnalysis,
    LoudnessAnalysis,
    Section,
    StructureAnalysis,
)
from podmix.music.waveform_bytes import from_stored

Plain = Mapping[str, Any]
Payloads = Mapping[str, tuple[Plain, bytes]]
KINDS = ("beats", "key", "loudness", "energy", "structure", "waveform", "embedding", "cues")
"""What a mix is planned from."""
_Fields = TypeVar("_Fields", LoudnessAnalysis, EnergyAnalysis)


def facts_from(path: str, duration: float, labels: TrackLabels, payloads: Payloads, *,
               by_hand: frozenset[str] = frozenset(), rating: int | None = None,
               imported: Iterable[Sequence[DjCue]] = ()) -> TrackFacts:
    """A track's facts. What is missing or broken is left unknown.

    Args:
        path: the file.
        duration: decoded seconds.
        labels: from tags.
        payloads: kind -> payload and blob.
        by_hand: kinds that a person put right: those are sure.
        rating: stars.
        imported: a DJ program's marks of this track, the newest import first.
    """
    made = {kind: payloads[kind] for kind in KINDS if kind in payloads and "error" not in payloads[kind][0]}
    beats, key, loudness, energy, structure, waveform, embedding, cues = (made.get(kind) for kind in KINDS)
    return TrackFacts(
        path, duration, labels,
        None if beats is None else _beats(beats[0], duration, sure="beats" in by_hand),
        None if key is None else _key(key[0], sure="key" in by_hand),
        None if loudness is None else _fields(LoudnessAnalysis, {**loudness[0],
                                                                 "integrated_lufs": loudness[0].get("lufs")}),
        None if energy is None else _fields(EnergyAnalysis, energy[0]),
        None if structure is None else _structure(structure[0]),
        None if waveform is None else from_stored(*waveform),
        None if embedding is None else embedding_of(*embedding),
        rating, cues=track_cues(None if cues is None else cues[0], by_hand="cues" in by_hand, imported=imported))


def facts_of(path: str, found: TrackAnalysis, labels: TrackLabels | None = None) -> TrackFacts:
    """The same from a fresh analysis."""
    return TrackFacts(path, found.duration, labels or TrackLabels(), found.beats, found.key, found.loudness,
                      found.energy, found.structure, found.waveform, found.embedding,
                      cues=track_cues(None if found.cues is None else {"cues": [asdict(cue) for cue in found.cues]}))


def _beats(payload: Plain, duration: float, *, sure: bool) -> BeatAnalysis:
    grid = grid_of(payload)
    tempo = payload.get("tempo")
    if tempo is None and len(grid.beats) > 1:  # a grid put right by hand need not name it
        tempo = 60.0 * (len(grid.beats) - 1) / (grid.beats[-1] - grid.beats[0])
    return BeatAnalysis(duration, tempo, 1.0 if sure else float(payload.get("tempo_confidence") or 0.0), grid,
                        1.0 if sure else float(payload.get("downbeat_confidence") or 0.0), {},
                        "hand" if sure else str(payload.get("method") or ""))


def _key(payload: Plain, *, sure: bool) -> KeyAnalysis | None:
    known = parse_key(payload.get("key"))
    if known is None:
        return None
    number = key_number(known.name)
    return KeyAnalysis(known.name, camelot(number), open_key(number),
                       1.0 if sure else float(payload.get("confidence") or 0.0),
                       float(payload.get("tuning_cents") or 0.0), payload.get("alternative"),
                       tuple(payload.get("strengths") or ()), str(payload.get("method") or "hand"))


def _structure(payload: Plain) -> StructureAnalysis:
    sections = tuple(Section(**{field.name: one[field.name] for field in fields(Section)})
                     for one in payload.get("sections") or ())
    return StructureAnalysis(sections, float(payload.get("confidence") or 0.0), bool(payload.get("on_bars")))


def _fields(kind: type[_Fields], payload: Plain) -> _Fields:
    values = {field.name: payload[field.name] for field in fields(kind)}
    return kind(**{name: _frozen(value) for name, value in values.items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
