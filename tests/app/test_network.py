# SPDX-License-Identifier: GPL-3.0-or-later
"""Which typed servers may lie in the private network."""

from __future__ import annotations

import pytest

from podmix.app.network import is_local_name, net_policy


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.20", "::1", "[fe80::1%eth0]", "localhost", "nas", "nas.local",
                                  "NAS.lan.", "box.home.arpa"])
def test_local_names(host: str) -> None:
    assert is_local_name(host)


@pytest.mark.parametrize("host", ["example.org", "8.8.8.8", "local.example.org", "127.0.0.1.example.org",
                                  "mylocal.com"])
def test_public_names_allow_nothing_private(host: str) -> None:
    assert not is_local_name(host)
    assert not net_policy(False, 30.0, [(host, 80)]).trusts(host, 80)


def test_a_typed_home_server_is_trusted_on_its_port_only() -> None:
    policy = net_policy(False, 30.0, [("127.0.0.1", 8080)])
    assert policy.trusts("127.0.0.1", 8080)
    assert not policy.trusts("127.0.0.1", 80)
