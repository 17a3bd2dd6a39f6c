# SPDX-License-Identifier: GPL-3.0-or-later
"""The mixing core: sources on decks in, one limited stereo signal out; the same live and in a file.

No I/O, no clock, no thread. Everything runs in whole quanta of the core's own clock, so the sizes in which its output
is asked for change nothing, and a quantum is mixed only when every source that sounds in it can give its part, so
late sources lose nothing and all decks stay together (see ``plan``). Output frame ``k`` is limited input frame
``k``: the limiter's look-ahead is made up for inside, by mixing up to a quantum and that look-ahead (about 17 ms in
all) further.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import count as numbers

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.clip_curves import bounds, clip_curves
from podmix.audio.mixing.levels import Levels, Meter
from podmix.audio.mixing.limiter import Limiter
from podmix.audio.mixing.plan import Plan, plan_quantum, reach
from podmix.audio.mixing.ramps import Fade
from podmix.audio.mixing.sources import BlockSource, Source, look
from podmix.audio.mixing.strip import Strip
from podmix.audio.mixing.types import Clip
from podmix.audio.mixing.voices import Planar, Voice, VoiceId, VoiceState

Samples = NDArray[np.float32]

QUANTUM = 512
_ENDED = BlockSource(())
_REMEMBERED_S = 2.0  # an ended voice is told for so long after it has been given out


class MixCore:
    """Mixes voices on ``decks`` strips. Not safe against threads: one caller, or the caller's lock."""

    QUANTUM = QUANTUM

    def __init__(self, sample_rate: int, *, decks: int = 4, ceiling_dbtp: float = -1.0) -> None:
        self.sample_rate = sample_rate
        self.starved = False
        self._strips = [Strip(sample_rate, QUANTUM) for _ in range(decks)]
        self._limiter = Limiter(sample_rate, QUANTUM, ceiling_dbtp=ceiling_dbtp)
        self._meter = Meter()
        self._numbers = numbers(1)
        self._silence = np.zeros((2, QUANTUM), np.float32)
        self._voices: list[Voice] = []
        self._followers: deque[Voice] = deque()
        self._over: deque[Voice] = deque(maxlen=64)
        self._head: Voice | None = None
        self._ready: deque[Planar] = deque()  # limited, from ``_ready_from`` on
        self._until: int | None = None
        self.reset()

    # What is to sound.

    def cue(self, source: Source, *, deck: int, start_frame: int | None = None, clip: Clip | None = None,
            gain: float = 1.0, fade_in_frames: int = 0) -> VoiceId:
        """Let ``source`` begin at ``start_frame`` of the core's clock; it leads the chain that ``follow`` extends.

        Args:
            source: its first frame sounds at ``start_frame``. Where that frame has been mixed already, the source
                begins at once with the frame that is due, so that it is in time with the others.
            deck: whose strip it goes through, 0 .. decks - 1.
            start_frame: None: the next frame that is not mixed yet, or the clip's first frame.
            clip: gives gain, equaliser, filter and echo lanes in mix time, which is the core's clock, and the frame
                where the voice ends at the latest.
            gain: linear, for levelling.
            fade_in_frames: a raised cosine from silence.

        Raises AudioError where a lane of the clip cannot be followed.
        """
        voice = self._voice(source, deck % len(self._strips), gain)
        now = self.next_frame
        if clip is not None:
            begin, voice.stop = bounds(clip, self.sample_rate)
            start_frame = begin if start_frame is None else start_frame
            voice.curves = clip_curves(clip, self.sample_rate)
        wanted = now if start_frame is None else start_frame
        voice.begin, voice.skip = max(now, wanted), max(0, now - wanted)
        if fade_in_frames > 0:
            voice.fades.append(Fade(voice.begin, fade_in_frames, rising=True, equal_power=False))
        self._voices.append(voice)
        self._head = voice
        return voice.id

    def follow(self, source: Source, *, overlap_frames: int = 0, gain: float = 1.0) -> VoiceId:
        """Let ``source`` begin where the last voice of the chain ends: without a gap, or overlapping.

        Without overlap it goes on through the same strip, sample-exact and without a fade. With overlap it begins so
        many frames before that end on another deck, in an equal-power crossfade; never longer than what is left of
        the voice before it, nor than the source itself where it has finished. With nothing to follow it begins with
        the next frame that is not mixed yet.
        """
        if self._head is None or self._head.end is not None:
            return self.cue(source, deck=self._head.deck if self._head else 0, gain=gain)
        voice = self._voice(source, self._head.deck, gain)
        voice.overlap = max(0, overlap_frames)
        self._followers.append(voice)
        return voice.id

    def cut_to_next(self, fade_frames: int) -> bool:
        """Crossfade to the first follower now; what has not begun otherwise is forgotten.

        False, and nothing has changed, when there is no follower or it has nothing to give yet. ``fade_frames`` is
        shortened to what the present voice has left, or has there at the moment: what is cut is not waited for.
        """
        if not self._followers or self._head is None:
            return False
        follower = self._followers[0]
        have, last = look(follower.source, QUANTUM)
        if have < QUANTUM and not last:
            return False
        now, head = self.next_frame, self._head
        fade = _left(head, fade_frames, now)
        self._voices[:] = [voice for voice in self._voices if voice.begin is not None and voice.begin < now]
        for voice in self._voices:
            _fade_out(voice, _left(voice, fade, now), now, equal_power=True)
        self._followers.popleft()
        follower.begin, follower.deck = now, self._other_deck(head.deck)
        if fade:
            follower.fades.append(Fade(now, fade, rising=True, equal_power=True))
        self._voices.append(follower)
        self._head = follower
        return True

    def stop(self, voice_id: VoiceId, fade_frames: int) -> None:
        """Fade one voice out from the next unmixed frame on; a follower of it begins when the fade is over.

        A voice that has not begun is left out. The fade is shortened to what the voice has there.
        """
        now = self.next_frame
        for voice in self._voices:
            if voice.id == voice_id and voice.begin is not None:
                fade = _left(voice, fade_frames, now) if voice.begin < now else 0
                voice.begin = min(voice.begin, now)
                _fade_out(voice, fade, now, equal_power=False)

    def unfollow(self) -> None:
        """Forget the followers that have not begun."""
        self._followers.clear()

    def play_until(self, frame: int | None) -> None:
        """The output ends exactly at ``frame``: silence before it where nothing sounds, nothing after it.

        None (and ``reset``): it ends with the last voice and its echo.
        """
        self._until = frame

    def drop_all(self) -> None:
        """Forget all voices and what was mixed ahead, at once and without a fade; the clock goes on."""
        until = self._until
        self.reset(self._given)
        self._until = until

    def reset(self, frame: int = 0) -> None:
        """Forget everything but the strips' settings and set the clock to ``frame``."""
        for held in (self._voices, self._followers, self._over, self._ready):
            held.clear()
        self._head = None
        self._given = self._first = frame
        self._mixed = frame // QUANTUM * QUANTUM
        self._ready_from = self._mixed - self._limiter.lag
        self._sounds_until = frame
        self._until = None
        self.starved = False
        for strip in self._strips:
            strip.reset()
        self._limiter.reset()

    def set_strip(self, deck: int, *, gain: float | None = None, low: float | None = None, mid: float | None = None,
                  high: float | None = None, filter: float | None = None) -> None:  # noqa: A002 (the knob's name)
        """Move a deck's knobs: gain and bands linear from 0 (killed), filter -1 .. 1; each arrives within 20 ms."""
        given = {"gain": gain, "low": low, "mid": mid, "high": high, "filter": filter}
        for name, value in given.items():
            if value is not None:
                self._strips[deck].set(name, value)

    # What sounds.

    @property
    def frame(self) -> int:
        """The core's clock: the next frame that ``process`` gives."""
        return self._given

    @property
    def next_frame(self) -> int:
        """The first frame that is not mixed yet: the earliest that a command can reach."""
        return max(self._mixed, self._first)

    @property
    def idle(self) -> bool:
        """Nothing to play and nothing left to give."""
        end = self._end()
        return end is not None and self._given >= end

    def ready(self, frames: int) -> bool:
        """Whether the next ``frames`` can be given without a source running dry."""
        beyond = -(-(self._given + frames + self._limiter.lag) // QUANTUM) * QUANTUM
        if beyond <= self._mixed:
            return True
        return reach(self._voices, self._head, self._followers, self.next_frame, beyond)

    def process(self, frames: int) -> Samples:
        """The next frames ``(n, 2)``, ``n <= frames``; fewer only at the end or when a source has run dry.

        The end is the last voice's last frame, or that of its echo; what filters still ring after it is left out.
        """
        out = np.empty((frames, 2), np.float32)
        done = 0
        self.starved = False
        while done < frames:
            wanted, end = frames - done, self._end()
            if end is not None:
                wanted = min(wanted, end - self._given)
            if wanted <= 0:
                break
            if self._ready_from + QUANTUM * len(self._ready) <= self._given:
                if not self._mix():
                    self.starved = True
                    break
                continue
            while self._ready_from + QUANTUM <= self._given:
                self._ready.popleft()
                self._ready_from += QUANTUM
            place = self._given - self._ready_from
            piece = self._ready[0][:, place: place + wanted]
            out[done: done + piece.shape[1]] = piece.T
            done += piece.shape[1]
            self._given += piece.shape[1]
        return out[:done]

    def voices(self) -> tuple[VoiceState, ...]:
        """Those that ended within the last two seconds, those that sound or are cued, then the followers."""
        while self._over and (self._over[0].end or 0) < self._given - _REMEMBERED_S * self.sample_rate:
            self._over.popleft()
        return tuple(voice.state(self.next_frame, self._given)
                     for voice in (*self._over, *self._voices, *self._followers))

    def levels(self) -> Levels:
        """Peaks and RMS of what was mixed since last asked, or in the last quarter of a second if that is less."""
        return Levels(tuple(strip.meter.take() for strip in self._strips), self._meter.take())

    # How.

    def _voice(self, source: Source, deck: int, gain: float) -> Voice:
        if not math.isfinite(gain):
            raise ValueError(f"a voice cannot have the gain {gain}")
        return Voice(VoiceId(next(self._numbers)), source, deck, gain=float(gain))

    def _end(self) -> int | None:
        """The frame where the output ends; None while that is open."""
        if self._until is not None:
            return self._until
        if self._voices or self._followers or any(strip.ringing for strip in self._strips):
            return None
        return self._sounds_until

    def _mix(self) -> bool:
        """Mix one quantum; False, and nothing has changed, when a source has too little."""
        first, beyond = self.next_frame, self._mixed + QUANTUM
        plan = plan_quantum(self._voices, self._head, self._followers, first, beyond)
        if plan is None:
            return False
        self._join(plan)
        for share in plan.shares:
            voice = share.voice
            if share.count:
                block = voice.read(share.count)
                self._strips[voice.deck].add(block, share.begin - self._mixed, voice.gains(share.begin, share.count))
            if share.end is not None and share.end <= beyond:
                self._over_with(voice, share.end)
        self._finish()
        return True

    def _join(self, plan: Plan) -> None:
        """Let the followers that begin in this quantum begin."""
        for join in plan.joins:
            voice = join.follower
            self._followers.popleft()
            voice.begin, voice.deck = join.begin, join.head.deck
            if join.overlap:
                voice.deck = self._other_deck(join.head.deck)
                voice.fades.append(Fade(join.begin, join.overlap, rising=True, equal_power=True))
                join.head.fades.append(Fade(join.begin, join.overlap, rising=False, equal_power=True))
            self._voices.append(voice)
            self._head = voice
        for share in plan.shares:
            if share.voice.taken == 0 and share.count:
                self._strips[share.voice.deck].begin(share.voice)

    def _over_with(self, voice: Voice, end: int) -> None:
        voice.end, voice.source = end, _ENDED
        self._voices.remove(voice)
        self._over.append(voice)
        self._sounds_until = max(self._sounds_until, end)

    def _finish(self) -> None:
        """Strips, sum, limiter: the quantum is mixed."""
        total: Planar | None = None
        for strip in self._strips:
            sound = strip.process(self._mixed)
            if sound is not None:
                total = sound if total is None else total + sound
        self._mixed += QUANTUM
        if any(strip.ringing for strip in self._strips):
            self._sounds_until = max(self._sounds_until, self._mixed)
        limited = self._limiter.process(self._silence if total is None else total)
        self._meter.add(limited)
        self._ready.append(limited)

    def _other_deck(self, deck: int) -> int:
        """The deck's partner (0 and 1, 2 and 3) if it is free, else the first free one."""
        busy = {voice.deck for voice in self._voices} | {deck}
        decks = [deck ^ 1, *range(len(self._strips))]
        return next((other for other in decks if other not in busy and other < len(self._strips)),
                    (deck + 1) % len(self._strips))


def _left(voice: Voice, frames: int, now: int) -> int:
    """How many of the next ``frames`` the voice can give without waiting."""
    there, _ = look(voice.source, voice.skip + max(0, frames))
    left = there - voice.skip
    return max(0, left if voice.stop is None else min(left, voice.stop - now))


def _fade_out(voice: Voice, frames: int, now: int, *, equal_power: bool) -> None:
    voice.stop_at(now + frames)
    if frames:
        voice.fades.append(Fade(now, frames, rising=False, equal_power=equal_power))
