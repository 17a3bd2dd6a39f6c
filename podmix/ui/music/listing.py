# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tracks a place of the side list shows, filtered and in order. Runs on background threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from podmix.music.smart_lists import Rules
from podmix.ui.music.playlist_tree import RECENT_DAYS

OWN_ORDER = "playlist"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``kind`` and ``number`` as the side list says them; ``rules`` may ask nothing (``{"all": []}``)."""

    kind: str
    number: int
    text: str
    rules: Rules
    sort: str
    descending: bool

    @property
    def asks_something(self) -> bool:
        return bool(self.text.strip() or self.rules.get("all"))

    @property
    def in_order(self) -> bool:
        """Whether tracks can be moved: a plain list in its own order, all of it."""
        return self.kind == "list" and self.sort == OWN_ORDER and not self.descending and not self.asks_something


@dataclass(frozen=True, slots=True)
class Listing:
    """``items`` are places of a plain playlist beside ``ids``."""

    wanted: Wanted
    ids: list[int]
    items: list[int]


def listed(verbs: Any, wanted: Wanted) -> Listing:
    """Ask the library. Raises UsageError for a playlist that is gone."""
    rules = wanted.rules
    if wanted.kind in ("all", "recent", "unplayed"):
        more = {"recent": [{"field": "added", "op": "in_last_days", "value": RECENT_DAYS}],
                "unplayed": [{"field": "plays", "op": "is", "value": 0}]}.get(wanted.kind, [])
        ids = verbs.music_ids(text=wanted.text, rules={"all": [*rules.get("all", ()), *more]}, sort=wanted.sort,
                              descending=wanted.descending)
        return Listing(wanted, [int(one) for one in ids], [])
    if wanted.kind == "list":
        places = [(int(item.id), int(item.track)) for item in verbs.playlist_items(wanted.number)]
    else:
        places = [(0, int(track)) for track in verbs.playlist_track_ids(wanted.number)]
    if wanted.sort != OWN_ORDER or wanted.asks_something:
        by = "artist" if wanted.sort == OWN_ORDER else wanted.sort
        found = verbs.music_ids(text=wanted.text, rules=rules, sort=by, descending=wanted.descending)
        order = {int(track): at for at, track in enumerate(found)}
        places = [place for place in places if place[1] in order]
        if wanted.sort != OWN_ORDER:
            places.sort(key=lambda place: order[place[1]])
    if wanted.sort == OWN_ORDER and wanted.descending:
        places.reverse()
    return Listing(wanted, [track for _, track in places],
                   [item for item, _ in places] if wanted.kind == "list" else [])


_BRING = ("Add a folder, or drop one here. PodMix finds the beats, keys and parts of every track on this machine, and "
          "leaves the files as they are.")


def empty_words(wanted: Wanted, *, nothing: bool, working: bool) -> tuple[str, str, str, str]:
    """(icon, title, text, what to do) where there is no track to show; ``nothing``: the library itself is empty."""
    if nothing:
        return "music", "Bring your music", _BRING, "Add a folder"
    if wanted.asks_something:
        return "search", "Nothing fits", "No track here answers to all of these filters.", "Clear filters"
    if working and not wanted.number:
        return "working", "Looking through your folders", "Tracks appear here as they are found.", ""
    match wanted.kind:
        case "list":
            return "list", "An empty playlist", "Drag tracks onto its name, or use “Add to playlist” in their menu.", ""
        case "smart":
            return "smart", "Nothing answers to these rules", "Tracks appear as soon as one does.", "Edit rules"
        case "folder":
            return "folder", "An empty folder", "Drag playlists into it.", ""
        case "unplayed" | "recent":
            return "check", "Nothing waits here", "You have heard it all." if wanted.kind == "unplayed" else (
                "No track was added in the last 30 days."), ""
        case _:
            return "music", "No tracks yet", "Your folders hold no music that PodMix can read.", "Add a folder"
