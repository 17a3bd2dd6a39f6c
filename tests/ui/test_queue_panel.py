# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of what is up next from a person's side: keys, mouse, undo, restarts."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from podmix.app.views import Changed, Part
from podmix.ui.main_window import MainWindow
from podmix.ui.player_bar.queue_list import ROW
from podmix.ui.player_bar.queueing import put_up_next
from tests.ui.fake_player import FakePlayer

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def rows(verbs):
    return [verbs.episodes(show)[0] for show in (1, 2, 3, 4)]


@pytest.fixture
def panel(qtbot, window, rows):
    for row in rows:
        window.around.player.enqueue(row)
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert window.queue_panel.isVisible()
    return window.queue_panel


def titles(panel):
    return [row.title for row in panel.list.rows_model.rows]


def middle(panel, place):
    return panel.list.visualRect(panel.list.rows_model.index(place)).center()


def test_u_opens_it_and_escape_gives_the_focus_back(qtbot, window, panel):
    assert panel.list.hasFocus()
    assert window.player_bar.queue.isChecked()
    qtbot.keyClick(panel.list, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert not window.player_bar.queue.isChecked()
    assert window.screens["previews"].feed.hasFocus()
    window.player_bar.queue.click()
    assert panel.isVisible()


def test_it_says_how_long_it_takes(window, panel, rows):
    minutes = round(sum(row.duration for row in rows) / 60)
    assert f"{minutes // 60} h {minutes % 60} min" in panel.left.text()
    assert panel.left.text().startswith("4 episodes")
    window.around.player.set_speed(2.0)
    assert f"{round(minutes / 120)} h" in panel.left.text() or f"{minutes // 120} h" in panel.left.text()


def test_alt_and_the_arrows_move_a_row_and_stay_on_it(qtbot, window, panel, rows):
    wanted = [row.title for row in rows]
    qtbot.keyClick(panel.list, Qt.Key.Key_Down, ALT)
    assert titles(panel) == [wanted[1], wanted[0], *wanted[2:]]
    assert panel.list.currentIndex().row() == 1
    qtbot.keyClick(panel.list, Qt.Key.Key_Up, ALT)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up, ALT)
    assert titles(panel) == wanted
    assert window.screens["previews"].feed.index == 0, "the arrows mean the list, not the cards"


def test_a_row_can_be_dragged(qtbot, window, panel, rows):
    view = panel.list.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle(panel, 0))
    for y in (40, 80, 2 * ROW + 40):
        QTest.mouseMove(view, middle(panel, 0) + QPoint(0, y))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle(panel, 2) + QPoint(0, 20))
    assert [row.episode_id for row in window.around.player.queue] == [rows[k].episode_id for k in (1, 2, 0, 3)]
    assert panel.list._target is None


def test_delete_removes_and_undo_brings_it_back(qtbot, window, panel, rows):
    panel.list.choose(1)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert titles(panel) == [rows[k].title for k in (0, 2, 3)]
    assert panel.list.currentIndex().row() == 1
    window.toast.undo()
    assert titles(panel) == [row.title for row in rows]


def test_clearing_can_be_undone_but_does_not_bring_back_what_plays(qtbot, window, panel, rows):
    panel.clear.click()
    assert panel.nothing.isVisible()
    window.around.player.play_episode(rows[1])
    window.toast.undo()
    assert titles(panel) == [rows[k].title for k in (0, 2, 3)]


def test_the_buttons_of_a_row(qtbot, window, panel, rows):
    first, away = panel.list._painter.spots(panel.list.visualRect(panel.list.rows_model.index(2)).toRectF(), 2)
    assert (first[1], away[1]) == ("first", "remove")
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=first[0].center().toPoint())
    assert titles(panel) == [rows[k].title for k in (2, 0, 1, 3)]
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=away[0].center().toPoint())
    assert titles(panel) == [rows[k].title for k in (2, 0, 3)]


def test_enter_plays_and_takes_it_off(qtbot, window, port, panel, rows):
    panel.list.choose(1)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert port.called("load")[-1][0] == str(rows[1].audio)
    assert titles(panel) == [rows[k].title for k in (0, 2, 3)]
    assert window.front == "previews", "Enter means the row, not the card behind"


def test_what_is_not_here_offers_the_download_and_follows_it(qtbot, window, port, verbs, panel, rows):
    player = window.around.player
    gone = verbs.episodes(1)[3]
    assert gone.audio is None
    put_up_next(window.around, gone, first=True)
    assert "once it is downloaded" in window.toast.text
    assert "Not on this machine yet" in panel.list.rows_model.data(panel.list.rows_model.index(0),
                                                                   Qt.ItemDataRole.AccessibleTextRole)
    panel.list.choose(0)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    window.toast.undo()
    qtbot.waitUntil(lambda: verbs.called("download") == [(gone.episode_id,)])
    qtbot.waitUntil(lambda: player.up_next.queued[0].chapters is not None)
    verbs._episodes[gone.episode_id] = dataclasses.replace(gone, audio=rows[0].audio)
    verbs.emit(Changed(Part.EPISODES, (gone.episode_id,)))
    qtbot.waitUntil(lambda: player.queue[0].audio is not None)
    assert player.play_queued(0)


def test_the_panel_lies_inside_the_window_at_any_size(window, panel):
    for size in ((960, 600), (1280, 800), (1920, 1080)):
        window.resize(*size)
        assert window._body.rect().contains(panel.geometry())
        assert not panel.geometry().intersects(window.player_bar.geometry())


def test_the_list_is_there_again_after_a_restart(qtbot, verbs, rows):
    first = MainWindow(verbs, FakePlayer())
    qtbot.addWidget(first)
    first.show()
    qtbot.waitUntil(lambda: first.keeper._restored)
    for row in rows[:3]:
        first.around.player.enqueue(row)
    first.around.player.up_next.move(2, 0)
    first.close()
    verbs._episodes[rows[0].episode_id] = dataclasses.replace(rows[0], title="Renamed")
    del verbs._episodes[rows[1].episode_id]
    second = MainWindow(verbs, FakePlayer())
    qtbot.addWidget(second)
    second.show()
    qtbot.waitUntil(lambda: len(second.around.player.queue) == 2)
    assert [row.title for row in second.around.player.queue] == [rows[2].title, "Renamed"]
    second.close()
    assert verbs.values["playback.queue"] == f"[{rows[2].episode_id}, {rows[0].episode_id}]"


def test_what_is_played_from_the_list_has_its_chapters(qtbot, window, verbs):
    card = verbs.preview(1)
    row = next(row for row in verbs.episodes(card.show_id) if row.episode_id == card.episode_id)
    player = window.around.player
    player.enqueue(row)
    player.play_queued(0)
    qtbot.waitUntil(lambda: len(player.now.chapters) == 5)


def test_putting_what_plays_up_next_is_only_said(window, rows):
    window.around.player.play_episode(rows[0])
    put_up_next(window.around, rows[0])
    assert "playing already" in window.toast.text
    assert window.around.player.queue == []
