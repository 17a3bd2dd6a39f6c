# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of analysis and the versions of what makes them, without loading any of it: the window asks, too.

What is stored under another version is made anew. A version names those before it that it builds on: sections are told
by bars, so they are made anew when the beat tracker is another. A test compares with the analysers' own numbers.
"""

from __future__ import annotations

from collections.abc import Collection

from podmix.errors import UsageError

KINDS = ("beats", "key", "loudness", "energy", "structure", "cues", "waveform", "embedding")
OWN_VERSIONS = {"beats": 2, "key": 2, "loudness": 2, "energy": 1, "structure": 2, "cues": 2, "waveform": 1,
                "embedding": 1}
BUILDS_ON = {"energy": ("beats",), "structure": ("energy", "beats"), "cues": ("loudness", "structure", "energy",
                                                                              "beats")}
BY_GRID = tuple(kind for kind, bases in BUILDS_ON.items() if "beats" in bases)
"""What is told by bars, and so another where a person put the grid right."""


def version_of(kind: str) -> str:
    """Such as "1" or "2/1/3": the analyser's own, then those that it builds on."""
    return "/".join(str(OWN_VERSIONS[one]) for one in (kind, *BUILDS_ON.get(kind, ())))


def versions() -> dict[str, str]:
    """Kind -> version of now."""
    return {kind: version_of(kind) for kind in KINDS}


def checked_kinds(words: Collection[str]) -> frozenset[str]:
    """The kinds that words name ("sections" are the structure). Raises UsageError for others."""
    found = frozenset("structure" if word == "sections" else word for word in words)
    if wrong := found - set(KINDS):
        raise UsageError(f"There is no analysis “{min(wrong)[:40]}”.", remedy=f"There are: {', '.join(KINDS)}.")
    return found
