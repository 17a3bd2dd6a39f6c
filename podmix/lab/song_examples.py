# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole songs with known sections, bass drums and voices, for structure, energy and likeness of sound.

``python -m podmix.lab.song_examples --out DIR --count 48`` writes one ``.npz`` a song: its sound and its truth. Every
third song is played by sound banks only that the others never use; half of the songs are sung.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.lab.composing import mastering
from podmix.lab.composing.drum_sounds import Dice, Sound
from podmix.lab.composing.performing import perform
from podmix.lab.composing.rendering import Studio, open_studio, render
from podmix.lab.composing.score import Doubles, Performance
from podmix.lab.composing.soundfont import SoundFont
from podmix.lab.key_examples import render_by_bank, split_studio
from podmix.lab.singer import sing
from podmix.lab.song_forms import Form, compose_song
from podmix.music.tones import RATE

LONGEST_S = 240.0
SEED = 7_000_000


@dataclass(frozen=True, slots=True, eq=False)
class SongExample:
    """``sound`` mono float32 at RATE; beats and bar lines in seconds; ``edges`` ``(sections + 1,)`` in seconds."""

    sound: Sound
    beats: Doubles
    downbeats: Doubles
    beats_per_bar: int
    edges: Doubles
    labels: tuple[str, ...]
    kick: NDArray[np.bool_]
    vocals: NDArray[np.bool_]
    key: str
    style: str
    held_out: bool


def make_song(number: int, studio: Studio, banks: list[SoundFont]) -> SongExample:
    """Song ``number``."""
    dice = np.random.default_rng(SEED + number)
    song = compose_song(dice, sung=number % 2 == 0)
    lead_in = float(dice.uniform(0, 0.5))
    played = perform(song.score, dice, lead_in=lead_in, looseness=float(dice.uniform(0, 0.008)))
    seconds = min(LONGEST_S, played.duration + 1.0)
    band = _without_voice(played)
    held_out = number % 3 == 2 and bool(banks)
    sound = render_by_bank(band, banks[number // 3 % len(banks)], dice, seconds) if held_out else \
        render(band, studio, dice, seconds=seconds)
    sound = _with_voice(sound, played, dice)
    bars = np.append(played.downbeats, played.duration)
    edges, forms = _edges(song.forms, bars, seconds)
    return SongExample(sound, played.beats, played.downbeats, played.beats_per_bar, edges,
                       tuple(form.label for form in forms), np.array([form.kick for form in forms]),
                       np.array([form.vocals for form in forms]), song.key, song.score.style, held_out)


def _edges(forms: tuple[Form, ...], bars: Doubles, seconds: float) -> tuple[Doubles, list[Form]]:
    kept = [form for form in forms if bars[form.start] < seconds - 4.0]
    ends = [bars[form.start] for form in kept]
    last = kept[-1].start + kept[-1].bars
    return np.array([*ends, min(seconds, bars[min(last, len(bars) - 1)])]), kept


def _without_voice(played: Performance) -> Performance:
    parts = tuple(part for part in played.parts if part.role != "effects")
    return Performance(played.style, parts, played.beats, played.downbeats, played.beats_per_bar, played.duration)


def _with_voice(sound: Sound, played: Performance, dice: Dice) -> Sound:
    """The singer in front of the band, in a room."""
    for part in played.parts:
        if part.role == "effects":
            voice = mastering.normal_level(sing(part.notes, len(sound), RATE, dice))
            voice = mastering.reverberate(voice, RATE, dice, float(dice.uniform(0.02, 0.3)))
            band = mastering.normal_level(sound)
            sound = band + voice * np.float32(10 ** (dice.uniform(-7, 1) / 20))
            sound = sound / (np.abs(sound).max() + np.float32(1e-9))
    return sound


def save(path: Path, song: SongExample) -> None:
    fresh = path.with_suffix(".part")
    with fresh.open("wb") as file:
        np.savez(file, sound=np.round(song.sound * 32000).astype(np.int16), beats=song.beats, downbeats=song.downbeats,
                 beats_per_bar=song.beats_per_bar, edges=song.edges, labels=np.array(song.labels), kick=song.kick,
                 vocals=song.vocals, key=song.key, style=song.style, held_out=song.held_out)
    fresh.rename(path)


def load(path: Path) -> SongExample:
    with np.load(path) as kept:
        return SongExample(kept["sound"].astype(np.float32) / np.float32(32000), kept["beats"], kept["downbeats"],
                           int(kept["beats_per_bar"]), kept["edges"], tuple(map(str, kept["labels"])), kept["kick"],
                           kept["vocals"], str(kept["key"]), str(kept["style"]), bool(kept["held_out"]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--count", type=int, default=48)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    studio, banks = split_studio(open_studio(RATE))
    for number in range(chosen.count):
        path = chosen.out / f"song-{number:04d}.npz"
        if not path.exists():
            save(path, make_song(number, studio, banks))


if __name__ == "__main__":
    main()
