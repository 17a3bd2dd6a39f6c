# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sounds in a quantum, and from which frame to which: decided before anything is taken from any source.

A plan changes nothing. It depends only on what the sources hold (how many frames, and whether these are the last);
where a source has too little there is no plan, and nothing is lost. Joins without overlap come out the same however
late a source is filled. An overlap begins at its place if the running source has said its end by then (a ring has to
hold more than the overlap), else as soon as it says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from podmix.audio.mixing.sources import look
from podmix.audio.mixing.voices import Voice


@dataclass(slots=True)
class Share:
    """``count`` frames of a voice from core frame ``begin``; ``end`` is the frame where it is over, once known."""

    voice: Voice
    begin: int
    count: int
    end: int | None


class Join(NamedTuple):
    """``follower`` begins at ``begin`` and sounds together with ``head`` for ``overlap`` frames."""

    head: Voice
    follower: Voice
    begin: int
    overlap: int


class Plan(NamedTuple):
    shares: list[Share]
    joins: list[Join]


def plan_quantum(voices: Sequence[Voice], head: Voice | None, followers: Sequence[Voice],
                 first: int, beyond: int) -> Plan | None:
    """Shares of the frames ``first .. beyond``; None when a source that sounds there has too little.

    ``head`` is the last voice of the chain; its followers begin when its end comes near.
    """
    plan = Plan([], [])
    waiting = list(followers)
    queue = [(voice, voice.begin) for voice in voices if voice.begin is not None and voice.begin < beyond]
    while queue:
        voice, begin = queue.pop(0)
        ahead = waiting[0].overlap if voice is head and waiting else 0
        share = _share(voice, max(begin, first), beyond, ahead)
        if share is None:
            return None
        plan.shares.append(share)
        if voice is head and waiting and share.end is not None:
            join = _join(voice, waiting[0], share, beyond)
            if join is not None:
                plan.joins.append(join)
                head = waiting.pop(0)
                queue.append((head, join.begin))
    return plan


def _share(voice: Voice, begin: int, beyond: int, ahead: int) -> Share | None:
    """What ``voice`` gives to ``begin .. beyond``; its end is known if it lies at most ``ahead`` beyond that."""
    room = max(0, beyond - begin)
    if voice.stop is not None:
        room = max(0, min(room, voice.stop - begin))
    have, last = look(voice.source, voice.skip + room + ahead)
    have -= voice.skip
    if have < room and not last:
        return None
    have = max(0, have)
    end = begin + have if last else None
    if voice.stop is not None and voice.stop <= beyond + ahead:
        end = max(begin, voice.stop if end is None else min(end, voice.stop))
    return Share(voice, begin, min(room, have), end)


def _join(head: Voice, follower: Voice, share: Share, beyond: int) -> Join | None:
    """Where the follower begins, if that is in this quantum."""
    assert share.end is not None
    overlap = max(0, min(follower.overlap, share.end - share.begin))
    if overlap:
        have, last = look(follower.source, overlap)
        if last:
            overlap = have
    begin = share.end - overlap
    if begin >= beyond and share.end > beyond:
        return None
    return Join(head, follower, begin, overlap)


def reach(voices: Sequence[Voice], head: Voice | None, followers: Sequence[Voice], first: int, beyond: int) -> bool:
    """Whether all that sounds in ``first .. beyond`` (any number of frames) is there."""
    return plan_quantum(voices, head, followers, first, beyond) is not None
