# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and passwords of private feeds: in the desktop's keyring, or in memory where there is none.

Never in a file of PodMix, never in a log, never in OPML. A keyring program that would itself write them to disk in
the clear does not count as a keyring.
"""

from __future__ import annotations

import json
import logging
import threading
from typing import Any, Protocol

from podmix.net.addresses import shares_login, split_login
from podmix.net.policy import Login

_LOG = logging.getLogger("podmix.podcasts")
SERVICE = "PodMix"
IN_MEMORY = "kept until PodMix closes"

# Backends of the ``keyring`` package that encrypt, and how people call them.
_ENCRYPTED = {"keyring.backends.SecretService": "your desktop's keyring", "keyring.backends.libsecret":
              "your desktop's keyring", "keyring.backends.kwallet": "KDE's wallet", "keyring.backends.macOS":
              "the macOS keychain", "keyring.backends.Windows": "Windows' credential store"}


class Keyring(Protocol):
    """What PodMix uses of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Credentials:
    """Logins by feed address (or any other name, such as "podcast-index"). Thread-safe.

    Args:
        backend: a keyring backend; None looks for the system's at the first use.
        look: whether to look at all; False keeps everything in memory.
    """

    def __init__(self, backend: Keyring | None = None, *, look: bool = True) -> None:
        self._lock = threading.RLock()
        self._memory: dict[str, Login | None] = {}
        self._backend = backend
        self._name = "the given keyring" if backend is not None else ""
        self._looked = backend is not None or not look

    @property
    def where(self) -> str:
        """Where passwords are kept, in words: "in your desktop's keyring" or "kept until PodMix closes"."""
        with self._lock:
            return f"in {self._name}" if self._ring() is not None else IN_MEMORY

    @property
    def lasting(self) -> bool:
        """Whether passwords survive the end of the program."""
        with self._lock:
            return self._ring() is not None

    def get(self, name: str) -> Login | None:
        """The login kept for ``name``, None where there is none (or the keyring is locked)."""
        key = _key(name)
        with self._lock:
            if key not in self._memory:
                self._memory[key] = self._read(key)
            return self._memory[key]

    def put(self, name: str, user: str, password: str) -> None:
        """Keep a login; only in memory where the keyring refuses (``where`` then says so)."""
        key = _key(name)
        with self._lock:
            self._memory[key] = Login(user, password)
            ring = self._ring()
            if ring is not None:
                self._try(ring.set_password, SERVICE, key, json.dumps([user, password]))

    def forget(self, name: str) -> None:
        key = _key(name)
        with self._lock:
            self._memory[key] = None
            ring = self._ring()
            if ring is not None and self._try(ring.get_password, SERVICE, key) is not None:
                self._try(ring.delete_password, SERVICE, key)

    def move(self, old: str, new: str) -> None:
        """The feed lives at ``new`` now. Its login goes with it on the same server; another one has to ask for it."""
        with self._lock:
            login = self.get(old)
            if login is not None and shares_login(old, new):
                self.put(new, *login)
                self.forget(old)

    def _read(self, key: str) -> Login | None:
        ring = self._ring()
        stored = self._try(ring.get_password, SERVICE, key) if ring is not None else None
        try:
            said = json.loads(stored) if stored else None
        except (ValueError, TypeError):
            return None
        if isinstance(said, list) and len(said) == 2 and all(isinstance(part, str) for part in said):
            return Login(*said)
        return None

    def _try(self, call: Any, *arguments: str) -> Any:
        """Ask the keyring; after a failure PodMix goes on with memory only."""
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            return call(*arguments)
        except PasswordDeleteError:
            return None
        except (KeyringError, OSError, RuntimeError) as problem:
            _LOG.warning("the keyring is not usable: %s", type(problem).__name__)
            self._backend = None
            return None

    def _ring(self) -> Keyring | None:
        if not self._looked:
            self._looked = True
            self._backend, self._name = _system_keyring()
        return self._backend


def _system_keyring() -> tuple[Keyring | None, str]:
    """The system's keyring if it encrypts, and its name in words."""
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_keyring()
        candidates = [found, *getattr(found, "backends", ())]  # a chainer holds several
    except (KeyringError, OSError, RuntimeError):
        return None, ""
    for backend in candidates:
        name = _ENCRYPTED.get(type(backend).__module__)
        if name:
            return backend, name
    return None, ""


def _key(name: str) -> str:
    return split_login(name)[0] if "://" in name else name
