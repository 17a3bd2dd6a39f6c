# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's taste: a minute of pretended listening, then the feed and mixes by the ordinary verbs, each with reasons.

``show_taste`` writes them into ``mixes.txt`` (to read) and ``mixes.json`` (for machines). What fails is told and does
not stop the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podmix.app.application import Application
from podmix.app.core import Options
from podmix.app.demo_music import FOLDER
from podmix.app.taste_views import FeedCard, MixCard
from podmix.errors import PodMixError
from podmix.paths import Home, atomic_write, resources
from podmix.units import clock_text

FRIEND_FILE = "taste-ben.json"
PLAYLIST = "Friday night"
NAME = "mixes"
PHRASE = "rainy sunday piano"
_LIST = 4  # tracks of the playlist that is enhanced
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoTaste:
    """What was shown; ``plain`` is the same for machines."""

    files: tuple[Path, ...]
    problems: tuple[str, ...]
    plain: dict[str, Any]


def show_taste(home: Home, out: Path, say: Say) -> DemoTaste:
    """On a home whose podcasts and music are there; takes a few seconds."""
    plain: dict[str, Any] = {"feed": [], "mixes": []}
    lines: list[str] = []
    problems: list[str] = []
    try:
        application = Application.open(home, Options(demo_server=False))
    except PodMixError as problem:
        return DemoTaste((), (f"The demo's mixes: {problem}",), plain)
    try:
        lines += [*_listen(application), ""]
        feed = application.recommended(limit=8)
        plain["feed"] = [_plain_card(one) for one in feed]
        lines += ["The preview feed", *(_feed_line(one) for one in feed), ""]
        for title, make in _mixes(application):
            try:
                card = make()
            except PodMixError as problem:
                problems.append(f"{title}: {problem}")
                continue
            plain["mixes"].append(_plain_mix(card))
            lines += [*_mix_lines(title, card), ""]
    except PodMixError as problem:
        problems.append(f"The demo's mixes: {problem}")
    finally:
        application.close()
    for line in lines:
        say(line)
    return DemoTaste(_written(out, lines, plain), tuple(problems), plain)


def _listen(application: Application) -> list[str]:
    """Somebody's first minute with the demo's own content; where anything was heard before, nothing is pretended."""
    if application.taste_summary().events:
        return ["A listener who was here before."]
    said = ["A listener's first minute (pretended, so that there is something to learn from):"]
    cards = application.preview_feed(limit=2)
    for card in cards[:1]:
        application.like(card.preview_id, liked=True)
        said.append(f"  liked the preview “{card.title}”")
    for card in cards[1:]:
        application.seen(card.preview_id, card.end - card.start, finished=True)
        said.append(f"  heard “{card.title}” to its end")
    folder = application.home.data / FOLDER
    tracks = [track for track in application.music_rows(application.music_ids(sort="title"))
              if track.path.is_relative_to(folder)]
    for track in (tracks[0], tracks[len(tracks) // 2]) if tracks else ():
        application.rate_tracks([track.id], 5)
        application.note_track_played(track.id, track.duration)
        said.append(f"  gave “{track.title}” five stars")
    return said


def _mixes(application: Application) -> list[tuple[str, Callable[[], MixCard]]]:
    def daily() -> MixCard:
        cards = application.daily_mixes()
        if not cards:
            raise PodMixError("There is no music to mix.")
        return cards[0]

    def genre() -> MixCard:
        genres = application.music_genres()
        return application.genre_mix(max(genres, key=lambda pair: pair[1])[0] if genres else "House")

    def blend() -> MixCard:
        return application.blend_mix(application.import_taste(resources() / "demo" / FRIEND_FILE))

    def enhance() -> MixCard:
        known = next((one.id for one in application.playlists() if one.name == PLAYLIST), None)
        ids = application.music_ids(sort="bpm")[:_LIST]
        return application.enhance_playlist(known or application.create_playlist(PLAYLIST, tracks=ids))

    def path() -> MixCard:
        ids = application.music_ids(sort="energy")
        if len(ids) < 2:
            raise PodMixError("A path leads from one track to another.")
        return application.sound_path(ids[0], ids[-1], steps=min(4, max(1, len(ids) - 2)))

    return [("Daily mix", daily), ("Morning drive", lambda: application.with_previews(daily().key, every=2)),
            ("Genre mix", genre), ("Mix by words", lambda: application.phrase_mix(PHRASE)),
            ("Blend with a friend's taste file", blend), ("Enhanced playlist", enhance), ("Sound path", path)]


# -- telling --


def _feed_line(one: FeedCard) -> str:
    why = "; ".join(one.why) or "fits"
    return f"  {one.place + 1}. {one.card.show_title}: “{one.card.title}” ({clock_text(one.card.start)}) – {why}"


def _mix_lines(title: str, card: MixCard) -> list[str]:
    match = f", {card.match} % in common" if card.match else ""
    lines = [f"{title}: {card.title} ({len(card.tracks)} tracks{match}) {card.about}".rstrip()]
    for one in card.tracks:
        if one.preview_id is not None:
            lines.append("  ~ a preview")
        mark = "+" if one.added else "-"
        lines.append(f"  {mark} {one.track.artist} – {one.track.title}: {one.reason}")
    return lines


def _plain_card(one: FeedCard) -> dict[str, Any]:
    return {"preview": one.card.preview_id, "show": one.card.show_title, "title": one.card.title, "why": list(one.why),
            "score": round(one.score, 4), "propensity": round(one.propensity, 6)}


def _plain_mix(card: MixCard) -> dict[str, Any]:
    return {"key": card.key, "kind": card.kind, "title": card.title, "about": card.about, "match": card.match,
            "tracks": [{"title": one.track.title, "artist": one.track.artist, "reason": one.reason, "whose": one.whose,
                        "added": one.added, "preview": one.preview_id} for one in card.tracks]}


def _written(out: Path, lines: Sequence[str], plain: dict[str, Any]) -> tuple[Path, ...]:
    files = []
    for suffix, text in ((".txt", "\n".join(lines)), (".json", json.dumps(plain, ensure_ascii=False, indent=1))):
        target = out / f"{NAME}{suffix}"
        with atomic_write(target, "w") as stream:
            stream.write(text.rstrip() + "\n")  # type: ignore[call-overload]
        files.append(target)
    return tuple(files)
