# SPDX-License-Identifier: GPL-3.0-or-later
"""Refresh 200 unchanged feeds from a loopback server; the measure is 5 s.

The baseline is the plain way: one ``httpx.Client``, one conditional GET after the other, same server, same run.
Usage: ``python tests/bench/bench_refresh.py [feeds]``. Exit code 1 when the measure is missed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from podmix.net.client import HttpClient, NetPolicy
from podmix.podcasts.feed import parse_feed
from podmix.podcasts.refresh import Outcome, refresh_feeds
from podmix.podcasts.types import FeedState
from tests.net.loopback import LoopbackServer

ALLOWED_S = 5.0


def body_of(number: int) -> bytes:
    items = "".join(f"<item><title>Episode {n}</title><guid>{number}-{n}</guid></item>" for n in range(100))
    return f'<rss version="2.0"><channel><title>Show {number}</title>{items}</channel></rss>'.encode()


def main(feeds: int) -> int:
    with LoopbackServer() as server:
        pages = [server.page(f"/{number}", body_of(number)) for number in range(feeds)]
        with httpx.Client() as plain:
            plain.get(server.url("/0"))
            began = time.perf_counter()
            statuses = [plain.get(server.url(f"/{n}"), headers={"If-None-Match": page.etag}).status_code
                        for n, page in enumerate(pages)]
            baseline = time.perf_counter() - began
        assert set(statuses) == {304}
        states = [FeedState(n, "", server.url(f"/{n}"), page.etag, "", None, None, 0, "", gone=False)
                  for n, page in enumerate(pages)]
        with HttpClient(NetPolicy(allowed_hosts=frozenset({server.host_and_port}))) as client:
            began = time.perf_counter()
            results = list(refresh_feeds(client, states, parse=parse_feed))
            ours = time.perf_counter() - began
        assert {result.outcome for result in results} == {Outcome.UNCHANGED}
    print(f"{feeds} unchanged feeds: {ours:.2f} s (allowed {ALLOWED_S:.0f} s); "
          f"plain sequential httpx {baseline:.2f} s; ratio {ours / baseline:.2f}")
    return 0 if ours <= ALLOWED_S else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
