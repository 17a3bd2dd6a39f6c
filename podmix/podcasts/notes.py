# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes of episodes and shows, made safe to show, plain to read, and clickable where they name a time.

Notes are anyone's HTML. Only the tags below stay; scripts, styles, forms, frames, event handlers and ``javascript:`` or
``data:`` addresses go. Remote images tell the publisher who reads when, so they stay only if asked for, and pictures
of one pixel never do.
"""

from __future__ import annotations

import html
import re
from typing import Final

import nh3

from podmix.podcasts.feed_values import seconds

SEEK: Final = "podmix:seek?t="  # a link to a second of the episode; handled by the program, never by a browser

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p",
    "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot",
    "th", "thead", "time", "tr", "u", "ul",
}
_DROPPED_WITH_CONTENT = {
    "script", "style", "template", "noscript", "title", "head", "iframe", "object", "embed", "svg", "math",
    "select", "textarea", "audio", "video", "canvas",
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
               "time": {"datetime"}, "img": {"src", "alt", "title", "width", "height"}}
_SCHEMES = {"http", "https", "mailto"}
_TINY = re.compile(r"\s*0*[0-3](?:\.\d*)?(?:px)?\s*\Z")
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_SIZE = re.compile(r"\b(?:width|height)=\"([^\"]*)\"")
_BLOCK = re.compile(r"<(?:/?(?:p|div|h[1-6]|blockquote|ul|ol|table|pre|figure|dl|section|article)|br|hr|/tr|/li|/dt|"
                    r"/dd)\b[^>]*>", re.IGNORECASE)
_PARAGRAPH = re.compile(r"</?(?:p|div|h[1-6]|blockquote|table|ul|ol|pre|hr)\b", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>|&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
_TAG_OR_TEXT = re.compile(r"(<[^>]*>)")
_TIME = re.compile(r"(?<![\w:.,/\-])((?:\d{1,2}:)?\d{1,3}:[0-5]\d)(?![\d:/\-]|[.,]\d)"
                   r"(?!\s*(?:[ap]\.?m\b|uhr\b|utc\b|gmt\b))", re.IGNORECASE)
_URL = re.compile(r"\bhttps?://[^\s<>\"']{3,500}")


def safe_html(text: str, *, images: bool = False, base: str = "") -> str:
    """Notes that can be shown without running, loading or submitting anything.

    Args:
        text: anyone's HTML, or plain text (its lines are kept and its addresses become links).
        images: keep remote images of ``http``/``https`` (pixels of trackers still go).
        base: relative links count from here; without it they lose their target.
    """
    if not text.strip():
        return ""
    if not _LOOKS_LIKE_HTML.search(text):
        text = _from_plain(text)
    absolute = base.startswith(("http://", "https://"))
    try:
        clean = _clean(text, images, ("rewrite_with_base", base) if absolute else "deny")
    except ValueError:  # a base that is no address
        clean = _clean(text, images, "deny")
    return _IMAGE.sub(_without_pixel, clean) if images else clean


def _clean(text: str, images: bool, relative: str | tuple[str, str]) -> str:
    return nh3.clean(
        text, tags=_TAGS | {"img"} if images else _TAGS, clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES if images else {tag: names for tag, names in _ATTRIBUTES.items() if tag != "img"},
        url_schemes=_SCHEMES, url_relative=relative, link_rel="noopener noreferrer nofollow",  # type: ignore[arg-type]
        strip_comments=True)


def _without_pixel(found: re.Match[str]) -> str:
    image = found.group()
    tiny = any(_TINY.match(size) for size in _SIZE.findall(image))
    return "" if tiny or ' src="' not in image else image


def _from_plain(text: str) -> str:
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))]
    return "".join(f"<p>{_linked(html.escape(part)).replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _linked(escaped: str) -> str:
    def link(found: re.Match[str]) -> str:
        address = found.group().rstrip(".,;:!?)")
        return f'<a href="{address}">{address}</a>{found.group()[len(address):]}'
    return _URL.sub(link, escaped)


def plain_text(text: str) -> str:
    """Readable text of notes: paragraphs keep an empty line between them, no markup, no scripts."""
    if not _LOOKS_LIKE_HTML.search(text):
        return _tidy(text)
    marked = _BLOCK.sub(lambda tag: ("\n\n" if _PARAGRAPH.match(tag.group()) else "\n") + tag.group(),
                        re.sub(r"\s+", " ", text))
    bare = nh3.clean(marked, tags=set(), clean_content_tags=_DROPPED_WITH_CONTENT)
    return _tidy(html.unescape(bare))


def _tidy(text: str) -> str:
    lines = [re.sub(r"[^\S\n]+", " ", row).strip() for row in text.replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def with_seek_links(safe: str, duration: float | None = None) -> str:
    """Turn times such as ``12:34`` in *safe* notes into ``podmix:seek?t=754`` links.

    Text inside links stays; times behind the end of the episode and times of day ("8:30 pm") are left alone.
    """
    out: list[str] = []
    inside = 0
    for part in _TAG_OR_TEXT.split(safe):
        if part.startswith("<"):
            low = part.lower()
            if low.startswith(("<a ", "<a>")):
                inside += 1
            elif low.startswith("</a"):
                inside -= 1
        elif not inside:
            part = _TIME.sub(lambda found: _seek_link(found[1], duration), part)
        out.append(part)
    return "".join(out)


def _seek_link(text: str, duration: float | None) -> str:
    at = seconds(text)
    if at is None or (duration is not None and at > duration):
        return text
    return f'<a href="{SEEK}{int(at)}">{text}</a>'
