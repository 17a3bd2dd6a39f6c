# SPDX-License-Identifier: GPL-3.0-or-later
"""Accompaniments by MMA (Musical MIDI Accompaniment, GPL-2+; optional): some two thousand grooves by its authors.

MMA writes a MIDI file from a chord chart; beats and bars follow from its ticks. Tempo and timing are ours.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from podmix.errors import ModelError
from podmix.lab.composing import players
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.harmony import Harmony, random_harmony
from podmix.lab.composing.players import Bars
from podmix.lab.composing.score import Part, Role, Score

LIBRARY = Path("/usr/share/mma/lib")
NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_GROOVE = re.compile(r"^\s*DefGroove\s+(\S+)", re.IGNORECASE | re.MULTILINE)
_TIME = re.compile(r"^\s*Time\s+(\d+)", re.IGNORECASE | re.MULTILINE)
_TEMPI = (
    (r"ballad|slow|nite|lullaby|hymn|bolero|ambient|68", (58, 92)),
    (r"waltz|34", (90, 190)),
    (r"fast|quick|polka|bebop|metal|punk|ska|mtl", (130, 210)),
    (r"dnb", (160, 180)),
    (r"house|techno|trance|dance|rave|disco|tech", (118, 145)),
    (r"hip|trip|rnb|r\+b|soul|reggae", (76, 108)),
    (r"swing|jazz|big|dixie", (100, 200)),
)


@dataclass(frozen=True, slots=True)
class Groove:
    """A named accompaniment and the beats in its bar."""

    name: str
    beats: int
    bpm: tuple[float, float]


def list_grooves() -> list[Groove]:
    """All grooves of three or four (or six, felt as two) beats, without intros and endings, in a fixed order."""
    found = []
    for path in sorted(LIBRARY.rglob("*.mma")):
        text = path.read_text(encoding="utf-8", errors="replace")
        times = {int(value) for value in _TIME.findall(text)} or {4}
        if (
            len(times) != 1
            or not times <= {3, 4}
            or "metronome" in path.name
            or re.search(r"timesig\s+(6|12|9)", text, re.IGNORECASE)
        ):
            continue
        tempo = next((span for pattern, span in _TEMPI if re.search(pattern, path.stem)), (80, 160))
        folder = path.parent.name
        for name in _GROOVE.findall(text):
            if not re.search(r"intro|end|count|metro", name, re.IGNORECASE):
                full = name if folder == "stdlib" else f"{folder}/{path.stem}:{name}"
                found.append(Groove(full, min(times), (float(tempo[0]), float(tempo[1]))))
    return found


def accompany(grooves: list[Groove], dice: Dice, *, seconds: float, folder: Path) -> Score:
    """A piece over a random loop of chords, sometimes with a melody of ours. Raises ModelError where MMA refuses."""
    groove = grooves[int(dice.integers(len(grooves)))]
    bpm = float(np.exp(dice.uniform(np.log(groove.bpm[0]), np.log(groove.bpm[1]))))
    bars = max(4, int(np.ceil(seconds * bpm / 60 / groove.beats)))
    harmony = random_harmony(dice)
    minor = harmony.scale[2] == 3
    chart = [f"Tempo {bpm:.0f}", f"Groove {groove.name}"]
    for bar in range(bars):
        root = NAMES[(harmony.pitch(harmony.degree_at(bar), 4)) % 12]
        chord = harmony.chord(bar, 4)
        kind = "m" if chord[1] - chord[0] == 3 and minor else ""
        chart.append(f"{bar + 1} {root}{kind}{'7' if harmony.sevenths else ''}")
    source, target = folder / "chart.mma", folder / "chart.mid"
    source.write_text("\n".join(chart) + "\n", encoding="utf-8")
    target.unlink(missing_ok=True)
    subprocess.run(["mma", "-f", str(target), str(source)], capture_output=True, check=False, timeout=30)
    if not target.exists():
        raise ModelError("The accompaniment could not be made.", detail=groove.name)
    parts = _parts(target.read_bytes(), bars * groove.beats)
    if dice.random() < 0.35:
        parts.append(_melody(harmony, bars, groove.beats, dice))
    return Score(
        "accompaniment", bpm, groove.beats, float(bars * groove.beats), tuple(parts), steady=bool(dice.random() < 0.5)
    )


def _melody(harmony: Harmony, bars: int, beats: int, dice: Dice) -> Part:
    notes: list[players.Note] = []
    for first in range(0, bars, 8):
        notes += players.melody_notes(harmony, Bars(first, min(8, bars - first), beats, 4), dice)
    return Part("melody", int(dice.choice([0, 11, 22, 40, 56, 65, 71, 73, 80])), players.as_notes(notes))


def _parts(data: bytes, beats: int) -> list[Part]:
    """The tracks of a MIDI file (format 1) as parts; times in beats (quarter notes)."""
    ticks = int.from_bytes(data[12:14], "big")
    parts = []
    place = 14
    while place + 8 <= len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "big")
        part = _read_track(data[place + 8 : place + 8 + size], ticks)
        place += 8 + size
        if part is not None and len(part.notes):
            kept = part.notes[part.notes[:, 0] < beats]
            parts.append(Part(part.role, part.program, kept))
    return parts


def _read_track(data: bytes, ticks: int) -> Part | None:
    """Notes of one track; velocities are scaled by the channel's volume."""
    place, time, status, program, channel, volume = 0, 0, 0, 0, 0, 1.0
    sounding: dict[int, tuple[float, float]] = {}
    notes: list[players.Note] = []

    def number() -> int:
        nonlocal place
        value = 0
        while True:
            byte = data[place]
            place += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value

    while place < len(data):
        time += number()
        if data[place] >= 0x80:
            status = data[place]
            place += 1
        if status == 0xFF:
            place += 1
            skipped = number()
            place += skipped
            continue
        if status in (0xF0, 0xF7):
            skipped = number()
            place += skipped
            continue
        kind, channel = status & 0xF0, status & 0x0F
        first = data[place]
        second = 0 if kind in (0xC0, 0xD0) else data[place + 1]
        place += 1 if kind in (0xC0, 0xD0) else 2
        if kind == 0xC0:
            program = first
        elif kind == 0xB0 and first == 7:
            volume = second / 100
        elif kind in (0x80, 0x90):
            if first in sounding:
                start, loud = sounding.pop(first)
                notes.append((start, max(0.02, time / ticks - start), first, loud))
            if kind == 0x90 and second:
                sounding[first] = (time / ticks, min(127.0, max(1.0, second * volume)))
    if not notes:
        return None
    notes.sort()
    return Part(_role(channel, program), program if channel != 9 else 0, players.as_notes(notes))


def _role(channel: int, program: int) -> Role:
    if channel == 9:
        return "drums"
    if 32 <= program < 40:
        return "bass"
    return "pad" if 48 <= program < 55 or 88 <= program < 96 else "chords"
