# SPDX-License-Identifier: GPL-3.0-or-later
"""From the bytes of an answer to XML text that is safe to parse: what it is, which encoding, no document type.

Publishers declare encodings wrongly, send pages instead of feeds, and put anything before ``<?xml``. Entities that a
document defines are replaced here when they are plain short text; definitions that build on each other (an
"entity bomb") are refused, outside files are never read. The XML parser behind this sees no DOCTYPE at all.
"""

from __future__ import annotations

import codecs
import html.entities
import re
from dataclasses import dataclass, field

from podmix.errors import FeedError, NotAFeed

MAX_ENTITY_LENGTH = 1000
MAX_EXPANSION = 1_000_000  # characters that all replaced entities may add together

_BINARY = (
    (b"%PDF", "a PDF document"), (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"ID3", "an audio file"), (b"OggS", "an audio file"), (b"fLaC", "an audio file"), (b"RIFF", "an audio file"),
    (b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "a compressed file"),
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)
# First bytes without a byte order mark: "<?" or "<" in wide encodings, "<?xm" in EBCDIC.
_SIGNATURES = (
    (b"\x3c\x00\x00\x00", "utf-32-le"), (b"\x00\x00\x00\x3c", "utf-32-be"), (b"\x3c\x00", "utf-16-le"),
    (b"\x00\x3c", "utf-16-be"), (b"\x4c\x6f\xa7\x94", "cp037"),
)
# What browsers read under these names is the larger relative; so do feeds.
_WIDER = {"iso-8859-1": "windows-1252", "latin-1": "windows-1252", "latin1": "windows-1252", "ascii": "windows-1252",
          "us-ascii": "windows-1252", "iso-8859-9": "windows-1254", "gb2312": "gb18030", "gbk": "gb18030",
          "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949"}
_TEXT_CODEC = re.compile(r"(utf[-_]?(8|16|32)|iso|windows|cp\d|koi8|mac|big5|gb|shift|sjis|euc|ascii|us-|latin|tis|"
                         r"johab|hz|ks_|x-)", re.IGNORECASE)
_DECLARED = re.compile(rb"^[^>]{0,200}?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9_.:\-]{2,40})")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:\-]{2,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"<\?xml\b[^>]{0,400}?\?>", re.IGNORECASE)
_FEED_START = re.compile(r"<\?xml\b|<!DOCTYPE\b|<!--|<(?:[\w.-]+:)?(?:rss|feed|rdf|channel|opml)\b", re.IGNORECASE)
_PAGE = re.compile(r"<!DOCTYPE\s+html\b|<html\b", re.IGNORECASE)
_FEED_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel)[\s>]", re.IGNORECASE)
_CODED = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
_REFERENCE = re.compile(r"&([A-Za-z_][\w.\-]{0,63});")
_FOREIGN_REFERENCE = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)[A-Za-z_][\w.\-]{0,63};")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ENTITY = re.compile(r"<!ENTITY\s+(%\s+)?([^\s\"'<>]{1,200})\s+(?:(SYSTEM|PUBLIC)\b[^>]*|\"([^\"]*)\"|'([^']*)')",
                     re.IGNORECASE)


@dataclass(slots=True)
class FeedText:
    """Decoded text without XML declaration and DOCTYPE; ``warnings`` say what was put right."""

    text: str
    warnings: list[str] = field(default_factory=list)


def read_text(body: bytes, content_type: str = "") -> FeedText:
    """Decode ``body`` and make it safe for an XML parser.

    Raises:
        NotAFeed: empty, binary, JSON or no markup at all; also a web page.
        FeedError: entities that build on each other.
    """
    refuse_binary(body)
    decoded = decode(body, content_type)
    text = decoded.text.replace("\x00", "").lstrip("\ufeff \t\r\n")
    refuse_other_text(text)
    start = _FEED_START.search(text)
    if start and start.start():
        decoded.warnings.append("There is text before the feed; it was ignored.")
        text = text[start.start():]
    text = _XML_DECLARATION.sub("", text, count=1) if text[:5].lower() == "<?xml" else text
    text, entities = _without_doctype(text, decoded.warnings)
    if _FOREIGN_REFERENCE.search(text):
        text = _replace_entities(text, entities)
    decoded.text = text
    return decoded


def refuse_binary(body: bytes) -> None:
    if not body.strip():
        raise NotAFeed("The address gave an empty file instead of a feed.",
                       remedy="Try again later, or check the address.")
    for magic, what in _BINARY:
        if body.startswith(magic):
            raise NotAFeed(f"This is {what}, not a podcast feed.", remedy="Look for the show's RSS address.")
    if body[4:8] == b"ftyp":
        raise NotAFeed("This is a media file, not a podcast feed.", remedy="Look for the show's RSS address.")


def refuse_other_text(text: str) -> None:
    """Refuse what is clearly no feed before any parser sees it."""
    if text[:1] in ("{", "[") or "<" not in text:
        what = "JSON data" if text[:1] in ("{", "[") else "plain text"
        raise NotAFeed(f"This is {what}, not a podcast feed.", remedy="PodMix reads RSS and Atom feeds.")
    page, root = _PAGE.search(text[:5000]), _FEED_ROOT.search(text)
    if page and (root is None or page.start() < root.start()):
        raise not_a_page()


def not_a_page() -> NotAFeed:
    return NotAFeed("This is a web page, not a podcast feed.",
                    remedy="If a network asks you to log in first, do that; else look for the show's RSS link.")


def decode(body: bytes, content_type: str = "") -> FeedText:
    """Text of ``body``: byte order mark, then the shape of the bytes, then what holds of the declarations."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return FeedText(body.decode(name, errors="replace"))
    for signature, name in _SIGNATURES:
        if body.lstrip(b" \t\r\n").startswith(signature):
            return _decode_signed(body.lstrip(b" \t\r\n"), name)
    declared = _declared_names(body, content_type)
    stateful = next((name for name in declared if name.lower().startswith(("iso-2022", "hz"))), None)
    if stateful and (text := _try(body, stateful)) is not None:
        return FeedText(text)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(body, declared)
    wrong = bool(declared) and not body.isascii() and not declared[0].lower().startswith("utf")
    return FeedText(text, [f"The feed says its encoding is {declared[0]}, but it is UTF-8."] if wrong else [])


def _decode_signed(body: bytes, name: str) -> FeedText:
    if name == "cp037":
        declared = _DECLARED.search(body[:400].decode("cp037", errors="replace").encode("ascii", errors="replace"))
        if declared and (text := _try(body, declared.group(1).decode("ascii"))) is not None:
            return FeedText(text)
    return FeedText(body.decode(name, errors="replace"))


def _declared_names(body: bytes, content_type: str) -> list[str]:
    names = []
    if found := _DECLARED.search(body[:1000].lstrip()):
        names.append(found.group(1).decode("ascii"))
    if header := _CHARSET.search(content_type):
        names.append(header.group(1))
    return names


def _decode_other(body: bytes, declared: list[str]) -> FeedText:
    for name in declared:
        if not name.lower().startswith("utf") and (text := _try(body, name)) is not None:
            return FeedText(text)
    return FeedText(body.decode("utf-8", errors=_MIXED),
                    ["The feed's encoding is declared wrongly; it was read as UTF-8 mixed with Windows-1252."])


def _try(body: bytes, name: str) -> str | None:
    name = _WIDER.get(name.lower(), name)
    if not _TEXT_CODEC.match(name):
        return None
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        return body.decode("latin-1") if name == "windows-1252" else None
    except (LookupError, ValueError):
        return None


def _byte_as_windows(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    wrong = problem.object[problem.start:problem.end]
    return wrong.decode("windows-1252", errors="replace"), problem.end


_MIXED = "podmix-utf8-or-windows"
codecs.register_error(_MIXED, _byte_as_windows)


def _without_doctype(text: str, warnings: list[str]) -> tuple[str, dict[str, str]]:
    """Cut document types out of the prolog and return the plain entities they define."""
    entities: dict[str, str] = {}
    for _ in range(4):  # a prolog holds one; more are nonsense, and none may stay
        root = re.search(r"<[A-Za-z_]", text)
        head = re.sub(r"<!--.*?-->", lambda m: " " * len(m.group()), text[:root.start() if root else len(text)],
                      flags=re.DOTALL)
        found = re.search(r"<!DOCTYPE", head, re.IGNORECASE)
        if found is None:
            break
        end = _doctype_end(text, found.end())
        entities |= _entities(text[found.start():end], warnings)
        text = text[:found.start()] + text[end:]
    return text, entities


def _doctype_end(text: str, start: int) -> int:
    """Index behind the DOCTYPE's ``>``, looking over quotes and the bracketed part."""
    depth = 0
    for token in re.finditer(r"<!--.*?-->|\"[^\"]*\"|'[^']*'|[\[\]>]", text[start:start + 200_000], re.DOTALL):
        match token.group():
            case "[":
                depth += 1
            case "]":
                depth -= 1
            case ">" if depth <= 0:
                return start + token.end()
    raise FeedError("This feed was refused: its document type never ends.",
                    remedy="Tell the publisher that the feed is broken.")


def _entities(doctype: str, warnings: list[str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for parameter, name, outside, double, single in _ENTITY.findall(doctype):
        if outside:
            warnings.append("The feed names files outside of it; they were not read.")
            continue
        value = double or single
        nested = any(ref not in _XML_ENTITIES and ref + ";" not in html.entities.html5
                     for ref in _REFERENCE.findall(value))
        if nested or parameter or "%" in value or len(value) > MAX_ENTITY_LENGTH:
            raise _bomb()
        plain.setdefault(name, value)
    return plain


def _bomb() -> FeedError:
    return FeedError("This feed was refused: it defines entities that would grow without bound.",
                     remedy="Tell the publisher that the feed is broken or harmful.")


def _replace_entities(text: str, entities: dict[str, str]) -> str:
    """Replace the document's own and HTML's named entities outside CDATA; unknown ones stay."""
    grown = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal grown
        name = found.group(1)
        if name in _XML_ENTITIES:
            return found.group()
        if name in entities:
            grown += len(entities[name])
            if grown > MAX_EXPANSION:
                raise _bomb()
            return entities[name]
        return html.entities.html5.get(name + ";", found.group())

    parts = _CODED.split(text)
    parts[::2] = [_REFERENCE.sub(replace, part) for part in parts[::2]]
    return "".join(parts)
