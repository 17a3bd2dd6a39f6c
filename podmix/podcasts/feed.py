# SPDX-License-Identifier: GPL-3.0-or-later
"""From the bytes of any feed to a ``Feed``: RSS 0.9x, 1.0 and 2.0, Atom, with iTunes and Podcasting 2.0 tags.

The way: ``feed_text`` (bytes -> safe text), ``feed_tree`` (text -> XML tree, repaired where broken), feedparser for the
basics of channel and items (titles, links, dates, authors, enclosures), ``feed_namespace`` beside it for what
feedparser does not read, and here the joining of both. feedparser gets a plain copy of the basics only, so that live
items, long notes and foreign tags neither mislead nor slow it.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import feedparser

from podmix.podcasts import feed_namespace as tags
from podmix.podcasts import feed_values as values
from podmix.podcasts.feed_namespace import Groups
from podmix.podcasts.feed_plain import plain_entry
from podmix.podcasts.feed_text import read_text
from podmix.podcasts.feed_tree import (
    Element,
    FeedTree,
    basics,
    chunks,
    frame_text,
    inner_markup,
    item_text,
    name_of,
    read_tree,
)
from podmix.podcasts.types import AlternateEnclosure, Category, Enclosure, Feed, FeedItem, LiveItem, Source

MAX_WARNINGS = 100

# Read straight from the tree: long, and needing no guessing.
_NOTES = frozenset({"description", "content", "summary", "subtitle", "tagline"})
# What feedparser has been seen to raise on hostile input.
_PARSER_FAILURES = (ValueError, TypeError, AttributeError, LookupError, AssertionError, ArithmeticError, RecursionError)


def parse_feed(body: bytes, *, url: str = "", content_type: str = "") -> Feed:
    """Read a feed.

    Args:
        body: the answer as it came, decompressed.
        url: where it came from; relative addresses count from there.
        content_type: the answer's header, for its charset.

    Returns:
        The feed with every item, also those without enclosure or with a repeated guid; ``warnings`` name oddities.

    Raises:
        NotAFeed: it is something else, said what.
        FeedError: it is harmful.
    """
    decoded = read_text(body, content_type)
    tree = read_tree(decoded.text, url)
    groups = tags.group(tree.channel)
    language = _language(tree, groups)
    items = tuple(_items(tree, url, language))
    warnings = [*decoded.warnings, *tree.warnings, *_oddities(items)]
    return replace(_show(tree, groups, url, language), items=items, warnings=tuple(warnings[:MAX_WARNINGS]))


def _entries(tree: FeedTree) -> Iterator[tuple[Element, dict[str, Any]]]:
    """Every item with its basics under feedparser's names ({} where it could read nothing)."""
    for elements in chunks(tree):
        plain = [None if tree.atom else plain_entry(element) for element in elements]
        asked = iter(_asked(tree, [element for element, entry in zip(elements, plain, strict=True) if entry is None]))
        for element, entry in zip(elements, plain, strict=True):
            yield element, entry if entry is not None else next(asked)


def _asked(tree: FeedTree, elements: list[Element]) -> list[dict[str, Any]]:
    """What feedparser says of these items, one answer each."""
    if not elements:
        return []
    texts = [item_text(tree, element, _NOTES) for element in elements]
    entries: list[dict[str, Any]] = _feedparser(tree, texts).get("entries", [])
    if len(entries) == len(texts):
        return entries
    # One item broke the reading of the others: take them one by one.
    return [next(iter(_feedparser(tree, [text]).get("entries", [])), {}) for text in texts]


def _feedparser(tree: FeedTree, inner: list[str]) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = feedparser.parse(
            io.BytesIO(frame_text(tree, inner)), sanitize_html=False, resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"})
    except _PARSER_FAILURES:
        return {}
    return parsed


def _items(tree: FeedTree, url: str, language: str) -> Iterator[FeedItem]:
    for element, entry in _entries(tree):
        yield _item(element, entry, url, language)


def _item(element: Element, entry: dict[str, Any], url: str, language: str) -> FeedItem:
    groups = tags.group(element)
    base = element.base or url
    title = values.line(entry.get("title")) or tags.first_text(groups, ("itunes", "title"), ("", "title"))
    published = _published(entry)
    enclosure, others = _enclosures(entry, groups, base)
    link = values.address(_page(entry), base) or _link(groups, base)
    notes, summary = _notes(groups)
    guid = values.line(entry.get("id")) or tags.first_text(groups, ("", "guid"), ("atom", "id")) or _about(element)
    return FeedItem(
        guid=guid or _made_up_guid(enclosure, link, title, published, notes), guid_given=bool(guid), title=title,
        published=published, enclosure=enclosure, link=link, notes_html=notes, summary=summary,
        duration=_duration(groups), image_url=_image(groups, base) or values.address(_href(entry.get("image")), base),
        author=tags.first_text(groups, ("itunes", "author")) or values.line(entry.get("author")),
        episode_kind=_kind(groups), explicit=_flag(groups, "explicit"), block=bool(_flag(groups, "block")),
        categories=_terms(entry), transcripts=tags.transcripts(groups, base, language),
        chapters_link=tags.chapters_link(groups, base), chapters=tags.simple_chapters(groups, base),
        soundbites=tags.soundbites(groups, title), persons=tags.persons(groups, base),
        alternate_enclosures=(*tags.alternate_enclosures(groups, base), *others), location=tags.location(groups),
        ai_content=tags.ai_content(groups), tags=tags.kept_tags(groups), **tags.numbering(groups))


def _published(entry: dict[str, Any]) -> datetime | None:
    for name in ("published", "created", "updated"):
        if name not in entry or not dict.get(entry, name):
            continue
        parsed = dict.get(entry, name + "_parsed")
        stamp = values.date_of(parsed) if parsed else values.date(dict.get(entry, name))
        if stamp is not None:
            return stamp
    return None


def _enclosures(entry: dict[str, Any], groups: Groups,
                base: str) -> tuple[Enclosure | None, tuple[AlternateEnclosure, ...]]:
    """The enclosure to play (audio before video before the rest) and the other ones."""
    found = [Enclosure(address, values.line(one.get("type")).lower(), values.integer(str(one.get("length") or "")))
             for one in entry.get("enclosures", ()) if (address := values.address(_href(one), base))]
    if not found:
        found = list(tags.media_enclosures(groups, base))
    if not found:
        return None, ()
    best = min(found, key=lambda one: (not one.type.startswith("audio/"), not one.type.startswith("video/")))
    others = tuple(AlternateEnclosure(one.type, (Source(one.url, one.type),), one.length)
                   for one in found if one.url != best.url)
    return best, others


def _href(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return str(dict.get(value, "href") or dict.get(value, "url") or "")


def _page(entry: dict[str, Any]) -> str:
    """The item's link; a guid that stands in for it must be an address."""
    said = str(entry.get("link") or "")
    return "" if said == entry.get("id") and not said.startswith(("http://", "https://")) else said


def _link(groups: Groups, base: str) -> str:
    return next((found for element in groups.get(("atom", "link"), ())
                 if tags.attribute(element, "rel") in ("", "alternate")
                 and (found := values.address(tags.attribute(element, "href"), base))), "")


def _about(element: Element) -> str:
    return next((str(value) for key, value in element.items() if key.endswith("}about")), "")


def _made_up_guid(enclosure: Enclosure | None, link: str, title: str, published: datetime | None, notes: str) -> str:
    if enclosure is not None:
        return enclosure.url
    if link:
        return link
    said = f"{title}\n{published.isoformat() if published else ''}"
    return "podmix:" + hashlib.sha256((said if said.strip() else notes).encode("utf-8", "replace")).hexdigest()[:32]


def _notes(groups: Groups) -> tuple[str, str]:
    """(the fullest notes, a shorter description where there is one), both raw."""
    full = _markup(groups, ("content", "encoded"), ("atom", "content"), ("", "content"), ("xhtml", "body"))
    short = max((_markup(groups, name) for name in (("", "description"), ("atom", "summary"), ("itunes", "summary"),
                                                    ("", "summary"), ("dc", "description"),
                                                    ("googleplay", "description"))), key=len)
    if full:
        return full, short if short != full else ""
    return short or _markup(groups, ("itunes", "subtitle")), ""


def _markup(groups: Groups, *names: tuple[str, str]) -> str:
    for name in names:
        for element in groups.get(name, ()):
            if found := inner_markup(element).strip():
                return found
    return ""


def _duration(groups: Groups) -> float | None:
    for element in groups.get(("itunes", "duration"), ()):
        if (found := values.seconds(tags.text(element))) is not None:
            return found
    return next((found for element in groups.get(("media", "content"), ())
                 if (found := values.seconds(tags.attribute(element, "duration"))) is not None), None)


def _image(groups: Groups, base: str) -> str:
    for space in ("itunes", "googleplay", "podcast"):
        for element in groups.get((space, "image"), ()):
            if found := values.address(tags.attribute(element, "href", "url") or tags.text(element), base):
                return found
    return ""


def _kind(groups: Groups) -> str:
    said = tags.first_text(groups, ("itunes", "episodetype")).lower()
    return said if said in ("full", "trailer", "bonus") else "full"


def _flag(groups: Groups, name: str) -> bool | None:
    return values.yes_no(tags.first_text(groups, ("itunes", name), ("googleplay", name)))


def _terms(entry: dict[str, Any]) -> tuple[str, ...]:
    found = (values.line(tag.get("term") or tag.get("label"), 200) for tag in entry.get("tags", ()))
    return tuple(dict.fromkeys(term for term in found if term))


def _language(tree: FeedTree, groups: Groups) -> str:
    said = tags.first_text(groups, ("", "language"), ("dc", "language"))
    return said or next((str(value) for key, value in [*tree.channel.items(), *tree.root.items()]
                         if key.endswith("}lang")), "")


def _show(tree: FeedTree, groups: Groups, url: str, language: str) -> Feed:
    """The channel alone."""
    said = _feedparser(tree, [basics(tree.channel, _NOTES), *_outside_channel(tree)]).get("feed", {})
    base = tree.channel.base or url
    relations = {str(one.get("rel", "")).lower(): str(one.get("href", "")) for one in reversed(said.get("links", []))}
    description = max((_markup(groups, name) for name in (("", "description"), ("itunes", "summary"),
                                                          ("atom", "subtitle"), ("atom", "tagline"))), key=len)
    icon = values.address(_href(said.get("image")) or said.get("logo") or said.get("icon"), base)
    return Feed(
        title=values.line(said.get("title")) or tags.first_text(groups, ("itunes", "title"), ("", "title")), url=url,
        guid=tags.first_text(groups, ("podcast", "guid")), language=language,
        link=values.address(said.get("link"), base) or _link(groups, base),
        description_html=description or _markup(groups, ("itunes", "subtitle")),
        author=tags.first_text(groups, ("itunes", "author")) or values.line(said.get("author")),
        owner=next((text for one in groups.get(("itunes", "owner"), ())
                    if (text := tags.first_text(tags.group(one), ("itunes", "name")))), ""),
        image_url=_image(groups, base) or icon, categories=_categories(groups, said),
        explicit=_flag(groups, "explicit"),
        kind="serial" if tags.first_text(groups, ("itunes", "type")).lower() == "serial" else "episodic",
        medium=tags.first_text(groups, ("podcast", "medium")) or "podcast", format=tree.format,
        self_url=values.address(relations.get("self"), base),
        new_feed_url=values.address(tags.first_text(groups, ("itunes", "new-feed-url")), base),
        next_page=values.address(relations.get("next"), base), hub=values.address(relations.get("hub"), base),
        complete=bool(_flag(groups, "complete")), block=bool(_flag(groups, "block")),
        locked=values.yes_no(tags.first_text(groups, ("podcast", "locked"))), copyright=values.line(said.get("rights")),
        published=_published(said), ttl_minutes=values.integer(tags.first_text(groups, ("", "ttl"))),
        funding=tags.funding(groups, base), persons=tags.persons(groups, base), podroll=tags.podroll(groups),
        remote_items=tags.remote_items(tags.podcast(groups, "remoteitem")), trailers=tags.trailers(groups, base),
        live_items=tuple(_live(element, url, language) for element in tree.live), location=tags.location(groups),
        update_frequency=tags.update_frequency(groups), ai_content=tags.ai_content(groups), tags=tags.kept_tags(groups))


def _outside_channel(tree: FeedTree) -> list[str]:
    """RSS 1.0 keeps the channel's picture beside the channel."""
    return [basics(tree.root, _NOTES)] if tree.channel is not tree.root else []


def _categories(groups: Groups, said: dict[str, Any]) -> tuple[Category, ...]:
    found = []
    for element in (*groups.get(("itunes", "category"), ()), *groups.get(("googleplay", "category"), ())):
        name = values.line(tags.attribute(element, "text") or element.text, 200)
        subs = [values.line(tags.attribute(child, "text") or child.text, 200) for child in element
                if name_of(child)[1] == "category"]
        found += [Category(name, sub) for sub in subs or [""] if name or sub]
    return tuple(dict.fromkeys(found)) or tuple(Category(term) for term in _terms(said))


def _live(element: Element, url: str, language: str) -> LiveItem:
    small = FeedTree(element, element, [element], [], atom=False, format="")
    entry = next(_entries(small))[1]
    return LiveItem(tags.attribute(element, "status").lower(), values.date(tags.attribute(element, "start")),
                    values.date(tags.attribute(element, "end")), _item(element, entry, url, language))


def _oddities(items: tuple[FeedItem, ...]) -> list[str]:
    """Warnings a publisher (or a curious listener) wants to read."""
    found = []
    if silent := sum(item.enclosure is None for item in items):
        found.append(f"{silent} of {len(items)} items have no enclosure.")
    if nameless := sum(not item.guid_given for item in items):
        found.append(f"{nameless} of {len(items)} items have no guid; one was made from address, link or title.")
    if undated := sum(item.published is None for item in items):
        found.append(f"{undated} of {len(items)} items have no date that can be read.")
    found += [f"The guid {guid[:200]!r} is used by {count} items."
              for guid, count in Counter(item.guid for item in items).items() if count > 1]
    return found
