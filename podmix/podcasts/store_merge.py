# SPDX-License-Identifier: GPL-3.0-or-later
"""How the items of a feed meet the episodes already stored: which are new, edited, the same under a new guid, or gone.

Pure functions on small values; ``store`` writes what comes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from podmix.podcasts.types import FeedItem


@dataclass(frozen=True, slots=True)
class Known:
    """What a stored episode is recognised by."""

    id: int
    guid: str
    enclosure_url: str
    title: str
    published: float | None


def episode_keys(items: Iterable[FeedItem]) -> dict[str, FeedItem]:
    """The items to store by key, in feed order.

    A guid that several items share is told apart by the enclosure's address, for publishers copy guids by mistake; of
    items that share both, the first stays (before one without enclosure).
    """
    items = list(items)
    addresses: dict[str, set[str]] = {}
    for item in items:
        addresses.setdefault(item.guid, set()).add(item.enclosure.url if item.enclosure else "")
    keyed: dict[str, FeedItem] = {}
    for item in items:
        heard = addresses[item.guid] - {""}
        if len(heard) > 1:
            if item.enclosure is None:
                continue
            keyed.setdefault(f"{item.guid}#{item.enclosure.url}", item)
        elif item.guid not in keyed or (keyed[item.guid].enclosure is None and item.enclosure is not None):
            keyed[item.guid] = item
    return keyed


def renamed(known: Iterable[Known], keyed: Mapping[str, FeedItem]) -> dict[str, Known]:
    """New keys that are stored episodes under another guid (a moved show gives all its episodes new ones).

    Two of enclosure address, title and date must agree and point to one episode only: a daily show may use one
    address for ever.
    """
    known = list(known)
    old = {one.guid for one in known}
    vanished = [one for one in known if one.guid not in keyed]
    fresh = [(key, item) for key, item in keyed.items() if key not in old]
    if not vanished or not fresh:
        return {}
    found: dict[str, Known] = {}
    taken: set[int] = set()
    for which in range(3):
        stored = _unique((_signs(one.enclosure_url, one.title, one.published)[which], one) for one in vanished
                         if one.id not in taken)
        offered = Counter(_item_signs(item)[which] for key, item in fresh if key not in found)
        for key, item in fresh:
            sign = _item_signs(item)[which]
            if key in found or sign is None or sign not in stored or offered[sign] > 1:
                continue
            found[key] = stored[sign]
            taken.add(stored[sign].id)
    return found


Sign = tuple[str, object] | None


def _signs(address: str, title: str, published: float | None) -> tuple[Sign, Sign, Sign]:
    return ((address, title) if address and title else None,
            (address, published) if address and published is not None else None,
            (title, published) if title and published is not None else None)


def _item_signs(item: FeedItem) -> tuple[Sign, Sign, Sign]:
    return _signs(item.enclosure.url if item.enclosure else "", item.title,
                  item.published.timestamp() if item.published else None)


def _unique(pairs: Iterable[tuple[Sign, Known]]) -> dict[Sign, Known]:
    """Signs that belong to one episode only."""
    found: dict[Sign, Known] = {}
    twice: set[Sign] = set()
    for sign, one in pairs:
        if sign in found:
            twice.add(sign)
        found[sign] = one
    return {sign: one for sign, one in found.items() if sign is not None and sign not in twice}
