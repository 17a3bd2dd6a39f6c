# SPDX-License-Identifier: GPL-3.0-or-later
"""A rendered mix is what was heard, sample for sample: the offline renderer against the engine on its null output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from podmix.audio.decode import read
from podmix.audio.mixing.render import render
from podmix.audio.mixing.types import Clip, Echo, Lane, Program
from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions, Item, Mix
from podmix.playback.transport import FADE_S
from tests.audio.formats import write
from tests.e2e.listening import wait_for
from tests.e2e.sine import RATE
from tests.playback.conftest import Desk, make_desk, ring_pool

__all__ = ["make_desk", "ring_pool"]  # fixtures
pytestmark = pytest.mark.timeout(120)

Samples = NDArray[np.float32]
FADE = round(FADE_S * RATE)
LENGTH_S = 24.0


def music(seconds: float, seed: int, rate: int) -> Samples:
    """Chords with drums, stereo, loud enough to keep the limiter busy when two sound."""
    draw = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate)) / rate
    sound = np.zeros((len(time_s), 2))
    for hertz in 55 * 2 ** (draw.integers(0, 48, 8) / 12):
        sound += 0.12 * np.sin(2 * np.pi * hertz * time_s + draw.uniform(0, 6, 2)[:, None]).T
    beat = time_s % 0.5
    sound += (0.5 * np.exp(-beat * 30) * np.sin(2 * np.pi * 60 * beat) + 0.1 * draw.normal(size=len(time_s))
              * np.exp(-((time_s + 0.25) % 0.5) * 60))[:, None]
    return np.clip(sound, -1, 1).astype(np.float32)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Three formats, two rates, two decks: crossfades, moving bands, filters, an echo, a jump, two kinds of speed."""
    folder = tmp_path_factory.mktemp("tracks")
    paths = [str(write(name, music(16.0, seed, rate), rate, folder / f"{name}"))
             for seed, (name, rate) in enumerate((("flac", RATE), ("mp3-cbr", 44_100), ("vorbis", RATE)))]
    clips = (
        Clip(paths[0], 0, ((0.0, 1.0), (9.0, 10.0)), gain=Lane(((5.0, 1.0), (9.0, 0.0))),
             low=Lane(((4.0, 1.0), (6.0, 0.0))), filter=Lane(((6.0, 0.0), (9.0, 0.7)))),
        Clip(paths[1], 1, ((4.0, 0.5), (10.0, 6.5), (10.0, 4.5), (17.0, 11.5)),
             gain=Lane(((4.0, 0.0), (8.0, 1.0), (13.0, 1.0), (17.0, 0.2))), low=Lane(((6.0, 0.0), (6.0, 1.0))),
             echo=Echo(0.375, 0.5, Lane(((14.0, 0.0), (15.5, 0.8), (17.0, 0.8))))),
        Clip(paths[2], 0, ((12.0, 0.25), (18.0, 6.13), (23.0, 11.13)), gain=Lane(((12.0, 0.0), (14.0, 0.9))),
             high=Lane(((12.0, 0.2), (20.0, 1.4))), filter=Lane(((12.0, -0.8), (16.0, 0.0))), key_lock=False),
        Clip(paths[0], 1, ((17.5, 2.0), (20.0, 4.57), (23.0, 7.5)), gain=Lane(((17.5, 0.0), (19.0, 0.8)))))
    return Program(clips, RATE, LENGTH_S)


@pytest.fixture(scope="module")
def rendered(program: Program) -> Samples:
    return np.concatenate(list(render(program)))


def test_the_mix_is_worth_comparing(program: Program, rendered: Samples) -> None:
    assert len(rendered) == round(LENGTH_S * RATE)
    assert 0.8 < np.abs(rendered).max() <= 10 ** (-1 / 20) + 1e-3, "the limiter works"
    assert all(np.abs(rendered[second * RATE: (second + 1) * RATE]).max() > 0.1 for second in range(23))
    assert {clip.deck for clip in program.clips} == {0, 1}


def heard_by(options: EngineOptions, mix: Mix, until: Callable[[PlaybackClient], object]) -> Samples:
    with PlaybackClient(options) as client:
        client.load_mix(mix)
        client.play()
        until(client)
        assert client.state.underruns == 0
    return np.fromfile(options.record, "<f4").reshape(-1, 2)


def test_played_as_fast_as_it_goes_it_is_the_same(program: Program, rendered: Samples, tmp_path: Path) -> None:
    options = EngineOptions(null_audio=True, null_pace=0, record=str(tmp_path / "heard.f32"))
    heard = heard_by(options, Mix("m", program), lambda client: wait_for(client, lambda state: state.ended, 60.0))
    heard = heard[_lead(heard, rendered):]
    assert np.array_equal(heard[: len(rendered)], rendered)
    assert not heard[len(rendered):].any()


def test_played_in_real_time_it_is_the_same(program: Program, rendered: Samples, tmp_path: Path) -> None:
    options = EngineOptions(null_audio=True, null_pace=1.0, record=str(tmp_path / "heard.f32"))

    def some_seconds(client: PlaybackClient) -> None:
        wait_for(client, lambda state: state.position_s > 5.0)

    heard = heard_by(options, Mix("m", program), some_seconds)
    heard = heard[_lead(heard, rendered):]
    assert len(heard) > 4.9 * RATE
    assert np.array_equal(heard, rendered[: len(heard)])


def _lead(heard: Samples, rendered: Samples) -> int:
    """Frames of silence before the mix began."""
    return int(np.flatnonzero(heard.any(axis=1))[0]) - int(np.flatnonzero(rendered.any(axis=1))[0])


@pytest.mark.parametrize("block", [64, 1000, 1024, 4096])
def test_the_block_size_changes_nothing(program: Program, rendered: Samples, make_desk: Callable[[], Desk],
                                        block: int) -> None:
    desk = make_desk()
    desk.sequencer.load(Mix("m", program), None)
    desk.transport.play()
    assert np.array_equal(desk.pull(round(10 * RATE), block), rendered[: 10 * RATE])


@pytest.mark.parametrize("second", [2.0, 7.125, 15.3, 19.0])
def test_played_from_the_middle_it_is_what_is_rendered_from_there(
        program: Program, make_desk: Callable[[], Desk], second: float) -> None:
    wanted = np.concatenate(list(render(program, from_s=second, to_s=second + 3.0)))
    desk = make_desk()
    desk.sequencer.load(Mix("m", program), second)
    desk.transport.play()
    heard = desk.pull(3 * RATE)
    assert np.array_equal(heard[FADE:], wanted[FADE:])  # the engine fades in where it begins inside
    assert np.abs(heard[:FADE]).max() <= np.abs(wanted[:FADE]).max()


def test_a_queue_played_gaplessly_is_its_files_one_after_the_other(tmp_path: Path) -> None:
    paths = [str(write(name, 0.4 * music(6.0 + seed / 7, seed, RATE), RATE, tmp_path / name))
             for seed, name in enumerate(("mp3-cbr", "flac", "m4a", "opus"))]
    wanted = np.concatenate([read(path, mono=False, sample_rate=RATE)[0] for path in paths])
    assert np.abs(wanted).max() < 0.44, "the limiter has nothing to look at"
    options = EngineOptions(null_audio=True, null_pace=0, record=str(tmp_path / "heard.f32"))
    with PlaybackClient(options) as client:
        client.load(paths[0])
        client.queue([Item(path) for path in paths[1:]])
        client.play()
        wait_for(client, lambda state: state.ended and state.path == paths[-1], 60.0)
    heard = np.fromfile(options.record, "<f4").reshape(-1, 2)
    heard = heard[_lead(heard, wanted):]
    assert np.array_equal(heard[: len(wanted)], wanted)
    assert not heard[len(wanted):].any()
