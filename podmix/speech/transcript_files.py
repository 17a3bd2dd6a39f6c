# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishers' transcript files in, clean cues out; and cues written in the same formats.

``read_transcript`` believes the content before the name and the name before the MIME type, because servers send
transcripts as ``text/plain`` or ``application/octet-stream``. Whatever the bytes are, it returns a
``TranscriptFile`` or raises ``TranscriptError``; nothing in a file is executed or fetched.

Cues that come out are in order of start, have text, and lie between 0 and ``LONGEST_S``; speakers left out mean
"the same as before". Each format has its own module (``vtt``, ``srt``, ``ass``, ``podcast_json``, ``html``,
``plain``) that only turns text into raw cues; what is the same for all stands here and in ``tidy``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from podmix.errors import TranscriptError
from podmix.speech import ass, html, plain, podcast_json, srt, tidy, vtt
from podmix.speech.types import Cue, Sentence

LARGEST_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TranscriptFile:
    """What a file held.

    Args:
        cues: in order of start; all times are 0 where ``timed`` is False.
        timed: whether the file says when each cue is spoken.
        language: as the file says it, usually None.
        warnings: what was dropped or put right, in plain words.
        format: "vtt", "srt", "ass", "json", "html" or "text".
    """

    cues: tuple[Cue, ...]
    timed: bool
    language: str | None
    warnings: tuple[str, ...]
    format: str


@dataclass(frozen=True, slots=True)
class _Raw:
    cues: list[Cue]
    timed: bool = True
    language: str | None = None


def read_transcript(data: bytes, *, name: str = "", mime: str = "") -> TranscriptFile:
    """Read a transcript of any supported format.

    Args:
        data: the whole file, at most ``LARGEST_BYTES``.
        name: file name or address, a hint only.
        mime: content type, a weaker hint.

    Raises:
        TranscriptError: too large, not text, or no spoken text in it.
    """
    if len(data) > LARGEST_BYTES:
        raise TranscriptError("This transcript is far larger than any episode's.",
                              remedy="Choose another transcript; PodMix can also make its own from the audio.",
                              detail=f"{len(data)} bytes")
    text = tidy.decode_text(data)
    kind = sniff(text, name=name, mime=mime)
    raw = _READERS[kind](text)
    warnings: list[str] = []
    cues = tidy.tidy_cues(raw.cues, warnings) if raw.timed else tidy.tidy_untimed(raw.cues)
    if not any(letter.isalnum() for cue in cues for letter in cue.text):
        raise TranscriptError("There is no readable text in this transcript.",
                              remedy="Check the file, or let PodMix transcribe the audio.",
                              detail=f"format {kind}; {'; '.join(warnings)}")
    return TranscriptFile(cues=tuple(cues), timed=raw.timed, language=raw.language,
                          warnings=tuple(warnings), format=kind)


def sniff(text: str, *, name: str = "", mime: str = "") -> str:
    """The format of ``text``: by content, else by the name's ending, else by MIME type, else "text"."""
    head = text[:4096].lstrip()
    if head.startswith("WEBVTT"):
        return "vtt"
    if head.startswith(("{", "[{", "[ {", "[\n", "[\r")):
        return "json"
    if re.match(r"\[script info\]", head, re.IGNORECASE) or "\nDialogue:" in text[:200_000]:
        return "ass"
    if srt.looks_like(head):
        return "srt"
    if vtt.looks_like(head):
        return "vtt"
    if re.match(r"<(!doctype|html|body|head|cite|p|div|time|section|article|main|!--)", head, re.IGNORECASE):
        return "html"
    return _by_name(name, mime) or "text"


def _by_name(name: str, mime: str) -> str | None:
    ending = re.sub(r"[?#].*", "", name).rpartition(".")[2].lower()
    by_ending = {"vtt": "vtt", "srt": "srt", "ass": "ass", "ssa": "ass", "json": "json", "html": "html",
                 "htm": "html", "txt": "text"}
    by_mime = {"text/vtt": "vtt", "application/srt": "srt", "application/x-subrip": "srt", "text/srt": "srt",
               "application/json": "json", "text/html": "html", "text/x-ssa": "ass"}
    return by_ending.get(ending) or by_mime.get(mime.partition(";")[0].strip().lower())


def _read_json(text: str) -> _Raw:
    cues, language = podcast_json.read_json(text)
    return _Raw(cues, language=language)


def _read_html(text: str) -> _Raw:
    cues, timed = html.read_html(text)
    return _Raw(cues, timed)


def _read_plain(text: str) -> _Raw:
    cues, timed = plain.read_plain(text)
    return _Raw(cues, timed)


def _read_vtt(text: str) -> _Raw:
    return _Raw(vtt.read_vtt(text), language=vtt.header_language(text))


_READERS: dict[str, Callable[[str], _Raw]] = {
    "vtt": _read_vtt,
    "srt": lambda text: _Raw(srt.read_srt(text)),
    "ass": lambda text: _Raw(ass.read_ass(text)),
    "json": _read_json,
    "html": _read_html,
    "text": _read_plain,
}


def write_transcript(pieces: Iterable[Cue | Sentence], kind: str, *, language: str | None = None,
                     title: str = "") -> str:
    """Cues or sentences as the text of a file of ``kind`` "vtt", "srt", "ass", "json" or "text".

    Speakers are written as they stand in the pieces; replace keys by names first (``with_names``).
    """
    cues = [piece if isinstance(piece, Cue) else
            Cue(piece.text, piece.start, piece.end, piece.speaker, piece.words) for piece in pieces]
    match kind:
        case "vtt":
            return vtt.write_vtt(cues, language=language)
        case "srt":
            return srt.write_srt(cues)
        case "ass":
            return ass.write_ass(cues, title=title)
        case "json":
            return podcast_json.write_json(cues)
        case "text" | "txt":
            return plain.write_plain(cues)
    raise TranscriptError(f"PodMix writes no transcripts of the kind {kind}.",
                          remedy="Choose VTT, SRT, ASS, JSON or text.")


def with_names(pieces: Sequence[Sentence], speakers: dict[str, str]) -> list[Cue]:
    """Sentences as cues whose speakers are names to show instead of keys."""
    return [Cue(s.text, s.start, s.end, speakers.get(s.speaker, s.speaker) if s.speaker else None, s.words)
            for s in pieces]
