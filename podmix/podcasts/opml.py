# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscription lists: reads OPML 1 and 2 of any program, writes OPML 2.

A folder is the path of the outlines around a feed, joined by " / ". Nothing that could be a password is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from lxml import etree

from podmix.errors import FeedError
from podmix.podcasts import feed_values as values
from podmix.podcasts.feed_repair import repair
from podmix.podcasts.feed_text import read_text

FOLDER_SEPARATOR = " / "
MAX_FEEDS = 50_000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One line of a list. ``folder`` is a path ("News / Daily") or empty."""

    url: str
    title: str = ""
    site: str = ""
    folder: str = ""


def read_opml(body: bytes) -> tuple[Subscription, ...]:
    """The feeds of a list in order, each address once (its first folder wins).

    Raises:
        NotAFeed: a web page, a PDF, an empty file.
        FeedError: no OPML, or entities that build on each other.
    """
    root = _tree(read_text(body).text)
    found: dict[str, Subscription] = {}
    # (outline, folder path); a stack instead of recursion, for nesting may be deep
    waiting = [(child, "") for child in reversed(_outlines(_body(root)))]
    while waiting and len(found) < MAX_FEEDS:
        outline, folder = waiting.pop()
        said = {str(key).lower(): str(value) for key, value in outline.items()}
        title = values.line(said.get("title") or said.get("text"))
        url = _feed_address(said)
        if url:
            found.setdefault(url, Subscription(url, title, values.address(said.get("htmlurl")), folder))
        inner = folder if url or not title else folder + FOLDER_SEPARATOR * bool(folder) + title
        waiting += [(child, inner[:500]) for child in reversed(_outlines(outline))]
    return tuple(found.values())


def _feed_address(said: dict[str, str]) -> str:
    url = values.address(said.get("xmlurl"))
    if not url and said.get("type", "").lower() in ("rss", "atom", "feed"):
        url = values.address(said.get("url"))
    return url


def _tree(text: str) -> Any:
    """The root of the list, repaired where it is broken; document types were cut out before."""
    for attempt in (text, None):
        parser = etree.XMLParser(recover=attempt is None, resolve_entities=False, load_dtd=False, no_network=True,
                                 huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
        try:
            root = etree.fromstring((repair(text) if attempt is None else text).encode("utf-8", "replace"), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None:
            return root
    raise _no_list()


def _no_list() -> FeedError:
    return FeedError("This file is not a list of podcasts (OPML).", remedy="Export the list again as OPML.")


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _body(root: Any) -> Any:
    if _local(root) != "opml":
        if any(_local(element) == "outline" for element in root.iter()):
            return root
        raise _no_list()
    return next((child for child in root if _local(child) == "body"), root)


def _outlines(element: Any) -> list[Any]:
    return [child for child in element if _local(child) == "outline"]


def write_opml(subscriptions: Iterable[Subscription], *, title: str = "PodMix subscriptions",
               created: datetime | None = None) -> bytes:
    """OPML 2 in UTF-8 with folders as nested outlines; user names and passwords inside addresses are left out."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _clean(title)
    stamp = (created or datetime.now(UTC)).astimezone(UTC)
    etree.SubElement(head, "dateCreated").text = stamp.strftime("%a, %d %b %Y %H:%M:%S +0000")
    folders: dict[str, Any] = {"": etree.SubElement(root, "body")}
    for one in subscriptions:
        name = _clean(one.title) or _clean(one.url)
        outline = etree.SubElement(_folder(folders, one.folder), "outline", type="rss", text=name, title=name,
                                   xmlUrl=without_credentials(_clean(one.url)))
        if one.site:
            outline.set("htmlUrl", without_credentials(_clean(one.site)))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _folder(folders: dict[str, Any], path: str) -> Any:
    """The outline of a folder path, made where it is missing."""
    here = ""
    for name in (part.strip() for part in _clean(path).split(FOLDER_SEPARATOR)):
        if not name:
            continue
        inner = here + FOLDER_SEPARATOR * bool(here) + name
        if inner not in folders:
            folders[inner] = etree.SubElement(folders[here], "outline", text=name, title=name)
        here = inner
    return folders[here]


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text).strip()


def without_credentials(url: str) -> str:
    """The address without ``user:password@``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//[^/@]*@", "//", url)
    if "@" not in parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
