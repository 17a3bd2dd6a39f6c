# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lab screen: the table, a run, comparing, sweeps, putting models in use, starting work, what goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from podmix.app.views import JobCard
from podmix.errors import PodMixError, UsageError
from podmix.lab.runs.types import Status
from tests.ui.fake_lab import make_run


def job(state: str = "running", *, kind: str = "lab", number: int = 77, problem: str = "") -> JobCard:
    return JobCard(number, kind, "Training cue-points", state, 0.4 if state == "running" else None, "Fold 2 of 5", 60.0,
                   problem, "Do it again." if problem else "", "lab")


def accept(screen) -> None:
    assert screen.doing.asked is not None
    screen.doing.asked.accept()


def trials(screen):
    return [row for row in screen.runs.model.shown if row.kind == "trial"]


def idle(qtbot, screen) -> None:
    qtbot.waitUntil(lambda: screen.around.background.pending == 0)


def test_the_table_lists_every_run_newest_first(screen):
    runs = screen.runs
    assert len(runs.model.shown) == 26
    started = [row.started for row in runs.model.shown]
    assert started == sorted(started, reverse=True)
    assert "26 runs" in runs.facts.whole
    assert "1 running" in runs.facts.whole
    assert runs.body.currentWidget() is runs.table
    assert not runs.bar.isVisible()
    assert screen._look.isActive()  # one is running


def test_nothing_is_looked_at_while_nobody_looks(screen):
    screen.activate(False)
    assert not screen._look.isActive()


def test_enter_opens_a_run_and_escape_goes_back(qtbot, screen):
    row = trials(screen)[0]
    screen.runs.table.choose([row.run_id])
    qtbot.keyClick(screen.runs.table, Qt.Key.Key_Return)
    assert screen.pages.currentWidget() is screen.run
    qtbot.waitUntil(lambda: screen.run.run is not None)
    assert screen.run.run.run_id == row.run_id
    assert any("score" in cells[0] for cells in screen.run.figures.texts)
    assert [chart.title for chart in screen.run.charts.charts] == ["loss"]
    assert screen.run.charts.charts[0]._drawn.isValid()
    assert screen.run.charts.charts[0].heightForWidth(600) > 100
    screen.go_back()
    assert screen.pages.currentWidget() is screen.runs
    assert screen.runs.table.chosen == [row.run_id]


def test_two_runs_are_compared_with_the_better_one_marked(qtbot, screen, toasts):
    first, second = trials(screen)[:2]
    screen.runs.table.choose([first.run_id])
    qtbot.keyClick(screen.runs.table, Qt.Key.Key_C)
    assert "Choose two" in toasts[-1][0]
    screen.runs.table.choose([first.run_id, second.run_id])
    qtbot.keyClick(screen.runs.table, Qt.Key.Key_C)
    page = screen.compare
    assert screen.pages.currentWidget() is page
    qtbot.waitUntil(lambda: page.figures.rowCount() > 0)
    score = next(cells for cells in page.figures.texts if cells[0] == "score")
    better = 1 if first.value > second.value else 2
    assert score[better].endswith("★")
    assert not score[3 - better].endswith("★")
    kind = next(cells for cells in page.config.texts if cells[0] == "kind")
    assert kind[1] != kind[2]
    assert [chart.title for chart in page.charts.charts] == ["loss"]
    assert page.charts.charts[0].svg.count("<polyline") == 2
    page.opens[1].click()
    assert screen.run.row.run_id == second.run_id
    screen.go_back()
    assert screen.pages.currentWidget() is page
    screen.go_back()
    assert screen.pages.currentWidget() is screen.runs


def test_a_model_is_put_in_use_after_a_question_and_the_undo_takes_it_back(qtbot, screen, verbs, toasts):
    row = max(trials(screen), key=lambda row: row.value)
    row = _promotable(screen, row)
    screen.doing.ask_promote(row)
    assert not verbs.called("promote")
    with qtbot.waitSignal(screen.runs.loaded):
        accept(screen)
    qtbot.waitUntil(lambda: screen.runs.row(row.run_id).promoted)
    assert all(other.delta is not None and other.better is False for other in trials(screen)
               if other.run_id != row.run_id and other.value != row.value)
    assert "in use: cue-points" in screen.runs.facts.whole
    _, undo = toasts[-1]
    with qtbot.waitSignal(screen.runs.loaded):
        undo()
    assert verbs.called("demote") == [("cue-points",)]
    assert not any(other.promoted for other in screen.runs.model.all_rows)


def test_going_back_to_the_shipped_model_can_be_undone_too(qtbot, screen, verbs, toasts):
    row = trials(screen)[0]
    with qtbot.waitSignal(screen.runs.loaded):
        screen.doing.promote(row.run_id)
    screen.doing.ask_demote("cue-points")
    with qtbot.waitSignal(screen.runs.loaded):
        accept(screen)
    with qtbot.waitSignal(screen.runs.loaded):
        toasts[-1][1]()
    assert verbs.called("promote")[-1] == (row.run_id,)
    assert screen.runs.row(row.run_id).promoted


def test_what_has_no_model_is_not_asked_about(screen, toasts):
    evaluation = next(row for row in screen.runs.model.shown if row.kind == "eval")
    screen.doing.ask_promote(evaluation)
    assert screen.doing.asked is None
    assert "cannot be put in use" in toasts[-1][0]


def test_filters_compose_and_an_empty_answer_says_how_to_get_out(screen):
    runs = screen.runs
    runs.filter.choose("kinds", "trial")
    runs.filter.choose("statuses", "finished")
    runs.filter.edit.setText("forest")
    runs.filter._entered()
    assert runs.model.shown
    assert all("forest" in row.words and row.kind == "trial" for row in runs.model.shown)
    assert " of 26 runs" in runs.facts.whole
    assert runs.filter.chips["kinds"].isChecked()
    runs.filter.choose("kinds", "trial", on=False)
    runs.filter.choose("kinds", "eval")
    assert runs.body.currentWidget() is runs.empty
    runs.empty.button.click()
    assert len(runs.model.shown) == 26
    screen.runs.filter.choose("kinds", "eval")
    screen.go_back()
    assert len(runs.model.shown) == 26


def test_sorting_keeps_what_is_chosen(screen):
    runs = screen.runs
    chosen = trials(screen)[3].run_id
    runs.table.choose([chosen])
    runs.sort("value", True)
    values = [row.value for row in runs.model.shown if row.value is not None]
    assert values == sorted(values, reverse=True)
    assert runs.table.chosen == [chosen]
    runs.table._head_clicked(3)
    assert runs.model.sorting == ("value", False)
    assert "↑" in runs.model.headerData(3, Qt.Orientation.Horizontal)


def test_a_first_start_invites(qtbot, around, verbs):
    from podmix.ui.lab.screen import LabScreen

    verbs.lab._runs = []
    made = LabScreen(around)
    qtbot.addWidget(made)
    made.show()
    made.activate(True)
    qtbot.waitUntil(lambda: made.runs.consent is not None)
    assert made.runs.empty.button.text() == "Start…"
    made.runs.empty.button.click()
    assert made.pages.currentWidget() is made.start


def test_what_cannot_be_read_is_told_and_tried_again(qtbot, screen, verbs):
    verbs.answers["compare_runs"] = PodMixError("The record cannot be read.", remedy="Look at the disk.")
    screen.open_compare(trials(screen)[:2])
    qtbot.waitUntil(lambda: screen.compare.state.button.text() == "Try again")
    assert "cannot be read" in screen.compare.state._title.text()
    del verbs.answers["compare_runs"]
    screen.compare.state.button.click()
    qtbot.waitUntil(lambda: screen.compare.faces.currentWidget() is screen.compare.area)


def test_a_table_that_cannot_be_read_is_tried_again(qtbot, around, verbs):
    from podmix.ui.lab.screen import LabScreen

    verbs.answers["runs"] = PodMixError("The disk is away.", remedy="Plug it in.")
    made = LabScreen(around)
    qtbot.addWidget(made)
    made.show()
    made.activate(True)
    qtbot.waitUntil(lambda: made.runs.empty.button.text() == "Try again")
    del verbs.answers["runs"]
    with qtbot.waitSignal(made.runs.loaded):
        made.runs.empty.button.click()
    assert made.runs.body.currentWidget() is made.runs.table


def test_broken_promoted_models_are_told_above_the_table(qtbot, screen, verbs):
    verbs.lab.broken = ["The promoted model cue-points cannot be used, so the shipped one is."]
    with qtbot.waitSignal(screen.runs.loaded):
        screen.runs.reload()
    assert screen.runs.warning.isVisible()


def test_a_sweep_shows_what_mattered_and_leads_on(qtbot, screen):
    screen.open_sweep()
    page = screen.sweep
    qtbot.waitUntil(lambda: page.trials.rowCount() == 24)
    assert [chart.title for chart in page.charts.charts] == ["What matters (share of the score's variance)",
                                                             "All trials"]
    scores = [float(cells[1].split()[0]) for cells in page.trials.texts]
    assert scores == sorted(scores, reverse=True)
    page.best.click()
    assert screen.pages.currentWidget() is screen.compare
    assert len(screen.compare.rows) == 3
    screen.go_back()
    page.trials.cellDoubleClicked.emit(0, 0)
    assert screen.run.row.run_id == page.sweep.trials[0].run_id


def test_a_sweep_is_gone_on_with(qtbot, screen, verbs):
    screen.open_sweep("cue-sweep")
    qtbot.waitUntil(lambda: screen.sweep.trials.rowCount() == 24)
    screen.sweep.more.click()
    qtbot.waitUntil(lambda: screen.start.name.text() == "cue-sweep")
    assert (screen.start.what.value, screen.start.count.value()) == ("sweep", 36)
    screen.start.data.setText("/data/cues")
    screen.start.go.click()
    qtbot.waitUntil(lambda: bool(verbs.called("start")))
    verb, asked, _ = verbs.called("start")[0]
    assert (verb, asked["model"], asked["count"], asked["name"]) == ("sweep", "cue-points", 36, "cue-sweep")
    assert asked["given"] == {}  # all is tried out


def test_a_training_is_started_from_the_form(qtbot, screen, verbs, toasts):
    screen.open_start()
    page = screen.start
    qtbot.waitUntil(lambda: page.faces.currentWidget() is page.area)
    page.what.set_value("train")
    page._show_form()
    page.data.setText("/data/cues")
    page._fields["kind"].setCurrentText("forest")
    page.go.click()
    qtbot.waitUntil(lambda: screen.pages.currentWidget() is screen.runs)
    verb, asked, title = verbs.called("start")[0]
    assert (verb, title) == ("train", "Training cue-points")
    assert asked == {"model": "cue-points", "data": "/data/cues", "given": {"kind": "forest"}, "device": "auto"}
    assert "begins" in toasts[-1][0]


def test_what_cannot_be_started_is_said_on_the_form(qtbot, screen, verbs):
    verbs.answers["start"] = UsageError("Choose the folder with the data.")
    screen.open_start()
    page = screen.start
    qtbot.waitUntil(lambda: page.faces.currentWidget() is page.area)
    page.go.click()
    qtbot.waitUntil(page.problem.isVisible)
    assert "Choose the folder" in page.problem.text()
    assert screen.pages.currentWidget() is page
    qtbot.waitUntil(page.go.isEnabled)


@pytest.mark.parametrize(("verb", "fields"), [
    ("evaluate", {"suite": "beats", "data": "/d", "against": "", "candidate": "", "limit": None}),
    ("profile", {"audio": "/d"})])
def test_other_verbs_ask_for_what_they_need(qtbot, screen, verb, fields):
    screen.open_start()
    page = screen.start
    qtbot.waitUntil(lambda: page.faces.currentWidget() is page.area)
    page.what.set_value(verb)
    page._show_form()
    page.data.setText("/d")
    assert page.asked()[:2] == (verb, fields)
    assert page.lines["model"][1].isVisible() == (verb == "evaluate")


def test_jobs_of_the_lab_stand_above_the_table_and_can_be_stopped(qtbot, screen, verbs):
    strip = screen.runs.strip
    screen.around.events.jobs.emit((job(), job(kind="download", number=5)))
    assert [line.frame.isVisible() for line in strip.lines] == [True]
    assert strip.lines[0].title.text() == "Training cue-points"
    strip.lines[0].stop.click()
    qtbot.waitUntil(lambda: verbs.called("cancel_job") == [(77,)])
    with qtbot.waitSignal(screen.runs.loaded):
        screen.around.events.jobs.emit(())
    assert not strip.isVisible()


def test_a_failed_job_says_why_and_is_tried_again(qtbot, screen, verbs):
    screen.around.events.jobs.emit((job("failed", problem="The disk is full."),))
    line = screen.runs.strip.lines[0]
    assert "disk is full" in line.note.whole
    line.again.click()
    qtbot.waitUntil(lambda: verbs.called("retry_job") == [(77,)])


def test_a_run_that_ends_is_shown_as_ended_where_it_is_open(qtbot, screen, verbs):
    live = next(row for row in screen.runs.model.shown if row.is_live)
    screen.open_run(live)
    qtbot.waitUntil(lambda: screen.run.run is not None)
    assert "running" in screen.run.facts.whole
    verbs.lab._runs[-1] = make_run(25, kind="train", status=Status.FINISHED)
    with qtbot.waitSignal(screen.runs.loaded):
        screen.runs.reload()
    qtbot.waitUntil(lambda: "finished" in screen.run.facts.whole)
    assert not screen._look.isActive()


def test_reports_and_exports_are_written(qtbot, screen, verbs, toasts, tmp_path):
    ids = [row.run_id for row in trials(screen)[:2]]
    screen.doing.report(ids, ("cue-sweep",), tmp_path / "report.html")
    screen.doing.export(ids[0], tmp_path / "run.zip")
    qtbot.waitUntil(lambda: len(toasts) == 2)
    assert verbs.called("report") == [(tuple(ids), tmp_path / "report.html", "", "", ("cue-sweep",))]
    assert verbs.called("export_run") == [(ids[0], tmp_path / "run.zip")]


def test_clips_play_beside_what_the_program_learns_from(qtbot, screen, port):
    screen.clips.toggle("clip a", Path("/a.wav"), 12.0, title="A", about="one")
    now = screen.around.player.now
    assert now is not None
    assert (now.track_id, now.preview_id, now.is_episode, now.is_mix) == (None, None, False, True)
    assert screen.clips.playing == "clip a"
    screen.clips.play("clip b", Path("/b.wav"), 12.0, at=3.0)
    assert port.called("load_mix")[-1][1] == 3.0
    screen.clips.stop()
    assert screen.clips.playing == ""


def test_every_control_has_a_name(qtbot, screen):
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit

    screen.open_run(trials(screen)[0])
    qtbot.waitUntil(lambda: screen.run.run is not None)
    screen.open_start()
    qtbot.waitUntil(lambda: screen.start.faces.currentWidget() is screen.start.area)
    inner = {"qt_spinbox_lineedit", "qt_tableview_cornerbutton"}
    for kind in (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit):
        for control in screen.findChildren(kind):
            hidden = isinstance(control.parent(), QComboBox) or control.objectName() in inner \
                or "ComboBox" in type(control.parent()).__name__ or _internal(control)
            assert hidden or control.accessibleName(), (type(control), control.parent())


def _internal(control: QWidget) -> bool:
    """Parts that Qt makes itself."""
    above = control.parent()
    names = ("QComboBoxPrivateContainer", "QLineEdit", "QSpinBox", "QDoubleSpinBox", "QTableWidget", "FactGrid",
             "RunTable")
    return above is not None and (above.metaObject().className() in names or type(above).__name__ in names)


def _promotable(screen, row):
    from dataclasses import replace

    return replace(row, can_promote=True)


def test_cues_of_another_model_can_be_found_anew(qtbot, screen, verbs, toasts):
    assert not screen.runs.renewing.isVisible()
    verbs.old_cues = (3, 4, 9)
    screen.runs.reload()
    qtbot.waitUntil(screen.runs.renewing.isVisible)
    assert "3 tracks" in screen.runs.renew_words.text()
    asked = []
    verbs.analyse_music = lambda tracks, *, again, kinds: asked.append((tuple(tracks), again, kinds))
    screen.runs.renew.click()
    qtbot.waitUntil(lambda: bool(toasts))
    assert asked == [((3, 4, 9), True, ("cues",))]
    screen.runs.reload()  # the job has not come to them yet
    idle(qtbot, screen)
    assert not screen.runs.renewing.isVisible()
    verbs.old_cues = (3, 4, 9, 12)
    screen.runs.reload()
    qtbot.waitUntil(screen.runs.renewing.isVisible)
    assert "1 track " in screen.runs.renew_words.text()


def test_what_is_chosen_and_seen_stays_while_runs_arrive(qtbot, screen, verbs):
    runs = screen.runs
    screen.resize(1040, 420)
    chosen = runs.model.shown[15].run_id
    runs.table.choose([chosen])
    bar = runs.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    stood = bar.value()
    assert stood > 0
    verbs.lab._runs.append(make_run(60))
    runs.reload()
    qtbot.waitUntil(lambda: len(runs.model.all_rows) == 27)
    assert runs.table.chosen == [chosen]
    assert bar.value() == stood
