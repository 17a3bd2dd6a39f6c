# SPDX-License-Identifier: GPL-3.0-or-later
"""What sounds next: ``process(frames)`` gives the next block, at any block size, with no I/O and no clock.

Round the mixing core stand the things that must act at the reading side: pause, seek and skip fade for 8 ms and then
drop what the core was reading, so that what is felt is the device's buffer and nothing of what was decoded ahead. The
join to what follows is the core's: no fade and no gap, or a crossfade. A timeline remembers which frame of the core
every written frame was, so that a state can be told for what is heard, one output latency ago.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.ramps import Gate, Slope
from podmix.audio.mixing.types import Clip
from podmix.playback.protocol import Mix
from podmix.playback.ring import RingSource
from podmix.playback.starts import (
    Heard,
    ItemStart,
    MixStart,
    Reading,
    Start,
    beginning_of,
    first_sources,
    source_of,
    sources_of,
)
from podmix.playback.timeline import Played, Timeline

Samples = NDArray[np.float32]

FADE_S = 0.008
VOLUME_S = 0.01
STRIPS = 4
HEAD_START_S = 0.25  # of sound is there before it begins, so that a filler that is kept waiting does not break it


class Transport:
    """Reads rings through the mixing core; all methods may be called from any thread.

    ``head_start_s``: so much must lie ready before something begins to sound (0 for clocks that can stand still).
    """

    def __init__(self, sample_rate: int, *, volume: float = 1.0, head_start_s: float = 0.0) -> None:
        self.sample_rate = sample_rate
        self._head_start_frames = round(head_start_s * sample_rate)
        self.underruns = 0
        self._lock = threading.RLock()
        self._core = MixCore(sample_rate, decks=STRIPS)
        self._gate = Gate(round(FADE_S * sample_rate))
        self._volume = Slope(volume)
        self._sleep = Slope(1.0)
        self._sleep_frames: int | None = None
        self._sleep_fade = 0
        self._playing = False
        self._ended = False
        self._now: Played | None = None
        self._next: tuple[Start | None] | None = None  # what to change to after the fade
        self._fresh = True  # nothing has come from the core yet: waiting for it is no underrun
        self._timeline = Timeline(sample_rate, self._core)

    # What the engine asks for.

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def silent(self) -> bool:
        """Nothing sounds and nothing is about to."""
        with self._lock:
            return self._gate.closed and not self._playing and self._next is None

    @property
    def waiting(self) -> bool:
        """It wants to sound, and what it shall play has not arrived yet."""
        with self._lock:
            return self._playing and (self._fresh or self._next is not None)

    @property
    def changing(self) -> bool:
        """What ``start`` says has not begun yet."""
        with self._lock:
            return self._next is not None

    def start(self) -> Start | None:
        """What is played or about to be."""
        with self._lock:
            if self._next is not None:
                return self._next[0]
            return self._now.start if self._now is not None else None

    def change_to(self, start: Start | None) -> None:
        """Fade out, drop what is read now, go on with ``start``; no follower begins from now on."""
        with self._lock:
            self._core.unfollow()  # else its ring would be read during the fade, and lack that when its turn comes
            self._next = (start,)
            self._ended = False

    def follow_with(self, following: tuple[Reading, ...], overlap_frames: int) -> None:
        """What comes after the item that is read now, in order; replaces what has not begun."""
        with self._lock:
            if self._next is not None:
                pending = self._next[0]
                if isinstance(pending, ItemStart):
                    self._next = (ItemStart(pending.first, following, overlap_frames),)
            elif self._now is not None and isinstance(self._now.start, ItemStart):
                self._attach(following, overlap_frames)

    def cut_to_next(self, fade_frames: int) -> bool:
        """Crossfade to the first follower now; False where there is none to go to."""
        with self._lock:
            if self._now is None or self._next is not None or not self._playing:
                return False
            if not self._core.cut_to_next(fade_frames):
                return False
            for voice in [v for v in self._now.heads if v not in self._now.begun]:
                self._now.heads[voice] = min(self._now.heads[voice], fade_frames)
            return True

    def add_clips(self, clips: tuple[tuple[Clip, int, RingSource], ...]) -> None:
        """More clips of the mix that plays (or is about to)."""
        with self._lock:
            if self._next is not None and isinstance(pending := self._next[0], MixStart):
                self._next = (replace(pending, clips=pending.clips + clips),)
            elif self._now is not None and isinstance(self._now.start, MixStart):
                for clip, first, source in clips:
                    self._cue(self._now, clip, first, source)

    def drop_unbegun(self) -> set[Clip]:
        """Forget the clips of the mix that have not begun to sound; returns those that have."""
        stay: set[Clip] = set()
        with self._lock:
            if self._now is not None:
                self._now.learn_beginnings(self._core)
                for voice in [v for v in self._now.voices if v not in self._now.begun]:
                    self._core.stop(voice, 0)
                    del self._now.voices[voice]
                stay = {what[0] for what in self._now.voices.values() if not isinstance(what, Reading)}
        return stay

    def replace_mix(self, mix: Mix, end_frame: int) -> None:
        """The mix that plays goes by another program from now on (its sounding clips stay)."""
        with self._lock:
            if self._now is not None and isinstance(self._now.start, MixStart):
                self._core.play_until(max(end_frame, self._core.frame))
                self._now.start = replace(self._now.start, mix=mix, end_frame=end_frame)

    def set_strip(self, deck: int, *, gain: float | None = None, low: float | None = None, mid: float | None = None,
                  high: float | None = None, filter: float | None = None) -> None:  # noqa: A002 - the field's term
        with self._lock:
            self._core.set_strip(deck, gain=gain, low=low, mid=mid, high=high, filter=filter)

    def play(self) -> None:
        with self._lock:
            if self._ended or self.start() is None:
                return
            if not self._playing or self._sleep_frames is None:  # else its fade goes on: a jump back would click
                self._sleep.move(1.0, 0)
            self._playing = True

    def pause(self) -> None:
        with self._lock:
            self._playing = False

    def set_volume(self, volume: float) -> None:
        with self._lock:
            self._volume.move(volume, round(VOLUME_S * self.sample_rate))

    @property
    def volume(self) -> float:
        return self._volume.target

    def sleep_after(self, seconds: float | None, fade_s: float) -> None:
        with self._lock:
            self._sleep.move(1.0, round(VOLUME_S * self.sample_rate))
            self._sleep_frames = None if seconds is None else round(seconds * self.sample_rate)
            self._sleep_fade = round(min(fade_s, seconds or 0.0) * self.sample_rate)

    @property
    def sleep_left_s(self) -> float | None:
        frames = self._sleep_frames
        return None if frames is None else frames / self.sample_rate

    def sources(self) -> Iterator[RingSource]:
        """All rings that are read or will be."""
        with self._lock:
            starts = [self._next[0]] if self._next is not None else []
            found: list[RingSource] = []
            for start in starts:
                found += sources_of(start)
            if self._now is not None:
                begun = self._now.begun
                states = {state.id: state.ended for state in self._core.voices()}
                latest = max(begun, key=lambda voice: begun[voice][0], default=None)
                found += [source_of(voice) for key, voice in self._now.voices.items()
                          if not states.get(key, True) or key == latest]  # the last one's end may have to be told
        return iter(found)

    def ready(self, frames: int) -> bool:
        """Would ``process(frames)`` be whole (or end) now?"""
        with self._lock:
            self._steer_gate()
            if self._next is not None and self._gate.closed:
                self._change()  # nothing sounds, so nothing has to fade first
                self._steer_gate()
            if self._gate.opening:
                return self._core.ready(frames) and self._crossfade_in_sight(frames)
            if not self._gate.closed and not self._core.ready(min(frames, self._gate.moving)):
                return False
            return self._next is None or all(
                source.finished() or source.available() >= frames + 2 * MixCore.QUANTUM
                for source in first_sources(self._next[0], frames))

    def heard(self, latency_s: float) -> Heard:
        """What sounds ``latency_s`` after it was written."""
        with self._lock:
            if self._next is not None:
                return beginning_of(self._next[0])
            return self._timeline.heard(latency_s) or beginning_of(self._now.start if self._now is not None else None)

    def written(self) -> Heard:
        """What stands at the reading edge (not yet heard)."""
        with self._lock:
            if self._next is not None:
                return beginning_of(self._next[0])
            if self._now is None:
                return beginning_of(None)
            return self._timeline.at(self._now, self._core.frame, ended=self._ended)

    def levels(self) -> tuple[float, float, dict[int, float]]:
        """Peak and RMS of the mix and the peaks of the decks since last asked, linear."""
        with self._lock:
            levels = self._core.levels()
            return levels.master.peak, levels.master.rms, {k: level.peak for k, level in enumerate(levels.decks)}

    # What the output asks for.

    def process(self, frames: int) -> Samples:
        """The next ``frames`` frames ``(frames, 2)``, limited to -1..1."""
        with self._lock:
            out = np.zeros((frames, 2), np.float32)
            filled = 0
            while filled < frames:
                got = self._some(out[filled:])
                if not got:
                    self._timeline.mark(self._now, moving=False, ended=self._ended)
                    self._timeline.advance(frames - filled)
                    break
                filled += got
            self._apply_volume(out, frames)
            if np.abs(out).max(initial=0.0) > 1.0:
                np.clip(out, -1.0, 1.0, out=out)
            return out

    def _some(self, out: Samples) -> int:
        """Fill the beginning of ``out``; returns the frames done, 0 when the rest is silence."""
        self._steer_gate()
        if self._gate.closed:
            if self._next is None:
                return 0
            self._change()
            return self._some(out)
        most = min(len(out), self._gate.moving or len(out))
        if self._fresh:
            if self._head_start_frames and not self._has_head_start():
                return self._dry(out)
            self._open_at_start()
        self._timeline.mark(self._now, moving=True, ended=self._ended)
        block = self._core.process(most)
        size = len(block)
        if not size:
            return self._dry(out)
        if self._now is not None:
            self._now.learn_beginnings(self._core)
        self._fresh = False
        gains = self._gate.take(size)
        out[:size] = block if gains is None else block * gains[:, None]
        self._timeline.advance(size)
        return size

    def _crossfade_in_sight(self, frames: int) -> bool:
        """Where a crossfade waits, the sounding rings reach beyond it or have told their end: else it came too late."""
        if self._now is None:
            return True
        overlap = max((head for voice, head in self._now.heads.items() if voice not in self._now.begun), default=0)
        sounding = {state.id for state in self._core.voices() if state.begun_frame is not None and not state.ended}
        sources = [source_of(what) for voice, what in self._now.voices.items() if voice in sounding]
        return not overlap or all(source.finished() or source.full or source.available() >= frames + overlap
                                  + 2 * MixCore.QUANTUM for source in sources)

    def _has_head_start(self) -> bool:
        """Enough of what sounds at the reading edge is there, or all that will come."""
        wanted = self._head_start_frames
        if self._now is None or self._next is not None:
            return True
        sounding = {state.id for state in self._core.voices() if state.begun_frame is not None and not state.ended}
        sources = ([source_of(voice) for key, voice in self._now.voices.items() if key in sounding]
                   or first_sources(self._now.start, wanted))
        return all(source.finished() or source.full or source.available() >= wanted for source in sources)

    def _steer_gate(self) -> None:
        self._gate.opening = self._playing and self._next is None and self._now is not None

    def _open_at_start(self) -> None:
        """At the own start of an item or a mix, which needs no fade, the gate stands open."""
        start = self._now.start if self._now is not None else None
        if isinstance(start, MixStart):
            at_start = start.frame == 0
        elif isinstance(start, ItemStart):
            item, at = start.first.item, start.first.source.at
            at_start = at <= item.start + 1e-9 and (item.fade_s > 0 or item.start == 0.0)
        else:
            return
        if at_start and self._gate.opening and not self._core.frame:
            self._gate.jump_open()

    def _dry(self, out: Samples) -> int:
        """The core gives nothing now: the end, or an underrun."""
        if self._core.idle:
            if self._next is None:  # else it came to its end while it faded: what is asked for plays
                self._ended, self._playing = True, False
        elif not self._fresh and self._next is None and self._playing:
            self.underruns += 1
            self._fresh = True
        self._gate.shut()
        return self._some(out) if self._next is not None else 0

    def _change(self) -> None:
        assert self._next is not None
        start, self._next = self._next[0], None
        self._core.reset(start.frame if isinstance(start, MixStart) else 0)
        self._now = None if start is None else Played(start)
        self._fresh = True
        self._timeline.clear()
        if self._now is None:
            return
        if isinstance(start, ItemStart):
            self._now.voices[self._core.cue(start.first.source, deck=0)] = start.first
            self._attach(start.following, start.overlap_frames)
        elif isinstance(start, MixStart):
            self._core.play_until(start.end_frame)
            for clip, first, source in start.clips:
                self._cue(self._now, clip, first, source)

    def _cue(self, played: Played, clip: Clip, first: int, source: RingSource) -> None:
        voice = self._core.cue(source, deck=clip.deck % STRIPS, start_frame=first, clip=clip)
        played.voices[voice] = (clip, source)

    def _attach(self, following: tuple[Reading, ...], overlap_frames: int) -> None:
        assert self._now is not None
        self._now.learn_beginnings(self._core)
        running = {id(source_of(v)) for key, v in self._now.voices.items() if key in self._now.begun}
        self._core.unfollow()
        for voice in [v for v in self._now.voices if v not in self._now.begun and len(self._now.voices) > 1]:
            if source_of(self._now.voices[voice]) is not self._first_source():
                del self._now.voices[voice]
        for reading in following:
            if id(reading.source) in running:
                continue  # it began since the engine last looked
            voice = self._core.follow(reading.source, overlap_frames=overlap_frames)
            self._now.voices[voice] = reading
            self._now.heads[voice] = overlap_frames

    def _first_source(self) -> RingSource | None:
        start = self._now.start if self._now is not None else None
        return start.first.source if isinstance(start, ItemStart) else None

    def _apply_volume(self, out: Samples, frames: int) -> None:
        self._scale(out, self._volume.take(frames))
        if self._sleep_frames is None or not self._playing:
            return
        if self._sleep_frames <= self._sleep_fade and self._sleep.target == 1.0:
            self._sleep.move(0.0, max(1, self._sleep_frames))
        self._scale(out, self._sleep.take(frames))
        self._sleep_frames -= frames
        if self._sleep_frames <= 0:
            self._sleep_frames, self._playing = None, False
            self._gate.shut()
            self._sleep.move(1.0, 0)

    @staticmethod
    def _scale(out: Samples, gain: NDArray[np.float32] | float) -> None:
        if isinstance(gain, float | int):
            if gain != 1.0:
                out *= np.float32(gain)
        else:
            out *= gain[:, None]
