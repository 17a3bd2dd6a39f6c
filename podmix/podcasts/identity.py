# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a show that survives moves: ``podcast:guid``.

A UUIDv5 over the feed's address without scheme and trailing slashes (Podcasting 2.0, ``guid``). It is a name, not
proof: two feeds may carry the same one by copying, so shows are never merged on it without asking.
"""

from __future__ import annotations

import re
import uuid

NAMESPACE = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?://)?")


def computed_guid(url: str) -> str:
    """The guid that the specification gives to a feed first seen at ``url``."""
    bare = url.strip()
    bare = _SCHEME.sub("", bare, count=1) if "://" in bare else bare
    return str(uuid.uuid5(NAMESPACE, bare.rstrip("/")))


def feed_guid(published: str, url: str) -> str:
    """The feed's own guid where it has a well-formed one, else the computed one."""
    return normal_guid(published) or computed_guid(url)


def normal_guid(text: str) -> str:
    """A guid in lower case, or empty text when it is no UUID of 36 characters."""
    text = text.strip().lower()
    return text if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) else ""
