# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's own web server on 127.0.0.1: real RSS over real HTTP, with no network.

Serves files of one folder only (GET and HEAD, ETag, Last-Modified, Range) and writes its own address where the feeds
say ``{base}``. It listens on the loopback interface alone, so nothing outside this machine can reach it.
"""

from __future__ import annotations

import hashlib
import re
import threading
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

_TYPES = {
    ".xml": "application/rss+xml; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".opus": "audio/ogg",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".vtt": "text/vtt; charset=utf-8",
    ".json": "application/json+chapters",
    ".html": "text/html; charset=utf-8",
}
_TEMPLATED = {".xml", ".opml", ".json", ".html"}
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})$", re.ASCII)


class DemoServer:
    """Start with ``start()``; ``base`` is then ``http://127.0.0.1:PORT``."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        try:
            self._server = _Server(("127.0.0.1", port), folder)
        except OSError:
            # The port of the last time is taken by another program: any other will do.
            self._server = _Server(("127.0.0.1", 0), folder)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="demo-server", daemon=True, kwargs={"poll_interval": 0.1}
        )

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host_and_port(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> DemoServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, address: tuple[str, int], folder: Path) -> None:
        self.folder = folder.resolve()
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is nobody's news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: the terminal belongs to the person."""

    def _answer(self, *, with_body: bool) -> None:
        found = self._content()
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        path, body = found
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if self.headers.get("If-None-Match") == tag:
            self._head(HTTPStatus.NOT_MODIFIED, tag, path, 0)
            return
        first, last = 0, len(body) - 1
        wanted = _RANGE.match(self.headers.get("Range", ""))
        backwards = wanted is not None and bool(wanted[2]) and int(wanted[2]) < int(wanted[1])
        if wanted and not backwards and self.headers.get("If-Range", tag) == tag:
            first = int(wanted[1])
            last = min(last, int(wanted[2])) if wanted[2] else last
            if first >= len(body):
                self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._head(HTTPStatus.PARTIAL_CONTENT, tag, path, last - first + 1, f"bytes {first}-{last}/{len(body)}")
        else:
            self._head(HTTPStatus.OK, tag, path, len(body))
        if with_body:
            self.wfile.write(body[first : last + 1])

    def _head(self, status: HTTPStatus, tag: str, path: Path, length: int, content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", _TYPES.get(path.suffix, "application/octet-stream"))
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(length))
        self.send_header("ETag", tag)
        self.send_header("Last-Modified", formatdate(path.stat().st_mtime, usegmt=True))
        self.send_header("Accept-Ranges", "bytes")
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()

    def _content(self) -> tuple[Path, bytes] | None:
        try:
            path = (self.server.folder / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
            if not path.is_relative_to(self.server.folder) or not path.is_file():
                return None
            body = path.read_bytes()
        except (OSError, ValueError):  # a name that no file can have
            return None
        if path.suffix in _TEMPLATED:
            body = body.replace(b"{base}", f"http://127.0.0.1:{self.server.server_address[1]}".encode())
        return path, body
