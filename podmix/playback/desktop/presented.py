# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desktop was told, and what it therefore believes: positions between two reports, and jumps.

A desktop moves its progress bar by itself, at the rate it was told, and wants to hear only of jumps (MPRIS 2.2,
``Seeked``; the other platforms work alike). Pure data with the clock passed in: seconds of a monotonic clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from podmix.playback.desktop.interface import NowPlayingInfo, Phase, PlaybackStatus

LONGEST_TEXT = 1000  # characters: a feed may hold anything
GUESSED_S = 1.0  # without a word for so long nobody knows whether it still plays (or plays already: it may load)
JUMP_S = 0.5  # smaller differences come from polling and from the sound card's delay, and nobody sees them


def plain_text(text: str) -> str:
    """What every desktop takes as a string: no NUL, no half characters. D-Bus throws out who sends anything else."""
    return text.replace("\0", "")[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Shown:
    """What plays and how, true at ``at`` on the clock."""

    info: NowPlayingInfo | None
    status: PlaybackStatus
    at: float

    def position_s(self, now: float) -> float:
        """Where playback is at ``now``, inside the track; guessed for the time since the last report."""
        status = self.status
        moved = min(now - self.at, GUESSED_S) * status.rate if status.phase is Phase.PLAYING else 0.0
        position = status.position_s + moved
        if not math.isfinite(position):
            return 0.0
        length = self.length_s
        return max(0.0, position if length is None else min(position, length))

    @property
    def length_s(self) -> float | None:
        length = self.info.length_s if self.info is not None else None
        return length if length is not None and math.isfinite(length) and length > 0 else None

    @property
    def track_id(self) -> str | None:
        return self.info.track_id if self.info is not None else None

    def differs(self, other: Shown) -> bool:
        """Whether anything but the position is another."""
        ours, theirs = self.status, other.status
        return (self.info != other.info or ours.phase is not theirs.phase or ours.rate != theirs.rate
                or ours.volume != theirs.volume)


class Belief:
    """The position that somebody who hears only of changes and jumps believes in."""

    def __init__(self) -> None:
        self._track: str | None = None
        self._phase = Phase.STOPPED
        self._rate = 1.0
        self._position_s = self._at = 0.0

    def corrected_by(self, shown: Shown) -> bool:
        """Take in what is now shown; True where it is a jump of which the believer must be told."""
        actual = shown.position_s(shown.at)
        jumped = False
        believed = actual
        if shown.info is not None and shown.status.phase is not Phase.STOPPED:
            believed = self._expected(shown)
            jumped = abs(actual - believed) > JUMP_S
        self._track, self._phase, self._rate = shown.track_id, shown.status.phase, shown.status.rate
        self._position_s, self._at = actual if jumped else believed, shown.at
        return jumped

    def _expected(self, shown: Shown) -> float:
        if shown.track_id != self._track or self._phase is Phase.STOPPED:
            return 0.0  # another track, or one that starts anew, is expected to start at its start
        if self._phase is Phase.PLAYING:
            moved = self._position_s + (shown.at - self._at) * self._rate
            return moved if shown.length_s is None else min(moved, shown.length_s)
        return self._position_s
