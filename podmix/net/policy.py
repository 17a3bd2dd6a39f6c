# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network room may do: limits and permissions as plain data, so that they travel to worker processes.

Times are seconds, sizes bytes.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import NamedTuple

USER_AGENT = "PodMix/0.1 (+https://github.com/podmix/podmix)"


class Login(NamedTuple):
    """A user name and a password. The password never shows in ``repr``, so not in logs or tracebacks either."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login(user={self.user!r})"

    def basic(self) -> str:
        """The value of an ``Authorization`` header (RFC 7617, UTF-8)."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class NetPolicy:
    """Permissions and limits of one ``HttpClient``.

    Args:
        allow_private: let requests reach loopback, home and link-local addresses.
        allowed_hosts: exact "host:port" that may be private, such as the demo's loopback server.
        timeout_s: longest silence of a server in the middle of an answer.
        connect_s: longest wait for a name and a connection.
        total_s: longest time of one request with all its redirects (downloads have their own).
        slow_window_s: a download that brings less than ``slowest_bytes_per_s`` over this window is given up.
        slowest_bytes_per_s: see ``slow_window_s``.
        max_redirects: hops followed before giving up.
        per_host: requests at once to one host.
        at_once: requests at once altogether.
        disk_reserve: space a download leaves free on the disk.
    """

    allow_private: bool = False
    allowed_hosts: frozenset[str] = frozenset()
    timeout_s: float = 30.0
    connect_s: float = 15.0
    total_s: float = 90.0
    slow_window_s: float = 60.0
    slowest_bytes_per_s: float = 256.0
    max_redirects: int = 10
    per_host: int = 2
    at_once: int = 16
    disk_reserve: int = 100_000_000
    user_agent: str = USER_AGENT

    def trusts(self, host: str, port: int) -> bool:
        """Whether ``host:port`` may lie on a private network."""
        return self.allow_private or f"{host.lower()}:{port}" in self.allowed_hosts
