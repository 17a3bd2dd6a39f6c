# SPDX-License-Identifier: GPL-3.0-or-later
"""What cue points say about where to come into a track and where to leave it.

A DJ's own marks go before what was analysed: cues put right by hand, then those that a DJ program kept, the newest
import first. A fade-in is an entry (where it begins: from there on the track sounds), a fade-out an exit; a mark named
like "mix in" or "outro" is one whatever its kind; hot cues, loops and memory cues say nothing. Of several entries the
first counts, of exits the last. Of what was analysed only the first strong part ("come in") and the winding down ("go
out") count: first and last beats are no opinion.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from podmix.music.library_types import DjCue

OWN_LABELS = frozenset({"first beat", "come in", "go out", "last beat"})
"""Three of these names on a track tell that PodMix exported the marks itself: they are nobody's opinion."""
_ENTRY = re.compile(r"\b(mix|fade|come|start)[ _-]?in\b|\bintro[ _-]?start\b|\bentry\b|^in$", re.IGNORECASE)
_EXIT = re.compile(r"\b(mix|fade|go|start)[ _-]?out\b|\boutro\b|\bexit\b|^out$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TrackCues:
    """Seconds of the file, None where nothing is said. ``own``: a DJ's marks, which are followed wherever they can be;
    else an analysis' opinion, one reason among others, of ``confidence`` 0..1.

    An analysed ``come_in`` is where the first strong part begins; a DJ's is where the track is to begin to sound.
    """

    come_in: float | None = None
    go_out: float | None = None
    own: bool = False
    confidence: float = 1.0


NO_CUES = TrackCues()


def track_cues(payload: Mapping[str, Any] | None, *, by_hand: bool = False,
               imported: Iterable[Sequence[DjCue]] = ()) -> TrackCues:
    """What holds for a track.

    Args:
        payload: of the analysis "cues", or of its correction (a list under ``cues``: time, kind, label, confidence).
            What cannot be read in it says nothing.
        by_hand: ``payload`` is a person's.
        imported: marks of DJ programs, the newest import first.
    """
    if by_hand and (said := _of_payload(payload or {}, own=True)) != NO_CUES:
        return said
    for marks in imported:
        if (said := of_marks(marks)) != NO_CUES:
            return said
    return NO_CUES if by_hand or payload is None else _of_payload(payload, own=False)


def of_marks(cues: Sequence[DjCue]) -> TrackCues:
    """What a DJ program's marks say."""
    if len({cue.name.casefold() for cue in cues} & OWN_LABELS) >= 3:
        return NO_CUES
    entries = [cue.start for cue in cues if cue.kind != "loop" and (cue.kind == "fade-in" or _ENTRY.search(cue.name))]
    exits = [cue.start for cue in cues if cue.kind != "loop" and (cue.kind == "fade-out" or _EXIT.search(cue.name))]
    return _made(entries, exits, own=True, confidence=1.0)


def _of_payload(payload: Mapping[str, Any], *, own: bool) -> TrackCues:
    entries: list[float] = []
    exits: list[float] = []
    sure = 1.0
    for one in payload.get("cues") or ():
        if not isinstance(one, Mapping):
            continue
        time, kind, label = one.get("time"), one.get("kind"), str(one.get("label") or "")
        if isinstance(time, bool) or not isinstance(time, int | float) or label in ("first beat", "last beat"):
            continue
        if kind in ("in", "out"):
            (entries if kind == "in" else exits).append(float(time))
            sure = min(sure, float(one.get("confidence") or 0.0))
    return _made(entries, exits, own=own, confidence=1.0 if own else sure)


def _made(entries: Sequence[float], exits: Sequence[float], *, own: bool, confidence: float) -> TrackCues:
    come_in = min((time for time in entries if math.isfinite(time)), default=None)
    go_out = max((time for time in exits if math.isfinite(time)), default=None)
    if come_in is not None and go_out is not None and go_out <= come_in:
        return NO_CUES
    return NO_CUES if come_in is None and go_out is None else TrackCues(come_in, go_out, own, confidence)
