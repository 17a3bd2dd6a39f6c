# SPDX-License-Identifier: GPL-3.0-or-later
"""Podcasting 2.0 JSON transcripts, and the JSON that recognisers write.

The standard is ``{"version", "segments": [{"speaker", "startTime", "endTime", "body"}]}``; real files leave
``endTime`` out, put one word in each segment, or come straight from Whisper, whisper.cpp or a cloud service.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from podmix.errors import TranscriptError
from podmix.speech.tidy import flat, milliseconds_likely, parse_time
from podmix.speech.types import Cue, Word

_LISTS = ("segments", "transcription", "utterances", "transcript", "cues", "monologues", "results", "words", "items")
_STARTS = ("startTime", "start", "start_time", "begin", "from", "startMs", "start_ms")
_ENDS = ("endTime", "end", "end_time", "to", "endMs", "end_ms")
_TEXTS = ("body", "text", "word", "content", "transcript", "punctuated_word")
_LONGEST_GROUP_S = 20.0
_GROUP_PAUSE_S = 1.0


def read_json(text: str) -> tuple[list[Cue], str | None]:
    """(raw cues, language).

    Raises:
        TranscriptError: not JSON, or no list of segments in it.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise TranscriptError("This JSON transcript is damaged and cannot be read.",
                              remedy="Fetch it again, or let PodMix transcribe the audio.",
                              detail=str(problem)[:500]) from problem
    rows, language = _find_rows(document)
    cues = [_cue(row) for row in rows if isinstance(row, Mapping)]
    if milliseconds_likely([(cue.start, cue.end, len(cue.text.split())) for cue in cues]):
        cues = [_scaled(cue) for cue in cues]
    return _group_single_words(cues), language


def _find_rows(document: object) -> tuple[Sequence[object], str | None]:
    if isinstance(document, list):
        return document, None
    if isinstance(document, Mapping):
        language = document.get("language")
        tag = language if isinstance(language, str) and 2 <= len(language) <= 12 else None
        for key in _LISTS:
            rows = document.get(key)
            if isinstance(rows, list) and rows:
                return rows, tag
            if isinstance(rows, Mapping):
                inner, found = _find_rows_once(rows)
                if inner:
                    return inner, tag or found
    raise TranscriptError("This JSON file holds no transcript segments.",
                          remedy="Choose a Podcasting 2.0 JSON transcript, VTT or SRT.")


def _find_rows_once(document: Mapping[str, Any]) -> tuple[Sequence[object], str | None]:
    for key in _LISTS:
        rows = document.get(key)
        if isinstance(rows, list) and rows:
            return rows, None
    return (), None


def _number(value: object, *, milliseconds: bool = False) -> float:
    if isinstance(value, bool) or value is None:
        return math.nan
    if isinstance(value, (int, float)):
        try:
            return float(value) / (1000 if milliseconds else 1)
        except OverflowError:
            return math.inf
    return parse_time(value) if isinstance(value, str) else math.nan


def _first(row: Mapping[str, Any], keys: Iterable[str]) -> float:
    for key in keys:
        if key in row:
            return _number(row[key], milliseconds=key.lower().endswith("ms"))
    return math.nan


def _cue(row: Mapping[str, Any]) -> Cue:
    offsets = row.get("offsets")  # whisper.cpp: milliseconds
    if isinstance(offsets, Mapping):
        start, end = _number(offsets.get("from"), milliseconds=True), _number(offsets.get("to"), milliseconds=True)
    else:
        start, end = _first(row, _STARTS), _first(row, _ENDS)
    text = next((row[key] for key in _TEXTS if isinstance(row.get(key), str)), "")
    speaker = row.get("speaker", row.get("speaker_label", row.get("speakerName")))
    if isinstance(speaker, Mapping):
        speaker = speaker.get("name", speaker.get("id"))
    if isinstance(speaker, int) and not isinstance(speaker, bool) and abs(speaker) < 1000:
        speaker = f"Speaker {speaker}"
    return Cue(text, start, end, (flat(speaker) or None) if isinstance(speaker, str) else None,
               _words(row.get("words")))


def _words(rows: object) -> tuple[Word, ...]:
    if not isinstance(rows, list):
        return ()
    words: list[Word] = []
    for row in rows:
        if not isinstance(row, Mapping):
            return ()
        text = next((row[key] for key in ("punctuated_word", "word", "text", "body")
                     if isinstance(row.get(key), str)), "")
        start, end = _first(row, _STARTS), _first(row, _ENDS)
        probability = _number(row.get("probability", row.get("confidence", 1.0)))
        if not flat(text):
            continue
        if not (math.isfinite(start) and math.isfinite(end)):
            return ()
        words.append(Word(flat(text), start, end, probability if 0 <= probability <= 1 else 1.0))
    return tuple(words)


def _scaled(cue: Cue) -> Cue:
    words = tuple(replace(word, start=word.start / 1000, end=word.end / 1000) for word in cue.words)
    return replace(cue, start=cue.start / 1000, end=cue.end / 1000, words=words)


def _group_single_words(cues: list[Cue]) -> list[Cue]:
    """Files with one word a segment become cues with word times, cut at pauses, voices and sentence ends."""
    lengths = [len(cue.text.split()) for cue in cues if cue.text.strip()]
    if len(lengths) < 3 or statistics.mean(lengths) > 1.5:
        return cues
    groups: list[list[Cue]] = []
    for cue in cues:
        if not flat(cue.text):
            continue
        if groups and not _starts_group(groups[-1], cue):
            groups[-1].append(cue)
        else:
            groups.append([cue])
    return [_joined(group) for group in groups]


def _starts_group(group: Sequence[Cue], cue: Cue) -> bool:
    last = group[-1]
    edge = last.end if math.isfinite(last.end) else last.start
    return (not math.isfinite(cue.start) or not math.isfinite(last.start)
            or cue.start < last.start or cue.start - edge > _GROUP_PAUSE_S
            or (cue.speaker is not None and cue.speaker != group[0].speaker)
            or cue.start - group[0].start > _LONGEST_GROUP_S
            or flat(last.text)[-1] in ".!?。！？")


def _joined(group: Sequence[Cue]) -> Cue:
    words: list[Word] = []
    for index, cue in enumerate(group):
        following = group[index + 1].start if index + 1 < len(group) else math.nan
        said_by = following if following > cue.start else math.inf
        end = cue.end if cue.end >= cue.start else min(cue.start + 0.4, said_by)
        text = flat(cue.text)
        if words and not any(c.isalnum() for c in text):  # a lone comma belongs to the word before
            words[-1] = replace(words[-1], text=words[-1].text + text)
        elif " " not in text:
            words.append(Word(text, cue.start, end))
        else:
            return Cue(" ".join(flat(c.text) for c in group), group[0].start, group[-1].end, group[0].speaker)
    return Cue(" ".join(word.text for word in words), group[0].start, words[-1].end, group[0].speaker, tuple(words))


def write_json(cues: Sequence[Cue]) -> str:
    """Podcasting 2.0 JSON; ``words`` is an extra field that other readers pass over."""
    segments: list[dict[str, object]] = []
    for cue in cues:
        segment: dict[str, object] = {"startTime": round(cue.start, 3), "endTime": round(cue.end, 3),
                                      "body": flat(cue.text)}
        if cue.speaker:
            segment["speaker"] = flat(cue.speaker)
        if cue.words:
            segment["words"] = [{"word": word.text, "start": round(word.start, 3), "end": round(word.end, 3)}
                                for word in cue.words]
        segments.append(segment)
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False, indent=1) + "\n"
