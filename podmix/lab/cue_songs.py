# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks made of loops for cue points: quick to render, any form, every bar line and every cue known.

Each stem (``cue_forms.STEMS``) is one loop of eight bars in a style of ``composing.styles``, rendered once with its
decay and laid wherever the form lets it play. Crashes, risers, rolls and fills mark some of the changes and also stand
where nothing changes. Some tracks drift in tempo like people. Mono float32 at ``tones.RATE``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podmix.lab.composing import drum_sounds as gm
from podmix.lab.composing import mastering, players
from podmix.lab.composing.composer import PROGRAMS
from podmix.lab.composing.drum_sounds import Dice, Kit, Sound, make_kit, sound_for
from podmix.lab.composing.harmony import Harmony
from podmix.lab.composing.performing import swung
from podmix.lab.composing.players import Bars, Note, as_notes
from podmix.lab.composing.rendering import Studio
from podmix.lab.composing.sample_kits import blended_kit
from podmix.lab.composing.score import Doubles, Role
from podmix.lab.composing.soundfont import SoundFont
from podmix.lab.composing.styles import STYLES, Style
from podmix.lab.composing.tones import play_note, random_patch
from podmix.lab.cue_forms import STEMS, CueForm, CueTruth, draw_form, part_edges, truth_of
from podmix.lab.singer import sing
from podmix.lab.song_forms import tonal_harmony
from podmix.music.tones import RATE

SEED = 40_000_000
LOOP_BARS = 8
TAIL_S = 1.5
LONGEST_S = 240.0
_QUICK = 1 << 15
"""Tracks are whole multiples of so many samples: transforms of other lengths take ten times as long."""
_ROLES: dict[str, Role] = {"bass": "bass", "chords": "chords", "second chords": "pad", "melody": "melody"}


@dataclass(frozen=True, slots=True, eq=False)
class CueSong:
    """``sound`` mono at RATE with its truth; beats and bar lines in seconds."""

    number: int
    style: str
    sound: Sound
    beats: Doubles
    downbeats: Doubles
    beats_per_bar: int
    truth: CueTruth
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tempo:
    """Seconds: ``period`` of a beat, ``lead_in`` before the first, ``looseness`` of single notes."""

    style: Style
    period: float
    swing: float
    looseness: float
    lead_in: float

    @property
    def bar(self) -> float:
        return self.period * self.style.beats_per_bar

    def at(self, bar: int) -> float:
        """Seconds at which a bar begins."""
        return self.lead_in + bar * self.bar


def style_of(number: int) -> Style:
    """Every style in turn."""
    return STYLES[number % len(STYLES)]


def make_cue_song(number: int, studio: Studio) -> CueSong:
    """Track ``number``; the same number gives the same track."""
    dice = np.random.default_rng(SEED + number)
    style = style_of(number)
    tempo = _Tempo(style, 60.0 / float(dice.uniform(*style.bpm)), style.swing * float(dice.random() < 0.5),
                   float(dice.uniform(0, 0.012)) * style.live,
                   float(dice.choice([0.0, dice.uniform(0, 0.4), dice.uniform(0.4, 3.0)], p=[0.3, 0.5, 0.2])))
    club = style.programs in ("electronic", "chip") and dice.random() < 0.85
    singer = bool(dice.random() < 0.4)
    drummer = bool(dice.random() >= style.drumless)
    form = draw_form(dice, club=club, drummer=drummer, singer=singer)
    while form.bars * tempo.bar > LONGEST_S or form.bars * tempo.bar < 25:
        form = draw_form(dice, club=club, drummer=drummer, singer=singer)
    sound = _laid_out(form, _stems(tempo, studio, dice, singer=singer), tempo, dice)
    beats = np.asarray(tempo.lead_in + tempo.period * np.arange(form.bars * style.beats_per_bar + 1), np.float64)
    sound = mastering.master(_faded(sound, form, tempo), RATE, dice)
    if dice.random() < 0.5 * style.live:
        sound, beats = _drifting(sound, beats, dice)
    bars = beats[::style.beats_per_bar]
    return CueSong(number, style.name, sound, beats[:-1], bars[:-1], style.beats_per_bar, truth_of(form, bars),
                   tuple(part.label for part in form.parts))


def _stems(tempo: _Tempo, studio: Studio, dice: Dice, *, singer: bool) -> list[Sound]:
    """One loop a stem, at the level it has in the mix."""
    style, bars = tempo.style, Bars(0, LOOP_BARS, tempo.style.beats_per_bar, tempo.style.steps)
    harmony = tonal_harmony(dice)
    groove = players.mutate(dict(style.patterns[int(dice.integers(len(style.patterns)))]), dice, 0.5)
    if not groove.get("kick"):
        groove["kick"] = "x..." if style.steps == 4 else "x.."
    kit = blended_kit(list(studio.kits), studio.hits, make_kit(studio.rate, dice), dice)
    extra = players.extra_percussion(style.beats_per_bar * style.steps, dice)
    drums = [
        players.drum_notes({"kick": groove["kick"]}, bars, dice, crash=False, fill=False),
        players.drum_notes({v: s for v, s in groove.items() if v != "kick"}, bars, dice, crash=False,
                           fill=bool(dice.random() < 0.4)),
        players.drum_notes(extra, bars, dice, crash=False, fill=False),
    ]
    made = [_level(_drum_loop(notes, kit, tempo, dice), "drums", dice) for notes in drums]
    font = studio.fonts[int(dice.integers(len(studio.fonts)))] if studio.fonts else None
    for stem in STEMS[3:7]:
        notes = _tune(stem, style, harmony, bars, dice)
        made.append(_level(_tonal_loop(stem, notes, tempo, font, dice), _ROLES[stem], dice))
    voice = players.melody_notes(harmony, bars, dice) if singer else []
    frames = int((bars.count * tempo.bar + TAIL_S) * RATE)
    sung = sing(_in_seconds(voice, tempo, dice), frames, RATE, dice) if voice else np.zeros(frames, np.float32)
    return [*made, mastering.normal_level(sung) * np.float32(10 ** (dice.uniform(-6, 1) / 20))]


def _level(sound: Sound, role: str, dice: Dice) -> Sound:
    return mastering.normal_level(sound) * np.float32(mastering.mix_level(role, dice))


def _tune(stem: str, style: Style, harmony: Harmony, bars: Bars, dice: Dice) -> list[Note]:
    if stem == "bass":
        return players.bass_notes(str(dice.choice(list(style.bass))), harmony, bars, dice)
    if stem == "melody":
        return players.melody_notes(harmony, bars, dice)
    kind = str(dice.choice(list(style.chords)))
    return players.chord_notes("pad" if kind == "none" else kind, harmony, bars, dice)


def _in_seconds(notes: list[Note], tempo: _Tempo, dice: Dice) -> Doubles:
    """Notes ``(n, 4)`` in seconds from the loop's start."""
    table = as_notes(notes)
    if not len(table):
        return table
    start = swung(table[:, 0], tempo.swing, 0.5) * tempo.period + dice.normal(0, 1, len(table)) * tempo.looseness
    return np.column_stack([np.maximum(start, 0.0), np.maximum(table[:, 1] * tempo.period, 0.03), table[:, 2:]])


def _tonal_loop(stem: str, notes: list[Note], tempo: _Tempo, font: SoundFont | None, dice: Dice) -> Sound:
    played = _in_seconds(notes, tempo, dice)
    frames = int((LOOP_BARS * tempo.bar + TAIL_S) * RATE)
    role = _ROLES[stem]
    if font is not None and dice.random() < 0.6:
        choices = PROGRAMS[tempo.style.programs].get(role, (0,))
        return np.array(font.render(played, int(choices[int(dice.integers(len(choices)))]), frames))
    patch = random_patch(role, dice)
    line = np.zeros(frames, np.float32)
    known: dict[tuple[int, int], Sound] = {}
    for start, length, pitch, velocity in played:
        steps = int(np.clip(round(length / 0.03), 1, 120))
        key = int(pitch), steps
        if key not in known:
            known[key] = play_note(patch, float(key[0]), steps * 0.03, RATE)
        _add(line, known[key], start, (velocity / 100) ** 1.5)
    return line


def _drum_loop(notes: list[Note], kit: Kit, tempo: _Tempo, dice: Dice) -> Sound:
    line = np.zeros(int((LOOP_BARS * tempo.bar + TAIL_S) * RATE), np.float32)
    for start, _, pitch, velocity in _in_seconds(notes, tempo, dice):
        sound = sound_for(kit, int(pitch))
        if sound is not None:
            _add(line, sound, start, (velocity / 100) ** 1.5)
    return line


def _add(line: Sound, sound: Sound, start_s: float, gain: float) -> None:
    first = round(start_s * RATE)
    count = min(len(sound), len(line) - first)
    if count > 0 and first >= 0:
        line[first:first + count] += sound[:count] * np.float32(gain)


def _laid_out(form: CueForm, stems: list[Sound], tempo: _Tempo, dice: Dice) -> Sound:
    """The loops where the form lets them play, and effects."""
    frames = -(-int((tempo.at(form.bars) + TAIL_S + 0.5) * RATE) // _QUICK) * _QUICK
    mix = np.zeros(frames, np.float32)
    swell = float(dice.choice([0.0, 0.0, 0.3, 0.6]))
    bar = 0
    for part in form.parts:
        begin = bar
        for stretch in part.stretches:
            sounding = stretch.bars - int(stretch.rest_at_end)
            for index in np.flatnonzero(stretch.playing):
                last = stretch.bars if index > 2 else sounding  # in a rest only the drums are silent
                _lay(mix, stems[index], _Stay(bar, last, begin), tempo, stretch.gain)
            bar += stretch.bars
        if part.label == "build":
            mix += _rising(frames, tempo.at(begin), tempo.at(bar), swell, dice)
    mix += _marks(form, frames, tempo, dice)
    return mix


@dataclass(frozen=True, slots=True)
class _Stay:
    """``bars`` from bar ``first`` on, counted in the loop from bar ``begin``."""

    first: int
    bars: int
    begin: int


def _lay(mix: Sound, loop: Sound, stay: _Stay, tempo: _Tempo, gain: float) -> None:
    """A loop's bars into the mix; its last notes ring on."""
    done = 0
    while done < stay.bars:
        place = (stay.first + done - stay.begin) % LOOP_BARS
        count = min(LOOP_BARS - place, stay.bars - done)
        low = round(place * tempo.bar * RATE)
        high = min(len(loop), round((place + count) * tempo.bar * RATE))
        ends = done + count >= stay.bars or place + count >= LOOP_BARS
        piece = loop[low:high + int(TAIL_S * RATE)].copy() if ends else loop[low:high]
        if ends:
            tail = len(piece) - (high - low)
            piece[high - low:] *= np.linspace(1, 0, tail, dtype=np.float32) ** 2 if place + count >= LOOP_BARS else \
                np.exp(-np.arange(tail, dtype=np.float32) / np.float32(0.02 * RATE))
        start = round(tempo.at(stay.first + done) * RATE)
        size = min(len(piece), len(mix) - start)
        mix[start:start + size] += piece[:size] * np.float32(gain)
        done += count


def _rising(frames: int, start: float, end: float, amount: float, dice: Dice) -> Sound:
    """Noise that swells through a build."""
    line = np.zeros(frames, np.float32)
    low, high = int(start * RATE), min(frames, int(end * RATE))
    if amount and high > low:
        ramp = np.linspace(0, 1, high - low, dtype=np.float32) ** 2
        line[low:high] = dice.normal(0, 0.05 * amount, high - low).astype(np.float32) * ramp
    return line


def _marks(form: CueForm, frames: int, tempo: _Tempo, dice: Dice) -> Sound:
    """Crashes and rolls: at some of the changes, and sometimes where nothing changes."""
    line = np.zeros(frames, np.float32)
    crash, snare = gm.make_cymbal(RATE, dice, ride=False), gm.make_snare(RATE, dice)
    often = float(dice.uniform(0, 1))
    places = [(low, label) for low, _, label in part_edges(form)]
    places += [(bar, "") for bar in range(LOOP_BARS, form.bars, LOOP_BARS) if dice.random() < 0.08]
    for bar, label in places:
        at = tempo.at(bar)
        if dice.random() < often * (1.0 if label in ("drop", "chorus", "") else 0.4):
            _add(line, crash, at, 0.25)
        if bar and dice.random() < 0.25:
            for step in range(tempo.style.beats_per_bar * 2):
                _add(line, snare, at - tempo.period * (step + 1) / 2, 0.15)
    return line


def _faded(sound: Sound, form: CueForm, tempo: _Tempo) -> Sound:
    if not form.fade_bars:
        return sound
    start = int(tempo.at(form.bars - form.fade_bars) * RATE)
    end = int(tempo.at(form.bars) * RATE)
    gain = np.interp(np.arange(len(sound)), [start, end], [0.0, -50.0])
    return np.asarray(sound * 10 ** (gain / 20), np.float32)


def _drifting(sound: Sound, beats: Doubles, dice: Dice) -> tuple[Sound, Doubles]:
    """The same track on a machine whose speed wanders by up to two in a hundred."""
    seconds = len(sound) / RATE
    knots = np.linspace(0, seconds, max(4, int(seconds / 12)))
    speed = 1 + np.clip(np.cumsum(dice.normal(0, 0.004, len(knots))), -0.02, 0.02)
    played = np.concatenate([[0.0], np.cumsum(np.diff(knots) / ((speed[1:] + speed[:-1]) / 2))])
    times = np.arange(int(played[-1] * RATE)) / RATE
    source = np.interp(times, played, knots)
    warped = np.interp(source * RATE, np.arange(len(sound)), sound).astype(np.float32)
    return warped, np.asarray(np.interp(beats, knots, played), np.float64)
