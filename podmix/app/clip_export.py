# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a preview as a file a person can give away: levelled, faded, tagged, with artwork."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from podmix.app.side_process import SideProcess
from podmix.app.views import PreviewCard
from podmix.errors import AudioError, UsageError
from podmix.units import clock_text

AUDIO_FORMS = (".ogg", ".opus", ".mp3", ".m4a", ".wav", ".flac")


def clip_tags(card: PreviewCard) -> dict[str, str]:
    return {
        "title": card.title,
        "artist": card.show_title,
        "album": card.episode_title,
        "genre": "Podcast",
        "comment": f"Preview of “{card.episode_title}”, {clock_text(card.start)}–{clock_text(card.end)}",
    }


def export_clip(side: SideProcess, card: PreviewCard, target: Path) -> Path:
    """Cut and write the clip. Raises UsageError for an unknown ending, AudioError when the episode's file is gone."""
    if target.suffix.lower() not in AUDIO_FORMS:
        raise UsageError(
            f"A clip cannot be written as {target.suffix or 'a file without an ending'}.",
            remedy=f"Use {', '.join(AUDIO_FORMS)}.",
        )
    if card.audio is None:
        raise AudioError("The episode's audio is no longer on this machine.", remedy="Download the episode again.")
    side.call(
        "podmix.app.side_work:write_clip_file",
        str(card.audio),
        (card.start, card.end),
        str(target),
        clip_tags(card),
        str(card.artwork) if card.artwork else None,
    )
    return target


def write_video_file(card: PreviewCard, frames: Iterable[Any], target: Path, frames_per_s: int) -> Path:
    """The clip with pictures drawn by the caller, RGB arrays ``(height, width, 3)``. Not for the window's process."""
    from podmix.audio.clip import cut_clip
    from podmix.audio.encode import write_video
    if card.audio is None:
        raise AudioError("The episode's audio is no longer on this machine.", remedy="Download the episode again.")
    cut = cut_clip(card.audio, card.start, card.end)
    return write_video(frames, cut.samples, cut.sample_rate, target, frames_per_s=frames_per_s, title=card.title)
