# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks with known beats, keys and sections, and what PodMix and librosa hear in them.

A folder (or its subfolder ``music``) holds sound files, each with a JSON of the same name: ``beats``, ``downbeats``
(seconds), ``tempo``, ``tempo_alt``, ``key`` ("A minor"), ``sections`` ([{"time": s}]), ``trust`` by field.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from podmix.errors import AudioError
from podmix.lab.evaluation.remembered import code_of, remembered
from podmix.lab.evaluation.suite import Item

if TYPE_CHECKING:
    from podmix.automix.facts import TrackFacts

_SOUNDS = (".ogg", ".flac", ".wav", ".mp3", ".m4a", ".opus")
_KINDS = ("beats", "key", "loudness", "energy", "structure", "waveform", "embedding")
_LIBROSA_HZ = 22_050
ROOMS = ("music", "audio")


def music_items(folder: Path) -> list[Item]:
    """Every sound with a truth beside it; slices and groups by the part of the name before the first underscore."""
    place = folder / "music" if (folder / "music").is_dir() else folder
    items = []
    for path in sorted(place.glob("*.json")):
        try:
            truth = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        audio = next((path.with_suffix(end) for end in _SOUNDS if path.with_suffix(end).is_file()), None)
        if audio is not None and isinstance(truth, dict) and "beats" in truth:
            origin = path.stem.partition("_")[0]
            items.append(Item(path.stem, path.stem, truth, audio, (origin,)))
    return items


def heard(item: Item, cache: Path | None) -> dict[str, Any]:
    """PodMix's analyses in their stored form, plus ``duration``; blobs in base64. Raises AudioError."""
    assert item.audio is not None
    audio = item.audio

    def make() -> dict[str, Any]:
        from podmix.music.analysis import analyse
        from podmix.music.analysis_form import stored_form

        found = analyse(audio, _KINDS)
        forms = stored_form(found, _KINDS)
        return {"duration": found.duration, "kinds": {
            kind: [payload, base64.b64encode(blob).decode()] for kind, (_, payload, blob) in forms.items()}}

    return dict(remembered(cache, "podmix analysis", code_of(*ROOMS), audio, make))


def facts(item: Item, told: Mapping[str, Any]) -> TrackFacts:
    """What a mix is planned from."""
    from podmix.automix.facts import TrackLabels
    from podmix.automix.stored_facts import facts_from

    payloads = {kind: (payload, base64.b64decode(blob)) for kind, (payload, blob) in told["kinds"].items()}
    return facts_from(str(item.audio), float(told["duration"]), TrackLabels(title=item.name), payloads)


def by_librosa(item: Item, cache: Path | None) -> dict[str, Any]:
    """Beats, tempo, and a key by Krumhansl's profiles (Krumhansl & Kessler 1982) on constant-Q chroma."""
    assert item.audio is not None
    audio = item.audio

    def make() -> dict[str, Any]:
        import librosa

        from podmix.audio.decode import read

        samples, rate = read(audio, sample_rate=_LIBROSA_HZ, mono=True)
        if not len(samples):
            raise AudioError(f"{audio.name} holds no sound.")
        tempo, beats = librosa.beat.beat_track(  # type: ignore[attr-defined]
            y=samples, sr=rate, units="time")
        chroma = librosa.feature.chroma_cqt(y=samples, sr=rate).mean(axis=1)
        return {"beats": [float(beat) for beat in beats], "tempo": float(np.ravel(tempo)[0]),
                "key": profile_key(chroma)}

    return dict(remembered(cache, "librosa", "1", audio, make))


_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
_MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


def profile_key(chroma: np.ndarray[Any, np.dtype[Any]]) -> str:
    """The key whose profile correlates best with mean chroma ``(12,)``, C first."""
    found = [(float(np.corrcoef(np.roll(profile, at), chroma)[0, 1]), f"{_NAMES[at]} {mode}")
             for mode, profile in (("major", _MAJOR), ("minor", _MINOR)) for at in range(12)]
    return max(found)[1]
