# SPDX-License-Identifier: GPL-3.0-or-later
"""What a half download is a part of: the note beside ``NAME.part``, and the ``Content-Range`` a server answers.

The address is kept as a hash only, because it may hold the token of a private feed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from podmix.paths import atomic_write

_RANGE = re.compile(r"bytes\s+(?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.IGNORECASE)


def part_of(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def note_of(target: Path) -> Path:
    return target.with_name(target.name + ".part.json")


@dataclass(frozen=True, slots=True)
class ContentRange:
    """RFC 9110 ``Content-Range``: ``start`` and ``last`` byte (None in "bytes */N"), ``total`` (None for "*")."""

    start: int | None
    last: int | None
    total: int | None


def content_range(text: str) -> ContentRange | None:
    """Read the header; None where it is absent or makes no sense."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        return None
    start, last = (int(found[1]), int(found[2])) if found[1] else (None, None)
    total = None if found[3] == "*" else int(found[3])
    if start is not None and last is not None and (last < start or (total is not None and last >= total)):
        return None
    return ContentRange(start, last, total)


@dataclass(frozen=True, slots=True)
class PartNote:
    """Identity of the file a part belongs to; ``length`` of the whole in bytes, None while unknown."""

    url_hash: str
    etag: str
    last_modified: str
    length: int | None
    content_type: str

    @property
    def validator(self) -> str:
        """What ``If-Range`` may carry: a strong etag, else the date, else "" (then there is no resuming)."""
        strong = self.etag and not self.etag.upper().startswith("W/")
        return self.etag if strong else self.last_modified

    @classmethod
    def of(cls, url: str, headers: dict[str, str], length: int | None) -> PartNote:
        return cls(_hash(url), headers.get("etag", ""), headers.get("last-modified", ""), length,
                   headers.get("content-type", ""))

    @classmethod
    def read(cls, target: Path, url: str) -> PartNote | None:
        """The note of ``target``'s part, if the part can be continued from ``url``."""
        try:
            stored = json.loads(note_of(target).read_text(encoding="utf-8"))
            note = cls(*(stored[name] for name in cls.__slots__))
            have = part_of(target).stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            return None
        texts = (note.url_hash, note.etag, note.last_modified, note.content_type)
        if not all(isinstance(text, str) for text in texts) or not isinstance(note.length, int | None):
            return None
        fits = note.length is None or have <= note.length
        return note if note.url_hash == _hash(url) and note.validator and have and fits else None

    def write(self, target: Path) -> None:
        with atomic_write(note_of(target)) as stream:
            stream.write(json.dumps(asdict(self)).encode())  # type: ignore[arg-type]  # opened in binary mode

    @staticmethod
    def forget(target: Path) -> None:
        with contextlib.suppress(FileNotFoundError):
            note_of(target).unlink()


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
