# SPDX-License-Identifier: GPL-3.0-or-later
"""How this program's HTTP clients are made: the same way in the front end, in commands and in workers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from podmix.net.addresses import origin_of
from podmix.net.policy import NetPolicy


def server_of(url: str) -> tuple[str, int]:
    """(host, port) of an address, as ``NetPolicy`` names servers."""
    _, host, port = origin_of(url)
    return host, port


def net_policy(allow_private: bool, timeout_s: float, servers: Iterable[Sequence[Any]]) -> NetPolicy:
    """``servers`` are (host, port) pairs that may lie in the private network."""
    return NetPolicy(
        allow_private=allow_private,
        timeout_s=timeout_s,
        connect_s=min(15.0, timeout_s),
        allowed_hosts=frozenset(f"{host}:{port}" for host, port in servers),
    )
