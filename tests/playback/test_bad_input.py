# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and commands without sense: the engine says so, stays alive, and plays what can be played."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio.mixing.types import Clip, Echo, Lane, Program
from podmix.playback import engine
from podmix.playback.protocol import (
    Command,
    EngineOptions,
    Item,
    Load,
    Mix,
    Next,
    Play,
    Queue,
    Replan,
    Seek,
    SetCrossfade,
    SetDeck,
    SetSpeed,
    SetVolume,
    SleepTimer,
    Stop,
    Warm,
)
from podmix.playback.ring import RingPool
from tests.audio.formats import write
from tests.playback.conftest import FADE, RATE, Desk, ThreadLink, ramp_file

NAN, INF = math.nan, math.inf
NUMBERS = (NAN, INF, -INF, -1.0, 0.0, 1e300, -1e300, 99.0)


class Engine(engine.Engine):
    """The engine without processes, whose writer is the test."""

    def __init__(self, pool: RingPool) -> None:
        super().__init__(EngineOptions(null_audio=True, null_pace=0.0), pool)
        self._link = self._sequencer._link = ThreadLink(pool)

    def play(self, seconds: float, *, patient: bool = True) -> np.ndarray:
        """What is heard next; the silence before it is ready is left out."""
        self.obey(Play())
        out = [np.zeros((0, 2), np.float32)]
        left = round(seconds * RATE)
        while left > 0:
            self.tick()
            size = min(left, 1024)
            deadline = time.monotonic() + 10
            while patient and not self._transport.ready(size):
                assert time.monotonic() < deadline, "nothing comes"
                time.sleep(0.0005)
            out.append(self._transport.process(size))
            left -= size
        return np.concatenate(out)

    def drop(self) -> None:
        self.obey(Stop())
        self._link.keep_only([])


@pytest.fixture
def hand(ring_pool: RingPool) -> Iterator[Engine]:
    made = Engine(ring_pool)
    yield made
    made.drop()


def heard_of(desk: Desk, item: Item, seconds: float) -> np.ndarray:
    desk.sequencer.load(item, None)
    desk.transport.play()
    return desk.pull(round(seconds * RATE))


def error_of(desk: Desk) -> str:
    heard = desk.transport.heard(0.0)
    return (heard.source.error if heard.source is not None else "") or desk.sequencer.error


# Files.


@pytest.mark.parametrize(("name", "content", "said"), [
    ("empty.mp3", b"", "holds no sound"), ("text.mp3", b"hello, I am a podcast\n" * 400, "holds no sound"),
    ("page.m4a", b"<!doctype html><title>404</title>", "holds no sound"),
    ("noise.ogg", bytes(np.random.default_rng(0).integers(0, 256, 60_000, np.uint8)), "holds no sound"),
    ("header.wav", b"RIFF\xff\xff\xff\x7fWAVEfmt ", "holds no sound"), (None, b"", "not there"),
    ("folder.flac", None, "folder")])
def test_what_is_no_sound_is_said_and_the_queue_goes_on(desk: Desk, tmp_path: Path, name: str | None,
                                                        content: bytes | None, said: str) -> None:
    path = tmp_path / (name or "nowhere.mp3")
    if content is None:
        path.mkdir()
    elif name is not None:
        path.write_bytes(content)
    heard_of(desk, Item(str(path)), 0.2)
    assert desk.transport.heard(0.0).ended
    assert said in error_of(desk)
    good = ramp_file(tmp_path / "good.wav", 0.5)
    desk.sequencer.set_queue((Item(str(path)), Item(str(tmp_path / "good.wav")), Item(str(path))))
    desk.sequencer.load(Item(str(tmp_path / "good.wav")), None)
    desk.transport.play()
    out = desk.pull(2 * len(good) + 4800)
    assert np.array_equal(out[: 2 * len(good)], np.concatenate([good, good]))
    assert not out[2 * len(good):].any()
    assert said in error_of(desk)


@pytest.mark.parametrize("name", ["wav", "flac", "mp3-cbr", "m4a-faststart", "opus", "vorbis"])
def test_a_file_that_ends_early_gives_what_it_has(desk: Desk, tmp_path: Path, name: str) -> None:
    sound = (0.06 * np.random.default_rng(1).normal(size=4 * RATE)).astype(np.float32)
    path = write(name, sound, RATE, tmp_path / "whole")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 6 // 10)
    good = ramp_file(tmp_path / "good.wav", 0.5)
    desk.sequencer.load(Item(str(path)), None)
    desk.sequencer.set_queue((Item(str(tmp_path / "good.wav")),))
    desk.transport.play()
    out = desk.pull(5 * RATE)
    loud = np.flatnonzero(out.any(axis=1))
    assert np.array_equal(out[loud[-1] + 1 - len(good): loud[-1] + 1], good), "then comes what follows, whole"
    assert 1.5 * RATE < loud[-1] + 1 - len(good) < 3.5 * RATE
    assert desk.transport.heard(0.0).ended
    assert desk.transport.underruns == 0


def test_a_file_that_lies_about_its_length_ends_where_it_ends(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 1.0)
    raw = bytearray((tmp_path / "a.wav").read_bytes())
    raw[4:8], raw[40:44] = (2_000_000_000).to_bytes(4, "little"), (1_999_999_900).to_bytes(4, "little")
    (tmp_path / "a.wav").write_bytes(bytes(raw))
    out = heard_of(desk, Item(str(tmp_path / "a.wav")), 1.5)
    assert np.array_equal(out[: len(sound)], sound)
    heard = desk.transport.heard(0.0)
    assert (heard.ended, heard.position) == (True, pytest.approx(1.0))


def test_a_file_that_changes_rate_and_channels_in_the_middle_goes_on(desk: Desk, tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    parts = [write("vorbis", (0.2 * draw.normal(size=(rate, channels))).astype(np.float32), rate, tmp_path / f"{rate}")
             for rate, channels in ((48_000, 2), (22_050, 1), (44_100, 2))]
    joined = tmp_path / "joined.ogg"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    out = heard_of(desk, Item(str(joined)), 3.5)
    levels = np.abs(out[: 3 * RATE].reshape(30, -1)).max(axis=1)
    assert levels.min() > 0.1, "each part sounds for its second"
    assert not out[round(3.1 * RATE):].any()
    assert error_of(desk) == ""


def test_a_file_that_vanishes_while_playing_is_played_to_its_end(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 9.0)  # more than a ring holds
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    out = [desk.pull(RATE)]
    (tmp_path / "a.wav").unlink()  # who has it open keeps it (posix)
    out.append(desk.pull(8 * RATE + 4800))
    assert np.array_equal(np.concatenate(out)[: len(sound)], sound)
    desk.sequencer.seek(3.0)
    desk.transport.play()
    desk.pull(4800)
    assert "not there" in error_of(desk)


def test_a_file_that_is_replaced_while_playing_is_played_as_it_was(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 9.0)
    other = ramp_file(tmp_path / "b.wav", 9.0, 500)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    out = [desk.pull(RATE)]
    (tmp_path / "b.wav").rename(tmp_path / "a.wav")
    out.append(desk.pull(8 * RATE))
    assert np.array_equal(np.concatenate(out), sound)
    desk.sequencer.seek(3.0)
    desk.transport.play()
    assert np.array_equal(desk.pull(RATE)[1000:], other[3 * RATE + 1000: 4 * RATE])


def test_a_file_that_is_cut_while_playing_ends_there(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 40.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    out = [desk.pull(RATE)]
    os.truncate(tmp_path / "a.wav", 20 * RATE * 2)
    out.append(desk.pull(25 * RATE))
    heard = np.concatenate(out)
    loud = int(np.flatnonzero(heard.any(axis=1))[-1]) + 1
    assert 7 * RATE < loud <= 20 * RATE
    assert np.array_equal(heard[:loud], sound[:loud])
    assert desk.transport.heard(0.0).ended


@pytest.mark.timeout(120)
def test_a_queue_of_five_hundred_with_every_second_one_broken_plays_the_good_ones_gaplessly(
        desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "bad.mp3").write_bytes(b"no sound")
    items, pieces = [], []
    for number in range(250):
        path = tmp_path / f"{number}.wav"
        if number < 10:
            pieces.append(ramp_file(path, 0.06 + number / 777, number * 313))
        items += [Item(str(tmp_path / f"{number % 10}.wav"), key=str(number)),
                  Item(str(tmp_path / "bad.mp3"), key=f"bad {number}")]
    desk.sequencer.load(items[0], None)
    desk.sequencer.set_queue(tuple(items[1:]))
    desk.transport.play()
    wanted = np.concatenate([pieces[number % 10] for number in range(250)])
    out = desk.pull(len(wanted) + RATE)
    assert np.array_equal(out[: len(wanted)], wanted)
    assert not out[len(wanted):].any()
    assert desk.sequencer.queue_left == 0
    assert desk.transport.underruns == 0


def test_broken_files_in_a_row_do_not_end_the_queue(hand: Engine, tmp_path: Path) -> None:
    first, last = ramp_file(tmp_path / "a.wav", 0.3), ramp_file(tmp_path / "b.wav", 0.3, 77)
    bad = [Item(str(tmp_path / f"nowhere {number}.mp3")) for number in range(40)]
    hand.obey(Load(Item(str(tmp_path / "a.wav"))))
    hand.obey(Queue((*bad, Item(str(tmp_path / "b.wav")))))
    out = hand.play(3.0)
    assert np.array_equal(out[: len(first)], first)
    loud = np.flatnonzero(out.any(axis=1))
    assert np.array_equal(out[loud[-1] + 1 - len(last): loud[-1] + 1], last)
    state = hand.state()
    assert (state.ended, state.queue_left) == (True, 0)
    assert "not there" in state.error


def test_a_seek_at_the_very_end_plays(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 1.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    desk.pull(RATE)  # all of it, and nothing beyond
    desk.sequencer.seek(0.25)
    out = desk.pull(RATE // 2)
    assert desk.transport.playing
    assert np.array_equal(out[FADE + 600:], sound[RATE // 4 + FADE + 600 - FADE:][: len(out) - FADE - 600]) or \
        np.array_equal(out[FADE:], sound[RATE // 4 + FADE: RATE // 4 + len(out)])


# Places.


@pytest.mark.parametrize(("start", "end"), [(5.0, None), (2.0, 1.0), (1.0, 1.0), (-3.0, -1.0), (INF, None), (NAN, NAN),
                                            (0.0, NAN), (1e300, INF), (-INF, 0.0)])
def test_an_item_without_a_length_is_over_at_once(hand: Engine, tmp_path: Path, start: float,
                                                  end: float | None) -> None:
    ramp_file(tmp_path / "a.wav", 0.5)
    good = ramp_file(tmp_path / "b.wav", 0.25, 99)
    hand.obey(Load(Item(str(tmp_path / "a.wav"), start, end)))
    hand.obey(Queue((Item(str(tmp_path / "b.wav")),)))
    out = hand.play(1.2)
    loud = np.flatnonzero(out.any(axis=1))
    begin = loud[-1] + 1 - len(good)
    assert begin <= 0.55 * RATE
    assert np.array_equal(out[begin + FADE: begin + len(good)], good[FADE:])
    assert hand.state().ended


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_command_breaks_the_engine(hand: Engine, tmp_path: Path, data: st.DataObject) -> None:
    path = str(tmp_path / "a.wav")
    if not Path(path).exists():
        ramp_file(Path(path), 2.0)
    number = st.sampled_from(NUMBERS) | st.floats(-5, 5)
    maybe = st.none() | number
    item = st.builds(Item, st.sampled_from([path, "", "/", "\0", "x" * 5000]), number, maybe, number,
                     st.sampled_from(["speech", "music", "?"]), maybe)
    points = st.lists(st.tuples(number, number), max_size=3).map(tuple)
    lane = st.builds(Lane, points)
    clip = st.builds(Clip, st.just(path), st.integers(-9, 99), points | st.just(((0.0, 0.0), (1.0, 1.0))), lane, lane,
                     lane, lane, lane, st.none() | st.builds(Echo, number, number, lane), st.booleans())
    mix = st.builds(Mix, st.just("m"), st.builds(Program, st.lists(clip, max_size=2).map(tuple), st.just(RATE), number))
    items = st.lists(item, max_size=3).map(tuple)
    command = (st.builds(Load, item | mix, maybe, st.booleans()) | st.builds(Queue, items) | st.builds(Warm, items)
               | st.builds(Seek, number) | st.builds(Next, number) | st.builds(SetSpeed, number)
               | st.builds(SetVolume, number) | st.builds(SetCrossfade, number) | st.builds(SleepTimer, maybe, number)
               | st.builds(SetDeck, st.integers(-5, 99), maybe, maybe, maybe, maybe, maybe) | st.builds(Replan, mix))
    for asked in data.draw(st.lists(command, min_size=1, max_size=4)):
        hand.obey(asked)
        hand.play(0.02, patient=False)
        state = hand.state()
        assert math.isfinite(state.position_s)
        assert 0.0 <= state.volume <= 1.0
        assert 0.5 <= state.speed <= 3.0


def test_after_senseless_commands_it_plays_as_before(hand: Engine, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 2.0)
    hand.obey(Load(Item(str(tmp_path / "a.wav"))))
    senseless: list[Command] = [
        SetSpeed(NAN), SetVolume(NAN), SetCrossfade(NAN), SleepTimer(NAN), Seek(NAN), SetDeck(99, gain=0.0),
        SetDeck(0, gain=NAN, low=NAN, mid=INF, high=-INF, filter=NAN), SetDeck(-1, gain=0.0), Next(NAN)]
    for command in senseless:
        hand.obey(command)
    out = hand.play(1.0)
    begin = int(np.flatnonzero(out.any(axis=1))[0]) + 1000
    assert np.array_equal(out[begin: begin + RATE // 2], sound[begin: begin + RATE // 2]) or \
        hand.state().decks[0].mid != 1.0
    assert (hand.state().speed, hand.state().volume, hand.state().sleep_left_s) == (1.0, 1.0, None)


@pytest.mark.parametrize(("asked", "got"), [(0.0, 0.5), (99.0, 3.0), (-2.0, 0.5), (INF, 3.0)])
def test_speeds_beyond_the_limits_are_the_limits(hand: Engine, tmp_path: Path, asked: float, got: float) -> None:
    ramp_file(tmp_path / "a.wav", 1.0)
    hand.obey(Load(Item(str(tmp_path / "a.wav")), play=True))
    hand.obey(SetSpeed(asked))
    hand.play(0.1)
    assert hand.state().speed == got


def test_a_negative_seek_is_the_beginning_and_one_beyond_the_end_the_end(hand: Engine, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 2.0)
    hand.obey(Load(Item(str(tmp_path / "a.wav"))))
    hand.play(0.5)
    hand.obey(Seek(-7.0))
    assert np.array_equal(hand.play(0.5)[1000:], sound[: RATE // 2][1000 - 384:][: RATE // 2 - 1000])
    hand.obey(Seek(1e9))
    hand.play(0.2)
    assert (hand.state().ended, hand.state().position_s) == (True, pytest.approx(2.0))
