# SPDX-License-Identifier: GPL-3.0-or-later
"""How good mixes are: ``python tests/bench/bench_automix.py [--data DIR] [--order auto|keep] [--seed N] [--no-sound]``.

Plans a mix of all tracks below DIR (``../shared/data`` by default: ``music`` with ground truth in JSON files, and
``library``) and judges it by that truth, mapped through the plan's time maps, never by our own analysis. Beside it, in
the same table and measured alike: a plain 8-second crossfade from end to beginning, and a fade where the outro meets
the intro (as Mixxx's Auto DJ does with its intro and outro cues). Sound is rendered from 3 s before each transition to
3 s after it.

Rows: *matched* neighbours within 8 % (octaves folded) with beats on beats; *beats* misalignment of true beats in
matched overlaps; *bars*, *phrases* share of transitions that begin on a true bar line (80 ms) and, where sections are
known, a whole number of 4 bars from a true section's edge; *loudness* of the overlap against the louder track alone, in
steps of 100 ms, 3 s windows; *low* energy below 150 Hz against the louder track alone, 400 ms windows; *peak* dBTP;
*step* the largest change of gain in 10 ms; *gaps*, *clicks*; *voices* seconds sung in both.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfilt

from podmix.app.automix_facts import gather_facts
from podmix.audio.loudness import true_peak_db
from podmix.audio.mixing.lanes import Curve
from podmix.audio.mixing.render import render
from podmix.audio.mixing.types import FLAT, NEUTRAL, Program
from podmix.automix.facts import TrackFacts
from podmix.automix.layout import lay_out, source_at
from podmix.automix.options import MixOptions
from podmix.automix.plan import MixPlan, PlannedTransition
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.automix.transitions.crossfade import crossfade
from podmix.automix.transitions.places import SUNG
from podmix.music.loudness import k_weighting
from podmix.paths import find_home
from podmix.progress import finish

AROUND_S = 3.0
ON_LINE_S = 0.08
HARD_S = 0.03
"""So long before its line a cut is led over."""


@dataclass
class Truth:
    beats: np.ndarray
    downbeats: np.ndarray
    tempi: tuple[float, ...]
    sections: np.ndarray


@dataclass
class Scores:
    near: int = 0
    near_matched: int = 0
    matched: int = 0
    beats_ms: list[float] = field(default_factory=list)
    bars: list[bool] = field(default_factory=list)
    phrases: list[bool] = field(default_factory=list)
    loud_least: list[float] = field(default_factory=list)
    loud_most: list[float] = field(default_factory=list)
    loud_whole: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    low_energy: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    step: list[float] = field(default_factory=list)
    gaps: int = 0
    clicks: int = 0
    voices_s: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    cost_s: float = 0.0
    rendered_s: float = 0.0


def truth_of(path: str) -> Truth | None:
    place = Path(path).with_suffix(".json")
    if not place.is_file():
        return None
    given = json.loads(place.read_text())
    tempi = tuple(float(tempo) for tempo in (given.get("tempo"), given.get("tempo_alt")) if tempo)
    return Truth(np.array(given["beats"]), np.array(given["downbeats"]), tempi,
                 np.array([one["time"] for one in given.get("sections") or ()]))


def near_tempi(left: Truth, right: Truth) -> bool:
    if not left.tempi or not right.tempi:
        return False
    apart = np.log2(right.tempi[0] / left.tempi[0])
    return bool(abs(apart - round(apart)) <= np.log2(1.08) and abs(round(apart)) <= 1)


# -- from the plan and the truth --


def mapped(plan: MixPlan, place: int, times: np.ndarray, begin: float, end: float) -> np.ndarray:
    """Source times in the mix, as far as they sound in ``begin..end``; each as often as it sounds."""
    points = plan.tracks[place].time_map
    found = []
    for (mix, source), (later, following) in pairwise(points):
        if later > mix and following > source:
            inside = times[(times >= source) & (times < following)]
            found.append(mix + (inside - source) * (later - mix) / (following - source))
    mixed = np.concatenate(found) if found else np.zeros(0)
    return np.sort(mixed[(mixed >= begin - 1e-3) & (mixed <= end + 1e-3)])


def nearest(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    return values - among[np.abs(values[:, None] - among[None, :]).argmin(1)]


def judge_beats(plan: MixPlan, number: int, left: Truth, right: Truth, scores: Scores) -> str:
    one = plan.transitions[number]
    ours = mapped(plan, number, left.beats, one.mix_start, one.mix_end)
    theirs = mapped(plan, number + 1, right.beats, one.mix_start, one.mix_end)
    if len(ours) < 2 or len(theirs) < 2:
        return ""
    few, many = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    apart = np.abs(nearest(few, many)) * 1000
    scores.beats_ms += apart.tolist()
    on_bars = all(np.abs(truth.downbeats - at).min() <= ON_LINE_S
                  for truth, at in ((left, one.out_time if one.loop is None else one.loop.start), (right, one.in_time)))
    scores.bars.append(bool(on_bars))
    phrases = [on_phrase(truth, at) for truth, at in ((left, one.out_time), (right, one.in_time))
               if len(truth.sections) and (truth is right or one.loop is None)]
    scores.phrases += phrases
    return f"beats {np.median(apart):.1f} ms, bars {'yes' if on_bars else 'NO'}, phrases {phrases}"


def on_phrase(truth: Truth, at: float) -> bool:
    """A whole number of four bars from the true section edge before it (the first one after it, if none is)."""
    bar = float(np.median(np.diff(truth.downbeats)))
    before = truth.sections[truth.sections <= at + ON_LINE_S]
    edge = before[-1] if len(before) else truth.sections[0]
    bars = (at - edge) / bar
    return bool(abs(bars - 4 * round(bars / 4)) * bar <= ON_LINE_S)


def sung_in_both(facts: Sequence[TrackFacts], plan: MixPlan, number: int) -> float:
    one, total = plan.transitions[number], 0.0
    for at in np.arange(one.mix_start, one.mix_end, 0.25) + 0.01:  # never on an edge itself
        sung = [any(section.vocals > SUNG and section.start <= source_at(plan.tracks[place].time_map, at) < section.end
                    for section in facts[place].sections) for place in (number, number + 1)]
        total += 0.25 * all(sung)
    return total


# -- from the sound --


def rendered(program: Program, begin: float, end: float) -> np.ndarray:
    blocks = list(render(program, from_s=begin, to_s=end))
    return np.concatenate(blocks) if blocks else np.zeros((1, 2), np.float32)


def alone(program: Program, place: int) -> Program:
    """One clip at its own level, without curves."""
    clip = program.clips[place]
    gain = replace(FLAT, points=((0.0, max(value for _, value in clip.gain.points)),))
    plain = replace(clip, gain=gain, low=FLAT, mid=FLAT, high=FLAT, filter=NEUTRAL, echo=None)
    return replace(program, clips=(plain,))


def windows(power: np.ndarray, rate: int, window_s: float, step_s: float = 0.1) -> np.ndarray:
    size, step = round(window_s * rate), round(step_s * rate)
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    starts = np.arange(0, max(1, len(power) - size + 1), step)
    ends = np.minimum(starts + size, len(power))
    return (total[ends] - total[starts]) / np.maximum(1, ends - starts)


def decibels(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, 1e-12))


def judge_sound(plan: MixPlan, number: int, scores: Scores) -> str:
    one, rate = plan.transitions[number], plan.sample_rate
    program = to_program(plan)
    begin, end = max(0.0, one.mix_start - AROUND_S), min(plan.duration_s, one.mix_end + AROUND_S)
    spent = time.process_time()
    mix = rendered(program, begin, end)
    scores.cost_s += time.process_time() - spent
    scores.rendered_s += end - begin
    parts = [rendered(alone(program, place), begin, end) for place in (number, number + 1)]
    inside = slice(round((one.mix_start - begin) * rate), max(round((one.mix_end - begin) * rate),
                                                              round((one.mix_start - begin + 0.4) * rate)))
    weighted = [(sosfilt(k_weighting(rate), sound, axis=0)**2).sum(1)[inside] for sound in (mix, *parts)]
    short = [decibels(windows(power, rate, 3.0)) for power in weighted]
    against = short[0] - np.maximum(short[1], short[2])
    scores.loud_least.append(float(against.min()))
    scores.loud_most.append(float(against.max()))
    whole = [decibels(np.array([power.mean()]))[0] for power in weighted]
    scores.loud_whole.append(float(whole[0] - max(whole[1:])))
    splits = butter(6, 150, fs=rate, output="sos")
    lows = [(sosfilt(splits, sound, axis=0)**2).sum(1)[inside] for sound in (mix, *parts)]
    low = [decibels(windows(power, rate, 0.4)) for power in lows]
    audible = np.maximum(low[1], low[2]) > -55
    if audible.any():
        scores.low.append(float((low[0] - np.maximum(low[1], low[2]))[audible].max()))
        scores.low_energy.append(float(decibels(lows[0].mean()[None])[0]
                                       - max(decibels(low_alone.mean()[None])[0] for low_alone in lows[1:])))
    scores.peak.append(true_peak_db(mix, rate))
    level = [windows((sound**2).sum(1), rate, 0.2, 0.05) for sound in (mix, *parts)]  # longer than rests in music
    gap = bool(((level[0] < 1e-6) & (np.maximum(level[1], level[2]) > 1e-4)).any())
    scores.gaps += gap
    jump = [np.abs(np.diff(sound, 2, axis=0)).max() for sound in (mix, *parts)]
    scores.clicks += bool(jump[0] > 1.5 * max(jump[1:]))
    scores.step.append(gain_step(program, number, one))
    lowest = (scores.low[-1], scores.low_energy[-1]) if scores.low else (0.0, 0.0)
    return (f"loudness {against.min():+.1f}..{against.max():+.1f} whole {scores.loud_whole[-1]:+.1f} LU, "
            f"low {lowest[0]:+.1f} ({lowest[1]:+.1f}) dB, peak {scores.peak[-1]:+.1f}, step {scores.step[-1]:.2f} dB"
            f"{' GAP' if gap else ''}")


def gain_step(program: Program, number: int, one: PlannedTransition) -> float:
    """The largest change in 10 ms of the gain of both decks together, in any band, dB."""
    rate = program.sample_rate
    begin = max(0.0, one.mix_start - HARD_S)
    first, count = round(begin * rate), round((one.mix_end + HARD_S - begin) * rate)
    most = 0.0
    for band in ("low", "mid", "high"):
        power = np.zeros(count)
        for place in (number, number + 1):
            clip = program.clips[place]
            level = max(value for _, value in clip.gain.points)
            gains = [np.broadcast_to(np.asarray(Curve(lane, rate).at(first, count), np.float64), count)
                     for lane in (clip.gain, getattr(clip, band))]
            at = (first + np.arange(count)) / rate
            sounds = (at >= clip.time_map[0][0]) & (at < clip.time_map[-1][0])
            power += np.where(sounds, gains[0] / level * gains[1], 0.0)**2
        step = round(0.01 * rate)
        if count > step:
            most = max(most, float(np.abs(np.diff(decibels(np.maximum(power[::step], 1e-4)))).max(initial=0.0)))
    return most


# -- what it is compared with --


def plain(mix: PlannedMix, seconds: float = 8.0) -> MixPlan:
    """From the end of one into the beginning of the next."""
    made = [crossfade(before, after, reasons=(), seconds=seconds)
            for before, after in pairwise(mix.facts)]
    return lay_out(replace(mix.plan, transitions=tuple(made)))


def outro_intro(mix: PlannedMix) -> MixPlan:
    """From the outro's beginning, as long as the shorter of outro and intro, at most a minute."""
    made = []
    for before, after in pairwise(mix.facts):
        last, first = before.levels.last, after.levels.first
        outro = max((section.start for section in before.sections[1:] if section.label == "outro"), default=last - 8.0)
        intro = min((section.end for section in after.sections if section.label == "intro"), default=first + 8.0)
        seconds = min(60.0, max(2.0, min(last - outro, intro - first)), 0.45 * (last - before.levels.first),
                      0.45 * (after.levels.last - first))
        made.append(crossfade(before, after, reasons=(), seconds=seconds))
    return lay_out(replace(mix.plan, transitions=tuple(made)))


# -- the table --


def judged(name: str, plan: MixPlan, facts: Sequence[TrackFacts], arguments: argparse.Namespace) -> Scores:
    scores = Scores()
    truths = [truth_of(track.path) for track in plan.tracks]
    for number, one in enumerate(plan.transitions):
        left, right = truths[number], truths[number + 1]
        scores.kinds[one.kind] += 1
        scores.matched += one.beat_matched
        text = ""
        if left is not None and right is not None:
            if near_tempi(left, right):
                scores.near += 1
                scores.near_matched += one.beat_matched
            if one.beat_matched or name != "PodMix":
                text = judge_beats(plan, number, left, right, scores)
        scores.voices_s += sung_in_both(facts, plan, number)
        heard = ""
        if arguments.sound and (one.beat_matched or name != "PodMix" or arguments.all):
            heard = judge_sound(plan, number, scores)
        if arguments.verbose:
            names = [f"{Path(track.path).stem[:22]:22}" for track in plan.tracks[number: number + 2]]
            print(f"  {' > '.join(names)} {one.kind:9} {one.bars:2} {text} | {heard}", flush=True)
    return scores


def table(columns: dict[str, Scores]) -> None:
    def row(label: str, cell: object) -> None:
        assert callable(cell)
        print(f"{label:<52}" + "".join(f"{cell(one):>22}" for one in columns.values()))

    def share(values: list[bool]) -> str:
        return f"{np.mean(values):.0%} of {len(values)}" if values else "-"

    def most(values: list[float], q: float = 100.0) -> str:
        return f"{np.percentile(values, q):.2f}" if values else "-"

    print(f"\n{'':<52}" + "".join(f"{name:>22}" for name in columns))
    row("neighbours within 8 % that are beat-matched", lambda s: f"{s.near_matched} of {s.near}")
    row("beat misalignment, median ms (<= 5)", lambda s: most(s.beats_ms, 50))
    row("beat misalignment, 95th percentile ms (<= 15)", lambda s: most(s.beats_ms, 95))
    row("on bar lines of both (100 %)", lambda s: share(s.bars))
    row("on phrase lines where known (>= 90 %)", lambda s: share(s.phrases))
    row("overlap against louder track, whole, LU: least", lambda s: most(s.loud_whole, 0))
    row("overlap against louder track, whole, LU: most (2)", lambda s: most(s.loud_whole))
    row("loudness in any 3 s, LU: least", lambda s: most(s.loud_least, 0))
    row("loudness in any 3 s, LU: 10th percentile of least", lambda s: most(s.loud_least, 10))
    row("loudness in any 3 s, LU: most (2)", lambda s: most(s.loud_most))
    row("below 150 Hz, any 0.4 s, dB: most (1.5)", lambda s: most(s.low))
    row("below 150 Hz, whole overlap, dB: most (1.5)", lambda s: most(s.low_energy))
    row("true peak dBTP, most (-1)", lambda s: most(s.peak))
    row("gain step in 10 ms, dB, most (1)", lambda s: most(s.step))
    row("gaps, clicks", lambda s: f"{s.gaps}, {s.clicks}")
    row("seconds with two voices", lambda s: f"{s.voices_s:.1f}")
    row("kinds", lambda s: "")
    for name, one in columns.items():
        print(f"  {name}: {dict(one.kinds)}")
        if one.cost_s:
            print(f"  {name}: {one.rendered_s / one.cost_s:.0f} x real time (CPU) in transitions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[3] / "shared" / "data")
    parser.add_argument("--home", default=tempfile.gettempdir() + "/podmix-bench-automix",
                        help="where analyses are kept")
    parser.add_argument("--order", choices=["auto", "keep"], default="auto")
    parser.add_argument("--seed", type=int, help="shuffle the tracks")
    parser.add_argument("--no-sound", dest="sound", action="store_false")
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    parser.add_argument("--all", action="store_true", help="also listen to what is not beat-matched")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    paths = sorted(str(path) for folder in ("music", "library") for path in (arguments.data / folder).glob("*.ogg"))
    if not paths:
        raise SystemExit(f"There is no music below {arguments.data}.")
    if arguments.seed is not None:
        np.random.default_rng(arguments.seed).shuffle(paths)
    facts = finish(gather_facts(find_home(arguments.home), paths, workers=1))
    begin = time.perf_counter()
    mix = plan_mix(facts, MixOptions(order=arguments.order))
    print(f"{len(paths)} tracks planned in {time.perf_counter() - begin:.2f} s, {mix.plan.duration_s / 60:.0f} min")
    hundred = [replace(facts[place % len(facts)], path=f"{place}") for place in range(100)]
    begin = time.perf_counter()
    plan_mix(hundred, MixOptions(order="auto", shape="wave"))
    print(f"100 tracks planned in {time.perf_counter() - begin:.2f} s (3)")
    columns = {"PodMix": judged("PodMix", mix.plan, mix.facts, arguments)}
    if arguments.baselines:
        columns["8 s crossfade"] = judged("8 s crossfade", plain(mix), mix.facts, arguments)
        columns["outro into intro"] = judged("outro into intro", outro_intro(mix), mix.facts, arguments)
    table(columns)


if __name__ == "__main__":
    main()
