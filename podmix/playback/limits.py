# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands before they are obeyed: numbers within their limits, and nothing that is no number.

A plan may come from a file that somebody has edited, a position from another program on the desktop. What has no sense
is left out (or refused with a sentence), because an engine that fails over it would take the sound with it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from podmix.audio.mixing.clip_curves import bounds, clip_curves
from podmix.audio.mixing.types import Clip
from podmix.audio.stretching.time_map import TimeMap
from podmix.errors import AudioError
from podmix.playback.protocol import (
    FASTEST,
    LONGEST_CROSSFADE_S,
    SLOWEST,
    Command,
    Item,
    Load,
    Mix,
    Next,
    Queue,
    Replan,
    Seek,
    SetCrossfade,
    SetDeck,
    SetSpeed,
    SetVolume,
    SleepTimer,
    Warm,
)

LONGEST_S = 1e7  # some months
LONGEST_FADE_S = 60.0
LOUDEST_GAIN_DB, SOFTEST_GAIN_DB = 40.0, -80.0
MOST_DECK_GAIN = 4.0


def within_limits(command: Command) -> Command | None:
    """The command as it can be obeyed; None where it asks for nothing. Raises AudioError for a mix without sense."""
    match command:
        case Load(item=what, at=at):
            return replace(command, item=_mix(what) if isinstance(what, Mix) else _item(what),
                           at=_number(at, 0.0, LONGEST_S))
        case Queue(items=items) | Warm(items=items):
            return replace(command, items=tuple(map(_item, items)))
        case Replan(mix=mix):
            return Replan(_mix(mix))
        case Seek(position=position):
            held = _number(position, 0.0, LONGEST_S)
            return None if held is None else Seek(held)
        case Next(fade_s=fade_s):
            return Next(_number(fade_s, 0.0, LONGEST_CROSSFADE_S) or 0.0)
        case SetSpeed(speed=speed):
            held = _number(speed, SLOWEST, FASTEST)
            return None if held is None else SetSpeed(held)
        case SetVolume(volume=volume):
            held = _number(volume, 0.0, 1.0)
            return None if held is None else SetVolume(held)
        case SetCrossfade(seconds=seconds):
            held = _number(seconds, 0.0, LONGEST_CROSSFADE_S)
            return None if held is None else SetCrossfade(held)
        case SleepTimer(seconds=seconds, fade_s=fade_s):
            held = _number(seconds, 0.0, LONGEST_S)
            return None if held is None and seconds is not None else SleepTimer(
                held, _number(fade_s, 0.0, LONGEST_S) or 0.0)
        case SetDeck():
            return _deck(command)
    return command


def _number(value: float | None, least: float, most: float) -> float | None:
    """Held between the limits; None for none and for what is no number."""
    return None if value is None or math.isnan(value) else min(most, max(least, value))


def _item(item: Item) -> Item:
    start = _number(item.start, 0.0, LONGEST_S) or 0.0
    end = None if item.end is None or (math.isinf(item.end) and item.end > 0) else _number(item.end, start, LONGEST_S)
    return replace(item, start=start, end=end, fade_s=_number(item.fade_s, 0.0, LONGEST_FADE_S) or 0.0,
                   gain_db=_number(item.gain_db, SOFTEST_GAIN_DB, LOUDEST_GAIN_DB))


def _deck(command: SetDeck) -> SetDeck:
    gains = {name: _number(getattr(command, name), 0.0, MOST_DECK_GAIN) for name in ("gain", "low", "mid", "high")}
    return SetDeck(command.deck, **gains, filter=_number(command.filter, -1.0, 1.0))


def _mix(mix: Mix) -> Mix:
    """The same; raises AudioError where it cannot be played as it stands."""
    program = mix.program
    if not 0.0 <= program.duration_s <= LONGEST_S:
        raise AudioError("This mix has no length.", remedy="Make the mix again from its tracks.",
                         detail=f"{program.duration_s} s")
    for clip in program.clips:
        _check(clip, program.sample_rate)
    return mix


def _check(clip: Clip, sample_rate: int) -> None:
    first, beyond = bounds(clip, sample_rate)
    if max(-first, beyond) > LONGEST_S * sample_rate:
        raise AudioError("This mix has a track beyond its end.", remedy="Make the mix again from its tracks.",
                         detail=f"{clip.path}: {first / sample_rate} .. {beyond / sample_rate} s")
    TimeMap.from_points(clip.time_map, sample_rate)
    clip_curves(clip, sample_rate)
