# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaving out what newer commands undo leads to where all of them would have led."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from podmix.playback.newest import newest
from podmix.playback.protocol import (
    Command,
    Item,
    Load,
    Next,
    Pause,
    Play,
    Queue,
    Seek,
    SetDeck,
    SetVolume,
    Stop,
)


@dataclass
class Model:
    """As much of a player as commands can change."""

    item: str = ""
    at: float = 0.0
    playing: bool = False
    queue: tuple[Item, ...] = ()
    volume: float = 1.0
    decks: dict[tuple[int, str], float] = field(default_factory=dict)
    opened: int = 0

    def obey(self, command: Command) -> None:
        match command:
            case Load(item=Item(path=path), at=at, play=play):
                self.item, self.at, self.playing, self.opened = path, at or 0.0, self.playing or play, self.opened + 1
            case Seek(position=position):
                self.at, self.opened = (position if self.item else self.at), self.opened + 1
            case Queue(items=items):
                self.queue = items
            case Next():
                if self.queue:
                    self.item, self.at, self.queue = self.queue[0].path, 0.0, self.queue[1:]
            case Play():
                self.playing = bool(self.item)
            case Pause():
                self.playing = False
            case SetVolume(volume=volume):
                self.volume = volume
            case SetDeck(deck=deck):
                for name in ("gain", "low", "mid", "high", "filter"):
                    value = getattr(command, name)
                    if value is not None:
                        self.decks[deck, name] = value
            case Stop():
                self.item, self.at, self.queue, self.playing = "", 0.0, (), False


def state(model: Model) -> dict[str, Any]:
    return {name: getattr(model, name) for name in ("item", "at", "playing", "queue", "volume", "decks")}


item = st.builds(Item, st.sampled_from(["a", "b", "c"]))
knob = st.none() | st.sampled_from([0.0, 0.5, 1.0])
command = (st.builds(Load, item, st.none() | st.floats(0, 9), st.booleans()) | st.builds(Seek, st.floats(0, 9))
           | st.builds(Queue, st.lists(item, max_size=3).map(tuple)) | st.just(Next()) | st.just(Play())
           | st.just(Pause()) | st.builds(SetVolume, st.floats(0, 1)) | st.just(Stop())
           | st.builds(SetDeck, st.integers(0, 2), knob, knob, knob, knob, knob))


@given(commands=st.lists(command, max_size=30))
def test_they_end_where_all_would_have_ended(commands: list[Command]) -> None:
    whole, short = Model(item="x"), Model(item="x")
    for wanted in commands:
        whole.obey(wanted)
    kept = newest(enumerate(commands))
    for _, wanted in kept:
        short.obey(wanted)
    assert state(short) == state(whole)
    serials = [serial for serial, _ in kept]
    assert serials == sorted(set(serials))
    if commands:
        assert serials[-1] == len(commands) - 1, "the last serial is said in states"


def test_of_a_hundred_places_one_is_opened() -> None:
    commands = [Load(Item("a"), None, True), *(Seek(float(k)) for k in range(100)), Next(),
                *(Load(Item(str(k)), None, True) for k in range(50))]
    kept = newest(enumerate(commands))
    assert [type(command) for _, command in kept] == [Load, Seek, Next, Load]
    assert kept[1][1] == Seek(99.0)
