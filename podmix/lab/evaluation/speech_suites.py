# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcription by jiwer (WER, CER) and speakers by pyannote.metrics (DER), beside answers that need no ears.

Both sides of a transcript are written alike first: lower case, no punctuation, numbers' and words' own spelling kept.
Words are pooled: a long episode counts by its length. DER counts overlapped speech and has a collar of 0.25 s around
truth's edges (Bredin 2017); the share of it that is confusion is told too.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools
from podmix.speech.types import SpeakerTurn

_COLLAR_S = 0.25
_DIRECTIVE = re.compile(r"^(#|\[\d+:\d+(:\d+)?\]\s*$|(host|guests?)\s*:)", re.IGNORECASE)
_SPEAKER = re.compile(r"^[^:]{1,40}:\s+")
_NEEDS = "sound files with a script (.txt) or turns (.rttm) beside each, here or in folders “podcasts” and “speakers”"


def spoken_text(script: str) -> str:
    """What is said, of a script with headings, time marks and ``Name: words``."""
    return " ".join(_SPEAKER.sub("", line) for line in script.splitlines() if line.strip() and
                    not _DIRECTIVE.match(line))


def words_of(text: str) -> str:
    """Lower case words, one space between; apostrophes go, hyphens part words."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("'", "")
    return " ".join(re.sub(r"[^\w\s]|_", " ", plain).split())


def _sounds(folder: Path, places: Iterable[str], suffix: str) -> list[tuple[Path, Path]]:
    """Sounds with a file of that suffix beside them."""
    there = [folder / name for name in places if (folder / name).is_dir()] or [folder]
    return [(sound, truth) for place in there for truth in sorted(place.glob(f"*{suffix}"))
            for sound in (truth.with_suffix(end) for end in (".mp3", ".flac", ".wav", ".ogg", ".m4a"))
            if sound.is_file()]


def transcript_items(folder: Path) -> list[Item]:
    items = []
    for sound, script in _sounds(folder, ("podcasts",), ".txt"):
        truth = words_of(spoken_text(script.read_text(encoding="utf-8")))
        if truth:
            items.append(Item(sound.stem, sound.stem.partition("_")[0], truth, sound, _modes(sound)))
    return items


def _modes(sound: Path) -> tuple[str, ...]:
    """What makes an episode hard, where a ground truth says so."""
    try:
        told = json.loads(sound.with_suffix(".groundtruth.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(str(mode) for mode in told.get("failure_modes", ()))


def measure_transcript(item: Item, answer: str) -> dict[str, float]:
    import jiwer

    said = words_of(answer)
    if not said:
        return {"WER": 1.0, "CER": 1.0, "deleted": 1.0, "inserted": 0.0, "words": float(len(item.truth.split()))}
    found = jiwer.process_words(item.truth, said)
    count = len(item.truth.split())
    return {"WER": float(found.wer), "CER": float(jiwer.cer(item.truth, said)), "deleted": found.deletions / count,
            "inserted": found.insertions / count, "words": float(count)}


def _transcribers(items: list[Item], tools: Tools) -> list[System]:
    systems = []
    hear = tools.transcribe
    if hear is not None:
        systems.append(System("podmix", lambda item: hear(item.audio)))  # type: ignore[arg-type]
    words = " ".join(item.truth for item in items).split()

    def shuffled(item: Item) -> str:
        return " ".join(random.Random(item.name).choices(words, k=len(item.truth.split())))  # noqa: S311 - no secret

    return [*systems, System("silence", lambda _: ""), System("random words", shuffled)] if systems else []


TRANSCRIPTION = Suite("transcription", "Transcription", (
    Metric("WER", False, 1.0, "words"), Metric("CER", False, 1.0, "words"), Metric("deleted", False, 1.0, "words"),
    Metric("inserted", False, 1.0, "words")), transcript_items, _transcribers, measure_transcript, _NEEDS)


def read_rttm(text: str) -> list[SpeakerTurn]:
    """Turns of an RTTM file (NIST), in order."""
    rows = [line.split() for line in text.splitlines() if line.startswith("SPEAKER")]
    return sorted((SpeakerTurn(float(row[3]), float(row[3]) + float(row[4]), row[7]) for row in rows if len(row) > 7),
                  key=lambda turn: turn.start)


def speaker_items(folder: Path) -> list[Item]:
    items = []
    for sound, truth in _sounds(folder, ("speakers", "podcasts"), ".rttm"):
        turns = read_rttm(truth.read_text(encoding="utf-8"))
        if turns:
            real = "meetings" if sound.parent.name == "speakers" else "synthetic voices"
            items.append(Item(sound.stem, sound.stem.partition("_")[0], turns, sound, (real,)))
    return items


def measure_speakers(item: Item, answer: list[SpeakerTurn]) -> dict[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyannote.core import Segment
        from pyannote.metrics.diarization import DiarizationErrorRate

        whole = Segment(0.0, max(turn.end for turn in (*item.truth, *answer)))
        rate = DiarizationErrorRate(collar=2 * _COLLAR_S)  # the library counts both sides of an edge as one collar
        found = rate(_annotation(item.truth), _annotation(answer), uem=_timeline(whole), detailed=True)
    total = float(found["total"]) or 1.0
    count = len({turn.speaker for turn in answer}) - len({turn.speaker for turn in item.truth})
    return {"DER": float(found["diarization error rate"]), "confusion": float(found["confusion"]) / total,
            "missed": float(found["missed detection"]) / total, "false alarm": float(found["false alarm"]) / total,
            "voices off": float(abs(count)), "seconds": total}


def _annotation(turns: list[SpeakerTurn]) -> Any:
    from pyannote.core import Annotation, Segment

    made = Annotation()
    for number, turn in enumerate(turns):
        made[Segment(turn.start, turn.end), number] = turn.speaker
    return made


def _timeline(segment: Any) -> Any:
    from pyannote.core import Timeline

    return Timeline([segment])


def _diarizers(items: list[Item], tools: Tools) -> list[System]:
    del items
    if tools.diarize is None:
        return []
    hear = tools.diarize

    def one_voice(item: Item) -> list[SpeakerTurn]:
        return [SpeakerTurn(turn.start, turn.end, "one") for turn in item.truth]

    def by_turns(item: Item) -> list[SpeakerTurn]:
        return [SpeakerTurn(turn.start, turn.end, "ab"[at % 2]) for at, turn in enumerate(item.truth)]

    return [System("podmix", lambda item: hear(item.audio)),  # type: ignore[arg-type]
            System("one voice (true pauses)", one_voice), System("two by turns (true edges)", by_turns)]


SPEAKERS = Suite("speakers", "Who speaks when", (
    Metric("DER", False, 1.0, "seconds"), Metric("confusion", False, 1.0, "seconds"),
    Metric("missed", False, 1.0, "seconds"), Metric("false alarm", False, 0.0, "seconds"),
    Metric("voices off", False, 5.0)), speaker_items, _diarizers, measure_speakers, _NEEDS)
