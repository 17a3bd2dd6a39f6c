# SPDX-License-Identifier: GPL-3.0-or-later
"""A loopback server that speaks the hub's protocol: file list, redirect to a storage path, ETag, Range."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class Hub:
    """``files`` is path -> content; ``cut`` breaks the next answers off after so many bytes."""

    def __init__(self, files: dict[str, bytes], large: frozenset[str] = frozenset()) -> None:
        self.files = files
        self.large = large
        self.stated: dict[str, bytes] = dict(files)
        self.cut: list[int] = []
        self.requests: list[tuple[str, str | None]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def listing(self) -> bytes:
        rows = []
        for path, content in self.stated.items():
            row: dict[str, object] = {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(
                f"blob {len(content)}\0".encode() + content).hexdigest()}
            if path in self.large:
                row["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
            rows.append(row)
        return json.dumps(rows).encode()

    def _handler(hub) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = unquote(self.path)
                hub.requests.append((path, self.headers.get("Range")))
                if path.startswith("/api/models/org/model/tree/main"):
                    self._answer(200, hub.listing())
                elif path.startswith("/org/model/resolve/main/"):
                    self.send_response(302)
                    self.send_header("Location", "/storage/" + path.removeprefix("/org/model/resolve/main/"))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                elif path.startswith("/storage/") and path.removeprefix("/storage/") in hub.files:
                    self._file(hub.files[path.removeprefix("/storage/")])
                else:
                    self._answer(404, b"")

            def _file(self, content: bytes) -> None:
                tag = f'"{hashlib.sha256(content).hexdigest()}"'
                asked = self.headers.get("Range")
                if asked and self.headers.get("If-Range") in (None, tag):
                    first = int(asked.removeprefix("bytes=").rstrip("-"))
                    self._answer(206, content[first:], tag, f"bytes {first}-{len(content) - 1}/{len(content)}")
                else:
                    self._answer(200, content, tag)

            def _answer(self, status: int, body: bytes, tag: str = "", span: str = "") -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Accept-Ranges", "bytes")
                if tag:
                    self.send_header("ETag", tag)
                if span:
                    self.send_header("Content-Range", span)
                self.end_headers()
                if tag and hub.cut:
                    self.wfile.write(body[:hub.cut.pop(0)])
                    self.close_connection = True
                    return
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
