# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs on one track: its page, what a person puts right in it, its metronome, small waveforms for the table.

What is put right is a correction of the whole grid, key or list of cues. It is kept for ever: an analysis never writes
over it, and going back to the analysis is one more correction.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from podmix.app.music_exchange import MusicExchange
from podmix.app.track_views import CueMark, TrackPage
from podmix.app.views import Changed, Part
from podmix.errors import UsageError
from podmix.music.click_track import write_click_track
from podmix.music.interop.grids import grid_of_marks, marks_of_grid
from podmix.music.interop.key_notation import parse_key
from podmix.music.library_types import DjCue, TempoMark, TrackId
from podmix.music.types import Section
from podmix.music.waveform_bytes import from_stored, reduced

CORRECTABLE = ("beats", "key", "cues")
KEPT_CLICKS = 8
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class TrackVerbs(MusicExchange):
    """See the module's text."""

    def track_page(self, track_id: int) -> TrackPage:
        """*slow* for long tracks: reads the whole waveform. Raises UsageError where there is no such track."""
        track = self.music_track(track_id)
        number, store = TrackId(track_id), self.analyses
        with self.database.read():  # one picture
            beats, key, energy = (store.current(number, kind) for kind in ("beats", "key", "energy"))
            wave, structure = store.analysis(number, "waveform"), store.current(number, "structure")
            cues, cues_from = self._cues_held(number)
            marks, marks_from = self._marks_held(number)
        duration = track.duration or 0.0
        laid = beats[0] if beats and marks_from in ("hand", "analysis") else (
            grid_of_marks(marks, duration) if marks else {})
        inner = laid.get("grid") or laid
        said = structure[0].get("sections", ()) if structure else ()
        confidence = key[0].get("confidence") if key else None
        return TrackPage(
            track, duration, marks, tuple(inner.get("beats") or ()), tuple(inner.get("downbeats") or ()), track.key,
            confidence, (beats[0].get("tempo_confidence") if beats else None), cues,
            tuple(Section(**one) for one in said), from_stored(wave.payload, wave.blob) if wave else None,
            _curve(energy[0]) if energy else (),
            (("beats", marks_from), ("key", _origin(key) or ("tag" if track.key else "")), ("cues", cues_from)),
            next((str(one[0]["error"]) for one in (beats, key) if one and "error" in one[0]), ""))

    def _marks_held(self, track: TrackId) -> tuple[tuple[TempoMark, ...], str]:
        held = self.analyses.current(track, "beats")
        found = marks_of_grid(held[0]) if held is not None else ()
        if found or (held is not None and held[1] == "hand"):
            return found, _origin(held)
        return self.track_grid(track), "imported" if self.track_grid(track) else ""

    def _cues_held(self, track: TrackId) -> tuple[tuple[CueMark, ...], str]:
        """As ``track_cues`` says, with what only PodMix knows of them."""
        held = self.analyses.current(track, "cues")
        if held is None or held[1] != "hand":
            for marks in self.analyses.imported_marks(track):
                if marks.cues:
                    return tuple(map(_of_dj, marks.cues)), marks.source
        if held is None:
            return (), ""
        return _numbered([cue_of_plain(one) for one in held[0].get("cues", ())]), _origin(held)

    # -- by hand --

    def correct_grid(self, track_id: int, marks: Sequence[TempoMark] | None) -> None:
        """Put this grid in force (empty: there is no beat); None goes back to what was analysed."""
        if marks is None:
            self.correct_track(track_id, "beats", None)
            return
        duration = self.music_track(track_id).duration or 0.0
        self.correct_track(track_id, "beats", grid_of_marks(list(marks), duration) if marks else {
            "tempo": None, "beats": [], "downbeats": [], "beats_per_bar": 4, "segments": []})

    def correct_key(self, track_id: int, key: str | None) -> None:
        """Any usual way to write a key; None goes back to what was analysed. Raises UsageError for what is no key."""
        if key is None:
            self.correct_track(track_id, "key", None)
            return
        known = parse_key(key)
        if known is None:
            raise UsageError(f"“{key[:40]}” is no key.", remedy="Write it like Am, A minor, 8A or 1m.")
        self.correct_track(track_id, "key", {"key": known.name})

    def correct_cues(self, track_id: int, cues: Sequence[CueMark] | None) -> None:
        """Put these cues in force; None goes back to imported or analysed ones."""
        self.correct_track(track_id, "cues", None if cues is None else {"cues": [cue_plain(cue) for cue in cues]})

    def correct_track(self, track_id: int, kind: str, payload: Mapping[str, Any] | None) -> None:
        """A correction as it is stored; the others make it."""
        if kind not in CORRECTABLE:
            raise UsageError(f"By hand, {', '.join(CORRECTABLE)} can be put right.")
        self.analyses.correct(TrackId(track_id), kind, payload)
        if kind == "beats":
            self.grid_corrected(TrackId(track_id))
        self.events.tell(Changed(Part.MUSIC, (track_id,)))

    def grid_corrected(self, track: TrackId) -> None:
        """Another grid holds for this track. ``AnalysisVerbs`` sees to what is told by bars."""

    # -- to hear and to see --

    def click_track(self, track_id: int) -> Path:
        """A sound file as long as the track with a click on each of its beats; made where it is not there yet.

        Raises UsageError for a track without a beat grid.
        """
        page = self.track_page(track_id)
        if not page.beats:
            raise UsageError("This track has no beat grid to click to.", remedy="Tap along with T to make one.")
        said = json.dumps([page.beats, page.downbeats, page.duration]).encode()
        folder = self.home.cache / "clicks"
        target = folder / f"{hashlib.blake2b(said, digest_size=12).hexdigest()}.wav"
        if target.is_file():
            target.touch()
            return target
        write_click_track(target, page.beats, page.downbeats, page.duration)
        for old in sorted(folder.glob("*.wav"), key=lambda file: -file.stat().st_mtime)[KEPT_CLICKS:]:
            old.unlink(missing_ok=True)
        return target

    def track_waves(self, ids: Sequence[int], points: int = 160) -> dict[int, bytes]:
        """Id -> ``points`` points (low, mid, high; 0..255) of those whose waveform is known."""
        found = self.analyses.overviews([TrackId(one) for one in ids])
        return {int(track): reduced(overview, points) for track, overview in found.items()}


def cue_of_plain(plain: Mapping[str, Any]) -> CueMark:
    """A cue as it is stored; what is not understood falls away."""
    end, number, colour = plain.get("end"), plain.get("number"), plain.get("colour")
    if isinstance(colour, (list, tuple)) and len(colour) == 3:
        colour = "#{:02x}{:02x}{:02x}".format(*(int(part) & 255 for part in colour))
    return CueMark(float(plain["time"]), str(plain.get("kind") or "hot"), str(plain.get("label") or ""),
                   number if isinstance(number, int) else -1, float(end) if end is not None else None,
                   colour if isinstance(colour, str) and _COLOUR.fullmatch(colour) else "", plain.get("confidence"))


def cue_plain(cue: CueMark) -> dict[str, Any]:
    """A cue as corrections store it."""
    plain: dict[str, Any] = {"time": round(cue.time, 5), "kind": cue.kind, "label": cue.label}
    if cue.number >= 0:
        plain["number"] = cue.number
    if cue.end is not None:
        plain["end"] = round(cue.end, 5)
    if _COLOUR.fullmatch(cue.colour):
        plain["colour"] = [int(cue.colour[at:at + 2], 16) for at in (1, 3, 5)]
    return plain


def _of_dj(cue: DjCue) -> CueMark:
    colour = "#{:02x}{:02x}{:02x}".format(*cue.colour) if cue.colour else ""
    kind = "loop" if cue.end is not None else "hot" if cue.number >= 0 else {"load": "in", "fade-out": "out"}.get(
        cue.kind, "memory")
    return CueMark(cue.start, kind, cue.name, cue.number, cue.end, colour)


def _numbered(cues: list[CueMark]) -> tuple[CueMark, ...]:
    """Analysed hot cues get the first free numbers in their order; what comes after the eighth stays without."""
    from dataclasses import replace

    free = [number for number in range(8) if number not in {cue.number for cue in cues}]
    made = []
    for cue in sorted(cues, key=lambda one: one.time):
        wants = cue.kind == "hot" and cue.number < 0 and free
        made.append(replace(cue, number=free.pop(0)) if wants else cue)
    return tuple(made)


def _origin(held: tuple[dict[str, Any], str] | None) -> str:
    return "" if held is None else "hand" if held[1] == "hand" else "analysis"


def _curve(payload: Mapping[str, Any]) -> tuple[tuple[float, float], ...]:
    return tuple((float(at), float(value)) for at, value in
                 zip(payload.get("times", ()), payload.get("curve", ()), strict=False))
