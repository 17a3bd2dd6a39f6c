# SPDX-License-Identifier: GPL-3.0-or-later
"""Analyses as plain data: how they are stored, and the line that ``podmix analyze`` prints.

A payload is a JSON-able dict by kind, a blob bytes beside it. Times are seconds to 10 microseconds. ``error`` in a
payload means that this sound could not be analysed.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from podmix.music.analysis_kinds import versions
from podmix.music.interop.key_notation import parse_key
from podmix.music.types import BeatAnalysis, BeatGrid, GridSegment, SoundEmbedding, Waveform

if TYPE_CHECKING:
    from podmix.music.analysis import TrackAnalysis

Plain = dict[str, Any]
Stored = dict[str, tuple[str, Plain, bytes]]
"""Kind -> version, payload, blob: what ``AnalysisStore.save_all`` takes."""


def stored_form(found: TrackAnalysis, kinds: Collection[str]) -> Stored:
    """What of an analysis is kept, by the versions of now."""
    made = versions()
    forms = {kind: _form(found, kind) for kind in kinds if kind in made}
    return {kind: (made[kind], *form) for kind, form in forms.items() if form is not None}


def failure_form(message: str, kinds: Collection[str]) -> Stored:
    """That a sound could not be analysed: it is not tried again until the sound or the analyser is another."""
    return {kind: (version, {"error": message}, b"") for kind, version in versions().items() if kind in kinds}


def _form(found: TrackAnalysis, kind: str) -> tuple[Plain, bytes] | None:
    result = getattr(found, kind)
    if result is None:
        return None
    match kind:
        case "beats":
            return beats_plain(result), b""
        case "loudness":
            plain = asdict(result)
            return {"lufs": _rounded(plain.pop("integrated_lufs"), 2)} | plain, b""
        case "cues":
            return {"cues": [asdict(cue) for cue in result]}, b""
        case "waveform":
            return waveform_stored(result)
        case "embedding":
            return {"version": result.version}, struct.pack(f"<{len(result.vector)}f", *result.vector)
        case _:
            return asdict(result), b""


def beats_plain(found: BeatAnalysis) -> Plain:
    """Tempo and grid on one level, as ``interop.grids`` reads them."""
    return {
        "tempo": _rounded(found.tempo, 4), "tempo_confidence": round(found.tempo_confidence, 4),
        "downbeat_confidence": round(found.downbeat_confidence, 4), "method": found.method,
        "beats": [round(beat, 5) for beat in found.grid.beats],
        "downbeats": [round(beat, 5) for beat in found.grid.downbeats],
        "beats_per_bar": found.grid.beats_per_bar, "constant": found.grid.constant,
        "segments": [{"start": round(one.start, 6), "period": round(one.period, 9), "first_beat": one.first_beat,
                      "beats": one.beats} for one in found.grid.segments],
    }


def grid_of(payload: Mapping[str, Any]) -> BeatGrid:
    """The grid in a payload of "beats", analysed or put right by hand."""
    inner = payload.get("grid") or payload
    segments = tuple(GridSegment(float(one["start"]), float(one["period"]), int(one["first_beat"]), int(one["beats"]))
                     for one in inner.get("segments") or ())
    return BeatGrid(tuple(map(float, inner.get("beats") or ())), tuple(map(float, inner.get("downbeats") or ())),
                    int(inner.get("beats_per_bar") or 4), segments, bool(inner.get("constant", len(segments) <= 1)))


def waveform_stored(found: Waveform) -> tuple[Plain, bytes]:
    """Its four rows one after the other, and how long they are; ``waveform_bytes`` reads it."""
    sizes = {"points": len(found.peaks) // 3, "overview_points": len(found.overview_peaks) // 3}
    blob = found.peaks + found.rms + found.overview_peaks + found.overview_rms
    return {"points_per_second": found.points_per_second} | sizes, blob


def embedding_of(payload: Mapping[str, Any], blob: bytes) -> SoundEmbedding | None:
    """A stored embedding; None where it could not be made."""
    if "error" in payload:
        return None
    return SoundEmbedding(int(payload["version"]), tuple(struct.unpack(f"<{len(blob) // 4}f", blob)))


def printed_line(path: str, duration: float, payloads: Mapping[str, Mapping[str, Any]],
                 timings: Mapping[str, float]) -> Plain:
    """The line of ``podmix analyze``: the fields of the kinds that are there."""
    line: Plain = {"path": path, "duration": round(duration, 5)}
    for kind, fields in _PRINTED.items():
        held = payloads.get(kind)
        if held is not None and kind == "key":
            line |= _key_fields(held)
        elif held is not None:
            line |= {name: held.get(name, fallback) for name, fallback in fields.items()}
    if "structure" in payloads:
        line["sections"] = [{"start": one["start"], "end": one["end"], "label": one["label"]}
                            for one in payloads["structure"].get("sections", ())]
    if "cues" in payloads:
        line["cues"] = [{name: one.get(name) for name in ("time", "kind", "label", "confidence")}
                        for one in payloads["cues"].get("cues", ())]
    return line | {"timings": dict(timings)}


_PRINTED: dict[str, dict[str, Any]] = {
    "beats": {"tempo": None, "tempo_confidence": 0.0, "beats": [], "downbeats": [], "beats_per_bar": 4},
    "key": {},
    "loudness": {"lufs": None, "true_peak_db": None},
    "energy": {"energy": None},
}


def _key_fields(held: Mapping[str, Any]) -> Plain:
    """A key put right by hand may be a name alone, in any of the usual ways to write it."""
    if "camelot" in held:
        return {"key": held["key"], "camelot": held["camelot"], "key_confidence": held.get("confidence", 1.0)}
    known = parse_key(held.get("key"))
    return {"key": known.name if known else None, "camelot": known.camelot if known else None,
            "key_confidence": held.get("confidence", 1.0 if known else 0.0)}


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
