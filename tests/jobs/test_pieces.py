# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure pieces: messages, the estimate, and driving a job in this process."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import Cancelled, JobError, ModelMissing
from podmix.jobs.driving import run_here
from podmix.jobs.pace import Pace
from podmix.jobs.protocol import (
    CancelJob,
    EndWorker,
    Failed,
    Finished,
    PartialMade,
    Progressed,
    RunJob,
    Stopped,
    packed,
    plain_text,
    unpacked,
)
from podmix.progress import Progress

texts = st.text(max_size=30)
numbers = st.floats(allow_nan=False, allow_infinity=False)
plain = st.dictionaries(texts, st.recursive(st.none() | st.booleans() | st.integers() | numbers | texts,
                                            lambda inner: st.lists(inner, max_size=3), max_leaves=5), max_size=4)
ids = st.integers(1, 2**53)
messages = st.one_of(
    st.builds(RunJob, ids, texts, plain, plain), st.builds(CancelJob, ids), st.builds(EndWorker),
    st.builds(Progressed, ids, texts, numbers, st.none() | numbers, texts, texts),
    st.builds(PartialMade, ids, texts, plain), st.builds(Finished, ids, plain),
    st.builds(Failed, ids, texts, texts, texts, texts, st.booleans()), st.builds(Stopped, ids))


@given(messages)
def test_a_message_crosses_the_pipe_whole_and_on_one_line(message):
    line = packed(message)
    assert line.count(b"\n") == 1
    assert unpacked(line) == message


@given(messages, st.data())
def test_half_a_message_is_no_message(message, data):
    line = packed(message)
    with pytest.raises(ValueError):
        unpacked(line[:data.draw(st.integers(0, len(line) - 2))])


@pytest.mark.parametrize("line", [b"[]", b"3", b'["Unheard", {}]', b'["Stopped", {"job": 1}]', b'{"Stopped": 1}'])
def test_something_else_is_no_message(line):
    with pytest.raises(ValueError):
        unpacked(line)


def test_plain_text_takes_paths_and_numpy_and_nothing_else():
    data = {"path": Path("a"), "one": np.float32(0.5), "many": np.arange(3), "int": np.int64(4)}
    assert plain_text(data) == '{"path":"a","one":0.5,"many":[0,1,2],"int":4}'
    with pytest.raises(TypeError):
        plain_text({"thing": object()})


@given(st.floats(0.1, 100), st.integers(20, 200), st.integers(2, 19))
def test_an_even_pace_is_foreseen(speed, total, at):
    pace = Pace()
    left = None
    for second in range(at + 1):
        left = pace.seconds_left(Progress("s", second * speed, total * speed), 1000.0 + second)
    assert left == pytest.approx(total - at)


def test_an_estimate_follows_a_change_of_pace_and_forgets_at_a_new_stage():
    pace = Pace()
    clock = 0.0
    for second in range(30):
        clock = float(second)
        pace.seconds_left(Progress("s", second, 1000), clock)
    slow = fast = 0.0
    for step in range(1, 60):
        fast = pace.seconds_left(Progress("s", 29 + 10 * step, 1000), clock + step)
    assert fast == pytest.approx((1000 - 29 - 590) / 10, rel=0.1)
    assert slow < fast
    assert pace.seconds_left(Progress("next", 0, 10), clock + 61) is None


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 1e6), st.none() | st.floats(0, 1e6),
                          st.floats(0, 100)), max_size=40))
def test_an_estimate_is_never_negative_nor_fails(steps):
    pace, now = Pace(), 0.0
    for stage, done, total, later in steps:
        now += later
        left = pace.seconds_left(Progress(stage, done, total), now)
        assert left is None or left >= 0


def test_a_job_runs_here_as_well(tmp_path):
    shown, partials = [], []
    result = run_here("job_functions:add", {"a": 1, "b": 2}, {"home": "h"}, shown.append, on_partial=partials.append)
    assert result == {"sum": 3, "context": {"home": "h"}, "pid": os.getpid()}
    assert [step.done for step in shown] == [1, 2]
    assert [step.kind for step in partials] == ["sum so far"]
    assert run_here("job_functions:floods", {"count": 2}, {}) == {}


def test_errors_and_cancels_come_as_they_are_here():
    with pytest.raises(ModelMissing):
        run_here("job_functions:fails", {}, {})
    with pytest.raises(KeyError):
        run_here("job_functions:breaks", {}, {})
    with pytest.raises(Cancelled):
        run_here("job_functions:add", {}, {}, cancelled=lambda: True)
    for missing in ("job_functions:unheard", "unheard_module:add", "job_functions"):
        with pytest.raises(JobError):
            run_here(missing, {}, {})


def test_a_cancelled_job_may_clean_up(tmp_path):
    seen = []

    def cancelled():
        return len(seen) >= 1

    with pytest.raises(Cancelled):
        run_here("job_functions:cleans_up", {"mark": str(tmp_path / "clean")}, {}, seen.append, cancelled=cancelled)
    assert (tmp_path / "clean").exists()
