# SPDX-License-Identifier: GPL-3.0-or-later
"""The track in hand: its waveform, its grid, key and cues put right by keys, undone, heard with the metronome."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication

from podmix.app.track_views import CueMark
from podmix.ui.music.colours import cue_colour, key_colour, section_colour
from podmix.ui.music.wave_paint import heights
from podmix.ui.theme import DARK, LIGHT, contrast

NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def press(qtbot, in_hand):
    def do(key, modifier=NONE):
        in_hand.panel.wave.setFocus()
        qtbot.keyClick(in_hand.panel.wave, key, modifier)

    return do


def stored(qtbot, verbs, kind):
    qtbot.waitUntil(lambda: bool(verbs.called(f"correct_{kind}")))
    return verbs.called(f"correct_{kind}")[-1][1]


def test_the_grid_is_shifted_by_a_millisecond_and_kept(qtbot, in_hand, press, verbs):
    first = in_hand.editor.page.beats[0]
    for _ in range(3):
        press(Qt.Key.Key_Period)
    press(Qt.Key.Key_Comma)
    assert in_hand.editor.page.beats[0] == pytest.approx(first + 0.002, abs=1e-6)
    marks = stored(qtbot, verbs, "beats")
    assert marks[0].start == pytest.approx(in_hand.editor.page.beats[0])
    assert "beats" in in_hand.editor.page.corrected


def test_quick_edits_are_stored_once_and_the_newest(qtbot, in_hand, press, verbs):
    for _ in range(8):
        press(Qt.Key.Key_Period, CTRL)
    wanted = in_hand.editor.page.marks
    assert stored(qtbot, verbs, "beats") == wanted
    qtbot.waitUntil(lambda: not in_hand.editor._saving)
    assert len(verbs.called("correct_beats")) <= 2


@pytest.mark.parametrize(("key", "modifier", "tempo"), [(Qt.Key.Key_X, NONE, 248.0), (Qt.Key.Key_H, NONE, 62.0)])
def test_double_and_half(in_hand, press, key, modifier, tempo):
    press(key, modifier)
    assert in_hand.editor.page.marks[0].bpm == tempo
    assert in_hand.panel.bpm.text() == f"{tempo:.2f}"


def test_a_bar_begins_where_playback_is(in_hand, press):
    page = in_hand.editor.page
    in_hand.editor.seek(page.beats[42] + 0.05)
    press(Qt.Key.Key_D)
    assert any(abs(bar - page.beats[42]) < 1e-4 for bar in in_hand.editor.page.downbeats)
    press(Qt.Key.Key_Right, ALT)
    assert any(abs(bar - page.beats[43]) < 1e-4 for bar in in_hand.editor.page.downbeats)
    assert in_hand.editor.page.beats == page.beats


def test_a_beat_comes_to_where_playback_is(in_hand, press):
    at = in_hand.editor.page.beats[30] + 0.1
    in_hand.editor.seek(at)
    press(Qt.Key.Key_B)
    assert min(abs(beat - at) for beat in in_hand.editor.page.beats) < 1e-4


def test_tapping_makes_the_grid_one_edit(in_hand, press, monkeypatch):
    clock = itertools.count(100.0, 0.46)
    monkeypatch.setattr("podmix.ui.music.track_editor.time.monotonic", lambda: next(clock))
    for _ in range(6):
        press(Qt.Key.Key_T)
    assert in_hand.editor.page.marks[0].bpm == pytest.approx(60 / 0.46, rel=1e-3)
    assert "6 taps" in in_hand.panel.note.text()
    assert len(in_hand.editor.history.done) == 1
    press(Qt.Key.Key_Z, CTRL)
    assert not in_hand.editor.history.done


def test_tapping_along_while_it_plays_sets_the_phase_too(window, in_hand, port, monkeypatch):
    editor = in_hand.editor
    editor.toggle()
    places = [10.0 + 0.5 * n for n in range(5)]
    clock = itertools.count(100.0, 0.5)
    monkeypatch.setattr("podmix.ui.music.track_editor.time.monotonic", lambda: next(clock))
    monkeypatch.setattr(type(editor), "position", property(lambda _self: places[min(4, len(_self._taps))]))
    for _ in places:
        editor.tap()
    assert editor.page.marks[0].bpm == pytest.approx(120.0)
    assert any(abs(bar - 10.0) < 1e-4 for bar in editor.page.downbeats)


def test_undo_and_redo_also_by_the_windows_keys(qtbot, window, in_hand, press, verbs):
    before = in_hand.editor.page.marks
    press(Qt.Key.Key_X)
    after = in_hand.editor.page.marks
    press(Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: in_hand.editor.page.marks == before and not in_hand.editor.page.corrected)
    press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert in_hand.editor.page.marks == after
    assert verbs.called("undo_playlists") == []


def test_back_to_the_analysed_values_and_undo_of_that(qtbot, in_hand, press, verbs):
    analysed = in_hand.editor.page.marks
    press(Qt.Key.Key_X)
    double = in_hand.editor.page.marks
    qtbot.waitUntil(lambda: bool(verbs.called("correct_beats")))
    assert not in_hand.panel.analysed.isHidden()
    in_hand.panel.analysed.click()
    qtbot.waitUntil(lambda: in_hand.editor.page.marks == analysed)
    assert verbs.called("correct_beats")[-1] == (3, None)
    press(Qt.Key.Key_Z, CTRL)
    assert in_hand.editor.page.marks == double


def test_the_tempo_is_typed(qtbot, in_hand):
    panel = in_hand.panel
    panel.edit_bpm()
    panel.bpm.setText("125,5")
    qtbot.keyClick(panel.bpm, Qt.Key.Key_Return)
    assert in_hand.editor.page.marks[0].bpm == 125.5
    panel.bpm.setText("soon")
    panel.bpm.editingFinished.emit()
    assert panel.bpm.text() == "125.50"


def test_the_key_is_chosen(qtbot, in_hand, verbs):
    box = in_hand.panel.key
    box.setCurrentIndex(box.findData("A minor"))
    box.activated.emit(box.currentIndex())
    assert stored(qtbot, verbs, "key") == "A minor"


# -- cues --


def test_hot_cues_are_set_on_the_beat_and_gone_to(qtbot, in_hand, press, verbs):
    page = in_hand.editor.page
    in_hand.editor.seek(page.beats[20] + 0.04)
    press(Qt.Key.Key_5)
    cues = stored(qtbot, verbs, "cues")
    assert CueMark(pytest.approx(page.beats[20]), "hot", "", 4) in cues
    in_hand.editor.seek(0.0)
    press(Qt.Key.Key_5)
    assert in_hand.editor.position == pytest.approx(page.beats[20])
    assert len(verbs.called("correct_cues")) == 1, "the second time it is gone to"


def test_digits_are_cues_here_and_screens_elsewhere(qtbot, window, in_hand, press):
    press(Qt.Key.Key_2)
    assert window.front == "music"
    qtbot.keyClick(in_hand.table, Qt.Key.Key_2)
    assert window.front == "podcasts"


def test_a_cue_is_named_moved_and_removed(qtbot, in_hand, press):
    editor, wave = in_hand.editor, in_hand.panel.wave
    cue = next(cue for cue in editor.page.cues if cue.number == 0)
    wave.choose_cue(cue)
    in_hand.panel.cue_name.setText("Big drop")
    qtbot.keyClick(in_hand.panel.cue_name, Qt.Key.Key_Return)
    assert wave.chosen.label == "Big drop"
    wave.move_cue(wave.chosen, editor.page.beats[10])
    assert wave.chosen in editor.page.cues
    press(Qt.Key.Key_Delete)
    assert wave.chosen is None
    assert all(one.number != 0 for one in editor.page.cues)


def test_there_is_one_place_to_come_in(in_hand, press):
    in_hand.editor.seek(20.0)
    press(Qt.Key.Key_I)
    assert [cue.kind for cue in in_hand.editor.page.cues].count("in") == 1


def test_from_cue_to_cue(in_hand, press):
    times = [cue.time for cue in in_hand.editor.page.cues]
    in_hand.editor.seek(times[0] + 1)
    press(Qt.Key.Key_BracketRight)
    assert in_hand.editor.position == times[1]
    press(Qt.Key.Key_BracketLeft)
    assert in_hand.editor.position == times[0]


# -- hearing --


def test_a_click_on_the_waveform_goes_there(qtbot, in_hand, port):
    in_hand.editor.toggle()
    wave = in_hand.panel.wave
    second = wave.scale.second(wave.width() * 0.7)
    qtbot.mouseClick(wave, Qt.MouseButton.LeftButton, pos=QPoint(round(wave.width() * 0.7), wave.height() // 2))
    assert port.position == pytest.approx(second, abs=0.05)


def test_the_playhead_follows_the_engine(window, in_hand, port):
    in_hand.editor.toggle()
    port.advance(33.0)
    window.around.player.poll()
    wave = in_hand.panel.wave
    assert in_hand.editor._here == pytest.approx(33.0)
    assert 0 < wave.scale.x(33.0) < wave.width()


def test_the_metronome_plays_beside_and_follows_edits(qtbot, window, in_hand, press, port):
    in_hand.editor.toggle()
    port.length = in_hand.editor.page.duration
    port.advance(4.0)
    window.around.player.poll()
    press(Qt.Key.Key_C)
    qtbot.waitUntil(lambda: bool(port.called("load_mix")))
    mix, at, play = port.called("load_mix")[-1]
    assert play
    assert at == pytest.approx(4.0, abs=0.3)
    assert len(mix.program.clips) == 2
    press(Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: len(port.called("load_mix")) == 2)
    assert port.called("load_mix")[-1][0].program.clips[1].path != mix.program.clips[1].path
    press(Qt.Key.Key_C)
    assert window.around.player.now.clicks is None
    assert not in_hand.panel.click.isChecked()


def test_without_a_grid_there_is_no_click(qtbot, window, in_hand):
    in_hand.editor._apply("beats", "No beat", ((), "hand"))
    in_hand.editor.toggle()
    in_hand.editor.set_click(on=True)
    assert not in_hand.editor.click
    assert "Tap along" in window.toast.text


# -- zoom --


@pytest.mark.parametrize("x", [10, 300, 590])
def test_the_wheel_zooms_about_the_pointer(in_hand, x):
    in_hand.editor.seek(100.0)
    wave = in_hand.panel.wave
    before, closer = wave.scale.second(x), wave.per_second
    at = QPointF(x, 40)
    event = QWheelEvent(at, wave.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NONE,
                        Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(wave, event)
    assert wave.per_second > closer
    assert wave.scale.second(x) == pytest.approx(before, abs=1.5 / wave.per_second)


def test_the_whole_track_fits(in_hand, press):
    press(Qt.Key.Key_A)
    wave = in_hand.panel.wave
    assert wave.left == pytest.approx(0.0, abs=0.6)
    assert wave.scale.x(in_hand.editor.page.duration) == pytest.approx(wave.width(), rel=0.02)


def test_every_command_is_in_the_help_and_has_a_key(window, in_hand):
    known = {action.name: action for action in window.actions_known.all()}
    for name, keys, words, _ in in_hand.panel.commands:
        assert keys
        assert known[f"track.{name}"].text == words
    keys = [key for _, keys, _, _ in in_hand.panel.commands for key in keys]
    assert len(keys) == len(set(keys))


def test_escape_closes_it_and_nothing_is_lost(qtbot, window, in_hand, press, verbs):
    press(Qt.Key.Key_Period)
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(in_hand.panel.isHidden)
    assert stored(qtbot, verbs, "beats")


@given(st.binary(max_size=900), st.floats(1.0, 200.0), st.floats(-5.0, 5.0), st.floats(0.001, 0.5), st.integers(0, 90))
def test_heights_stay_inside_their_points(points, rate, first, step, count):
    bands = heights(points, rate, first, step, count)
    whole = points[:len(points) // 3 * 3]
    assert [len(band) for band in bands] == [count] * 3
    for place, band in enumerate(bands):
        assert max(band, default=0) <= max(whole[place::3], default=0)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_keys_and_cues_read_on_every_ground(tokens):
    colours = [key_colour(f"{number}A", tokens) for number in range(1, 13)] + [cue_colour(n, tokens) for n in range(8)]
    for colour in colours:
        for ground in ("background", "surface", "raised"):
            assert contrast(colour, QColor(getattr(tokens, ground))) >= 4.5
    assert len({colour.name() for colour in colours[:12]}) == 12
    assert section_colour("drop", tokens) != section_colour("break", tokens)


def test_a_click_file_is_asked_of_the_library(qtbot, in_hand, verbs):
    in_hand.editor.set_click(on=True)
    in_hand.editor.toggle()
    qtbot.waitUntil(lambda: verbs.called("click_track") == [(3,)])
    assert isinstance(verbs.click_track(3), Path)


def test_a_low_window_leaves_the_tools_out_and_the_person_decides(qtbot, window, in_hand):
    panel = in_hand.panel
    window.resize(1280, 800)
    qtbot.waitUntil(panel._tools.isVisible)
    window.resize(960, 600)
    qtbot.waitUntil(lambda: not panel._tools.isVisible())
    rows = in_hand.table.viewport().height() // in_hand.table.rowHeight(0)
    assert rows >= 4
    panel.fold.click()
    assert panel._tools.isVisible()
    window.resize(1280, 800)
    panel.fold.click()
    window.resize(1281, 800)
    assert not panel._tools.isVisible()


def test_the_track_in_hand_shows_its_own_cover(qtbot, in_hand, verbs, monkeypatch, tmp_path):
    from PySide6.QtGui import QImage

    picture = tmp_path / "cover.png"
    made = QImage(8, 8, QImage.Format.Format_RGB32)
    made.fill(QColor("#123456"))
    assert made.save(str(picture))
    asked = []
    monkeypatch.setattr(verbs, "track_cover", lambda track: asked.append(track) or (picture if track == 5 else None))
    in_hand.editor.open_track(5)
    qtbot.waitUntil(lambda: in_hand.panel._art._path == picture)
    before = len(asked)  # the table asks for its rows' covers too
    in_hand.editor.open_track(6)
    qtbot.waitUntil(lambda: in_hand.editor.page is not None and int(in_hand.editor.page.track.id) == 6)
    assert in_hand.panel._art._path is None  # never another track's picture
    qtbot.waitUntil(lambda: 6 in asked[before:])
