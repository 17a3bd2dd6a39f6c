# SPDX-License-Identifier: GPL-3.0-or-later
"""The ruler for what is heard: a sine whose period is a whole number of frames, and what finds it broken.

480 Hz at 48 kHz: each sample equals the one 100 frames earlier as long as nothing was lost, added or clicked. The
detector compares 16-bit samples (a difference above 300 of 32768 is a break) and joins breaks less than 2000 frames
apart to one event. Recordings are arrays ``(n, 2)`` in -1..1.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
PERIOD = 100
LEVEL = 0.5
BREAK = 300  # of 32768
EVENT_FRAMES = 2000
_LOUD = 0.01  # of full scale: the first sample of the sine but one
_REMEMBERED = 200


def sine(frames: int, *, start_frame: int = 0, level: float = LEVEL) -> NDArray[np.int16]:
    """Samples ``(frames,)`` of the sine from ``start_frame`` on."""
    phase = (np.arange(start_frame, start_frame + frames) % PERIOD) * (2 * np.pi / PERIOD)
    return np.round(level * np.sin(phase) * 32767).astype("<i2")


def write_wave(path: Path, samples: NDArray[np.int16]) -> str:
    """Mono or stereo samples at 48 kHz as WAV; mono goes on both channels."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.repeat(samples[:, None], 2, axis=1) if samples.ndim == 1 else samples).tobytes())
    return str(path)


def sine_file(path: Path, seconds: float, *, start_frame: int = 0, level: float = LEVEL) -> str:
    return write_wave(path, sine(round(seconds * RATE), start_frame=start_frame, level=level))


def sounding(recording: NDArray[np.float64]) -> NDArray[np.float64]:
    """The left channel from the first to the last loud sample."""
    loud = np.flatnonzero(np.abs(recording[:, 0]) > _LOUD)
    assert loud.size, "nothing was recorded"
    return recording[loud[0]: loud[-1] + 1, 0]


def breaks(heard: NDArray[np.float64]) -> list[int]:
    """Frames where the sine is broken, one for each event; the first and last 2000 frames are not judged."""
    watch = SineWatch()
    watch.take(np.round(heard * 32768).astype(np.int16))
    return watch.result().breaks


@dataclass
class Watched:
    """What a watch has seen; frames are counted from the recording's first, sound is ``first..last`` inclusive."""

    frames: int
    first: int | None
    last: int | None
    breaks: list[int]
    events: int
    peak: float  # of full scale

    @property
    def sounding_frames(self) -> int:
        return 0 if self.first is None or self.last is None else self.last - self.first + 1


@dataclass
class SineWatch:
    """The detector for recordings of any length, block by block, in constant memory."""

    _frames: int = 0
    _first: int | None = None
    _last: int | None = None
    _peak: int = 0
    _before: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    _events: list[tuple[int, int]] = field(default_factory=list)  # first and last broken frame of each
    _more: int = 0

    def take(self, block: NDArray[np.int16]) -> None:
        """The next samples ``(n,)`` of one channel."""
        if not len(block):
            return
        samples = block.astype(np.int32)
        level = np.abs(samples)
        loud = np.flatnonzero(level > _LOUD * 32768)
        if loud.size:
            if self._first is None:
                self._first = self._frames + int(loud[0])
            self._last = self._frames + int(loud[-1])
            self._peak = max(self._peak, int(level.max()))
        joined = np.concatenate([self._before, samples])
        wrong = np.flatnonzero(np.abs(joined[PERIOD:] - joined[:-PERIOD]) > BREAK)
        start = self._frames - len(self._before) + PERIOD
        if self._first is not None:
            for place in _groups(start + wrong):
                self._note(*place)
        self._before = joined[-PERIOD:]
        self._frames += len(samples)

    def _note(self, begin: int, end: int) -> None:
        if self._events and begin - self._events[-1][1] < EVENT_FRAMES:
            self._events[-1] = (self._events[-1][0], end)
        elif len(self._events) < _REMEMBERED:
            self._events.append((begin, end))
        else:
            self._more += 1

    def result(self) -> Watched:
        """Breaks at the very beginning and end belong to the sound's starting and stopping."""
        first, last = self._first or 0, self._last or 0
        inner = [(max(begin, first + EVENT_FRAMES), min(end, last - EVENT_FRAMES)) for begin, end in self._events
                 if end >= first + EVENT_FRAMES and begin <= last - EVENT_FRAMES]
        return Watched(self._frames, self._first, self._last, [begin for begin, end in inner if end >= begin],
                       len(inner) + self._more, self._peak / 32768)


def _groups(places: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and last of each run of places less than an event apart."""
    if not places.size:
        return []
    cuts = np.flatnonzero(np.diff(places) >= EVENT_FRAMES) + 1
    return [(int(run[0]), int(run[-1])) for run in np.split(places, cuts)]
