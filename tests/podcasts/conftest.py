# SPDX-License-Identifier: GPL-3.0-or-later
"""A loopback web server and a client that may reach it, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from podmix.net.client import HttpClient, NetPolicy
from tests.net.loopback import LoopbackServer


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


@pytest.fixture
def client(server: LoopbackServer) -> Iterator[HttpClient]:
    policy = NetPolicy(allowed_hosts=frozenset({server.host_and_port}), timeout_s=5, connect_s=5, total_s=10,
                       disk_reserve=0)
    with HttpClient(policy) as made:
        yield made
