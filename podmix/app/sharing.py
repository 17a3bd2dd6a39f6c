# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person takes away from a preview: words to paste, a soundbite tag, captions that start with the clip."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from podmix.app.views import CaptionLine, PreviewCard
from podmix.units import clock_text

SOUNDBITE_SECONDS = (15.0, 120.0)  # podcast namespace: recommended length of a soundbite
SOUNDBITE_TITLE_CHARACTERS = 128


def quote_text(card: PreviewCard) -> str:
    """The words, who said them, and where to find them."""
    lines: list[str] = []
    speaker = None
    for line in card.captions:
        if line.speaker and line.speaker != speaker:
            lines.append(f"{line.speaker}: {line.text}")
        elif lines:
            lines[-1] += f" {line.text}"
        else:
            lines.append(line.text)
        speaker = line.speaker
    body = "\n".join(f"“{text}”" for text in lines) or f"“{card.title}”"
    return f"{body}\n— {card.show_title}, “{card.episode_title}”, {clock_text(card.start)}"


def soundbite_tag(start: float, end: float, title: str, episode_duration: float) -> str:
    """A ``podcast:soundbite`` for the publisher's feed: three decimals, inside the episode, title of at most 128."""
    start = max(0.0, start)
    end = min(end, episode_duration) if episode_duration else end
    length = min(max(end - start, 0.0), SOUNDBITE_SECONDS[1])
    text = title[:SOUNDBITE_TITLE_CHARACTERS].strip()
    return f'<podcast:soundbite startTime="{start:.3f}" duration="{length:.3f}">{escape(text)}</podcast:soundbite>'


def shifted(lines: Iterable[CaptionLine], start: float, end: float) -> list[CaptionLine]:
    """Captions on the clip's own clock, cut to its span."""
    moved = []
    for line in lines:
        if line.end <= start or line.start >= end:
            continue
        words = tuple(
            type(w)(w.text, max(0.0, w.start - start), min(end, w.end) - start)
            for w in line.words
            if w.end > start and w.start < end
        )
        moved.append(
            CaptionLine(line.text, max(0.0, line.start - start), min(end, line.end) - start, line.speaker, words)
        )
    return moved
