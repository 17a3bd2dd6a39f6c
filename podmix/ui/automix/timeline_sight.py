# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of a mix the timeline shows, how close, and what of it is in hand: a transition, or a track."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from podmix.ui.automix.picture import MixPicture
from podmix.ui.music.wave_paint import Scale
from podmix.ui.widgets.keyed import KeyedWidget
from podmix.ui.wording import spoken_clock

CLOSEST = 240.0  # pixels a second
PAN_SHARE = 0.15


class Sight(KeyedWidget):
    """``chosen`` is the number of a transition, ``track`` that of a track; -1 where none is."""

    chosen_changed = Signal(int)
    nudge_wanted = Signal(int, int, bool)  # transition, steps (bars or 10 ms), finely
    move_wanted = Signal(int, int)  # track, the place before which it shall stand

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = MixPicture()
        self.scale = Scale(0.0, 1.0)
        self.chosen, self.track = -1, -1
        self._fitted = True

    def draw_anew(self) -> None:
        """The mix, or the part of it in sight, is another."""
        self.update()

    # -- how close, and where --
    def fit(self) -> None:
        """The whole mix."""
        self._fitted = True
        self.scale = Scale(0.0, self._least())
        self.draw_anew()

    def _least(self) -> float:
        return max(1e-3, self.width() / max(1.0, self.picture.duration * 1.01))

    def show_span(self, start: float, end: float) -> None:
        """Make these seconds of the mix fill most of the width."""
        per = min(CLOSEST, max(self._least(), self.width() / max(1.0, (end - start) * 1.5)))
        self.look(Scale((start + end) / 2 - self.width() / per / 2, per))

    def zoom(self, factor: float, x: float | None = None) -> None:
        x = self.width() / 2 if x is None else x
        per = min(CLOSEST, max(self._least(), self.scale.per_second * factor))
        self.look(Scale(self.scale.second(x) - x / per, per))

    def zoom_chosen(self) -> None:
        if self.chosen >= 0:
            one = self.picture.transitions[self.chosen]
            self.show_span(one.start, one.end)

    def pan(self, seconds: float) -> None:
        self.look(Scale(self.scale.left + seconds, self.scale.per_second))

    def pan_step(self, step: int) -> None:
        self.pan(step * PAN_SHARE * self.width() / self.scale.per_second)

    def look(self, scale: Scale) -> None:
        """Show this part, kept inside the mix."""
        self.scale = scale
        self._keep_inside()
        self.draw_anew()

    def _keep_inside(self) -> None:
        per = max(self.scale.per_second, self._least())
        most = max(0.0, self.picture.duration * 1.01 - self.width() / per)
        self._fitted = per <= self._least() * 1.0001
        self.scale = Scale(min(max(0.0, self.scale.left), most), per)

    # -- what is in hand --
    def choose(self, number: int, *, show: bool = False) -> None:
        """Take a transition in hand; ``show`` brings it into sight."""
        number = max(-1, min(number, len(self.picture.transitions) - 1))
        changed = number != self.chosen
        self.chosen, self.track = number, -1
        if show and number >= 0:
            one = self.picture.transitions[number]
            left, right = self.scale.second(40), self.scale.second(self.width() - 40)
            if not (left <= one.start and one.end <= right):
                self.pan((one.start + one.end) / 2 - (left + right) / 2)
        if changed:
            self.chosen_changed.emit(number)
        self.tell()
        self.update()

    def choose_track(self, step: int) -> None:
        count = len(self.picture.tracks)
        if count:
            start = self.track if self.track >= 0 else (self.chosen + 1 if step < 0 else self.chosen)
            self.track = max(0, min(count - 1, start + step))
            one = self.picture.tracks[self.track]
            if not self.scale.second(0) <= one.begin <= self.scale.second(self.width() - 80):
                self.pan(one.begin - self.scale.second(self.width() * 0.2))
            self.tell()
            self.update()

    def tell(self) -> None:
        """Say what is in hand to who cannot see it."""
        tracks, ones = self.picture.tracks, self.picture.transitions
        if 0 <= self.track < len(tracks):
            words = f"Track {self.track + 1} of {len(tracks)}, {tracks[self.track].title}"
        elif 0 <= self.chosen < len(ones):
            one = ones[self.chosen]
            words = (f"Transition {self.chosen + 1} of {len(ones)}, {one.kind}{', locked' if one.locked else ''},"
                     f" at {spoken_clock(one.start)}")
        else:
            words = "Nothing is chosen"
        self.setAccessibleDescription(words)

    def nudge(self, step: int, fine: bool) -> None:
        if self.chosen >= 0:
            self.nudge_wanted.emit(self.chosen, step, fine)

    def move_track(self, step: int) -> None:
        place = self.track + step
        if self.track >= 0 and 0 <= place < len(self.picture.tracks):
            self.move_wanted.emit(self.track, place if step < 0 else place + 1)
