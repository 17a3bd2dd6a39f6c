# SPDX-License-Identifier: GPL-3.0-or-later
"""From an episode to its previews: the one chain that the job, the command and the batch all run.

    publisher's transcript, or recognise speech -> sentences -> voices -> sound -> vectors -> rank -> word times

Runs in a worker (or the command's own process), never in the window's. Every stage is timed under its own name.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.errors import NoSpeech, TranscriptError
from podmix.models.promoted import load_promoted
from podmix.progress import Progress
from podmix.speech.types import Sentence, Transcript

if TYPE_CHECKING:
    import numpy as np

    from podmix.app.model_tools import ModelTools
    from podmix.previews.types import Preview, Soundbite
    from podmix.search.passages import Passage
    from podmix.speech.transcribe import TranscribedPiece

AIR_S = 0.18
"""Silence kept before the first and after the last word, where there is any."""


@dataclass(frozen=True, slots=True)
class PreviewSource:
    """What is known of an episode. At least one of ``audio`` and ``transcript`` is given.

    ``persons`` are (name, role); ``transcript`` is a file in any form that ``speech`` reads.
    """

    audio: Path | None = None
    transcript: Path | None = None
    transcript_type: str = ""
    title: str = ""
    notes: str = ""
    language: str | None = None
    soundbites: tuple[Soundbite, ...] = ()
    persons: tuple[tuple[str, str], ...] = ()
    must_use_transcript: bool = False  # given by hand: use it or fail, never replace it silently


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    length_s: float = 60.0
    top: int = 5
    model: str = "auto"
    speakers: bool = True
    word_times: bool = True
    vectors: bool = True


@dataclass(frozen=True, slots=True)
class PreviewOutcome:
    """Previews best first, the whole transcript, and what search needs."""

    transcript: Transcript
    previews: tuple[Preview, ...]
    captions: tuple[tuple[Sentence, ...], ...]  # per preview, with word times where they could be had
    timings: dict[str, float]
    models: dict[str, str]
    notes: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    vectors: np.ndarray | None = None


@dataclass(slots=True)
class _Run:
    timings: dict[str, float] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timings[name] = round(self.timings.get(name, 0.0) + time.perf_counter() - began, 3)


def make_previews(
    source: PreviewSource, options: PreviewOptions, tools: ModelTools, *, checkpoint: Path | None = None
) -> Generator[Progress | TranscribedPiece, None, PreviewOutcome]:
    """Run the chain.

    Args:
        checkpoint: file in which recognised speech is kept, so that a killed run goes on from there.

    Raises:
        NoSpeech: silence or music only. TranscriptError, AudioError, ModelError: as they say.
    """
    try:
        return (yield from _chain(source, options, tools, checkpoint))
    finally:
        tools.forget()


def _chain(
    source: PreviewSource, options: PreviewOptions, tools: ModelTools, checkpoint: Path | None
) -> Generator[Progress | TranscribedPiece, None, PreviewOutcome]:
    run = _Run()
    with run.stage("models"):
        yield from tools.bring(
            options.model,
            source.language,
            run.notes,
            listens=source.audio is not None and source.transcript is None,
            voices=source.audio is not None and options.speakers,
        )
    transcript = yield from _transcript(source, options, tools, run, checkpoint)
    if not transcript.sentences:
        raise NoSpeech("Nobody speaks in this episode, so there is no preview to find.")
    sound = None
    if source.audio is not None:
        transcript, sound = yield from _voices_and_sound(source, options, tools, run, transcript)
    yield Progress("embed", 0, 1, note="Reading for meaning")
    with run.stage("embed"):
        encode = tools.remembering_encoder()
        run.models["sentences"] = tools.sentence_model
        encode([s.text for s in transcript.sentences])
    yield Progress("rank", 0, 1, note="Choosing the minute")
    from podmix.previews.rank import rank_previews
    from podmix.previews.scoring import read_weights

    weights = load_promoted(tools.models, "preview-ranker", read_weights, run.notes.append)
    run.models["ranker"] = "promoted in the lab" if weights is not None else "shipped"

    with run.stage("rank"):
        previews = tuple(
            rank_previews(
                transcript,
                title=source.title,
                notes=source.notes,
                length_s=options.length_s,
                top=options.top,
                encode=encode,
                sound=sound,
                soundbites=source.soundbites,
                weights=weights,
            )
        )
    previews, captions = yield from _captions(
        source, options, tools, run, transcript=transcript, previews=previews
    )
    passages, vectors = _passages(options, run, transcript, encode)
    yield Progress("rank", 1, 1, note="Done")
    return PreviewOutcome(transcript, previews, captions, run.timings, run.models, tuple(run.notes), passages, vectors)


def _transcript(
    source: PreviewSource,
    options: PreviewOptions,
    tools: ModelTools,
    run: _Run,
    checkpoint: Path | None,
) -> Generator[Progress | TranscribedPiece, None, Transcript]:
    from podmix.audio.decode import decoded_duration

    duration = None
    if source.audio is not None:
        with run.stage("open"):
            duration = decoded_duration(source.audio)
    if source.transcript is not None:
        yield Progress("read", 0, 1, note="Reading the publisher's transcript")
        found = _publishers(source, duration, options, tools, run)
        if found is not None:
            return found
    if source.audio is None:
        raise TranscriptError("The transcript could not be used, and there is no audio to listen to.")
    with run.stage("transcribe"):
        return (
            yield from tools.transcribe(
                source.audio,
                model=options.model,
                language=source.language,
                duration=duration,
                checkpoint=checkpoint,
                models=run.models,
                notes=run.notes,
            )
        )


def _publishers(
    source: PreviewSource, duration: float | None, options: PreviewOptions, tools: ModelTools, run: _Run
) -> Transcript | None:
    """The publisher's transcript when it is timed and fits the audio; None (with a note) when it does not."""
    from podmix.speech.publisher import use_publisher_transcript

    assert source.transcript is not None
    try:
        with run.stage("read"):
            transcript, warnings = use_publisher_transcript(
                _read(source.transcript),
                name=source.transcript.name,
                mime=source.transcript_type,
                duration=duration,
                language=source.language,
            )
        if source.audio is not None:
            with run.stage("align"):
                transcript = tools.on_the_audios_clock(source.audio, transcript, options.model, run.models, run.notes)
    except TranscriptError as problem:
        if source.must_use_transcript or source.audio is None:
            raise
        run.notes.append(f"The publisher's transcript was set aside: {problem.message}")
        return None
    run.notes.extend(warnings)
    return transcript


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise TranscriptError(
            f"The transcript {path.name} could not be read.",
            remedy="Check the path and the permissions.",
            detail=str(problem),
        ) from problem


def _voices_and_sound(
    source: PreviewSource, options: PreviewOptions, tools: ModelTools, run: _Run, transcript: Transcript
) -> Generator[Progress, None, tuple[Transcript, Any]]:
    assert source.audio is not None
    yield Progress("sound", 0, 1, note="Listening to how it is said")
    with run.stage("sound"):
        sound = tools.sound_features(source.audio)
    if options.speakers and not any(s.speaker for s in transcript.sentences):
        yield Progress("speakers", 0, 1, note="Telling voices apart")
        with run.stage("speakers"):
            transcript = tools.with_speakers(source.audio, transcript, run.models, run.notes)
    from podmix.speech.names import name_speakers

    return name_speakers(transcript, source.persons), sound


def _captions(
    source: PreviewSource,
    options: PreviewOptions,
    tools: ModelTools,
    run: _Run,
    *,
    transcript: Transcript,
    previews: Sequence[Preview],
) -> Generator[Progress, None, tuple[tuple[Preview, ...], tuple[tuple[Sentence, ...], ...]]]:
    """Each preview's sentences with word times, and the preview's edges moved into the pauses that these show."""
    exact: list[Preview] = []
    captions: list[tuple[Sentence, ...]] = []
    for number, preview in enumerate(previews):
        first, last = preview.first_sentence, preview.last_sentence
        lines = transcript.sentences[first : last + 1]
        if source.audio is not None and options.word_times and not all(s.words for s in lines):
            yield Progress("words", number, len(previews), note="Timing each word")
            with run.stage("words"):
                # With the neighbours, so that the pause round the clip is known on both sides.
                around = transcript.sentences[max(0, first - 1) : last + 2]
                timed = tools.with_word_times(
                    source.audio,
                    around,
                    language=transcript.language,
                    model=options.model,
                    models=run.models,
                    notes=run.notes,
                )
                before = 1 if first > 0 else 0
                lines = timed[before : before + len(lines)]
                if not preview.reasons.get("marked_by_publisher"):
                    preview = in_pauses(
                        preview, timed[:before], lines, timed[before + len(lines) :], transcript.duration
                    )
        exact.append(preview)
        captions.append(lines)
    return tuple(exact), tuple(captions)


def in_pauses(
    preview: Preview, before: Sequence[Sentence], lines: Sequence[Sentence], after: Sequence[Sentence], duration: float
) -> Preview:
    """Edges a breath outside the first and the last word, never inside a neighbour's word."""
    if not lines:
        return preview
    floor = max((s.end for s in before), default=0.0)
    ceiling = min((s.start for s in after), default=duration)
    start = max(lines[0].start - AIR_S, min(floor, lines[0].start), 0.0)
    end = min(lines[-1].end + AIR_S, max(ceiling, lines[-1].end), duration)
    return replace(preview, start=start, end=end) if end > start else preview


def _passages(
    options: PreviewOptions,
    run: _Run,
    transcript: Transcript,
    encode: Any,
) -> tuple[tuple[Passage, ...], np.ndarray | None]:
    if not options.vectors:
        return (), None
    from podmix.search.passages import cut_passages

    with run.stage("index"):
        passages = cut_passages(transcript.sentences)
        return passages, encode([p.text for p in passages])
