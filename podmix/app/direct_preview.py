# SPDX-License-Identifier: GPL-3.0-or-later
"""Previews asked for directly: a file, a transcript, an episode of the library, or a list of many.

Nothing is stored but the checkpoint of recognised speech, so that a killed command goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from podmix.app.preview_pipeline import PreviewOptions, PreviewOutcome, PreviewSource, make_previews
from podmix.app.views import CaptionLine, CaptionWord
from podmix.errors import AudioError, TranscriptError, UsageError
from podmix.paths import Home, atomic_write
from podmix.previews.types import Soundbite
from podmix.progress import Progress

if TYPE_CHECKING:
    from podmix.speech.transcribe import TranscribedPiece

CLIP_FORMS = (".ogg", ".opus", ".mp3", ".m4a", ".wav", ".flac")
CAPTION_FORMS = (".vtt", ".srt", ".ass")
_NOTES_BYTES = 2_000_000
_LONGEST_LINE = 10_000_000


@dataclass(frozen=True, slots=True)
class DirectRequest:
    """``source`` is a path, an episode's number, or "-" (transcript alone)."""

    source: str
    transcript: Path | None = None
    title: str = ""
    notes: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One line of a batch: a request, or why it cannot be one."""

    id: object
    request: DirectRequest | None = None
    problem: str = ""


class Direct:
    """Holds the loaded models while several previews are made."""

    def __init__(self, home: Home, *, model: str, length_s: float, top: int, speakers: bool = True) -> None:
        from podmix.app.model_tools import ModelTools
        from podmix.settings.store import Settings

        self._home = home.create()
        settings = Settings.load(home.settings)
        self._tools = ModelTools(
            home.models,
            device=str(settings.get("models.device")),
            tier=str(settings.get("models.tier")),
            offline_only=bool(settings.get("models.offline_only")),
        )
        self._options = PreviewOptions(length_s=length_s, top=top, model=model, speakers=speakers, vectors=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tools.close()

    def preview(
        self,
        request: DirectRequest,
        *,
        out: Path | None = None,
        captions: Path | None = None,
    ) -> Generator[Progress | TranscribedPiece, None, dict[str, Any]]:
        """Make previews and, where asked, write the best clip; returns what the command prints as JSON."""
        check_targets(out, captions)
        source = self._source(request)
        if out is not None and source.audio is None:
            raise UsageError("--out needs audio: SOURCE is a transcript alone.")
        checkpoint = self._checkpoint(source)
        options = self._options
        outcome = yield from make_previews(source, options, self._tools, checkpoint=checkpoint)
        files = []
        if out is not None and outcome.previews:
            yield Progress("clip", 0, 1, note="Writing the clip")
            files.append(str(write_best(source, outcome, out)))
        if captions is not None and outcome.previews:
            files.append(str(write_captions(outcome, captions)))
        if checkpoint is not None:
            checkpoint.unlink(missing_ok=True)
        return answer(request.source, outcome, files)

    def _source(self, request: DirectRequest) -> PreviewSource:
        given = PreviewSource(
            transcript=request.transcript,
            title=request.title,
            notes=request.notes,
            language=request.language,
            must_use_transcript=request.transcript is not None,
        )
        if request.transcript is not None and not is_file(request.transcript):
            raise TranscriptError(f"There is no transcript file {request.transcript}.", remedy="Check the path.")
        if request.source == "-":
            return given
        path = Path(request.source)
        if is_file(path):
            return replace(given, audio=path)
        if request.source.isascii() and request.source.isdigit() and len(request.source) < 19:
            return self._episode(int(request.source), given)
        raise AudioError(
            f"There is no file {request.source}.",
            remedy="Give the path of an audio file, or an episode's number from “podmix episodes”.",
        )

    def _episode(self, episode_id: int, given: PreviewSource) -> PreviewSource:
        from podmix.app.application import Application
        from podmix.podcasts.notes import plain_text

        application = Application.open(self._home)
        try:
            episode = application.known_episode(episode_id)
            if episode.audio_path is None or not episode.audio_path.is_file():
                application.download_now(episode_id)
                episode = application.known_episode(episode_id)
            transcript = given.transcript or application.fetch_companions(episode)
        finally:
            application.close()
        return PreviewSource(
            audio=episode.audio_path,
            transcript=transcript,
            title=given.title or episode.title,
            notes=given.notes or plain_text(episode.notes_html),
            language=given.language or episode.language or None,
            soundbites=tuple(Soundbite(b.start, b.duration, b.title) for b in episode.soundbites),
            persons=tuple((p.name, p.role) for p in episode.persons),
            must_use_transcript=given.must_use_transcript,
        )

    def _checkpoint(self, source: PreviewSource) -> Path | None:
        if source.audio is None:
            return None
        facts = source.audio.stat()
        name = f"{source.audio.resolve()}|{facts.st_size}|{facts.st_mtime_ns}|{self._options.model}|{source.language}"
        return self._home.checkpoints / f"direct-{hashlib.sha256(name.encode()).hexdigest()[:20]}.jsonl"


def answer(source: str, outcome: PreviewOutcome, files: list[str]) -> dict[str, Any]:
    """The JSON object of ``podmix preview --json``; times in seconds on the source's clock."""
    return {
        "source": source,
        "duration": round(outcome.transcript.duration, 3),
        "language": outcome.transcript.language,
        "previews": [
            {
                "rank": p.rank,
                "start": round(p.start, 3),
                "end": round(p.end, 3),
                "score": round(p.score, 5),
                "title": p.title,
                "text": p.text,
                "reasons": {name: round(float(value), 4) for name, value in p.reasons.items()},
            }
            for p in outcome.previews
        ],
        "timings": outcome.timings,
        "models": outcome.models,
        "notes": list(outcome.notes),
        "files": files,
    }


def check_targets(out: Path | None, captions: Path | None) -> None:
    if out is not None and out.suffix.lower() not in CLIP_FORMS:
        raise UsageError(f"--out must end in one of {', '.join(CLIP_FORMS)}.")
    if captions is not None and captions.suffix.lower() not in CAPTION_FORMS:
        raise UsageError(f"--captions must end in one of {', '.join(CAPTION_FORMS)}.")
    for target in (out, captions):
        if target is not None and target.is_dir():
            raise UsageError(f"{target} is a folder; name a file.")


def write_best(source: PreviewSource, outcome: PreviewOutcome, target: Path) -> Path:
    from podmix.audio.clip import cut_clip
    from podmix.audio.encode import write_clip

    assert source.audio is not None
    best = outcome.previews[0]
    cut = cut_clip(source.audio, best.start, best.end)
    tags = {
        "title": best.title,
        "album": source.title or source.audio.stem,
        "genre": "Podcast",
        "comment": f"Preview of {source.title or source.audio.name}, {best.start:.1f}–{best.end:.1f} s",
    }
    write_clip(cut.samples, cut.sample_rate, target, tags=tags)
    return target


def write_captions(outcome: PreviewOutcome, target: Path) -> Path:
    from podmix.app.preview_verbs import captions_file
    from podmix.app.sharing import shifted

    best = outcome.previews[0]
    names = outcome.transcript.speakers
    lines = [
        CaptionLine(
            s.text,
            s.start,
            s.end,
            names.get(s.speaker or "", s.speaker or ""),
            tuple(CaptionWord(w.text, w.start, w.end) for w in s.words),
        )
        for s in outcome.captions[0]
    ]
    text = captions_file(shifted(lines, best.start, best.end), target.suffix.lower().lstrip("."))
    with atomic_write(target, "w") as stream:
        stream.write(text)  # type: ignore[call-overload]
    return target


def is_file(path: Path) -> bool:
    """Whether a file is there; a name that no file can have is not."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def notes_text(raw: bytes) -> str:
    """Notes from a file of text or HTML, bounded."""
    from podmix.podcasts.notes import plain_text

    text = raw[:_NOTES_BYTES].decode("utf-8", errors="replace")
    return plain_text(text) if "<" in text and ">" in text else text


def read_items(path: Path) -> Iterator[BatchItem]:
    """The items of a JSON Lines file; relative paths count from its folder. A bad line is an item with a problem."""
    try:
        stream = path.open("rb")
    except OSError as problem:
        raise UsageError(f"The batch file {path} could not be read.", detail=str(problem)) from problem
    with stream:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), start=1):
            if line.strip():
                # Absolute, so that an item's audio "12" or "-" is a file and nothing else.
                yield _item(line, number, path.absolute().parent)


def _item(line: bytes, number: int, folder: Path) -> BatchItem:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return BatchItem(f"line {number}", problem=f"Line {number} is not JSON.")
    if not isinstance(row, dict) or "id" not in row:
        return BatchItem(f"line {number}", problem=f"Line {number} has no id.")
    transcript, audio = row.get("transcript"), row.get("audio")
    if not (isinstance(transcript, str) or isinstance(audio, str)):
        return BatchItem(row["id"], problem="The item names neither a transcript nor audio.")
    notes = ""
    if isinstance(row.get("notes"), str) and row["notes"]:
        try:
            notes = notes_text((folder / row["notes"]).read_bytes())
        except (OSError, ValueError) as problem:
            return BatchItem(row["id"], problem=f"The notes could not be read: {problem}")
    return BatchItem(
        row["id"],
        DirectRequest(
            source=str(folder / audio) if isinstance(audio, str) else "-",
            transcript=folder / transcript if isinstance(transcript, str) else None,
            title=str(row.get("title") or ""),
            notes=notes,
            language=str(row["language"]) if row.get("language") else None,
        ),
    )
