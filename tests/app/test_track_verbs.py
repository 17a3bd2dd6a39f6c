# SPDX-License-Identifier: GPL-3.0-or-later
"""One track through the application: its page, corrections that last, its metronome, small waveforms."""

from __future__ import annotations

from pathlib import Path

import pytest

from podmix.app.application import Application
from podmix.app.track_views import CueMark
from podmix.app.views import Changed, Part
from podmix.errors import UsageError
from podmix.music.grid_edits import even, shifted
from podmix.music.library_types import DjCue, DjMarks, FileRecord, SoundFacts, TempoMark, TrackId, TrackTags
from podmix.music.scanning import ScanBatch
from tests.app.conftest import Ear, OpenApplication

SOUND = b"s" * 16
BEATS = {"tempo": 120.0, "tempo_confidence": 0.9, "beats": [0.5 * n for n in range(121)],
         "downbeats": [2.0 * n for n in range(31)], "beats_per_bar": 4, "constant": True,
         "segments": [{"start": 0.0, "period": 0.5, "first_beat": 0, "beats": 121}]}
WAVE = {"points_per_second": 150.0, "points": 9000, "overview_points": 4000}
BLOB = bytes(9000 * 6) + bytes([200, 100, 50]) * 4000 + bytes(4000 * 3)


@pytest.fixture
def track(app: Application) -> TrackId:
    record = FileRecord("/music/a.mp3", 1, 1, SOUND, SoundFacts("mp3", 60.3), TrackTags("Low Orbit", "Ada", key="Am"))
    app.music.apply(ScanBatch((record,)))
    return app.music_ids()[0]


@pytest.fixture
def analysed(app: Application, track: TrackId) -> TrackId:
    section = {"start": 0.0, "end": 60.0, "label": "intro", "bars": 30, "energy": 4.0, "vocals": 0.1, "kick": 0.9}
    cue = {"time": 4.0, "kind": "hot", "label": "drop", "confidence": 0.8}
    app.analyses.save_all(track, {
        "beats": ("1", BEATS, b""), "key": ("1", {"key": "C minor", "confidence": 0.7}, b""),
        "structure": ("1", {"sections": [section], "confidence": 1, "on_bars": True}, b""),
        "energy": ("1", {"energy": 6.0, "times": [0.0, 30.0], "curve": [5.0, 7.0]}, b""),
        "cues": ("1", {"cues": [cue, {"time": 0.0, "kind": "in", "label": "first beat", "confidence": 1.0}]}, b""),
        "waveform": ("1", WAVE, BLOB)})
    return track


def test_a_track_that_nobody_listened_to(app: Application, track: TrackId) -> None:
    page = app.track_page(track)
    assert (page.marks, page.beats, page.cues, page.sections, page.waveform) == ((), (), (), (), None)
    assert page.key == "A minor"
    assert page.origin("key") == "tag"
    with pytest.raises(UsageError, match="no beat grid"):
        app.click_track(track)


def test_what_was_analysed_is_on_the_page(app: Application, analysed: TrackId) -> None:
    page = app.track_page(analysed)
    assert page.marks == (TempoMark(0.0, 120.0, 4, 1),)
    assert len(page.beats) == 121
    assert page.origin("beats") == page.origin("cues") == "analysis"
    assert [(cue.kind, cue.number) for cue in page.cues] == [("in", -1), ("hot", 0)]
    assert page.sections[0].label == "intro"
    assert page.waveform is not None
    assert page.energy == ((0.0, 5.0), (30.0, 7.0))
    assert page.corrected == frozenset()


def test_a_grid_by_hand_holds_against_every_analysis(app: Application, analysed: TrackId, ear: Ear,
                                                     open_app: OpenApplication) -> None:
    app.correct_grid(analysed, shifted(even(120.0, 0.0), 0.013))
    assert Changed(Part.MUSIC, (analysed,)) in ear.events
    app.analyses.save(analysed, "beats", "2", BEATS | {"tempo": 90.0})
    for one in (app, open_app()):
        page = one.track_page(analysed)
        assert page.beats[1] == pytest.approx(0.513)
        assert page.origin("beats") == "hand"
        assert one.music_track(analysed).bpm == 120.0
    app.correct_grid(analysed, None)
    assert app.track_page(analysed).origin("beats") == "analysis"
    assert app.music_track(analysed).bpm == 90.0
    assert len(app.analyses.corrections(analysed, "beats")) == 2


def test_no_beat_can_be_said_by_hand(app: Application, analysed: TrackId) -> None:
    app.correct_grid(analysed, ())
    page = app.track_page(analysed)
    assert (page.beats, page.origin("beats")) == ((), "hand")


def test_a_key_by_hand(app: Application, analysed: TrackId) -> None:
    app.correct_key(analysed, "8A")
    assert app.track_page(analysed).key == "A minor"
    assert "key" in app.track_page(analysed).corrected
    with pytest.raises(UsageError, match="is no key"):
        app.correct_key(analysed, "loud")
    app.correct_key(analysed, None)
    assert app.track_page(analysed).key == "C minor"


def test_cues_come_back_as_they_were_put(app: Application, analysed: TrackId) -> None:
    cues = (CueMark(1.0, "in", "come in"), CueMark(8.0, "hot", "Drop", 3, colour="#ff8800"),
            CueMark(16.0, "loop", "", 4, end=20.0))
    app.correct_cues(analysed, cues)
    assert app.track_page(analysed).cues == cues
    assert [cue.number for cue in app.track_cues(analysed)] == [-1, 3, 4]
    app.correct_cues(analysed, ())
    assert app.track_page(analysed).cues == ()


def test_a_djs_own_cues_come_before_analysed_ones(app: Application, analysed: TrackId) -> None:
    app.analyses.import_marks(analysed, DjMarks("rekordbox", (DjCue("cue", 7.0, None, "Mine", 1, (255, 0, 0)),)))
    page = app.track_page(analysed)
    assert page.cues == (CueMark(7.0, "hot", "Mine", 1, None, "#ff0000"),)
    assert page.origin("cues") == "rekordbox"


def test_clicks_are_made_once_and_anew_for_another_grid(app: Application, analysed: TrackId) -> None:
    first = app.click_track(analysed)
    assert first.is_file()
    assert app.click_track(analysed) == first
    app.correct_grid(analysed, even(128.0, 0.1))
    other = app.click_track(analysed)
    assert other != first
    for number in range(12):
        app.correct_grid(analysed, even(100.0 + number, 0.1))
        app.click_track(analysed)
    assert len(list(Path(other).parent.glob("*.wav"))) <= 8


def test_small_waves_for_the_table(app: Application, analysed: TrackId) -> None:
    assert app.track_waves([analysed, 999], 10) == {analysed: bytes([200, 100, 50]) * 10}
