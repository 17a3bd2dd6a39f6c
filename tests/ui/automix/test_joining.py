# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks join a mix in hand, also while it plays; locks and what was heard stay."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMenu

from podmix.errors import UsageError
from podmix.progress import Progress
from podmix.ui.automix.start_page import Source
from tests.ui.automix.conftest import PATHS, plan_six

MORE = ["/music/more 1.flac", "/music/more 2.flac"]


def decisions(one):
    return replace(one, mix_start=0.0, mix_end=0.0)


def drop(screen, paths, at):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    where = QPointF(screen.timeline.mapTo(screen, QPoint(round(at), 150)))
    move = QDragMoveEvent(where.toPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                          Qt.KeyboardModifier.NoModifier)
    screen.dragMoveEvent(move)
    shown = screen.timeline._drop
    screen.dropEvent(QDropEvent(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                                Qt.KeyboardModifier.NoModifier))
    return shown


def arrange(screen):
    screen.desk.options = replace(screen.desk.options, order="auto")


def test_dropped_on_the_mix_they_join_it_where_they_fall(qtbot, mixed, verbs):
    before = mixed.desk.plan
    middle = mixed.timeline.scale.x((before.tracks[2].mix_begin + before.tracks[2].mix_end) / 2 - 5)
    with qtbot.waitSignal(mixed.desk.changed):
        assert drop(mixed, MORE, middle) == 2
    assert [one.path for one in mixed.desk.plan.tracks] == [*PATHS[:2], *MORE, *PATHS[2:]]
    assert verbs.called("know_music") == [(tuple(MORE),)]
    assert mixed.timeline._drop == -1
    assert mixed.body.currentWidget() is mixed.mixing
    mixed.undo()
    qtbot.waitUntil(lambda: mixed.desk.plan == before)


def test_where_tracks_are_arranged_a_drop_shows_no_place(qtbot, mixed):
    arrange(mixed)
    with qtbot.waitSignal(mixed.desk.changed):
        assert drop(mixed, MORE, 200) == -1
    assert {one.path for one in mixed.desk.plan.tracks} == {*PATHS, *MORE}


def test_while_it_plays_only_what_is_to_come_changes(qtbot, mixed, around, port):
    mixed.timeline.choose(4)
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_lock(True)
    arrange(mixed)
    before = mixed.desk.plan
    mixed.playing.play(before.transitions[1].mix_end + 1.0)
    qtbot.waitUntil(lambda: bool(port.called("load_mix")))
    qtbot.waitUntil(lambda: mixed.playing.is_mine)
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.add_tracks(MORE)
    after = mixed.desk.plan
    assert after.tracks[:2] == before.tracks[:2]
    assert after.transitions[:2] == before.transitions[:2]
    paths = [one.path for one in after.tracks]
    assert paths.index(PATHS[5]) == paths.index(PATHS[4]) + 1, "a locked pair stays together"
    [locked] = [one for one in after.transitions if one.locked]
    assert decisions(locked) == decisions(before.transitions[4])
    qtbot.waitUntil(lambda: bool(port.called("replan")))
    assert len(port.called("load_mix")) == 1, "it plays on"


def test_planning_anew_leaves_what_is_locked(qtbot, mixed):
    for number in (1, 3):
        mixed.timeline.choose(number)
        with qtbot.waitSignal(mixed.desk.changed):
            mixed.set_kind("cut")
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_lock(True)
    before = mixed.desk.plan
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.plan_rest()
    after = mixed.desk.plan
    assert decisions(after.transitions[3]) == decisions(before.transitions[3])
    assert after.transitions[1].kind != "cut"


def test_edits_go_on_while_tracks_are_got_to_know(qtbot, mixed, verbs):
    waits = []

    def slowly(paths):
        while not waits:
            yield Progress("analysis", 0, 2, "tracks", "Getting to know the tracks: 0 of 2")

    verbs.know_music = slowly
    mixed.add_tracks(MORE)
    qtbot.waitUntil(lambda: mixed.joining.words.text().endswith("0 of 2"))
    assert mixed.joining.isVisible()
    mixed.timeline.choose(2)
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_kind("cut")
    waits.append(True)
    qtbot.waitUntil(lambda: len(mixed.desk.plan.tracks) == 8)
    assert mixed.desk.plan.transitions[2].kind == "cut"
    assert not mixed.joining.isVisible()


def test_undo_while_tracks_are_put_in_takes_them_back_when_they_are_in(qtbot, mixed, verbs):
    go_on, under_way, waits = verbs.go_on_mix, Event(), Event()

    def slowly(*given, **asked):
        under_way.set()
        assert waits.wait(10)
        return (yield from go_on(*given, **asked))

    verbs.go_on_mix = slowly
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_kind("cut")
    before = mixed.desk.plan
    mixed.add_tracks(MORE)
    qtbot.waitUntil(under_way.is_set)
    mixed.undo()
    waits.set()
    qtbot.waitUntil(lambda: mixed.desk.redo_text == "adding tracks")
    assert mixed.desk.plan == before
    mixed.undo()
    qtbot.waitUntil(lambda: not mixed.desk.undo_text)
    mixed.redo()
    mixed.redo()
    qtbot.waitUntil(lambda: len(mixed.desk.plan.tracks) == 8)


def test_adding_can_be_stopped(qtbot, mixed, verbs):
    closed = []

    def endless(paths):
        try:
            while True:
                yield Progress("analysis", 0, 2, "tracks", "0 of 2")
        finally:
            closed.append(True)

    verbs.know_music = endless
    before = mixed.desk.plan
    mixed.add_tracks(MORE)
    qtbot.waitUntil(lambda: mixed.joining.words.text() == "0 of 2")
    mixed.joining.stop.click()
    qtbot.waitUntil(lambda: bool(closed) and not mixed.joining.isVisible())
    assert mixed.desk.plan == before


def test_what_cannot_join_is_told_and_the_mix_stays(qtbot, mixed, verbs, around):
    def refused(paths):
        raise UsageError("There is no music to mix.")
        yield

    told = []
    around.notices.problem_wanted.connect(told.append)
    verbs.know_music = refused
    before = mixed.desk.mix
    mixed.add_tracks(["/nothing"])
    qtbot.waitUntil(lambda: bool(told))
    assert mixed.desk.mix is before
    assert not mixed.joining.isVisible()


def test_from_the_start_page_a_playlist_joins(qtbot, mixed, verbs):
    assert not mixed.start.add.isHidden()
    mixed.show_start()
    row = next(row for row in range(mixed.start.list.count()) if "Friday" in mixed.start.list.item(row).text())
    mixed.start.list.setCurrentRow(row)
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.start.add.click()
    assert len(mixed.desk.plan.tracks) == 12
    assert mixed.body.currentWidget() is mixed.mixing


def test_without_a_mix_nothing_can_join(screen):
    assert screen.start.add.isHidden()
    screen.add_tracks(MORE)
    assert screen.desk.mix is None


def test_the_plus_offers_files_folders_and_playlists(mixed):
    menu = QMenu()
    mixed.fill_add(menu)
    assert [entry.text() for entry in menu.actions()] == ["Add files…", "Add a folder…", "Add a playlist…"]


# -- from the music table --


def entry(menu, words):
    return next(one for one in menu.actions() if one.text().startswith(words))


@pytest.fixture
def music(qtbot, window):
    screen = window.screens["music"]
    window.show_screen("music")
    qtbot.waitUntil(lambda: bool(screen.model.ids))
    return screen


def test_chosen_tracks_go_to_automix_by_their_menu(qtbot, window, music, verbs):
    music.table.choose([0, 1, 3])
    chosen = music.table.chosen
    with qtbot.waitSignal(window.around.ways.automix) as way:
        music.tracks.open_menu(QPoint(5, 5))
        entry(music.table.findChild(QMenu), "Automix these tracks").trigger()
    paths = [str(verbs.library[one].path) for one in chosen if not verbs.library[one].missing]
    assert way.args == [paths, "Chosen tracks"]
    assert window.front == "automix"
    assert window.screens["automix"].start.source == Source("Chosen tracks", paths=tuple(paths),
                                                           about=f"{len(paths)} tracks")


def test_tracks_without_files_say_so(qtbot, window, music):
    music.table.choose([music.model.ids.index(11)])
    music.tracks.automix()
    qtbot.waitUntil(lambda: "missing" in window.toast.text)
    assert window.front == "music"


def test_chosen_tracks_can_join_a_mix_in_hand(qtbot, window, music, verbs):
    screen = window.screens["automix"]
    plan_six(qtbot, screen)
    music.table.choose([0, 1, 2])
    there = [one for one in music.table.chosen if not verbs.library[one].missing]
    music.tracks.automix()
    qtbot.waitUntil(lambda: window.front == "automix")
    with qtbot.waitSignal(screen.desk.changed):
        screen.start.add.click()
    assert len(screen.desk.plan.tracks) == 6 + len(there)
    assert there
