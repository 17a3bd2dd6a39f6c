# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked in a listening test, before any file is written.

A *stimulus* is a clip of one system for one item (an episode, a transition). Single questions rate one clip on named
scales from 1 to 5; pairs ask which of two is better, or neither. Hidden among them are an anchor (a clip made worse on
purpose) and repeats: who likes the anchor, or answers a repeat otherwise, was not listening (ITU-R
BS.1534 has the idea).
Raters see opaque names; which clip is whose stands in the key, which is not part of the folder they get.
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from podmix.errors import UsageError

ANCHOR = "anchor"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Stimulus:
    """``start`` and ``end`` in seconds of the file; ``end`` None is the file's end."""

    item: str
    system: str
    path: Path
    start: float = 0.0
    end: float | None = None
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    name: str
    question: str
    low: str
    high: str


SCALES = (Scale("interest", "Would you go on listening?", "not at all", "at once"),
          Scale("whole", "Does it begin and end well?", "cut off", "whole"))


@dataclass(frozen=True, slots=True)
class Options:
    """``repeats`` of single questions are asked again; ``must_play_s`` is how much must be heard before answering."""

    title: str = "Listening test"
    scales: tuple[Scale, ...] = SCALES
    pairs: bool = True
    singles: bool = True
    anchor: bool = True
    repeats: int = 1
    must_play_s: float = 5.0
    seed: int = 0
    introduction: str = "Use headphones. Set a comfortable volume with the first clip and leave it there."


@dataclass(frozen=True, slots=True)
class Question:
    """``clips``: one opaque name (a rating), or two (a pair: A, B). ``hidden``: "", "anchor" or "repeat"."""

    question_id: str
    kind: str
    clips: tuple[str, ...]
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """``names``: opaque name -> stimulus; anchors have the system ANCHOR."""

    test_id: str
    options: Options
    names: dict[str, Stimulus] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


def make_plan(stimuli: Sequence[Stimulus], options: Options | None = None, *, salt: str = "") -> Plan:
    """The questions. ``salt`` makes the clips' names; it is random unless it is given.

    Raises UsageError where there is nothing to ask."""
    options = options or Options()
    if len({(one.item, one.system) for one in stimuli}) < len(stimuli):
        raise UsageError("A listening test has one clip of each system for each item.")
    told = repr([(one.item, one.system, one.start, one.end, one.path.name) for one in stimuli]) + repr(options)
    test_id = hashlib.sha256(told.encode()).hexdigest()[:12]
    anchors = [replace(one, system=ANCHOR, caption="") for one in stimuli[:1]] if options.anchor else []
    salt = salt or secrets.token_hex(8)
    names = {_opaque(salt, one): one for one in (*stimuli, *anchors)}
    questions = _questions(names, options, test_id)
    if not questions:
        raise UsageError("There is nothing to ask in this listening test.",
                         remedy="Give at least one clip, or two systems of one item for pairs.")
    return Plan(test_id, options, names, tuple(questions))


def _opaque(salt: str, one: Stimulus) -> str:
    """A name that tells nothing, and that nobody can work out: the salt is thrown away."""
    return "c" + hashlib.sha256(f"{salt}\0{one.item}\0{one.system}".encode()).hexdigest()[:10]


def _questions(names: dict[str, Stimulus], options: Options, test_id: str) -> list[Question]:
    made: list[Question] = []
    if options.singles:
        made += [Question(f"s{at}", "rate", (name,), "anchor" if one.system == ANCHOR else "")
                 for at, (name, one) in enumerate(sorted(names.items()))]
        plain = [question for question in made if not question.hidden]
        dice = np.random.default_rng(int(test_id, 16) % 2**32 + options.seed)
        chosen = dice.permutation(len(plain))[:options.repeats]
        made += [Question(f"r{at}", "rate", plain[int(which)].clips, "repeat") for at, which in enumerate(chosen)]
    if options.pairs:
        by_item: dict[str, list[str]] = {}
        for name, one in sorted(names.items()):
            if one.system != ANCHOR:
                by_item.setdefault(one.item, []).append(name)
        couples = [pair for clips in by_item.values() for pair in itertools.combinations(clips, 2)]
        made += [Question(f"p{at}", "pair", pair) for at, pair in enumerate(couples)]
    return made
