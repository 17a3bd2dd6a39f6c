# SPDX-License-Identifier: GPL-3.0-or-later
"""A click begins on the very frame of its beat, in the file and in the mix beside a track."""

from __future__ import annotations

import wave

import numpy as np
import pytest

from podmix.audio.mixing.render import render
from podmix.audio.mixing.types import Clip, Program
from podmix.music.click_track import RATE, write_click_track

BEATS = [0.25 + n * 60.0 / 127.3 for n in range(20)]
LONG = 12.0


def starts(samples):
    """Frames where sound begins after 50 ms of silence."""
    loud = np.flatnonzero(np.abs(samples) > 1e-3)
    return [int(frame) for at, frame in enumerate(loud) if at == 0 or frame - loud[at - 1] > 0.05 * RATE]


@pytest.fixture
def clicks(tmp_path):
    target = tmp_path / "clicks.wav"
    write_click_track(target, BEATS, BEATS[2::4], LONG)
    return target


def test_clicks_begin_on_their_frames_and_bars_are_higher(clicks):
    with wave.open(str(clicks)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (RATE, 1, round(LONG * RATE))
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float) / 32768
    assert starts(samples) == [round(beat * RATE) for beat in BEATS]
    peaks = [abs(samples[round(beat * RATE)]) for beat in BEATS]
    assert [at for at, peak in enumerate(peaks) if peak > 0.6] == list(range(2, 20, 4))


def test_beside_a_track_they_are_sample_exact(clicks, tmp_path):
    track = tmp_path / "silent.wav"
    write_click_track(track, [], [], LONG)
    whole = ((0.0, 0.0), (LONG, LONG))
    program = Program((Clip(str(track), 0, whole), Clip(str(clicks), 1, whole)), RATE, LONG)
    for from_s in (0.0, 3.1):
        heard = np.concatenate(list(render(program, from_s=from_s)))[:, 0]
        first = round(from_s * RATE)
        wanted = [round(beat * RATE) - first for beat in BEATS if beat > from_s + 0.05]
        assert [frame for frame in starts(heard) if frame >= wanted[0] - 10] == wanted


def test_a_beat_at_the_very_end_is_cut_and_an_empty_grid_is_silence(tmp_path):
    write_click_track(tmp_path / "a.wav", [0.999], [], 1.0)
    assert (tmp_path / "a.wav").stat().st_size == 44 + 2 * RATE
    write_click_track(tmp_path / "b.wav", [], [], 1.0)
    assert not any((tmp_path / "b.wav").read_bytes()[44:])
