# SPDX-License-Identifier: GPL-3.0-or-later
"""When does scrolling mean "the next card"? Pure arithmetic on what wheel, trackpad and finger report; no Qt, no clock.

Offsets are in cards: +1 is a whole card towards the next one. A trackpad goes on "rolling" after the fingers left it;
once a step was taken, everything until a quiet gap belongs to that step.
"""

from __future__ import annotations

from dataclasses import dataclass

FAR_ENOUGH = 0.16  # share of a card's height that a slow pull needs
FAST_ENOUGH = 0.0011  # cards per millisecond of a flick
QUIET_MS = 140.0  # a gap this long ends a trackpad's momentum
NOTCH = 120  # Qt's angle for one notch of a mouse wheel


@dataclass(frozen=True, slots=True)
class Motion:
    """What to do: ``step`` to another card (+1, -1), or hold the card pulled by ``offset``."""

    step: int = 0
    offset: float = 0.0


class Swipe:
    """One gesture at a time."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._last_ms = float("-inf")
        self._spent = False
        self._grab: tuple[float, float] | None = None  # y, ms of the press
        self._trail: list[tuple[float, float]] = []

    def wheel(self, *, angle: int, pixels: int, now_ms: float, height: float, begins: bool = False) -> Motion:
        """One wheel event; ``angle`` and ``pixels`` are Qt's (positive: towards the previous card)."""
        quiet = now_ms - self._last_ms >= QUIET_MS
        self._last_ms = now_ms
        if pixels == 0 and angle % NOTCH == 0 and angle != 0:
            return Motion(step=-1 if angle > 0 else 1)
        if quiet or begins:
            self._spent, self._offset = False, 0.0
        if self._spent:
            return Motion()
        moved = pixels or angle / NOTCH * 60
        self._offset -= moved / max(1.0, height)
        if abs(self._offset) >= FAR_ENOUGH:
            step = 1 if self._offset > 0 else -1
            self._spent, self._offset = True, 0.0
            return Motion(step=step)
        return Motion(offset=self._offset)

    def is_quiet(self, now_ms: float) -> bool:
        """True once a pull that went nowhere may spring back."""
        return now_ms - self._last_ms >= QUIET_MS

    def press(self, y: float, now_ms: float) -> None:
        self._grab = (y, now_ms)
        self._trail = [(y, now_ms)]

    def drag(self, y: float, now_ms: float, height: float) -> Motion:
        if self._grab is None:
            return Motion()
        self._trail = [*self._trail[-4:], (y, now_ms)]
        return Motion(offset=(self._grab[0] - y) / max(1.0, height))

    def release(self, y: float, now_ms: float, height: float) -> Motion:
        """Far enough or fast enough is a step; otherwise the card springs back."""
        if self._grab is None:
            return Motion()
        offset = (self._grab[0] - y) / max(1.0, height)
        first_y, first_ms = self._trail[0]
        speed = (first_y - y) / max(1.0, height) / max(1.0, now_ms - first_ms)
        self._grab = None
        if abs(offset) >= FAR_ENOUGH or (abs(speed) >= FAST_ENOUGH and abs(offset) > 0.03):
            towards = speed if abs(speed) >= FAST_ENOUGH else offset
            return Motion(step=1 if towards > 0 else -1)
        return Motion()


def resisted(offset: float, *, at_first: bool, at_last: bool) -> float:
    """A pull beyond the ends of the feed gives way less and less, never more than a tenth of a card."""
    beyond = (at_first and offset < 0) or (at_last and offset > 0)
    if not beyond:
        return max(-1.0, min(1.0, offset))
    return offset / (1 + 8 * abs(offset))
