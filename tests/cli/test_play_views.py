# SPDX-License-Identifier: GPL-3.0-or-later
"""What is painted and said while something plays, and what keys are called."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from podmix.cli import play_views
from podmix.cli.keyboard import keyboard, named
from podmix.cli.play_views import JsonView, LiveView, PlainView, fitted, live_line
from podmix.playback.protocol import PlaybackState

STATE = PlaybackState(path="/a.flac", position_s=83.4, duration_s=3700.0, playing=True, device="Desk", key="a")


class Terminal(io.StringIO):
    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


Printed = pytest.CaptureFixture[str]


def test_the_line_says_only_what_matters() -> None:
    assert live_line(STATE, "Song") == "▶ 1:23 / 1:01:40 · Desk · Song"
    busy = replace(STATE, playing=False, speed=1.25, underruns=1, duration_s=None)
    assert live_line(busy, "Song", muted=True, more="downloading 34%") == \
        "⏸ 1:23 · 1.25× · muted · 1 underrun · downloading 34% · Desk · Song"
    assert "2 underruns" in live_line(replace(STATE, underruns=2), "Song")


def test_a_terminal_that_cannot_write_all_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal("ascii"))
    assert live_line(replace(STATE, speed=2.0), "Song") == "> 1:23 / 1:01:40 | 2x | Desk | Song"


@given(title=st.text(max_size=80), columns=st.integers(1, 100))
def test_the_line_fits_whatever_the_title(title: str, columns: int) -> None:
    assert cell_len(fitted(title, columns)) <= columns


def test_a_live_line_is_painted_again_only_when_it_changes(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    view = LiveView()
    for position in (1.0, 1.2, 1.9, 2.0):
        view.state(replace(STATE, position_s=position), "A very long title that the terminal has no room for at all")
    view.note("Something \x1b[2J happened.")
    view.end(STATE, ended=True)
    view.close()
    printed = capsys.readouterr().out
    painted = printed.split("\r\x1b[K")
    assert len(painted) == 4
    assert all(cell_len(line.partition("\n")[2] or line) < 60 for line in painted)
    assert painted[3].startswith("Something  [2J happened.\n▶ 0:02")
    assert printed.count("\n") == 2


def test_plain_lines_in_a_pipe(capsys: Printed) -> None:
    view = PlainView()
    view.state(replace(STATE, playing=False), "One")
    for position in (1.0, 2.0):
        view.state(replace(STATE, position_s=position), "One")
    view.state(replace(STATE, key="b"), "Two")
    view.state(replace(STATE, key="b", device="Other"), "Two")
    view.end(STATE, ended=False)
    assert capsys.readouterr().out.splitlines() == [
        "Playing One (1:01:40) on Desk", "Playing Two (1:01:40) on Desk", "Playing Two (1:01:40) on Other",
        "Stopped at 1:23"]


def test_json_lines_hold_changes_and_come_thirty_times_a_second(capsys: Printed, monkeypatch: pytest.MonkeyPatch,
                                                                ) -> None:
    now = 0.0
    monkeypatch.setattr(play_views.time, "monotonic", lambda: now)
    view = JsonView()
    for step in range(200):
        now = step / 100
        view.state(replace(STATE, position_s=step / 100, serial=step, peak=step / 200), "Song")
    view.note("The sound engine stopped.", position_s=1.5)
    view.end(replace(STATE, playing=False), ended=True)
    first, *rest = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first["title"] == "Song"
    assert {"serial", "peak", "rms", "decks", "ended"}.isdisjoint(first)
    assert all(set(line) == {"position_s"} for line in rest[:-3])
    assert 45 <= len(rest) <= 65, "two seconds"
    assert rest[-3:] == [{"note": "The sound engine stopped.", "position_s": 1.5},
                         {"position_s": 83.4, "playing": False}, {"ended": True}]


def test_keys_by_name() -> None:
    assert named("\x1b[C\x1b[D\x1b[A\x1b[B\x1bOC") == ["right", "left", "up", "down", "right"]
    assert named(" qN[]") == ["space", "q", "n", "[", "]"]
    assert named("\x1b[1;5C\x1b[3~q") == ["right", "q"], "with modifiers; Delete is none of ours"
    assert named("\x1b") == []
    assert named("\x1bq") == ["q"]
    assert named("\x1b[") == []


@given(st.text(max_size=30))
def test_no_typing_breaks_anything(text: str) -> None:
    assert all(named(text))


def test_where_nobody_can_type_there_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for stdin in (io.StringIO("q"), None):
        monkeypatch.setattr(sys, "stdin", stdin)
        with keyboard() as keys:
            assert keys() == []
