# SPDX-License-Identifier: GPL-3.0-or-later
"""A mix made for one listener: tracks in order, each with why it is there. Numbers of tracks are the library's ids."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pick:
    """One track of a mix. ``reason`` is for the screen; ``whose`` is "you", "friend" or "both" in a blend, else empty;
    ``added`` marks what enhancing put in.
    """

    track: int
    reason: str
    whose: str = ""
    added: bool = False


@dataclass(frozen=True, slots=True)
class Mix:
    """``key`` names the mix for good ("daily-2", "genre:techno"); ``about`` says in a sentence what is in it.

    ``match`` 0..100 is how much two listeners share (blend only).
    """

    key: str
    kind: str
    title: str
    about: str
    picks: tuple[Pick, ...]
    match: int | None = None

    @property
    def tracks(self) -> tuple[int, ...]:
        return tuple(pick.track for pick in self.picks)
