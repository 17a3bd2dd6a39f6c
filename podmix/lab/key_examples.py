# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces with exactly known keys for training and measuring the key finder.

``python -m podmix.lab.key_examples --out DIR --training 800 --test 240`` writes one ``.npz`` a piece: the tone spectrum
and the truth, and for test pieces the sound as well. Sound families are apart: training pieces use the synthesisers
and two banks, test pieces only banks that no training piece has used. Every piece depends on its number alone, is
renamed into place when complete, and is left alone when it is there already.
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
from podmix.lab.composing.score import Performance, Role
from podmix.lab.composing.soundfont import SoundFont
from podmix.lab.song_forms import compose_song
from podmix.music.tones import RATE, tones_of

SECONDS = 45.0
HELD_OUT = ("FluidR3_GM", "MuseScore_General_Full")
TEST_SEED = 1_000_000


@dataclass(frozen=True, slots=True)
class KeyExample:
    """``tones`` ``(frames, BINS)``; ``key`` such as "A minor", ``mode`` the scale; ``cents`` how far it is detuned.

    ``sound`` is mono float32 at RATE, empty for training pieces.
    """

    tones: NDArray[np.float16]
    key: str
    mode: str
    style: str
    cents: float
    sound: Sound


def split_studio(studio: Studio) -> tuple[Studio, list[SoundFont]]:
    """What training pieces may sound like, and the banks that only test pieces use."""
    fonts = [font for font in studio.fonts if font.name not in HELD_OUT]
    return Studio(studio.rate, fonts, studio.kits, studio.hits), [f for f in studio.fonts if f.name in HELD_OUT]


def render_by_bank(played: Performance, font: SoundFont, dice: Dice, seconds: float) -> Sound:
    """Every part by one sound bank, mixed and mastered."""
    frames = int(seconds * font.sample_rate)
    mix = np.zeros(frames, np.float32)
    for part in played.parts:
        notes = part.notes[part.notes[:, 0] < seconds]
        sound = font.render(notes, part.program, frames, drums=part.role == "drums")
        mix += mastering.normal_level(sound) * np.float32(mastering.mix_level(part.role, dice))
    return mastering.master(mix, font.sample_rate, dice)


def detune(sound: Sound, cents: float) -> Sound:
    """Played faster or slower by so many cents, like a turntable."""
    ratio = 2 ** (cents / 1200)
    places = np.arange(0, len(sound) - 1, ratio)
    return np.asarray(np.interp(places, np.arange(len(sound)), sound), np.float32)


def make_example(number: int, studio: Studio, banks: list[SoundFont]) -> KeyExample:
    """Piece ``number``; with ``banks`` it sounds by one of them, else by the studio."""
    dice = np.random.default_rng(number)
    song = compose_song(dice, most_bars=32)
    played = perform(song.score, dice, looseness=float(dice.uniform(0, 0.01)))
    seconds = min(SECONDS, max(8.0, played.duration))
    if banks:
        sound = render_by_bank(played, banks[number % len(banks)], dice, seconds)
    else:
        sound = render(played, studio, dice, seconds=seconds)
    cents = float(np.clip(dice.normal(0, 18), -48, 48)) if dice.random() < 0.6 else 0.0
    sound = detune(sound, cents)
    kept = sound if banks else np.zeros(0, np.float32)
    return KeyExample(tones_of(sound), song.key, song.mode, song.score.style, cents, kept)


def drums_only(number: int, studio: Studio) -> KeyExample:
    """A piece without any pitch but that of drums: there the finder must not be sure."""
    dice = np.random.default_rng(number)
    played = perform(compose_song(dice, most_bars=24).score, dice)
    role: Role = "drums"
    parts = tuple(part for part in played.parts if part.role == role)
    played = Performance(played.style, parts, played.beats, played.downbeats, played.beats_per_bar, played.duration)
    sound = render(played, studio, dice, seconds=20.0)
    return KeyExample(tones_of(sound), "", "none", played.style, 0.0, sound)


def save(path: Path, example: KeyExample) -> None:
    fresh = path.with_suffix(".part")
    with fresh.open("wb") as file:
        np.savez(file, tones=example.tones, key=example.key, mode=example.mode, style=example.style,
                 cents=example.cents, sound=np.round(example.sound * 32000).astype(np.int16))
    fresh.rename(path)


def load(path: Path) -> KeyExample:
    with np.load(path) as stored:
        sound = stored["sound"].astype(np.float32) / np.float32(32000)
        return KeyExample(stored["tones"], str(stored["key"]), str(stored["mode"]), str(stored["style"]),
                          float(stored["cents"]), sound)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--training", type=int, default=800)
    options.add_argument("--test", type=int, default=240)
    options.add_argument("--drums", type=int, default=40)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    studio, banks = split_studio(open_studio(RATE))
    jobs = [("training", n, False) for n in range(chosen.training)]
    jobs = [("test", TEST_SEED + n, True) for n in range(chosen.test)] + jobs
    jobs += [("drums", 2 * TEST_SEED + n, False) for n in range(chosen.drums)]
    for kind, number, held_out in jobs:
        path = chosen.out / f"{kind}-{number:07d}.npz"
        if not path.exists():
            example = drums_only(number, studio) if kind == "drums" else \
                make_example(number, studio, banks if held_out else [])
            save(path, example)


if __name__ == "__main__":
    main()
