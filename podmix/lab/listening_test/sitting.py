# SPDX-License-Identifier: GPL-3.0-or-later
"""One rater's sitting at an exported listening test, without a browser: the same plan, rules and answers.

A sitting knows the manifest that the page knows (opaque names, nothing of systems) and never opens the key. An answer
counts only after every clip of the question was heard for ``must_play_s``, or whole where it is shorter. Everything is
written to the sitting's file at each change, so that it goes on where it was left. Times are seconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from podmix.errors import UsageError
from podmix.lab.listening_test.checksum import FIELD, answers_sha256
from podmix.lab.runs.identity import seed_for
from podmix.paths import atomic_write, safe_name

MANIFEST, ANSWERS = "manifest.json", "answers"
TIE = "tie"
_SLACK_S = 0.05


@dataclass(slots=True)
class Reply:
    """What was said to one question. ``heard``: clip -> seconds; ``replays``: clip -> times it was begun."""

    ratings: dict[str, int] = field(default_factory=dict)
    choice: str = ""
    skipped: bool = False
    comment: str = ""
    seconds: float = 0.0
    heard: dict[str, float] = field(default_factory=dict)
    replays: dict[str, int] = field(default_factory=dict)


class Sitting:
    """``folder`` is what ``export`` wrote. Raises UsageError where that is no listening test, or without a name."""

    def __init__(self, folder: Path, rater: str) -> None:
        self.folder, self.rater = folder, " ".join(rater.split())[:40]
        if not self.rater:
            raise UsageError("A rater needs a name.", remedy="Any word that you will know again.")
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            self.manifest: dict[str, Any] = told["manifest"]
            self._digest = str(told["sha256"])
            questions = {str(one["id"]): one for one in self.manifest["questions"]}
        except (OSError, ValueError, TypeError, KeyError) as problem:
            raise UsageError(f"{folder.name} holds no listening test.", remedy="Export it again.",
                             detail=str(problem)) from problem
        self._questions = questions
        dice = np.random.default_rng(seed_for(int(self.manifest["seed"]), f"{self.manifest['test_id']} {self.rater}"))
        names = sorted(questions)
        self.order = [names[int(at)] for at in dice.permutation(len(names))]
        self._reversed = {name: bool(dice.random() < 0.5) for name in names if questions[name]["kind"] == "pair"}
        self.at = 0
        self.replies: dict[str, Reply] = {}
        self._began = _now()
        self._go_on()

    # -- where it stands --

    @property
    def file(self) -> Path:
        """The answers, as raters of the page save them."""
        return self.folder / ANSWERS / f"{safe_name(self.rater, fallback='rater')}.json"

    @property
    def over(self) -> bool:
        return self.at >= len(self.order)

    @property
    def question_id(self) -> str:
        return self.order[min(self.at, len(self.order) - 1)]

    @property
    def is_pair(self) -> bool:
        return bool(self._questions[self.question_id]["kind"] == "pair")

    @property
    def clips(self) -> list[str]:
        """Opaque names in the order in which this rater hears them."""
        clips = [str(one) for one in self._questions[self.question_id]["clips"]]
        return clips[::-1] if self._reversed.get(self.question_id) else clips

    @property
    def scales(self) -> list[dict[str, str]]:
        return list(self.manifest["scales"])

    @property
    def reply(self) -> Reply:
        return self.replies.setdefault(self.question_id, Reply())

    def path_of(self, clip: str) -> Path:
        return self.folder / "test" / str(self.manifest["clips"][clip]["file"])

    def seconds_of(self, clip: str) -> float:
        return float(self.manifest["clips"][clip]["seconds"])

    def left_to_hear(self, clip: str) -> float:
        """Seconds of a clip that must still be heard before an answer counts."""
        wanted = min(float(self.manifest["must_play_s"]), self.seconds_of(clip))
        return max(0.0, wanted - _SLACK_S - self.reply.heard.get(clip, 0.0))

    @property
    def may_answer(self) -> bool:
        return all(self.left_to_hear(clip) <= 0 for clip in self.clips)

    @property
    def may_go_on(self) -> bool:
        reply = self.reply
        said = bool(reply.choice) if self.is_pair else all(one["name"] in reply.ratings for one in self.scales)
        return self.may_answer and said

    # -- what is done --

    def begun(self, clip: str) -> None:
        self.reply.replays[clip] = self.reply.replays.get(clip, 0) + 1

    def heard(self, clip: str, seconds: float) -> None:
        """So much more of a clip was heard."""
        self.reply.heard[clip] = self.reply.heard.get(clip, 0.0) + max(0.0, seconds)

    def rate(self, scale: str, value: int) -> bool:
        """1 to 5; whether it counts (it does not before the clip was heard)."""
        if self.is_pair or not self.may_answer or value not in (1, 2, 3, 4, 5):
            return False
        self.reply.ratings[scale] = value
        self.keep()
        return True

    def choose(self, choice: str) -> bool:
        """One of ``clips``, or TIE."""
        if not self.is_pair or not self.may_answer or choice not in (*self.clips, TIE):
            return False
        self.reply.choice = choice
        self.keep()
        return True

    def say(self, comment: str) -> None:
        self.reply.comment = comment[:2000]

    def step(self, by: int, *, skip: bool = False) -> None:
        """To the next question or back; without an answer only with ``skip``."""
        if by > 0 and not (skip or self.may_go_on):
            return
        if not self.over:
            self.reply.skipped = skip and by > 0
        self.at = max(0, min(len(self.order), self.at + by))
        self.keep()

    # -- what is kept --

    def result(self) -> dict[str, Any]:
        """As the page saves it, so that one import reads both."""
        answers = [self._plain(name) for name in self.order if name in self.replies]
        return {"schema": self.manifest["schema"], "test_id": self.manifest["test_id"],
                "manifest_sha256": self._digest, "rater": self.rater, "seed": int(self.manifest["seed"]),
                "order": self.order, "began": self._began, "ended": _now(), "at": self.at,
                "answers": answers, FIELD: answers_sha256(self.rater, answers)}

    def _plain(self, name: str) -> dict[str, Any]:
        one = self.replies[name]
        return {"question": name, "ratings": one.ratings or None, "choice": one.choice or None,
                "skipped": one.skipped, "heard": {clip: round(value, 2) for clip, value in one.heard.items()},
                "replays": one.replays, "comment": one.comment, "seconds": round(one.seconds, 1),
                "reversed": self._reversed.get(name, False)}

    def keep(self) -> None:
        with atomic_write(self.file, "w") as stream:
            json.dump(self.result(), stream, ensure_ascii=False, indent=1)  # type: ignore[arg-type]

    def _go_on(self) -> None:
        """Take up what this rater said before; answers to another test are left alone."""
        try:
            told = json.loads(self.file.read_text(encoding="utf-8"))
            if (told["manifest_sha256"], told["rater"], told["order"]) != (self._digest, self.rater, self.order):
                return
            self.replies = {one["question"]: _reply(one) for one in told["answers"] if one["question"] in self.order}
            self.at, self._began = max(0, min(len(self.order), int(told["at"]))), str(told["began"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            self.replies = {}


def _reply(told: Mapping[str, Any]) -> Reply:
    return Reply(dict(told["ratings"] or {}), str(told["choice"] or ""), bool(told["skipped"]), str(told["comment"]),
                 float(told["seconds"]), dict(told["heard"]), dict(told["replays"]))


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
