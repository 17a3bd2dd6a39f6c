# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading raters' answers: joined with the key, checked for listening, averaged, compared, and how far raters agree.

Means have bootstrap intervals over raters' answers; systems are compared by pairs of answers to one item by the same
rater (Wilcoxon's signed ranks, two-sided); pairs by the sign test, ties left out. Agreement is Krippendorff's alpha
(2004) for intervals: 1 perfect, 0 chance.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from podmix.errors import UsageError
from podmix.lab.evaluation.intervals import Interval, mean_interval
from podmix.lab.listening_test.checksum import FIELD, answers_sha256
from podmix.lab.listening_test.plan import ANCHOR, SCHEMA

Comment = tuple[str, str, str]
"""Rater, item, what was said."""
REPEAT_SLACK = 1.0
"""Points by which the same clip may be rated otherwise the second time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One rating (``value`` 1 to 5 on ``scale``). ``hidden`` as in the plan."""

    rater: str
    item: str
    system: str
    scale: str
    value: float
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """``better`` is one of both systems, or "" for a tie."""

    rater: str
    item: str
    systems: tuple[str, str]
    better: str


@dataclass(frozen=True, slots=True)
class Paired:
    """``difference`` of means, ``chance`` (p) that it would come from nothing, over ``count`` pairs of answers."""

    first: str
    second: str
    scale: str
    difference: float
    chance: float
    count: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """``wins``: (first, second) -> times first was better, second was, neither. ``doubtful``: rater -> why."""

    raters: tuple[str, ...]
    means: Mapping[tuple[str, str], Interval]
    paired: tuple[Paired, ...]
    wins: Mapping[tuple[str, str], tuple[int, int, int]]
    win_chance: Mapping[tuple[str, str], float]
    alpha: Mapping[str, float]
    doubtful: Mapping[str, tuple[str, ...]]
    comments: tuple[Comment, ...]


def read_results(key_file: Path, files: Iterable[Path]) -> tuple[list[Answer], list[Preference], list[Comment]]:
    """Answers of all raters. Raises UsageError for files of another test, broken ones, and a rater told twice."""
    key, questions = _read_key(key_file)
    answers: list[Answer] = []
    preferences: list[Preference] = []
    comments: list[Comment] = []
    seen: set[str] = set()
    for path in files:
        told = _checked(path, key)
        rater = str(told["rater"])
        if rater in seen:
            raise UsageError(f"There are two files of the rater {rater}.", remedy="Keep the one that counts.")
        seen.add(rater)
        for one in told["answers"]:
            question = questions.get(one["question"])
            if question is None or one.get("skipped"):
                continue
            clips = [key["clips"][name] for name in question["clips"]]
            if one.get("comment"):
                comments.append((rater, clips[0]["item"], str(one["comment"])))
            if question["kind"] == "pair":
                preferences += _preference(rater, question["clips"], clips, one.get("choice"))
            else:
                answers += [Answer(rater, clips[0]["item"], clips[0]["system"], scale, float(value), question["hidden"])
                            for scale, value in (one.get("ratings") or {}).items()
                            if scale in key["scales"] and value in (1, 2, 3, 4, 5)]
    return answers, preferences, comments


def _read_key(path: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The key and its questions by id."""
    try:
        key = json.loads(path.read_text(encoding="utf-8"))
        questions = {str(one["question_id"]): dict(one) for one in key["questions"]}
        for one in questions.values():
            for name in one["clips"]:
                key["clips"][name]["item"], key["clips"][name]["system"], one["kind"], one["hidden"]
        key["test_id"], key["manifest_sha256"], key["scales"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise UsageError(f"{path.name} is no key of a listening test.",
                         remedy="Give the key.json that the export wrote beside the raters' folder.",
                         detail=str(problem)) from problem
    return dict(key), questions


def _checked(path: Path, key: Mapping[str, Any]) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        same = (told["schema"], told["test_id"], told["manifest_sha256"]) == (
            SCHEMA, key["test_id"], key["manifest_sha256"])
        whole = isinstance(told["answers"], list) and bool(told["rater"])
        # Files of before there was a checksum have none.
        sound = not whole or told.get(FIELD, found := answers_sha256(str(told["rater"]), told["answers"])) == found
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise UsageError(f"{path.name} holds no answers of a listening test.",
                         remedy="Give the JSON files that raters saved.", detail=str(problem)) from problem
    if not same or not whole:
        raise UsageError(f"{path.name} belongs to another listening test.", remedy="Give files of this test only.")
    if not sound:
        raise UsageError(f"{path.name} was changed after its rater saved it.",
                         remedy="Ask the rater for the file again; answers are put right in the test, not in the file.")
    return dict(told)


def _preference(rater: str, names: Sequence[str], clips: Sequence[Mapping[str, Any]],
                choice: object) -> list[Preference]:
    if choice not in (*names, "tie"):
        return []
    better = "" if choice == "tie" else str(clips[list(names).index(str(choice))]["system"])
    first, second = sorted(str(clip["system"]) for clip in clips)
    return [Preference(rater, str(clips[0]["item"]), (first, second), better)]


def analyse(answers: Sequence[Answer], preferences: Sequence[Preference],
            comments: Sequence[Comment] = (), *, keep_doubtful: bool = True) -> Analysis:
    """Everything; with ``keep_doubtful`` False without raters who failed a hidden check."""
    doubtful = checks(answers)
    kept = [one for one in answers if keep_doubtful or one.rater not in doubtful]
    chosen = [one for one in preferences if keep_doubtful or one.rater not in doubtful]
    plain = [one for one in kept if one.hidden != "repeat"]
    scales = list(dict.fromkeys(one.scale for one in plain))
    systems = sorted({one.system for one in plain})
    means = {(system, scale): mean_interval([one.value for one in plain if (one.system, one.scale) == (system, scale)])
             for system in systems for scale in scales}
    real = [system for system in systems if system != ANCHOR]
    paired = tuple(_paired(plain, first, second, scale) for scale in scales for first, second in combinations(real, 2))
    couples = sorted({one.systems for one in chosen})
    wins = {couple: _wins([one for one in chosen if one.systems == couple], couple) for couple in couples}
    return Analysis(tuple(sorted({one.rater for one in kept} | {one.rater for one in chosen})), means, paired, wins,
                    {couple: sign_test(*counts[:2]) for couple, counts in wins.items()},
                    {scale: alpha_of(plain, scale) for scale in scales}, doubtful, tuple(comments))


def checks(answers: Sequence[Answer]) -> dict[str, tuple[str, ...]]:
    """Raters who did not hear the anchor, or rated a repeat otherwise, and why they are doubted."""
    found: dict[str, list[str]] = defaultdict(list)
    for rater in sorted({one.rater for one in answers}):
        mine = [one for one in answers if one.rater == rater]
        others = [one.value for one in mine if one.system != ANCHOR]
        anchor = [one.value for one in mine if one.system == ANCHOR]
        if anchor and others and np.mean(anchor) > np.mean(others) + 1e-9:
            found[rater].append("rated the anchor above the others")
        first = {(one.item, one.system, one.scale): one.value for one in mine if not one.hidden}
        apart = [abs(one.value - first[one.item, one.system, one.scale]) for one in mine
                 if one.hidden == "repeat" and (one.item, one.system, one.scale) in first]
        if apart and float(np.mean(apart)) > REPEAT_SLACK:
            found[rater].append(f"rated a repeat {np.mean(apart):.1f} points otherwise")
    return {rater: tuple(why) for rater, why in found.items()}


def _paired(answers: Sequence[Answer], first: str, second: str, scale: str) -> Paired:
    by: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for one in answers:
        if one.scale == scale:
            by[one.rater, one.item][one.system] = one.value
    apart = [row[first] - row[second] for row in by.values() if first in row and second in row]
    return Paired(first, second, scale, float(np.mean(apart)) if apart else math.nan, _wilcoxon(apart), len(apart))


def _wilcoxon(apart: Sequence[float]) -> float:
    """1 where nothing differs."""
    moved = [value for value in apart if value]
    if not moved:
        return 1.0
    from scipy.stats import wilcoxon

    return float(wilcoxon(moved, method="exact" if len(moved) <= 25 and len(set(map(abs, moved))) == len(moved)
                          else "approx").pvalue)


def _wins(preferences: Sequence[Preference], couple: tuple[str, str]) -> tuple[int, int, int]:
    better = [one.better for one in preferences]
    return better.count(couple[0]), better.count(couple[1]), better.count("")


def sign_test(first: int, second: int) -> float:
    """Two-sided chance of counts at least so far apart, were both equally good (binomial, exact)."""
    total, most = first + second, max(first, second)
    tail = sum(math.comb(total, k) for k in range(most, total + 1)) / 2**total if total else 1.0
    return min(1.0, 2 * tail)


def alpha_of(answers: Sequence[Answer], scale: str) -> float:
    """Krippendorff's alpha for one scale; NaN where no clip has two raters."""
    units: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in answers:
        if one.scale == scale:
            units[one.item, one.system].append(one.value)
    return krippendorff(list(units.values()))


def krippendorff(units: Sequence[Sequence[float]]) -> float:
    """Interval metric. ``units``: each clip's values by different raters."""
    kept = [np.asarray(unit, float) for unit in units if len(unit) > 1]
    if not kept:
        return math.nan
    everything = np.concatenate(kept)
    count = len(everything)
    observed = sum(((unit[:, None] - unit[None, :]) ** 2).sum() / (len(unit) - 1) for unit in kept) / count
    expected = ((everything[:, None] - everything[None, :]) ** 2).sum() / (count * (count - 1))
    return 1.0 if expected == 0 else float(1 - observed / expected)
