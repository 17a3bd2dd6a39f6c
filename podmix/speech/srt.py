# SPDX-License-Identifier: GPL-3.0-or-later
"""SubRip: numbered cues, comma decimals, ``Name: text`` speakers and a little HTML-like markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from podmix.speech.labels import split_labels
from podmix.speech.tidy import flat
from podmix.speech.types import Cue
from podmix.speech.vtt import timed_blocks

_TIMING = re.compile(r"^\s*([\d:.,]{3,20})[ \t]*-{1,2}>[ \t]*([\d:.,]{3,20})(?:[ \t].*)?$")
_MARKUP = re.compile(r"</?(?:[biusa]|font|span|c)(?:\s[^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)


def looks_like(head: str) -> bool:
    """Whether the beginning of a file holds an SRT timing line."""
    return re.search(r"^\s*[\d:]{4,12},\d{1,3}[ \t]*-->", head, re.MULTILINE) is not None


def read_srt(text: str) -> list[Cue]:
    """Raw cues of a SubRip file."""
    cues = [Cue(unescape(_MARKUP.sub("", "\n".join(lines))), start, end)
            for start, end, lines in timed_blocks(text, _TIMING)]
    return split_labels(cues)


def _stamp(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d},{whole % 1000:03d}"


def write_srt(cues: Sequence[Cue]) -> str:
    """SubRip text; the speaker is named where the voice changes, as the Podcasting 2.0 page asks."""
    blocks: list[str] = []
    before: str | None = None
    for number, cue in enumerate(cues, 1):
        label = f"{flat(cue.speaker)}: " if cue.speaker and cue.speaker != before else ""
        before = cue.speaker or before
        text = flat(cue.text).replace("-->", "->")
        blocks.append(f"{number}\n{_stamp(cue.start)} --> {_stamp(cue.end)}\n{label}{text}\n")
    return "\n".join(blocks)
