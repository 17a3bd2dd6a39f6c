# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs on previews: make, show, react, share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from podmix.app.companions import companions_of
from podmix.app.podcast_verbs import PodcastVerbs
from podmix.app.sharing import quote_text, shifted, soundbite_tag
from podmix.app.showing import preview_card
from podmix.app.views import CaptionLine, Changed, Part, PreviewCard
from podmix.app.work import source_to_plain
from podmix.errors import UsageError
from podmix.jobs.types import JobSpec
from podmix.podcasts.types import Episode
from podmix.previews.store import StoredPreview
from podmix.previews.types import Soundbite


class PreviewVerbs(PodcastVerbs):
    """From an episode to cards, and from a card to what a person takes away."""

    def make_preview(self, episode_id: int, *, again: bool = False) -> int:
        return self.queue_preview(episode_id, again=again)

    def queue_preview(self, episode_id: int, *, again: bool = False) -> int:
        episode = self.known_episode(episode_id)
        if episode.audio_path is None or not episode.audio_path.is_file():
            return self._queue_download(episode, then_preview=True)
        params = self._preview_params(episode, episode.audio_path)
        fingerprint = hashlib.sha256(
            json.dumps(
                [episode.audio_sha256, params["companions"]["transcripts"], params["options"]], sort_keys=True
            ).encode()
        ).hexdigest()[:16]
        params["checkpoint"] = f"{episode.id}-{fingerprint}.jsonl"
        return int(
            self.queue.enqueue(
                JobSpec(
                    kind="preview",
                    params=params,
                    key=f"preview:{episode.id}:{fingerprint}",
                    title=f"Finding the minute in “{episode.title}”",
                    lane="compute",
                    subject=f"episode:{episode.id}",
                ),
                force=again,
            )
        )

    def _preview_params(self, episode: Episode, audio: Path) -> dict[str, Any]:
        from podmix.app.preview_pipeline import PreviewSource
        from podmix.podcasts.notes import plain_text

        source = PreviewSource(
            audio=audio,
            title=episode.title,
            notes=plain_text(episode.notes_html),
            language=episode.language or None,
            soundbites=tuple(Soundbite(b.start, b.duration, b.title) for b in episode.soundbites),
            persons=tuple((p.name, p.role) for p in episode.persons),
        )
        options = {
            "length_s": float(self.settings.get("previews.length_s")),
            "top": 5,
            "model": str(self.settings.get("models.tier")),
        }
        return {
            "episode_id": episode.id,
            "source": source_to_plain(source),
            "companions": companions_of(episode),
            "options": options,
        }

    # -- showing --

    def preview_feed(self, *, limit: int = 50) -> list[PreviewCard]:
        asked = limit
        while True:
            stored = self.previews_store.best_of_each(limit=asked)
            cards = self._cards(stored)[:limit]
            if len(cards) == limit or len(stored) < asked:
                return cards
            asked *= 4  # removed shows were among them

    def preview(self, preview_id: int) -> PreviewCard:
        stored = self.previews_store.get(preview_id)
        cards = self._cards([stored] if stored else [])
        if not cards:
            raise self._no_preview(preview_id)
        return cards[0]

    def saved_previews(self) -> list[PreviewCard]:
        return self._cards(self.previews_store.saved())

    def previews_of(self, episode_id: int) -> list[PreviewCard]:
        return self._cards(self.previews_store.of_episode(episode_id))

    def _cards(self, stored: Sequence[StoredPreview]) -> list[PreviewCard]:
        shows = {show.id: show for show in self.podcasts.shows()}
        cards = []
        for item in stored:
            episode = self.podcasts.episode(item.episode_id)
            if episode is not None and episode.show_id in shows:  # else its show was removed
                cards.append(preview_card(item, episode, shows[episode.show_id].image_path))
        return cards

    # -- reacting --

    def _known_preview(self, preview_id: int) -> None:
        if self.previews_store.get(preview_id) is None:
            raise self._no_preview(preview_id)

    @staticmethod
    def _no_preview(preview_id: int) -> UsageError:
        return UsageError(f"There is no preview {preview_id}.", remedy="It may have been made anew meanwhile.")

    def like(self, preview_id: int, liked: bool | None) -> None:
        self._known_preview(preview_id)
        self.previews_store.set_liked(preview_id, liked)
        self.events.tell(Changed(Part.PREVIEWS))

    def save(self, preview_id: int, saved: bool) -> None:
        self._known_preview(preview_id)
        self.previews_store.set_saved(preview_id, saved)
        self.events.tell(Changed(Part.PREVIEWS))

    def seen(self, preview_id: int, seconds: float, finished: bool) -> None:
        self.previews_store.heard(preview_id, seconds, finished)

    # -- sharing --

    def quote(self, preview_id: int) -> str:
        return quote_text(self.preview(preview_id))

    def soundbite_tag(self, preview_id: int) -> str:
        card = self.preview(preview_id)
        return soundbite_tag(card.start, card.end, card.title, card.episode_duration)

    def captions_text(self, preview_id: int, form: str) -> str:
        card = self.preview(preview_id)
        return captions_file(shifted(card.captions, card.start, card.end), form)

    def export_clip(self, preview_id: int, target: Path) -> Path:
        from podmix.app.clip_export import export_clip

        return export_clip(self.side, self.preview(preview_id), target)


def captions_file(lines: Sequence[CaptionLine], form: str) -> str:
    """Captions on the clip's clock as the text of a .vtt, .srt or .ass file."""
    from podmix.speech.transcript_files import write_transcript
    from podmix.speech.types import Cue, Word

    cues = [
        Cue(
            line.text,
            line.start,
            line.end,
            line.speaker or None,
            tuple(Word(w.text, w.start, w.end) for w in line.words),
        )
        for line in lines
    ]
    return write_transcript(cues, form)
