# SPDX-License-Identifier: GPL-3.0-or-later
"""The Weights & Biases page: nothing goes without a switch, the bytes are those that are shown, back in one click."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt

from podmix.errors import AuthenticationNeeded
from podmix.lab.sync.syncing import Synced
from podmix.progress import Progress


@pytest.fixture
def page(qtbot, screen):
    screen.open_sync()
    qtbot.waitUntil(lambda: screen.sync.faces.currentWidget() is screen.sync.area)
    return screen.sync


def settled(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.around.background.pending == 0)


def test_both_switches_are_off_and_nothing_can_be_sent(page, verbs):
    assert [control.isChecked() for control in page.switches.values()] == [False, False]
    assert not page.sync.isEnabled()
    assert "both switches are off" in page.facts.whole
    assert not verbs.called("sync")


def test_the_bytes_shown_are_the_payload(page, verbs):
    assert page.usage.toPlainText().encode() == verbs.lab.usage_payload()
    assert page.runs.rowCount() == 24


def test_a_runs_record_is_shown_to_the_last_letter(qtbot, page, verbs):
    page.runs.cellClicked.emit(2, 0)
    qtbot.waitUntil(lambda: bool(page.record.toPlainText()))
    run_id = verbs.lab.outgoing()[2].run_id
    assert page.record.toPlainText() == verbs.lab.run_text(run_id)
    assert not page.record.isHidden()


def test_a_switch_turns_with_the_server_that_stands_there(qtbot, page, verbs):
    page.fields["host"].setText("https://wandb.example")
    page.fields["entity"].setText("me")
    page.fields["key"].setText("secret")
    page.switches["runs"].click()
    qtbot.waitUntil(page.sync.isEnabled)
    assert verbs.called("give_consent") == [("runs", True, "https://wandb.example", "me", "podmix", True)]
    assert page.fields["key"].text() == ""  # it is in the keyring, not on the screen
    assert "https://wandb.example" in page.facts.whole
    assert "keyring" in page.key_place.text()
    page.switches["usage"].click()
    settled(qtbot, page)
    assert page.consent.usage


def test_withdrawing_is_one_click(qtbot, page, verbs):
    page.switches["runs"].click()
    qtbot.waitUntil(page.sync.isEnabled)
    page.withdraw.click()
    qtbot.waitUntil(lambda: not page.sync.isEnabled())
    assert verbs.called("withdraw") == [()]
    assert [control.isChecked() for control in page.switches.values()] == [False, False]


def test_keeping_a_server_turns_no_switch(qtbot, page, verbs):
    page.fields["project"].setText("other")
    page.keep_fields()
    settled(qtbot, page)
    assert verbs.called("give_consent")[-1][:2] == ("runs", False)
    assert page.consent.project == "other"
    assert not page.consent.runs


def test_what_came_of_each_run_is_told(qtbot, page, verbs, toasts, monkeypatch):
    page.switches["runs"].click()
    qtbot.waitUntil(page.sync.isEnabled)
    first, second = [one.run_id for one in verbs.lab.outgoing()[:2]]

    def sync(_words=(), *, host=""):
        yield Progress("sync", 0, 2, "runs", "Syncing one")
        return [Synced(first, True, True, 1), Synced(second, False, True, 3, ("media: clip",))]

    monkeypatch.setattr(verbs.lab, "sync", sync)
    page.sync.click()
    qtbot.waitUntil(lambda: bool(toasts))
    assert "1 run could not be verified" in toasts[-1][0]
    settled(qtbot, page)
    states = [cells[1] for cells in page.runs.texts[:2]]
    assert states[0] == "sent, and verified"
    assert "lacking media: clip" in states[1]


def test_a_missing_key_is_a_problem_with_a_way_out(qtbot, page, verbs, monkeypatch):
    problems = []
    page.around.notices.problem_wanted.connect(problems.append)
    page.switches["runs"].click()
    qtbot.waitUntil(page.sync.isEnabled)

    def sync(_words=(), *, host=""):
        raise AuthenticationNeeded("There is no key.", remedy="Keep one.")
        yield

    monkeypatch.setattr(verbs.lab, "sync", sync)
    page.sync.click()
    qtbot.waitUntil(lambda: bool(problems))
    qtbot.waitUntil(page.sync.isEnabled)


def test_a_sync_is_stopped_from_the_strip(qtbot, screen, page, verbs, monkeypatch):
    begun, closed, go = threading.Event(), threading.Event(), threading.Event()
    page.switches["runs"].click()
    qtbot.waitUntil(page.sync.isEnabled)

    def sync(_words=(), *, host=""):
        try:
            while True:
                begun.set()
                yield Progress("sync", 0, 2, "runs", "Syncing one")
                go.wait(0.01)
        finally:
            closed.set()

    monkeypatch.setattr(verbs.lab, "sync", sync)
    page.sync.click()
    qtbot.waitUntil(begun.is_set)
    screen.runs.strip.lines[0].stop.click()
    assert not screen.own.busy
    assert closed.wait(5)
    qtbot.waitUntil(lambda: page.around.background.pending == 0)


def test_it_can_be_done_by_keys(qtbot, page, verbs):
    page.switches["usage"].setFocus()
    qtbot.keyClick(page.switches["usage"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(verbs.called("give_consent")))
    assert verbs.called("give_consent")[0][:2] == ("usage", True)
