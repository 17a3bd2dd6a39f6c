# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines may be reached, whatever name, redirect or number leads there."""

from __future__ import annotations

import ipaddress

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import AddressRefused
from podmix.net.addresses import checked_url, is_loopback_host, is_public, loggable, shares_login, split_login
from podmix.net.client import HttpClient, NetPolicy
from podmix.net.connect import GuardedBackend
from podmix.net.transport import proxy_for
from tests.net.loopback import LoopbackServer

PRIVATE = ["127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
           "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1",
           "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "2002:c0a8:101::1",
           "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "2001:0:53aa:64c:0:7fff:7f00:1", "2001:db8::1", "not an ip", ""]
PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::1.1.1.1", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_changes_nothing(address: ipaddress.IPv4Address) -> None:
    plain = is_public(str(address))
    assert is_public(f"::ffff:{address}") == plain
    assert is_public(f"64:ff9b::{address}") == plain


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "0.0.0.0"])
def test_loopback_is_refused_in_every_spelling(server: LoopbackServer, host: str) -> None:
    server.page("/feed", b"inside")
    with HttpClient(NetPolicy(connect_s=3)) as client, pytest.raises(AddressRefused):
        client.get(f"http://{host}:{server.port}/feed")
    assert server.requests == []


def test_a_redirect_inside_is_refused(server: LoopbackServer) -> None:
    with LoopbackServer() as inner:
        inner.page("/admin", b"secret")
        server.redirect("/feed", inner.url("/admin"), 301)
        with (HttpClient(NetPolicy(allowed_hosts=frozenset({server.host_and_port}))) as client,
              pytest.raises(AddressRefused)):
            client.get(server.url("/feed"))
        assert inner.requests == []


class Dialler(httpcore.NetworkBackend):
    """Dials nobody and remembers whom it should have."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    def connect_tcp(self, host: str, port: int, *rest: object) -> httpcore.NetworkStream:
        self.dialled.append(host)
        raise httpcore.ConnectError("nobody there")


def test_a_name_that_changes_its_address_is_judged_where_it_is_dialled() -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["10.0.0.1", "1.1.1.1", "::1"]])
    backend = GuardedBackend(NetPolicy(), lambda host, port: next(answers))
    backend._dialler = dialler = Dialler()
    for problem in (httpcore.ConnectError, AddressRefused, httpcore.ConnectError):
        with pytest.raises(problem):
            backend.connect_tcp("rebind.example", 80)
    assert dialler.dialled == ["93.184.216.34", "1.1.1.1"]


def test_only_the_public_ones_of_a_names_addresses_are_dialled(server: LoopbackServer) -> None:
    with (HttpClient(NetPolicy(connect_s=1), resolve=lambda host, port: ["127.0.0.1", "10.1.1.1"]) as client,
          pytest.raises(AddressRefused)):
        client.get(f"http://two.example:{server.port}/")
    assert server.requests == []


def test_private_may_be_allowed(server: LoopbackServer) -> None:
    server.page("/feed", b"inside")
    with HttpClient(NetPolicy(allow_private=True)) as client:
        assert client.get(f"http://localhost:{server.port}/feed").body == b"inside"


def test_an_allowed_server_is_that_port_only(server: LoopbackServer) -> None:
    with LoopbackServer() as other, HttpClient(NetPolicy(allowed_hosts=frozenset({server.host_and_port}))) as client:
        with pytest.raises(AddressRefused):
            client.get(other.url("/x"))
        assert other.requests == []


def test_proxies_come_from_the_environment_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "direct.example")
    assert proxy_for("http", "feeds.example", None) == "http://proxy.example:3128"
    assert proxy_for("http", "direct.example", None) == ""
    assert proxy_for("https", "feeds.example", None) == ""
    assert {proxy_for("http", host, 80) for host in ("127.0.0.1", "localhost", "::1")} == {""}


def test_a_proxy_gets_the_request_and_private_targets_still_do_not(server: LoopbackServer,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url(""))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.page("http://feeds.example/feed", b"through the proxy")
    names = {"feeds.example": ["93.184.216.34"], "router.example": ["192.168.0.1"]}
    with HttpClient(resolve=lambda host, port: names[host]) as client:
        assert client.get("http://feeds.example/feed").body == b"through the proxy"
        with pytest.raises(AddressRefused):
            client.get("http://router.example/")
    assert server.paths() == ["http://feeds.example/feed"]


def test_checked_url_normalises() -> None:
    assert checked_url("  HTTPS://Example.COM/Path?q=A#part ") == "https://example.com/Path?q=A"
    assert checked_url("http://User:Pa@EXAMPLE.com") == "http://User:Pa@example.com/"


def test_split_login() -> None:
    assert split_login("https://a%40b:c%3Ad@Example.com:8443/x") == ("https://example.com:8443/x", ("a@b", "c:d"))
    assert split_login("https://example.com/@x") == ("https://example.com/@x", None)


@pytest.mark.parametrize(("first", "second", "shared"), [
    ("https://a.example/x", "https://a.example/y", True), ("http://a.example/", "https://a.example/", True),
    ("http://a.example:8080/", "http://A.example:8080/z", True), ("https://a.example/", "http://a.example/", False),
    ("http://a.example:8080/", "https://a.example/", False), ("https://a.example/", "https://b.a.example/", False),
    ("https://a.example/", "https://a.example:8443/", False)])
def test_where_a_login_may_go(first: str, second: str, shared: bool) -> None:
    assert shares_login(first, second) is shared


def test_loggable_hides_tokens() -> None:
    assert loggable("https://me:pw@example.com/feed/secret?token=1") == "https://example.com/…"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        url = checked_url(text)
    except AddressRefused:
        return
    assert url.startswith(("http://", "https://"))
    assert checked_url(url) == url


def test_is_loopback_host() -> None:
    assert is_loopback_host("LOCALHOST.")
    assert is_loopback_host("a.localhost")
    assert not is_loopback_host("localhost.example.com")
