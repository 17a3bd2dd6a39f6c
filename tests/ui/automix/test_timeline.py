# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline's drawing: what stands still is kept, what moves is drawn, waveforms are where they belong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QProgressBar, QWidget

from podmix.ui.automix.picture import MixPicture, TrackPicture, TransitionPicture, picture_of
from podmix.ui.automix.timeline import Timeline
from podmix.ui.automix.timeline_paint import HEAD, TALL_HEAD, Places, is_thin
from podmix.ui.automix.waves import KEPT, WaveTiles, band_heights
from podmix.ui.music.wave_paint import Scale


def some_track(begin=0.0, end=20.0, lane=0, level=255, title="Tern"):
    wave = bytes([level, level // 2, level // 4]) * round((end - begin) * 150)
    return TrackPicture(title, "", 120.0, "8A", 5.0, begin, end, lane, ((0.0, 0.0), (end - begin, end - begin)), wave,
                        name=title, peak=level)


PICTURE = MixPicture((some_track(), some_track(14.0, 40.0, 1, title="Kiln")),
                     (TransitionPicture("blend", 14.0, 20.0, 4, False, {}, {}),), 40.0)


@pytest.fixture
def line(qtbot, theme):
    made = Timeline(theme)
    qtbot.addWidget(made)
    made.resize(800, 400)
    made.patient = True
    made.show_picture(PICTURE, fresh=True)
    made.show()
    qtbot.waitExposed(made)
    made.grab()
    return made


@pytest.fixture
def drawn(line, monkeypatch):
    """How often all was drawn anew."""
    times = []
    real = line._draw
    monkeypatch.setattr(line, "_draw", lambda *parts: (times.append(1), real(*parts)))
    return times


@pytest.mark.parametrize("do", [
    lambda line: line.set_playhead(7.0), lambda line: line.choose(0), lambda line: line.choose_track(1),
    lambda line: line.show_drop(1), lambda line: line.setFocus(),
    lambda line: QTest.mouseMove(line, line.rect().center())])
def test_what_only_moves_or_is_in_hand_draws_nothing_anew(line, drawn, do):
    do(line)
    line.grab()
    assert drawn == []


@pytest.mark.parametrize("do", [
    lambda line: line.zoom(2.0), lambda line: line.show_picture(replace(PICTURE, duration=41.0), fresh=False),
    lambda line: line.resize(700, 380), lambda line: line._theme.changed.emit()])
def test_another_mix_sight_size_or_theme_does(line, drawn, do):
    do(line)
    line.grab()
    assert drawn


def test_the_playhead_stands_where_it_plays(line):
    line.set_playhead(10.0)
    picture = line.grab().toImage()
    text = QColor(line._theme.tokens.text)
    assert picture.pixelColor(round(line.scale.x(10.0)), 200) == text
    line.set_playhead(30.0)
    assert line.grab().toImage().pixelColor(round(line.scale.x(10.0)), 100) != text


def test_a_transition_that_is_dragged_is_shown_where_it_would_come_to(line):
    start, end = (line.scale.x(second) for second in (14.0, 20.0))
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=QPointF((start + end) / 2, 300).toPoint())
    QTest.mouseMove(line, QPointF((start + end) / 2 + 40, 300).toPoint())
    moved = line._moved(0)
    assert moved.start == pytest.approx(14.0 + 40 / line.scale.per_second, abs=0.1)
    assert line.picture is PICTURE
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=QPointF((start + end) / 2 + 40, 300).toPoint())


def test_who_cannot_see_it_hears_what_is_in_hand(line):
    line.choose(0)
    assert line.accessibleDescription().startswith("Transition 1 of 1, blend, at ")
    line.choose_track(1)
    assert line.accessibleDescription() == "Track 2 of 2, Kiln"
    line.show_picture(replace(PICTURE, transitions=(replace(PICTURE.transitions[0], locked=True),)), fresh=True)
    assert "locked" in line.accessibleDescription()


def test_low_lanes_have_one_line_of_head_and_tall_ones_two():
    assert Places(800, 400).head == TALL_HEAD
    assert Places(800, 220).head == HEAD


@pytest.mark.parametrize(("x", "place"), [(0.0, 0), (9.0, 0), (11.0, 1), (26.0, 1), (28.0, 2), (40.0, 2)])
def test_a_drop_goes_before_the_track_whose_middle_is_behind_it(line, x, place):
    assert line.place_at(line.scale.x(x)) == place


# -- waveforms --


def slow_heights(track, first_s, step_s, count):
    """Point by point, as it is meant."""
    have = len(track.wave) // 3
    made = np.zeros((count, 3), np.uint8)
    for at in range(count):
        second = first_s + at * step_s
        if not 0 <= second < track.end - track.begin:
            continue
        low = int(track.source_at(second) * track.rate)
        if low < have:
            high = min(have, max(low + 1, int(low + step_s * track.rate)))
            made[at] = np.frombuffer(track.wave, np.uint8).reshape(-1, 3)[low:high].max(0)
    return made


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 99), first=st.floats(-3, 12), step=st.floats(0.002, 1.5), count=st.integers(1, 60),
       loop=st.booleans())
def test_heights_are_the_highest_points_of_each_step(seed, first, step, count, loop):
    wave = np.random.default_rng(seed).integers(0, 256, 1500 * 3, np.uint8).tobytes()
    points = ((0.0, 0.5), (4.0, 4.5), (4.0, 2.5), (9.0, 7.5)) if loop else ((0.0, 0.5), (9.0, 9.6))
    track = replace(some_track(2.0, 11.0), wave=wave, points=points)
    assert np.array_equal(band_heights(track, first, step, count), slow_heights(track, first, step, count))


def test_a_track_of_which_no_waveform_is_known_is_drawn_all_the_same(line):
    line.show_picture(replace(PICTURE, tracks=(replace(PICTURE.tracks[0], wave=b""), PICTURE.tracks[1])), fresh=True)
    line.grab()


def test_tiles_come_bit_by_bit_and_all_in_the_end(qtbot, line):
    line.patient = False
    line._tiles = WaveTiles()
    line.look(Scale(0.0, 200.0))
    qtbot.waitUntil(lambda: len(line._tiles._kept) >= 4 and not line._tiles.lacking)


@pytest.mark.parametrize("count", [KEPT + 40, 2000])
def test_however_many_tracks_are_in_sight_the_picture_is_done_some_time(qtbot, line, drawn, count):
    line.patient = False
    tracks = tuple(replace(some_track(10.0 * n, 10.0 * n + 12, n % 2, title=f"{n}"), energy=1.0 + n % 9)
                   for n in range(count))
    line.resize(1200, 400)
    line.show_picture(replace(PICTURE, tracks=tracks, transitions=(), duration=10.0 * count + 2), fresh=True)
    line.repaint()
    qtbot.waitUntil(lambda: not line._tiles.lacking)
    times = len(drawn)
    line.repaint()
    assert len(drawn) == times <= count
    assert is_thin(tracks[0], line.scale) == (count == 2000)
    wave = Places(line.width(), line.height()).wave(0)
    image = line.grab().toImage()
    seen = {image.pixelColor(x, round(wave.center().y())).name() for x in range(4, 1190)}
    assert len(seen) > 1, "nothing of the music is seen"


# -- pictures --


def test_a_track_that_only_moved_keeps_what_was_made_of_it(qtbot, mixed):
    before = mixed.desk.picture
    mixed.timeline.choose(1)
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_kind("cut" if before.transitions[1].kind != "cut" else "crossfade")
    after = mixed.desk.picture
    assert after == picture_of(mixed.desk.mix)
    assert after.tracks[4].beats is before.tracks[4].beats
    assert after.tracks[4].begin != before.tracks[4].begin


# -- access --


def test_everything_that_takes_the_focus_has_a_name_and_can_be_reached(mixed):
    kinds = QAbstractButton | QAbstractSpinBox | QComboBox | QProgressBar
    own = [control for control in mixed.findChildren(QWidget)
           if isinstance(control, kinds) and not control.objectName().startswith("qt_")]
    assert len(own) > 20
    for control in own:
        named = control.accessibleName() or control.focusPolicy() == Qt.FocusPolicy.NoFocus
        assert named, (control, control.parent())
    for control in (mixed.add, mixed.more, mixed.undo_button, mixed.play, mixed.panel.like, mixed.panel.dislike,
                    mixed.panel.learned.forget, mixed.joining.stop, mixed.start.add, mixed.timeline):
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control


def test_what_the_keys_do_is_in_the_list_of_actions(mixed):
    known = {key for action in mixed.actions_here() for key in action.keys}
    assert {"Y", "N", "L", "K", "A", "Ctrl+Shift+I", "Ctrl+Shift+P"} <= known
