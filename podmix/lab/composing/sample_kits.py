# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded drums of this machine: Hydrogen's drum kits and Sonic Pi's one-shots, if they are installed.

Both are optional and only read while training music is made; silence before the attack is cut off, so that a sample's
first frame is the hit.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from podmix.audio.decode import read
from podmix.errors import AudioError
from podmix.lab.composing import drum_sounds as gm
from podmix.lab.composing.drum_sounds import Dice, Kit, Sound

HYDROGEN = Path("/usr/share/hydrogen/data/drumkits")
SONIC_PI = Path("/usr/share/sonic-pi/samples")

_NAMES = (
    (r"kick|bass ?drum|^bd_|thump|djembe\d bass|dununba1 head", gm.KICK),
    (r"side ?stick|stick|rim ?click", gm.STICK),
    (r"snare|^sn_|slap", gm.SNARE),
    (r"clap|snap", gm.CLAP),
    (r"pedal|hat.*pd|foot", gm.PEDAL),
    (r"(hat|hh|hi-hat).*(open|op\b)|open.*(hat|hh)|cymbal_open|ohh", gm.OPEN),
    (r"closed|hat.*cl|hi-?hat|\bhh\b|cymbal_closed|hat", gm.CLOSED),
    (r"crash|splash|china|cymbal_hard", gm.CRASH),
    (r"ride|cymbal_soft", gm.RIDE),
    (r"low tom|tom low|floor|tom_lo|tom 1", gm.LOW_TOM),
    (r"tom_hi|tom hi|high tom", gm.HIGH_TOM),
    (r"tom", gm.MID_TOM),
    (r"tambourine", gm.TAMBOURINE),
    (r"cowbell|bell", gm.COWBELL),
    (r"bongo hi|tone", gm.HIGH_BONGO),
    (r"bongo|tabla", gm.LOW_BONGO),
    (r"conga|djembe", gm.CONGA),
    (r"shaker|maraca", gm.SHAKER),
    (r"clave|woodblock", gm.CLAVES),
)
_INSTRUMENT = re.compile(r"<instrument>(.*?)</instrument>", re.DOTALL)
_NAME = re.compile(r"<name>(.*?)</name>")
_FILE = re.compile(r"<filename>(.*?)</filename>")


def percussion_number(name: str) -> int | None:
    """The General MIDI number that a kit's instrument name stands for."""
    lower = name.lower()
    return next((number for pattern, number in _NAMES if re.search(pattern, lower)), None)


def read_hit(path: Path, rate: int, longest_s: float = 2.0) -> Sound | None:
    """A one-shot at ``rate``, unit peak, from its attack on; None where it is silent or unreadable."""
    try:
        samples, _ = read(path, sample_rate=rate, end=longest_s)
    except AudioError:
        return None
    peak = float(np.abs(samples).max()) if len(samples) else 0.0
    if peak < 1e-3:
        return None
    first = int(np.argmax(np.abs(samples) > 0.05 * peak))
    return np.asarray(samples[first:] / peak, np.float32)


def hydrogen_kits(rate: int) -> list[Kit]:
    """Each installed kit; where several instruments mean one number, the first counts."""
    kits = []
    for description in sorted(HYDROGEN.glob("*/drumkit.xml")):
        kit: Kit = {}
        for block in _INSTRUMENT.findall(description.read_text(encoding="utf-8", errors="replace")):
            name, files = _NAME.search(block), _FILE.findall(block)
            number = percussion_number(name.group(1)) if name else None
            if number is None or number in kit or not files:
                continue
            sound = read_hit(description.parent / files[-1], rate)
            if sound is not None:
                kit[number] = sound
        if gm.KICK in kit or gm.CONGA in kit:
            kits.append(kit)
    return kits


def sonic_pi_hits(rate: int) -> dict[int, list[Sound]]:
    """One-shots by percussion number."""
    hits: dict[int, list[Sound]] = {}
    for path in sorted(SONIC_PI.glob("*.flac")):
        if not path.stem.startswith(("bd_", "sn_", "drum_", "elec_", "perc_", "tabla_")):
            continue
        number = percussion_number(path.stem)
        sound = read_hit(path, rate) if number is not None else None
        if sound is not None and number is not None:
            hits.setdefault(number, []).append(sound)
    return hits


def blended_kit(kits: list[Kit], hits: dict[int, list[Sound]], synthetic: Kit, dice: Dice) -> Kit:
    """A kit whose sounds come from one place mostly, and from others at random."""
    pools: dict[int, list[Sound]] = {number: list(found) for number, found in hits.items()}
    for kit in kits:
        for number, sound in kit.items():
            pools.setdefault(number, []).append(sound)
    chosen = dict(synthetic)
    if kits and dice.random() < 0.6:
        chosen |= kits[int(dice.integers(len(kits)))]
    swap = dice.uniform(0, 0.6)
    for number, pool in pools.items():
        if dice.random() < swap:
            chosen[number] = pool[int(dice.integers(len(pool)))]
    return {number: _varied(sound, dice) for number, sound in chosen.items()}


def _varied(sound: Sound, dice: Dice) -> Sound:
    """The same drum tuned, shortened and turned up or down."""
    ratio = float(np.exp(dice.normal(0, 0.12)))
    places = np.arange(0, len(sound) - 1, ratio)
    tuned = np.interp(places, np.arange(len(sound)), sound)
    if dice.random() < 0.4:
        tuned *= np.exp(-np.arange(len(tuned)) / (len(tuned) * dice.uniform(0.1, 0.6)))
    return np.asarray((tuned * np.exp(dice.normal(0, 0.25))), np.float32)
