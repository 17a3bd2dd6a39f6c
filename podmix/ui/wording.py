# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and dates as people say them. ``now`` is always given, so that these functions read no clock."""

from __future__ import annotations

from datetime import datetime

from podmix.units import clock_text

__all__ = ["ago_text", "clock_text", "count_text", "day_text", "isolated", "left_text", "length_text", "spoken_clock"]


def length_text(seconds: float | None) -> str:
    """``3130`` -> ``"52 min"``, ``4500`` -> ``"1 h 15 min"``; empty where unknown."""
    if not seconds or seconds <= 0:
        return ""
    if seconds < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def left_text(seconds: float | None) -> str:
    """``130`` -> ``"2 min left"``; empty where unknown."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "nearly done"
    if seconds < 60:
        return f"{round(seconds / 10) * 10} s left"
    return f"{length_text(seconds)} left"


def day_text(moment: datetime | None, now: datetime) -> str:
    """``Today``, ``Yesterday``, the weekday within six days, else ``14 Nov`` or ``14 Nov 2024``."""
    if moment is None:
        return ""
    local, today = moment.astimezone(), now.astimezone()
    days = (today.date() - local.date()).days
    if days == 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if 1 < days < 7:
        return local.strftime("%a")
    short = f"{local.day} {local.strftime('%b')}"
    return short if local.year == today.year else f"{short} {local.year}"


def ago_text(moment: datetime | None, now: datetime) -> str:
    """``checked 5 min ago`` without its verb; ``never`` where there is none."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    if seconds < 90:
        return "just now"
    if seconds < 3600:
        return f"{round(seconds / 60)} min ago"
    if seconds < 86400:
        return f"{round(seconds / 3600)} h ago"
    return day_text(moment, now)


def count_text(number: int, one: str, many: str = "") -> str:
    """``1 episode``, ``12 episodes``, ``5,000 episodes``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def isolated(name: str) -> str:
    """A name out of a feed inside a row of facts: whichever way it is written, the row keeps its order."""
    return f"\u2068{name}\u2069" if any(letter >= "\u0590" for letter in name) else name


def spoken_clock(seconds: float) -> str:
    """For screen readers: ``75`` -> ``"1 minute 15 seconds"``."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [count_text(n, unit) for n, unit in ((hours, "hour"), (minutes, "minute"), (rest, "second")) if n]
    return " ".join(parts) or "0 seconds"


def source_text(source: str) -> str:
    """Where a transcript comes from, in words: "whisper:whisper-tiny.en" is a stored name, not something to read."""
    kind, _, detail = source.partition(":")
    if kind == "publisher":
        return "publisher's transcript"
    if kind == "whisper":
        return f"transcribed here with {detail.replace('-', ' ', 1).capitalize()}" if detail else "transcribed here"
    return ""
