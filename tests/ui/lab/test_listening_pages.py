# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening tests in the window: making one, and sitting at a real exported one by keys alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from podmix.audio.encode import write_clip
from podmix.lab.listening_test.exporting import export
from podmix.lab.listening_test.plan import Options, make_plan
from podmix.lab.listening_test.stimuli import stimuli_of_folders
from podmix.progress import finish

KEY_OF = {0: Qt.Key.Key_Left, 1: Qt.Key.Key_Down, 2: Qt.Key.Key_Right}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("listening")
    for system, pitch in (("new", 400.0), ("old", 700.0)):
        (place / system).mkdir()
        tone = 0.2 * np.sin(np.arange(48_000) * 2 * np.pi * pitch / 48_000)
        write_clip(tone.astype(np.float32)[:, None], 48_000, place / system / "piece.wav")
    plan = make_plan(stimuli_of_folders([place / "new", place / "old"]), Options(must_play_s=0.5, anchor=False))
    finish(export(plan, place / "out"))
    return place


@pytest.fixture
def sitting(qtbot, screen, made, tmp_path):
    shutil.copytree(made / "out", tmp_path / "out")
    screen.sit_down(tmp_path / "out", "ann")
    qtbot.waitUntil(lambda: screen.sitting.faces.currentWidget() is screen.sitting.area)
    return screen.sitting


def hear(qtbot, screen, port) -> None:
    """Play what is to be heard, by keys."""
    page = screen.sitting
    for key in (Qt.Key.Key_A, Qt.Key.Key_B) if page.sitting.is_pair else (Qt.Key.Key_Space,):
        qtbot.keyClick(page, key)
        for _ in range(8):
            port.advance(0.1)
            screen.around.player.poll()


def test_a_whole_test_is_taken_by_keys(qtbot, screen, sitting, port, verbs, toasts):
    page, asked = sitting, 0
    while not page.sitting.over:
        asked += 1
        before = page.sitting.at
        assert not page.next.isEnabled()
        qtbot.keyClick(page, Qt.Key.Key_Return)
        qtbot.keyClick(page, Qt.Key.Key_Left if page.sitting.is_pair else Qt.Key.Key_4)
        assert page.sitting.at == before  # nothing counts before it was heard
        hear(qtbot, screen, port)
        assert page.sitting.may_answer
        if page.sitting.is_pair:
            qtbot.keyClick(page, Qt.Key.Key_Down)
            assert page.sitting.reply.choice == "tie"
            assert page.answers["choice"][1].isChecked()
        else:
            qtbot.keyClick(page, Qt.Key.Key_4)
            qtbot.keyClick(page, Qt.Key.Key_2)
            assert list(page.sitting.reply.ratings.values()) == [4, 2]
        assert page.next.isEnabled()
        qtbot.keyClick(page, Qt.Key.Key_Return)
    assert asked == len(page.sitting.order)
    qtbot.waitUntil(lambda: bool(verbs.called("finish_sitting")))
    assert screen.pages.currentWidget() is screen.listening
    told = json.loads(page.sitting.file.read_text())
    assert {one["question"] for one in told["answers"]} == set(page.sitting.order)
    assert screen.clips.playing == ""


def test_leaving_keeps_and_coming_back_goes_on(qtbot, screen, sitting, port):
    hear(qtbot, screen, port)
    sitting.comment.setPlainText("a hum")
    qtbot.keyClick(sitting, Qt.Key.Key_Escape)
    screen.go_back()
    folder = sitting.sitting.folder
    sitting.sitting = None
    screen.sit_down(folder, "ann")
    qtbot.waitUntil(lambda: sitting.sitting is not None)
    assert sitting.comment.toPlainText() == "a hum"
    assert sitting.sitting.may_answer


def test_the_space_bar_belongs_to_the_test(screen, sitting, port):
    assert screen.takes_space
    screen.toggle()
    assert screen.clips.playing == sitting.sitting.clips[0]
    screen.go_back()
    assert not screen.takes_space
    assert screen.clips.playing == ""


def test_nothing_shown_tells_whose_clip_it_is(screen, sitting):
    from PySide6.QtWidgets import QAbstractButton, QLabel

    texts = [one.text() for one in (*sitting.findChildren(QLabel), *sitting.findChildren(QAbstractButton))]
    screen.toggle()
    now = screen.around.player.now
    assert not any(word in f"{text} {now.title} {now.show_title}" for text in texts for word in ("new", "old", "piece"))


def test_folders_become_a_test_that_is_taken_here(qtbot, screen, made, verbs, toasts, tmp_path):
    page = screen.listening
    verbs.lab.place = tmp_path
    screen.open_listening()
    qtbot.waitUntil(lambda: page.faces.currentWidget() is page.area)
    assert not page.here.isEnabled()
    page.add_folder(made / "new")
    qtbot.waitUntil(lambda: len(page.stimuli) == 1)
    page.add_folder(made / "old")
    qtbot.waitUntil(lambda: len(page.stimuli) == 2)
    assert "2 systems" in page.facts.whole
    page.here.click()
    assert "name first" in toasts[-1][0]
    page.rater.setText("ann")
    with qtbot.waitSignal(page.sit_wanted) as told:
        page.here.click()
    assert told.args[1] == "ann"
    assert len(verbs.called("export_listening_test")[0][0]) == 2


def test_answers_are_imported_and_told(qtbot, screen, verbs, tmp_path):
    with qtbot.waitSignal(screen.listening.imported):
        screen.listening.bring_in(tmp_path / "key.json", [tmp_path / "ann.json"])
    assert verbs.called("import_listening_test")[0][:2] == (tmp_path / "key.json", (tmp_path / "ann.json",))
    assert not screen.listening._result_frame.isHidden()


def test_folders_without_sound_are_refused_calmly(qtbot, screen, tmp_path):
    problems = []
    screen.around.background.problem.connect(problems.append)
    screen.listening.add_folder(tmp_path)
    qtbot.waitUntil(lambda: bool(problems))
    assert "no sound files" in problems[0].message
    assert screen.listening.folders == []
