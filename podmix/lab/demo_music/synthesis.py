# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitched instruments of the demo's music: wavetables through a moving low-pass, two-operator FM, plucked strings.

A note is stereo float32 ``(n, 2)`` of about unit peak that begins at sample 0; nothing here is random.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
"""Opus' own rate, so that nothing is resampled."""
Stereo: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]
Instrument: TypeAlias = Callable[[float, float], Stereo]
"""MIDI pitch and held seconds → the note."""

_TABLE = 2048
_CUTS = np.geomspace(50.0, 20_000.0, 32)


@dataclass(frozen=True, slots=True)
class Patch:
    """A subtractive voice. Times in seconds; ``cut_hz`` is where the filter rests, ``cut_octaves`` how far above that
    it starts; ``spread`` 0..1 places the detuned voices; ``sub`` adds a sine at the note's own pitch."""

    wave: str = "saw"
    voices: int = 1
    detune_cents: float = 0.0
    spread: float = 0.0
    cut_hz: float = 4000.0
    cut_octaves: float = 0.0
    cut_decay_s: float = 0.2
    resonance: float = 0.0
    attack_s: float = 0.004
    decay_s: float = 0.3
    sustain: float = 0.8
    release_s: float = 0.08
    drive: float = 0.0
    sub: float = 0.0
    vibrato_cents: float = 0.0


def frequency_of(pitch: float) -> float:
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def envelope(frames: int, held: int, *, attack_s: float, decay_s: float, sustain: float, release_s: float) -> Doubles:
    """Attack, decay to ``sustain``, and after ``held`` frames a release that is silent at the end."""
    time = np.arange(frames) / RATE
    level = sustain + (1 - sustain) * np.exp(-np.maximum(time - attack_s, 0) / decay_s)
    level *= np.sin(np.pi / 2 * np.minimum(1, time / attack_s)) ** 2
    level *= np.exp(-np.maximum(time - held / RATE, 0) / (release_s / 5))
    fade = min(frames, 96)
    level[frames - fade:] *= np.linspace(1, 0, fade)
    return np.asarray(level)


@lru_cache(maxsize=128)
def _tables(wave: str, resonance: float, pitch: float) -> Doubles:
    """``(cuts, _TABLE + 1)``: one cycle behind a low-pass of 24 dB an octave at each of ``_CUTS``."""
    base = frequency_of(pitch)
    number = np.arange(1, max(2, min(_TABLE // 2 - 1, int(0.42 * RATE / base))))
    amplitude = {"saw": 1 / number, "square": (number % 2) / number, "triangle": (number % 2) / number**2.0,
                 "reed": 1 / number**0.8 * (0.55 + 0.45 * (number % 2)),
                 "organ": np.isin(number, (1, 2, 3, 4, 6, 8)) / number**0.7}[wave]
    place = number[None] * base / _CUTS[:, None]
    gain = 1 / (1 + place**4) * (1 + 5 * resonance * np.exp(-((3.5 * np.log2(place)) ** 2)))
    spectrum = np.zeros((len(_CUTS), _TABLE // 2 + 1), complex)
    spectrum[:, number] = amplitude * gain * -0.5j * _TABLE
    cycle = np.fft.irfft(spectrum, axis=1)
    cycle /= np.abs(cycle[-1]).max()
    return np.asarray(np.concatenate([cycle, cycle[:, :1]], axis=1))


def _looked_up(tables: Doubles, phase: Doubles, cut: Doubles) -> Doubles:
    """Linear between samples of a table and between tables."""
    where = np.clip(np.interp(np.log(cut), np.log(_CUTS), np.arange(len(_CUTS))), 0, len(_CUTS) - 1.001)
    row = where.astype(np.intp)
    place = np.mod(phase, 1.0) * _TABLE
    column = place.astype(np.intp)
    along, up = place - column, where - row
    flat, width = tables.ravel(), _TABLE + 1
    index = row * width + column
    lower = flat[index] * (1 - along) + flat[index + 1] * along
    upper = flat[index + width] * (1 - along) + flat[index + width + 1] * along
    return np.asarray(lower * (1 - up) + upper * up)


def _balanced(mono: Doubles, place: float) -> Doubles:
    """Equal power; ``place`` -1 left .. 1 right."""
    angle = (place + 1) * np.pi / 4
    return np.stack([mono * np.cos(angle), mono * np.sin(angle)], 1)


def subtractive(patch: Patch) -> Instrument:
    def play(pitch: float, seconds: float) -> Stereo:
        held = int(seconds * RATE)
        frames = held + int(patch.release_s * RATE) + 1
        time = np.arange(frames) / RATE
        cut = patch.cut_hz * 2 ** (patch.cut_octaves * np.exp(-time / patch.cut_decay_s))
        tables = _tables(patch.wave, patch.resonance, pitch)
        base = frequency_of(pitch)
        bend = np.zeros(frames)
        if patch.vibrato_cents:
            bend = patch.vibrato_cents / 1200 * np.minimum(1, time / 0.35) * np.sin(2 * np.pi * 5.3 * time)
        sound = np.zeros((frames, 2))
        for voice in range(patch.voices):
            side = 0.0 if patch.voices == 1 else 2 * voice / (patch.voices - 1) - 1
            turns = np.cumsum(base * 2 ** (side * patch.detune_cents / 1200 + bend)) / RATE + voice * 0.381
            sound += _balanced(_looked_up(tables, turns, np.minimum(cut, 19_000)), side * patch.spread)
        sound /= patch.voices**0.6
        if patch.sub:
            sound += patch.sub * _balanced(np.sin(2 * np.pi * base * time), 0.0)
        sound *= envelope(frames, held, attack_s=patch.attack_s, decay_s=patch.decay_s, sustain=patch.sustain,
                          release_s=patch.release_s)[:, None]
        if patch.drive:
            sound = np.tanh(sound * (1 + patch.drive)) / np.tanh(1 + patch.drive)
        return sound.astype(np.float32)

    return play


def electric_piano(*, bright: float = 1.0, decay_s: float = 1.4, ratio: float = 1.0, tine: float = 14.0) -> Instrument:
    """Frequency modulation (Chowning 1973): a soft body and a short high tine, the two sides a little apart."""

    def play(pitch: float, seconds: float) -> Stereo:
        held = int(seconds * RATE)
        frames = held + int(0.25 * RATE)
        time = np.arange(frames) / RATE
        base = frequency_of(pitch)
        sides = []
        for detune in (-1.8, 1.8):
            turn = 2 * np.pi * base * 2 ** (detune / 1200) * time
            depth = bright * (0.25 + 1.1 * np.exp(-time / 0.35))
            body = np.sin(turn + depth * np.sin(ratio * turn))
            ping = 0.18 * bright * np.exp(-time / 0.06) * np.sin(turn + 0.8 * np.sin(min(tine, 9_000 / base) * turn))
            sides.append(body + ping)
        shape = envelope(frames, held, attack_s=0.003, decay_s=decay_s, sustain=0.02, release_s=0.22)
        return (0.7 * np.stack(sides, 1) * shape[:, None]).astype(np.float32)

    return play


def bell(*, ratio: float = 3.5, depth: float = 2.0, ring_s: float = 1.6) -> Instrument:
    """Bells ring on whatever the note's length."""

    def play(pitch: float, seconds: float) -> Stereo:
        frames = int((ring_s * 2.5 + min(seconds, 0.5)) * RATE)
        time = np.arange(frames) / RATE
        base = frequency_of(pitch)
        shape = envelope(frames, frames, attack_s=0.002, decay_s=ring_s / 2, sustain=0.0, release_s=0.1)
        sides = []
        for detune in (-2.5, 2.5):
            turn = 2 * np.pi * base * 2 ** (detune / 1200) * time
            sides.append(np.sin(turn + depth * np.exp(-time / (ring_s / 3)) * np.sin(ratio * turn)))
        return (0.7 * np.stack(sides, 1) * shape[:, None]).astype(np.float32)

    return play


def plucked(*, bright: float = 1.0, ring_s: float = 0.9, muted: bool = False, place: float = 0.18) -> Instrument:
    """A string: partials that die the faster the higher they are, plucked at ``place`` of its length."""

    def play(pitch: float, seconds: float) -> Stereo:
        held = int(seconds * RATE)
        release = 0.12
        frames = held + int(release * RATE)
        time = np.arange(frames) / RATE
        base = frequency_of(pitch)
        number = np.arange(1, min(40, max(2, int(0.4 * RATE / base))))
        sound = np.zeros((frames, 2))
        for k in number:
            level = np.sin(np.pi * k * place) / k ** (1.9 - 0.5 * bright)
            fall = np.exp(-time * (1 + 0.035 * k * k / bright) / (ring_s * (0.25 if muted else 1.0)))
            turn = 2 * np.pi * base * k * np.sqrt(1 + 2e-5 * k * k) * time
            sound[:, 0] += level * fall * np.sin(turn + 0.6 * k)
            sound[:, 1] += level * fall * np.sin(turn * (1 + 2e-4) + 0.6 * k + 0.3)
        sound /= np.abs(sound).max() + 1e-9
        shape = envelope(frames, held, attack_s=0.002, decay_s=9.0, sustain=1.0, release_s=release)
        return (0.9 * sound * shape[:, None]).astype(np.float32)

    return play


def _pad(cut_hz: float, *, attack_s: float = 0.35, release_s: float = 0.7) -> Instrument:
    return subtractive(Patch("saw", 5, 11, 0.9, cut_hz, 0.7, 1.2, 0.05, attack_s, 2.0, 0.85, release_s))


INSTRUMENTS: dict[str, Instrument] = {
    "house bass": subtractive(Patch("saw", 1, cut_hz=260, cut_octaves=2.2, cut_decay_s=0.09, resonance=0.25,
                                    decay_s=0.25, sustain=0.6, release_s=0.04, drive=0.8, sub=0.5)),
    "organ bass": subtractive(Patch("square", 1, cut_hz=420, cut_octaves=1.4, cut_decay_s=0.06, decay_s=0.18,
                                    sustain=0.45, release_s=0.04, drive=0.4, sub=0.7)),
    "acid": subtractive(Patch("saw", 1, cut_hz=330, cut_octaves=2.6, cut_decay_s=0.11, resonance=0.9, decay_s=0.16,
                              sustain=0.35, release_s=0.03, drive=1.2)),
    "techno bass": subtractive(Patch("saw", 1, cut_hz=170, cut_octaves=1.5, cut_decay_s=0.08, decay_s=0.15,
                                     sustain=0.5, release_s=0.03, drive=0.6, sub=0.8)),
    "reese": subtractive(Patch("saw", 3, 17, 0.25, 480, 0.8, 0.5, 0.2, 0.01, 0.6, 0.85, 0.07, 0.9, 0.7)),
    "low sine": subtractive(Patch("triangle", 1, cut_hz=260, cut_octaves=1.8, cut_decay_s=0.05, attack_s=0.006,
                                  decay_s=0.9, sustain=0.45, release_s=0.12, drive=0.9, sub=0.9)),
    "finger bass": subtractive(Patch("saw", 1, cut_hz=420, cut_octaves=1.6, cut_decay_s=0.1, attack_s=0.005,
                                     decay_s=0.35, sustain=0.5, release_s=0.06, drive=0.3, sub=0.45)),
    "upright": plucked(bright=0.7, ring_s=1.1, place=0.3),
    "synth bass": subtractive(Patch("square", 2, 5, 0.1, 500, 1.7, 0.12, 0.2, 0.003, 0.25, 0.6, 0.04, 0.5, 0.5)),
    "piano keys": electric_piano(bright=1.5, decay_s=1.0, ratio=2.0, tine=7.0),
    "soft keys": electric_piano(bright=0.8),
    "dusty keys": electric_piano(bright=0.55, decay_s=1.7, tine=9.0),
    "organ": subtractive(Patch("organ", 3, 6, 0.5, 3500, 0.4, 0.1, 0.0, 0.006, 0.5, 0.85, 0.06)),
    "stab": subtractive(Patch("saw", 4, 12, 0.8, 900, 2.4, 0.12, 0.25, 0.003, 0.2, 0.35, 0.12)),
    "pad": _pad(1500),
    "dark pad": _pad(750),
    "wide pad": _pad(2600, attack_s=1.6, release_s=2.6),
    "strings": subtractive(Patch("saw", 5, 9, 0.8, 3000, 0.5, 0.6, 0.0, 0.07, 1.5, 0.9, 0.3, 0.0, 0.0, 9.0)),
    "lead": subtractive(Patch("saw", 4, 10, 0.5, 2600, 1.1, 0.3, 0.12, 0.008, 0.6, 0.75, 0.18, 0.3, 0.0, 8.0)),
    "soft lead": subtractive(Patch("triangle", 2, 6, 0.4, 3200, 0.6, 0.3, 0.0, 0.02, 0.8, 0.8, 0.2, 0.4, 0.3, 10.0)),
    "pluck": subtractive(Patch("saw", 3, 8, 0.7, 700, 3.0, 0.13, 0.15, 0.002, 0.22, 0.12, 0.2)),
    "square pluck": subtractive(Patch("square", 2, 7, 0.7, 900, 2.4, 0.1, 0.1, 0.002, 0.18, 0.15, 0.16)),
    "bell": bell(),
    "glass": bell(ratio=2.0, depth=1.1, ring_s=2.6),
    "guitar": plucked(bright=1.2, ring_s=1.1),
    "muted guitar": plucked(bright=1.5, ring_s=0.5, muted=True),
    "accordion": subtractive(Patch("reed", 3, 8, 0.5, 2700, 0.2, 0.2, 0.0, 0.04, 1.0, 0.9, 0.1)),
    "fiddle": subtractive(Patch("saw", 2, 4, 0.3, 3400, 0.3, 0.2, 0.1, 0.05, 1.0, 0.9, 0.12, 0.2, 0.0, 16.0)),
    "flute": subtractive(Patch("triangle", 2, 4, 0.3, 2400, 0.5, 0.15, 0.0, 0.035, 0.8, 0.85, 0.15, 0.0, 0.0, 11.0)),
}
"""By the names that ``pieces`` uses."""
