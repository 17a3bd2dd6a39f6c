# SPDX-License-Identifier: GPL-3.0-or-later
"""The key of a Weights & Biases server: in the desktop's keyring, else in ``WANDB_API_KEY``; never in a file."""

from __future__ import annotations

import os
from collections.abc import Mapping

from podmix.errors import AuthenticationNeeded
from podmix.podcasts.credentials import Credentials

_USER = "api"


def name_in_keyring(host: str) -> str:
    return f"wandb {host}"


def find_key(host: str, credentials: Credentials, environment: Mapping[str, str] = os.environ) -> str:
    """Raises AuthenticationNeeded where there is none."""
    kept = credentials.get(name_in_keyring(host))
    key = kept.password if kept is not None else environment.get("WANDB_API_KEY", "")
    if not key:
        raise AuthenticationNeeded(f"There is no key for {host}.",
                                   remedy="Keep one with “podmix consent runs on --key”, or set WANDB_API_KEY.")
    return key


def keep_key(host: str, key: str, credentials: Credentials) -> str:
    """Returns where it is kept, in words."""
    credentials.put(name_in_keyring(host), _USER, key)
    return credentials.where


def forget_key(host: str, credentials: Credentials) -> None:
    credentials.forget(name_in_keyring(host))
