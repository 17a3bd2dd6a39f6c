# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the run table: figures, differences, filters and orders, without any window."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from podmix.lab.runs.index import head_of
from podmix.lab.runs.types import Status
from podmix.ui.lab.run_model import COLUMNS, RunModel
from podmix.ui.lab.run_rows import (
    Wanted,
    best_places,
    better,
    delta_text,
    filtered,
    main_figure,
    number_text,
    ordered,
    rows_of,
    seconds_text,
    spoken,
)
from tests.ui.fake_lab import make_run

LOWER = frozenset({"WER", "loss"})
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)


def heads():
    return [head_of(make_run(number)) for number in range(8)] + [
        head_of(make_run(8, kind="eval", subject="beats")), head_of(make_run(9, kind="train", status=Status.RUNNING))]


def rows(promoted=None, place=None):
    return rows_of(heads(), promoted or {}, LOWER, place)


def test_a_row_says_how_far_it_is_from_the_promoted_run():
    best = max(heads()[:8], key=lambda head: head.summary["score"])
    found = rows({"cue-points": best.run_id})
    standing = next(row for row in found if row.promoted)
    assert (standing.run_id, standing.delta) == (best.run_id, None)
    for row in found:
        if row.kind in ("trial", "train") and not row.promoted:
            assert math.isclose(row.delta, row.value - standing.value)
            assert row.better is False
            assert delta_text(row).startswith("−")
        elif not row.promoted:
            assert row.delta is None


def test_what_is_to_be_low_is_better_when_it_is_lower():
    assert better("WER", -0.1, LOWER) is True
    assert better("score", -0.1, LOWER) is False
    assert better("score", 0.0, LOWER) is None
    assert best_places("WER", [0.3, 0.1, 0.1], LOWER) == {1, 2}
    assert best_places("score", [0.3, None, 0.1], LOWER) == {0}
    assert best_places("score", [0.3, 0.3], LOWER) == frozenset()
    assert best_places("score", ["a", True, float("nan")], LOWER) == frozenset()


def test_the_main_figure():
    assert main_figure("trial", {"other": 3.0, "score": 0.5}) == ("score", 0.5)
    assert main_figure("eval", {"gate": "passed", "WER": 0.1, "CER": 0.2}) == ("WER", 0.1)
    assert main_figure("profile", {"ready": True, "p50": 3.0}) == ("", None)
    assert main_figure("train", {}) == ("", None)
    assert main_figure("train", {"score": float("nan"), "x": 1}) == ("x", 1.0)


def test_words_chips_and_both():
    found = rows()
    assert {row.kind for row in filtered(found, Wanted(kinds=frozenset({"eval"})))} == {"eval"}
    assert all("kind=forest" in row.words for row in filtered(found, Wanted(text="FOREST kind=")))
    assert filtered(found, Wanted(text="forest nothing-like-it")) == []
    running = filtered(found, Wanted(statuses=frozenset({"running"}), models=frozenset({"cue-points"})))
    assert [row.status for row in running] == ["running"]
    assert len(filtered(found, Wanted(groups=frozenset({"cue-sweep"})))) == 8
    assert not Wanted(text="  ").asks_something


@given(st.sampled_from([column.sort for column in COLUMNS]), st.booleans(), st.permutations(range(10)))
def test_an_order_keeps_all_rows_and_puts_what_has_no_value_last(column, descending, order):
    found = rows({"cue-points": heads()[2].run_id})
    made = ordered([found[at] for at in order], column, descending=descending)
    assert sorted(row.run_id for row in made) == sorted(row.run_id for row in found)
    values = [getattr(row, column) for row in made]
    known = [value for value in values if value not in (None, "")]
    assert values[len(known):] == [value for value in values if value in (None, "")]
    assert known == sorted(known, reverse=descending, key=lambda one: one.casefold() if isinstance(one, str) else one)


def test_where_a_run_was_sent_is_told_only_for_this_server():
    place = ("https://a", "me", "podmix")
    sent = [replace(head, sent=(place,)) for head in heads()[:1]] + heads()[1:2]
    assert [row.sync for row in rows_of(sent, {}, LOWER, place)] == ["sent", "not sent"]
    assert [row.sync for row in rows_of(sent, {}, LOWER, ("https://b", "me", "podmix"))] == ["not sent", "not sent"]
    assert {row.sync for row in rows_of(sent, {}, LOWER, None)} == {"stays here"}


def test_numbers_and_times_as_they_are_read():
    assert [number_text(one) for one in (None, True, 0.60123, 12345.6, 1200, float("inf"), "x")] == [
        "–", "yes", "0.6012", "12,346", "1,200", "–", "x"]
    assert [seconds_text(one) for one in (0.0, 0.4, 42.0, 4000.0)] == ["", "0.4 s", "42 s", "1 h 7 min"]
    assert "score" in spoken(rows()[0], NOW)
    assert "running" in spoken(rows()[-1], NOW)


def test_the_model_holds_what_is_wanted_in_order():
    model = RunModel(clock=lambda: NOW)
    model.set_rows(rows())
    assert [row.started for row in model.shown] == sorted((row.started for row in model.shown), reverse=True)
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    assert not model.set_rows(rows())  # nothing is new
    changed = rows()
    changed[-1] = replace(changed[-1], status="finished")
    assert model.set_rows(changed)  # the same runs, other facts: no reset, so what is chosen stays
    assert not resets
    model.want(Wanted(kinds=frozenset({"eval"})))
    assert [row.kind for row in model.shown] == ["eval"]
    assert model.rowCount() == 1
    assert model.columnCount() == len(COLUMNS)
    for column in range(len(COLUMNS)):
        assert isinstance(model.data(model.index(0, column)), str)
