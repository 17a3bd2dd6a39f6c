# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks with known cues as the analysers hear them: the data set of the cue models.

``python -m podmix.lab.cue_data --out DIR --count 400 [--songs DIR]`` renders the tracks of ``cue_songs``, puts each
through the real analysers and keeps what they said beside the truth (the sound itself is not kept). Each track is kept
with three grids: ``heard`` (everything as PodMix finds it), ``corrected`` (beats and bar lines put right, as by hand;
energy and sections are found anew on them) and ``shifted`` (bar lines wrong by a beat or more). ``--songs`` adds whole
songs of ``song_examples``, which another composer wrote and arranged. A track depends on its number alone, is renamed
into place when complete, and is left alone when it is there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from podmix.lab.composing.drum_sounds import Sound
from podmix.lab.composing.score import Doubles
from podmix.lab.cue_forms import HOT, NO_OUTRO_BARS, CueTruth
from podmix.lab.cue_songs import CueSong, make_cue_song
from podmix.lab.song_examples import SongExample
from podmix.music.beats.tracker import find_beats
from podmix.music.cues.lines import STRONG
from podmix.music.energy import analyse_energy
from podmix.music.loudness import analyse_loudness
from podmix.music.sound import Sound as Heard
from podmix.music.sound import hear
from podmix.music.structure.sections import bars_of, find_structure
from podmix.music.tones import RATE
from podmix.music.types import (
    BeatAnalysis,
    BeatGrid,
    EnergyAnalysis,
    GridSegment,
    LoudnessAnalysis,
    Section,
    StructureAnalysis,
    Waveform,
)

GRIDS = ("heard", "corrected", "shifted")


@dataclass(frozen=True, slots=True)
class Analyses:
    """All that ``find_cues`` is given."""

    beats: BeatAnalysis
    structure: StructureAnalysis
    energy: EnergyAnalysis
    loudness: LoudnessAnalysis
    waveform: Waveform

    def all(self) -> tuple[BeatAnalysis, StructureAnalysis, EnergyAnalysis, LoudnessAnalysis, Waveform]:
        return self.beats, self.structure, self.energy, self.loudness, self.waveform


@dataclass(frozen=True, slots=True, eq=False)
class CueExample:
    """A track: ``by_grid`` holds its analyses for each of GRIDS (imported tracks have ``heard`` only).

    ``downbeats`` are the true bar lines, seconds; ``beat`` and ``bar`` the true lengths, seconds. ``group`` is what a
    split must not divide: the style of composed tracks, the artist of imported ones. ``source`` is "loops", "songs" or
    "imported".
    """

    name: str
    source: str
    group: str
    truth: CueTruth
    downbeats: Doubles
    beat: float
    bar: float
    by_grid: dict[str, Analyses]


def listen_to_song(song: CueSong) -> CueExample:
    """A composed track through the real analysers."""
    dice = np.random.default_rng([91, song.number])
    by_grid = _heard(song.sound, _grids(song.beats, song.downbeats, song.beats_per_bar, dice))
    return _example(f"loops-{song.number:05d}", song.style, song.truth, by_grid)


def listen_to_example(name: str, song: SongExample) -> CueExample:
    """The same for a song of ``song_examples``; its parts give the cues by the rule of ``cue_forms``."""
    bars = song.downbeats
    bar = float(np.median(np.diff(bars)))
    labels, edges = song.labels, song.edges
    strong = [place for place, label in enumerate(labels) if label in STRONG]
    come_in = float(edges[strong[0]]) if strong else float(edges[0])
    go_out = float(edges[-2]) if labels[-1] == "outro" else float(edges[-1]) - NO_OUTRO_BARS * bar
    hot = [(float(edge), label) for edge, label, before in zip(edges[:-1], labels, ["", *labels[:-1]], strict=True)
           if label in HOT and label != before][:8]
    truth = CueTruth(float(bars[0]), come_in, max(go_out, come_in), float(edges[-1]), tuple(time for time, _ in hot),
                     tuple(label for _, label in hot))
    dice = np.random.default_rng([92, len(song.sound)])
    return _example(name, song.style, truth, _heard(song.sound, _grids(song.beats, bars, song.beats_per_bar, dice)))


def _grids(beats: Doubles, downbeats: Doubles, metre: int, dice: np.random.Generator) -> dict[str, BeatGrid]:
    """The true grid and one whose bars begin on another beat."""
    wrong = int(dice.integers(1, max(2, metre)))
    shifted = beats[wrong::metre]
    told = tuple(map(float, beats))
    return {"corrected": BeatGrid(told, tuple(map(float, downbeats)), metre),
            "shifted": BeatGrid(told, tuple(map(float, shifted)), metre)}


def _heard(mono: Sound, grids: dict[str, BeatGrid]) -> dict[str, Analyses]:
    """The analyses of a sound for each of GRIDS."""
    stereo = np.stack([mono, mono], axis=1)
    sound = hear((stereo[start:start + 20 * RATE] for start in range(0, len(stereo), 20 * RATE)), RATE, 1)
    heard = find_beats(sound.rhythm)
    return {"heard": analyse(sound, heard)} | {
        kind: analyse(sound, replace(heard, grid=grid)) for kind, grid in grids.items()}


def _example(name: str, group: str, truth: CueTruth, by_grid: dict[str, Analyses]) -> CueExample:
    told = by_grid["corrected"].beats.grid
    lines = np.array(told.downbeats)
    return CueExample(name, name.partition("-")[0], group, truth, lines, float(np.median(np.diff(told.beats))),
                      float(np.median(np.diff(lines))), by_grid)


def analyse(sound: Heard, beats: BeatAnalysis) -> Analyses:
    """Everything that rests on a grid."""
    bars = bars_of(sound, beats.grid)
    energy = analyse_energy(sound, bars)
    return Analyses(beats, find_structure(sound, bars, energy), energy, analyse_loudness(sound.loudness),
                    sound.waveform)


def save(path: Path, example: CueExample) -> None:
    first = example.by_grid["heard"]
    told: dict[str, Any] = {
        "name": example.name, "source": example.source, "group": example.group, "truth": asdict(example.truth),
        "beat": example.beat, "bar": example.bar, "loudness": asdict(first.loudness),
        "points_per_second": first.waveform.points_per_second,
        "grids": {kind: {"beats": asdict(one.beats), "structure": asdict(one.structure), "energy": asdict(one.energy)}
                  for kind, one in example.by_grid.items()},
    }
    fresh = path.with_suffix(".part")
    with fresh.open("wb") as file:
        np.savez_compressed(file, told=np.array(json.dumps(told)), downbeats=example.downbeats,
                            rms=np.frombuffer(first.waveform.rms, np.uint8))
    fresh.rename(path)


def load(path: Path) -> CueExample:
    with np.load(path) as kept:
        told, rms, downbeats = json.loads(str(kept["told"])), kept["rms"].tobytes(), kept["downbeats"]
    # Cues are found from mean levels alone: peaks and overview are not kept.
    waveform = Waveform(float(told["points_per_second"]), rms, rms, b"", b"")
    loudness = LoudnessAnalysis(**_tuples(told["loudness"]))
    by_grid = {kind: Analyses(_beats(one["beats"]), _structure(one["structure"]),
                              EnergyAnalysis(**_tuples(one["energy"])), loudness, waveform)
               for kind, one in told["grids"].items()}
    return CueExample(told["name"], told["source"], told["group"], CueTruth(**_tuples(told["truth"])), downbeats,
                      float(told["beat"]), float(told["bar"]), by_grid)


def read_examples(folder: Path) -> list[CueExample]:
    """All of a folder, in the order of their names."""
    return list(_each(folder))


def _each(folder: Path) -> Iterator[CueExample]:
    for path in sorted(folder.glob("*.npz")):
        yield load(path)


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _beats(told: dict[str, Any]) -> BeatAnalysis:
    grid = _tuples(told["grid"]) | {"segments": tuple(GridSegment(**one) for one in told["grid"]["segments"])}
    return BeatAnalysis(**(told | {"grid": BeatGrid(**grid)}))


def _structure(told: dict[str, Any]) -> StructureAnalysis:
    return StructureAnalysis(tuple(Section(**one) for one in told["sections"]), told["confidence"], told["on_bars"])


def main() -> None:
    from podmix.lab import song_examples
    from podmix.lab.composing.rendering import open_studio

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--count", type=int, default=400)
    options.add_argument("--songs", type=Path)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(chosen.songs.glob("song-*.npz")) if chosen.songs else ():
        target = chosen.out / f"songs-{path.stem[5:]}.npz"
        if not target.exists():
            save(target, listen_to_example(target.stem, song_examples.load(path)))
    studio = open_studio(RATE)
    for number in range(chosen.count):
        target = chosen.out / f"loops-{number:05d}.npz"
        if not target.exists():
            save(target, listen_to_song(make_cue_song(number, studio)))


if __name__ == "__main__":
    main()
