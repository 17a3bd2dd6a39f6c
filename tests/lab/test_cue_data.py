# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms, loop tracks, and DJs' own cues as training data for cue points."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.lab.composing.rendering import Studio
from podmix.lab.cue_data import Analyses, listen_to_song, load, save
from podmix.lab.cue_forms import NO_OUTRO_BARS, CueForm, FormPart, Stretch, draw_form, truth_of
from podmix.lab.cue_imports import (
    examples_of,
    library_example,
    read_collection,
    truth_of_correction,
    truth_of_marks,
)
from podmix.lab.cue_songs import make_cue_song
from podmix.music.interop.collection import DjCollection, DjTrack, ImportRefused
from podmix.music.interop.rekordbox_xml import read_rekordbox_xml
from podmix.music.library_types import DjCue
from podmix.music.tones import RATE
from tests.music.cues.written import written


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.booleans(), st.booleans())
def test_forms_have_their_cues_on_their_own_bars(seed: int, club: bool, drummer: bool, singer: bool) -> None:
    form = draw_form(np.random.default_rng(seed), club=club, drummer=drummer, singer=singer)
    bars = np.arange(form.bars + 1) * 2.0
    truth = truth_of(form, bars)
    assert truth.first_beat == 0.0
    assert truth.last_beat == bars[-1]
    assert truth.come_in is not None
    assert truth.go_out is not None
    assert 0 <= truth.come_in <= truth.go_out <= bars[-1]
    assert {truth.come_in, truth.go_out, *truth.hot} <= set(bars)
    assert all(left < right for left, right in pairwise(truth.hot))
    assert 1 <= len(truth.hot) <= 8
    for part in form.parts:
        assert all(stretch.bars > 0 and any(stretch.playing) for stretch in part.stretches)
        assert drummer or not any(any(stretch.playing[:3]) for stretch in part.stretches)


def part(label: str, bars: int) -> FormPart:
    return FormPart(label, (Stretch(bars, (True,) * 8, 1.0),))


def test_where_a_track_is_left() -> None:
    bars = np.arange(100.0)
    parts = (part("intro", 8), part("verse", 8), part("chorus", 16))
    assert truth_of(CueForm((*parts, part("outro", 8))), bars).go_out == 32.0
    assert truth_of(CueForm(parts), bars).go_out == 32.0 - NO_OUTRO_BARS
    assert truth_of(CueForm(parts, fade_bars=4), bars).go_out == 28.0
    assert truth_of(CueForm(parts), bars).come_in == 8.0


def test_a_loop_track_sounds_on_its_beats_and_is_the_same_twice(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podmix.lab.cue_songs.LONGEST_S", 60.0)
    studio = Studio(RATE)
    song, again = make_cue_song(1, studio), make_cue_song(1, studio)
    np.testing.assert_array_equal(song.sound, again.sound)
    assert np.abs(song.sound).max() == pytest.approx(1.0, abs=0.01)
    assert song.downbeats.tolist() == song.beats[::song.beats_per_bar].tolist()
    assert len(song.sound) / RATE > song.beats[-1]
    example = listen_to_song(song)
    assert set(example.by_grid) == {"heard", "corrected", "shifted"}
    assert example.by_grid["corrected"].beats.grid.downbeats == tuple(song.downbeats)
    assert not set(example.by_grid["shifted"].beats.grid.downbeats) & set(song.downbeats)
    save(tmp_path / "one.npz", example)
    kept = load(tmp_path / "one.npz")
    assert kept.truth == example.truth
    for grid, heard in example.by_grid.items():
        assert kept.by_grid[grid].beats == heard.beats
        assert kept.by_grid[grid].structure == heard.structure
        assert kept.by_grid[grid].energy == heard.energy
        assert kept.by_grid[grid].waveform.rms == heard.waveform.rms


def test_what_djs_marks_mean() -> None:
    marks = (DjCue("load", 0.1), DjCue("fade-in", 1.0, 17.0), DjCue("cue", 17.0, name="Drop", number=0),
             DjCue("loop", 20.0, 22.0, number=1), DjCue("cue", 50.0, name="break", number=2),
             DjCue("cue", 30.0, name="memory"), DjCue("cue", 96.0, name="Mix Out", number=3))
    truth = truth_of_marks(marks)
    assert truth is not None
    assert (truth.come_in, truth.go_out) == (17.0, 96.0)
    assert truth.hot == (17.0, 50.0)
    assert truth.hot_labels == ("Drop", "break")
    assert truth_of_marks((DjCue("load", 0.1), DjCue("loop", 2.0, 4.0))) is None
    only_out = truth_of_marks((DjCue("fade-out", 80.0),))
    assert only_out is not None
    assert only_out.come_in is None
    assert truth_of_marks((DjCue("fade-out", 8.0), DjCue("fade-in", 80.0))) is None


def test_what_podmix_exported_itself_teaches_nothing() -> None:
    own = tuple(DjCue("cue", float(at), name=name) for at, name in
                enumerate(("first beat", "come in", "go out", "last beat")))
    assert truth_of_marks((*own, DjCue("cue", 9.0, name="drop", number=0))) is None


def test_a_correction_by_hand_goes_before_an_import() -> None:
    by_grid = {"heard": Analyses(*written())}
    correction = {"cues": [{"time": 16.5, "kind": "in", "label": "come in"},
                           {"time": 0.5, "kind": "in", "label": "first beat"},
                           {"time": 64.5, "kind": "hot", "label": "drop", "number": 0}]}
    assert truth_of_correction({"cues": []}) is None
    imported = [(DjCue("fade-in", 32.5), DjCue("fade-out", 80.5))]
    by_hand = library_example("one", "artist", correction=correction, imported=imported, by_grid=by_grid)
    assert by_hand is not None
    assert (by_hand.truth.come_in, by_hand.truth.go_out, by_hand.truth.hot) == (16.5, None, (64.5,))
    assert by_hand.source == "imported"
    assert (by_hand.beat, by_hand.bar) == (0.5, 2.0)
    by_import = library_example("one", "artist", correction=None, imported=imported, by_grid=by_grid)
    assert by_import is not None
    assert by_import.truth.come_in == 32.5
    assert library_example("one", "artist", correction=None, imported=[], by_grid=by_grid) is None


def test_a_collection_becomes_examples(tmp_path: Path) -> None:
    path = tmp_path / "rekordbox.xml"
    path.write_text('<?xml version="1.0"?><DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox"/>'
                    '<COLLECTION Entries="2"><TRACK TrackID="1" Name="a" Artist="x" TotalTime="113" '
                    'Location="file://localhost/a.mp3"><POSITION_MARK Name="" Type="1" Start="16.5" Num="-1"/>'
                    '<POSITION_MARK Name="drop" Type="0" Start="64.5" Num="0"/></TRACK>'
                    '<TRACK TrackID="2" Name="b" Artist="y" Location="file://localhost/b.mp3"/></COLLECTION>'
                    '</DJ_PLAYLISTS>')
    heard: list[str] = []

    def listener(track: DjTrack) -> dict[str, Analyses]:
        heard.append(track.title)
        return {"heard": Analyses(*written())}

    made = list(examples_of(read_rekordbox_xml(path), listener))
    assert heard == ["a"]  # what has no cues is not even analysed
    assert [(one.group, one.truth.come_in, one.truth.hot) for one in made] == [("x", 16.5, (64.5,))]
    assert list(examples_of(DjCollection("x", (DjTrack("a", cues=(DjCue("fade-in", 1.0),)),)), lambda _: None)) == []
    assert len(read_collection(path).tracks) == 2
    with pytest.raises(ImportRefused):
        read_collection(tmp_path / "list.m3u8")
