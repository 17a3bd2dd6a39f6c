# SPDX-License-Identifier: GPL-3.0-or-later
"""The one HTTP client of PodMix: polite, bounded, and wary of private addresses.

It connects only when called, sends no cookies, follows redirects by hand, verifies TLS, and never raises anything but
``NetworkError`` and its kinds (``podmix.errors``, ``podmix.net.failures``). Header names are lower case throughout.
One client serves all threads of a process; its ``NetPolicy`` is plain data and travels to workers.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from podmix.errors import NetworkError
from podmix.net.addresses import host_of, origin_of
from podmix.net.decode import decoded, too_large
from podmix.net.failures import CutShort, error_for_status
from podmix.net.policy import Login, NetPolicy
from podmix.net.politeness import HostSlots
from podmix.net.redirects import REDIRECTS, Trail
from podmix.progress import Steps

if TYPE_CHECKING:
    import httpx

    from podmix.net.connect import Resolve
    from podmix.net.download import Downloaded, Inspect
    from podmix.net.transport import GuardedTransport

__all__ = ["Answer", "HttpClient", "Login", "NetPolicy", "Response"]

DEFAULT_MAX_BYTES = 64_000_000
_SLOT_WAIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer in memory.

    ``url_final`` is where it came from; ``permanent_url`` the address to store instead of the one asked, or None;
    ``headers`` by lower-case name; ``not_modified`` means 304: keep what you have (``body`` is empty).
    """

    status: int
    url_final: str
    permanent_url: str | None
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    not_modified: bool = False

    @property
    def content_type(self) -> str:
        """The whole ``Content-Type`` header, with its parameters."""
        return self.headers.get("content-type", "")

    @property
    def etag(self) -> str | None:
        return self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        return self.headers.get("last-modified")


@dataclass(slots=True)
class Answer:
    """A running answer: status and headers are here, the body is still on the wire."""

    status: int
    url: str
    permanent_url: str | None
    headers: Mapping[str, str]
    end: float  # time.monotonic: when the whole answer must have come
    _stream: httpx.SyncByteStream

    @property
    def encoding(self) -> str:
        return self.headers.get("content-encoding", "").strip().lower()

    @property
    def content_length(self) -> int | None:
        """Bytes on the wire as announced; None where absent or unreadable."""
        text = self.headers.get("content-length", "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes over the wire, packed as it is."""
        return iter(self._stream)


class HttpClient:
    """Asks web servers within ``policy``.

    Args:
        policy: permissions and limits.
        resolve: name -> IP addresses; the system's resolver unless a test stands in.
    """

    def __init__(self, policy: NetPolicy | None = None, *, resolve: Resolve | None = None) -> None:
        self.policy = policy or NetPolicy()
        self._resolve = resolve
        self._slots = HostSlots(self.policy.per_host, self.policy.at_once)
        self._lock = threading.Lock()
        self._transport: GuardedTransport | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close idle connections; the client may be used again."""
        with self._lock:
            transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def get(self, url: str, *, etag: str | None = None, last_modified: str | None = None,
            auth: tuple[str, str] | None = None, max_bytes: int = DEFAULT_MAX_BYTES, accept: str = "*/*",
            headers: Mapping[str, str] | None = None) -> Response:
        """Fetch ``url`` whole.

        Args:
            url: http or https; a login inside it is used and not kept.
            etag: from the last answer: the server may say "not modified".
            last_modified: likewise.
            auth: (user, password) for Basic authentication; not sent on to another server.
            max_bytes: most bytes, on the wire and unpacked.
            accept: the ``Accept`` header.
            headers: further headers; not sent on to another server either.

        Raises:
            NetworkError: and its kinds AddressRefused, AuthenticationNeeded, Gone, TooLarge, HttpStatus (404, 429 …),
                Unreachable, TimeUp, CutShort.
        """
        sent = {"Accept": accept, "Accept-Encoding": "gzip, deflate, br"}
        if etag:
            sent["If-None-Match"] = etag
        if last_modified:
            sent["If-Modified-Since"] = last_modified
        return self._whole("GET", url, sent, private=headers, auth=auth, max_bytes=max_bytes)

    def post_json(self, url: str, payload: Any, *, auth: tuple[str, str] | None = None,
                  max_bytes: int = DEFAULT_MAX_BYTES, headers: Mapping[str, str] | None = None) -> Response:
        """Send ``payload`` as JSON and fetch the answer whole; errors as in ``get``."""
        sent = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate, br",
                "Content-Type": "application/json"}
        content = json.dumps(payload, ensure_ascii=False).encode()
        return self._whole("POST", url, sent, private=headers, auth=auth, max_bytes=max_bytes, content=content)

    def download(self, url: str, target: Path, *, max_bytes: int, expected_length: int | None = None,
                 auth: tuple[str, str] | None = None, deadline_s: float = 6 * 3600.0,
                 inspect: Inspect | None = None) -> Steps[Downloaded]:
        """Fetch ``url`` into ``target``, resumable: see ``podmix.net.download.download``."""
        from podmix.net.download import download

        return download(self, url, target, max_bytes=max_bytes, expected_length=expected_length, auth=auth,
                        deadline_s=deadline_s, inspect=inspect)

    @contextlib.contextmanager
    def exchange(self, method: str, url: str, headers: Mapping[str, str], *,
                 private: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None,
                 content: bytes | None = None, end: float | None = None) -> Iterator[Answer]:
        """Send a request, follow redirects, and hold the last answer open inside the block.

        Args:
            headers: sent to every hop.
            private: sent to the first server only.
            end: ``time.monotonic`` by which the last answer's headers must have come; ``policy.total_s`` from the
                moment it is this request's turn where None.

        The answer may have any status. Reading its body is not limited by itself: wrap the reading in
        ``podmix.net.connect.deadline(answer.end)``.
        """
        trail = Trail(url, Login(*auth) if auth else None, self.policy.max_redirects)
        own = dict(private or {})
        limit = end
        while True:
            with contextlib.ExitStack() as held:
                held.enter_context(self._slots.taken(host_of(trail.url), wait_s=_SLOT_WAIT_S))
                limit = limit or time.monotonic() + self.policy.total_s
                response = self._send(method, trail, {**headers, **own}, content, limit)
                held.callback(response.close)
                location = response.headers.get("location")
                if response.status_code not in REDIRECTS or location is None:
                    stream = cast("httpx.SyncByteStream", response.stream)
                    yield Answer(response.status_code, trail.url, trail.permanent_url, _plain(response.headers),
                                 limit, stream)
                    return
            before = origin_of(trail.url)
            trail.follow(response.status_code, location)
            if origin_of(trail.url) != before:
                own = {}
            if method == "POST" and response.status_code in (301, 302, 303):
                method, content = "GET", None

    def _send(self, method: str, trail: Trail, headers: dict[str, str], content: bytes | None,
              end: float) -> httpx.Response:
        """One request to the trail's address; tried again once where a kept connection turned out dead."""
        from podmix.net.connect import deadline
        from podmix.net.transport import build_request

        headers = {"User-Agent": self.policy.user_agent, **headers}
        if trail.login is not None:
            headers["Authorization"] = trail.login.basic()
        request = build_request(method, trail.url, headers, content)
        with deadline(end):
            try:
                return self._ready().handle_request(request)
            except CutShort:
                if method != "GET":
                    raise
            return self._ready().handle_request(build_request(method, trail.url, headers, content))

    def _whole(self, method: str, url: str, headers: Mapping[str, str], *, private: Mapping[str, str] | None,
               auth: tuple[str, str] | None, max_bytes: int, content: bytes | None = None) -> Response:
        from podmix.net.connect import deadline

        with self.exchange(method, url, headers, private=private, auth=auth, content=content) as answer:
            if not 200 <= answer.status < 300 and answer.status != 304:
                raise failure(answer)
            if answer.status != 304 and (answer.content_length or 0) > max_bytes:
                raise too_large(max_bytes)
            with deadline(answer.end):  # a 304 is read to its (empty) end too: that keeps the connection usable
                body = b"".join(decoded(answer.chunks(), answer.encoding, max_bytes=max_bytes))
            return Response(answer.status, answer.url, answer.permanent_url, answer.headers, body,
                            not_modified=answer.status == 304)

    def _ready(self) -> GuardedTransport:
        from podmix.net.connect import system_resolve
        from podmix.net.transport import GuardedTransport  # httpx loads at the first request, not at start

        with self._lock:
            if self._transport is None:
                self._transport = GuardedTransport(self.policy, self._resolve or system_resolve)
            return self._transport


def failure(answer: Answer) -> NetworkError:
    """The error that an unsuccessful answer means."""
    now = dt.datetime.now(dt.UTC)
    return error_for_status(answer.status, host_of(answer.url), answer.headers.get("retry-after"), now)


def _plain(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
