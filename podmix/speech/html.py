# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML transcripts: ``<cite>Name:</cite> <time>1:02</time> <p>text</p>`` (Podcasting 2.0), read as text only.

Scripts, styles and everything that is not text is passed over. A file without ``<time>`` gives untimed cues,
one a paragraph.
"""

from __future__ import annotations

import math

from lxml import etree

from podmix.errors import TranscriptError
from podmix.speech.labels import find_labels, split_label
from podmix.speech.plain import read_plain
from podmix.speech.tidy import flat, parse_time
from podmix.speech.types import Cue

_SILENT = frozenset({"script", "style", "head", "title", "noscript", "template", "svg", "nav", "footer", "header"})
_BLOCKS = frozenset({"p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "section", "article", "blockquote", "dd"})


class _Collector:
    """Target of the parser: turns tags and text into (speaker, time, text) rows."""

    def __init__(self) -> None:
        self.rows: list[tuple[str | None, float, str]] = []
        self._silent = 0
        self._field = ""
        self._text: list[str] = []
        self._cite: list[str] = []
        self._time: list[str] = []
        self._speaker: str | None = None
        self._start = math.nan

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in ("cite", "time"):
            self._flush()
            self._field = tag
            self._time = [attributes.get("datetime", "")] if tag == "time" else self._time
        elif tag in _BLOCKS:
            self._flush()

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "cite":
            self._speaker = flat("".join(self._cite)).rstrip(": ") or None
            self._cite, self._field = [], ""
        elif tag == "time":
            shown = parse_time(flat("".join(self._time[1:])).strip("[]()"))
            self._start = shown if math.isfinite(shown) or not self._time else parse_time(self._time[0])
            self._time, self._field = [], ""
        elif tag in _BLOCKS:
            self._flush()

    def data(self, text: str) -> None:
        if self._silent:
            return
        {"cite": self._cite, "time": self._time}.get(self._field, self._text).append(text)

    def _flush(self) -> None:
        text = flat("".join(self._text))
        self._text = []
        if text:
            self.rows.append((self._speaker, self._start, text))
            self._speaker, self._start = None, math.nan

    def close(self) -> list[tuple[str | None, float, str]]:
        self._flush()
        return self.rows


def read_html(text: str) -> tuple[list[Cue], bool]:
    """(raw cues, whether they have times).

    Raises:
        TranscriptError: the parser gave up (absurdly deep or broken markup).
    """
    try:
        parser = etree.HTMLParser(target=_Collector(), no_network=True, recover=True, encoding="utf-8")
        rows: list[tuple[str | None, float, str]] = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as problem:
        raise TranscriptError("This HTML transcript is damaged and cannot be read.",
                              remedy="Use a VTT or SRT transcript, or let PodMix transcribe the audio.",
                              detail=str(problem)[:500]) from problem
    timed = sum(1 for _, start, _ in rows if math.isfinite(start)) >= 1
    if not timed and not any(speaker for speaker, _, _ in rows):
        return read_plain("\n".join(line for _, _, line in rows))
    return (_timed(rows) if timed else [Cue(body, 0.0, 0.0, speaker) for speaker, _, body in rows]), timed


def _timed(rows: list[tuple[str | None, float, str]]) -> list[Cue]:
    """Paragraphs after a timed one belong to it; text before the first time is a heading."""
    labels = find_labels([body for _, _, body in rows])
    cues: list[Cue] = []
    for speaker, start, body in rows:
        named, rest = split_label(body, labels) if speaker is None else (speaker, body)
        if math.isfinite(start):
            cues.append(Cue(rest, start, math.nan, named))
        elif cues and named is None:
            last = cues[-1]
            cues[-1] = Cue(f"{last.text} {rest}", last.start, math.nan, last.speaker)
        elif cues:
            cues.append(Cue(rest, cues[-1].start, math.nan, named))
    return cues
