# SPDX-License-Identifier: GPL-3.0-or-later
"""How smooth the Automix screen is: ``python tests/bench/bench_automix_window.py [--tracks 100] [--quick]``.

Over a home of its own with made-up tracks that are known already: the longest time in which the window stood still
while they were planned (beside it: planned on a thread of the window's process), what a frame costs in which only the
playhead moved and one in which everything is drawn anew (at 1280 x 800), and how long after pressing Play the first
sound is written (engine on its null output). Offscreen; real program, real engine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from podmix.automix.facts import TrackFacts
from podmix.music.types import Waveform
from podmix.paths import Home, find_home
from tests.app.known_music import remember
from tests.automix.tracks import sound, track
from tests.ui.fake_mixing import wave

MOST_BLOCKED_MS, MOST_FRAME_MS, MOST_START_MS = 50.0, 8.0, 1000.0
PROBE_MS, FRAME_MS, SETTLED_S = 2, 16.0, 2.0
BARS, SECTIONS = 144, (0, 16, 32, 64, 96, 128)


def known_home(folder: Path, count: int) -> tuple[Home, list[str]]:
    """A home that remembers ``count`` tracks of five minutes, whose files are there (and empty)."""
    home = find_home(str(folder / "home")).create()
    return home, [remember(home, folder / f"track {number:03d}.flac", long_track(number)) for number in range(count)]


def long_track(number: int) -> TrackFacts:
    points = wave(BARS * 2.0, 120.0, number % 8)
    made = track(f"t{number}", bpm=116.0 + number * 7 % 13, bars=BARS, key=number * 5 % 24,
                 energy=1.0 + number * 3 % 9, sections=SECTIONS)
    return replace(made, waveform=Waveform(150.0, points, points, points[:900], points[:900]))


class Watch:
    """How long the event loop was away at most, how much of the processor it used meanwhile, and how late
    its frames were in all: milliseconds."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.worst = self.busiest = self.late = 0.0
        self._last, self._last_cpu = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(PROBE_MS)

    def _tick(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        stood = (now - self._last) * 1e3 - PROBE_MS
        self.worst, self.late = max(self.worst, stood), self.late + max(0.0, stood - FRAME_MS)
        self.busiest = max(self.busiest, (cpu - self._last_cpu) * 1e3)
        self._last, self._last_cpu = now, cpu

    def stop(self) -> tuple[float, float, float]:
        self._timer.stop()
        return self.worst, self.busiest, self.late


def wait(holds: Callable[[], object], patience_s: float = 120.0) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop, end = QEventLoop(), time.monotonic() + patience_s
    timer = QTimer()
    timer.timeout.connect(lambda: (holds() or time.monotonic() > end) and loop.quit())
    timer.start(5)
    loop.exec()
    timer.stop()
    assert holds(), "it takes too long"


def made_window(home: Home) -> tuple[Any, Any]:
    from podmix.app.application import Application
    from podmix.app.core import Options
    from podmix.playback.client import PlaybackClient
    from podmix.playback.protocol import EngineOptions
    from podmix.ui.main_window import MainWindow

    verbs = Application.open(home, Options(null_audio=True))
    window = MainWindow(verbs, PlaybackClient(EngineOptions(null_audio=True)))
    window.resize(1280, 800)
    window.show()
    window.show_screen("automix")
    wait(lambda: not window.around.background.pending)
    return verbs, window


def plan(window: Any, paths: list[str]) -> tuple[float, float, float, float]:
    """(seconds until the mix is there, longest standstill, longest own work, sum of all lateness in ms) of one
    planning."""
    screen, begun = window.screens["automix"], time.perf_counter()
    watch, before = Watch(), screen.desk.mix
    screen.desk.plan_anew(paths, order="auto", shape="wave")
    wait(lambda: screen.desk.mix is not before and screen.desk.mix is not None)
    took = time.perf_counter() - begun
    wait(lambda: not window.around.background.pending)
    return took, *watch.stop()


def frames(window: Any, rounds: int) -> tuple[float, float]:
    """Median milliseconds of a frame in which the playhead moved, and of one drawn anew."""
    from PySide6.QtWidgets import QApplication

    line = window.screens["automix"].timeline
    line.patient = True
    line.set_playhead(0.0)
    line.repaint()
    moved, anew = [], []
    for step in range(rounds):
        begun = time.perf_counter()
        line.set_playhead(line.picture.duration * (step + 1) / (rounds + 2))
        QApplication.processEvents()
        moved.append((time.perf_counter() - begun) * 1e3)
    for _ in range(rounds):
        begun = time.perf_counter()
        line.draw_anew()
        QApplication.processEvents()
        anew.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(moved), statistics.median(anew)


def on_a_thread(home: Home, verbs: Any) -> None:
    """Plan where it was planned once: on a thread of this process."""
    from podmix.app.automix import listed_files, make_mix

    verbs.plan_music_mix = lambda paths, options: make_mix(home, listed_files(paths), options)


def play_start(folder: Path) -> float:
    """Milliseconds from pressing Play on a mix of three sounding tracks to the first sound written."""
    home = find_home(str(folder / "sounding")).create()
    paths = []
    for number in range(3):
        made = sound(track(f"s{number}", bpm=120.0 + number, bars=24, sections=(0, 8, 16)), folder)
        paths.append(remember(home, Path(made.path), made))
    verbs, window = made_window(home)
    plan(window, paths)
    settled = time.monotonic() + SETTLED_S  # the engine starts with the window; nobody presses that soon
    wait(lambda: time.monotonic() > settled)
    screen, player = window.screens["automix"], window.around.player
    begun = time.perf_counter()
    screen.play.click()
    wait(lambda: player.playing and player.position > 0.0)
    took = (time.perf_counter() - begun - player.position) * 1e3
    window.close()
    verbs.close()
    return took


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="one round")
    chosen = parser.parse_args()
    from podmix.ui.launch import make_application

    app = make_application()
    rounds = 1 if chosen.quick else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home, paths = known_home(folder, chosen.tracks)
        verbs, window = made_window(home)
        own, threaded, beside = [], [], verbs.plan_music_mix
        for _ in range(rounds):
            verbs.plan_music_mix = beside
            own.append(plan(window, paths))
            on_a_thread(home, verbs)
            threaded.append(plan(window, paths))
        moved, anew = frames(window, 30)
        window.close()
        verbs.close()
        started = play_start(folder)
    app.quit()
    for name, found in (("in its process", own), ("on a thread", threaded)):
        print(f"planning {chosen.tracks} tracks {name}: {statistics.median(one[0] for one in found):.2f} s; window"
              f" stood still {', '.join(f'{one[1]:.0f}' for one in found)} ms (at most {MOST_BLOCKED_MS:.0f}), own work"
              f" {max(one[2] for one in found):.0f} ms, frames late by {statistics.median(one[3] for one in found):.0f}"
              f" ms in all; load {os.getloadavg()[0]:.1f}")
    worst, thread = (statistics.median(one[1] for one in found) for found in (own, threaded))
    print(f"ratio of the medians {worst / thread:.2f}")
    print(f"frame with a moved playhead {moved:.2f} ms (at most {MOST_FRAME_MS:.0f}); drawn anew {anew:.1f} ms; ratio"
          f" {moved / anew:.2f}")
    print(f"Play to first sound {started:.0f} ms (at most {MOST_START_MS:.0f}), ratio {started / MOST_START_MS:.2f}")
    return int(worst > MOST_BLOCKED_MS or moved > MOST_FRAME_MS or started > MOST_START_MS)


if __name__ == "__main__":
    raise SystemExit(main())
