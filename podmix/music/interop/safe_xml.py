# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading strangers' XML of any size as a stream: no document type, no entities, nothing fetched, bounded in depth.

Collections are hundreds of megabytes, so no tree is built: a ``Reader`` hears of elements as they begin and end.
defusedxml refuses entity declarations and external entities; this refuses document types altogether.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from podmix.errors import StorageError
from podmix.music.interop.collection import ImportRefused, check_size

DEEPEST = 64
MOST_ELEMENTS = 20_000_000


class Reader(Protocol):
    """Hears a document."""

    def begin(self, name: str, values: Mapping[str, str]) -> None:
        """An element with its attributes begins."""

    def end(self, name: str) -> None:
        """It ends."""


def read_xml(path: Path, reader: Reader) -> None:
    """Stream the file at ``path`` through ``reader``.

    Raises:
        ImportRefused: not XML, broken, with a document type, too deep or too large.
        StorageError: cannot be read.
    """
    from xml.sax import SAXException

    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import make_parser

    check_size(path)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(_handler(reader))
    try:
        with path.open("rb") as stream:
            parser.parse(stream)
    except DefusedXmlException as problem:
        raise ImportRefused(f"{path.name} holds declarations that a collection has no need of. It was not read.",
                            detail=repr(problem)) from problem
    except (SAXException, ValueError) as problem:
        raise ImportRefused(f"{path.name} is no complete XML file.", remedy="Export it again from the DJ program.",
                            detail=str(problem)) from problem
    except OSError as problem:
        raise StorageError(f"The file {path.name} could not be read.", remedy="Check the path and the permissions.",
                           detail=str(problem)) from problem


def _handler(reader: Reader) -> Any:
    from xml.sax.handler import ContentHandler

    class Handler(ContentHandler):
        """Counts, then hands on."""

        def __init__(self) -> None:
            super().__init__()
            self._depth = 0
            self._elements = 0

        def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - SAX's name
            self._depth += 1
            self._elements += 1
            if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
                raise ImportRefused("This file is nested too deep or too long to be a collection.")
            reader.begin(name, dict(attrs.items()))

        def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
            self._depth -= 1
            reader.end(name)

    return Handler()


def whole(text: str | None) -> int | None:
    """A whole number in an attribute; None for anything else, absurd ones included."""
    value = decimal(text)
    return int(value) if value is not None and abs(value) < 2**53 else None


def decimal(text: str | None) -> float | None:
    """A finite number in an attribute; a decimal comma is understood."""
    if not text:
        return None
    try:
        value = float(text[:40].replace(",", "."))
    except ValueError:
        return None
    return value if -1e15 < value < 1e15 else None
