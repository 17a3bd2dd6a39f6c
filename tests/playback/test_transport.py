# SPDX-License-Identifier: GPL-3.0-or-later
"""What is played, sample for sample, with no device and no clock."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.playback.filler import ChunkQueue, start_filler
from podmix.playback.protocol import Item
from podmix.playback.ramps import Gate, Slope
from podmix.playback.transport import FADE_S, Transport

RATE = 48_000
FADE = round(FADE_S * RATE)


def ramp_file(path: Path, seconds: float, offset: int = 0) -> np.ndarray:
    """A file whose every sample tells its place; returns what decodes, ``(n, 2)``."""
    n = np.arange(offset, offset + round(seconds * RATE))
    samples = ((n * 7919) % 20011 - 10005).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return np.repeat((samples / 32768).astype(np.float32)[:, None], 2, axis=1)


def filled(item: Item, at: float = 0.0, *, speed: float = 1.0, skip_silence: bool = False) -> ChunkQueue:
    return start_filler(item, at, sample_rate=RATE, speed=speed, skip_silence=skip_silence, durations={})


def pull(transport: Transport, frames: int, block: int = 2048) -> np.ndarray:
    """As a simulated clock does: waits for the filler, never for time."""
    out = []
    while frames > 0:
        size = min(block, frames)
        for queue in (transport.queue, transport.upcoming):
            if queue is not None:
                queue.wait_for(size, 5.0)
        out.append(transport.process(size))
        frames -= size
    return np.concatenate(out)


@pytest.fixture
def playing(tmp_path: Path) -> Iterator[tuple[Transport, np.ndarray, Item]]:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    item = Item(str(tmp_path / "a.wav"))
    transport = Transport(RATE)
    transport.change_to(filled(item))
    transport.play()
    yield transport, sound, item
    transport.change_to(None)
    transport.process(4096)


def test_what_is_played_is_what_was_decoded(playing: tuple[Transport, np.ndarray, Item]) -> None:
    transport, sound, _ = playing
    out = pull(transport, len(sound) + 5000)
    assert np.array_equal(out[: len(sound)], sound)
    assert not out[len(sound):].any()
    assert transport.underruns == 0
    assert transport.heard(0.0).ended
    assert transport.heard(0.0).position == pytest.approx(3.0)
    assert not transport.playing


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block=st.sampled_from([64, 1000, 2048, 4096]), pause_at=st.integers(0, 30), seek_to=st.floats(0, 2.9))
def test_the_block_size_changes_nothing(tmp_path: Path, block: int, pause_at: int, seek_to: float) -> None:
    def run(block: int) -> np.ndarray:
        transport = Transport(RATE)
        item = Item(str(tmp_path / "a.wav"))
        transport.change_to(filled(item))
        transport.play()
        out = [pull(transport, 128_000 // 64 * pause_at // 30 * 64 + 64, block)]
        transport.pause()
        out.append(pull(transport, 6400, block))
        transport.set_volume(0.5)
        transport.play()
        out.append(pull(transport, 6400, block))
        transport.change_to(filled(item, seek_to))
        out.append(pull(transport, 12_800, block))
        transport.change_to(None)
        transport.process(1000)
        return np.concatenate(out)

    ramp_file(tmp_path / "a.wav", 3.0)
    assert np.array_equal(run(block), run(512))


def test_a_seek_is_exact_to_the_sample_and_faded(playing: tuple[Transport, np.ndarray, Item]) -> None:
    transport, sound, item = playing
    pull(transport, 20_480)
    transport.change_to(filled(item, 1.2345))
    out = pull(transport, 20_480)
    first = round(1.2345 * RATE)
    old, new = out[:FADE], out[FADE:]
    assert np.abs(old).max() <= np.abs(sound[20_480: 20_480 + FADE]).max()
    assert not old[-1].any()
    assert np.array_equal(new[FADE:], sound[first + FADE: first + len(new)])
    assert transport.heard(0.0).position == pytest.approx((first + len(new)) / RATE)
    assert transport.underruns == 0


def test_pause_fades_holds_its_place_and_goes_on(playing: tuple[Transport, np.ndarray, Item]) -> None:
    transport, sound, _ = playing
    pull(transport, 10_240)
    transport.pause()
    out = pull(transport, 10_240)
    assert np.array_equal(out[FADE:], np.zeros_like(out[FADE:]))
    assert out[: FADE - 1].any()
    held = transport.heard(0.0).position
    assert held == pytest.approx((10_240 + FADE) / RATE)
    transport.play()
    out = pull(transport, 10_240)
    assert np.array_equal(out[FADE:], sound[10_240 + 2 * FADE: 10_240 + FADE + len(out)])


@pytest.mark.parametrize("block", [64, 1000, 2048])
def test_the_next_item_follows_without_a_frame_between(tmp_path: Path, block: int) -> None:
    whole = np.concatenate([ramp_file(tmp_path / "a.wav", 1.0101), ramp_file(tmp_path / "b.wav", 1.0, 48_485)])
    transport = Transport(RATE)
    transport.change_to(filled(Item(str(tmp_path / "a.wav"))))
    second = Item(str(tmp_path / "b.wav"))
    transport.follow_with(filled(second))
    transport.play()
    out = pull(transport, len(whole) + 4096, block)
    assert np.array_equal(out[: len(whole)], whole)
    assert transport.heard(0.0).item == second


def test_positions_are_those_of_what_is_heard(tmp_path: Path) -> None:
    ramp_file(tmp_path / "a.wav", 1.0)
    ramp_file(tmp_path / "b.wav", 1.0)
    first, second = Item(str(tmp_path / "a.wav")), Item(str(tmp_path / "b.wav"))
    transport = Transport(RATE)
    transport.change_to(filled(first))
    transport.follow_with(filled(second))
    transport.play()
    pull(transport, 52_800)
    assert transport.heard(0.0).item == second
    assert transport.heard(0.0).position == pytest.approx(0.1)
    assert transport.heard(0.2).item == first
    assert transport.heard(0.2).position == pytest.approx(0.9)


def test_an_item_of_a_file_is_cut_and_faded_at_its_own_edges(tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    item = Item(str(tmp_path / "a.wav"), 1.0, 2.0, 0.03)
    transport = Transport(RATE)
    transport.change_to(filled(item, 1.0))
    transport.play()
    out = pull(transport, RATE + 4096)
    inside = slice(1440, RATE - 1440)
    assert np.array_equal(out[inside], sound[RATE + 1440: 2 * RATE - 1440])
    assert not out[0].any()
    assert not out[RATE - 1].any()
    assert not out[RATE:].any()


def test_a_dry_queue_is_an_underrun_and_no_crash(tmp_path: Path) -> None:
    queue = ChunkQueue(Item("nowhere"), 0.0, RATE)
    transport = Transport(RATE)
    transport.change_to(queue)
    transport.play()
    assert not transport.process(2048).any()
    assert transport.underruns == 0  # still loading
    ramp_file(tmp_path / "a.wav", 0.1)
    other = filled(Item(str(tmp_path / "a.wav")))
    other.wait_for(4800, 5.0)
    while (chunk := other.take(10_000)) is not None:
        queue.put(chunk)
    transport.process(2048)
    transport.process(4096)
    assert transport.underruns == 1


def test_an_unreadable_file_ends_with_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.mp3").write_text("<html>")
    queue = filled(Item(str(tmp_path / "bad.mp3")))
    transport = Transport(RATE)
    transport.change_to(queue)
    transport.play()
    pull(transport, 4096)
    assert "holds no sound" in queue.error
    assert transport.heard(0.0).ended


def test_the_sleep_timer_fades_then_pauses(tmp_path: Path) -> None:
    ramp_file(tmp_path / "a.wav", 5.0)
    transport = Transport(RATE)
    transport.change_to(filled(Item(str(tmp_path / "a.wav"))))
    transport.play()
    transport.sleep_after(2.0, 1.0)
    out = np.abs(pull(transport, 3 * RATE))
    levels = out.reshape(30, -1).max(axis=1)
    assert levels[:10].min() > 0.29
    assert np.all(np.diff(levels[10:20]) < 0)
    assert levels[20:].max() == 0
    assert not transport.playing
    assert transport.sleep_left_s is None


def test_volume_moves_without_steps(tmp_path: Path) -> None:
    transport = Transport(RATE)
    gains = Slope(1.0)
    gains.move(0.0, 480)
    taken = gains.take(600)
    assert isinstance(taken, np.ndarray)
    assert np.abs(np.diff(taken)).max() <= 1 / 480 + 1e-6
    assert taken[479:].max() == 0
    transport.set_volume(0.25)
    assert transport.volume == 0.25


def test_gate_opens_and_closes_along_one_curve() -> None:
    gate = Gate(100)
    assert gate.closed
    gate.opening = True
    up = gate.take(100)
    assert up is not None
    assert up[-1] == 1.0
    assert gate.take(50) is None
    gate.opening = False
    down = gate.take(100)
    assert down is not None
    assert np.allclose(down[:-1], up[::-1][1:])
    assert gate.closed
