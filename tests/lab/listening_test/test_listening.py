# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening tests up to the browser: what is asked, what raters are not told, and what their answers say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from podmix.audio.decode import read
from podmix.audio.encode import write_clip
from podmix.audio.loudness import integrated_lufs
from podmix.errors import UsageError
from podmix.lab.listening_test.checksum import answers_sha256
from podmix.lab.listening_test.exporting import export
from podmix.lab.listening_test.foreign import label_studio, webmushra
from podmix.lab.listening_test.plan import ANCHOR, Stimulus, make_plan
from podmix.lab.listening_test.results import Answer, Preference, analyse, krippendorff, read_results, sign_test
from podmix.progress import finish


@pytest.fixture(scope="module")
def stimuli(tmp_path_factory: pytest.TempPathFactory) -> list[Stimulus]:
    folder, time = tmp_path_factory.mktemp("clips"), np.arange(48_000) / 48_000
    made = []
    for item in ("an episode", "another </script>"):
        for system, level in (("secret-new", 0.02), ("secret-old", 0.4)):
            path = folder / f"{len(made)}.wav"
            write_clip((level * np.sin(2 * np.pi * 500 * time)).astype(np.float32), 48_000, path, tags={"title": item})
            made.append(Stimulus(item, system, path))
    return made


def test_raters_get_opaque_clips_of_one_loudness_and_no_key(stimuli: list[Stimulus], tmp_path: Path) -> None:
    made = finish(export(make_plan(stimuli), tmp_path, suffix=".wav"))
    page = made.page.read_text(encoding="utf-8")
    assert "secret" not in page
    assert "episode" not in page
    assert "anchor" not in page.split("const MANIFEST")[1].split("\n")[0]
    assert "http://" not in page
    assert "https://" not in page
    key = json.loads(made.key.read_text())
    assert {one["system"] for one in key["clips"].values()} == {"secret-new", "secret-old", ANCHOR}
    for name, told in key["clips"].items():
        samples, rate = read(made.page.parent / "clips" / f"{name}.wav", mono=False)
        assert integrated_lufs(samples, rate) == pytest.approx(-16, abs=0.5)
        assert b"episode" not in (made.page.parent / "clips" / f"{name}.wav").read_bytes()
        assert told["gain_db"] is not None


def test_questions_are_pairs_within_items_ratings_an_anchor_and_a_repeat(stimuli: list[Stimulus]) -> None:
    plan = make_plan(stimuli)
    kinds = [(one.kind, one.hidden) for one in plan.questions]
    assert kinds.count(("rate", "")) == 4
    assert kinds.count(("rate", "anchor")) == kinds.count(("rate", "repeat")) == 1
    assert all(plan.names[a].item == plan.names[b].item for one in plan.questions if one.kind == "pair"
               for a, b in [one.clips])
    assert set(make_plan(stimuli).names) != set(plan.names), "names can be worked out"
    assert make_plan(stimuli, salt="x").names == make_plan(stimuli, salt="x").names
    with pytest.raises(UsageError):
        make_plan([])
    with pytest.raises(UsageError):
        make_plan([stimuli[0], stimuli[0]])


def test_answers_of_another_test_or_twice_by_one_rater_are_refused(stimuli: list[Stimulus], tmp_path: Path) -> None:
    made = finish(export(make_plan(stimuli), tmp_path, suffix=".wav"))
    key = json.loads(made.key.read_text())
    told = {"schema": 1, "test_id": key["test_id"], "manifest_sha256": key["manifest_sha256"], "rater": "r",
            "answers": [{"question": "s0", "ratings": {"interest": 4, "whole": 9}, "comment": "nice"}]}
    first, second, other = (tmp_path / f"{name}.json" for name in "abc")
    for path in (first, second):
        path.write_text(json.dumps(told))
    answers, _, comments = read_results(made.key, [first])
    assert [(one.scale, one.value) for one in answers] == [("interest", 4.0)], "9 is no answer"
    assert comments[0][2] == "nice"
    with pytest.raises(UsageError, match="two files"):
        read_results(made.key, [first, second])
    whole = {**told, "answers_sha256": answers_sha256("r", told["answers"])}
    first.write_text(json.dumps(whole))
    assert len(read_results(made.key, [first])[0]) == 1
    edited = json.dumps(whole).replace('"interest": 4', '"interest": 5')
    assert edited != json.dumps(whole)
    other.write_text(edited)
    with pytest.raises(UsageError, match="was changed after"):
        read_results(made.key, [other])
    for broken in (json.dumps({**told, "manifest_sha256": "0"}), "{", "[]", json.dumps({**told, "answers": [3]})):
        other.write_text(broken)
        with pytest.raises(UsageError):
            read_results(made.key, [other])


@pytest.mark.parametrize("text", [
    "{", "[]", "{}", '{"questions": [{"question_id": "s0", "clips": ["x"]}], "clips": {}}'])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.json").write_text(text)
    with pytest.raises(UsageError, match="no key of a listening test"):
        read_results(tmp_path / "key.json", [])


def test_who_likes_the_anchor_or_changes_a_repeat_is_doubted() -> None:
    def answers(rater: str, anchor: float, again: float) -> list[Answer]:
        return [Answer(rater, "i", "new", "s", 4.0), Answer(rater, "i", ANCHOR, "s", anchor, "anchor"),
                Answer(rater, "i", "new", "s", again, "repeat")]

    found = analyse([*answers("good", 1.0, 4.0), *answers("asleep", 5.0, 1.0)], [])
    assert set(found.doubtful) == {"asleep"}
    assert len(found.doubtful["asleep"]) == 2
    assert analyse([*answers("good", 1.0, 4.0), *answers("asleep", 5.0, 1.0)], [],
                   keep_doubtful=False).raters == ("good",)


def test_systems_are_compared_by_the_same_raters_and_items() -> None:
    answers = [Answer(f"r{r}", f"i{i}", system, "s", 3.0 + (system == "new") * (1 + 0.01 * (r * 7 + i)))
               for r in range(3) for i in range(4) for system in ("new", "old")]
    found = analyse(answers, [Preference("r", "i", ("new", "old"), better) for better in ("new", "new", "")])
    assert found.paired[0].difference == pytest.approx(1.085)
    assert found.paired[0].chance < 0.01
    assert found.wins["new", "old"] == (2, 0, 1)
    assert found.win_chance["new", "old"] == 0.5


def test_statistics_against_known_values() -> None:
    # Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example D: interval alpha 0.849.
    nan = float("nan")
    raters = [[1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
              [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan]]
    units = [[value for value in unit if value == value] for unit in zip(*raters, strict=True)]
    assert krippendorff(units) == pytest.approx(0.849, abs=0.001)
    assert sign_test(9, 1) == pytest.approx(0.0215, abs=1e-4)
    assert sign_test(0, 0) == 1.0


def test_other_programs_get_settings_without_names(stimuli: list[Stimulus]) -> None:
    import yaml

    plan = make_plan(stimuli)
    told = yaml.safe_load(webmushra(plan))
    assert [page["type"] for page in told["pages"] if isinstance(page, dict)] == ["generic", "finish"]
    tasks = label_studio(plan)
    assert len(tasks["tasks"]) == 6
    assert "secret" not in json.dumps(tasks) + json.dumps(told)
