# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a real server that behaves, and against servers that do not."""

from __future__ import annotations

import dataclasses
import gzip
import pickle
import socket
import subprocess
import sys
import threading
import time
import zlib

import brotli
import pytest

from podmix.errors import AddressRefused, AuthenticationNeeded, Gone, NetworkError, TooLarge
from podmix.net.client import HttpClient, Login, NetPolicy
from podmix.net.failures import CutShort, HttpStatus, TimeUp, Unreachable
from tests.net.loopback import Call, LoopbackServer


def policy_for(server: LoopbackServer, **more: object) -> NetPolicy:
    base = NetPolicy(allowed_hosts=frozenset({server.host_and_port}), timeout_s=5, total_s=10)
    return dataclasses.replace(base, **more)


def test_get_brings_body_headers_and_no_cookie(server: LoopbackServer, client: HttpClient) -> None:
    page = server.page("/feed", b"<rss/>", headers={"Set-Cookie": "id=1"})
    first = client.get(server.url("/feed"))
    client.get(server.url("/feed"))
    assert (first.status, first.body, first.content_type, first.etag) == (200, b"<rss/>", "application/rss+xml",
                                                                         page.etag)
    assert first.permanent_url is None
    assert not first.not_modified
    assert server.requests[0].headers["user-agent"].startswith("PodMix/")
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize("by", ["etag", "last_modified"])
def test_conditional_get(server: LoopbackServer, client: HttpClient, by: str) -> None:
    server.page("/feed", b"<rss/>", last_modified="Mon, 23 Nov 2026 00:00:00 GMT")
    first = client.get(server.url("/feed"))
    again = client.get(server.url("/feed"), **{by: getattr(first, by)})
    assert again.not_modified
    assert again.body == b""


@pytest.mark.parametrize(("encoding", "pack"), [
    ("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress),
    ("deflate", lambda data: zlib.compress(data)[2:-4]),
    ("gzip", lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:])),
    ("gzip", lambda data: data),
    ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
], ids=["gzip", "deflate", "brotli", "raw deflate", "gzip members", "not packed at all", "twice"])
def test_packed_answers(server: LoopbackServer, client: HttpClient, encoding: str, pack: object) -> None:
    body = b"<rss>" + bytes(range(97, 123)) * 20000 + b"</rss>"
    server.page("/feed", pack(body), headers={"Content-Encoding": encoding})
    assert client.get(server.url("/feed")).body == body


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress),
                                               ("br", lambda data: brotli.compress(data, quality=1))])
def test_bombs_are_stopped_before_they_swell(server: LoopbackServer, client: HttpClient, encoding: str,
                                             pack: object) -> None:
    server.page("/bomb", pack(bytes(9_000_000)), headers={"Content-Encoding": encoding})
    with pytest.raises(TooLarge):
        client.get(server.url("/bomb"), max_bytes=1_000_000)


@pytest.mark.parametrize(("encoding", "body"), [
    ("gzip", gzip.compress(bytes(5000))[:-9]), ("br", brotli.compress(b"x" * 5000 + b"y")[:-3]),
    ("br", b"\xff\xfe not brotli"), ("gzip", b"\x1f\x8b nonsense"), ("zstd", b"anything")],
    ids=["gzip cut", "brotli cut", "no brotli", "no gzip", "unknown"])
def test_damaged_packing_is_a_network_error(server: LoopbackServer, client: HttpClient, encoding: str,
                                            body: bytes) -> None:
    server.page("/feed", body, headers={"Content-Encoding": encoding})
    with pytest.raises(NetworkError):
        client.get(server.url("/feed"))


def test_claimed_and_real_sizes_are_bounded(server: LoopbackServer, client: HttpClient) -> None:
    def endless(call: Call) -> None:
        call.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            call.wfile.write(b"1000\r\n" + bytes(4096) + b"\r\n")

    server.routes["/endless"] = endless
    server.routes["/claim"] = lambda call: call.reply(200, b"x", length=10_000_000_000)
    for path in ("/endless", "/claim"):
        with pytest.raises(TooLarge):
            client.get(server.url(path), max_bytes=100_000)


@pytest.mark.parametrize(("hops", "permanent"), [
    ([301, 308], "/2"), ([302], None), ([301, 302, 301], "/1"), ([307, 301], None), ([303], None), ([308, 307], "/1")])
def test_only_an_unbroken_permanent_chain_is_stored(server: LoopbackServer, client: HttpClient, hops: list[int],
                                                    permanent: str | None) -> None:
    for position, status in enumerate(hops):
        server.redirect(f"/{position}", f"/{position + 1}", status)
    server.page(f"/{len(hops)}", b"here")
    answer = client.get(server.url("/0"))
    assert answer.body == b"here"
    assert answer.url_final == server.url(f"/{len(hops)}")
    assert answer.permanent_url == (server.url(permanent) if permanent else None)


def test_loops_and_long_chains_end(server: LoopbackServer, client: HttpClient) -> None:
    server.redirect("/a", "/b")
    server.redirect("/b", "/a")
    for position in range(20):
        server.redirect(f"/{position}", f"/{position + 1}", 301)
    with pytest.raises(NetworkError, match="circle"):
        client.get(server.url("/a"))
    with pytest.raises(NetworkError, match="too many"):
        client.get(server.url("/0"))
    assert len(server.requests) == 2 + 11


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x", "http:///x",
                                    "http://127.0.0.1:99999/", "javascript:alert(1)", "http://[::1"])
def test_redirects_to_other_schemes_are_refused(server: LoopbackServer, client: HttpClient, target: str) -> None:
    server.redirect("/a", target)
    with pytest.raises(NetworkError):
        client.get(server.url("/a"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "/etc/passwd", "", "ftp://example.com/x", "data:text/plain,x",
                                 "http://", "https://exa mple.com/"])
def test_only_web_addresses_are_opened(client: HttpClient, url: str) -> None:
    with pytest.raises(AddressRefused):
        client.get(url)


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationNeeded), (404, HttpStatus), (410, Gone),
                                              (500, HttpStatus), (403, HttpStatus), (302, HttpStatus)])
def test_statuses_become_errors(server: LoopbackServer, client: HttpClient, status: int, kind: type) -> None:
    server.answer("/x", status, b"<html>no</html>")
    with pytest.raises(kind) as caught:
        client.get(server.url("/x"))
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is kind
    assert again.message == caught.value.message


def test_retry_after_is_surfaced(server: LoopbackServer, client: HttpClient) -> None:
    server.answer("/busy", 503, Retry_After="120")
    with pytest.raises(HttpStatus) as caught:
        client.get(server.url("/busy"))
    assert (caught.value.status, caught.value.retry_after_s) == (503, 120.0)
    assert pickle.loads(pickle.dumps(caught.value)).retry_after_s == 120.0


def locked(call: Call) -> None:
    if call.seen.headers.get("authorization") == Login("bö", "p:w").basic():
        call.reply(200, b"secret")
    else:
        call.reply(401, b"", {"WWW-Authenticate": 'Basic realm="x"'})


def test_login_by_argument_and_inside_the_address(server: LoopbackServer, client: HttpClient) -> None:
    server.routes["/locked"] = locked
    assert client.get(server.url("/locked"), auth=("bö", "p:w")).body == b"secret"
    inside = client.get(f"http://b%C3%B6:p%3Aw@{server.host_and_port}/locked")
    assert inside.body == b"secret"
    assert "@" not in inside.url_final


def test_login_goes_to_no_other_server(server: LoopbackServer) -> None:
    with LoopbackServer() as other:
        other.page("/there", b"public")
        server.redirect("/here", "/again")
        server.redirect("/again", other.url("/there"))
        policy = NetPolicy(allowed_hosts=frozenset({server.host_and_port, other.host_and_port}))
        with HttpClient(policy) as client:
            client.get(server.url("/here"), auth=("me", "pw"), headers={"X-Auth-Key": "k"})
        assert ["authorization" in seen.headers for seen in server.requests] == [True, True]
        assert "authorization" not in other.requests[0].headers
        assert "x-auth-key" not in other.requests[0].headers


def test_a_login_never_shows() -> None:
    assert "geheim" not in repr(Login("me", "geheim"))
    assert "geheim" not in str(Login("me", "geheim"))


def hang(call: Call) -> None:
    call.server.released.wait(20)


def drip(call: Call) -> None:
    call.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not call.server.released.wait(0.03):
        call.wfile.write(b"1\r\nx\r\n")


def drip_headers(call: Call) -> None:
    call.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not call.server.released.wait(0.03):
        call.wfile.write(b"x")


@pytest.mark.parametrize(("route", "timeout_s", "total_s"), [
    (hang, 0.3, 9), (hang, 9, 0.3), (drip, 0.3, 0.4), (drip_headers, 0.3, 0.4)])
def test_a_slow_server_cannot_hold_us(server: LoopbackServer, route: object, timeout_s: float,
                                      total_s: float) -> None:
    server.routes["/slow"] = route
    with HttpClient(policy_for(server, timeout_s=timeout_s, total_s=total_s)) as client:
        began = time.monotonic()
        with pytest.raises(TimeUp):
            client.get(server.url("/slow"))
        assert time.monotonic() - began < 3


def test_a_cut_answer_is_said(server: LoopbackServer, client: HttpClient) -> None:
    server.routes["/cut"] = lambda call: call.reply(200, b"half", length=8)
    with pytest.raises(CutShort):
        client.get(server.url("/cut"))


def test_a_kept_connection_that_died_is_replaced(server: LoopbackServer, client: HttpClient) -> None:
    tries = []

    def once(call: Call) -> None:
        tries.append(1)
        if len(tries) == 1:
            call.close_connection = True  # hang up without a word
        else:
            call.reply(200, b"second time")

    server.routes["/flaky"] = once
    assert client.get(server.url("/flaky")).body == b"second time"


def test_nonsense_instead_of_http(client: HttpClient, server: LoopbackServer) -> None:
    server.routes["/x"] = lambda call: call.wfile.write(b"\x16\x03\x01 what is this\r\n\r\n") and call.wfile.flush()
    with pytest.raises(NetworkError):
        client.get(server.url("/x"))


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with HttpClient(NetPolicy(allow_private=True)) as client, pytest.raises(Unreachable):
        client.get(f"http://127.0.0.1:{port}/")


def test_an_unknown_name_is_unreachable() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with HttpClient(resolve=unknown) as client, pytest.raises(Unreachable):
        client.get("http://nowhere.example/")


def test_a_resolver_that_hangs_is_given_up() -> None:
    over = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        over.wait(10)
        return []

    with HttpClient(NetPolicy(connect_s=0.1), resolve=hanging) as client, pytest.raises(Unreachable):
        client.get("http://slow.example/")
    over.set()


def test_https_is_verified(server: LoopbackServer) -> None:
    with HttpClient(policy_for(server)) as client, pytest.raises(NetworkError):
        client.get(f"https://{server.host_and_port}/")


def test_at_most_two_at_once_to_one_host(server: LoopbackServer, client: HttpClient) -> None:
    running, most, lock, gate = [0], [0], threading.Lock(), threading.Event()

    def count(call: Call) -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        if running[0] >= 2:
            gate.set()
        gate.wait(2)
        call.reply(200, b"x")
        with lock:
            running[0] -= 1

    server.routes["/x"] = count
    threads = [threading.Thread(target=client.get, args=(server.url("/x"),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(server.requests) == 8
    assert most[0] <= 2 + 1  # a server counts a request down only after its answer has left


def test_post_json(server: LoopbackServer, client: HttpClient) -> None:
    server.answer("/api", 200, b'{"ok": true}', Content_Type="application/json")
    assert client.post_json(server.url("/api"), {"a": "ü"}).body == b'{"ok": true}'
    assert (server.requests[0].method, server.requests[0].body) == ("POST", '{"a": "ü"}'.encode())


def test_importing_the_client_does_not_load_httpx() -> None:
    program = "import sys, podmix.net.client; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
