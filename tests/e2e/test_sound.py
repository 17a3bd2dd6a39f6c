# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real sound server gets: recorded from the monitor of a PulseAudio null sink."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from podmix.audio.decode import read
from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions, Item
from podmix.playback.transport import FADE_S
from tests.audio.formats import write
from tests.e2e.listening import fade_at, find, listen, noise_file, runs_of, wait_for, whole
from tests.e2e.pulse_server import NullSink
from tests.e2e.sine import PERIOD, RATE, breaks, sine, sine_file, sounding

pytestmark = [pytest.mark.sound, pytest.mark.xdist_group("sound"), pytest.mark.timeout(90)]

FADE = round(FADE_S * RATE)
RISE = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, FADE + 1) / FADE)
FALL = np.append(RISE[-2::-1], 0.0)
FORMATS = ("wav", "flac", "mp3-cbr", "m4a", "opus", "vorbis")


@pytest.fixture
def client(null_sink: NullSink) -> Iterator[PlaybackClient]:
    with PlaybackClient(EngineOptions()) as client:
        yield client


def begin(client: PlaybackClient, path: str) -> None:
    client.load(path)
    wait_for(client, lambda state: bool(state.device) and state.path == path)


def test_a_sine_is_unbroken_and_joins_its_continuation_without_a_gap(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    first = sine_file(tmp_path / "a.wav", 2.513)
    second = sine_file(tmp_path / "b.wav", 2.0, start_frame=round(2.513 * RATE))
    with null_sink.record() as taken:
        begin(client, first)
        client.queue([Item(second)])
        client.play()
        state = wait_for(client, lambda state: state.ended)
        time.sleep(0.3)
    heard = sounding(taken[0])
    assert state.underruns == 0
    assert state.error == ""
    assert breaks(heard) == []
    assert len(heard) == pytest.approx(4.513 * RATE, abs=2)
    assert np.abs(heard).max() < 0.51


def test_files_of_six_formats_join_sample_by_sample(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    length = RATE // 2 + 77  # no whole number of periods, nor of any codec's frames
    paths, decoded = [], []
    for number, name in enumerate(FORMATS):
        samples = sine(length, start_frame=number * length).astype(np.float32) / 32768
        paths.append(write(name, samples, RATE, tmp_path / f"{number}"))
        decoded.append(read(paths[-1], mono=True)[0])
    assert [len(piece) for piece in decoded[:-1]] == [length] * 5  # FFmpeg ends a Vorbis file of one page too early
    heard = played(client, null_sink, [Item(str(path)) for path in paths])
    first = int(np.flatnonzero(heard)[0]) - 1  # a sine begins with a zero
    wanted = np.concatenate(decoded) * 32768
    assert np.abs(heard[first: first + len(wanted)] - wanted).max() <= 1.0  # rounded to 16 bits, and nothing else
    assert not heard[first + len(wanted) + RATE // 100:].any()


def test_cuts_of_one_sine_from_six_formats_join_without_a_click(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    step = 0.6 + 1 / 777  # no whole number of frames
    tone = sine(5 * RATE).astype(np.float32) / 32768
    paths = [write(name, tone, RATE, tmp_path / f"{number}") for number, name in enumerate(FORMATS)]
    heard = played(client, null_sink, [Item(str(path), number * step, (number + 1) * step)
                                       for number, path in enumerate(paths)])
    sounds = sounding(heard[:, None] / 32768)
    assert breaks(sounds) == []
    assert len(sounds) == pytest.approx(len(FORMATS) * step * RATE, abs=4)


def played(client: PlaybackClient, null_sink: NullSink, items: list[Item]) -> NDArray[np.int16]:
    """What was heard of items that follow each other."""
    with null_sink.record() as taken:
        client.load_item(items[0])
        wait_for(client, lambda state: bool(state.device) and state.path == items[0].path)
        client.queue(items[1:])
        client.play()
        state = wait_for(client, lambda state: state.ended and state.path == items[-1].path)
        time.sleep(0.3)
    assert state.underruns == 0
    return whole(taken[0])


def test_seeks_are_exact_to_the_sample(client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    sound = noise_file(tmp_path / "a.wav", 20.0)
    targets = (12.345678, 3.0, 19.0001)
    with null_sink.record() as taken:
        begin(client, str(tmp_path / "a.wav"))
        client.play()
        wait_for(client, lambda state: state.position_s > 0.3)
        for target in (*targets, 0.0):
            client.seek(target)
            wait_for(client, lambda state, target=target: state.position_s > target + 0.3)
    heard = whole(taken[0])
    runs = runs_of(sound, heard)
    assert len(runs) == 5
    for before, after, target in zip(runs, runs[1:], targets, strict=False):
        faded, _ = fade_at(sound, heard, FALL, before, rising=False)
        risen, place = fade_at(sound, heard, RISE, after, rising=True)
        assert place == round(target * RATE)
        assert not heard[faded + FADE: risen].any()  # silence between, if anything
    faded, _ = fade_at(sound, heard, FALL, runs[3], rising=False)
    assert runs[4][2] == 0  # at its very beginning a file needs no fade
    assert not heard[faded + FADE: runs[4][0]].any()


def test_a_pause_holds_its_sample(client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    sound = noise_file(tmp_path / "a.wav", 10.0)
    with null_sink.record() as taken:
        begin(client, str(tmp_path / "a.wav"))
        client.play()
        wait_for(client, lambda state: state.position_s > 0.5)
        client.pause()
        paused = wait_for(client, lambda state: not state.playing)
        listen(client, 0.6)
        held = client.state.position_s
        client.play()
        wait_for(client, lambda state: state.position_s > held + 0.5)
    heard = whole(taken[0])
    before, after = runs_of(sound, heard)
    faded, last = fade_at(sound, heard, FALL, before, rising=False)
    risen, first = fade_at(sound, heard, RISE, after, rising=True)
    assert first == last + FADE
    assert risen - faded > 0.3 * RATE
    assert not heard[faded + FADE: risen].any()
    assert held == pytest.approx(first / RATE, abs=0.002)
    assert held - paused.position_s < 0.35


def test_pause_is_heard_within_the_device_buffer_and_positions_follow_the_ear(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    path = sine_file(tmp_path / "a.wav", 20.0)
    with null_sink.record() as taken:
        begin(client, path)
        client.play()
        state = wait_for(client, lambda state: state.position_s > 1.0)
        client.pause()
        paused_at = state.position_s
        wait_for(client, lambda state: not state.playing)
        listen(client, 0.5)
    heard = sounding(taken[0])
    assert breaks(heard) == []
    # What was heard ends where the state says, and soon after the key.
    assert len(heard) / RATE == pytest.approx(client.state.position_s, abs=0.02)
    assert client.state.position_s - paused_at < 0.45


def test_a_crossfade_is_heard_as_long_as_it_should_be(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    first = sine_file(tmp_path / "a.wav", 3.0, level=0.3)
    second = sine_file(tmp_path / "b.wav", 3.0, level=0.3)
    client.set_crossfade(1.0)
    with null_sink.record() as taken:
        begin(client, first)
        client.queue([Item(second)])
        client.play()
        wait_for(client, lambda state: state.ended and state.path == second)
        time.sleep(0.3)
    heard = sounding(taken[0])
    assert breaks(heard) == []
    assert len(heard) == pytest.approx(5 * RATE, abs=2)
    levels = np.abs(heard[: len(heard) // PERIOD * PERIOD].reshape(-1, PERIOD)).max(axis=1)
    periods = RATE // PERIOD
    assert levels[: 2 * periods - 1] == pytest.approx(0.3, abs=1e-3)
    assert levels[3 * periods + 1:] == pytest.approx(0.3, abs=1e-3)
    assert levels[round(2.5 * periods)] == pytest.approx(0.3 * np.sqrt(2), abs=1e-3)  # equal power, of two alike


def test_next_crossfades_between_two_sources_at_once(
        client: PlaybackClient, null_sink: NullSink, tmp_path: Path) -> None:
    first, second = (noise_file(tmp_path / f"{name}.wav", 8.0, seed) for seed, name in enumerate("ab"))
    with null_sink.record() as taken:
        begin(client, str(tmp_path / "a.wav"))
        client.queue([Item(str(tmp_path / "b.wav"))])
        client.play()
        wait_for(client, lambda state: state.position_s > 0.7)
        client.next(0.5)
        wait_for(client, lambda state: state.path.endswith("b.wav") and state.position_s > 0.9)
    heard = whole(taken[0])
    length = RATE // 2
    (_, end, place), = runs_of(first, heard)
    ended = place + end - int(np.flatnonzero(heard)[0])
    begun = find(second[length: length + 2000], heard) - length  # where the second one's first frame sounds
    assert begun == pytest.approx(end, abs=20)  # a gain of nearly one rounds to the same sample
    steps = (np.arange(length) + 0.5) / length * np.pi / 2
    old = first[ended + begun - end: ended + begun - end + length]
    mixed = old * np.cos(steps) + second[:length] * np.sin(steps)
    assert np.abs(heard[begun: begun + length] - mixed).max() < 3
