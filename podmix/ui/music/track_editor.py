# SPDX-License-Identifier: GPL-3.0-or-later
"""One track in hand: what is known of it, what a person puts right, undoing it, hearing it.

Edits show at once and are stored a moment later, always the newest, one after the other. Every track keeps its own list
of edits to undo for as long as the window lives; what was stored stays stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from podmix.app.track_views import CueMark, TrackPage
from podmix.errors import PodMixError, UsageError
from podmix.music import grid_edits
from podmix.ui.music.track_edits import Edit, History, with_grid
from podmix.ui.playing import NowPlaying, track_row
from podmix.ui.surroundings import Surroundings

SAVE_MS = 250
TAP_GAP_S = 2.5  # who pauses longer begins anew
MOST_UNDONE = 200
SNAP_SHARE = 0.5  # of a beat
GRID, KEY, CUES = "beats", "key", "cues"


class TrackEditor(QObject):
    """``page`` is what is shown, edits included; None while no track is in hand."""

    page_changed = Signal()  # another track, or news of this one
    edited = Signal(str)  # what was done: "Grid 1 ms later"
    moved = Signal(float)
    tapped = Signal(int, float)  # how many taps, beats a minute (0: not yet)
    click_changed = Signal(bool)
    cover_changed = Signal()

    def __init__(self, around: Surroundings, verbs: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around, self._verbs, self._player = around, verbs, around.player
        self.page: TrackPage | None = None
        self.wanted: int | None = None
        self.cover: Path | None = None
        self._covered: int | None = None
        self.click = False
        self._here = 0.0
        self._heard_at = 0.0
        self._histories: dict[int, History] = {}
        self._unsaved: dict[tuple[int, str], Any] = {}
        self._saving = False
        self._taps: list[float] = []
        self._tapped_at = 0.0
        self._taps_from: tuple[Any, str] = ((), "")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SAVE_MS)
        self._soon.timeout.connect(self.save)
        self._player.moved.connect(self._follow)
        self._player.now_changed.connect(self._now_changed)

    # -- which track --
    def open_track(self, track_id: int) -> None:
        """Take this track in hand; its page comes a moment later."""
        if track_id != self.wanted:
            self.save()
            self.wanted, self._here, self._taps = track_id, 0.0, []
        self.reload()

    def reload(self) -> None:
        wanted = self.wanted
        if wanted is not None:
            self._around.background.run(lambda: self._verbs.track_page(wanted), then=self._take, failed=self._gone,
                                        owner=self, key="track page")

    def put_away(self) -> None:
        self.save()
        self.set_click(on=False)
        self.wanted = self.page = None
        self.page_changed.emit()

    def _take(self, page: TrackPage) -> None:
        if int(page.track.id) != self.wanted or any(track == self.wanted for track, _ in self._unsaved):
            return
        before = self.page
        if before is not None and before.track.id == page.track.id and before.waveform == page.waveform:
            page = replace(page, waveform=before.waveform)  # what is drawn of it stays
        self.page = page
        if self.is_loaded:
            self._here = self._player.position
        self._fetch_cover(int(page.track.id))
        self.page_changed.emit()

    def _fetch_cover(self, track: int) -> None:
        """The picture of a track that was taken in hand; until it is there, none."""
        if track == self._covered:
            return
        self.cover, self._covered = None, track

        def take(found: Path | None) -> None:
            if track == self._covered and found is not None:
                self.cover = found
                self.cover_changed.emit()

        self._around.background.run(lambda: self._verbs.track_cover(track), then=take, failed=lambda _error: None,
                                    owner=self, key="track cover")

    def _gone(self, error: PodMixError) -> None:
        self.wanted = self.page = None
        self.page_changed.emit()
        if not isinstance(error, UsageError):
            self._around.notices.problem(error)

    @property
    def history(self) -> History:
        return self._histories.setdefault(int(self.page.track.id) if self.page else -1, History())

    # -- hearing --
    @property
    def is_loaded(self) -> bool:
        """Whether the player holds this very track."""
        now = self._player.now
        return now is not None and self.page is not None and now.track_id == int(self.page.track.id)

    @property
    def position(self) -> float:
        """Where playback is, to the moment; without it, where the person clicked."""
        if self.is_loaded and self._player.playing:
            ahead = min(0.2, max(0.0, time.monotonic() - self._heard_at)) * (1.0 if self.click else self._player.speed)
            return self._here + ahead
        return self._here

    def toggle(self) -> None:
        """Play from here, or pause."""
        if self.page is None:
            return
        if self.is_loaded:
            self._player.toggle()
        elif not self._player.play_track(track_row(self.page.track), self._here):
            self._around.notices.toast("The file of this track is missing")

    def seek(self, second: float) -> None:
        if self.page is None:
            return
        self._here = min(max(0.0, second), max(0.0, self.page.duration - 0.01))
        if self.is_loaded:
            self._player.seek(self._here)
        self.moved.emit(self._here)

    def step(self, beats: int) -> None:
        """So many beats on; without a grid, so many half seconds."""
        page = self.page
        if page is None:
            return
        if not page.marks:
            self.seek(self.position + beats * 0.5)
            return
        beat, _ = grid_edits.nearest_beat(page.marks, self.position)
        self.seek(beat + beats * 60.0 / page.marks[grid_edits.stretch_at(page.marks, self.position)].bpm)

    def _follow(self, position: float) -> None:
        if self.is_loaded:
            self._here, self._heard_at = position, time.monotonic()
            self.moved.emit(position)

    def _now_changed(self, now: NowPlaying | None) -> None:
        if self.click and now is not None and now.clicks is None and self.is_loaded:
            self._use_clicks()
        elif self.is_loaded:
            self._follow(self._player.position)

    # -- the metronome --
    def set_click(self, *, on: bool) -> None:
        """Clicks on every beat of the grid, beside the track."""
        if on == self.click:
            return
        self.click = on
        self.click_changed.emit(on)
        if on:
            self._use_clicks()
        elif self._player.now is not None and self._player.now.clicks is not None:
            self._player.play_beside(None)

    def _use_clicks(self) -> None:
        page = self.page
        if not self.click or page is None or not self.is_loaded:
            return
        if not page.beats:
            self.set_click(on=False)
            self._around.notices.toast("No beat grid to click to yet. Tap along with T to make one.")
            return
        track = int(page.track.id)

        def play(path: Any) -> None:
            if self.click and self._player.now is not None and self._player.now.track_id == track:
                self._player.play_beside(path)

        self._around.background.run(lambda: self._verbs.click_track(track), then=play, owner=self, key="clicks")

    # -- putting right --
    def change_grid(self, label: str, change: Callable[[grid_edits.Marks], grid_edits.Marks]) -> None:
        """Apply an edit of ``grid_edits``; without a grid there is nothing to change."""
        page = self.page
        if page is None:
            return
        if not page.marks:
            self._around.notices.toast("No beat grid yet. Tap along with T, or type a tempo.")
            return
        try:
            self._apply(GRID, label, (change(page.marks), "hand"))
        except UsageError as refused:
            self._around.notices.toast(str(refused.message))

    def set_bpm(self, bpm: float) -> None:
        """Another tempo about the place where playback is; where there is no grid, a new one from here."""
        page = self.page
        if page is None:
            return
        if page.marks:
            self.change_grid(f"Tempo {bpm:.2f}", lambda marks: grid_edits.with_bpm(marks, bpm, self.position))
        else:
            self._apply(GRID, f"Tempo {bpm:.2f}", (grid_edits.even(bpm, self.position), "hand"))

    def tap(self) -> None:
        """A beat is now. From the fourth on the grid follows the taps."""
        page = self.page
        if page is None:
            return
        clock, playing = time.monotonic(), self.is_loaded and self._player.playing
        if clock - self._tapped_at > TAP_GAP_S or not self._taps:
            self._taps, self._taps_from = [], self._held(GRID)
        self._tapped_at = clock
        self._taps.append(self.position if playing else clock)
        bar = page.marks[0].beats_per_bar if page.marks else 4
        made = grid_edits.of_taps(self._taps, bar)
        if not made:
            self.tapped.emit(len(self._taps), 0.0)
            return
        bpm = made[0].bpm
        if not playing:  # only how fast they are, not where
            marks = self._taps_from[0]
            made = grid_edits.with_bpm(marks, bpm, self._here) if marks else grid_edits.even(bpm, self._here, bar)
        done = self.history.done
        if len(self._taps) > grid_edits.FEWEST_TAPS and done and done[-1].label == "Tapped":
            done.pop()  # one edit, however many taps
        self._apply(GRID, "Tapped", (made, "hand"), before=self._taps_from)
        self.tapped.emit(len(self._taps), bpm)

    def set_key(self, key: str) -> None:
        if self.page is not None and key != self.page.key:
            self._apply(KEY, f"Key {key}", (key, "hand"))

    def back_to_analysis(self, kind: str) -> None:
        """Forget, for now, what was put right by hand; it can be undone."""
        if self.page is None or kind not in self.page.corrected:
            return
        edit = Edit(kind, "Back to the analysed values", self._held(kind), (None, ""))
        self._note(edit)
        self._store(kind, None)
        self.save()
        self.edited.emit(edit.label)

    # -- cues --
    def set_cues(self, label: str, cues: Sequence[CueMark]) -> None:
        self._apply(CUES, label, (tuple(sorted(cues, key=lambda cue: cue.time)), "hand"))

    def hot_cue(self, number: int) -> None:
        """Jump to hot cue 0..7; where it is not set, set it here."""
        page = self.page
        if page is None:
            return
        found = next((cue for cue in page.cues if cue.number == number), None)
        if found is not None:
            self.seek(found.time)
            return
        self.add_cue("hot", number)

    def add_cue(self, kind: str, number: int = -1) -> None:
        """A cue here, on the nearest beat. There is one place to come in and one to go out."""
        page = self.page
        if page is None:
            return
        kept = [cue for cue in page.cues if (kind not in ("in", "out") or cue.kind != kind)]
        words = {"in": "Come in here", "out": "Go out here"}.get(kind, f"Hot cue {number + 1}")
        self.set_cues(words, [*kept, CueMark(self.snapped(self.position), kind, "", number)])

    def replace_cue(self, label: str, old: CueMark, new: CueMark | None) -> None:
        """Move, name or (None) remove a cue."""
        if self.page is not None and old in self.page.cues and old != new:
            self.set_cues(label, [one for cue in self.page.cues if (one := new if cue == old else cue) is not None])

    def snapped(self, second: float, *, free: bool = False) -> float:
        """The nearest beat; the second itself where there is no grid or it is to be free."""
        page = self.page
        if page is None or not page.marks or free:
            return max(0.0, second)
        return max(0.0, grid_edits.nearest_beat(page.marks, second)[0])

    # -- doing and undoing --
    def _held(self, kind: str) -> tuple[Any, str]:
        page = self.page
        assert page is not None
        return {GRID: page.marks, KEY: page.key, CUES: page.cues}[kind], page.origin(kind)

    def _apply(self, kind: str, label: str, after: tuple[Any, str], before: tuple[Any, str] | None = None) -> None:
        edit = Edit(kind, label, before or self._held(kind), after)
        if edit.before[0] == after[0]:
            return
        self._note(edit)
        self._put(kind, after)
        self.edited.emit(label)

    def _note(self, edit: Edit) -> None:
        history = self.history
        history.done = [*history.done[-MOST_UNDONE:], edit]
        history.undone = []

    def undo(self) -> bool:
        """Take back the last edit of this track; False where there is none."""
        return self._turn(self.history.done, self.history.undone, back=True)

    def redo(self) -> bool:
        return self._turn(self.history.undone, self.history.done, back=False)

    def _turn(self, source: list[Edit], target: list[Edit], *, back: bool) -> bool:
        if not source or self.page is None:
            return False
        edit = source.pop()
        target.append(edit)
        held = edit.before if back else edit.after
        if held[1] == "hand":
            self._put(edit.kind, held)
        else:  # it was not put right then: back to what is known without
            self._store(edit.kind, None)
            self.save()
        self._taps = []
        self.edited.emit(f"{'Undone' if back else 'Done again'}: {edit.label}")
        return True

    def _put(self, kind: str, held: tuple[Any, str]) -> None:
        page = self.page
        assert page is not None
        origins = tuple({**dict(page.origins), kind: "hand"}.items())
        if kind == GRID:
            page = with_grid(page, held[0])
        elif kind == KEY:
            page = replace(page, key=held[0])
        else:
            page = replace(page, cues=held[0])
        self.page = replace(page, origins=origins)
        self._store(kind, held[0])
        self.page_changed.emit()

    # -- storing --
    def _store(self, kind: str, value: Any) -> None:
        assert self.page is not None
        self._unsaved[int(self.page.track.id), kind] = value
        self._soon.start()

    def save(self) -> None:
        """Store what was put right, now."""
        self._soon.stop()
        if self._saving or not self._unsaved:
            return
        unsaved, self._unsaved = self._unsaved, {}
        self._saving = True

        def work() -> None:
            put = {GRID: self._verbs.correct_grid, KEY: self._verbs.correct_key, CUES: self._verbs.correct_cues}
            for (track, kind), value in unsaved.items():
                put[kind](track, value)

        self._around.background.run(work, then=lambda _none: self._saved(unsaved), ended=self._free, owner=self)

    def _free(self) -> None:
        self._saving = False

    def _saved(self, stored: dict[tuple[int, str], Any]) -> None:
        if self._unsaved:
            self.save()
            return
        if any(track == self.wanted for track, _ in stored):
            self.reload()
            if self.click and any(kind == GRID for _, kind in stored):
                self._use_clicks()
