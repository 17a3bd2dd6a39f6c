# SPDX-License-Identifier: GPL-3.0-or-later
"""Automix: choosing, planning, changing one transition, playing, rendering."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from podmix.app.views import JobCard, JobsMoved
from podmix.automix.plan import MixPlan, PlannedTransition
from podmix.errors import AudioError
from podmix.ui.automix.start_page import Source
from tests.ui.automix.conftest import PATHS, plan_six


def decisions(one: PlannedTransition) -> PlannedTransition:
    """A transition without its place in the mix."""
    return replace(one, mix_start=0.0, mix_end=0.0)


def others(plan: MixPlan, number: int) -> list[PlannedTransition]:
    return [decisions(one) for place, one in enumerate(plan.transitions) if place != number]


# -- choosing and planning --


def test_playlists_are_offered_and_planned(qtbot, screen, verbs):
    row = next(row for row in range(screen.start.list.count()) if "Friday" in screen.start.list.item(row).text())
    screen.start.list.setCurrentRow(row)
    screen.start.choose_shape("peak")
    screen.start.minutes.setValue(30)
    with qtbot.waitSignal(screen.desk.changed):
        QTest.mouseClick(screen.start.go, Qt.MouseButton.LeftButton)
    paths, options = verbs.called("plan_music_mix")[0]
    assert len(paths) == 6
    assert (options.order, options.shape, options.minutes, options.most_cut) == ("auto", "peak", 30.0, 0.3)
    assert screen.body.currentWidget() is screen.mixing
    assert screen.title.whole == "Friday warm-up"


def test_a_drawn_shape_is_asked_for(screen):
    screen.start.choose_shape("wave")
    screen.start.curve.setFocus()
    QTest.keyClick(screen.start.curve, Qt.Key.Key_Up)
    wishes = screen.start.wishes()
    assert wishes["shape"][0] == (0.0, 3.5)
    assert len(wishes["shape"]) == 5


def test_dropped_files_wait_chosen(screen):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in PATHS])
    screen.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                                Qt.KeyboardModifier.NoModifier))
    assert screen.start.source.paths == tuple(PATHS)


def test_a_selection_from_elsewhere_brings_the_screen_to_the_front(window):
    screen = window.screens["automix"]
    window.around.ways.automix.emit(PATHS, "Chosen tracks")
    assert window.front == "automix"
    assert screen.start.source == Source("Chosen tracks", paths=tuple(PATHS), about="6 tracks")


def test_what_cannot_be_mixed_is_said_with_a_way_on(qtbot, screen, verbs):
    verbs.answers["plan_music_mix"] = AudioError("There is no track that can be mixed.", remedy="Give music.")
    screen.plan(Source("None", paths=("/nothing",)))
    qtbot.waitUntil(lambda: screen.body.currentWidget() is screen.trouble)
    del verbs.answers["plan_music_mix"]
    with qtbot.waitSignal(screen.desk.changed):
        screen.trouble.button.click()


def test_cancel_stops_planning(qtbot, screen):
    screen.plan(Source("Six", paths=tuple(PATHS * 50)))
    assert screen.body.currentWidget() is screen.waiting
    QTest.mouseClick(screen.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not screen.around.background.pending)
    assert screen.desk.mix is None
    assert screen.body.currentWidget() is screen.start


# -- changing --


@pytest.mark.parametrize("number", [0, 2, 4])
def test_another_kind_changes_that_transition_alone(qtbot, mixed, verbs, number):
    before = mixed.desk.plan
    mixed.timeline.choose(number)
    kind = "cut" if before.transitions[number].kind != "cut" else "crossfade"
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_kind(kind)
    after = mixed.desk.plan
    assert after.transitions[number].kind == kind
    assert others(after, number) == others(before, number)
    assert mixed.panel.kind.text().startswith({"cut": "Cut", "crossfade": "Crossfade"}[kind])
    qtbot.waitUntil(lambda: bool(verbs.called("note_mix_event")))


def test_undo_and_redo_bring_back_exactly(qtbot, mixed):
    before = mixed.desk.plan
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_kind("cut")
    changed = mixed.desk.plan
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.undo()
    assert mixed.desk.plan == before
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.redo()
    assert mixed.desk.plan == changed
    assert not mixed.desk.redo_text


def test_dragging_an_edge_makes_it_longer_by_whole_bars(qtbot, mixed):
    number = next(place for place, one in enumerate(mixed.desk.plan.transitions) if one.beat_matched and one.bars < 20
                  and one.loop is None)
    before, line = mixed.desk.plan, mixed.timeline
    line.choose(number)
    one = before.transitions[number]
    line.show_span(one.mix_start, one.mix_end)
    bar = (one.mix_end - one.mix_start) / one.bars
    y = line.height() - 40
    start, end = line.scale.x(one.mix_end), line.scale.x(one.mix_end - 1.2 * bar)
    with qtbot.waitSignal(mixed.desk.changed):
        QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=QPointF(start - 1, y).toPoint())
        QTest.mouseMove(line, QPointF((start + end) / 2, y).toPoint())
        QTest.mouseMove(line, QPointF(end, y).toPoint())
        QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=QPointF(end, y).toPoint())
    after = mixed.desk.plan.transitions[number]
    assert after.bars == one.bars - 1
    assert after.out_marks[0] == pytest.approx(one.out_marks[0], abs=1e-6)
    assert others(mixed.desk.plan, number) == others(before, number)


def test_keys_move_a_transition_by_a_bar_and_by_ten_milliseconds(qtbot, mixed):
    number = next(place for place, one in enumerate(mixed.desk.plan.transitions) if one.beat_matched)
    line = mixed.timeline
    line.choose(number)
    line.setFocus()
    old = mixed.desk.plan.transitions[number]
    bar = 240.0 / mixed.desk.plan.tracks[number].bpm
    with qtbot.waitSignal(mixed.desk.changed):
        QTest.keyClick(line, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    moved = mixed.desk.plan.transitions[number]
    assert moved.out_time == pytest.approx(old.out_time - bar, abs=1e-3)
    with qtbot.waitSignal(mixed.desk.changed):
        QTest.keyClick(line, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert mixed.desk.plan.transitions[number].out_time == pytest.approx(moved.out_time + 0.01, abs=2e-3)


def test_moving_a_track_plans_only_what_touches_it(qtbot, mixed):
    before = mixed.desk.plan
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.move_track(5, 4)
    after = mixed.desk.plan
    assert [track.path for track in after.tracks] == [PATHS[place] for place in (0, 1, 2, 3, 5, 4)]
    assert [decisions(one) for one in after.transitions[:3]] == [decisions(one) for one in before.transitions[:3]]


def test_lock_and_steps_by_key(qtbot, mixed):
    line = mixed.timeline
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Right)
    assert line.chosen == 1
    with qtbot.waitSignal(mixed.desk.changed):
        QTest.keyClick(line, Qt.Key.Key_L)
    assert mixed.desk.plan.transitions[1].locked
    assert mixed.panel.lock.isChecked()


def test_changes_made_quickly_all_count(qtbot, mixed):
    mixed.timeline.choose(0)
    mixed.set_lock(True)
    mixed.timeline.choose(3)
    mixed.set_lock(True)
    qtbot.waitUntil(lambda: [one.locked for one in mixed.desk.plan.transitions] == [True, False, False, True, False])


# -- playing --


def test_space_plays_from_the_playhead_and_it_moves(qtbot, window, port):
    mixed = window.screens["automix"]
    window.show_screen("automix")
    plan_six(qtbot, mixed)
    mixed.timeline.seek_wanted.emit(30.0)
    window.actions_known.run("play.toggle")
    qtbot.waitUntil(lambda: bool(port.called("load_mix")))
    mix, at, play = port.called("load_mix")[0]
    assert (at, play) == (30.0, True)
    assert len(mix.program.clips) == 6
    port.advance(2.0)
    window.around.player.poll()
    assert mixed.timeline.playhead == pytest.approx(32.0)


def test_a_change_while_playing_is_replanned_not_reloaded(qtbot, mixed, port):
    mixed.playing.play(0.0)
    qtbot.waitUntil(lambda: bool(port.called("load_mix")))
    mixed.timeline.choose(4)
    mixed.set_kind("cut" if mixed.desk.plan.transitions[4].kind != "cut" else "crossfade")
    qtbot.waitUntil(lambda: bool(port.called("replan")))
    (mix,), = port.called("replan")
    assert mix.key == port.item.key
    assert len(port.called("load_mix")) == 1


def test_audition_plays_around_the_transition_and_pauses(qtbot, mixed, around, port):
    one = mixed.desk.plan.transitions[0]
    beside = 4 * (one.mix_end - one.mix_start) / one.bars
    mixed.timeline.choose(0)
    mixed.panel.audition.click()
    qtbot.waitUntil(lambda: bool(port.called("load_mix")))
    assert port.called("load_mix")[0][1] == pytest.approx(one.mix_start - beside, abs=1e-3)
    qtbot.waitUntil(lambda: around.player.playing)
    port.advance(one.mix_end - one.mix_start + 2 * beside + 0.1)
    around.player.poll()
    assert not port.playing


# -- files --


def test_render_is_a_job_and_is_told_when_it_is_there(qtbot, mixed, verbs, tmp_path, around):
    target = tmp_path / "mix.flac"
    mixed.exporting.render(target)
    qtbot.waitUntil(lambda: bool(verbs.called("render_music_mix")))
    qtbot.waitUntil(lambda: bool(mixed.exporting._renders))
    assert verbs.called("render_music_mix")[0][0] is mixed.desk.plan
    said = []
    around.notices.toast_wanted.connect(lambda text, *_: said.append(text))
    verbs.emit(JobsMoved((JobCard(77, "render", "Rendering “mix”", "running", 0.5, "", 10.0),)))
    target.write_bytes(b"sound")
    verbs.emit(JobsMoved(()))
    qtbot.waitUntil(lambda: any("ready" in text for text in said))


def test_a_saved_mix_opens_as_it_was(qtbot, mixed, tmp_path):
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_kind("cut")
    plan, target = mixed.desk.plan, tmp_path / "mine.json"
    mixed.exporting.save(target)
    qtbot.waitUntil(target.is_file)
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.open_plan(target)
    assert mixed.desk.plan == plan


# -- access --


def test_every_control_has_a_name(mixed):
    from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QWidget

    for control in mixed.findChildren(QWidget):
        own = isinstance(control, QAbstractButton | QAbstractSpinBox | QComboBox) and control.parent().parent()
        if own and control.focusPolicy() != Qt.FocusPolicy.NoFocus and not control.objectName().startswith("qt_"):
            assert control.accessibleName(), control


def test_a_mix_of_one_track_has_no_transition_and_still_plays(qtbot, screen, port):
    with qtbot.waitSignal(screen.desk.changed):
        screen.plan(Source("One", paths=(PATHS[0],)))
    assert not screen.panel.isEnabled()
    screen.toggle()
    qtbot.waitUntil(lambda: bool(port.called("load_mix")))
