# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door to threads: results on the main thread, errors once, the younger question wins."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QObject

from podmix.errors import Cancelled, NetworkError
from podmix.ui.background import Background


@pytest.fixture
def door(qapp):
    made = Background(threads=2)
    yield made
    made.close()


def test_work_runs_elsewhere_and_answers_here(qtbot, door):
    seen = []
    door.run(threading.get_ident, then=lambda ident: seen.append((ident, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, here = seen[0]
    assert here == threading.get_ident() != worker


def test_an_error_is_presented_once(qtbot, door):
    shown = []
    door.problem.connect(shown.append)

    def fail():
        raise NetworkError("No network.", remedy="Wait.")

    door.run(fail)
    qtbot.waitUntil(lambda: door.pending == 0)
    assert [error.message for error in shown] == ["No network."]


def test_a_caller_that_takes_the_error_keeps_it(qtbot, door):
    shown, mine = [], []
    door.problem.connect(shown.append)

    def fail():
        raise NetworkError("No network.")

    door.run(fail, failed=mine.append)
    qtbot.waitUntil(lambda: bool(mine))
    assert not shown


def test_our_own_mistake_becomes_a_calm_sentence(qtbot, door, caplog):
    shown = []
    door.problem.connect(shown.append)
    door.run(lambda: 1 // 0)
    qtbot.waitUntil(lambda: bool(shown))
    assert "our mistake" in shown[0].message
    assert "ZeroDivision" in shown[0].detail
    assert "Nothing was lost" in shown[0].message


def test_a_cancel_is_silent(qtbot, door):
    shown, ended = [], []
    door.problem.connect(shown.append)

    def cancel():
        raise Cancelled

    door.run(cancel, ended=lambda: ended.append(1))
    qtbot.waitUntil(lambda: bool(ended))
    assert not shown


def test_the_younger_question_makes_the_older_answer_void(qtbot, door):
    gate, answers = threading.Event(), []
    door.run(lambda: gate.wait(5) and "old", then=answers.append, key="search")
    door.run(lambda: "new", then=answers.append, key="search")
    qtbot.waitUntil(lambda: answers == ["new"])
    gate.set()
    qtbot.waitUntil(lambda: door.pending == 0)
    assert answers == ["new"]


def test_nobody_is_called_once_the_owner_is_gone(qtbot, door):
    import shiboken6

    gate, answers, owner = threading.Event(), [], QObject()
    door.run(lambda: gate.wait(5), then=answers.append, owner=owner)
    shiboken6.delete(owner)
    gate.set()
    qtbot.waitUntil(lambda: door.pending == 0)
    assert answers == []
