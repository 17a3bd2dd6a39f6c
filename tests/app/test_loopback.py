# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's server: real HTTP, one folder, this machine only; and its shows follow it to another port."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from podmix.app.application import Application
from podmix.app.loopback import DemoServer
from tests.app.conftest import OpenApplication, put_show
from tests.net.loopback import LoopbackServer


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoServer]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "a.xml").write_text("<rss>{base}/x</rss>")
    (folder / "a.mp3").write_bytes(bytes(range(100)))
    (folder / "empty.mp3").write_bytes(b"")
    (tmp_path / "secret").write_text("no")
    (folder / "link").symlink_to(tmp_path / "secret")
    server = DemoServer(folder).start()
    yield server
    server.stop()


def ask(demo: DemoServer, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=10)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    connection.close()
    return found


def test_get_and_head(demo: DemoServer) -> None:
    status, headers, body = ask(demo, "/a.xml?x=1")
    assert (status, body) == (200, f"<rss>{demo.base}/x</rss>".encode())
    assert headers["content-type"].startswith("application/rss+xml")
    assert ask(demo, "/a.xml", "HEAD") == (200, {**headers, "date": ask(demo, "/a.xml", "HEAD")[1]["date"]}, b"")
    assert ask(demo, "/a.xml", "POST")[0] == 501


def test_conditional(demo: DemoServer) -> None:
    tag = ask(demo, "/a.xml")[1]["etag"]
    assert ask(demo, "/a.xml", If_None_Match=tag)[::2] == (304, b"")
    assert ask(demo, "/a.xml", If_None_Match='"other"')[0] == 200


@pytest.mark.parametrize(("span", "status", "body"), [
    ("bytes=10-19", 206, bytes(range(10, 20))), ("bytes=90-", 206, bytes(range(90, 100))),
    ("bytes=90-1000", 206, bytes(range(90, 100))), ("bytes=100-", 416, b""),
    ("bytes=5-2", 200, bytes(range(100))), ("bytes=-5", 200, bytes(range(100))), ("lines=1-2", 200, bytes(range(100))),
    ("bytes=" + "9" * 40 + "-", 200, bytes(range(100))), ("bytes=\u0661-", 200, bytes(range(100)))])
def test_ranges(demo: DemoServer, span: str, status: int, body: bytes) -> None:
    found = ask(demo, "/a.mp3", Range=span.encode().decode("latin-1"))
    assert found[::2] == (status, body)
    assert int(found[1]["content-length"]) == len(body)


def test_a_range_of_a_changed_file_is_the_whole_file(demo: DemoServer) -> None:
    assert ask(demo, "/a.mp3", Range="bytes=5-", If_Range='"old"')[0] == 200
    assert ask(demo, "/empty.mp3", Range="bytes=0-")[0] == 416
    assert ask(demo, "/empty.mp3")[::2] == (200, b"")


@pytest.mark.parametrize("path", ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "//etc/passwd", "/link", "/",
                                  "/a%00b", "/" + "x" * 5000, "/%ff%fe", "/none", "/c:\\windows",
                                  "/./../served/../secret"])
def test_nothing_outside_the_folder(demo: DemoServer, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert ask(demo, path)[0] == 404
    assert capfd.readouterr().err == ""


def test_a_client_that_hangs_up_is_nobodys_news(demo: DemoServer, capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection(("127.0.0.1", demo.port)) as raw:
        raw.sendall(b"GET /a.mp3 HTTP/1.1\r\nHost: x\r\n\r\nnonsense\x00\r\n\r\n")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    assert ask(demo, "/a.xml")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_taken_port_is_no_trouble(demo: DemoServer, tmp_path: Path) -> None:
    second = DemoServer(tmp_path / "served", demo.port).start()
    assert second.port != demo.port
    assert ask(second, "/a.xml")[0] == 200
    second.stop()


def test_the_demos_shows_follow_its_port_and_no_others(open_app: OpenApplication, server: LoopbackServer) -> None:
    app = open_app()
    assert not app.has_demo()
    own = put_show(server)
    app.subscribe(own)
    base = app.start_demo_server().base
    show = app.subscribe(f"{base}/feeds/salt-and-signal.xml").show
    assert show is not None
    old = app.start_demo_server().port
    app.close()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", old))
        taken.listen()
        again: Application = open_app()
        assert again.demo is not None
        assert again.demo.port != old
        assert again.show(show.show_id).feed_url == f"{again.demo.base}/feeds/salt-and-signal.xml"
        assert own in [s.feed_url for s in again.shows()], "a server of the person's own stays where it is"
        assert again.refresh() == 0
        assert [s.problem for s in again.shows()] == ["", ""]
