# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that belong to an episode beside its audio: the publisher's transcript and chapters.

Brought by the download's worker, so that neither the window nor the queue's thread waits for a server. What to bring
travels as plain data; a transcript's file name holds a mark of the feed's links, so that new links mean a new file.
Failing costs nothing: PodMix then listens, and shows the chapters it has.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.errors import PodMixError
from podmix.podcasts.types import Episode, TranscriptLink

if TYPE_CHECKING:
    from podmix.net.client import HttpClient

_LOG = logging.getLogger("podmix.podcasts")
_CHAPTERS_FRESH_S = 86_400.0


def companions_of(episode: Episode) -> dict[str, Any]:
    """What to bring for ``episode``, as plain data."""
    links = [[link.url, link.type, link.language, link.rel] for link in episode.transcripts]
    mark = hashlib.sha256(json.dumps(links).encode()).hexdigest()[:8]
    return {
        "episode_id": episode.id,
        "stem": f"{episode.id}-{mark}",
        "transcripts": links,
        "chapters": episode.chapters_link.url if episode.chapters_link is not None else "",
        "language": episode.language,
    }


def any_wanted(wanted: dict[str, Any]) -> bool:
    return bool(wanted["transcripts"] or wanted["chapters"])


def transcript_here(wanted: dict[str, Any], cache: Path) -> Path | None:
    """The transcript that was brought before."""
    return next((cache / "transcripts").glob(f"{wanted['stem']}.*"), None) if wanted["transcripts"] else None


def chapters_file(cache: Path, episode_id: int) -> Path:
    """Where an episode's chapters lie once they were brought."""
    return cache / "chapters" / f"{episode_id}.json"


def bring_companions(http: HttpClient, wanted: dict[str, Any], cache: Path) -> Path | None:
    """Fetch what is not here yet; returns the transcript's file, None where there is none to be had."""
    _bring_chapters(http, wanted, cache)
    here = transcript_here(wanted, cache)
    if here is not None or not wanted["transcripts"]:
        return here
    from podmix.podcasts.remote_files import fetch_transcript

    links = tuple(TranscriptLink(*link) for link in wanted["transcripts"])
    try:
        return fetch_transcript(http, links, cache / "transcripts", wanted["stem"], language=wanted["language"] or "")
    except PodMixError as problem:
        _LOG.info("no transcript for episode %s: %s", wanted["episode_id"], problem)
        return None


def _bring_chapters(http: HttpClient, wanted: dict[str, Any], cache: Path) -> None:
    target = chapters_file(cache, wanted["episode_id"])
    fresh = target.is_file() and time.time() - target.stat().st_mtime < _CHAPTERS_FRESH_S
    if not wanted["chapters"] or fresh:
        return
    from podmix.podcasts.remote_files import fetch_chapters

    try:
        fetch_chapters(http, wanted["chapters"], target)
    except PodMixError as problem:
        _LOG.info("no chapters for episode %s: %s", wanted["episode_id"], problem)
