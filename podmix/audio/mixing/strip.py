# SPDX-License-Identifier: GPL-3.0-or-later
"""One deck's chain: the sum of its voices -> isolator -> filter -> echo -> deck gain.

Clips on one deck are meant to come one after the other; where they overlap, the later one's lanes hold for both. Lanes
and knobs work together: gains multiply, filter positions add up. A chain in which nothing has been touched hands its
voices on bit for bit, and a silent deck costs nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from podmix.audio.mixing.clip_curves import BANDS, FILTER
from podmix.audio.mixing.echo import EchoLine
from podmix.audio.mixing.equaliser import Equaliser
from podmix.audio.mixing.lanes import Automation, Curve
from podmix.audio.mixing.levels import Meter
from podmix.audio.mixing.ramps import Gains, Slope, product
from podmix.audio.mixing.state_space import Planar
from podmix.audio.mixing.sweep import Sweep
from podmix.audio.mixing.voices import LOUDEST, Voice

MOVE_S = 0.02  # a knob reaches its place in so much
_RUNG_OUT = 1e-5  # filters that give less, with nothing going in, have ended


@dataclass(slots=True, eq=False)
class _Send:
    """An echo and what feeds it: the deck, from ``begin`` until another clip takes over."""

    line: EchoLine
    lane: Curve
    begin: int
    until: int | None = None

    def gains(self, frame: int, count: int) -> Gains | float:
        if self.until is not None and self.until <= frame:
            return 0.0
        gains = self.lane.at(frame, count)
        if self.begin <= frame and (self.until is None or self.until >= frame + count):
            return gains
        some = np.zeros(count, np.float32)
        inside = slice(max(0, self.begin - frame), count if self.until is None else min(count, self.until - frame))
        some[inside] = gains if isinstance(gains, float) else gains[inside]
        return some


class _Place(NamedTuple):
    """Gains of the bands, position of the filter, gain of the deck: one number each while they stand still."""

    bands: tuple[Gains | float, ...]
    filter: Gains | float
    gain: Gains | float


class Strip:
    """Sums its voices of a quantum and sends them through the deck's chain."""

    def __init__(self, sample_rate: int, quantum: int) -> None:
        self.meter = Meter()
        self._rate = sample_rate
        self._quantum = quantum
        self._knobs = {"gain": Slope(1.0), **{name: Slope(1.0) for name in BANDS}, FILTER: Slope(0.0)}
        self._rests = [(knob, knob.value) for knob in self._knobs.values()]
        self._lanes = {**{name: Automation(1.0, sample_rate) for name in BANDS}, FILTER: Automation(0.0, sample_rate)}
        self._equaliser = Equaliser(sample_rate, quantum)
        self._sweep = Sweep(sample_rate, quantum)
        self._sends: list[_Send] = []
        self._input: Planar | None = None
        self._awake = False  # something sounded in the quantum before, or filters still ring
        self._plain = True  # all knobs and lanes rest where they change nothing
        self._place = _Place((1.0, 1.0, 1.0), 0.0, 1.0)
        self._steady_until = 0.0  # before this frame they stay in ``_place``
        self._rest_frames = math.inf  # so long the bands change nothing from there on

    def set(self, name: str, value: float) -> None:
        """Move a knob: "gain", "low", "mid", "high" (linear, at most 100) or "filter" (-1 .. 1)."""
        if not math.isfinite(value):
            raise ValueError(f"{name} of a deck cannot be {value}")
        least, most = (-1.0, 1.0) if name == FILTER else (0.0, LOUDEST)
        self._knobs[name].move(min(max(float(value), least), most), round(MOVE_S * self._rate))
        self._plain, self._steady_until = False, 0.0

    def reset(self) -> None:
        """Forget what sounded; knobs stay, at their targets."""
        self._input = None
        self._steady_until = 0.0
        self._sends.clear()
        for knob in self._knobs.values():
            knob.move(knob.target, 0)
        self._sleep()

    @property
    def ringing(self) -> bool:
        """An echo holds something that will still be heard."""
        return any(send.line.ringing for send in self._sends)

    def begin(self, voice: Voice) -> None:
        """A voice begins in the quantum that comes: from its first frame on its clip's lanes hold."""
        assert voice.begin is not None
        curves = voice.curves
        for name, lane in self._lanes.items():
            lane.hand_over(curves.deck.get(name), voice.begin, softly=self._awake)
        self._plain, self._steady_until = self._plain and not curves.deck, 0.0
        for send in self._sends:
            send.until = voice.begin if send.until is None else min(send.until, voice.begin)
        if curves.echo is not None and curves.send is not None:
            self._sends.append(_Send(curves.echo, curves.send, voice.begin))

    def add(self, block: Planar, offset: int, gains: Gains | float) -> None:
        """``block`` ``(2, n)`` from ``offset`` in this quantum."""
        part, gain = slice(offset, offset + block.shape[1]), _single(gains)
        if self._input is None:
            whole = block.shape[1] == self._quantum
            self._input = (np.empty if whole else np.zeros)((2, self._quantum), np.float32)
            np.multiply(block, gain, out=self._input[:, part])
        else:
            self._input[:, part] += block * gain

    def process(self, frame: int) -> Planar | None:
        """The quantum that begins at ``frame``, ``(2, quantum)``; None where it is silent. Nobody may change it."""
        sound, self._input = self._input, None
        if self._plain:
            self._awake = sound is not None
            gain: Gains | float = 1.0
        else:
            sound, gain = self._turned(sound, frame)
        if self._sends:
            sound = self._with_echoes(sound, frame)
        if sound is not None and not (isinstance(gain, float) and gain == 1.0):
            sound *= _single(gain)
        self.meter.add(sound)
        return sound

    def _turned(self, sound: Planar | None, frame: int) -> tuple[Planar | None, Gains | float]:
        """What isolator and filter make of it, and the deck's gain, which comes behind the echo."""
        if frame + self._quantum > self._steady_until:
            self._place = self._placed(frame)
        place = self._place
        if sound is not None or self._awake:
            sound = self._filtered(sound, place)
        if not (self._equaliser.engaged or self._sweep.engaged):
            self._plain = all(knob.settled and knob.target == rest for knob, rest in self._rests) and all(
                lane.neutral_from(frame + self._quantum) for lane in self._lanes.values())
        return sound, place.gain

    def _placed(self, frame: int) -> _Place:
        """Where knobs and lanes are in the quantum at ``frame``; notes how long they will stay there."""
        count = self._quantum
        knobs = {name: knob.take(count) for name, knob in self._knobs.items()}
        bands = tuple(product(self._lanes[name].at(frame, count), knobs[name]) for name in BANDS)
        turned = _added(self._lanes[FILTER].at(frame, count), knobs[FILTER])
        self._steady_until = 0.0
        rests = min(self._lanes[name].rests_until(frame) for name in BANDS) if all(
            isinstance(knobs[name], float) and knobs[name] == 1.0 for name in BANDS) else float(frame)
        self._rest_frames = rests - frame - count
        if all(knob.settled for knob in self._knobs.values()) and all(
                isinstance(value, float) for value in (*knobs.values(), *bands, turned)):
            self._steady_until = min(lane.steady_until(frame) for lane in self._lanes.values())
            if self._rest_frames > self._equaliser.lead:  # look again when the isolator is to be made ready
                self._steady_until = min(self._steady_until, rests - self._equaliser.lead)
        return _Place(bands, turned, knobs["gain"])

    def _filtered(self, sound: Planar | None, place: _Place) -> Planar | None:
        fed = sound is not None
        if sound is None:
            if not (self._equaliser.engaged or self._sweep.engaged):
                self._sleep()
                return None
            sound = np.zeros((2, self._quantum), np.float32)
        self._make_ready()
        sound = self._equaliser.process(sound, *place.bands)
        sound = self._sweep.process(sound, place.filter)
        if fed:
            self._awake = True
        elif float(np.abs(sound).max()) < _RUNG_OUT:
            self._sleep()
        return sound

    def _make_ready(self) -> None:
        """The isolator takes part while a band is away from one, and is there in full when a lane begins to move.

        That follows from the lanes alone, so what is played from the middle on soon sounds as if played from the
        beginning.
        """
        lead = self._equaliser.lead
        if self._rest_frames < lead:
            # Where nothing sounds yet there is nothing that could be disturbed.
            self._equaliser.engage(at_once=not self._awake, ahead=self._rest_frames + self._quantum >= lead)
        else:
            self._equaliser.release()

    def _with_echoes(self, sound: Planar | None, frame: int) -> Planar | None:
        """``sound`` and what all echoes give; each is fed by the deck, not by the others."""
        total = sound
        for send in tuple(self._sends):
            gains = send.gains(frame, self._quantum) if sound is not None else 0.0
            quiet = isinstance(gains, float) and gains == 0.0
            if not send.line.ringing:
                if send.until is not None and send.until <= frame:
                    self._sends.remove(send)
                if quiet:
                    continue
            heard = send.line.process(np.zeros((2, self._quantum), np.float32) if sound is None else sound, gains)
            total = heard if total is None else np.add(total, heard, out=heard)
        return total

    def _sleep(self) -> None:
        """Nothing sounds any more: what begins next begins afresh."""
        self._awake = False
        self._steady_until = 0.0
        for lane in self._lanes.values():
            lane.reset()
        self._equaliser.reset()
        self._sweep.reset()


def _added(lane: Gains | float, knob: Gains | float) -> Gains | float:
    if isinstance(lane, float) and isinstance(knob, float):
        return min(1.0, max(-1.0, lane + knob))
    return np.clip(np.asarray(lane + knob, dtype=np.float32), -1.0, 1.0)


def _single(gain: Gains | float) -> Gains | np.float32:
    return np.float32(gain) if isinstance(gain, float) else gain
