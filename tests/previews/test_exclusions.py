# SPDX-License-Identifier: GPL-3.0-or-later
"""Sponsor reads are known by the name they keep saying; a name in a story is not one."""

from __future__ import annotations

from podmix.previews.exclusions import SURE, find_exclusions
from podmix.previews.timeline import Timeline, build_timeline
from podmix.speech.types import Sentence, Transcript


def timeline_of(said: list[str]) -> Timeline:
    """Five seconds a sentence, in the middle of a long episode."""
    start = 600.0
    sentences = tuple(Sentence(text, start + 5 * i, start + 5 * i + 4.5, "S1") for i, text in enumerate(said))
    return build_timeline(Transcript(sentences, "en", 1800.0, "test"))


def test_a_sponsor_named_again_marks_the_whole_read() -> None:
    said = ["The river had no name on any map we found.", "Today's episode is sponsored by Linden.",
            "Linden is the notebook that never runs out of pages.", "It goes where you go.", "Try Linden.com today.",
            "So we followed the river north."]
    marked = find_exclusions(timeline_of(said)).sponsor
    assert (marked[1:5] >= SURE).all()
    assert marked[0] == marked[5] == 0.0


def test_a_name_that_is_thanked_once_is_no_sponsor() -> None:
    said = ["The study was paid for, and thanks to Marten we had a boat.", "Nobody else would lend us one.",
            "The wind turned at noon.", "We saw the whale at two."]
    assert (find_exclusions(timeline_of(said)).sponsor < 0.5).all()
