# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the ranked feed takes through the program's own verbs, with 20,000 previews in a real home.

``python tests/bench/bench_taste_feed.py [--previews 20000]``: prints what the first feed costs (every preview is
described once, 2,000 at a time), a feed after one reaction (learning, ranking, 50 cards and their reasons), the same
feed again, and one reaction's way into the recorder and onto the disk. The algorithm alone is timed by
``bench_taste.py``. Exit code 1 when taking in a reaction costs the caller more than 2 ms (median, processor time).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from podmix.app.application import Application
from podmix.podcasts.types import Enclosure, Feed, FeedItem
from podmix.previews.store import NewPreview
from podmix.search.passages import Passage

SHOWS = 200


def fill(app: Application, previews: int) -> None:
    rng = np.random.default_rng(0)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    each = -(-previews // SHOWS)
    for number in range(SHOWS):
        items = tuple(FeedItem(f"{number}-{i}", f"Episode {i}", start + timedelta(days=i),
                               Enclosure(f"https://s{number}.example/{i}.mp3")) for i in range(each))
        show = app.podcasts.add_show(Feed(f"Show {number}", items=items), f"https://s{number}.example/feed.xml")
        centre = rng.normal(size=384)
        with app.database.write():
            for episode in app.podcasts.episodes(show.id, limit=-1):
                row = centre + rng.normal(size=384)
                app.previews_store.replace(episode.id, [NewPreview(1, 10.0, 70.0, 0.6, f"Minute {episode.id}", "words",
                                                                   {}, [])], {})
                app.search_store.index(episode.id, [Passage(5.0, 30.0, "words", ((0, 5.0),))],
                                       (row / np.linalg.norm(row))[None, :])


def told(name: str, work: Callable[[], object]) -> None:
    began, busy = time.perf_counter(), time.process_time()
    work()
    print(f"{name:36} {(time.process_time() - busy) * 1000:8.1f} ms of processor, "
          f"{(time.perf_counter() - began) * 1000:8.1f} ms on the clock")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--previews", type=int, default=20_000)
    count = parser.parse_args().previews
    with tempfile.TemporaryDirectory() as folder:
        app = Application.open(Path(folder))
        fill(app, count)
        for number in range(-(-count // 2_000)):
            told(f"first feeds, {number + 1}", app.recommended)
            app.note_reaction("shown", "preview", 1, 0.1)
        for place, card in enumerate(app.recommended(limit=60)):
            app.seen(card.card.preview_id, 60.0 if place % 3 == 0 else 5.0, finished=place % 3 == 0)
        told("a feed after sixty reactions", app.recommended)
        app.like(app.recommended()[0].card.preview_id, liked=True)
        told("a feed after one more", app.recommended)
        told("the same feed again", app.recommended)
        spent = []
        for number in range(1000):
            began = time.thread_time()
            app.note_reaction("skipped", "track", number, 4.0)
            spent.append(time.thread_time() - began)
        median = sorted(spent)[500]
        began = time.perf_counter()
        app.recorder.flush()
        print(f"taking in a reaction: {median * 1e6:.0f} µs (limit 2000); a thousand of them were on the disk "
              f"{(time.perf_counter() - began) * 1000:.0f} ms after the last")
        app.close()
    return 0 if median < 0.002 else 1


if __name__ == "__main__":
    sys.exit(main())
