# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up tracks that a home remembers as analysed: planning mixes of them needs no sound."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from podmix.app.automix_facts import _remember
from podmix.automix.facts import TrackFacts
from podmix.music.analysis import TrackAnalysis
from podmix.music.analysis_form import stored_form
from podmix.music.analysis_kinds import KINDS
from podmix.paths import Home
from tests.automix.tracks import track


def stored(facts: TrackFacts) -> dict[str, Any]:
    """What an analysis of this track would have left."""
    found = TrackAnalysis(duration=facts.duration, beats=facts.beats, key=facts.key, loudness=facts.loudness,
                          energy=facts.energy, structure=facts.structure, waveform=facts.waveform)
    kept = stored_form(found, [kind for kind in KINDS if getattr(found, kind, None) is not None])
    return {"duration": facts.duration, "stored": {
        kind: [version, payload, base64.b64encode(blob).decode()] for kind, (version, payload, blob) in kept.items()}}


def remember(home: Home, path: Path, facts: TrackFacts) -> str:
    """Let ``home`` know the file, which is made (empty) where it is not there; returns its path."""
    if not path.exists():
        path.write_bytes(b"")
    _remember(home, str(path), stored(facts))
    return str(path)


def known_tracks(home: Home, folder: Path, count: int) -> list[str]:
    """Files of tracks between 118 and 126 beats a minute."""
    return [remember(home, folder / f"{number}.flac", track(str(number), bpm=118.0 + number * 3 % 8, bars=72,
                                                            key=number * 5 % 24, energy=2.0 + number % 7,
                                                            sections=(0, 16, 32, 48, 64)))
            for number in range(count)]
