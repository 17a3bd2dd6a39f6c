# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked for about a join, before the engine's main thread has looked since: nothing comes twice or cut."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.playback.protocol import Item
from tests.playback.conftest import FADE, RATE, Desk, ramp_file

FIRST, SECOND = 0.5, 0.4  # seconds


def pull_unseen(desk: Desk, frames: int, block: int = 512) -> None:
    """The writer goes on; the main thread, busy with something else, does not look."""
    while frames > 0:
        size = min(block, frames)
        deadline = time.monotonic() + 10
        while not desk.transport.ready(size):
            assert time.monotonic() < deadline, "the filler gives nothing"
            time.sleep(0.0005)
        desk.transport.process(size)
        frames -= size


def sounding(out: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(out).max(axis=1))
    return out[loud[0]: loud[-1] + 1]


@pytest.fixture
def two(tmp_path: Path) -> tuple[np.ndarray, np.ndarray, Item, Item]:
    first = ramp_file(tmp_path / "a.wav", FIRST)
    second = ramp_file(tmp_path / "b.wav", SECOND, 7)
    return first, second, Item(str(tmp_path / "a.wav"), key="a"), Item(str(tmp_path / "b.wav"), key="b")


@pytest.fixture
def begun(desk: Desk, two: tuple[np.ndarray, np.ndarray, Item, Item]) -> Desk:
    """Plays the first item; the second one, decoded ahead, follows."""
    desk.sequencer.load(two[2], None)
    desk.sequencer.set_queue((two[3],))
    desk.transport.play()
    desk.pull(2048)
    return desk


def test_a_seek_after_an_unseen_join_and_end_plays_the_rest_once(
        begun: Desk, two: tuple[np.ndarray, np.ndarray, Item, Item]) -> None:
    _, second, _, item = two
    pull_unseen(begun, round((FIRST + SECOND) * RATE))
    assert begun.transport.heard(0.0).ended
    begun.sequencer.seek(0.25)
    begun.transport.play()
    out = begun.pull(RATE)
    heard = begun.transport.heard(0.0)
    assert heard.position == pytest.approx(SECOND)
    assert (heard.what, heard.ended) == (item, True)
    assert begun.sequencer.queue_left == 0
    tail = second[round(0.25 * RATE) + FADE:]
    assert np.array_equal(sounding(out)[-len(tail):], tail)
    assert len(sounding(out)) <= len(tail) + FADE


@pytest.mark.parametrize("unseen", [18_000, 20_500, 21_000, 21_500, 21_900, 21_952, 22_100, 23_000, 30_000])
@pytest.mark.parametrize("ask", [
    lambda desk: desk.sequencer.seek(0.2),
    lambda desk: desk.sequencer.again(),
    lambda desk: desk.sequencer.render_again(),
], ids=["seek", "again", "manner"])
def test_what_follows_comes_whole_and_once_wherever_it_was_asked(
        begun: Desk, two: tuple[np.ndarray, np.ndarray, Item, Item], ask: Callable[[Desk], None],
        unseen: int) -> None:
    first, second, item, following = two
    pull_unseen(begun, unseen)
    was = begun.transport.written().what
    ask(begun)
    begun.transport.play()
    left = len(first) - round(begun.transport.written().position * RATE)
    out = sounding(begun.pull(2 * RATE))
    if was == item:
        faded = max(0, FADE - left)  # where so little is left, the fade of what was asked for reaches across the join
        assert np.array_equal(out[faded - len(second):], second[faded:])
        assert len(out) <= len(first) + len(second) + FADE
    else:
        assert was == following
        assert len(out) <= len(second) + FADE
        tail = second[round(0.35 * RATE):]
        assert np.array_equal(out[-len(tail):], tail)
    heard = begun.transport.heard(0.0)
    assert (heard.what, heard.ended, begun.sequencer.queue_left) == (following, True, 0)


@pytest.mark.parametrize("unseen", [18_000, 21_500, 21_952, 23_000])
def test_next_after_an_unseen_join_does_not_play_what_plays_again(
        begun: Desk, two: tuple[np.ndarray, np.ndarray, Item, Item], unseen: int) -> None:
    first, second, item, _ = two
    pull_unseen(begun, unseen)
    was = begun.transport.written().what
    begun.sequencer.next(0.0)
    out = sounding(begun.pull(2 * RATE))
    if was == item:
        assert np.array_equal(out[-len(second):], second)
    else:  # nothing follows, so it plays on
        left = second[unseen + 2048 - len(first):]
        assert np.array_equal(out[-len(left):], left)
        assert len(out) == len(left)


@pytest.mark.parametrize("seen", [True, False])
def test_going_back_in_the_first_half_of_a_crossfade_lets_the_next_item_begin_at_its_beginning(
        desk: Desk, two: tuple[np.ndarray, np.ndarray, Item, Item], seen: bool) -> None:
    first, second, item, following = two
    desk.manner.crossfade_s = 0.2
    desk.sequencer.load(item, None)
    desk.sequencer.set_queue((following,))
    desk.transport.play()
    into = round((FIRST - 0.2 + 0.05) * RATE)
    desk.pull(into if seen else 2048)
    pull_unseen(desk, 0 if seen else into - 2048)
    assert desk.transport.written().what == item
    desk.sequencer.seek(0.1)
    out = desk.pull(2 * RATE)
    alone = second[round(0.2 * RATE):]
    assert np.array_equal(sounding(out)[-len(alone):], alone)
    begin = round((FIRST - 0.1 - 0.2) * RATE) + FADE
    place = len(sounding(out)) - len(second)
    assert place == pytest.approx(begin, abs=FADE + 1)
    heard = desk.transport.heard(0.0)
    assert (heard.what, heard.ended, desk.sequencer.queue_left) == (following, True, 0)
    assert len(first) == round(FIRST * RATE)


def test_why_an_item_was_passed_over_is_said_while_the_next_one_plays(
        desk: Desk, two: tuple[np.ndarray, np.ndarray, Item, Item], tmp_path: Path) -> None:
    _, second, item, following = two
    desk.sequencer.load(item, None)
    desk.sequencer.set_queue((Item(str(tmp_path / "nowhere.mp3")),))
    desk.transport.play()
    pull_unseen(desk, RATE)
    assert desk.transport.heard(0.0).ended
    desk.sequencer.set_queue((following,))
    out = desk.pull(RATE)
    assert np.array_equal(sounding(out)[-len(second):], second)
    assert "not there" in desk.sequencer.error
