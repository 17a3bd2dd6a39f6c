# SPDX-License-Identifier: GPL-3.0-or-later
"""From the start of the process to the first usable window, and the memory of the window's process.

    python tests/bench/bench_window.py [--home FOLDER] [--rounds 5] [--quick]

"Usable": painted, first screen filled, event loop free again. Warm: the first round is not counted. Offscreen, and
under Xvfb where that is installed. Without ``--home`` the window tests' made-up content is shown.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MOST_S = 1.5
MOST_MB = 300.0
SETTLED_MS = 2500


def child(home: str | None) -> None:
    from podmix.ui.launch import make_application

    app = make_application()
    verbs, port = _real(home) if home else _made_up()
    from podmix.ui.main_window import MainWindow

    window = MainWindow(verbs, port)
    window.show()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    QApplication.processEvents()  # shown and painted
    window.grab()

    def usable() -> None:
        if window.around.background.pending:
            QTimer.singleShot(10, usable)
            return
        print(f"usable {time.time()}", flush=True)
        QTimer.singleShot(SETTLED_MS, settled)

    def settled() -> None:
        status = Path("/proc/self/status").read_text()
        print(f"memory {int(status.split('VmRSS:')[1].split()[0]) * 1024 / 1e6}", flush=True)
        window.close()
        app.quit()

    QTimer.singleShot(0, usable)
    app.exec()
    verbs.close()


def _real(home: str) -> tuple[Any, Any]:
    from podmix.app.application import Application
    from podmix.app.core import Options
    from podmix.playback.client import PlaybackClient
    from podmix.playback.protocol import EngineOptions

    return Application.open(home, Options(null_audio=True)), PlaybackClient(EngineOptions(null_audio=True))


def _made_up() -> tuple[Any, Any]:
    from tests.ui.fake_player import FakePlayer
    from tests.ui.fake_verbs import FakeVerbs

    return FakeVerbs(), FakePlayer()


def one_round(home: str | None, environment: dict[str, str]) -> tuple[float, float]:
    """(seconds, MB) of one start."""
    command = [sys.executable, __file__, "--child", *(["--home", home] if home else [])]
    began = time.time()
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(ROOT), **environment})
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.startswith(("usable", "memory")))
    return float(said["usable"]) - began, float(said["memory"])


def measure(name: str, home: str | None, rounds: int, environment: dict[str, str]) -> bool:
    one_round(home, environment)
    found = [one_round(home, environment) for _ in range(rounds)]
    seconds, memory = statistics.median(r[0] for r in found), max(r[1] for r in found)
    print(f"{name}: first usable window {seconds:.2f} s (best {min(r[0] for r in found):.2f}, at most {MOST_S}), ratio"
          f" {seconds / MOST_S:.2f}; window's process {memory:.0f} MB (at most {MOST_MB:.0f}), ratio"
          f" {memory / MOST_MB:.2f}; load {os.getloadavg()[0]:.1f}", flush=True)
    return seconds > MOST_S or memory > MOST_MB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--home")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="two rounds")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.home)
        return 0
    rounds = 2 if chosen.quick else chosen.rounds
    over = measure("offscreen", chosen.home, rounds, {"QT_QPA_PLATFORM": "offscreen"})
    if not (shutil.which("Xvfb")):
        print("Xvfb is not installed: only offscreen was measured")
        return int(over)
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
                                  stdout=subprocess.PIPE, stderr=said, text=True)
        try:
            assert server.stdout is not None
            display = f":{server.stdout.readline().strip()}"
            over |= measure("Xvfb", chosen.home, rounds, {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"})
        finally:
            server.terminate()
            server.wait(10)
    return int(over)


if __name__ == "__main__":
    raise SystemExit(main())
