# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning in a process of its own: the same mix, progress, cancel, and a process that dies."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from podmix.app.automix import make_mix
from podmix.app.automix_process import MixProcess, MixRequest
from podmix.automix.options import MixOptions
from podmix.automix.planner import PlannedMix
from podmix.errors import AudioError, UsageError, WorkerDied
from podmix.paths import Home, find_home
from podmix.progress import Progress, finish
from tests.app.known_music import known_tracks

pytestmark = pytest.mark.timeout(60)
ARRANGED = MixOptions(order="auto", shape="wave", title="Night")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(str(tmp_path / "home")).create()


@pytest.fixture
def process(home: Home) -> Iterator[MixProcess]:
    made = MixProcess(home)
    yield made
    made.close()


def worker(process: MixProcess) -> int:
    assert process._idle is not None
    return process._idle[0].pid


def test_it_is_the_mix_that_would_be_planned_here(home: Home, process: MixProcess, tmp_path: Path) -> None:
    paths = known_tracks(home, tmp_path, 6)
    told: list[Progress] = []
    made = finish(process.asked(MixRequest("plan", tuple(paths), ARRANGED)), told.append)
    here = finish(make_mix(home, paths, ARRANGED))
    assert made is not None
    assert (made.plan, made.order, made.facts) == (here.plan, here.order, here.facts)
    assert {"start", "analysis", "plan"} & {step.stage for step in told}


def test_the_process_is_kept_for_the_next_mix_and_ended_with_the_program(home: Home, process: MixProcess,
                                                                         tmp_path: Path) -> None:
    paths = known_tracks(home, tmp_path, 2)
    finish(process.asked(MixRequest("know", tuple(paths))))
    first = worker(process)
    finish(process.asked(MixRequest("plan", tuple(paths))))
    assert worker(process) == first
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_saved_plan_opens_as_it_was(home: Home, process: MixProcess, tmp_path: Path) -> None:
    from podmix.automix.plan_json import write_plan

    mix = finish(make_mix(home, known_tracks(home, tmp_path, 3), MixOptions()))
    write_plan(mix.plan, tmp_path / "mix.json")
    opened = finish(process.asked(MixRequest("open", (str(tmp_path / "mix.json"),))))
    assert opened == PlannedMix(mix.plan, mix.facts, (0, 1, 2))


def test_ceasing_to_iterate_ends_it(home: Home, process: MixProcess, tmp_path: Path) -> None:
    steps = process.asked(MixRequest("plan", tuple(known_tracks(home, tmp_path, 4))))
    next(steps)
    frame = steps.gi_frame
    assert frame is not None
    pid = frame.f_locals["worker"].pid
    steps.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert process._idle is None


def test_what_cannot_be_mixed_is_told_as_it_was_raised(home: Home, process: MixProcess, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no music"):
        finish(process.asked(MixRequest("plan", (str(tmp_path),))))
    (tmp_path / "mix.json").write_text("{}")
    with pytest.raises(AudioError, match="not a mix") as caught:
        finish(process.asked(MixRequest("open", (str(tmp_path / "mix.json"),))))
    assert caught.value.remedy
    pid = worker(process)
    finish(process.asked(MixRequest("know", tuple(known_tracks(home, tmp_path, 1)))))
    assert worker(process) == pid, "a refusal costs no process"


def test_a_process_that_dies_costs_a_sentence(home: Home, process: MixProcess, tmp_path: Path) -> None:
    request = MixRequest("plan", tuple(known_tracks(home, tmp_path, 3)))
    steps = process.asked(request)
    next(steps)
    frame = steps.gi_frame
    assert frame is not None
    os.kill(frame.f_locals["worker"].pid, signal.SIGKILL)
    with pytest.raises(WorkerDied, match="Nothing was lost"):
        finish(steps)
    made = finish(process.asked(request))
    assert made is not None
    assert len(made.plan.tracks) == 3


def test_a_process_that_died_while_it_waited_is_not_asked(home: Home, process: MixProcess, tmp_path: Path) -> None:
    request = MixRequest("know", tuple(known_tracks(home, tmp_path, 1)))
    finish(process.asked(request))
    before = worker(process)
    os.kill(before, signal.SIGKILL)
    assert process._idle is not None
    process._idle[0]._process.wait(10)
    finish(process.asked(request))
    assert worker(process) != before


def test_tracks_that_join_bring_only_their_own_facts(home: Home, process: MixProcess, tmp_path: Path) -> None:
    paths = known_tracks(home, tmp_path, 5)
    mix = finish(make_mix(home, paths[:3], MixOptions()))
    made = finish(process.asked(MixRequest("go on", tuple(paths[3:]), MixOptions(), mix.plan, mix.order), mix))
    assert made is not None
    assert [one.path for one in made.plan.tracks] == paths
    assert all(new is old for new, old in zip(made.facts, mix.facts, strict=False))
    assert [one.path for one in made.facts] == paths
