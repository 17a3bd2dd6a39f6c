# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue points: which of them hold, and that transitions follow them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from podmix.automix.cue_marks import NO_CUES, TrackCues, of_marks, track_cues
from podmix.automix.facts import TrackFacts
from podmix.automix.options import MixOptions
from podmix.automix.planner import plan_mix
from podmix.automix.stored_facts import facts_from
from podmix.music.library_types import DjCue
from tests.automix.test_planner import check_promises
from tests.automix.tracks import track

ANALYSED = {"cues": [
    {"time": 0.5, "kind": "in", "label": "first beat", "confidence": 0.9},
    {"time": 16.5, "kind": "in", "label": "come in", "confidence": 0.6},
    {"time": 48.0, "kind": "hot", "label": "chorus", "confidence": 0.6},
    {"time": 96.5, "kind": "out", "label": "go out", "confidence": 0.4},
    {"time": 128.5, "kind": "out", "label": "last beat", "confidence": 0.9}]}
CORRECTED = {"cues": [{"time": 8.5, "kind": "in", "label": ""}, {"time": 104.5, "kind": "out", "label": ""},
                      {"time": 20.0, "kind": "loop", "label": "x"}]}
MARKS = (DjCue("fade-in", 4.5, 12.0), DjCue("cue", 100.5, name="Mix out", number=3), DjCue("cue", 60.0, number=1),
         DjCue("loop", 110.0, 114.0, name="outro"), DjCue("load", 1.0))


def test_a_persons_cues_go_before_imported_ones_and_those_before_analysed_ones() -> None:
    by_hand, imported = TrackCues(8.5, 104.5, own=True), TrackCues(4.5, 100.5, own=True)
    assert track_cues(CORRECTED, by_hand=True, imported=[MARKS]) == by_hand
    assert track_cues(ANALYSED, imported=[(), MARKS]) == imported
    assert track_cues(ANALYSED) == TrackCues(16.5, 96.5, own=False, confidence=0.4)
    assert track_cues({"cues": []}, by_hand=True, imported=[MARKS]) == imported
    assert track_cues({"cues": []}, by_hand=True) == NO_CUES, "whoever took all cues away wants none"
    assert track_cues(None) == NO_CUES


@pytest.mark.parametrize("payload", [
    {"cues": None}, {"cues": ["x", None, 3]}, {"cues": [{"time": "soon", "kind": "in"}]},
    {"cues": [{"time": float("nan"), "kind": "in"}]}, {"cues": [{"time": True, "kind": "out"}]},
    {"cues": [{"time": 90.0, "kind": "in"}, {"time": 10.0, "kind": "out"}]}])
def test_what_cannot_be_read_says_nothing(payload: dict[str, Any]) -> None:
    assert track_cues(payload) == NO_CUES


def test_marks_that_podmix_exported_are_nobodys_opinion() -> None:
    own = [DjCue("cue", 1.0, name=name) for name in ("First beat", "Come in", "Go out")]
    assert of_marks(own) == NO_CUES
    assert of_marks([*own[1:2], DjCue("fade-out", 9.0)]) == TrackCues(1.0, 9.0, own=True), "one such name may be a DJ's"
    assert of_marks([DjCue("fade-out", 9.0, 12.0), DjCue("fade-out", 5.0)]) == TrackCues(None, 9.0, own=True)


def test_stored_facts_carry_them() -> None:
    def facts(**more: Any) -> TrackFacts:
        return facts_from("/a.flac", 130.0, track().labels, {"cues": (ANALYSED, b"")}, **more)

    assert facts().cues.come_in == 16.5
    assert not facts().cues.own
    assert facts(imported=[MARKS]).cues == TrackCues(4.5, 100.5, own=True)
    assert facts(by_hand=frozenset({"cues"})).cues.own


@pytest.fixture
def pair() -> Callable[..., Any]:
    def planned(out: TrackCues, into: TrackCues, bpm: float = 122.0, options: MixOptions | None = None) -> Any:
        mix = plan_mix([replace(track("a"), cues=out), replace(track("b", bpm=bpm), cues=into)], options)
        check_promises(mix.plan)
        return mix.plan.transitions[0]

    return planned


@pytest.mark.parametrize("bar", [40, 44, 52])
def test_a_djs_cues_are_followed_to_the_bar_line(pair: Callable[..., Any], bar: int) -> None:
    """Off the phrases, too: whoever marked the place knows why."""
    out_at, in_at = 0.5 + 2 * bar, 0.5 + 3 * 240 / 122
    one = pair(TrackCues(go_out=out_at + 0.2, own=True), TrackCues(come_in=in_at - 0.2, own=True))
    assert one.beat_matched
    assert one.out_time == pytest.approx(out_at)
    assert one.in_time == pytest.approx(in_at)
    assert sum("your cue point" in reason for reason in one.reasons) == 2


def test_a_djs_cues_are_followed_where_beats_are_not_matched(pair: Callable[..., Any]) -> None:
    own = TrackCues(go_out=112.5, own=True), TrackCues(come_in=0.5 + 4 * 240 / 90, own=True)
    one = pair(*own, bpm=90.0)
    assert not one.beat_matched
    assert one.out_time == pytest.approx(112.5)
    assert one.in_time == pytest.approx(own[1].come_in)
    plain = plan_mix([replace(track("a", bpm=None), cues=own[0]), track("b")]).plan.transitions[0]
    assert plain.kind == "crossfade"
    assert plain.out_time == pytest.approx(112.5)


def test_a_cue_beyond_what_may_be_left_out_is_told_of(pair: Callable[..., Any]) -> None:
    one = pair(TrackCues(go_out=30.0, own=True), TrackCues())
    assert "leaves no room" in one.reasons[-1]
    whole = pair(TrackCues(go_out=90.0, own=True), TrackCues(), options=MixOptions(full_songs=True))
    assert "leaves no room" in whole.reasons[-1]


def test_an_analysed_cue_decides_between_places_that_are_otherwise_as_good(pair: Callable[..., Any]) -> None:
    sure = {bar: pair(TrackCues(go_out=0.5 + 2 * bar, confidence=1.0), TrackCues()).out_time for bar in (40, 48)}
    assert sure[40] == pytest.approx(80.5)
    assert sure[48] == pytest.approx(96.5)
    assert pair(TrackCues(go_out=80.5, confidence=0.0), TrackCues()).out_time == pair(TrackCues(), TrackCues()).out_time
