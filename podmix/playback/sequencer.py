# SPDX-License-Identifier: GPL-3.0-or-later
"""What plays after what: turns items, the queue and mixes into rings for the transport, seconds before they sound."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from podmix.playback.filler import ClipJob
from podmix.playback.filler_link import FillerLink
from podmix.playback.item_source import ItemJob
from podmix.playback.protocol import LONGEST_CROSSFADE_S, PRELOADED, Item, Mix
from podmix.playback.ring import RingSource
from podmix.playback.starts import Heard, ItemStart, MixStart, Reading
from podmix.playback.transport import Transport

AHEAD_S = 6.0
CLIP_AHEAD_S = 8.0  # a clip is cued so long before it sounds
MOST_WARM = 2
MOST_AHEAD = 5  # items decoded before they are needed where they are very short
SHORT_S = 1.0  # of sound is to lie ahead, else one more item is decoded


@dataclass(slots=True)
class Manner:
    """How items are played; a change renders again what lies ahead."""

    speed: float = 1.0
    skip_silence: bool = False
    key_lock: bool = True
    levelling: bool = False
    crossfade_s: float = 0.0


class Sequencer:
    """Used by the engine's main thread only."""

    def __init__(self, link: FillerLink, transport: Transport, manner: Manner) -> None:
        self._link = link
        self._transport = transport
        self.manner = manner
        self._rate = transport.sample_rate
        self._queue: list[Item] = []
        self._ahead: list[Reading] = []  # the beginning of the queue, being decoded
        self._warm: list[Reading] = []
        self._cued: set[int] = set()  # clips of the mix
        self._had_ended = False
        self._skipped = ""  # why something of the queue was passed over since the last one began
        self.error = ""

    # What a person asks for.

    def load(self, what: Item | Mix, at: float | None) -> None:
        """Replace what plays; the queue stays."""
        self.error = ""
        if isinstance(what, Mix):
            self._begin_mix(what, at or 0.0)
            return
        self._now_heard()
        begin = what.start if at is None else at
        reading = self._warmed(what) if abs(begin - what.start) < 1e-6 else None
        self._begin_item(reading or self._fill(what, begin, urgent=True))

    def set_queue(self, items: tuple[Item, ...]) -> None:
        self._queue = list(items)
        before, self._ahead = self._ahead, []
        for item in self._queue[:MOST_AHEAD]:
            known = next((reading for reading in before if reading.item == item), None)
            if known is None:
                break
            before.remove(known)
            self._ahead.append(known)
        self._look_ahead(changed=True)

    def set_warm(self, items: tuple[Item, ...]) -> None:
        items = tuple(dict.fromkeys(items))[:MOST_WARM]  # one ring twice would be read on, not begun, the second time
        known = {reading.item: reading for reading in self._warm}
        self._warm = [known[item] for item in items if item in known]
        self._release()
        for item in items:
            if item not in known and (reading := self._fill(item, item.start, urgent=False)) is not None:
                self._warm.append(reading)

    def next(self, fade_s: float) -> None:
        """To the first item of the queue: crossfaded where it is ready, else with a short fade."""
        self._now_heard()
        if not self._queue:
            return
        if fade_s > 0 and self._transport.cut_to_next(round(min(fade_s, LONGEST_CROSSFADE_S) * self._rate)):
            return
        item = self._queue.pop(0)
        reading = self._ahead.pop(0) if self._ahead and self._ahead[0].item == item else None
        if reading is not None and reading.source.frames_read:  # it began a moment ago
            reading = None
        self._begin_item(reading or self._fill(item, item.start, urgent=True))

    def seek(self, position: float) -> None:
        heard = self._now_heard()
        if isinstance(heard.what, Mix):
            self._begin_mix(heard.what, min(max(0.0, position), heard.what.program.duration_s))
        elif heard.what is not None:
            length = heard.source.duration if heard.source is not None else None
            last = heard.what.end if heard.what.end is not None else length
            position = max(heard.what.start, position if last is None else min(position, last))
            self._begin_item(self._fill(heard.what, position, urgent=True))

    def again(self) -> None:
        """From the start of what has ended."""
        heard = self._now_heard()
        if isinstance(heard.what, Mix):
            self._begin_mix(heard.what, 0.0)
        elif heard.what is not None:
            self._begin_item(self._fill(heard.what, heard.what.start, urgent=True))

    def stop(self) -> None:
        self._transport.pause()
        self._transport.change_to(None)
        self._queue, self._ahead, self._warm = [], [], []

    def replan(self, mix: Mix) -> None:
        """Clips that sound stay as they are; all others come from the new program."""
        heard = self._transport.written()
        if not isinstance(heard.what, Mix) or self._transport.changing:  # nothing of it sounds yet
            self._begin_mix(mix, heard.position if isinstance(heard.what, Mix) else 0.0)
            return
        kept = self._transport.drop_unbegun()
        self._transport.replace_mix(mix, round(mix.program.duration_s * self._rate))
        self._cued = {index for index, clip in enumerate(mix.program.clips) if clip in kept or any(
            clip.path == old.path and clip.time_map[0] == old.time_map[0] for old in kept)}
        self._cue_clips(mix, heard.position)

    def render_again(self) -> None:
        """The manner has changed: begin anew where the reader is."""
        heard = self._now_heard()
        self._ahead, items, self._warm = [], [reading.item for reading in self._warm], []
        if isinstance(heard.what, Item):
            if heard.ended:
                self._look_ahead(changed=True)
            else:
                self._begin_item(self._fill(heard.what, heard.position, urgent=True))
        self.set_warm(tuple(items))

    def join_again(self) -> None:
        """The crossfade has changed: only the joins do."""
        self._look_ahead(changed=True)

    # What happens by itself.

    @property
    def queue_left(self) -> int:
        return len(self._queue)

    def tick(self) -> None:
        """Look after the rings: what has begun, what comes next, what nobody needs."""
        self._link.mend()
        heard = self._transport.written()
        if isinstance(heard.what, Mix):
            self._cue_clips(heard.what, heard.position)
            self._note_clips_that_failed()
        else:
            self._note_begun(heard)
            self._look_ahead(changed=self._drop_broken())
            self._go_on(heard)
        self._release()

    def _now_heard(self) -> Heard:
        """What stands at the reading edge, the queue being without it: asked before every change, since ``tick`` may
        not have looked since a join."""
        heard = self._transport.written()
        if not isinstance(heard.what, Mix):
            self._note_begun(heard)
        return heard

    def _note_begun(self, heard: Heard) -> None:
        """Take off the queue what the core has gone on to."""
        place = next((k for k, reading in enumerate(self._ahead) if reading.source is heard.source), None)
        if place is not None:
            heard.source.set_urgent(True) if heard.source is not None else None
            self._note_skipped(self._ahead[:place])
            self.error, self._skipped = self._skipped, ""  # said as long as what comes instead plays
            self._note_empty(heard)
            del self._ahead[: place + 1]
            del self._queue[: place + 1]

    def _note_skipped(self, readings: Sequence[Reading]) -> None:
        self._skipped = next((reading.source.error for reading in readings if reading.source.error), self._skipped)

    def _note_empty(self, heard: Heard) -> None:
        """What has begun may hold nothing, and be over before anybody could read why."""
        if heard.source is not None and heard.source.finished() and not heard.source.written():
            self._skipped = heard.source.error or self._skipped

    def _drop_broken(self) -> bool:
        """Take off the queue what turned out to hold nothing; True where there was something."""
        empty = [reading.source.finished() and not reading.source.written() for reading in self._ahead]
        if not any(empty):
            return False
        self._note_skipped([reading for reading, gone in zip(self._ahead, empty, strict=True) if gone])
        self.error = self._skipped or self.error
        self._queue[: len(empty)] = [item for item, gone in zip(self._queue, empty, strict=False) if not gone]
        self._ahead = [reading for reading, gone in zip(self._ahead, empty, strict=True) if not gone]
        return True

    def _look_ahead(self, *, changed: bool) -> None:
        while len(self._ahead) < len(self._queue) and self._wants_more():
            item = self._queue[len(self._ahead)]
            reading = self._fill(item, item.start, urgent=False)
            if reading is None:
                break
            self._ahead.append(reading)
            changed = True
        if changed:
            self._transport.follow_with(tuple(self._ahead), self._overlap)

    def _wants_more(self) -> bool:
        whole = [reading.source.written() for reading in self._ahead if reading.source.finished()]
        return len(self._ahead) < PRELOADED or (
            len(self._ahead) < min(MOST_AHEAD, len(whole) + PRELOADED) and sum(whole) < SHORT_S * self._rate)

    def _go_on(self, heard: Heard) -> None:
        """Where the queue was not decoded in time (broken files in a row), the sound has ended before it: begin it."""
        if heard.ended and not self._had_ended and self._queue:
            self._note_empty(heard)
            self.next(0.0)
            self.error = self._skipped or self.error
            self._transport.play()
            return
        self._had_ended = heard.ended

    def _note_clips_that_failed(self) -> None:
        self.error = next((source.error for source in self._transport.sources() if source.error), self.error)

    @property
    def _overlap(self) -> int:
        return round(min(LONGEST_CROSSFADE_S, max(0.0, self.manner.crossfade_s)) * self._rate)

    def _begin_item(self, reading: Reading | None) -> None:
        if reading is None:
            self.error = "Too much is being played at once. Stop something, then try again."
            return
        reading.source.set_urgent(True)
        self._cued = set()
        self._transport.change_to(ItemStart(reading, (), self._overlap))
        # What a crossfade has begun to read, or the core mixed ahead, is decoded again: it will begin at its beginning.
        self._ahead = list(itertools.takewhile(lambda ahead: not ahead.source.frames_read, self._ahead))
        self._look_ahead(changed=True)

    def _fill(self, item: Item, at: float, *, urgent: bool) -> Reading | None:
        manner = self.manner
        job = ItemJob(item, at, manner.speed, manner.skip_silence, manner.key_lock, manner.levelling)
        ahead = max(AHEAD_S, manner.crossfade_s + 3.0)
        source = self._link.fill(job, sample_rate=self._rate, ahead_s=ahead, urgent=urgent)
        if source is None and urgent:
            self._warm = []
            self._release()
            source = self._link.fill(job, sample_rate=self._rate, ahead_s=ahead, urgent=urgent)
        return Reading(item, source) if source is not None else None

    def _warmed(self, item: Item) -> Reading | None:
        found = next((reading for reading in self._warm if reading.item == item), None)
        if found is not None:
            self._warm.remove(found)
        return found if found is not None and not found.source.error else None  # the file may have come meanwhile

    # Mixes.

    def _begin_mix(self, mix: Mix, at: float) -> None:
        self._queue, self._ahead, self._warm = [], [], []
        frame = round(at * self._rate)
        self._cued = set()
        self._transport.change_to(MixStart(mix, frame, round(mix.program.duration_s * self._rate), self._rate, ()))
        self._release()
        self._cue_clips(mix, at)

    def _cue_clips(self, mix: Mix, position: float) -> None:
        """Give rings to the clips that sound within the next seconds, the earliest first."""
        clips = mix.program.clips
        due = [index for index, clip in enumerate(clips) if index not in self._cued
               and clip.time_map[0][0] < position + CLIP_AHEAD_S and clip.time_map[-1][0] > position]
        for index in sorted(due, key=lambda index: clips[index].time_map[0][0]):
            clip = clips[index]
            first = max(round(clip.time_map[0][0] * self._rate), round(position * self._rate))
            source = self._link.fill(ClipJob(clip, first), sample_rate=self._rate, ahead_s=AHEAD_S, urgent=True)
            if source is None:
                return  # a later tick finds a ring
            self._cued.add(index)
            self._transport.add_clips(((clip, first, source),))

    def _release(self) -> None:
        used: list[RingSource] = list(self._transport.sources())
        used += [reading.source for reading in (*self._ahead, *self._warm)]
        self._link.keep_only(used)
