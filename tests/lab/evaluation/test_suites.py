# SPDX-License-Identifier: GPL-3.0-or-later
"""Suites: a perfect answer scores best, an empty one worst, and what is told of both is what libraries say."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import AudioError, UsageError
from podmix.lab.evaluation.gate import gate, measured_in
from podmix.lab.evaluation.intervals import difference_interval, mean_interval
from podmix.lab.evaluation.known import SUITES, suite_named
from podmix.lab.evaluation.music_items import music_items, profile_key
from podmix.lab.evaluation.music_suites import measure_beats, measure_key, measure_structure
from podmix.lab.evaluation.recommendation_suite import RECOMMENDATIONS
from podmix.lab.evaluation.recorded import evaluate_recorded, items_manifest, scores_table
from podmix.lab.evaluation.remembered import remembered
from podmix.lab.evaluation.speech_suites import (
    measure_speakers,
    measure_transcript,
    read_rttm,
    spoken_text,
    transcript_items,
    words_of,
)
from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools, evaluate
from podmix.lab.evaluation.transition_suite import measure_transition
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Status
from podmix.progress import finish
from podmix.speech.types import SpeakerTurn

BEATS = [0.5 * number for number in range(80)]
TRACK = Item("a", "a", {"beats": BEATS, "downbeats": BEATS[::4], "tempo": 120.0, "key": "A minor", "duration": 40.0,
                        "sections": [{"time": 8.0}, {"time": 24.0}]})


def test_beats_perfect_half_time_and_none() -> None:
    right = measure_beats(TRACK, {"beats": BEATS, "downbeats": BEATS[::4], "tempo": 120.0})
    assert set(right.values()) == {1.0}
    half = measure_beats(TRACK, {"beats": BEATS[::2], "downbeats": [], "tempo": 60.0})
    assert (half["CMLt"], half["AMLt"], half["tempo acc1"], half["tempo acc2"]) == (0.0, 1.0, 0.0, 1.0)
    assert measure_beats(TRACK, {"beats": [], "downbeats": [], "tempo": None})["F"] == 0.0


def test_keys_by_mirex_and_profiles_find_a_scale() -> None:
    assert measure_key(TRACK, "A minor") == {"weighted score": 1.0, "right": 1.0}
    assert measure_key(TRACK, "C major")["weighted score"] == pytest.approx(0.3)
    assert measure_key(TRACK, None)["weighted score"] == 0.0
    chroma = np.array([1.5, 0, 1, 0, 1.2, 1, 0, 1.3, 0, 1, 0, 0.8])
    assert profile_key(chroma) == "C major"


def test_sections_by_their_boundaries() -> None:
    assert measure_structure(TRACK, [0.0, 8.2, 24.0])["F 0.5 s"] == 1.0
    assert measure_structure(TRACK, [8.2])["recall 3 s"] == pytest.approx(0.5)


def test_words_are_written_alike_before_they_are_compared() -> None:
    script = "# Show\nHost: Maya\n[00:00]\nMaya: It's well-known — isn’t it?\nLiam Verbeek: Yes: 5 of 6."
    assert words_of(spoken_text(script)) == "its well known isnt it yes 5 of 6"
    item = Item("e", "e", "one two three four", None)
    assert measure_transcript(item, "One, two; three four!")["WER"] == 0.0
    assert measure_transcript(item, "one two four")["WER"] == 0.25
    assert measure_transcript(item, "")["WER"] == 1.0


def test_speakers_by_their_turns() -> None:
    turns = read_rttm("SPEAKER x 1 0.0 10.0 <NA> <NA> A <NA> <NA>\nSPEAKER x 1 10.0 10.0 <NA> <NA> B <NA> <NA>\n")
    item = Item("e", "e", turns, None)
    named = [SpeakerTurn(turn.start, turn.end, {"A": "S1", "B": "S2"}[turn.speaker]) for turn in turns]
    assert measure_speakers(item, named)["DER"] == 0.0
    one = measure_speakers(item, [SpeakerTurn(0.0, 20.0, "S1")])
    assert one["confusion"] == pytest.approx(0.5, abs=0.02)
    assert one["voices off"] == 1.0


def test_transitions_are_measured_by_true_beats() -> None:
    other = Item("b", "b", {"beats": [0.4 * n for n in range(80)], "downbeats": [1.6 * n for n in range(20)]})
    pair = Item("a > b", "a", (TRACK, other))
    right = measure_transition(pair, {"out": (30.0, 38.0), "in": (0.0, 6.4), "matched": True})
    assert right["beats within 30 ms"] == right["bars within 30 ms"] == 1.0
    off = measure_transition(pair, {"out": (30.0, 38.0), "in": (0.1, 6.5), "matched": True})
    assert off["beats apart ms"] == pytest.approx(100, abs=1)
    assert off["clash"] == 1.0


def test_folders_are_read_as_they_are_laid_out(tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "lmms_x.ogg").write_bytes(b"")
    (tmp_path / "music" / "lmms_x.json").write_text(json.dumps(TRACK.truth))
    (tmp_path / "music" / "other.json").write_text("{")
    assert [(item.name, item.slices) for item in music_items(tmp_path)] == [("lmms_x", ("lmms",))]
    (tmp_path / "p01.mp3").write_bytes(b"")
    (tmp_path / "p01.txt").write_text("Maya: Hello there.")
    assert [item.truth for item in transcript_items(tmp_path)] == ["hello there"]
    for suite in SUITES.values():
        empty = tmp_path / "empty"
        empty.mkdir(exist_ok=True)
        with pytest.raises(UsageError, match="holds nothing"):
            finish(evaluate(suite, empty, Tools()))
    with pytest.raises(UsageError):
        suite_named("nothing")


def _toy(answers: dict[str, float]) -> Suite:
    def load(_folder: Path) -> list[Item]:
        return [Item(f"i{n}", f"g{n % 7}", float(n), None, ("even",) if n % 2 == 0 else ()) for n in range(28)]

    def system(name: str, bias: float) -> System:
        def answer(item: Item) -> float:
            if name == "broken":
                raise AudioError("It cannot be read.")
            return item.truth + bias
        return System(name, answer)

    return Suite("toy", "Toy", (Metric("apart", False, 9.0), Metric("right", True, 0.0)), load,
                 lambda items, tools: [system(name, bias) for name, bias in answers.items()],
                 lambda item, answer: {"apart": abs(answer - item.truth), "right": float(abs(answer - item.truth) < 1)},
                 "nothing")


def test_an_evaluation_is_a_run_with_its_baselines_its_slices_and_a_gate(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    good = _toy({"podmix": 0.5, "baseline": 2.0, "broken": 0.0})
    first = finish(evaluate_recorded(good, tmp_path, Tools(), store))
    assert first.evaluation.score("apart").value == pytest.approx(0.5)
    assert first.evaluation.score("apart", "broken").value == 9.0
    assert first.evaluation.score("right", slice_name="even").count == 14
    assert all(one.better for one in first.evaluation.differences)
    assert len(first.evaluation.failures) == 28
    heading, rows = scores_table(first.evaluation, good)
    assert heading == ["system", "apart", "right"]
    assert [row[0] for row in rows] == ["podmix", "baseline", "broken"]
    assert len(measured_in(first.run)) == 28

    worse = finish(evaluate_recorded(_toy({"podmix": 1.5}), tmp_path, Tools(), store, against=first.run))
    assert not worse.passed
    assert {name for name, _ in worse.gates[0].failed} == {"apart", "right"}
    assert worse.run.summary["gate"] == "failed"
    same = finish(evaluate_recorded(good, tmp_path, Tools(), store, against=first.run, limit=5))
    assert same.passed
    assert same.gates[0].shared == 5


def test_a_gate_without_anything_shared_is_not_open() -> None:
    suite = _toy({"podmix": 0.0})
    evaluation = finish(evaluate(suite, Path(), Tools()))
    assert not gate(suite, evaluation, suite.load(Path()), {}, "another").passed


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=60))
def test_intervals_hold_the_mean(values: list[float]) -> None:
    found = mean_interval(values, groups=[str(n % 6) for n in range(len(values))], draws=200)
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert difference_interval(values, values).value == 0.0


def test_intervals_leave_out_what_is_no_answer_and_weigh() -> None:
    found = mean_interval([1.0, math.nan, 0.0], [3.0, 5.0, 1.0])
    assert (found.value, found.count) == (0.75, 2)
    assert math.isnan(mean_interval([math.nan]).value)


def test_answers_are_remembered_by_sound_and_code(tmp_path: Path) -> None:
    sound, made = tmp_path / "a.ogg", []
    sound.write_bytes(b"a")

    def make() -> dict[str, int]:
        made.append(1)
        return {"calls": len(made)}

    assert remembered(tmp_path, "s", "1", sound, make) == remembered(tmp_path, "s", "1", sound, make) == {"calls": 1}
    assert remembered(tmp_path, "s", "2", sound, make) == {"calls": 2}
    sound.write_bytes(b"b")
    assert remembered(tmp_path, "s", "2", sound, make) == {"calls": 3}


def test_recommendations_rank_what_came_next(tmp_path: Path) -> None:
    rows = [{"listener": str(n), "history": ["a", "b"], "next": ["c"]} for n in range(3)]
    (tmp_path / "recommendations.jsonl").write_text("\n".join(map(json.dumps, rows)))
    tools = Tools(config={"recommend": lambda history, offered: sorted(offered)})
    found = finish(evaluate(RECOMMENDATIONS, tmp_path, tools))
    assert found.judged == "podmix"
    assert found.score("nDCG@10").value == 1.0


@pytest.mark.parametrize("limit", [0, -3])
def test_no_items_are_too_few(tmp_path: Path, limit: int) -> None:
    with pytest.raises(UsageError, match="at least one item"):
        finish(evaluate(_toy({"podmix": 0.0}), tmp_path, Tools(), limit=limit))


def test_an_evaluation_that_is_cut_off_leaves_its_record(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    steps = evaluate_recorded(_toy({"podmix": 0.0}), tmp_path, Tools(), store)
    next(steps)
    assert store.get("last").status is Status.RUNNING
    steps.close()
    assert store.get("last").status is Status.CANCELLED


def test_what_was_measured_with_is_told_by_checksums(tmp_path: Path) -> None:
    sound = tmp_path / "a.wav"
    sound.write_bytes(b"one")
    items = [Item("a", "g", {"beats": np.array([1.0, 2.0]), "at": tmp_path / "x"}, sound),
             Item("b", "g", [SpeakerTurn(0.0, 1.0, "S1")])]
    first = items_manifest(tmp_path, items)
    assert set(first["files"]) == {"a.wav", "truth/a", "truth/b"}
    assert first == items_manifest(tmp_path, items)
    other = [items[0], Item("b", "g", [SpeakerTurn(0.0, 1.5, "S1")])]
    assert items_manifest(tmp_path, other)["sha256"] != first["sha256"]
    sound.write_bytes(b"two")
    assert items_manifest(tmp_path, items)["sha256"] != first["sha256"]
    assert str(tmp_path) not in json.dumps(first)
