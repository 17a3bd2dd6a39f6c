# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames of the music table while it is scrolled through 50,000 rows, beside a plain Qt table of the same texts.

``QT_QPA_PLATFORM=offscreen python tests/bench/bench_music_scroll.py [ROWS]``. A frame is all that the window's thread
does between two states of the scroll bar: scrolling, painting what came into sight, taking in rows that arrived. Rows
come from a real database on background threads meanwhile. Every fourth row has a waveform. A machine that has other
work to do shows mostly in the time on the clock, less in that of the processor.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtWidgets import QApplication, QHeaderView, QTableView

from podmix.database import Database
from podmix.music.scanning import ScanBatch
from podmix.music.store import MIGRATIONS, MusicStore
from podmix.ui.background import Background
from podmix.ui.music.columns import COLUMNS
from podmix.ui.music.track_model import TrackModel
from podmix.ui.music.track_table import TrackTable
from podmix.ui.theme import Mode, Theme
from tests.bench.bench_music_table import records

FRAME_MS = 16.0
SIZES = ((1280, 640), (1920, 1000), (3840, 2000))


Took = list[tuple[float, float]]


class Library:
    """The few verbs that the table asks."""

    def __init__(self, store: MusicStore) -> None:
        self._store = store
        self._wave = bytes((40 + (n * 37) % 200 if n % 3 != 2 else 30) for n in range(480))

    def music_rows(self, ids: list[Any]) -> Any:
        return self._store.tracks(ids)

    def track_waves(self, ids: list[int], _points: int = 160) -> dict[int, bytes]:
        return {one: self._wave for one in ids if one % 4 == 0}

    def track_cover(self, _one: int) -> None:
        return None


class PlainModel(QAbstractTableModel):
    """The same texts for a plain table: what Qt itself takes."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def rowCount(self, *_parent: Any) -> int:
        return self._rows

    def columnCount(self, *_parent: Any) -> int:
        return 12

    def data(self, index: Any, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return f"Night Train {index.row()}" if role == Qt.ItemDataRole.DisplayRole else None


def frames(app: QApplication, table: QTableView, steps: list[int], pace_s: float = 0.004) -> Took:
    """Each frame in ms, of processor and on the clock; the bar goes to these places with ``pace_s`` in between."""
    bar, took = table.verticalScrollBar(), []
    for value in steps:
        clock, used = time.perf_counter(), time.thread_time()
        bar.setValue(value)
        app.processEvents()
        took.append(((time.thread_time() - used) * 1e3, (time.perf_counter() - clock) * 1e3))
        time.sleep(pace_s)
    return took


def report(name: str, took: Took, base: float) -> None:
    used, clock = (sorted(one[at] for one in took) for at in (0, 1))
    middle, late = len(used) // 2, sum(one > FRAME_MS for one in used)
    print(f"{name:44} processor: median {used[middle]:5.2f}  p99 {used[int(len(used) * 0.99)]:5.2f}  worst "
          f"{used[-1]:5.2f} ms, over 16 ms: {late} of {len(used)}; clock: median {clock[middle]:5.2f}, best "
          f"{clock[0]:5.2f} ms   x{used[middle] / base:.2f} of the plain table")


def ways(most: int, height: int) -> dict[str, list[int]]:
    return {"wheel, 120 px a notch": [n * 120 for n in range(200)],
            "pages": [n * height for n in range(60)],
            "dragging the bar over everything": [most * n // 120 for n in range(120)]}


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    app = QApplication([])
    app.setStyle("Fusion")
    theme = Theme(app, Mode.DARK)
    theme.apply()
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "bench.sqlite3", MIGRATIONS)
        store = MusicStore(database)
        made = records(count)
        for at in range(0, count, 500):
            store.apply(ScanBatch(tuple(made[at:at + 500])))
        ids = [int(one) for one in store.track_ids()]
        for wide, tall in SIZES:
            plain = QTableView()
            plain.setModel(PlainModel(count))
            plain.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            plain.verticalHeader().setDefaultSectionSize(40)
            plain.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
            background = Background()
            table = TrackTable(theme, TrackModel(Library(store), background))
            table.tracks_model.set_ids(ids)
            for at in range(len(COLUMNS)):  # as wide as the window
                table.setColumnWidth(at, round(COLUMNS[at].width * wide / 1280))
            bases = {}
            for view in (plain, table):
                view.resize(wide, tall)
                view.show()
                app.processEvents()
                for name, steps in ways(view.verticalScrollBar().maximum(), tall).items():
                    took = frames(app, view, steps)
                    if view is plain:
                        bases[name] = sorted(took)[len(took) // 2][0]
                    else:
                        report(f"{wide}x{tall} {name}", took, bases[name])
                view.hide()
            start = time.perf_counter()
            table.tracks_model.set_ids(list(reversed(ids)))
            print(f"{wide}x{tall} another order of {count} ids: {(time.perf_counter() - start) * 1e3:.1f} ms")
            background.close()
        database.close()
    os._exit(0)  # threads of the background may still wait


if __name__ == "__main__":
    main()
