# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a timeline is well-formed, names every track, and places things in mix time."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from podmix.automix.facts import TrackFacts
from podmix.automix.picture import LARGEST_WIDTH, timeline_svg, write_picture
from podmix.automix.plan import Curves, MixPlan, PlannedTrack, PlannedTransition
from podmix.music.types import EnergyAnalysis, Waveform

SVG = "{http://www.w3.org/2000/svg}"


def mix(seconds: float = 60.0) -> MixPlan:
    tracks = (
        PlannedTrack("a.opus", seconds, 0.0, seconds, "One & <two>", "A", 120.0, "8A", 5.0, 0.0,
                     ((0.0, 0.0), (seconds, seconds))),
        PlannedTrack("b.opus", seconds, 0.0, seconds, "Two", "B", None, "", None, -3.0,
                     ((seconds - 10, 0.0), (2 * seconds - 10, seconds))),
    )
    fade = PlannedTransition("crossfade", (seconds - 10, seconds), (0.0, 10.0), seconds, 0.0,
                             out_curves=Curves(gain=((0.0, 1.0), (10.0, 0.0))),
                             in_curves=Curves(gain=((0.0, 0.0), (10.0, 1.0))),
                             reasons=("No beat & no bars.",), mix_start=seconds - 10, mix_end=seconds)
    return MixPlan(tracks, (fade,), 44_100, 2 * seconds - 10, "A <mix>")


def test_it_is_xml_that_names_everything() -> None:
    page = ET.fromstring(timeline_svg(mix(), {}))
    words = " ".join(page.itertext())
    for said in ("A <mix>", "A – One & <two>", "B – Two", "120.0 bpm · 8A", "no tempo · no key", "crossfade",
                 "No beat & no bars."):
        assert said in words


def test_waveforms_and_energy_are_drawn_where_they_are_known() -> None:
    wave = Waveform(10.0, bytes(1800), bytes(range(1, 181)) * 10, b"", b"")
    energy = EnergyAnalysis(5.0, (0.0, 30.0), (2.0, 9.0), {}, {})
    facts = {"a.opus": TrackFacts("a.opus", 60.0, waveform=wave, energy=energy)}
    plain, drawn = timeline_svg(mix(), {}), timeline_svg(mix(), facts)
    assert plain.count("<polygon") == 0
    assert drawn.count("<polygon") == 3
    assert plain != drawn


def test_the_fade_goes_down_where_the_plan_says() -> None:
    page = ET.fromstring(timeline_svg(mix(), {}))
    first = next(line for line in page.iter(f"{SVG}polyline"))
    points = [tuple(map(float, point.split(","))) for point in (first.get("points") or "").split()]
    until = [y for x, y in points if x < 70 + 49 * 3]
    assert max(until) - min(until) < 0.1
    assert points[-1][1] > points[0][1] + 90  # y grows downwards


def test_long_mixes_are_squeezed(tmp_path: Path) -> None:
    long = mix(20_000.0)
    page = timeline_svg(long, {})
    width = re.search(r'width="(\d+)"', page)
    assert width is not None
    assert int(width[1]) <= LARGEST_WIDTH + 101
    target = write_picture(replace(mix(), tracks=mix().tracks[:1], transitions=()), {}, tmp_path / "mix.svg")
    assert ET.parse(target).getroot().tag == f"{SVG}svg"
