# SPDX-License-Identifier: GPL-3.0-or-later
"""The suites that ``podmix eval`` knows."""

from __future__ import annotations

from podmix.errors import UsageError
from podmix.lab.evaluation.cue_suite import CUES
from podmix.lab.evaluation.music_suites import BEATS, KEY, STRUCTURE
from podmix.lab.evaluation.preview_suite import PREVIEWS
from podmix.lab.evaluation.recommendation_suite import RECOMMENDATIONS
from podmix.lab.evaluation.speech_suites import SPEAKERS, TRANSCRIPTION
from podmix.lab.evaluation.suite import Suite
from podmix.lab.evaluation.transition_suite import TRANSITIONS

SUITES: dict[str, Suite] = {suite.name: suite for suite in (
    TRANSCRIPTION, SPEAKERS, PREVIEWS, BEATS, KEY, STRUCTURE, CUES, TRANSITIONS, RECOMMENDATIONS)}


def suite_named(name: str) -> Suite:
    """Raises UsageError with what there is."""
    if name not in SUITES:
        raise UsageError(f"There is no suite called {name}.", remedy=f"There are {', '.join(SUITES)}.")
    return SUITES[name]
