# SPDX-License-Identifier: GPL-3.0-or-later
"""Which second of what is heard: every written frame's place on the core's clock, and whose frames those are."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.types import Clip
from podmix.audio.mixing.voices import VoiceId
from podmix.playback.ring import RingSource
from podmix.playback.starts import (
    DeckHeard,
    Heard,
    MixStart,
    Reading,
    Start,
    beginning_of,
    source_of,
    source_second,
)

MOST_REMEMBERED = 32  # voices of a long queue whose places can still be asked for


@dataclass(slots=True)
class Played:
    """A start that is or was heard, with its voices by id."""

    start: Start
    voices: dict[VoiceId, Reading | tuple[Clip, RingSource]] = field(default_factory=dict)
    begun: dict[VoiceId, tuple[int, int]] = field(default_factory=dict)  # voice -> core frame, deck
    ends: dict[VoiceId, int] = field(default_factory=dict)  # voice -> first core frame after it, once that is known
    heads: dict[VoiceId, int] = field(default_factory=dict)  # voice -> frames of overlap it came in with

    def learn_beginnings(self, core: MixCore) -> None:
        """Note which voices have begun or ended since the last time, and forget what lies far behind."""
        for state in core.voices():
            if state.begun_frame is not None and state.id in self.voices:
                self.begun.setdefault(state.id, (state.begun_frame, state.deck))
                if state.end_frame is not None:
                    self.ends[state.id] = state.end_frame
        while len(self.begun) > MOST_REMEMBERED:
            oldest = min((voice for voice, end in self.ends.items() if end <= core.frame),
                         key=lambda voice: self.begun[voice][0], default=None)
            if oldest is None:
                return  # what sounds is never forgotten: its ring would be given away
            for table in (self.begun, self.ends, self.voices, self.heads):
                table.pop(oldest, None)

    def lead(self, core_frame: int) -> VoiceId | None:
        """The voice that counts at a frame: the last that has begun, in a crossfade from its middle on."""
        found: VoiceId | None = None
        for voice, (begun, _) in sorted(self.begun.items(), key=lambda entry: entry[1][0]):
            due = begun + self.heads.get(voice, 0) // 2
            if found is not None:  # the core may have made the overlap shorter, so the one before may be over by then
                due = min(due, max(begun, self.ends.get(found, due)))
            if found is None or due <= core_frame:
                found = voice
        return found


@dataclass(frozen=True, slots=True)
class _Mark:
    frame: int  # output frame where this begins
    played: Played | None
    core_frame: int
    moving: bool
    ended: bool


class Timeline:
    """Written by whoever writes frames; to be used under its lock."""

    def __init__(self, sample_rate: int, core: MixCore) -> None:
        self._rate = sample_rate
        self._core = core
        self._marks: deque[_Mark] = deque(maxlen=4096)
        self._frames = 0  # written so far

    def clear(self) -> None:
        """What the device still holds of the old place is not shown any more."""
        self._marks.clear()

    def advance(self, frames: int) -> None:
        self._frames += frames

    def mark(self, played: Played | None, *, moving: bool, ended: bool) -> None:
        """Note which frame of the core the output frame about to be written is; a run is noted once."""
        last, core_frame = (self._marks[-1] if self._marks else None), self._core.frame
        if last is not None and (last.played, last.moving, last.ended) == (played, moving, ended):
            run = self._frames - last.frame if moving else 0
            if last.core_frame + run == core_frame:
                return
        self._marks.append(_Mark(self._frames, played, core_frame, moving, ended))

    def heard(self, latency_s: float) -> Heard | None:
        """What sounds ``latency_s`` after it was written; None where nothing has been written of what plays."""
        frame = self._frames - round(latency_s * self._rate)
        mark: _Mark | None = None
        for candidate in reversed(self._marks):
            mark = candidate
            if candidate.frame <= frame:
                break
        if mark is None or mark.played is None:
            return None
        moved = max(0, frame - mark.frame) if mark.moving else 0
        return self.at(mark.played, mark.core_frame + moved, ended=mark.ended)

    def at(self, played: Played, core_frame: int, *, ended: bool) -> Heard:
        """What a frame of the core is."""
        decks = self._decks(played, core_frame)
        if isinstance(played.start, MixStart):
            position = min(core_frame, played.start.end_frame) / self._rate
            return Heard(played.start.mix, position, ended, None, decks)
        lead = played.lead(core_frame)
        reading = played.voices[lead] if lead is not None else None
        if lead is None or not isinstance(reading, Reading):
            return beginning_of(played.start)
        inside = min(core_frame, played.ends.get(lead, core_frame)) - played.begun[lead][0]
        position, _ = reading.source.place(max(0, inside))
        return Heard(reading.item, position, ended, reading.source, decks)

    def _decks(self, played: Played, core_frame: int) -> tuple[DeckHeard, ...]:
        heard = []
        for voice, (begun, deck) in played.begun.items():
            inside = core_frame - begun
            if inside < 0 or core_frame >= played.ends.get(voice, core_frame + 1):
                continue
            what = played.voices[voice]
            source, path = source_of(what), what.item.path if isinstance(what, Reading) else what[0].path
            position, _ = source.place(inside)
            if not isinstance(what, Reading):
                position = source_second(what[0], position)
            heard.append(DeckHeard(deck, path, position))
        return tuple(heard)
