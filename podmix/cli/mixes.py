# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix mixes``: daily mixes, and mixes by wish, with a friend, round a playlist, from one track to another."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from podmix.app.application import Application
from podmix.app.taste_views import MixCard
from podmix.cli.show import print_json, print_rows
from podmix.errors import UsageError
from podmix.music.smart_lists import Rules, read_filter


def run(arguments: argparse.Namespace) -> int:
    application = Application.open(arguments.home)
    try:
        cards = _CHOSEN[arguments.action](application, arguments)
        if getattr(arguments, "save", None):
            for card in cards[:1]:
                application.save_mix(card.key, arguments.save)
        if arguments.json:
            print_json([_plain(card) for card in cards])
        elif arguments.action == "list" or len(cards) != 1:
            print_rows(["mix", "title", "tracks", "about"], [(c.key, c.title, len(c.tracks), c.about) for c in cards])
        else:
            _print_mix(cards[0])
        return 0
    finally:
        application.close()


def _list(application: Application, _arguments: argparse.Namespace) -> list[MixCard]:
    return application.mixes()


def _show(application: Application, arguments: argparse.Namespace) -> list[MixCard]:
    return [application.with_previews(arguments.key) if arguments.previews else application.mix(arguments.key)]


def _make(application: Application, arguments: argparse.Namespace) -> list[MixCard]:
    words, rules = arguments.words, _rules(arguments.filter)
    text = " ".join(words)
    match arguments.sort:
        case "daily":
            return application.daily_mixes(page=max(0, arguments.page))
        case "enhance":
            return [_enhance(application, arguments)]
        case "path":
            if len(words) != 2:
                raise UsageError("A path needs two tracks.", remedy="podmix mixes make path 12 15")
            return [application.sound_path(*_numbers(words), steps=arguments.steps)]
    if not text:
        raise UsageError(f"Which {arguments.sort}?", remedy="podmix mixes make --help")
    match arguments.sort:
        case "genre":
            return [application.genre_mix(text, rules=rules)]
        case "mood":
            return [application.mood_mix(text, rules=rules)]
        case "decade":
            return [application.decade_mix(_numbers([text.removesuffix("s")])[0], rules=rules)]
        case "blend":
            return [application.blend_mix(text)]
    return [application.phrase_mix(text, rules=rules)]


def _enhance(application: Application, arguments: argparse.Namespace) -> MixCard:
    if len(arguments.words) != 1:
        raise UsageError("Which playlist?", remedy="“podmix library playlists” lists them.")
    number = _numbers(arguments.words)[0]
    card = application.enhance_playlist(number, every=arguments.every)
    if arguments.accept:
        application.accept_added(number, [int(one.track.id) for one in card.tracks if one.added])
    return card


def _rules(line: str) -> Rules | None:
    if not line:
        return None
    words, rules = read_filter(line)
    if words:
        raise UsageError("Here --filter takes field:value only.", remedy="Such as: --filter 'bpm:120-128 -genre:pop'")
    return {"rules": rules}


def _numbers(words: Sequence[str]) -> list[int]:
    try:
        return [int(word) for word in words]
    except ValueError:
        raise UsageError(f"“{' '.join(words)[:60]}” is no number.") from None


def _plain(card: MixCard) -> dict[str, object]:
    return {"key": card.key, "kind": card.kind, "title": card.title, "about": card.about, "match": card.match,
            "tracks": [{"track": int(one.track.id), "title": one.track.title, "artist": one.track.artist,
                        "path": str(one.track.path), "reason": one.reason, "whose": one.whose, "added": one.added,
                        "preview": one.preview_id} for one in card.tracks]}


def _print_mix(card: MixCard) -> None:
    match = f"  ({card.match} % in common)" if card.match is not None else ""
    print(f"{card.title}{match}  {card.about}")
    print_rows(["track", "artist", "title", "", "why"],
               [(one.track.id, one.track.artist, one.track.title,
                 "preview first" if one.preview_id else "added" if one.added else one.whose, one.reason)
                for one in card.tracks])


_CHOSEN = {"list": _list, "show": _show, "make": _make}
