# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses may be asked: web schemes only, public machines only; and credentials kept out of them.

Addresses are ``str``; hosts are lower case. What a name resolves to is judged where the connection is made
(``podmix.net.connect``), because a name may point elsewhere a moment later.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from podmix.errors import AddressRefused
from podmix.net.policy import Login

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_IN_HOSTS = re.compile(r"[\s%<>\\^`{|}\"]")  # an IPv6 zone (%eth0) is link-local anyway
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the real IPv4 address


def checked_url(text: str) -> str:
    """``text`` stripped, if it is an absolute http(s) address with a host; raises AddressRefused."""
    parts = _split(text)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        shown = f"{scheme}: addresses" if scheme else "Addresses without http:// or https://"
        raise AddressRefused(f"{shown[0].upper()}{shown[1:]} are not opened.",
                             remedy="Use an address that begins with https:// or http://.")
    if not parts.hostname or _NOT_IN_HOSTS.search(parts.hostname):
        raise AddressRefused("This address names no server that could exist.",
                             remedy="Check the address for a typing mistake.")
    return urlunsplit((scheme, _netloc(parts, with_login=True), parts.path or "/", parts.query, ""))


def split_login(url: str) -> tuple[str, Login | None]:
    """Take ``user:password@`` out of ``url``: the bare address, and the login if there was one."""
    parts = _split(url)
    if "@" not in parts.netloc:
        return url, None
    bare = urlunsplit(parts._replace(netloc=_netloc(parts, with_login=False)))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return bare, Login(user, password) if user or password else None


def host_of(url: str) -> str:
    """The host of an address, lower case, for politeness and for messages; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def origin_of(url: str) -> tuple[str, str, int]:
    """(scheme, host, port)."""
    parts = _split(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), _port(parts) or _DEFAULT_PORTS.get(scheme, 0)


def shares_login(first: str, second: str) -> bool:
    """Whether a login for ``first`` may be sent to ``second``: one origin, or the same host's step up to https."""
    old, new = origin_of(first), origin_of(second)
    return old == new or (old[1] == new[1] and old[0::2] == ("http", 80) and new[0::2] == ("https", 443))


def loggable(url: str) -> str:
    """An address fit for a log: path and query may hold the token of a private feed, so only the server is left."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}/…"
    except ValueError:
        return "(no address)"


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, also when it wraps an IPv4 address (mapped, 6to4, NAT64)."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.teredo is not None or ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def is_loopback_host(host: str) -> bool:
    """Whether ``host`` (a name or an IP) is this machine, so that no proxy stands between."""
    bare = host.strip("[]").rstrip(".").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def refuse_private(host: str) -> AddressRefused:
    return AddressRefused(f"{host} is on a private network, so PodMix did not connect to it.",
                          remedy="If this is your own server, allow private addresses under Settings, Network.")


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        _port(parts)
    except ValueError as problem:
        raise AddressRefused("This is not a valid web address.", remedy="Check the address for a typing mistake.",
                             detail=str(problem)) from problem
    return parts


def _port(parts: SplitResult) -> int | None:
    return parts.port  # raises ValueError out of 0..65535


def _netloc(parts: SplitResult, *, with_login: bool) -> str:
    login, _, server = parts.netloc.rpartition("@")
    return f"{login}@{server.lower()}" if with_login and login else server.lower()
