# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole window: names, focus, keys, sizes, notices, first start."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from podmix.app.views import CaptionsGrew, JobCard, JobsMoved
from podmix.errors import NetworkError
from podmix.ui.main_window import SCREENS, MainWindow
from tests.ui import fake_content as content
from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs

CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTextEdit)
HEAVY = ("torch", "ctranslate2", "transformers", "onnxruntime", "librosa", "numba", "sklearn", "wandb",
         "faster_whisper", "scipy", "av", "numpy")


def controls(root):
    inner = (QScrollBar, QHeaderView)  # a table's headings: the same is in a menu
    for widget in root.findChildren(QWidget):
        inside_spin = isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
        popup = type(widget.parentWidget()).__name__ == "QFrame" and widget.parentWidget().inherits(
            "QComboBoxPrivateContainer")
        internal = widget.objectName().startswith("qt_") or inside_spin or popup
        if isinstance(widget, CONTROLS) and not isinstance(widget, inner) and not internal:
            yield widget


def visit_everything(qtbot, window):
    for place in SCREENS:
        window.show_screen(place.entry.name)
    window.around.ways.show_page.emit(1)
    podcasts = window.screens["podcasts"]
    qtbot.waitUntil(lambda: podcasts.show_page.card is not None)
    window.around.ways.episode_page.emit(100, -1.0)
    qtbot.waitUntil(lambda: podcasts.episode_view.page is not None)
    window.open_help()
    window.help_veil.close_veil()


def test_every_control_has_a_name(qtbot, window):
    visit_everything(qtbot, window)
    nameless = [f"{type(w).__name__} in {type(w.parentWidget()).__name__}" for w in controls(window)
                if not w.accessibleName() and not (isinstance(w, QAbstractButton) and w.text())]
    assert nameless == []


def test_every_control_can_be_reached_by_keyboard(qtbot, window):
    visit_everything(qtbot, window)
    unreachable = [f"{type(w).__name__} {w.accessibleName()}" for w in controls(window)
                   if not w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled()
                   and w is not window.palette_veil.list]
    assert unreachable == []


def test_no_two_actions_share_a_key_in_one_place(window):
    known = window.actions_known
    for place in SCREENS:
        known.set_front(place.entry.name)
        keys = [key for action in known.available() if not action.at_focus for key in action.keys]
        assert len(keys) == len(set(keys)), place.entry.name


def test_digits_change_the_screen_but_can_be_typed(qtbot, window):
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_2)
    assert window.front == "podcasts"
    edit = window.screens["podcasts"].box.edit
    edit.setFocus()
    qtbot.keyClicks(edit, "j1?")
    assert edit.text() == "j1?"
    assert window.front == "podcasts"


def test_space_on_a_focused_button_presses_it(qtbot, window, port):
    rail = window.screens["previews"].rail
    rail.keep.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(rail.keep, Qt.Key.Key_Space)
    assert rail.keep.isChecked()
    assert not port.playing


@pytest.mark.parametrize("size", [(960, 600), (1280, 800), (1920, 1080), (3840, 2160)])
def test_nothing_lies_outside_at_any_size(qtbot, window, size):
    window.resize(*size)
    previews = window.screens["previews"]
    rail = previews.rail.geometry()
    assert previews.feed.rect().contains(rail)
    assert not rail.intersects(previews.feed.card_rect().toRect())
    assert previews.feed.current.pixels >= 26
    assert window.panel.isVisible() == (size[0] >= 1180)


def test_the_panel_floats_when_narrow(qtbot, window):
    window.resize(960, 600)
    assert not window.panel.isVisible()
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_W)
    assert window.panel.isVisible()
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Escape)
    assert not window.panel.isVisible()


def test_the_palette_runs_what_was_typed(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.palette_veil.edit, "settings")
    qtbot.keyClick(window.palette_veil.edit, Qt.Key.Key_Return)
    assert window.front == "settings"
    assert not window.palette_veil.isVisible()


def test_the_palette_knows_shows(qtbot, window):
    window.show_screen("podcasts")
    qtbot.waitUntil(lambda: bool(window.screens["podcasts"].known_shows))
    window.open_palette()
    qtbot.keyClicks(window.palette_veil.edit, "salt")
    qtbot.keyClick(window.palette_veil.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.screens["podcasts"].show_page.card is not None)
    assert window.screens["podcasts"].show_page.card.title == "Salt & Signal"


def test_a_problem_says_what_to_do_and_closes(qtbot, window):
    window.around.notices.problem(NetworkError("There is no network right now.", remedy="Try again later."))
    assert "no network" in window.banner.text
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Escape)
    assert window.banner.text == ""


def test_jobs_show_at_once_and_can_be_stopped(qtbot, window, verbs):
    qtbot.waitUntil(window.sidebar.jobs.isVisible)
    row = window.panel.tray.rows[0]
    row._stop.click()
    qtbot.waitUntil(lambda: bool(verbs.called("cancel_job")))
    verbs.emit(JobsMoved((JobCard(9, "x", "Broken thing", "failed", None, "", None, "It broke.", "Try again."),)))
    assert not window.sidebar.jobs.isVisible()
    window.panel.tray.rows[0]._again.click()
    qtbot.waitUntil(lambda: verbs.called("retry_job") == [(9,)])


def test_themes_can_be_changed_while_running(qtbot, window, verbs):
    for mode in ("light", "dark"):
        verbs.values["appearance.theme"] = mode
        from podmix.ui.theme import Mode

        window.theme.choose(Mode.of(mode))
        assert window.theme.tokens.dark == (mode == "dark")
        assert not window.grab().isNull()


def mime(text="", urls=()):
    data = QMimeData()
    if text:
        data.setText(text)
    if urls:
        data.setUrls([QUrl(url) for url in urls])
    return data


def test_what_is_dropped_is_subscribed_or_imported(qtbot, window, verbs):
    from podmix.ui.podcasts.adding import droppable

    assert droppable(mime("https://feeds.example/a.xml"))
    assert droppable(mime(urls=["file:///home/me/subscriptions.opml"]))
    assert not droppable(mime("just words"))
    assert not droppable(mime(urls=["file:///home/me/photo.png"]))
    window.adding.dropped(mime("https://feeds.example/a.xml"))
    window.adding.dropped(mime(urls=["file:///home/me/subscriptions.opml"]))
    qtbot.waitUntil(lambda: bool(verbs.called("subscribe") and verbs.called("import_opml")))
    assert verbs.called("subscribe")[0][0] == "https://feeds.example/a.xml"


def test_a_first_start_is_an_invitation(qtbot):
    verbs = FakeVerbs(empty=True)
    window = MainWindow(verbs, FakePlayer())
    qtbot.addWidget(window)
    window.show()
    previews = window.screens["previews"]
    qtbot.waitUntil(previews.invitation.isVisible)
    previews.invitation.box.edit.setText("https://feeds.example/a.xml")
    previews.invitation.box.add.click()
    qtbot.waitUntil(lambda: verbs.called("subscribe") == [("https://feeds.example/a.xml", "", "")])
    previews.invitation.demo.click()
    qtbot.waitUntil(lambda: bool(verbs.called("add_demo")) and previews.feed.isVisibleTo(previews))
    window.close()


def test_the_first_words_appear_while_they_are_recognised(qtbot):
    verbs = FakeVerbs()
    verbs._previews.clear()
    window = MainWindow(verbs, FakePlayer())
    qtbot.addWidget(window)
    window.show()
    waiting = window.screens["previews"].waiting
    qtbot.waitUntil(waiting.isVisible)
    verbs.emit(CaptionsGrew(100, content.spoken(content.MINUTES[0][4], 0.0)[:5], 30.0, 60.0))
    assert "dared to turn it off" in waiting._words.text()
    window.close()


def test_closing_remembers_and_lets_go(qtbot, verbs):
    port = FakePlayer()
    window = MainWindow(verbs, port)
    qtbot.addWidget(window)
    window.show()
    window.show_screen("search")
    window.close()
    assert port.closed
    assert verbs.values["window.last_screen"] == "search"
    assert verbs.values["window.geometry"]
    assert verbs._listeners == []


def test_the_window_imports_nothing_heavy():
    code = f"import sys, podmix.ui.main_window, podmix.ui.launch; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
