# SPDX-License-Identifier: GPL-3.0-or-later
"""Make broken XML well-formed, so that every item of a damaged feed is still found.

Only used where the XML parser complained. The text is read as a row of tags: open tags are closed where their parent
ends, closing tags without an opening one are dropped, an item that starts inside an item ends the first. Bare
ampersands and angle brackets, unquoted or doubled attributes and forbidden characters are put right.
Every step is linear in the text: patterns have bounded repeats.
"""

from __future__ import annotations

import re

MAX_WORDS = 2_000_000  # characters in one piece of text; the XML parser stops at 10 MB
MAX_DEPTH = 200  # the XML parser stops at 256

_TOKEN = re.compile(
    r"(?P<coded><!\[CDATA\[.*?(?:\]\]>|\Z))"
    r"|(?P<dropped><!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<![^>]*(?:>|\Z))"
    r"|</\s{0,20}(?P<end>[^\s<>/]{1,200})\s{0,20}>"
    r"|<(?P<start>[A-Za-z_][^\s<>/]{0,200})"
    r"(?P<attributes>(?:[^<>\"'/]|/(?!>)|\"[^\"]{0,8000}\"|'[^']{0,8000}'){0,8000})(?P<empty>/?)>"
    r"|(?P<stray><)",
    re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w.\-]*(?::[A-Za-z_][\w.\-]*)?\Z")
_ATTRIBUTE = re.compile(r"([^\s=<>\"'/]{1,200})(?:\s{0,20}=\s{0,20}(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)")
_CHARACTER = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9A-Fa-f]{1,6}));")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# HTML elements without content, never closed by people; `link` and `source` are RSS elements too.
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "area", "col", "embed", "param"})
_ITEMS = frozenset({"item", "entry"})
_FRAME = frozenset({"rss", "feed", "rdf", "rdf:rdf"})
# Elements of RSS that hold text only, and those whose start therefore means that an earlier one was left open.
_LEAVES = frozenset({"title", "link", "guid", "pubdate", "category", "comments", "language", "ttl", "description"})
_NEVER_HTML = frozenset({"guid", "pubdate", "enclosure", "description", "lastbuilddate"})
_ENDS_LEAF = _NEVER_HTML | {"title", "link", "category", "author", "source"}
_PREFIXES = ("itunes:", "podcast:", "content:", "dc:", "atom:", "media:", "psc:")
_BOUNDARY = _ITEMS | _FRAME | {"channel"}


def repair(text: str) -> str:
    """Well-formed XML text from tag soup; content is kept, structure is guessed."""
    balance = _Balance()
    position = 0
    for token in _TOKEN.finditer(text):
        balance.words(text[position:token.start()])
        position = token.end()
        if token["coded"]:
            balance.coded(token["coded"])
        elif token["end"]:
            balance.end(token["end"])
        elif token["start"]:
            balance.start(token["start"], token["attributes"], bool(token["empty"]), token.group())
        elif token["stray"]:
            balance.out.append("&lt;")
    balance.words(text[position:])
    return balance.finish()


def clean_words(text: str) -> str:
    """Character data (or an attribute's value) that XML allows."""
    text = _FORBIDDEN.sub("", text)
    if "&" in text:
        text = _CHARACTER.sub(_allowed_character, _AMPERSAND.sub("&amp;", text))
    return text.replace("]]>", "]]&gt;").replace("<", "&lt;")


def _allowed_character(found: re.Match[str]) -> str:
    code = int(found[1]) if found[1] else int(found[2], 16)
    if 0x80 <= code <= 0x9F:  # Windows-1252 written as numbers
        return bytes([code]).decode("windows-1252", errors="replace")
    allowed = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
    return found.group() if allowed else ""


class _Balance:
    """The open elements and the text written so far."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.open: list[str] = []
        self.rooted = False

    def words(self, text: str) -> None:
        if text and self.open:
            self.out.append(clean_words(text[:MAX_WORDS]))

    def coded(self, section: str) -> None:
        if self.open:
            section = _FORBIDDEN.sub("", section[:MAX_WORDS])
            self.out.append(section if section.endswith("]]>") else section + "]]>")

    def start(self, name: str, attributes: str, empty: bool, whole: str) -> None:
        low = name.lower()
        if not _NAME.match(name) or len(self.open) >= MAX_DEPTH or (self.rooted and not self.open):
            self.words(whole)
            return
        if low in _ITEMS:
            self._close_item()
        elif low in _ENDS_LEAF or low.startswith(_PREFIXES):
            self._close_leaf(low)
        self.rooted = True
        closed = empty or low in _VOID
        self.out.append(f"<{name}{_attributes(attributes)}{'/' if closed else ''}>")
        if not closed:
            self.open.append(name)

    def end(self, name: str) -> None:
        low = name.lower()
        if low in _FRAME:
            return  # items may follow; all is closed at the end
        for back, other in enumerate(reversed(self.open)):
            if other.lower() == low:
                self._close(back + 1)
                return
            if other.lower() in _BOUNDARY and low not in _BOUNDARY:
                return

    def finish(self) -> str:
        self._close(len(self.open))
        return "".join(self.out)

    def _close_item(self) -> None:
        for back, other in enumerate(reversed(self.open)):
            if other.lower() in _ITEMS:
                self._close(back + 1)
                return

    def _close_leaf(self, name: str) -> None:
        """End a text element that ``name`` cannot stand in; descriptions may hold HTML's own titles and links."""
        for back, other in enumerate(reversed(self.open)):
            low = other.lower()
            if low in _BOUNDARY:
                return
            if low in _LEAVES and (low != "description" or name in _NEVER_HTML or ":" in name):
                self._close(back + 1)
                return

    def _close(self, count: int) -> None:
        for _ in range(count):
            self.out.append(f"</{self.open.pop()}>")


def _attributes(text: str) -> str:
    seen: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(text):
        if _NAME.match(name) and name not in seen:
            quoted = value[1:-1] if value[:1] in ("'", '"') else value
            seen[name] = clean_words(quoted).replace('"', "&quot;")
    return "".join(f' {name}="{value}"' for name, value in seen.items())
