# SPDX-License-Identifier: GPL-3.0-or-later
"""What rooms, desks, cutting and codecs do to a mix: mono float32 in, mono float32 out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podmix.lab.composing.drum_sounds import Dice, Sound
from podmix.lab.composing.score import Doubles


def shape_spectrum(sound: Sound, rate: int, gains_db: Doubles, frequencies: Doubles) -> Sound:
    """A zero-phase equaliser: gains (dB) at frequencies (Hz), straight lines on a log axis between."""
    spectrum = np.fft.rfft(sound)
    axis = np.log2(np.maximum(np.fft.rfftfreq(len(sound), 1 / rate), 20.0))
    gain = 10 ** (np.interp(axis, np.log2(frequencies), gains_db) / 20)
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)


def reverberate(sound: Sound, rate: int, dice: Dice, wet: float) -> Sound:
    """A room: exponentially falling noise, begun by a gap."""
    from scipy.signal import oaconvolve

    seconds = dice.uniform(0.15, 2.5)
    frames = int(rate * seconds)
    room = dice.normal(size=frames) * np.exp(-6.9 * np.arange(frames) / frames)
    room[: int(rate * dice.uniform(0.002, 0.03))] = 0
    room /= np.sqrt(np.sum(room**2)) + 1e-9
    return np.asarray(sound + wet * oaconvolve(sound, room)[: len(sound)], np.float32)


def echo(sound: Sound, rate: int, delay_s: float, feedback: float, wet: float) -> Sound:
    """Repeats after ``delay_s``."""
    result = sound.copy()
    shift = max(1, int(rate * delay_s))
    for repeat in range(1, 5):
        start = shift * repeat
        if start >= len(sound):
            break
        result[start:] += np.float32(wet * feedback ** (repeat - 1)) * sound[:-start]
    return result


def duck(sound: Sound, rate: int, moments: Doubles, depth: float, recovery_s: float) -> Sound:
    """Side-chain pumping: down at every moment (seconds), back within ``recovery_s``."""
    frames = int(rate * recovery_s)
    dip = (1 - depth * (1 - np.arange(frames) / frames) ** 1.5).astype(np.float32)
    gain = np.ones(len(sound), np.float32)
    for moment in moments:
        start = int(moment * rate)
        end = min(len(sound), start + frames)
        if start < end:
            gain[start:end] = np.minimum(gain[start:end], dip[: end - start])
    return sound * gain


def compress(sound: Sound, rate: int, ratio: float, release_s: float) -> Sound:
    """A slow-release compressor on 5 ms levels."""
    hop = max(1, rate // 200)
    frames = len(sound) // hop
    if frames < 2:
        return sound
    level = np.abs(sound[: frames * hop]).reshape(frames, hop).max(1)
    fall = np.exp(-hop / (release_s * rate))
    held = np.empty(frames)
    last = 0.0
    for index, value in enumerate(level):
        last = max(float(value), last * fall)
        held[index] = last
    threshold = np.quantile(held, 0.5) + 1e-6
    gain = np.minimum(1.0, (held / threshold + 1e-9) ** (1 / ratio - 1))
    return (sound * np.interp(np.arange(len(sound)) / hop, np.arange(frames), gain)).astype(np.float32)


def sweep_filter(sound: Sound, rate: int, dice: Dice) -> Sound:
    """A low- or high-pass whose cut-off moves once through the piece: a fade between filtered and open sound."""
    cut = float(np.exp(dice.uniform(np.log(200), np.log(2500))))
    low = dice.random() < 0.6
    edges = np.array([20.0, cut, cut * 2, cut * 8, 11025.0])
    gains = np.array([0, 0, -12, -50, -60.0]) if low else np.array([-40, -12, 0, 0, 0.0])
    closed = shape_spectrum(sound, rate, gains, edges)
    turns = np.sort(dice.uniform(0, 1, 2))
    mix = np.clip((np.linspace(0, 1, len(sound)) - turns[0]) / max(0.02, turns[1] - turns[0]), 0, 1)
    if dice.random() < 0.5:
        mix = 1 - mix
    return np.asarray((closed * (1 - mix) + sound * mix), np.float32)


def crush(sound: Sound, dice: Dice) -> Sound:
    """Old samplers: fewer bits, and every n-th sample held."""
    steps = 2.0 ** dice.integers(4, 8)
    hold = int(dice.choice([1, 2, 2, 3]))
    peak = float(np.abs(sound).max()) + 1e-9
    held = np.repeat(sound[::hold], hold)[: len(sound)]
    return (np.round(held / peak * steps) / steps * peak).astype(np.float32)


def coloured_noise(frames: int, rate: int, dice: Dice, colour: float) -> Doubles:
    """Noise whose magnitude falls with frequency to the power of ``colour``; of unit deviation."""
    spectrum = np.fft.rfft(dice.normal(size=frames))
    spectrum /= np.maximum(np.fft.rfftfreq(frames, 1 / rate), 30.0) ** colour
    noise = np.fft.irfft(spectrum, frames)
    return np.asarray(noise / (noise.std() + 1e-12), np.float64)


def background(frames: int, rate: int, dice: Dice) -> Sound:
    """Noise of a colour, sometimes crackling or babbling like a crowd; unit peak."""
    noise = coloured_noise(frames, rate, dice, dice.uniform(0, 1.2))
    kind = dice.random()
    if kind < 0.3:
        points = np.cumsum(dice.normal(size=frames // 2000 + 2))
        noise *= np.exp(
            np.clip(np.interp(np.arange(frames) / 2000, np.arange(len(points)), points - points.mean()), -2, 2)
        )
    elif kind < 0.5:
        clicks = dice.random(frames) < dice.uniform(2, 30) / rate
        noise = noise / np.abs(noise).max() * 0.1 + clicks * dice.normal(size=frames)
    return np.asarray((noise / (np.abs(noise).max() + 1e-9)), np.float32)


def master(sound: Sound, rate: int, dice: Dice) -> Sound:
    """Equaliser, compression, drive, band limit, noise: each only sometimes. Unit peak."""
    sound = sound / (np.abs(sound).max() + np.float32(1e-9))
    if dice.random() < 0.7:
        points = np.array([30, 90, 250, 700, 2000, 5000, 11025.0])
        sound = shape_spectrum(sound, rate, np.clip(dice.normal(0, 4, 7), -10, 10), points)
    if dice.random() < 0.25:
        sound = reverberate(sound, rate, dice, dice.uniform(0.05, 0.5))
    if dice.random() < 0.12:
        sound = sweep_filter(sound, rate, dice)
    if dice.random() < 0.6:
        sound = compress(sound, rate, dice.uniform(1.5, 5), dice.uniform(0.05, 0.5))
    sound = sound / (np.abs(sound).max() + np.float32(1e-9))
    if dice.random() < 0.5:
        sound = np.tanh(sound * np.float32(np.exp(dice.uniform(0, 2)))).astype(np.float32)
    if dice.random() < 0.06:
        sound = crush(sound, dice)
    if dice.random() < 0.2:
        cut = float(np.exp(dice.uniform(np.log(3000), np.log(10000))))
        sound = shape_spectrum(sound, rate, np.array([0, 0, -60.0]), np.array([20, cut, cut * 1.5]))
    if dice.random() < 0.2:
        sound = sound + background(len(sound), rate, dice) * np.float32(10 ** (dice.uniform(-50, -14) / 20))
    return np.asarray(sound / (np.abs(sound).max() + 1e-9), np.float32)


def mix_level(role: str, dice: Dice) -> float:
    """A gain for a part after its loudness was made equal: drums and bass in front, but not always."""
    centre = {"drums": 0.0, "bass": -3.0, "chords": -7.0, "pad": -9.0, "melody": -6.0, "arpeggio": -8.0,
              "effects": -8.0}.get(role, -9.0)
    return float(10 ** ((centre + dice.normal(0, 4)) / 20))


def normal_level(sound: NDArray[np.float32]) -> Sound:
    """The same part at a root mean square of 0.1 where it plays (its loudest tenths of a second)."""
    hop = 2205
    frames = len(sound) // hop
    if frames == 0:
        return sound
    power = np.mean(sound[: frames * hop].reshape(frames, hop) ** 2, 1)
    active = power[power > 0.05 * power.max()] if power.max() > 0 else power
    level = float(np.sqrt(active.mean())) if len(active) else 0.0
    return sound * np.float32(0.1 / level) if level > 1e-6 else sound
