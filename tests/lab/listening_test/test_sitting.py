# SPDX-License-Identifier: GPL-3.0-or-later
"""A sitting in PodMix: nothing counts unheard, everything is kept, and the import reads it as the page's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from podmix.audio.encode import write_clip
from podmix.errors import UsageError
from podmix.lab.listening_test.exporting import KEY, export
from podmix.lab.listening_test.plan import Options, make_plan
from podmix.lab.listening_test.results import analyse, read_results
from podmix.lab.listening_test.sitting import TIE, Sitting
from podmix.lab.listening_test.stimuli import read_stimuli, stimuli_of_folders
from podmix.progress import finish


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("test")
    for system, pitch in (("new", 400.0), ("old", 700.0)):
        (place / system).mkdir()
        for item in range(2):
            tone = 0.2 * np.sin(np.arange(48_000 * 2) * 2 * np.pi * (pitch + 50 * item) / 48_000)
            write_clip(tone.astype(np.float32)[:, None], 48_000, place / system / f"piece {item}.wav")
    stimuli = stimuli_of_folders([place / "new", place / "old"])
    finish(export(make_plan(stimuli, Options(must_play_s=1.0)), place / "out"))
    return place / "out"


@pytest.fixture
def sitting(folder: Path, tmp_path: Path) -> Sitting:
    import shutil

    shutil.copytree(folder, tmp_path / "out")
    return Sitting(tmp_path / "out", "ann")


def hear(sitting: Sitting) -> None:
    for clip in sitting.clips:
        sitting.begun(clip)
        sitting.heard(clip, 1.0)


def test_nothing_counts_before_it_was_heard(sitting: Sitting) -> None:
    while not sitting.over:
        assert not sitting.may_answer
        if sitting.is_pair:
            assert not sitting.choose(TIE)
            hear(sitting)
            assert sitting.choose(sitting.clips[0])
        else:
            assert not sitting.rate(sitting.scales[0]["name"], 3)
            sitting.heard(sitting.clips[0], 0.5)
            assert not sitting.may_answer
            hear(sitting)
            at = sitting.at
            assert sitting.rate(sitting.scales[0]["name"], 3)
            sitting.step(1)
            assert sitting.at == at  # the second scale is open
            for scale in sitting.scales:
                assert not sitting.rate(scale["name"], 6)
                assert sitting.rate(scale["name"], 4)
        sitting.step(1)
    result = json.loads(sitting.file.read_text())
    assert len(result["answers"]) == len(sitting.order)


def test_a_sitting_goes_on_where_it_was_left(sitting: Sitting) -> None:
    hear(sitting)
    sitting.step(1, skip=True)
    hear(sitting)
    if sitting.is_pair:
        sitting.choose(TIE)
    else:
        for scale in sitting.scales:
            sitting.rate(scale["name"], 2)
    again = Sitting(sitting.folder, " ann ")
    assert (again.at, again.order, again.replies) == (sitting.at, sitting.order, sitting.replies)
    other = Sitting(sitting.folder, "ben")
    assert other.at == 0
    assert not other.replies


def test_answers_are_imported_like_those_of_the_page(sitting: Sitting) -> None:
    key = json.loads((sitting.folder / KEY).read_text())["clips"]
    for rater in ("ann", "ben"):
        one = Sitting(sitting.folder, rater)
        while not one.over:
            hear(one)
            if one.is_pair:
                one.choose(next(clip for clip in one.clips if key[clip]["system"] == "new"))
            else:
                value = {"new": 5, "old": 3, "anchor": 1}[key[one.clips[0]]["system"]]
                for scale in one.scales:
                    one.rate(scale["name"], value)
            one.step(1)
    answers, preferences, comments = read_results(sitting.folder / KEY, (sitting.folder / "answers").glob("*.json"))
    found = analyse(answers, preferences, comments)
    assert found.raters == ("ann", "ben")
    assert not found.doubtful
    assert found.wins["new", "old"] == (4, 0, 0)
    assert found.means["new", "interest"].value == 5.0


def test_the_raters_side_knows_no_system(sitting: Sitting) -> None:
    told = (sitting.folder / "manifest.json").read_text()
    assert "new" not in told.replace("answer", "")
    assert "piece" not in told
    assert all(sitting.path_of(clip).is_file() for clip in sitting.manifest["clips"])


def test_what_is_no_test_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Sitting(tmp_path, "ann")
    (tmp_path / "a").mkdir()
    with pytest.raises(UsageError):
        stimuli_of_folders([tmp_path / "a"])
    (tmp_path / "b").mkdir()
    (tmp_path / "list.jsonl").write_text('{"item": 1}\n')
    with pytest.raises(UsageError, match="Line 1"):
        read_stimuli(tmp_path / "list.jsonl")
    with pytest.raises(UsageError):
        read_stimuli(tmp_path / "none.jsonl")


def test_broken_answers_are_begun_anew(sitting: Sitting) -> None:
    sitting.keep()
    sitting.file.write_text("{")
    assert Sitting(sitting.folder, "ann").at == 0
    with pytest.raises(UsageError):
        Sitting(sitting.folder, "  ")
