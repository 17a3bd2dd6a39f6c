# SPDX-License-Identifier: GPL-3.0-or-later
"""The short way for items whose basics leave nothing to guess.

feedparser spends most of its time on guessing; a plain RSS item (each basic once, only text, only the usual
attributes) needs none. ``plain_entry`` says of such an item what feedparser would say, and of any other item None.
A test holds both ways equal on every feed at hand.
"""

from __future__ import annotations

from typing import Any

from podmix.podcasts.feed_tree import Element, name_of

_TEXTS = {"title": "title", "link": "link", "guid": "id", "pubdate": "published", "author": "author"}
_GUESSED = frozenset({"atom", "dc", "dcterms"})
# Read elsewhere, or of no use here.
_SKIPPED = frozenset({"description", "comments", "source"})
_ENCLOSURE_KEYS = {"url": "href", "type": "type", "length": "length"}


def plain_entry(item: Element) -> dict[str, Any] | None:
    """The basics of a plain item under feedparser's names; None where feedparser should look."""
    entry: dict[str, Any] = {}
    permanent = True
    for child in item:
        space, local = name_of(child)
        if (space, local) == ("dc", "creator"):
            space, local = "", "author"
        if space in _GUESSED or (not space and len(child)):
            return None
        if space or local in _SKIPPED:
            continue
        if local == "enclosure":
            if child.text or not _enclosure(child, entry):
                return None
        elif local == "category":
            if child.attrib and child.keys() != ["domain"]:
                return None
            entry.setdefault("tags", []).append({"term": (child.text or "").strip()})
        elif local in _TEXTS:
            name, text = _TEXTS[local], (child.text or "").strip()
            if name in entry or not text or "<" in text or ("&" in text and ";" in text):
                return None
            if child.attrib:
                if local != "guid" or child.keys() != ["isPermaLink"]:
                    return None
                permanent = child.get("isPermaLink") == "true"
            entry[name] = text
        else:
            return None
    if permanent and "link" not in entry and "id" in entry:
        entry["link"] = entry["id"]
    return entry


def _enclosure(child: Element, entry: dict[str, Any]) -> bool:
    if not all(key in _ENCLOSURE_KEYS for key in child.keys()):  # noqa: SIM118 - an element, not a dict
        return False
    entry.setdefault("enclosures", []).append({_ENCLOSURE_KEYS[key]: value for key, value in child.items()})
    return True
