# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the Podcasting 2.0, Podlove and media tags of an element into the types of this room.

Spec: https://github.com/Podcastindex-org/podcast-namespace (state of 2026-05). Unknown tags and attributes are
ignored; a tag whose required attribute is missing or nonsense is left out; nothing here raises on a publisher's input.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from podmix.podcasts import feed_values as values
from podmix.podcasts.feed_tree import Element, name_of
from podmix.podcasts.types import (
    AlternateEnclosure,
    Chapter,
    ChaptersLink,
    Enclosure,
    Funding,
    Location,
    Person,
    RemoteItem,
    Soundbite,
    Source,
    Tag,
    Trailer,
    TranscriptLink,
    UpdateFrequency,
)

Groups = Mapping[tuple[str, str], list[Element]]
Made = TypeVar("Made")

# Kept whole, without behaviour.
_KEPT = frozenset({"value", "license", "block", "publisher", "socialinteract", "chat", "contentlink", "podping",
                   "image", "images", "txt", "integrity"})


def group(element: Element) -> Groups:
    """The element's children by name, in order."""
    groups: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for child in element:
        if isinstance(child.tag, str):
            groups[name_of(child)].append(child)
    return groups


def podcast(groups: Groups, name: str) -> list[Element]:
    return groups.get(("podcast", name), [])


def attribute(element: Element, *names: str) -> str:
    """The first of these attributes that is given, in any case of letters, without spaces around."""
    for name in names:
        if (value := element.get(name)) is not None:
            return str(value).strip()
    wanted = {name.lower() for name in names}
    return next((str(value).strip() for key, value in element.items() if key.lower() in wanted), "")


def text(element: Element) -> str:
    """All text of an element on one line."""
    return values.line("".join(element.itertext()) if len(element) else element.text)


def first_text(groups: Groups, *names: tuple[str, str]) -> str:
    """The first non-empty text of these tags."""
    return next((found for name in names for element in groups.get(name, ()) if (found := text(element))), "")


def all_of(elements: Iterable[Element], make: Callable[[Element], Made | None]) -> tuple[Made, ...]:
    return tuple(made for element in elements if (made := make(element)) is not None)


def transcripts(groups: Groups, base: str, language: str) -> tuple[TranscriptLink, ...]:
    def make(element: Element) -> TranscriptLink | None:
        url = values.address(attribute(element, "url", "href"), base)
        return TranscriptLink(url, attribute(element, "type").lower(),
                              attribute(element, "language", "lang") or language,
                              attribute(element, "rel").lower()) if url else None
    return all_of(podcast(groups, "transcript"), make)


def chapters_link(groups: Groups, base: str) -> ChaptersLink | None:
    def make(element: Element) -> ChaptersLink | None:
        url = values.address(attribute(element, "url", "href"), base)
        return ChaptersLink(url, attribute(element, "type").lower()) if url else None
    return next(iter(all_of(podcast(groups, "chapters"), make)), None)


def simple_chapters(groups: Groups, base: str) -> tuple[Chapter, ...]:
    """Podlove Simple Chapters in order of time."""
    def make(element: Element) -> Chapter | None:
        start = values.seconds(attribute(element, "start"))
        if start is None:
            return None
        return Chapter(start, values.line(attribute(element, "title")) or text(element),
                       url=values.address(attribute(element, "href"), base),
                       image=values.address(attribute(element, "image"), base))
    found = [child for outer in groups.get(("psc", "chapters"), ()) for child in outer
             if name_of(child)[1] == "chapter"]
    return tuple(sorted(all_of(found or groups.get(("psc", "chapter"), []), make), key=lambda chapter: chapter.start))


def soundbites(groups: Groups, title: str) -> tuple[Soundbite, ...]:
    """Blank titles become the episode's; times may also be written as clock times."""
    def make(element: Element) -> Soundbite | None:
        start = values.seconds(attribute(element, "startTime", "start"))
        duration = values.seconds(attribute(element, "duration"))
        return Soundbite(start, duration, text(element) or title) if start is not None and duration else None
    return all_of(podcast(groups, "soundbite"), make)


def persons(groups: Groups, base: str) -> tuple[Person, ...]:
    def make(element: Element) -> Person | None:
        name = text(element)
        return Person(name, attribute(element, "role").lower() or "host", attribute(element, "group").lower() or "cast",
                      values.address(attribute(element, "img"), base),
                      values.address(attribute(element, "href"), base)) if name else None
    return all_of(podcast(groups, "person"), make)


def funding(groups: Groups, base: str) -> tuple[Funding, ...]:
    def make(element: Element) -> Funding | None:
        url = values.address(attribute(element, "url", "href"), base)
        return Funding(url, text(element)) if url else None
    return all_of(podcast(groups, "funding"), make)


def remote_items(elements: Iterable[Element]) -> tuple[RemoteItem, ...]:
    def make(element: Element) -> RemoteItem | None:
        made = RemoteItem(attribute(element, "feedGuid").lower(), values.address(attribute(element, "feedUrl")),
                          attribute(element, "itemGuid"), attribute(element, "medium").lower(),
                          values.line(attribute(element, "title")))
        return made if made.feed_guid or made.feed_url else None
    return all_of(elements, make)


def podroll(groups: Groups) -> tuple[RemoteItem, ...]:
    return remote_items(child for outer in podcast(groups, "podroll") for child in outer
                        if name_of(child) == ("podcast", "remoteitem"))


def trailers(groups: Groups, base: str) -> tuple[Trailer, ...]:
    def make(element: Element) -> Trailer | None:
        url = values.address(attribute(element, "url"), base)
        return Trailer(url, text(element), values.date(attribute(element, "pubdate")),
                       values.integer(attribute(element, "length")), attribute(element, "type").lower(),
                       values.integer(attribute(element, "season"))) if url else None
    return all_of(podcast(groups, "trailer"), make)


def alternate_enclosures(groups: Groups, base: str) -> tuple[AlternateEnclosure, ...]:
    def make(element: Element) -> AlternateEnclosure | None:
        inner = group(element)
        integrity = next(((attribute(one, "type").lower(), attribute(one, "value"))
                          for one in podcast(inner, "integrity") if attribute(one, "value")), None)
        sources = tuple(Source(uri, attribute(one, "contentType", "type").lower()) for one in podcast(inner, "source")
                        if (uri := values.address(attribute(one, "uri", "url"), base)))
        return AlternateEnclosure(
            attribute(element, "type").lower(), sources, values.integer(attribute(element, "length")),
            values.decimal(attribute(element, "bitrate")), values.integer(attribute(element, "height")),
            attribute(element, "lang"), values.line(attribute(element, "title")), attribute(element, "rel"),
            attribute(element, "codecs"), bool(values.yes_no(attribute(element, "default"))), integrity)
    return all_of(podcast(groups, "alternateenclosure"), make)


def media_enclosures(groups: Groups, base: str) -> tuple[Enclosure, ...]:
    """Audio and video of Media RSS, for items that have no enclosure."""
    def make(element: Element) -> Enclosure | None:
        url, kind = values.address(attribute(element, "url"), base), attribute(element, "type").lower()
        if not url or not (kind.startswith(("audio/", "video/")) or attribute(element, "medium") in ("audio", "video")):
            return None
        return Enclosure(url, kind, values.integer(attribute(element, "fileSize")))
    inside = [child for outer in groups.get(("media", "group"), ()) for child in outer
              if name_of(child) == ("media", "content")]
    return all_of([*groups.get(("media", "content"), ()), *inside], make)


def location(groups: Groups) -> Location | None:
    def make(element: Element) -> Location:
        return Location(text(element), attribute(element, "rel"), attribute(element, "geo"), attribute(element, "osm"),
                        attribute(element, "country"))
    return next(iter(all_of(podcast(groups, "location"), make)), None)


def update_frequency(groups: Groups) -> UpdateFrequency | None:
    return next((UpdateFrequency(text(element), bool(values.yes_no(attribute(element, "complete"))),
                                 attribute(element, "dtstart"), attribute(element, "rrule"))
                 for element in podcast(groups, "updatefrequency")), None)


def ai_content(groups: Groups) -> bool | None:
    """Whether the publisher says that machines made the content (``txt purpose="ai-content"``)."""
    return next((values.yes_no(text(element)) for element in podcast(groups, "txt")
                 if attribute(element, "purpose").lower() == "ai-content"), None)


def kept_tags(groups: Groups) -> tuple[Tag, ...]:
    return tuple(_tag(element, 0) for (space, name), elements in groups.items()
                 if space == "podcast" and name in _KEPT for element in elements)


def _tag(element: Element, depth: int) -> Tag:
    name = str(element.tag).rpartition("}")[2].rpartition(":")[2]
    children = tuple(_tag(child, depth + 1) for child in element if isinstance(child.tag, str)) if depth < 6 else ()
    attributes = tuple((str(key), str(value)) for key, value in element.items())
    return Tag(name, values.line(element.text), attributes, children)


def numbering(groups: Groups) -> dict[str, Any]:
    """Season and episode as ``FeedItem`` arguments; the podcast namespace wins over iTunes."""
    season = next(iter(podcast(groups, "season")), None)
    episode = next(iter(podcast(groups, "episode")), None)
    number = values.decimal(text(episode)) if episode is not None else None
    if number is None:
        number = values.decimal(first_text(groups, ("itunes", "episode")))
    shown = attribute(episode, "display") if episode is not None else ""
    given = values.integer(text(season)) if season is not None else None
    return {"season": given if given is not None else values.integer(first_text(groups, ("itunes", "season"))),
            "season_name": values.line(attribute(season, "name"), 128) if season is not None else "",
            "episode": number,
            "number": values.line(shown, 32) or ("" if number is None else f"{number:g}")}
