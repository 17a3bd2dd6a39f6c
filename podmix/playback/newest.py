# SPDX-License-Identifier: GPL-3.0-or-later
"""Of many commands that have arrived at once only what still counts: who drags a slider wants its last place.

A place in a file is opened, decoded and faded to; doing that for each of a hundred places would leave the engine behind
the hand for seconds. Commands that take part in what others do (``Next`` takes from the queue) are never left out, and
nothing is moved across them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from podmix.playback.protocol import (
    Command,
    ListDevices,
    Load,
    Pause,
    Play,
    Queue,
    Seek,
    SetCrossfade,
    SetDeck,
    SetDevice,
    SetKeyLock,
    SetLevelling,
    SetSkipSilence,
    SetSpeed,
    SetVolume,
    SleepTimer,
    Warm,
)

Numbered = tuple[int, Command]  # serial, command

_REPLACING = (Queue, Warm, Seek, SetVolume, SetSpeed, SetSkipSilence, SetLevelling, SetKeyLock, SetCrossfade, SetDevice,
              SleepTimer, ListDevices)


def newest(arrived: Iterable[Numbered]) -> list[Numbered]:
    """What of these has to be obeyed, in their order, to end where all of them would have led."""
    kept: list[Numbered] = []
    run: dict[str, Numbered] = {}  # since the last command that nothing may be moved across
    for serial, command in arrived:
        kind = _kind(command)
        if not kind:
            kept += run.values()
            kept.append((serial, command))
            run = {}
            continue
        before = run.pop(kind, None)
        if isinstance(command, Load):
            run.pop(Seek.__name__, None)  # a place in what is not played any more
        if before is not None and isinstance(command, SetDeck):
            command = _both(before[1], command)
        run[kind] = serial, command
    return [*kept, *run.values()]


def _kind(command: Command) -> str:
    """Of commands with the same kind the last one counts; "": each counts, and where it stands."""
    if isinstance(command, _REPLACING):
        return type(command).__name__
    if isinstance(command, Play | Pause):
        return "playing"
    if isinstance(command, SetDeck):
        return f"deck {command.deck}"
    return "load" if isinstance(command, Load) and command.play else ""


def _both(before: Command, command: SetDeck) -> SetDeck:
    """What the later one leaves alone is as the earlier one wanted it."""
    kept = {name: getattr(before, name) for name in ("gain", "low", "mid", "high", "filter")
            if getattr(command, name) is None}
    return replace(command, **kept)
