# SPDX-License-Identifier: GPL-3.0-or-later
"""The music table's queries on 50,000 rows: ids sorted and filtered, rows by window; beside Python's own sort.

``python tests/bench/bench_music_table.py [ROWS]``.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from podmix.database import Database
from podmix.music.library_types import FileRecord, SoundFacts, TrackTags
from podmix.music.scanning import ScanBatch
from podmix.music.smart_lists import read_filter
from podmix.music.store import MIGRATIONS, MusicStore, TrackFilter

WORDS = ("night", "train", "harbour", "light", "stone", "river", "glass", "echo", "paper", "north", "silver", "winter")
KEYS = [f"{letter} {mode}" for letter in "ABCDEFG" for mode in ("major", "minor")]


def records(count: int) -> list[FileRecord]:
    pick = random.Random(7)
    made = []
    for number in range(count):
        title = " ".join(pick.choices(WORDS, k=3)).title()
        artist = " ".join(pick.choices(WORDS, k=2)).title()
        tags = TrackTags(title, artist, "", f"Album {number // 12}", pick.choice(("House", "Techno", "Dub")), "",
                         year=pick.randint(1970, 2026), bpm=round(pick.uniform(70, 180), 2) if number % 9 else None,
                         key=pick.choice(KEYS) if number % 7 else "", rating=pick.choice((None, 1, 2, 3, 4, 5)))
        made.append(FileRecord(f"/music/{artist}/{number:06d} {title}.mp3", 5_000_000 + number, number,
                               number.to_bytes(16, "big"), SoundFacts("mp3", pick.uniform(120, 500)), tags))
    return made


def best(action: Callable[[], object], times: int = 7) -> tuple[float, float]:
    """(time on the clock, time of processor) in ms, the least of several: a busy machine shows in the first only."""
    clock, processor = [], []
    for _ in range(times):
        start, used = time.perf_counter(), time.thread_time()
        action()
        clock.append(time.perf_counter() - start)
        processor.append(time.thread_time() - used)
    return min(clock) * 1e3, min(processor) * 1e3


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "bench.sqlite3", MIGRATIONS)
        store = MusicStore(database)
        all_records = records(count)
        start, cpu = time.perf_counter(), time.process_time()
        for at in range(0, count, 100):
            store.apply(ScanBatch(tuple(all_records[at:at + 100])))
        spent, used = time.perf_counter() - start, time.process_time() - cpu
        print(f"stored {count} rows: {count / spent:.0f} a second, {used / count * 1e3:.2f} ms of processor each")
        titles = [(record.tags.title.casefold(), number) for number, record in enumerate(all_records)]
        named = best(lambda: sorted(titles))
        print(f"{'sorted() on the titles alone':44} {named[0]:7.1f} ms {named[1]:7.1f} ms of processor")
        ids = store.track_ids()
        rows = {f"ids by {sort}{' down' * down}": (lambda s=sort, d=down: store.track_ids(sort=s, descending=d))
                for sort in ("artist", "title", "bpm", "key", "rating", "added") for down in (False, True)}
        for line in ("n", "night tra", "bpm:120-128", "key~8A rating>=4", "night bpm>120 -genre:dub"):
            text, rules = read_filter(line)
            rows[f"ids of “{line}” by bpm"] = lambda t=text, r=rules: store.track_ids(TrackFilter(t, r), sort="bpm")
        rows["window of 100 rows"] = lambda: store.tracks(ids[30_000:30_100])
        rows["paths of all"] = store.ids_by_path
        for name, action in rows.items():
            took = best(action)
            print(f"{name:44} {took[0]:7.1f} ms {took[1]:7.1f} ms of processor   x{took[1] / named[1]:.2f}")
        database.close()


if __name__ == "__main__":
    main()
