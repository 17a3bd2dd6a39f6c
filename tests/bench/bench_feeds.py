# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a feed takes from bytes to stored episodes, beside plain ``feedparser.parse`` of the same bytes.

``python tests/bench/bench_feeds.py [EPISODES]``: prints seconds and ratios; exit code 1 when 1,000 episodes with long
notes take more than 4 s. Baseline: ``feedparser.parse`` with its defaults in the same process, best of two.
"""

from __future__ import annotations

import html
import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import feedparser

from podmix.database import Database
from podmix.podcasts.feed import parse_feed
from podmix.podcasts.store import MIGRATIONS, PodcastStore

LIMIT_S = 4.0
NOTES = ('<p>Long <a href="https://example.org/x?a=1&amp;b=2">notes</a> of an episode.</p>'
         + "<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.</p>" * 60)


def made_feed(episodes: int, notes: str) -> bytes:
    items = "".join(
        f"<item><title>Episode {n} &amp; more</title><link>https://e.org/{n}</link>"
        f'<guid isPermaLink="false">g-{n}</guid><pubDate>Mon, 23 Nov 2020 10:{n // 60 % 60:02d}:00 +0000</pubDate>'
        f'<enclosure url="https://e.org/{n}.mp3" length="123" type="audio/mpeg"/>'
        f"<itunes:duration>1:02:03</itunes:duration><itunes:episode>{n}</itunes:episode><itunes:explicit>no</itunes:explicit><dc:creator>Someone</dc:creator>"
        f'<podcast:transcript url="https://e.org/{n}.vtt" type="text/vtt"/><podcast:person>Host</podcast:person>'
        + (f"<description>{html.escape(notes)}</description><content:encoded><![CDATA[{notes}]]></content:encoded>"
           if notes else "") + "</item>"
        for n in range(episodes))
    return ('<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:podcast="https://podcastindex.org/namespace/1.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>A long show</title>{items}</channel></rss>").encode()


def seconds_of(work: Callable[[], object], times: int = 1) -> float:
    best = float("inf")
    for _ in range(times):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def measure(episodes: int, notes: str, folder: Path) -> float:
    """Seconds from bytes to stored episodes; prints the line."""
    body = made_feed(episodes, notes)
    baseline = seconds_of(lambda: feedparser.parse(io.BytesIO(body)), 2)
    parse = seconds_of(lambda: parse_feed(body, url="https://e.org/f"), 2)
    feed = parse_feed(body, url="https://e.org/f")
    with Database.open(folder / f"{episodes}-{len(notes)}.sqlite3", MIGRATIONS) as database:
        podcasts = PodcastStore(database)
        store = seconds_of(lambda: podcasts.add_show(feed, "https://e.org/f"))
        again = seconds_of(lambda: podcasts.update_show(1, feed))
        newest = seconds_of(lambda: podcasts.episodes(1, limit=100), 3)
    print(f"{episodes} episodes, {len(body) / 1e6:.1f} MB: parse {parse:.2f} s, store {store:.2f} s, unchanged refresh "
          f"{again:.2f} s, newest 100 {newest * 1000:.1f} ms; feedparser alone {baseline:.2f} s; "
          f"parse+store / feedparser = {(parse + store) / baseline:.2f}")
    return parse + store


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        took = measure(1000, NOTES, Path(folder))
        if arguments:
            measure(int(arguments[0]), "", Path(folder))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB; "
          f"1,000 episodes with long notes: {took:.2f} s of {LIMIT_S:.0f} s")
    return 0 if took <= LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
