# SPDX-License-Identifier: GPL-3.0-or-later
"""From stored rows to what the screens show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podmix.app.views import CaptionLine, CaptionWord, EpisodeRow, PreviewCard, ShowCard
from podmix.podcasts.types import Episode, Show
from podmix.previews.store import StoredPreview
from podmix.speech.types import Transcript

# What the scores are called on the screen, in the order they matter to a listener.
REASON_WORDS = {
    "marked_by_publisher": "Chosen by the publisher",
    "hook": "Strong opening",
    "stands_alone": "Stands alone",
    "payoff": "Story with a payoff",
    "interest": "Surprising or vivid",
    "close_to_topic": "Close to the topic",
    "lively_voice": "Lively voice",
    "laughter": "Laughter",
    "quoted_in_notes": "Quoted in the notes",
    "used_as_teaser": "Used as the teaser",
}


def show_card(show: Show, previews: int) -> ShowCard:
    return ShowCard(
        show_id=show.id,
        title=show.title,
        author=show.author,
        feed_url=show.url,
        site_url=show.site,
        description=show.description_html,
        artwork=_existing(show.image_path),
        folder=show.folder,
        episodes=show.episodes,
        previews=previews,
        refreshed=show.refreshed,
        problem=show.problem,
        funding=tuple((f.label or "Support the show", f.url) for f in show.funding),
    )


def episode_row(episode: Episode, show_artwork: Path | None) -> EpisodeRow:
    return EpisodeRow(
        episode_id=episode.id,
        show_id=episode.show_id,
        show_title=episode.show_title,
        title=episode.title,
        published=episode.published,
        duration=episode.decoded_duration or episode.duration,
        state=episode.state,
        artwork=_existing(show_artwork),
        audio=_existing(episode.audio_path),
        position=episode.position,
        problem=episode.problem,
        season=episode.season,
        number=episode.number,
        kind=episode.episode_kind,
    )


def captions_of(transcript: Transcript) -> tuple[CaptionLine, ...]:
    names = transcript.speakers
    return tuple(
        CaptionLine(
            s.text,
            s.start,
            s.end,
            names.get(s.speaker or "", s.speaker or ""),
            tuple(CaptionWord(w.text, w.start, w.end) for w in s.words),
        )
        for s in transcript.sentences
    )


def preview_card(stored: StoredPreview, episode: Episode, artwork: Path | None) -> PreviewCard:
    made = stored.made
    reasons = sorted(
        (
            (key, REASON_WORDS.get(key, key.replace("_", " ").capitalize()), float(value))
            for key, value in made.reasons.items()
        ),
        key=lambda r: -r[2],
    )
    return PreviewCard(
        preview_id=stored.preview_id,
        episode_id=stored.episode_id,
        show_id=episode.show_id,
        show_title=episode.show_title,
        episode_title=episode.title,
        title=made.title,
        published=episode.published,
        start=made.start,
        end=made.end,
        episode_duration=episode.decoded_duration or episode.duration or made.end,
        score=made.score,
        rank=made.rank,
        reasons=tuple(reasons),
        captions=tuple(map(_caption, made.captions)),
        artwork=_existing(artwork),
        audio=_existing(episode.audio_path),
        clip=_existing(Path(made.clip)) if made.clip else None,
        peaks=made.peaks,
        liked=stored.liked,
        saved=stored.saved,
        from_publisher=made.from_publisher,
    )


def _caption(plain: dict[str, Any]) -> CaptionLine:
    words = tuple(CaptionWord(text, start, end) for text, start, end in plain["words"])
    return CaptionLine(plain["text"], plain["start"], plain["end"], plain["speaker"], words)


def _existing(path: Path | None) -> Path | None:
    return path if path is not None and path.is_file() else None
