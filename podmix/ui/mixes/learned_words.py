# SPDX-License-Identifier: GPL-3.0-or-later
"""What PodMix learned of a listener, in plain words. Pure."""

from __future__ import annotations

from podmix.app.taste_views import TasteSummary
from podmix.ui.wording import count_text

_NOTED = (  # kind, one, many
    ("finished", "preview or track heard to the end", "previews and tracks heard to the end"),
    ("watched", "preview heard in part", "previews heard in part"),
    ("skipped", "time something was skipped", "times something was skipped"),
    ("shown", "preview passed over", "previews passed over"),
    ("replayed", "time something was heard again", "times something was heard again"),
    ("sought back", "time you went back to hear a part again", "times you went back to hear a part again"),
    ("liked", "like", "likes"),
    ("disliked", "“less like this”", "“less like this”"),
    ("saved", "preview saved", "previews saved"),
    ("opened", "time a preview led you to its episode", "times a preview led you to its episode"),
    ("played", "track played", "tracks played"),
    ("mix played", "mix played", "mixes played"),
)


def noted_lines(summary: TasteSummary) -> list[str]:
    """One line a kind of reaction; what was taken back is no news."""
    counts = dict(summary.events)
    return [count_text(counts[kind], one, many) for kind, one, many in _NOTED if counts.get(kind)]


def interest_lines(summary: TasteSummary) -> list[tuple[str, float]]:
    """(what an interest was read from, its share 0..1), the strongest first."""
    return [(", ".join(one.examples) or "something without a name", one.share)
            for one in sorted(summary.interests, key=lambda one: -one.share)]


def is_blank(summary: TasteSummary) -> bool:
    """Nothing is known of the listener."""
    return not (summary.events or summary.interests or summary.chosen or summary.friends)


def erased_text(summary: TasteSummary) -> str:
    """What an erasure took, said afterwards."""
    noted = sum(count for _, count in summary.events)
    parts = [count_text(noted, "reaction") if noted else "", count_text(len(summary.interests), "interest")
             if summary.interests else "", count_text(len(summary.friends), "friend's file", "friends' files")
             if summary.friends else "", "all mixes, likes and play counts"]
    said = [part for part in parts if part]
    return f"Erased, out of backups too: {', '.join(said[:-1])}{' and ' if len(said) > 1 else ''}{said[-1]}"
