# SPDX-License-Identifier: GPL-3.0-or-later
"""A mix in words: what kind it is, how long, and in one line why it is there. Pure; all from the mix itself."""

from __future__ import annotations

from podmix.app.taste_views import MixCard, MixTrack
from podmix.ui.wording import count_text, length_text

KINDS = {"daily": "Daily mix", "genre": "Genre mix", "mood": "Mood mix", "decade": "Decade mix",
         "phrase": "Mix by words", "blend": "Blend", "enhance": "Enhanced playlist", "path": "Sound path"}
DRIVE = "Morning drive"
_LOVED_STARS, _LOVED_PLAYS = 4, 3


def has_previews(card: MixCard) -> bool:
    """It is a drive: previews stand between its tracks."""
    return any(one.preview_id is not None for one in card.tracks)


def kind_text(card: MixCard) -> str:
    if has_previews(card):
        return f"“{card.title}” with previews between" if card.kind == "daily" else \
            f"{KINDS.get(card.kind, 'Mix')} with previews between"
    return KINDS.get(card.kind, "Mix")


def length_s(tracks: tuple[MixTrack, ...] | list[MixTrack]) -> float:
    return sum(one.track.duration or 0.0 for one in tracks)


def count_and_length(card: MixCard) -> str:
    """``12 tracks  ·  48 min``."""
    return "  ·  ".join(filter(None, (count_text(len(card.tracks), "track"), length_text(length_s(card.tracks)))))


def facts_text(tracks: list[MixTrack]) -> str:
    """``12 tracks  ·  48 min  ·  92–128 BPM``, and previews where there are some."""
    tempi = [one.track.bpm for one in tracks if one.track.bpm]
    spread = f"{min(tempi):.0f}–{max(tempi):.0f} BPM" if tempi else ""
    if tempi and round(min(tempi)) == round(max(tempi)):
        spread = f"{tempi[0]:.0f} BPM"
    previews = sum(one.preview_id is not None for one in tracks)
    return "  ·  ".join(filter(None, (
        count_text(len(tracks), "track"), count_text(previews, "preview") if previews else "",
        length_text(length_s(tracks)), spread)))


def why_text(card: MixCard) -> str:
    """One line: why this mix is there."""
    if card.match is not None:
        return f"{card.match} % in common" if card.match else card.about
    if has_previews(card):
        return "Podcast previews between"
    if card.kind != "daily":
        return card.about
    loved = sum(is_loved(one) for one in card.tracks)
    fresh = sum(one.track.play_count == 0 and not is_loved(one) for one in card.tracks)
    if loved and fresh:
        return f"{loved} you love, {fresh} new to you"
    if loved:
        return f"{loved} you love, and what goes with them"
    return card.about


def is_loved(one: MixTrack) -> bool:
    return (one.track.rating or 0) >= _LOVED_STARS or one.track.play_count >= _LOVED_PLAYS


def is_unknown_listener(cards: list[MixCard]) -> bool:
    """Nothing was played or rated yet: mixes come from the library alone."""
    return bool(cards) and not any(one.track.play_count or one.track.rating for card in cards for one in card.tracks)


def whose_text(whose: str, friend: str) -> str:
    """Who a blend's pick is from."""
    return {"you": "You", "friend": friend, "both": "Both of you"}.get(whose, "")


def friend_of(card: MixCard) -> str:
    """The friend's name in a blend; empty elsewhere."""
    return card.title.removeprefix("You and ") if card.kind == "blend" else ""
