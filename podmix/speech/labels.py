# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaker labels inside the text: ``Maya: Welcome back`` and ``>> Welcome back``.

A word and a colon are not always a speaker ("Remember: drink water"), so labels count when they look like names
and at least one of them comes back, opens the file, or is a role such as "Host" or "Speaker 2".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from podmix.speech.tidy import CHANGED
from podmix.speech.types import Cue


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LABEL = re.compile(r"^(?:>>+\s*|[-–—]\s+)?\[?((?:[^\W_]|[.'’&/-])+(?: (?:[^\W_]|[.'’&#/()-])+){0,4})\]?\s?:\s+(?=\S)")
_CHANGE = re.compile(r"^>>+\s*")
_DASH = re.compile(r"^[-–—]\s+")
_ROLE = re.compile(r"^(speaker|host|co-?host|guest|narrator|interviewer|interviewee|moderator|announcer|voice|"
                   r"sprecher|sprecherin|locutor|invitad[oa]|invité|animateur)\b", re.IGNORECASE)
_NOT_NAMES = _set("""
    note notes warning example question answer remember quote fact tip update first second third finally plus also
    reminder spoiler disclaimer ps p.s episode chapter part step rule lesson today result http https subject re
    """)


def _name_like(label: str) -> bool:
    words = label.split(" ")
    if label.casefold() in _NOT_NAMES or words[0].casefold() in _NOT_NAMES or len(label) > 40:
        return False
    # Small words are allowed between the capitals: "Ana de la Cruz".
    capitals = [word for word in words if word[:1].isupper() or word[:1].isdigit() or not word[:1].isascii()]
    return bool(capitals) and capitals[0] == words[0] and capitals[-1] == words[-1]


def find_labels(texts: Sequence[str]) -> frozenset[str]:
    """The labels that are speakers in this file."""
    found: Counter[str] = Counter()
    for text in texts:
        for line in text.split("\n"):
            match = _LABEL.match(line.strip())
            if match and _name_like(match.group(1)):
                found[match.group(1)] += 1
    opening = _LABEL.match(texts[0].strip()) if texts else None
    opener = opening.group(1) if opening else None
    sure = {label for label, count in found.items() if count >= 2 or label == opener or _ROLE.match(label)}
    # Once a file names speakers, a name that comes only once is a guest who speaks only once.
    return frozenset(found) if sure & found.keys() else frozenset()


def split_label(line: str, labels: frozenset[str]) -> tuple[str | None, str]:
    """(speaker or None, rest of the line)."""
    match = _LABEL.match(line)
    if match and match.group(1) in labels:
        return match.group(1), line[match.end():]
    if _CHANGE.match(line):
        return CHANGED, _CHANGE.sub("", line)
    return None, _DASH.sub("", line)


def split_labels(cues: Sequence[Cue]) -> list[Cue]:
    """Cues with labels taken out of their text; a cue in which two speak becomes two, its time shared by letters."""
    labels = find_labels([cue.text for cue in cues])
    split: list[Cue] = []
    for cue in cues:
        turns: list[tuple[str | None, list[str]]] = []
        for line in cue.text.split("\n"):
            speaker, rest = split_label(line.strip(), labels)
            if speaker is not None or not turns:
                turns.append((speaker, [rest]))
            else:
                turns[-1][1].append(rest)
        split.extend(_share(cue, turns))
    return split


def _share(cue: Cue, turns: Sequence[tuple[str | None, list[str]]]) -> list[Cue]:
    if len(turns) == 1:
        speaker, lines = turns[0]
        text = "\n".join(lines)
        words = cue.words[len(cue.text.split()) - len(text.split()):] if cue.words else ()
        return [replace(cue, text=text, speaker=speaker if speaker is not None else cue.speaker, words=words)]
    weights = [sum(len(line) + 1 for line in lines) for _, lines in turns]
    total = sum(weights)
    shared: list[Cue] = []
    done = 0
    for (speaker, lines), weight in zip(turns, weights, strict=True):
        first = cue.start + (cue.end - cue.start) * done / total if done else cue.start
        done += weight
        last = cue.start + (cue.end - cue.start) * done / total if done < total else cue.end
        shared.append(Cue("\n".join(lines), first, last, speaker))
    return shared
