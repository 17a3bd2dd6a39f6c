# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes through the pipe of the planning process comes out as it went in, and is never more than data."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.app.automix_process import MixRequest
from podmix.app.automix_wire import facts_from_plain, from_plain, plain, plain_facts
from podmix.automix.options import MixOptions
from podmix.automix.planner import plan_mix
from tests.automix.tracks import track
from tests.ui.fake_mixing import facts_of


def through(value: object) -> object:
    return from_plain(json.loads(json.dumps(plain(value))))


def test_a_plan_and_a_request_come_back_exactly() -> None:
    options = MixOptions(order="auto", shape=((0.0, 2.0), (1.0, 1 / 3)), pairs=((0, 2),), minutes=None)
    mix = plan_mix([track("a"), track("b", bpm=123.456789), track("c", bpm=None), track("d")], options)
    request = MixRequest("go on", ("/a\udcff.flac", "/ä"), options, mix.plan, mix.order, 12.3, anew=True, place=2)
    assert through(request) == request


@pytest.mark.parametrize("facts", [track("a", swing=0.01, sung=((4, 8),)), track("b", bpm=None), facts_of("/x.flac", 2),
                                   replace(track("c"), beats=None, key=None, loudness=None, waveform=None)])
def test_facts_come_back_with_their_table(facts: object) -> None:
    made = facts_from_plain(json.loads(json.dumps(plain_facts(facts))))  # type: ignore[arg-type]
    assert made == facts
    assert "levels" not in made.__dict__, "nothing had to be computed"
    for name in type(made.table).__slots__:  # type: ignore[attr-defined]
        both = [np.asarray(getattr(one.table, name)) for one in (made, facts)]  # type: ignore[attr-defined]
        assert both[0].dtype == both[1].dtype
        assert np.array_equal(*both)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
                    lambda inside: st.lists(inside, max_size=4).map(tuple)
                    | st.dictionaries(st.text(max_size=9), inside, max_size=4), max_leaves=12))
def test_any_data_comes_back(value: object) -> None:
    assert through(value) == value


def test_no_number_is_lost() -> None:
    given = (math.inf, -0.0, 1e-300, 0.1 + 0.2, math.nan)
    made = through(given)
    assert made[:4] == given[:4]  # type: ignore[index]
    assert math.isnan(made[4])  # type: ignore[index]


@pytest.mark.parametrize("value", [Path("/"), os.system, {1, 2}, object(), MixRequest, np.zeros(2, complex)])
def test_what_is_no_part_of_a_mix_is_not_sent(value: object) -> None:
    with pytest.raises(TypeError, match="no part"):
        plain(value)


@pytest.mark.parametrize("data", [{"!": "Popen", "args": "x"}, {"!": "os.system"}, {"!": ["x"]}, {}, {"x": 1},
                                  {"!": "TrackLabels", "nonsense": 1}, {"!array": ["|O", [1], ""]},
                                  {"!array": ["<f8", [3], ""]}, {"!bytes": "%"}, {"!dict": [[[{"!dict": []}], 1]]}])
def test_what_names_something_else_is_refused(data: object) -> None:
    with pytest.raises(ValueError):
        from_plain(data)


@pytest.mark.parametrize("data", [None, 3, {"!dict": []}, {"!dict": [["facts", 3], ["table", 4]]}])
def test_facts_that_are_none_are_refused(data: object) -> None:
    with pytest.raises(ValueError, match="no facts"):
        facts_from_plain(data)
