# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as files, edited, learnt from and exported."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.automix import editing
from podmix.automix.exports import chapters, export, starts
from podmix.automix.learning import MixEvent, learnt
from podmix.automix.options import MixOptions
from podmix.automix.plan import KINDS
from podmix.automix.plan_json import is_mix_plan, plan_from, plan_plain, read_plan, write_plan
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError, UsageError
from podmix.music.interop.rekordbox_xml import read_rekordbox_xml
from tests.automix.test_planner import check_promises, misalignment
from tests.automix.tracks import track

OPTIONS, WEIGHTS = MixOptions(), MixWeights()


@pytest.fixture(scope="module")
def mix() -> PlannedMix:
    tracks = [track("a", bpm=122), track("b", bpm=125, key=7), track("c", bpm=None), track("d", bpm=128),
              track("e", bpm=90), track("f", bpm=92, artist="Ödön <x>")]
    return plan_mix(tracks, MixOptions(title="Friday"))


def undone(one: PlannedMix, other: PlannedMix, number: int) -> None:
    """All but transition ``number`` are what they were, apart from their times in the mix."""
    for place, (before, after) in enumerate(zip(one.plan.transitions, other.plan.transitions, strict=True)):
        if place != number:
            assert replace(after, mix_start=0.0, mix_end=0.0) == replace(before, mix_start=0.0, mix_end=0.0)
        if place < number:
            assert after.mix_start == before.mix_start


# -- files --


def test_a_plan_survives_its_file_exactly(mix: PlannedMix, tmp_path: Path) -> None:
    write_plan(mix.plan, tmp_path / "plan.json")
    read = read_plan(tmp_path / "plan.json")
    assert read == mix.plan
    assert to_program(read) == to_program(mix.plan)


def test_the_fields_that_are_promised(mix: PlannedMix) -> None:
    plain = plan_plain(mix.plan)
    assert plain["version"] == 1
    for one in plain["transitions"]:
        assert {"from", "to", "kind", "beat_matched", "bars", "mix_start", "mix_end", "out_time", "in_time",
                "stretch_from", "stretch_to", "bass_swap", "reasons"} <= set(one)
        assert one["to"] == one["from"] + 1
        if one["bass_swap"]:
            assert one["mix_start"] < one["bass_swap_at"] < one["mix_end"]
    assert all({"path", "time_map"} <= set(one) for one in plain["tracks"])
    assert is_mix_plan(plain)
    assert not is_mix_plan({"version": 1, "tracks": [{"path": "a", "time_map": []}]})


def test_relative_paths_count_from_the_plan(mix: PlannedMix, tmp_path: Path) -> None:
    plain = plan_plain(mix.plan)
    plain["tracks"][0]["path"] = "sub/a.flac"
    (tmp_path / "plan.json").write_text(json.dumps(plain))
    assert read_plan(tmp_path / "plan.json").tracks[0].path == str(tmp_path / "sub" / "a.flac")


def places_in(data: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way] if way else []
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in steps:
        found += places_in(inner, (*way, step))
    return found


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_broken_plan_gets_past_the_reader(data: st.DataObject) -> None:
    plain = copy.deepcopy(plan_plain(plan_mix([track("a"), track("b", bpm=90)]).plan))
    way = data.draw(st.sampled_from(places_in(plain)))
    wrong = data.draw(st.sampled_from([float("nan"), float("inf"), -1e300, 10**400, None, True, "x", [], {}, -1, 1e9,
                                       [[0, 0]], [[1, 1], [0, 0]]]))
    inner: Any = plain
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = wrong
    try:
        read = plan_from(plain)
    except AudioError:
        return
    program = to_program(read)  # what passes can be followed
    assert all(len(clip.time_map) >= 2 for clip in program.clips)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2, "tracks": []}', "[" * 100_000, "\0",
                                  '{"version": 1}'])
def test_files_that_are_no_plans_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(AudioError):
        read_plan(tmp_path / "plan.json")
    with pytest.raises(AudioError):
        read_plan(tmp_path / "none.json")


# -- edits --


@pytest.mark.parametrize("kind", KINDS)
def test_another_kind_changes_that_transition_alone(mix: PlannedMix, kind: str) -> None:
    made = editing.with_kind(mix, 0, kind, OPTIONS, WEIGHTS)
    one = made.plan.transitions[0]
    assert one.kind == kind or "not possible" in one.reasons[0]
    undone(mix, made, 0)
    check_promises(made.plan)


def test_matched_kinds_are_not_forced_on_music_without_a_beat(mix: PlannedMix) -> None:
    made = editing.with_kind(mix, 1, "bass-swap", OPTIONS, WEIGHTS)
    assert made.plan.transitions[1].kind == "crossfade"
    assert "not possible" in made.plan.transitions[1].reasons[0]


@pytest.mark.parametrize("bars", [4, 8, 16])
def test_another_length(mix: PlannedMix, bars: int) -> None:
    made = editing.with_bars(mix, 0, bars, OPTIONS, WEIGHTS)
    assert made.plan.transitions[0].bars == bars
    undone(mix, made, 0)
    check_promises(made.plan)


@given(st.floats(-20, 20), st.floats(-20, 20))
@settings(max_examples=30, deadline=None)
def test_moved_edges_snap_to_bars(mix: PlannedMix, out_s: float, in_s: float) -> None:
    try:
        made = editing.moved(mix, 0, out_s=out_s, in_s=in_s)
    except AudioError:
        return  # no room beside the next transition
    one = made.plan.transitions[0]
    for facts, at in zip(made.facts, (one.out_time, one.in_time), strict=False):
        assert min(abs(line - at) for line in facts.grid.downbeats) < 1e-6
    assert misalignment(made.plan, made.facts, 0).max() < 1e-3
    undone(mix, made, 0)
    check_promises(made.plan)


def test_freely_moved_edges_go_by_ten_milliseconds(mix: PlannedMix) -> None:
    made = editing.moved(mix, 0, in_s=0.014, free=True)
    assert made.plan.transitions[0].in_time == pytest.approx(mix.plan.transitions[0].in_time + 0.01)
    undone(mix, made, 0)


def test_locks_stay(mix: PlannedMix) -> None:
    made = editing.with_bars(editing.locked(mix, 0), 0, 4, OPTIONS, WEIGHTS)
    assert made.plan.transitions[0].locked
    assert not editing.locked(made, 0, lock=False).plan.transitions[0].locked


def test_neighbours_that_stay_keep_their_transition(mix: PlannedMix) -> None:
    made = editing.reordered(mix, [3, 4, 5, 0, 1, 2], OPTIONS, WEIGHTS)
    assert [one.title for one in made.plan.tracks] == ["d", "e", "f", "a", "b", "c"]
    for new, old in ((0, 3), (1, 4), (3, 0), (4, 1)):
        assert made.plan.transitions[new].reasons == mix.plan.transitions[old].reasons
        assert made.plan.transitions[new].out_marks == mix.plan.transitions[old].out_marks
    check_promises(made.plan)
    assert editing.reordered(mix, [2], OPTIONS, WEIGHTS).plan.transitions == ()


def test_a_track_put_in_or_replaced(mix: PlannedMix) -> None:
    new = track("new", bpm=126)
    for made, names in (
            (editing.with_track(mix, 2, new, OPTIONS, WEIGHTS), "ab+cdef"),
            (editing.with_track(mix, 2, new, OPTIONS, WEIGHTS, replacing=True), "ab+def"),
            (editing.with_track(mix, 0, new, OPTIONS, WEIGHTS), "+abcdef"),
            (editing.with_track(mix, 6, new, OPTIONS, WEIGHTS), "abcdef+")):
        assert "".join("+" if one.title == "new" else one.title for one in made.plan.tracks) == names
        check_promises(made.plan)
        assert made.plan.transitions[-1 if names[-1] != "+" else -2].out_marks == mix.plan.transitions[-1].out_marks


def test_only_the_future_is_planned_anew(mix: PlannedMix) -> None:
    now = (mix.plan.transitions[0].mix_start + mix.plan.transitions[0].mix_end) / 2
    made = editing.continued(mix, now, [track("x", bpm=126), track("y", bpm=127)], OPTIONS, WEIGHTS)
    assert [one.title for one in made.plan.tracks] == ["a", "b", "x", "y"]
    assert made.plan.transitions[0] == mix.plan.transitions[0]
    assert made.plan.tracks[0] == mix.plan.tracks[0]
    assert made.plan.tracks[1].gain_db == mix.plan.tracks[1].gain_db
    check_promises(made.plan)


def test_edits_of_what_is_not_there(mix: PlannedMix) -> None:
    for wrong in (lambda: editing.with_kind(mix, 9, "cut", OPTIONS, WEIGHTS),
                  lambda: editing.with_kind(mix, 0, "odd", OPTIONS, WEIGHTS),
                  lambda: editing.with_bars(mix, 0, 5, OPTIONS, WEIGHTS), lambda: editing.locked(mix, -1),
                  lambda: editing.reordered(mix, [0, 0], OPTIONS, WEIGHTS),
                  lambda: editing.reordered(mix, [], OPTIONS, WEIGHTS),
                  lambda: editing.with_track(mix, 99, mix.facts[0], OPTIONS, WEIGHTS)):
        with pytest.raises(UsageError):
            wrong()


# -- learning --


def test_what_a_person_changes_becomes_what_is_chosen() -> None:
    weights = learnt([MixEvent("edit", "bass-swap", "filter")] * 8)
    [one] = plan_mix([track("a"), track("b", bpm=122)], weights=weights).plan.transitions
    assert one.kind == "filter"
    assert learnt([]) == MixWeights()


@given(st.lists(st.builds(MixEvent, st.sampled_from(["lock", "like", "dislike", "skip", "edit", "odd"]),
                          st.sampled_from(KINDS), st.sampled_from(KINDS),
                          st.none() | st.just({"key": 1.0, "tempo": 0.2})), max_size=60))
def test_learning_is_bounded_and_does_not_mind_the_order(events: list[MixEvent]) -> None:
    weights = learnt(events)
    assert learnt(events[::-1]) == weights
    assert MixWeights.from_json(weights.to_json()) == weights
    assert 0.4 * 0.7 - 1e-4 <= weights.pair.key <= 2.5 * 0.7 + 1e-4
    assert all(abs(weights.liking(kind)) <= 0.9 for kind in KINDS)


def test_disliked_pairs_make_their_terms_count_more() -> None:
    assert learnt([MixEvent("dislike", "blend", terms={"key": 1.0})] * 5).pair.key > MixWeights().pair.key
    assert learnt([MixEvent("like", "blend", terms={"key": 1.0})] * 5).pair.key < MixWeights().pair.key


@pytest.mark.parametrize("text", ["[]", "{", '{"pair": 3}', '{"pair": {"key": "x"}}', '{"shape": NaN}',
                                  '{"kinds": [1]}'])
def test_weights_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        MixWeights.from_json(text)


# -- exports --


def test_everything_that_is_exported(mix: PlannedMix, tmp_path: Path) -> None:
    for name in ("mix.cue", "mix.m3u8", "mix.xml", "mix.html", "mix.txt"):
        export(mix.plan, tmp_path / name, sound="mix.flac", facts=mix.facts)
    assert (tmp_path / "mix.cue").read_text("utf-8-sig").count("TRACK") == 6
    assert "a.flac" in (tmp_path / "mix.m3u8").read_text()
    page = (tmp_path / "mix.html").read_text()
    assert "Ödön &lt;x&gt;" in page
    assert "<x>" not in page
    assert "128 bpm" in (tmp_path / "mix.txt").read_text()
    read = read_rekordbox_xml(tmp_path / "mix.xml")
    assert len(read.tracks) == 6
    first, second = read.tracks[0], read.tracks[1]
    assert [cue.kind for cue in first.cues] == ["fade-out"]
    assert first.cues[0].start == pytest.approx(mix.plan.transitions[0].out_time, abs=1e-5)
    assert second.cues[0].start == pytest.approx(mix.plan.transitions[0].in_time, abs=1e-5)
    assert first.grid[0].bpm == pytest.approx(122, abs=0.01)
    assert read.playlists[0].tracks == tuple(range(6))
    with pytest.raises(UsageError):
        export(mix.plan, tmp_path / "mix.odd")


def test_chapters_fill_the_mix(mix: PlannedMix) -> None:
    made = chapters(mix.plan)
    assert made[0].start == 0.0
    assert made[-1].end == mix.plan.duration_s
    assert all(one.end == after.start for one, after in pairwise(made))
    assert mix.plan.track_at(starts(mix.plan)[2] + 0.01) == 2
    assert mix.plan.transition_at(mix.plan.transitions[1].mix_start) == 1
