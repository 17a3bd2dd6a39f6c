# SPDX-License-Identifier: GPL-3.0-or-later
"""Drums of the demo's music, each a function of a few numbers: the same bytes every time.

A sound is mono float32 of unit peak whose first sample is the note's moment.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.lab.demo_music.synthesis import RATE

Sound: TypeAlias = NDArray[np.float32]
Doubles: TypeAlias = NDArray[np.float64]
Kit: TypeAlias = dict[str, Sound]


def _fall(frames: int, seconds: float) -> Doubles:
    return np.asarray(np.exp(-np.arange(frames) / (seconds * RATE)))


def _noise(frames: int, low: float, high: float, seed: int) -> Doubles:
    """White noise between ``low`` and ``high`` Hz, of unit deviation."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=frames))
    axis = np.fft.rfftfreq(frames, 1 / RATE)
    spectrum *= 1 / np.sqrt(1 + (low / np.maximum(axis, 1)) ** 6) / np.sqrt(1 + (axis / high) ** 8)
    noise = np.fft.irfft(spectrum, frames)
    return np.asarray(noise / noise.std())


def _finished(sound: Doubles) -> Sound:
    """Unit peak, and silent at its end."""
    fade = min(len(sound), int(0.01 * RATE))
    sound = sound / np.abs(sound).max()
    sound[-fade:] *= np.linspace(1, 0, fade)
    return sound.astype(np.float32)


def kick(*, deep: float = 48, top: float = 260, bend_s: float = 0.022, decay_s: float = 0.16, click: float = 0.15,
         drive: float = 1.6, seconds: float = 0.45) -> Sound:
    frames = int(seconds * RATE)
    pitch = deep + (top - deep) * _fall(frames, bend_s) + 1200 * _fall(frames, 0.003)
    body = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * _fall(frames, decay_s)
    body *= np.minimum(1, np.arange(frames) / (0.0006 * RATE))
    tick = 0.3 * _noise(frames, 1500, 7000, 11) * _fall(frames, 0.004)
    return _finished(np.tanh(drive * (body + click * tick)))


def snare(*, tone: float = 190, snap: float = 0.55, decay_s: float = 0.11, low: float = 1200, drive: float = 1.2,
          seconds: float = 0.4) -> Sound:
    frames = int(seconds * RATE)
    pitch = tone * (1 + 0.7 * _fall(frames, 0.012))
    turn = 2 * np.pi * np.cumsum(pitch) / RATE
    skin = (np.sin(turn) + 0.5 * np.sin(1.58 * turn)) * _fall(frames, 0.07)
    wires = 0.35 * _noise(frames, low, 13_000, 23) * _fall(frames, decay_s)
    return _finished(np.tanh(drive * ((1 - snap) * skin + 1.6 * snap * wires)))


def clap(*, decay_s: float = 0.11, low: float = 750, high: float = 7500) -> Sound:
    frames = int(0.4 * RATE)
    shape = 0.5 * _fall(frames, decay_s)
    for start_s in (0.0, 0.011, 0.021, 0.029):
        first = int(start_s * RATE)
        shape[first:] += _fall(frames - first, 0.006)
    return _finished(_noise(frames, low, high, 31) * shape)


def hat(*, decay_s: float = 0.035, low: float = 7000, metal: float = 0.35, seed: int = 41) -> Sound:
    frames = int(min(0.9, decay_s * 7) * RATE)
    time = np.arange(frames) / RATE
    ring = sum(np.sin(2 * np.pi * f * time + f) for f in (5_421, 6_873, 8_017, 9_241, 11_083, 12_791)) / 2
    return _finished((_noise(frames, low, 15_000, seed) + metal * np.asarray(ring)) * _fall(frames, decay_s))


def crash(*, decay_s: float = 0.7, low: float = 3200) -> Sound:
    frames = int(decay_s * 4 * RATE)
    shape = _fall(frames, decay_s) * np.minimum(1, np.arange(frames) / (0.002 * RATE))
    return _finished(_noise(frames, low, 13_000, 53) * shape)


def ride(*, decay_s: float = 0.22) -> Sound:
    frames = int(0.9 * RATE)
    time = np.arange(frames) / RATE
    stick = sum(np.sin(2 * np.pi * f * time) for f in (3_127, 4_339, 5_903, 7_411)) * _fall(frames, 0.09)
    return _finished(0.5 * _noise(frames, 5000, 14_000, 61) * _fall(frames, decay_s) + 0.5 * np.asarray(stick))


def tom(frequency: float) -> Sound:
    frames = int(0.4 * RATE)
    pitch = frequency * (1 + 0.6 * _fall(frames, 0.03))
    body = np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * _fall(frames, 0.11)
    return _finished(body + 0.08 * _noise(frames, 500, 5000, 71) * _fall(frames, 0.01))


def rim(frequency: float = 1700) -> Sound:
    frames = int(0.09 * RATE)
    time = np.arange(frames) / RATE
    tone = np.sin(2 * np.pi * frequency * time) + 0.6 * np.sin(2 * np.pi * frequency * 1.47 * time)
    return _finished(tone * _fall(frames, 0.012) + 0.2 * _noise(frames, 2000, 9000, 73) * _fall(frames, 0.003))


def shaker(*, rise_s: float = 0.018, decay_s: float = 0.035) -> Sound:
    frames = int(0.14 * RATE)
    rise = np.minimum(1, np.arange(frames) / (rise_s * RATE)) ** 2
    return _finished(_noise(frames, 5500, 13_000, 79) * rise * _fall(frames, decay_s))


def _kit(kick_sound: Sound, snare_sound: Sound, clap_sound: Sound) -> Kit:
    return {
        "kick": kick_sound, "snare": snare_sound, "clap": clap_sound, "closed": hat(), "open": hat(decay_s=0.16),
        "ride": ride(), "crash": crash(), "shaker": shaker(), "rim": rim(), "conga": tom(210), "bongo": tom(330),
        "low tom": tom(90), "mid tom": tom(125), "high tom": tom(165), "tambourine": shaker(rise_s=0.003, decay_s=0.06),
    }


def kits() -> dict[str, Kit]:
    """By the names that ``pieces`` uses."""
    return {
        "house": _kit(kick(deep=50, decay_s=0.17), snare(), clap()),
        "techno": _kit(kick(deep=46, top=210, decay_s=0.2, drive=2.6, click=0.1), snare(tone=230, snap=0.7),
                       clap(decay_s=0.07)),
        "break": _kit(kick(deep=58, top=300, bend_s=0.014, decay_s=0.09, seconds=0.3),
                      snare(tone=215, snap=0.55, decay_s=0.08, drive=1.8), clap(decay_s=0.06)),
        "dusty": _kit(kick(deep=55, top=190, decay_s=0.13, click=0.05, drive=2.0),
                      snare(tone=175, snap=0.45, decay_s=0.09, low=900), clap(high=5000)),
        "disco": _kit(kick(deep=58, top=180, decay_s=0.1, click=0.2), snare(tone=195, snap=0.5, decay_s=0.1), clap()),
        "folk": _kit(kick(deep=62, top=120, decay_s=0.12, click=0.02, drive=1.0), snare(snap=0.8, decay_s=0.06),
                     clap()),
        "machine": _kit(kick(deep=52, top=230, decay_s=0.14, drive=2.0),
                        snare(tone=185, snap=0.6, decay_s=0.16, drive=1.6), clap(decay_s=0.14)),
        "deep": _kit(kick(deep=44, top=230, decay_s=0.26, seconds=0.6, drive=1.8),
                     snare(tone=200, snap=0.65, decay_s=0.15, drive=1.8), clap(decay_s=0.16)),
    }


LEVELS = {"kick": 0.38, "snare": 0.34, "clap": 0.3, "closed": 0.12, "open": 0.13, "ride": 0.1, "crash": 0.2,
          "shaker": 0.09, "rim": 0.16, "conga": 0.2, "bongo": 0.16, "low tom": 0.3, "mid tom": 0.28, "high tom": 0.26,
          "tambourine": 0.1}
"""Peak of a full stroke, before the master."""
PLACES = {"closed": 0.18, "open": 0.22, "ride": -0.3, "crash": -0.15, "shaker": -0.4, "rim": 0.35, "conga": -0.35,
          "bongo": 0.4, "low tom": 0.3, "high tom": -0.3, "tambourine": 0.45}
"""-1 left .. 1 right; the others stand in the middle."""
