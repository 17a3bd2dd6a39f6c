# SPDX-License-Identifier: GPL-3.0-or-later
"""How this program's HTTP clients are made: the same way in the front end, in commands and in workers."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

from podmix.net.addresses import is_public, origin_of
from podmix.net.policy import NetPolicy

_LOCAL_ZONES = (".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa", ".test")  # RFC 6761, 6762, 8375


def server_of(url: str) -> tuple[str, int]:
    """(host, port) of an address, as ``NetPolicy`` names servers."""
    _, host, port = origin_of(url)
    return host, port


def net_policy(allow_private: bool, timeout_s: float, servers: Iterable[Sequence[Any]]) -> NetPolicy:
    """``servers`` are (host, port) pairs that may lie in the private network, if their host is a local name."""
    return NetPolicy(
        allow_private=allow_private,
        timeout_s=timeout_s,
        connect_s=min(15.0, timeout_s),
        allowed_hosts=frozenset(f"{host}:{port}" for host, port in servers if is_local_name(host)),
    )


def is_local_name(host: str) -> bool:
    """Whether somebody who typed ``host`` meant the private network: a private address, or a name of no public zone.

    A public name that resolves to a private address is somebody else's choice (DNS rebinding): typing it allows
    nothing.
    """
    bare = host.strip("[]").rstrip(".").lower()
    try:
        ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return "." not in bare or bare.endswith(_LOCAL_ZONES)
    return not is_public(bare)
