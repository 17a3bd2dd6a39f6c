# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip's automation made ready for the core's clock, before it begins: a plan that cannot be followed fails early."""

from __future__ import annotations

import math
from dataclasses import dataclass

from podmix.audio.mixing.echo import EchoLine
from podmix.audio.mixing.lanes import Curve
from podmix.audio.mixing.types import Clip
from podmix.errors import AudioError

BANDS = ("low", "mid", "high")
FILTER = "filter"


@dataclass(frozen=True, slots=True)
class ClipCurves:
    """The lanes of a clip that do anything; ``deck`` those of the bands and the filter."""

    gain: Curve | None
    deck: dict[str, Curve]
    echo: EchoLine | None
    send: Curve | None


NOTHING = ClipCurves(None, {}, None, None)


def bounds(clip: Clip, sample_rate: int) -> tuple[int, int]:
    """The clip's first frame on the core's clock and the one after its last. Raises AudioError for none."""
    if not clip.time_map or not all(math.isfinite(mix_s) for mix_s, _ in (clip.time_map[0], clip.time_map[-1])):
        raise AudioError("This mix has a track without a place in it.", remedy="Make the mix again from its tracks.",
                         detail=f"{clip.path}: time map {clip.time_map[:4]!r}")
    first, last = (round(clip.time_map[place][0] * sample_rate) for place in (0, -1))
    return first, max(first, last)


def clip_curves(clip: Clip, sample_rate: int) -> ClipCurves:
    """Raises AudioError where a lane or the echo cannot be followed."""
    begin, end = bounds(clip, sample_rate)
    gain = Curve(clip.gain, sample_rate, begin=begin, end=end)
    deck = {name: Curve(getattr(clip, name), sample_rate, begin=begin, end=end) for name in BANDS}
    deck = {name: curve for name, curve in deck.items() if not curve.is_always(1.0)}
    turned = Curve(clip.filter, sample_rate, begin=begin, end=end, least=-1.0, most=1.0)
    if not turned.is_always(0.0):
        deck[FILTER] = turned
    echo, send = None, None
    if clip.echo is not None:
        send = Curve(clip.echo.send, sample_rate, begin=begin, end=end, most=1.0)
        echo = EchoLine(sample_rate, delay_s=clip.echo.delay_s, feedback=clip.echo.feedback)
        if send.is_always(0.0):
            echo, send = None, None
    return ClipCurves(None if gain.is_always(1.0) else gain, deck, echo, send)
