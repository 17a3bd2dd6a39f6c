# SPDX-License-Identifier: GPL-3.0-or-later
"""From whatever a person pastes to an address to ask, and from a web page to the feeds it names.

Nothing is fetched here. Logins inside an address are taken out and handed over beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from podmix.errors import AddressRefused
from podmix.net.addresses import checked_url, split_login

# Schemes of podcast programs. What follows is an address without its scheme, or a whole one.
_PODCAST_SCHEMES = {"feed": "http", "feeds": "https", "itpc": "http", "itms": "https", "itmss": "https",
                    "pcast": "http", "podcast": "http", "rss": "http", "gpodder": "http",
                    "antennapod-subscribe": "http", "pktc": "http", "itms-podcasts": "https", "itms-podcast": "https"}
_OTHER_SCHEMES = frozenset({"file", "ftp", "sftp", "data", "javascript", "mailto", "about", "tel", "magnet", "blob",
                            "view-source", "chrome", "ssh", "smb", "ws", "wss", "urn", "news", "gopher", "ldap"})
_ALL_SCHEMES = frozenset({"http", "https", *_PODCAST_SCHEMES, *_OTHER_SCHEMES})
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(.*)", re.DOTALL)
_FEED_TYPES = {"application/rss+xml": "rss", "application/atom+xml": "atom", "application/rdf+xml": "rss",
               "application/x-rss+xml": "rss", "application/xml": "xml", "text/xml": "xml"}
_FEED_PATH = re.compile(r"(\.(rss|xml|atom|rdf)|[/=](feed|rss|podcast-feed|feed/podcast))/?$", re.IGNORECASE)
_COMMENTS = re.compile(r"comments?\b", re.IGNORECASE)
_PAGE_BYTES = 3_000_000
_MOST_FOUND = 30
_MOST_LAYERS = 4


@dataclass(frozen=True, slots=True)
class Address:
    """Where to ask: ``url`` is http(s) without a login; ``user`` and ``password`` stood inside it, or are empty."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def login(self) -> tuple[str, str] | None:
        return (self.user, self.password) if self.user or self.password else None


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that a page names. ``kind`` is rss, atom, xml, or link (a mere guess from an ``<a>``)."""

    title: str
    url: str
    kind: str


def normalise_address(text: str) -> Address:
    """The address that ``text`` means.

    Knows the schemes of podcast programs (``feed:``, ``itpc:``, ``pktc://subscribe/…``, also in front of a whole
    address), a missing scheme, and subscribe links of web players. The host becomes lower case; path, query, user
    and password stay as they are.

    Raises:
        AddressRefused: it is no web address.
    """
    rest = text.strip().strip("<>\"'“”").strip()
    for _ in range(_MOST_LAYERS):
        found = _SCHEME.fullmatch(rest)
        scheme = found[1].lower() if found else ""
        if found and scheme in ("http", "https"):
            inner = _inside_subscribe_link(rest)
            if inner is None:
                return _address(_with_slashes(scheme, found[2]))
            rest = inner
        elif found and scheme in _PODCAST_SCHEMES:
            rest = _after_podcast_scheme(scheme, found[2])
        elif found and scheme in _OTHER_SCHEMES:
            raise AddressRefused(f"{scheme}: addresses are not podcasts.",
                                 remedy="Use an address that begins with https:// or http://.")
        else:
            return _address(_guess_scheme(rest))
    raise AddressRefused("This address is wrapped too many times.", remedy="Paste the feed's own address.")


def find_feeds(body: bytes, url: str) -> list[FoundFeed]:
    """The feeds that an HTML page names, best first: ``<link rel="alternate">``, else links that look like feeds.

    Args:
        body: the page as it came, unpacked; only its first 3 MB are read.
        url: where it came from; a ``<base href>`` in the page goes before it.
    """
    root = _parse(body[:_PAGE_BYTES])
    if root is None:
        return []
    base = _base_of(root, url)
    found = _unique(_declared(root, base)) or _unique(_linked(root, base))
    no_comments = [feed for feed in found if not _COMMENTS.search(feed.title + " " + urlsplit(feed.url).path)]
    return (no_comments or found)[:_MOST_FOUND]


def _after_podcast_scheme(scheme: str, rest: str) -> str:
    """``//host/path``, ``host/path``, ``https://host/path`` or the same percent-encoded, as a whole address."""
    rest = rest.lstrip("/")
    if re.match(r"https?%3A", rest, re.IGNORECASE):
        rest = unquote(rest)
    if scheme == "pktc" and rest.lower().startswith("subscribe/"):
        rest = rest[len("subscribe/"):]
    inner = _SCHEME.fullmatch(rest)
    if inner and not inner[2][:1].isdigit() and inner[1].lower() in _ALL_SCHEMES:  # digits would be a port
        return rest
    return f"{_PODCAST_SCHEMES[scheme]}://{rest}"


def _inside_subscribe_link(url: str) -> str | None:
    """The feed's address inside another player's web link, None where it is an ordinary address."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if host == "antennapod.org" and parts.path.startswith("/deeplink/subscribe"):
        return next(iter(parse_qs(parts.query).get("url", [])), None)
    if host == "subscribeonandroid.com" and len(parts.path) > 1:
        return f"http://{parts.path.lstrip('/')}"
    return None


def _with_slashes(scheme: str, rest: str) -> str:
    return f"{scheme}://{rest.lstrip('/')}"  # also mends "https:/host" and "https:host"


def _guess_scheme(text: str) -> str:
    """An address without a scheme; http, because servers forward from there to https."""
    host = re.split(r"[/?#]", text.rpartition("@")[2].lstrip("/"), maxsplit=1)[0]
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    known = "." in name.strip(".") or name.lower() == "localhost" or name.startswith("[")
    if not known or re.search(r"\s", text):
        raise AddressRefused("This does not look like a web address.",
                             remedy="Paste the address of a podcast's page or feed, or search for its name.")
    return "http://" + text.lstrip("/")


def _address(url: str) -> Address:
    bare, login = split_login(checked_url(url))
    return Address(bare, *login) if login else Address(bare)


def _parse(body: bytes) -> Any:
    """The page as a tree, None where there is nothing to read. lxml's HTML parser loads and expands nothing."""
    from lxml import etree

    try:
        body.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # lxml looks for <meta charset>
    parser = etree.HTMLParser(encoding=encoding, no_network=True, recover=True, remove_comments=True)
    try:
        return etree.fromstring(body, parser) if body.strip() else None
    except (etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def _base_of(root: Any, url: str) -> str:
    for element in root.iter("base"):
        href = (element.get("href") or "").strip()
        if href:
            return _join(url, href) or url
    return url


def _declared(root: Any, base: str) -> Iterator[FoundFeed]:
    for element in root.iter("link"):
        rel = (element.get("rel") or "").lower().split()
        kind = _FEED_TYPES.get((element.get("type") or "").partition(";")[0].strip().lower())
        if kind and ("alternate" in rel or "feed" in rel):
            yield from _feed(base, element.get("href"), element.get("title"), kind)


def _linked(root: Any, base: str) -> Iterator[FoundFeed]:
    for element in root.iter("a", "area"):
        href = (element.get("href") or "").strip()
        scheme = href.partition(":")[0].lower()
        kind = _FEED_TYPES.get((element.get("type") or "").lower())
        try:
            path = urlsplit(href).path
        except ValueError:
            continue
        if kind or scheme in _PODCAST_SCHEMES or _FEED_PATH.search(path):
            text = element.get("title") or " ".join("".join(element.itertext()).split())
            yield from _feed(base, href, text, "link")


def _feed(base: str, href: str | None, title: str | None, kind: str) -> Iterator[FoundFeed]:
    """One feed, if its address is one that may be asked."""
    joined = _join(base, (href or "").strip())
    if not joined:
        return
    try:
        address = normalise_address(joined)
    except AddressRefused:
        return
    yield FoundFeed(" ".join((title or "").split())[:200], address.url, kind)


def _join(base: str, href: str) -> str:
    if not href:
        return ""
    try:
        return href if href.partition(":")[0].lower() in _PODCAST_SCHEMES else urljoin(base, href)
    except ValueError:
        return ""


def _unique(feeds: Iterator[FoundFeed]) -> list[FoundFeed]:
    first: dict[str, FoundFeed] = {}
    for feed in feeds:
        first.setdefault(feed.url, feed)
    return list(first.values())
