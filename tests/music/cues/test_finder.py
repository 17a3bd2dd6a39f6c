# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue points of tracks whose analyses are written by hand: where they must lie, whatever the track is."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.music.cues.finder import analyse_cues, find_cues
from podmix.music.cues.lines import cue_lines, sounding_span
from podmix.music.types import CueAnalysis, StructureAnalysis, Waveform
from tests.music.cues.written import CLUB, Analysed, written

NO_MODEL = Path("no model")
LABELS = ("intro", "verse", "chorus", "build", "drop", "break", "outro")
plans = st.lists(st.tuples(st.sampled_from(LABELS), st.integers(1, 24), st.floats(1.5, 9.5)), min_size=1,
                 max_size=12).map(tuple)
either_model = st.sampled_from([NO_MODEL, None])


def times(found: CueAnalysis) -> list[float]:
    return [cue.time for cue in found.cues]


def test_a_club_track_is_entered_at_its_drop_and_left_at_its_outro() -> None:
    found = analyse_cues(*written(), model=NO_MODEL)
    assert found.method == "rules"
    assert (found.first_beat, found.come_in, found.go_out, found.last_beat) == (0.5, 16.5, 96.5, 112.5)
    hot = [(cue.time, cue.label) for cue in found.cues if cue.kind == "hot"]
    assert hot == [(16.5, "drop"), (48.5, "break"), (64.5, "drop")]
    assert found.on_bars


def test_the_shipped_model_finds_much_the_same_in_a_plain_track() -> None:
    found = analyse_cues(*written())
    assert found.method == "model"
    assert (found.first_beat, found.come_in, found.go_out, found.last_beat) == (0.5, 16.5, 96.5, 112.5)
    hot = {cue.time for cue in found.cues if cue.kind == "hot"}
    assert hot <= {0.5, 16.5, 48.5, 64.5, 96.5}
    assert len(hot & {16.5, 48.5, 64.5}) >= 2


def test_a_section_edge_beside_a_phrase_line_is_moved_onto_it() -> None:
    plan = (("intro", 8, 4.0), ("drop", 16, 8.0), ("break", 9, 3.0), ("drop", 15, 8.5), ("outro", 8, 4.0))
    hot = [cue.time for cue in analyse_cues(*written(plan), model=NO_MODEL).cues if cue.kind == "hot"]
    assert hot == [16.5, 48.5, 64.5]


def test_without_an_outro_the_last_phrase_is_the_exit() -> None:
    found = analyse_cues(*written((("intro", 8, 4.0), ("drop", 32, 8.0))), model=NO_MODEL)
    assert found.go_out == 0.5 + 2.0 * 32


def test_without_a_grid_the_sound_has_the_say() -> None:
    found = analyse_cues(*written(grid=False))
    assert found.method == "sound"
    assert not found.on_bars
    assert found.first_beat == pytest.approx(0.5, abs=0.05)
    assert found.last_beat == pytest.approx(112.5, abs=0.15)
    assert found.come_in == 16.5
    assert all(cue.confidence <= 0.25 for cue in found.cues)


def test_silence_has_no_cues() -> None:
    assert find_cues(*written(gain=0.0)) == ()
    beats, structure, energy, loudness, _ = written(gain=0.0)
    empty = Waveform(150.0, b"", b"", b"", b"")
    nothing = StructureAnalysis((), 0.0, False)
    assert analyse_cues(beats, nothing, energy, loudness, empty).cues == ()
    assert structure.sections


def test_sound_without_sections_still_has_two_ends() -> None:
    beats, _, energy, loudness, waveform = written()
    found = analyse_cues(beats, StructureAnalysis((), 0.0, False), energy, loudness, waveform)
    assert [cue.label for cue in found.cues] == ["first beat", "come in", "go out", "last beat"]


@settings(max_examples=60, deadline=None)
@given(plans, st.floats(0.9, 3.5), st.floats(0.0, 4.0), st.booleans(), either_model)
def test_cues_lie_inside_the_track_rise_and_stand_on_bar_lines(
        plan: tuple[tuple[str, int, float], ...], bar: float, begin: float, grid: bool, model: Path | None) -> None:
    track = written(plan, bar=bar, begin=begin, grid=grid)
    found = analyse_cues(*track, model=model)
    assert all(0 <= time <= track[0].duration for time in times(found))
    assert all(left <= right for left, right in pairwise(times(found)))
    ends = [found.first_beat, found.come_in, found.go_out, found.last_beat]
    assert all(left is not None and right is not None and left <= right for left, right in pairwise(ends))
    assert len([cue for cue in found.cues if cue.kind == "hot"]) <= 8
    assert all(0 <= cue.confidence <= 1 for cue in found.cues)
    if found.on_bars:
        assert all(abs((time - begin) / bar - round((time - begin) / bar)) < 1e-3 for time in times(found))


@settings(max_examples=25, deadline=None)
@given(plans, st.integers(1, 30))
def test_what_comes_before_the_music_moves_cues_and_changes_none(plan: tuple[tuple[str, int, float], ...],
                                                                 late: int) -> None:
    # Whole seconds, so that loudness is measured on the same windows. The model's trees may turn at the hundredth of a
    # decibel by which silence moves the loud level, so that of its cues only the ends are held to this.
    track = written(plan, begin=1.0)
    here, there = analyse_cues(*track, model=NO_MODEL), analyse_cues(*delayed(track, late), model=NO_MODEL)
    np.testing.assert_allclose(np.array(times(there)) - late, times(here), atol=2e-3)
    assert [cue.label for cue in there.cues] == [cue.label for cue in here.cues]
    shipped, moved = analyse_cues(*track), analyse_cues(*delayed(track, late))
    assert shipped.first_beat is not None
    assert shipped.last_beat is not None
    assert (moved.first_beat, moved.last_beat) == pytest.approx((shipped.first_beat + late, shipped.last_beat + late))


def delayed(track: Analysed, seconds: float) -> Analysed:
    """The same analyses of the same sound after so much silence."""
    beats, structure, energy, loudness, waveform = track
    grid = replace(beats.grid, beats=tuple(one + seconds for one in beats.grid.beats),
                   downbeats=tuple(one + seconds for one in beats.grid.downbeats))
    sections = tuple(replace(one, start=one.start + seconds, end=one.end + seconds) for one in structure.sections)
    at = np.arange(len(loudness.short_term_lufs)) + 1.5
    lufs = np.interp(np.arange(int(seconds) + len(at) + 1) + 1.5 - seconds, at, loudness.short_term_lufs)
    silence = bytes(3 * round(seconds * 150))
    return (replace(beats, duration=beats.duration + seconds, grid=grid), replace(structure, sections=sections),
            replace(energy, times=tuple(one + seconds for one in energy.times)),
            replace(loudness, short_term_lufs=tuple(map(float, lufs))),
            replace(waveform, peaks=silence + waveform.peaks, rms=silence + waveform.rms))


@settings(max_examples=25, deadline=None)
@given(plans, st.floats(-24.0, 0.0), either_model)
def test_a_quieter_copy_has_the_same_cues(plan: tuple[tuple[str, int, float], ...], gain_db: float,
                                          model: Path | None) -> None:
    beats, structure, energy, loudness, waveform = written(plan)
    loud = analyse_cues(beats, structure, energy, loudness, waveform, model=model)
    quieter = replace(loudness, short_term_lufs=tuple(one + gain_db for one in loudness.short_term_lufs))
    quiet = analyse_cues(beats, structure, energy, quieter, waveform, model=model)
    assert quiet == loud


def test_the_waveforms_gain_does_not_move_where_sound_begins() -> None:
    loud, quiet = sounding_span(written(gain=0.9)[-1]), sounding_span(written(gain=0.02)[-1])
    assert loud is not None
    assert quiet is not None
    np.testing.assert_allclose(loud, quiet, atol=0.02)


def test_bars_that_hardly_sound_are_no_candidates() -> None:
    track = written()
    lines = cue_lines(*track)
    assert lines is not None
    assert (lines.edges[0], lines.edges[-1]) == (0.5, 112.5)
    assert len(lines) == sum(bars for _, bars, _ in CLUB)


def test_a_track_takes_milliseconds() -> None:
    track = written(tuple((label, 16, energy) for label, _, energy in CLUB * 2), bar=1.9)
    find_cues(*track)
    spent = []
    for _ in range(5):
        start = time.process_time()
        find_cues(*track)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.08  # a crowded machine; tests/bench/bench_cues.py measures


def test_nothing_heavy_is_loaded() -> None:
    import subprocess

    code = ("import sys, podmix.music.cues.finder; "
            "print([m for m in ('scipy', 'sklearn', 'onnxruntime', 'torch', 'safetensors') if m in sys.modules])")
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
