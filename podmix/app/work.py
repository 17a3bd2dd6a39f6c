# SPDX-License-Identifier: GPL-3.0-or-later
"""What workers do: functions of plain data that touch no database and no global, so that they run anywhere.

Each is a generator of ``Progress`` (and ``Partial`` results) that returns plain data. The front end that owns the
queue turns the result into rows (``app/results.py``).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.app.companions import any_wanted, bring_companions, transcript_here
from podmix.app.preview_pipeline import PreviewOptions, PreviewOutcome, PreviewSource, make_previews
from podmix.errors import Cancelled
from podmix.jobs.protocol import Partial
from podmix.net.policy import Login
from podmix.progress import Progress

if TYPE_CHECKING:
    from podmix.net.client import HttpClient

Plain = dict[str, Any]
Work = Generator[Progress | Partial, None, Plain]

_BARS = 72  # what a card draws
_TOOLS: dict[str, Any] = {}  # a worker keeps its models loaded between jobs of a kind


def download(params: Plain, context: Plain, cancelled: Callable[[], bool]) -> Work:
    """Fetch one episode's audio and companions. Params: url, type, length, title, folder, companions.

    Returns path, size, sha256 and the duration that decodes.
    """
    from podmix.audio.decode import decoded_duration
    from podmix.podcasts.download import download_episode

    with _client(context) as client:
        steps = download_episode(
            client,
            url=params["url"],
            folder=Path(context["episodes"]) / params["folder"],
            title=params["title"],
            claimed_type=params.get("type", ""),
            claimed_length=params.get("length"),
            auth=_login(params, context),
        )
        while True:
            try:
                progress = next(steps)
            except StopIteration as stop:
                got = stop.value
                break
            _stop_if(cancelled)
            yield progress
        if params.get("companions"):
            bring_companions(client, params["companions"], Path(context["cache"]))
    return {"path": str(got.path), "size": got.size, "sha256": got.sha256, "duration": decoded_duration(got.path)}


def preview(params: Plain, context: Plain, cancelled: Callable[[], bool]) -> Work:
    """Make an episode's previews. Params: ``source``, ``companions`` and ``options`` as plain data, ``checkpoint``."""
    from podmix.speech.stored_form import transcript_to_plain
    from podmix.speech.transcribe import TranscribedPiece

    tools = _tools(context)
    source = source_from_plain(params["source"])
    source = replace(source, transcript=source.transcript or _companion(params, context))
    checkpoint = Path(context["checkpoints"]) / params["checkpoint"]
    chain = make_previews(source, PreviewOptions(**params["options"]), tools, checkpoint=checkpoint)
    while True:
        try:
            step = next(chain)
        except StopIteration as stop:
            outcome: PreviewOutcome = stop.value
            break
        _stop_if(cancelled)
        if isinstance(step, TranscribedPiece):
            yield Partial(
                "captions",
                {"lines": [[c.text, c.start, c.end] for c in step.cues], "done": step.done, "total": step.total},
            )
        else:
            yield step
    yield Progress("clip", 0, 1, note="Drawing the waveforms")
    rows = []
    for item, lines in zip(outcome.previews, outcome.captions, strict=True):
        bars = _bars(source.audio, item.start, item.end) if source.audio else b""
        rows.append(
            {
                "rank": item.rank,
                "start": item.start,
                "end": item.end,
                "score": item.score,
                "title": item.title,
                "text": item.text,
                "reasons": item.reasons,
                "peaks": base64.b64encode(bars).decode(),
                "from_publisher": bool(item.reasons.get("marked_by_publisher")),
                "captions": [caption_to_plain(line, outcome.transcript.speakers) for line in lines],
            }
        )
        _stop_if(cancelled)
    vectors = None
    if outcome.vectors is not None:
        import numpy as np

        vectors = base64.b64encode(np.asarray(outcome.vectors, np.float16).tobytes()).decode()
    # The checkpoint stays until this result is stored: results.py removes it.
    return {
        "transcript": transcript_to_plain(outcome.transcript),
        "previews": rows,
        "vectors": vectors,
        "timings": outcome.timings,
        "models": outcome.models,
        "notes": list(outcome.notes),
    }


def _client(context: Plain) -> HttpClient:
    from podmix.app.network import net_policy
    from podmix.net.client import HttpClient

    return HttpClient(
        net_policy(
            context["settings"]["network.allow_private_addresses"],
            context["settings"]["network.timeout_s"],
            context["allowed_servers"],
        )
    )


def _companion(params: Plain, context: Plain) -> Path | None:
    """The publisher's transcript: brought with the audio, else now."""
    wanted, cache = params.get("companions"), Path(context["cache"])
    if not wanted or not any_wanted(wanted):
        return None
    here = transcript_here(wanted, cache)
    if here is not None:
        return here
    with _client(context) as client:
        return bring_companions(client, wanted, cache)


def source_to_plain(source: PreviewSource) -> Plain:
    return {
        "audio": str(source.audio) if source.audio else None,
        "transcript": str(source.transcript) if source.transcript else None,
        "transcript_type": source.transcript_type,
        "title": source.title,
        "notes": source.notes,
        "language": source.language,
        "persons": [list(p) for p in source.persons],
        "soundbites": [[b.start, b.duration, b.title] for b in source.soundbites],
    }


def source_from_plain(plain: Plain) -> PreviewSource:
    from podmix.previews.types import Soundbite

    return PreviewSource(
        audio=Path(plain["audio"]) if plain["audio"] else None,
        transcript=Path(plain["transcript"]) if plain["transcript"] else None,
        transcript_type=plain["transcript_type"],
        title=plain["title"],
        notes=plain["notes"],
        language=plain["language"],
        persons=tuple((name, role) for name, role in plain["persons"]),
        soundbites=tuple(Soundbite(*bite) for bite in plain["soundbites"]),
    )


def caption_to_plain(line: Any, speakers: dict[str, str]) -> Plain:
    """A sentence as it is stored with a preview: words as [text, start, end]."""
    return {
        "text": line.text,
        "start": line.start,
        "end": line.end,
        "speaker": speakers.get(line.speaker or "", "") if line.speaker else "",
        "words": [[w.text, round(w.start, 3), round(w.end, 3)] for w in line.words],
    }


def _login(params: Plain, context: Plain) -> Login | None:
    found = context["logins"].get(params.get("login_of", ""))
    return Login(*found) if found else None


def _bars(audio: Path, start: float, end: float) -> bytes:
    from podmix.audio.decode import stream
    from podmix.audio.peaks import DRAWING_RATE, peaks

    return bytes(peaks(stream(audio, sample_rate=DRAWING_RATE, start=start, end=end), _BARS))


def _tools(context: Plain) -> Any:
    from podmix.app.model_tools import ModelTools

    key = repr(sorted(context["settings"].items())) + context["models"]
    if _TOOLS.get("key") != key:
        _TOOLS.clear()
        _TOOLS.update(
            key=key,
            tools=ModelTools(
                Path(context["models"]),
                tier=context["settings"]["models.tier"],
                device=context["settings"]["models.device"],
                offline_only=context["settings"]["models.offline_only"],
            ),
        )
    return _TOOLS["tools"]


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled
