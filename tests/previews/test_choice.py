# SPDX-License-Identifier: GPL-3.0-or-later
"""The picker takes the story, not the sponsor read, the small talk or the goodbye; with words alone, no encoder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from podmix.previews import rank
from podmix.previews.evidence import quoted_units, teaser_units
from podmix.previews.exclusions import find_exclusions
from podmix.previews.rank import rank_previews
from podmix.previews.timeline import build_timeline
from podmix.previews.types import Candidates, SoundFeatures
from podmix.speech.types import Sentence, Transcript


def _dialogues():
    if "preview_dialogues" not in sys.modules:
        spec = importlib.util.spec_from_file_location("preview_dialogues", Path(__file__).with_name("dialogues.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules["preview_dialogues"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["preview_dialogues"]


D = _dialogues()


def part_of(span: tuple[float, float], start: float, end: float) -> float:
    """Share of start..end inside the span."""
    return max(0.0, min(span[1], end) - max(span[0], start)) / (end - start)


@pytest.mark.parametrize("name", D.MOMENTS)
def test_picks_the_moment(name: str) -> None:
    transcript, moment, ads = D.episode(name, list(D.MOMENTS).index(name))
    previews = rank_previews(transcript, encode=None)
    assert part_of(moment, previews[0].start, previews[0].end) > 0.5, previews[0].text
    for preview in previews:
        assert all(part_of(ad, preview.start, preview.end) < 0.15 for ad in ads), preview.text
        assert "welcome back to the show" not in preview.text
        assert "See you next week" not in preview.text


def test_the_moment_is_found_where_the_language_is_unknown_to_the_lexicons() -> None:
    transcript, _, _ = D.episode("octopus", 2)
    foreign = Transcript(transcript.sentences, "fi", transcript.duration, "test")
    assert len(rank_previews(foreign, encode=None)) >= 3


def test_a_teaser_at_the_start_points_at_its_source() -> None:
    transcript, moment, _ = D.episode("the letter", 1)
    tease = [s for s in transcript.sentences if moment[0] <= s.start < moment[1]][2:4]
    shift = sum(s.end - s.start for s in tease) + 3
    clock = 0.0
    opening = []
    for s in tease:
        opening.append(Sentence(s.text, clock, clock + s.end - s.start, s.speaker))
        clock = opening[-1].end
    later = [Sentence(s.text, s.start + shift, s.end + shift, s.speaker) for s in transcript.sentences]
    longer = Transcript((*opening, *later), "en", transcript.duration + shift, "test")
    teaser, echo = teaser_units(build_timeline(longer))
    assert teaser[: len(tease)].min() > 0.9
    assert echo[len(tease) :].max() > 0.9
    first = rank_previews(longer, encode=None)[0]
    assert first.reasons["used_as_teaser"] > 0
    assert first.start > shift


def test_a_quotation_in_the_notes_is_found() -> None:
    transcript, _, _ = D.episode("city of bees", 3)
    timeline = build_timeline(transcript)
    quoted = quoted_units(timeline, 'In this episode: "hundreds of scouts fly out, and each one comes back" and more.')
    assert "scouts" in timeline.texts[int(np.argmax(quoted))]
    assert quoted_units(timeline, "").max() == 0


def test_a_lively_stretch_is_preferred_among_equals() -> None:
    talk = [Sentence("We went to the house and they told us a story about the war.", k * 5.0, k * 5.0 + 4.8, "A")
            for k in range(240)]  # fmt: skip
    calm = np.full(1200, -24.0, dtype=np.float32)
    lively = calm.copy()
    lively[600:700] = -12.0
    sound = SoundFeatures(lively, 180 + 4 * (lively + 24), 4 + (lively + 24) / 6, (lively > -20).astype(np.float32))
    best = rank_previews(Transcript(tuple(talk), "en", 1200.0, "t"), encode=None, sound=sound)[0]
    assert part_of((600, 700), best.start, best.end) > 0.8
    assert best.reasons["lively_voice"] > 0.6


def test_same_input_same_output() -> None:
    transcript, _, _ = D.episode("octopus", 0)
    assert rank_previews(transcript, encode=None) == rank_previews(transcript, encode=None)


def test_no_preview_begins_or_ends_inside_a_sponsor_read() -> None:
    talk = [f"The river taught us lesson number {n}, and nobody in the village had expected that." for n in range(40)]
    talk[15] = "Use code POD for an extended trial."
    sentences = tuple(Sentence(text, n * 5.0, n * 5.0 + 4.8) for n, text in enumerate(talk))
    timeline = build_timeline(Transcript(sentences, "en", 200.0, "test"))
    read = timeline.texts.index(talk[15])
    first, last = np.array([read, read - 11, read - 4, read + 1]), np.array([read + 13, read, read + 12, read + 12])
    spans = Candidates(first, last, timeline.start[first], timeline.end[last])
    excluded = find_exclusions(timeline)
    assert rank._barred(timeline, spans, excluded)[:2].all()
    assert not rank._barred(timeline, spans, excluded)[2:].any()
