# SPDX-License-Identifier: GPL-3.0-or-later
"""A real web server on loopback for tests and benches: plain pages, conditional GET, ranges, and any misbehaviour."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


class Call(BaseHTTPRequestHandler):
    """One request being answered; routes call ``reply`` or write to ``wfile`` themselves."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: LoopbackServer

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen = Seen(self.command, self.path, headers, body)
        self.server.requests.append(self.seen)
        route = self.server.routes.get(self.path) or self.server.routes.get(self.path.partition("?")[0])
        if route is None:
            self.reply(404, b"nothing here")
        else:
            try:
                route(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    do_POST = do_GET

    def reply(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *,
              length: int | None = None) -> None:
        """Send a whole answer in one write; ``length`` lies about the size."""
        sent = {"Content-Length": str(len(body) if length is None else length), **(headers or {})}
        if status == 304:
            sent.pop("Content-Length")
        head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self.wfile.write(head.encode("latin-1") + b"\r\n" + body)
        if length is not None and length != len(body):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@dataclass
class Page:
    """A file that knows conditional GET and ranges, as a good server does."""

    body: bytes
    content_type: str = "application/rss+xml"
    etag: str = ""
    last_modified: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.etag = self.etag or f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    def __call__(self, call: Call) -> None:
        asked = call.seen.headers
        headers = {"Content-Type": self.content_type, "ETag": self.etag, **self.headers}
        if self.last_modified:
            headers["Last-Modified"] = self.last_modified
        same_date = self.last_modified and asked.get("if-modified-since") == self.last_modified
        if asked.get("if-none-match") == self.etag or ("if-none-match" not in asked and same_date):
            call.reply(304, b"", headers)
            return
        span = asked.get("range", "")
        fits = asked.get("if-range", self.etag) in (self.etag, self.last_modified)
        if span.startswith("bytes=") and fits:
            start = int(span[6:].rstrip("-"))
            size = len(self.body)
            if start >= size:
                call.reply(416, b"", {**headers, "Content-Range": f"bytes */{size}"})
            else:
                call.reply(206, self.body[start:], {**headers, "Content-Range": f"bytes {start}-{size - 1}/{size}"})
            return
        call.reply(200, self.body, headers)


class LoopbackServer(ThreadingHTTPServer):
    """Serves ``routes`` (path -> function of a ``Call``); a ``with`` block starts and stops it.

    ``released`` lets hanging routes wait until the test is over: ``call.server.released.wait(20)``.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.routes: dict[str, Callable[[Call], None]] = {}
        self.requests: list[Seen] = []
        self.released = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def host_and_port(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host_and_port}{path}"

    def page(self, path: str, body: bytes, content_type: str = "application/rss+xml", **more: str) -> Page:
        """Serve ``body`` at ``path`` with an etag and ranges."""
        page = Page(body, content_type, **more)
        self.routes[path] = page
        return page

    def answer(self, path: str, status: int, body: bytes = b"", **headers: str) -> None:
        """Always answer ``path`` like this; header names with underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.routes[path] = lambda call: call.reply(status, body, named)

    def redirect(self, path: str, target: str, status: int = 302) -> None:
        self.answer(path, status, Location=target)

    def paths(self) -> list[str]:
        return [seen.path for seen in self.requests]

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are part of the tests

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.released.set()
        self.shutdown()
        self._thread.join(5)
        self.server_close()
