# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values as publishers write them: durations, dates, numbers, yes and no, addresses, one-line text.

Every function takes anyone's text and returns a value or None (or empty text): it never raises.
"""

from __future__ import annotations

import calendar
import contextlib
import html
import math
import re
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

MAX_SECONDS = 10_000_000.0
MAX_INTEGER = 2**53

_CLOCK = re.compile(r"\s*(?:(\d{1,4}):)?(\d{1,5}):(\d{1,5}(?:[.,]\d*)?)\s*\Z")
_PLAIN = re.compile(r"\s*(\d{1,12}(?:[.,]\d*)?|[.,]\d+)\s*(?:s|sec|secs|seconds)?\.?\s*\Z", re.IGNORECASE)
_WORDED = re.compile(r"\s*(?:P?T)?(?:(\d{1,4})\s*h(?:ours?|rs?)?)?[\s,]*(?:(\d{1,5})\s*m(?:in(?:ute)?s?)?)?[\s,.]*"
                     r"(?:(\d{1,6}(?:\.\d+)?)\s*s(?:ec(?:ond)?s?)?)?\.?\s*\Z", re.IGNORECASE)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_RFC2822 = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
                      r"(\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC|[+-](?:0\d|1[0-4])[0-5]\d)\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_UNSAFE_SCHEME = re.compile(r"\s*(?:javascript|vbscript|data|blob|about)\s*:", re.IGNORECASE)
_MARKUP = re.compile(r"</?(?:a|abbr|b|big|br|code|div|em|font|h[1-6]|i|img|li|ol|p|s|small|span|strong|sub|sup|tt|u|ul)"
                     r"(?:\s[^<>]*)?/?>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def seconds(text: str | None) -> float | None:
    """``"75"``, ``"1:15"``, ``"1:01:15.5"``, ``"1h 2m"``, ``"PT1H2M3S"`` in seconds; None for anything else."""
    if not text or not text.strip():
        return None
    value: float | None = None
    if found := _CLOCK.match(text):
        hours, minutes, rest = found.groups()
        value = int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
    elif found := _PLAIN.match(text):
        value = float(found[1].replace(",", "."))
    elif (found := _WORDED.match(text)) and any(found.groups()):
        value = int(found[1] or 0) * 3600 + int(found[2] or 0) * 60 + float(found[3] or 0)
    return value if value is not None and value <= MAX_SECONDS else None


def decimal(text: str | None) -> float | None:
    """A finite number ≥ 0."""
    with contextlib.suppress(ValueError, TypeError):
        value = float((text or "").strip())
        if math.isfinite(value) and 0 <= value <= MAX_INTEGER:
            return value
    return None


def integer(text: str | None) -> int | None:
    """A whole number ≥ 0, also written "1,234" or "12.0"."""
    value = decimal((text or "").replace(",", ""))
    return None if value is None else int(value)


def yes_no(text: str | None) -> bool | None:
    match (text or "").strip().lower():
        case "yes" | "true" | "explicit" | "1" | "on":
            return True
        case "no" | "false" | "clean" | "0" | "off":
            return False
    return None


def date(text: str | None) -> datetime | None:
    """An RFC 2822, ISO 8601 or looser date as UTC."""
    if not text or not text.strip():
        return None
    text = text.strip()[:100]
    if found := _RFC2822.match(text):
        with contextlib.suppress(ValueError):  # the date of nearly every feed, without guessing
            return _known_era(_stamp(found))
    with contextlib.suppress(ValueError, TypeError, IndexError, AttributeError, OverflowError, LookupError):
        import feedparser  # only for dates that need guessing; not at start

        parsed = feedparser.datetimes._parse_date(text)  # noqa: SLF001 - its formats are the reason we use feedparser
        if parsed is not None:
            return date_of(parsed)
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
        stamp = parsedate_to_datetime(text)
        return _known_era(stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC))
    return None


def _stamp(found: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, zone = found.groups()
    shift = 0 if zone.isalpha() else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[3:5]))
    local = datetime(int(year), _MONTHS.index(month) // 3 + 1, int(day), int(hour), int(minute), int(second),
                     tzinfo=UTC)
    return local - timedelta(minutes=shift)


def date_of(parsed: time.struct_time) -> datetime | None:
    """A UTC date from what feedparser gives; None outside the years 1970 to 2200."""
    with contextlib.suppress(ValueError, OverflowError, OSError, TypeError):
        return _known_era(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    return None


def _known_era(stamp: datetime) -> datetime | None:
    return stamp if 1970 <= stamp.year <= 2200 else None


def address(text: str | None, base: str = "") -> str:
    """An absolute address where ``base`` allows, without spaces around or inside; script and data ones are dropped."""
    if not text:
        return ""
    text = _CONTROL.sub("", text).strip().replace("&amp;", "&")
    if not text or _UNSAFE_SCHEME.match(text):
        return ""
    text = text.replace(" ", "%20")
    if base and not text.lower().startswith(("http://", "https://")):
        with contextlib.suppress(ValueError):
            text = urljoin(base, text)
    elif text.startswith("//"):
        text = "https:" + text
    return text


def line(text: str | None, longest: int = 2000) -> str:
    """Text for one line: no markup, no double escapes, single spaces."""
    if not text:
        return ""
    if "<" in text:
        text = _MARKUP.sub(" " if "<br" in text.lower() else "", text)
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()[:longest]
