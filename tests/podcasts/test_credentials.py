# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords go to a keyring or stay in memory; nowhere else."""

from __future__ import annotations

import logging

import keyring.backend
import keyring.errors
import pytest

from podmix.podcasts import credentials as room
from podmix.podcasts.credentials import IN_MEMORY, Credentials


class Ring:
    """A keyring in memory, standing for the desktop's."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError
        del self.kept[service, username]


class LockedRing(Ring):
    def get_password(self, *rest: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    def set_password(self, *rest: str) -> None:
        raise keyring.errors.KeyringLocked("locked")


def test_a_keyring_keeps_them_over_restarts() -> None:
    ring = Ring()
    first = Credentials(ring)
    first.put("https://me:x@feeds.example/private", "me", "pä:ss")
    assert "keyring" in first.where
    again = Credentials(ring)
    assert again.get("https://feeds.example/private") == ("me", "pä:ss")
    assert again.get("https://feeds.example/other") is None
    again.forget("https://feeds.example/private")
    again.forget("https://feeds.example/never")
    assert Credentials(ring).get("https://feeds.example/private") is None
    assert ring.kept == {}


def test_the_keyring_is_asked_once_a_name() -> None:
    ring = Ring()
    kept = Credentials(ring)
    for _ in range(5):
        kept.get("https://feeds.example/public")
    assert ring.asked == 1


def test_without_a_keyring_they_stay_in_memory() -> None:
    kept = Credentials(look=False)
    kept.put("https://feeds.example/private", "me", "pw")
    assert kept.get("https://feeds.example/private") == ("me", "pw")
    assert kept.where == IN_MEMORY
    assert not kept.lasting
    assert Credentials(look=False).get("https://feeds.example/private") is None


def test_a_locked_keyring_falls_back_to_memory_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    kept = Credentials(LockedRing())
    with caplog.at_level(logging.DEBUG):
        kept.put("https://feeds.example/private", "me", "geheim")
    assert kept.get("https://feeds.example/private") == ("me", "geheim")
    assert kept.where == IN_MEMORY
    assert "geheim" not in caplog.text


def test_a_login_moves_with_its_feed_but_not_to_another_server() -> None:
    kept = Credentials(Ring())
    kept.put("http://show.example/f", "me", "pw")
    kept.move("http://show.example/f", "https://show.example/new")
    assert kept.get("http://show.example/f") is None
    assert kept.get("https://show.example/new") == ("me", "pw")
    kept.move("https://show.example/new", "https://elsewhere.example/f")
    assert kept.get("https://elsewhere.example/f") is None
    assert kept.get("https://show.example/new") == ("me", "pw")


def test_a_keyring_that_writes_in_the_clear_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = type("PlaintextKeyring", (Ring,), {"__module__": "keyrings.alt.file"})()
    safe = type("Keyring", (Ring,), {"__module__": "keyring.backends.SecretService"})()
    chain = type("ChainerBackend", (Ring,), {"__module__": "keyring.backends.chainer"})()
    for found, inner, lasting in ((plain, [], False), (chain, [plain], False), (chain, [plain, safe], True)):
        chain.backends = inner
        monkeypatch.setattr(keyring, "get_keyring", lambda found=found: found)
        kept = Credentials()
        kept.put("https://feeds.example/private", "me", "pw")
        assert kept.lasting is lasting
    assert plain.kept == {}
    assert len(safe.kept) == 1


def test_broken_entries_are_no_logins() -> None:
    ring = Ring()
    for stored in ("", "{", "[1]", '["a", 5]', "null", '"ab"'):
        ring.kept[room.SERVICE, "x"] = stored
        assert Credentials(ring).get("x") is None
