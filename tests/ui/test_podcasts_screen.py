# SPDX-License-Identifier: GPL-3.0-or-later
"""Podcasts, search and settings from a person's side."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QDialog

from podmix.app.playback_verbs import EpisodeSound
from podmix.app.views import ImportResult
from podmix.errors import SettingsError
from podmix.ui.podcasts.dialogs import ChooseFeed, ImportReport, Password
from podmix.ui.widgets.buttons import Switch


@pytest.fixture
def podcasts(qtbot, window):
    window.show_screen("podcasts")
    made = window.screens["podcasts"]
    qtbot.waitUntil(lambda: bool(made.known_shows))
    return made


@pytest.fixture
def episode(qtbot, window, podcasts):
    window.around.ways.episode_page.emit(100, -1.0)
    qtbot.waitUntil(lambda: podcasts.episode_view.page is not None)
    return podcasts.episode_view


def dialog(window, kind):
    return next((d for d in window.findChildren(QDialog) if isinstance(d, kind)), None)


def test_a_page_with_several_feeds_asks_which(qtbot, window, verbs):
    window.adding.subscribe("https://many.example")
    qtbot.waitUntil(lambda: dialog(window, ChooseFeed) is not None)
    question = dialog(window, ChooseFeed)
    question.list.setCurrentRow(1)
    question.yes.click()
    qtbot.waitUntil(lambda: len(verbs.called("subscribe")) == 2)
    assert verbs.called("subscribe")[1][0] == "https://one.example/b.xml"


def test_a_private_feed_asks_for_its_password(qtbot, window, verbs):
    window.adding.subscribe("https://private.example")
    qtbot.waitUntil(lambda: dialog(window, Password) is not None)
    question = dialog(window, Password)
    question.user.setText("me")
    question.secret.setText("secret")
    question.yes.click()
    qtbot.waitUntil(lambda: len(verbs.called("subscribe")) == 2)
    assert verbs.called("subscribe")[1] == ("https://private.example", "me", "secret")


def test_a_broken_address_says_why(qtbot, window):
    window.adding.subscribe("https://broken.example")
    qtbot.waitUntil(lambda: "no podcast" in window.banner.text)


def test_an_import_with_failures_lists_them(qtbot, window, verbs, tmp_path):
    verbs.answers["import_opml"] = ImportResult(2, 0, (("https://gone.example", "The feed is gone."),))
    window.adding.import_opml(tmp_path / "a.opml")
    qtbot.waitUntil(lambda: dialog(window, ImportReport) is not None)
    assert "gone.example" in dialog(window, ImportReport).list.item(0).text()
    dialog(window, ImportReport).close()


def test_unfollowing_can_be_undone(qtbot, window, podcasts, verbs):
    podcasts.open_show(2)
    qtbot.waitUntil(lambda: podcasts.show_page.card is not None)
    podcasts.show_page.unsubscribe()
    qtbot.waitUntil(lambda: verbs.called("unsubscribe") == [(2,)])
    window.toast.undo()
    qtbot.waitUntil(lambda: verbs.called("restore_show") == [(2,)])


def test_rows_offer_what_their_state_allows(qtbot, podcasts, verbs):
    podcasts.open_show(1)
    page = podcasts.show_page
    qtbot.waitUntil(lambda: bool(page.list.rows_model.rows))
    page.list.setCurrentIndex(page.list.rows_model.index(3))
    qtbot.keyClick(page.list, Qt.Key.Key_D)
    qtbot.keyClick(page.list, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: bool(verbs.called("download") and verbs.called("make_preview")))
    assert verbs.called("download") == [(103,)]
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: podcasts.episode_view.page is not None)
    assert podcasts.episode_view.page.episode.episode_id == 103
    podcasts.go_back()
    assert podcasts.stack.currentWidget() is page


def test_five_thousand_episodes_come_in_pages_and_paint_fast(qtbot, podcasts, verbs):
    verbs.many_episodes(1, 5000)
    podcasts.open_show(1)
    page = podcasts.show_page
    qtbot.waitUntil(lambda: page.list.rows_model.rowCount() >= 500)
    assert page.list.rows_model.rowCount() <= 1000
    for _ in range(12):
        page.list.scrollToBottom()
        before = page.list.rows_model.rowCount()
        if page.list.rows_model.canFetchMore(page.list.rootIndex()):
            page.list.rows_model.fetchMore(page.list.rootIndex())
            qtbot.waitUntil(lambda before=before: page.list.rows_model.rowCount() > before)
    assert page.list.rows_model.rowCount() == 5008
    page.list.verticalScrollBar().setValue(40_000)
    page.list.viewport().repaint()
    begun = time.process_time()
    for step in range(10):
        page.list.verticalScrollBar().setValue(100_000 + step * 68)
        page.list.viewport().repaint()
    assert (time.process_time() - begun) / 10 < 0.05


def test_the_episodes_filter_finds_by_title(qtbot, podcasts):
    podcasts.open_show(1)
    page = podcasts.show_page
    qtbot.waitUntil(lambda: bool(page.list.rows_model.rows))
    page.filter.setText("museum")
    assert [row.title for row in page.list.rows_model.rows] == ["A museum that still compiles"]


def test_a_word_in_the_transcript_plays_from_it(window, episode, port):
    view = episode.transcript
    offset = view.toPlainText().index("tape library")
    view._play_at(offset)
    at = port.called("load")[-1][3]
    line = next(line for line in episode.page.captions if "tape library" in line.text)
    assert line.start <= at <= line.end
    window.around.player.poll()
    first, last = view._spoken
    assert view.toPlainText()[first:last] == line.text


def test_finding_inside_goes_round(qtbot, episode):
    episode.find_inside()
    episode.find_bar.edit.setText("margaret")
    found = len(episode.transcript._hits)
    assert found > 3
    assert episode.find_bar.count.text() == f"1 of {found}"
    qtbot.keyClick(episode.find_bar.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert episode.find_bar.count.text() == f"{found} of {found}"
    qtbot.keyClick(episode.find_bar.edit, Qt.Key.Key_Escape)
    assert not episode.find_bar.isVisible()


def test_chapters_and_alternatives_lead_on(qtbot, window, episode, port):
    episode.aside.chapters[2].click()
    assert port.called("load")[-1][3] == 517.0
    window.around.player.poll()
    assert episode.aside.chapters[2].lit
    episode.aside.cards[1].click()
    assert window.front == "previews"
    assert window.screens["previews"].card.preview_id == episode.aside.cards[1].card.preview_id


def test_the_place_is_saved_while_playing(qtbot, window, episode, port, verbs):
    episode.play_from(30.0)
    port.position = 45.0
    window.around.player.poll()
    qtbot.waitUntil(lambda: (100, 45.0) in verbs.called("save_position"))


def test_searching_opens_the_place(qtbot, window, port):
    window.show_screen("search")
    screen = window.screens["search"]
    screen.edit.setText("cockpit")
    screen.ask()
    qtbot.waitUntil(lambda: screen.stack.currentWidget() is screen.hits)
    screen.hits.setCurrentIndex(screen.hits.model().index(0, 0))
    qtbot.keyClick(screen.hits, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(port.called("load")))
    assert window.front == "podcasts"


def test_nothing_found_says_what_to_try(qtbot, window):
    window.show_screen("search")
    screen = window.screens["search"]
    screen.by.set_value("words")
    screen.edit.setText("zeppelin")
    screen.ask()
    qtbot.waitUntil(lambda: screen.state._title.text() == "Nothing found")
    assert "by meaning" in screen.state._text.text()


def test_settings_are_built_found_and_changed(qtbot, window, verbs):
    window.show_screen("settings")
    screen = window.screens["settings"]
    keys = {row.setting.key for row in screen._rows}
    assert "previews.length_s" in keys
    assert "window.geometry" not in keys
    screen.filter.setText("skip silence")
    assert [row.setting.key for row in screen._rows if row.widget.isVisibleTo(screen)] == ["playback.skip_silence"]
    row = next(row for row in screen._rows if row.setting.key == "playback.skip_silence")
    row.widget.findChild(Switch).click()
    qtbot.waitUntil(lambda: verbs.values["playback.skip_silence"] is True)
    length = next(row for row in screen._rows if row.setting.key == "previews.length_s")
    length.widget.findChild(QAbstractSpinBox).setValue(45)
    qtbot.waitUntil(lambda: verbs.values["previews.length_s"] == 45)


def test_a_refused_setting_is_explained(qtbot, window, verbs):
    window.show_screen("settings")
    verbs.answers["set_setting"] = SettingsError("That cannot be.", remedy="Choose another.")
    screen = window.screens["settings"]
    row = next(row for row in screen._rows if row.setting.key == "models.offline_only")
    row.widget.findChild(Switch).click()
    qtbot.waitUntil(lambda: "cannot be" in window.banner.text)


def test_the_doctor_answers(qtbot, window):
    window.show_screen("settings")
    screen = window.screens["settings"]
    screen.check()
    qtbot.waitUntil(lambda: screen._doctor_lines.count() > 2)
    assert screen._ask_doctor.isEnabled()


def test_an_episode_that_is_not_here_plays_while_it_downloads(qtbot, window, podcasts, verbs, port):
    podcasts.open_episode(103, -1.0)
    page = podcasts.episode_view
    qtbot.waitUntil(lambda: page.page is not None)
    verbs.answers["listen"] = EpisodeSound(103, "", "", Path("/nowhere/103.part"), 0.0, None, 7,
                                           Path("/nowhere/103.mp3"), 9000)
    page.play_from(12.0)
    qtbot.waitUntil(lambda: port.item is not None)
    assert (port.item.path, port.item.growing_to, port.item.growing_bytes) == (
        "/nowhere/103.part", "/nowhere/103.mp3", 9000)
    assert port.called("load")[-1][3] == 12.0
    assert not verbs.called("download")
    window.toast.undo()
    qtbot.waitUntil(lambda: verbs.called("download") == [(103,)])
