# SPDX-License-Identifier: GPL-3.0-or-later
"""The XML tree of a feed: its channel, its items, and the plain copy of the basics that feedparser reads.

Elements are named by ``name_of``: a short key of the namespace ("" for RSS itself) and the lower-case local name,
whatever prefix and whichever of the historic namespace addresses the publisher chose, declared or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from podmix.errors import FeedError, NotAFeed
from podmix.podcasts.feed_repair import repair
from podmix.podcasts.feed_text import not_a_page

Element = Any  # lxml has no types here

_KNOWN = (
    ("podcastindex", "podcast"), ("podcast-namespace", "podcast"), ("itunes.com/dtds/podcast", "itunes"),
    ("dtds/podcast-1.0", "itunes"), ("podlove.org/simple-chapters", "psc"), ("rss/1.0/modules/content", "content"),
    ("w3.org/2005/atom", "atom"), ("purl.org/atom", "atom"), ("purl.org/dc/terms", "dcterms"),
    ("purl.org/dc/elements", "dc"), ("search.yahoo.com/mrss", "media"), ("w3.org/1999/xhtml", "xhtml"),
    ("22-rdf-syntax-ns", "rdf"), ("google.com/schemas/play-podcasts", "googleplay"), ("base.google.com", "g"),
    ("purl.org/rss/1.0", ""), ("my.netscape.com/rdf", ""), ("backend.userland.com", ""), ("blogs.law.harvard.edu", ""),
    ("cyber.law.harvard.edu", ""), ("purl.org/net/rss1.1", ""), ("channel.netscape.com", ""),
)
_ADDRESSES = {"atom": "http://www.w3.org/2005/Atom", "dc": "http://purl.org/dc/elements/1.1/",
              "dcterms": "http://purl.org/dc/terms/"}
_PLAIN = "http://backend.userland.com/rss2"
_ITEM_TAGS = tuple("{*}" + name for name in ("item", "entry", "Item", "ITEM", "Entry", "ENTRY"))
_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_ITEM_NAMES = frozenset({"item", "entry"})
_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CHUNK = 1000  # items that feedparser sees at once: bounds memory


@dataclass(slots=True)
class FeedTree:
    """``channel`` holds the show's own elements, ``items`` and ``live`` the episodes; ``atom`` tells the dialect."""

    root: Element
    channel: Element
    items: list[Element]
    live: list[Element]
    atom: bool
    format: str
    warnings: list[str] = field(default_factory=list)


def read_tree(text: str, url: str = "") -> FeedTree:
    """Parse safe text (see ``feed_text``); broken XML is repaired.

    Raises:
        NotAFeed: the XML is something else, said what.
    """
    warnings: list[str] = []
    root, problem = _parse(text, url)
    if problem:
        warnings.append(f"The feed is not well-formed XML ({problem}); it was repaired.")
        mended, _ = _parse(repair(text), url)
        root = root if mended is None else mended
    if root is None:
        raise NotAFeed("This file holds no feed that can be read.", remedy="Check the address.", detail=problem)
    frame = _frame(root)
    if name_of(frame)[0] not in ("", "atom", "rdf") and frame.tag.startswith("{"):
        frame = _as_plain_rss(root, frame, url)
    tree = _split(frame)
    tree.warnings = warnings
    return tree


def _as_plain_rss(root: Element, frame: Element, url: str) -> Element:
    """The frame again, with a namespace of the publisher's own read as plain RSS."""
    own = frame.tag[1:].partition("}")[0]
    again, _ = _parse(etree.tostring(root, encoding="unicode").replace(f'"{own}"', f'"{_PLAIN}"'), url)
    return frame if again is None else _frame(again)


def _parse(text: str, url: str) -> tuple[Element | None, str]:
    """The root and the first structural problem; undeclared prefixes are none."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
                             remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser, base_url=_base(url))
    except etree.XMLSyntaxError as error:
        return None, str(error)[:200] or "nothing could be read"
    except (ValueError, etree.LxmlError) as error:
        raise FeedError("This feed cannot be read.", detail=str(error)) from error
    for entry in parser.error_log:
        if entry.domain != etree.ErrorDomains.NAMESPACE and entry.level >= etree.ErrorLevels.ERROR:
            return root, f"line {entry.line}: {entry.message[:120]}"
    return root, ""


def _base(url: str) -> str | None:
    return url if url.startswith(("http://", "https://")) and url.isascii() and " " not in url else None


def name_of(element: Element) -> tuple[str, str]:
    """(namespace key, lower-case local name); ("?", "") for what is no element."""
    tag = element.tag
    return _name(tag) if isinstance(tag, str) else ("?", "")


@lru_cache(maxsize=4096)
def _name(tag: str) -> tuple[str, str]:
    if tag.startswith("{"):
        space, _, local = tag[1:].partition("}")
        return _space(space), local.lower()
    if ":" in tag:  # a prefix that nobody declared
        prefix, _, local = tag.partition(":")
        return {"rss": "", "atom10": "atom"}.get(prefix.lower(), prefix.lower()), local.lower()
    return "", tag.lower()


def _space(address: str) -> str:
    low = address.strip().lower()
    if not low:
        return ""
    return next((key for part, key in _KNOWN if part in low), low)


def _frame(root: Element) -> Element:
    """The element that frames the feed: the root, or the first feed inside some wrapper."""
    local = name_of(root)[1]
    if local == "html":
        raise not_a_page()
    if local == "opml":
        raise NotAFeed("This is an OPML list of podcasts, not a feed.", remedy="Import it as a list of subscriptions.")
    for count, element in enumerate(root.iter()):
        if name_of(element)[1] in _ROOTS:
            return element
        if count > 2000:
            break
    raise NotAFeed("This is XML, but not a podcast feed.", remedy="PodMix reads RSS and Atom feeds.",
                   detail=f"root element {str(root.tag)[:100]}")


def _split(frame: Element) -> FeedTree:
    space, local = name_of(frame)
    atom = local == "feed"
    channel = frame
    if not atom and local != "channel":
        channel = next((child for child in frame if name_of(child)[1] == "channel"), frame)
    own = {"", "atom", space, name_of(channel)[0]}
    items = [element for element in frame.iter(*_ITEM_TAGS)
             if name_of(element)[0] in own and not _inside_foreign(element)]
    if channel is frame and not items and local == "rdf":
        raise NotAFeed("This is RDF data, but not a podcast feed.", remedy="PodMix reads RSS and Atom feeds.")
    live = [child for child in channel if name_of(child) == ("podcast", "liveitem")]
    return FeedTree(frame, channel, items, live, atom, _format(frame, local))


def _inside_foreign(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and name_of(parent)[0] not in ("", "atom", "rdf", name_of(element)[0])


def _format(frame: Element, local: str) -> str:
    if local == "feed":
        return "atom03" if "purl.org/atom" in str(frame.tag) else "atom10"
    if local == "rdf":
        return "rss090" if "netscape" in str(frame.nsmap) else "rss10"
    digits = re.sub(r"\D", "", frame.get("version") or frame.get("Version") or "")
    return f"rss{(digits or '20')[:3]}"


def basics(element: Element, skip: frozenset[str] = frozenset()) -> str:
    """The children that feedparser reads, as XML with the prefixes of ``frame_text``."""
    out: list[str] = []
    for child in element:
        space, local = name_of(child)
        if local in _ITEM_NAMES or local in skip or local == "channel":
            continue
        if space == "" or space in _ADDRESSES:
            _write(child, out, 0)
    return "".join(out)


def frame_text(tree: FeedTree, inner: Iterable[str]) -> bytes:
    """A small well-formed feed round ``inner``, for feedparser."""
    spaces = "".join(f' xmlns:{key}="{address}"' for key, address in _ADDRESSES.items()
                     if key != "atom" or not tree.atom)
    body = "".join(inner)
    if tree.atom:
        text = f'<feed xmlns="{_ADDRESSES["atom"]}"{spaces}>{body}</feed>'
    else:
        text = f'<rss version="2.0"{spaces}><channel>{body}</channel></rss>'
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", errors="replace")


def item_text(tree: FeedTree, item: Element, skip: frozenset[str]) -> str:
    """One item's basics as XML."""
    name = "entry" if tree.atom else "item"
    return f"<{name}>{basics(item, skip)}</{name}>"


def chunks(tree: FeedTree) -> Iterator[list[Element]]:
    """The items, a thousand at a time."""
    for first in range(0, len(tree.items), CHUNK):
        yield tree.items[first:first + CHUNK]


def _write(element: Element, out: list[str], depth: int) -> None:
    space, local = name_of(element)
    if depth > 40 or not re.fullmatch(r"[a-z_][\w.\-]*", local):
        return
    name = f"{space}:{local}" if space in _ADDRESSES and not _default(element, space) else local
    attributes = "".join(f" {_attribute(key)}={quoteattr(_INVALID.sub('', value))}"
                         for key, value in element.items() if _attribute(key))
    out.append(f"<{name}{attributes}>{escape(_INVALID.sub('', element.text or ''))}")
    for child in element:
        if isinstance(child.tag, str):
            _write(child, out, depth + 1)
        if child.tail:
            out.append(escape(_INVALID.sub("", child.tail)))
    out.append(f"</{name}>")


def _default(element: Element, space: str) -> bool:
    """Atom inside Atom needs no prefix."""
    return space == "atom" and name_of(element.getroottree().getroot())[0] == "atom"


@lru_cache(maxsize=1024)
def _attribute(key: str) -> str:
    """Plain attributes only; ``xml:base`` and ``xml:lang`` are looked at elsewhere."""
    return key if re.fullmatch(r"[A-Za-z_][\w.\-]*", key) and not key.lower().startswith("xml") else ""


def inner_markup(element: Element) -> str:
    """Text of an element that may hold escaped, CDATA or inline markup, as HTML."""
    if len(element) == 0:
        return element.text or ""
    out: list[str] = [escape(element.text or "")]
    for child in element:
        if isinstance(child.tag, str):
            _write_html(child, out, 0)
        out.append(escape(child.tail or ""))
    return "".join(out)


def _write_html(element: Element, out: list[str], depth: int) -> None:
    local = name_of(element)[1]
    if depth > 100 or not local:
        return
    attributes = "".join(f" {key}={quoteattr(value)}" for key, value in element.items() if _attribute(key))
    out.append(f"<{local}{attributes}>{escape(element.text or '')}")
    for child in element:
        if isinstance(child.tag, str):
            _write_html(child, out, depth + 1)
        out.append(escape(child.tail or ""))
    if local not in ("br", "hr", "img", "wbr"):
        out.append(f"</{local}>")
