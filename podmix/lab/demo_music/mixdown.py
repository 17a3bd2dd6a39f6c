# SPDX-License-Identifier: GPL-3.0-or-later
"""From a piece to its sound: every part by its instrument, then room, echo, pumping, filter and master.

Sound is stereo float32 ``(n, 2)`` at ``RATE``; the same piece gives the same bytes.
"""

from __future__ import annotations

import zlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.audio.loudness import normalise
from podmix.lab.composing import mastering
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.performing import steady_time, swung
from podmix.lab.composing.players import Note
from podmix.lab.composing.score import TimeMap
from podmix.lab.demo_music import drum_kit, notation
from podmix.lab.demo_music.drum_kit import Kit
from podmix.lab.demo_music.notation import Line, Piece
from podmix.lab.demo_music.synthesis import INSTRUMENTS, RATE, Doubles, Stereo

Spectrum: TypeAlias = NDArray[np.complex64]

TARGET_LUFS = -14.0
CEILING_DBTP = -2.0
"""Below the -1 dBTP that is wanted: coding moves peaks."""
WIDTH = 1.4
"""The sides against the middle, above 180 Hz."""
_CUT_STEPS = np.geomspace(300.0, 20_000.0, 9)


def seconds_of(piece: Piece) -> float:
    return piece.lead_in_s + piece.bars * piece.bar_s + piece.tail_s


def time_of(piece: Piece) -> TimeMap:
    """Beats to seconds: one tempo, from the lead-in on."""
    return steady_time(float(piece.bars * piece.beats_per_bar), piece.bpm, piece.lead_in_s)


def sound_of(piece: Piece) -> Stereo:
    """The whole piece, mastered."""
    dice = np.random.default_rng(zlib.crc32(piece.slug.encode()))
    frames = round(seconds_of(piece) * RATE)
    kicks, drums, drum_room = _drums(piece, frames, dice)
    music, wet = np.zeros((frames, 2), np.float32), drum_room
    for line in _played(piece, dice):
        sound = _levelled(_line_sound(piece, *line, frames), line[0].level_db)
        sound = _ducked(sound, kicks, line[0].duck)
        if line[0].echo:
            sound += line[0].echo * _echoed(sound, 0.75 * 60 / piece.bpm)
        music += sound
        wet += line[0].room * sound
    music += _room(wet, piece.room_s, dice)
    music = _filtered(piece, music)
    return _master(piece, music + drums + _noises(piece, frames, dice))


# -- the players --


def _played(piece: Piece, dice: Dice) -> list[tuple[Line, list[Note]]]:
    made: dict[str, list[Note]] = {name: [] for name in piece.lines}
    bar = 0
    for part in piece.parts:
        for name in part.who.split():
            if name in piece.lines:
                made[name] += notation.line_notes(piece.lines[name], piece.harmony, dice, first_bar=bar,
                                                  bars=part.bars, beats=piece.beats_per_bar)
        bar += part.bars
    return [(piece.lines[name], notes) for name, notes in made.items() if notes]


def _at(piece: Piece, beats: Doubles) -> Doubles:
    return time_of(piece)(swung(beats, piece.swing, 0.25))


def _line_sound(piece: Piece, line: Line, notes: list[Note], frames: int) -> Stereo:
    """Every note at its moment; the same note is made once."""
    play = INSTRUMENTS[line.instrument]
    sound = np.zeros((frames, 2), np.float32)
    known: dict[tuple[float, float], Stereo] = {}
    starts = _at(piece, np.array([note[0] for note in notes]))
    for start, (_, length, pitch, loud) in zip(starts, notes, strict=True):
        key = (pitch, round(length * 60 / piece.bpm, 3))
        if key not in known:
            known[key] = play(*key)
        _add(sound, known[key], float(start), (loud / 100) ** 1.3)
    left, right = 1 - max(0.0, line.pan), 1 + min(0.0, line.pan)
    return sound * np.array([left, right], np.float32)


def _add(sound: Stereo, note: Stereo, start_s: float, gain: float) -> None:
    first = round(start_s * RATE)
    count = min(len(note), len(sound) - first)
    if count > 0:
        sound[first:first + count] += np.float32(gain) * note[:count]


def _drums(piece: Piece, frames: int, dice: Dice) -> tuple[Doubles, Stereo, Stereo]:
    """Moments of the bass drum, the dry drums, and what of them goes into the room."""
    kit: Kit = drum_kit.kits()[piece.kit]
    dry, wet = np.zeros((frames, 2), np.float32), np.zeros((frames, 2), np.float32)
    strokes, bar = [], 0
    for part in piece.parts:
        strokes += notation.drum_strokes(piece, part, bar, dice)
        bar += part.bars
    if not strokes:
        return np.zeros(0), dry, wet
    times = _at(piece, np.array([beat for beat, _, _ in strokes]))
    for start, (_, voice, loud) in zip(times, strokes, strict=True):
        angle = (drum_kit.PLACES.get(voice, 0.0) + 1) * np.pi / 4
        placed = kit[voice][:, None] * np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(2**0.5)
        _add(dry, placed, float(start), drum_kit.LEVELS[voice] * (loud / 100) ** 1.3)
        if voice not in ("kick", "closed", "shaker"):
            _add(wet, placed, float(start), 0.12 * drum_kit.LEVELS[voice] * (loud / 100) ** 1.3)
    kicks = np.sort(times[[voice == "kick" for _, voice, _ in strokes]])
    return kicks, dry, wet


def _noises(piece: Piece, frames: int, dice: Dice) -> Stereo:
    """Noise that swells towards the next section, and the crackle of a worn record."""
    sound = np.zeros((frames, 2), np.float32)
    edges = time_of(piece)(notation.bar_lines(piece))
    for part, start, end in zip(piece.parts, edges[:-1], edges[1:], strict=True):
        if part.rise:
            first, last = round(max(start, end - 4 * piece.bar_s) * RATE), round(end * RATE)
            along = np.linspace(0, 1, last - first)
            fade = np.minimum(1.0, (1 - along) * 60)
            for side in (0, 1):
                noise = mastering.coloured_noise(last - first, RATE, dice, 0.25)
                sound[first:last, side] += (0.045 * noise * along**2.5 * fade).astype(np.float32)
    if piece.crackle:
        ends = round((piece.lead_in_s + piece.bars * piece.bar_s) * RATE)
        for side in (0, 1):
            clicks = (dice.random(ends) < 9 / RATE) * dice.normal(0, 12, ends)
            noise = mastering.coloured_noise(ends, RATE, dice, 0.6) + clicks
            sound[:ends, side] += (piece.crackle * noise).astype(np.float32)
    return sound


# -- the desk --


def _levelled(sound: Stereo, level_db: float) -> Stereo:
    """At a root mean square of 0.1 where it plays, plus ``level_db``."""
    middle = np.asarray(sound.mean(1), np.float32)
    gain = float(np.abs(mastering.normal_level(middle)).max()) / (float(np.abs(middle).max()) + 1e-12)
    return sound * np.float32(gain * 10 ** (level_db / 20))


def _ducked(sound: Stereo, kicks: Doubles, depth: float) -> Stereo:
    """Pushed down by every bass drum; the gain moves in steps of 2 ms with straight lines between: no clicks."""
    if not depth or not len(kicks):
        return sound
    coarse = RATE // 500
    count = len(sound) // coarse + 2
    gain = mastering.duck(np.ones(count, np.float32), 500, kicks, depth, 0.26)
    fine = np.interp(np.arange(len(sound), dtype=np.float32), np.arange(count, dtype=np.float32) * coarse, gain)
    return sound * fine.astype(np.float32)[:, None]


def _echoed(sound: Stereo, delay_s: float) -> Stereo:
    """Repeats that change sides."""
    made = np.zeros_like(sound)
    shift = round(delay_s * RATE)
    for repeat in range(1, 6):
        first = shift * repeat
        if first < len(sound):
            turned = sound[:len(sound) - first, ::-1] if repeat % 2 else sound[:len(sound) - first]
            made[first:] += np.float32(0.55 ** (repeat - 1)) * turned
    return made


def _room(sound: Stereo, seconds: float, dice: Dice) -> Stereo:
    """Exponentially falling noise, different on both sides, dark at its end, without low frequencies."""
    from scipy.signal import oaconvolve

    frames = int(seconds * RATE)
    time = np.arange(frames) / RATE
    made = np.empty_like(sound)
    for side in (0, 1):
        bright = dice.normal(size=frames)
        dark = mastering.coloured_noise(frames, RATE, dice, 0.6)
        tail = bright * np.exp(-13 * time / seconds) + dark * np.exp(-6.9 * time / seconds)
        tail[:int(0.012 * RATE)] *= np.linspace(0, 1, int(0.012 * RATE))
        tail /= np.sqrt(np.sum(tail**2))
        made[:, side] = oaconvolve(sound[:, side], tail.astype(np.float32))[:len(sound)]
    return _shaped(made, np.array([-60.0, -30, 0, 0, -3, -10]), np.array([20.0, 90, 260, 4000, 8000, 16_000]))


def _shaped(sound: Stereo, gains_db: Doubles, frequencies: Doubles) -> Stereo:
    """A zero-phase equaliser: gains (dB) at frequencies (Hz), straight lines in octaves between."""
    return _resynthesised(sound, *_spectrum(sound), gains_db, frequencies)


def _spectrum(sound: Stereo) -> tuple[Spectrum, int]:
    """Of the sound and half a second of silence, at a length that transforms fast."""
    from scipy.fft import next_fast_len, rfft

    length = int(next_fast_len(len(sound) + RATE // 2, real=True))
    return np.asarray(rfft(sound, length, axis=0)), length


def _resynthesised(sound: Stereo, spectrum: Spectrum, length: int, gains_db: Doubles, frequencies: Doubles) -> Stereo:
    from scipy.fft import irfft

    edges = np.geomspace(16.0, RATE / 2, 600)
    gains = 10 ** (np.interp(np.log2(edges), np.log2(frequencies), gains_db) / 20)
    gain = np.interp(np.arange(len(spectrum)) * (RATE / length), edges, gains).astype(np.float32)
    return np.asarray(irfft(spectrum * gain[:, None], length, axis=0)[:len(sound)], np.float32)


def _filtered(piece: Piece, sound: Stereo) -> Stereo:
    """The low-pass that sections ask for, moving evenly in octaves, by crossfading between fixed ones.

    Zero-phase filters fade without combing.
    """
    edges = time_of(piece)(notation.bar_lines(piece))
    times = np.stack([edges[:-1], edges[1:] - 0.02], 1).ravel()
    cuts = np.log([cut for part in piece.parts for cut in part.cut])
    moments = np.arange(0, len(sound) + 480, 480) / RATE
    where = np.interp(np.interp(moments, times, cuts), np.log(_CUT_STEPS), np.arange(len(_CUT_STEPS)))
    place = np.interp(np.arange(len(sound), dtype=np.float32), moments * RATE, where).astype(np.float32)
    spectrum, length = _spectrum(sound)
    made = np.zeros_like(sound)
    for index, cut in enumerate(_CUT_STEPS):
        share = np.maximum(1 - np.abs(place - np.float32(index)), 0)
        if share.any():
            closed = sound
            if index < len(_CUT_STEPS) - 1:
                closed = _resynthesised(sound, spectrum, length, np.array([0.0, 0, -3, -18, -66]),
                                        np.array([20.0, cut / 2, cut, cut * 2, cut * 8]))
            made += closed * share[:, None]
    return made


def _master(piece: Piece, sound: Stereo) -> Stereo:
    """Low end in the middle, a tilt, soft saturation, loudness, silent ends."""
    middle: Stereo = sound.mean(1, keepdims=True)
    side: Stereo = np.asarray((sound[:, :1] - sound[:, 1:]) / 2, np.float32)
    side = _shaped(side, np.array([-60.0, -40, 0]), np.array([20.0, 80, 180]))
    joined = np.concatenate([middle + WIDTH * side, middle - WIDTH * side], 1)
    tilt = np.array([-40.0, -1, 0, -1.5, 0, 2, 2.5, 2.5 - piece.warmth_db, -piece.warmth_db])
    joined = _shaped(joined, tilt, np.array([18.0, 34, 60, 250, 900, 2500, 6000, 11_000, 16_000]))
    loud = joined * np.float32(0.22 * piece.drive / (np.sqrt(np.mean(joined**2)) + 1e-9))
    pressed = np.tanh(loud).astype(np.float32)
    ends = np.ones(len(pressed), np.float32)
    rise, fall = int(0.004 * RATE), int(min(piece.tail_s, 3.0) * RATE)
    ends[:rise] = np.linspace(0, 1, rise)
    ends[-fall:] = np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return normalise(pressed * ends[:, None], RATE, target_lufs=TARGET_LUFS, ceiling_dbtp=CEILING_DBTP)
