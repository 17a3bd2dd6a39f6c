# SPDX-License-Identifier: GPL-3.0-or-later
"""Network errors that carry more than a sentence: a status with the wait a server asks for, and "not reachable".

They belong to the tree in ``podmix.errors`` under ``NetworkError``.
"""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime

from podmix.errors import AuthenticationNeeded, Gone, NetworkError

LONGEST_RETRY_AFTER_S = 7 * 86400.0


class Unreachable(NetworkError):
    """No connection could be made: no network, unknown name, nobody listening, a broken certificate."""


class TimeUp(NetworkError):
    """The server stopped answering, or took longer than allowed."""


class CutShort(NetworkError):
    """The answer ended before it was complete."""


class HttpStatus(NetworkError):
    """The server answered with an error status.

    Args:
        status: the HTTP status.
        retry_after_s: seconds the server asks to wait (429, 503), None where it said nothing.
    """

    def __init__(self, message: str, *, remedy: str = "", detail: str = "", status: int = 0,
                 retry_after_s: float | None = None) -> None:
        super().__init__(message, remedy=remedy, detail=detail)
        self.status = status
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_status, (self.message, self.remedy, self.detail, self.status, self.retry_after_s))


def _rebuild_status(message: str, remedy: str, detail: str, status: int, retry_after_s: float | None) -> HttpStatus:
    return HttpStatus(message, remedy=remedy, detail=detail, status=status, retry_after_s=retry_after_s)


def error_for_status(status: int, host: str, retry_after: str | None, now: dt.datetime) -> NetworkError:
    """The error to raise for an HTTP status that is no success."""
    detail = f"HTTP {status} from {host}"
    if status in (401, 407):
        return AuthenticationNeeded(f"{host} asks for a user name and a password.",
                                    remedy="Enter the ones you were given for this show.", detail=detail)
    if status == 410:
        return Gone(f"{host} says this is gone for good.", remedy="You can keep what you have, or unsubscribe.",
                    detail=detail)
    wait = retry_after_seconds(retry_after, now) if retry_after else None
    if status == 404:
        message, remedy = f"{host} has nothing at this address.", "Check the address; PodMix tries again later."
    elif status == 403:
        message, remedy = f"{host} refuses to hand this out.", "It may need a login, or not be offered where you are."
    elif status in (429, 503):
        message, remedy = f"{host} is busy and asks to wait.", "PodMix tries again later by itself."
    elif status >= 500:
        message, remedy = f"{host} has a problem of its own ({status}).", "PodMix tries again later by itself."
    else:
        message, remedy = f"{host} gave an answer that PodMix cannot use ({status}).", "Try again later."
    return HttpStatus(message, remedy=remedy, detail=detail, status=status, retry_after_s=wait)


def retry_after_seconds(value: str, now: dt.datetime) -> float | None:
    """RFC 9110 ``Retry-After``, seconds or a date, as seconds from ``now`` (aware), 0..7 days; None if unreadable."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_RETRY_AFTER_S)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return min(max((when - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)
