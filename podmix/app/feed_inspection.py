# SPDX-License-Identifier: GPL-3.0-or-later
"""One feed, from a file or from the network, as plain data; nothing is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podmix.app.network import net_policy, server_of
from podmix.errors import FeedError
from podmix.net.client import HttpClient
from podmix.paths import Home
from podmix.podcasts.discovery import normalise_address
from podmix.podcasts.inspect import inspect_feed
from podmix.settings.store import Settings

FEED_BYTES = 100_000_000


def inspect(address: str, path: Path | None, home: Home) -> dict[str, Any]:
    """The JSON object of ``podmix feed inspect``. Raises FeedError and NetworkError with what to do."""
    if path is not None:
        if path.stat().st_size > FEED_BYTES:
            raise FeedError(f"{path.name} is too large to be a feed ({path.stat().st_size // 1_000_000} MB).")
        try:
            return inspect_feed(path.read_bytes(), url="")
        except OSError as problem:
            raise FeedError(
                f"{path.name} could not be read.", remedy="Check its permissions.", detail=str(problem)
            ) from problem
    wanted = normalise_address(address)
    settings = Settings.load(home.settings)
    # The person typed this address, so its own server may be a private one; a redirect elsewhere may not.
    policy = net_policy(
        bool(settings.get("network.allow_private_addresses")),
        float(settings.get("network.timeout_s")),
        [server_of(wanted.url)],
    )
    with HttpClient(policy) as client:
        answer = client.get(wanted.url, auth=wanted.login, max_bytes=FEED_BYTES)
    return inspect_feed(answer.body, url=answer.url_final)
