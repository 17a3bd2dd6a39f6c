# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps the machine busy while music plays: ``python tests/bench/load_work.py transcribe|analyse|scroll|sleep``.

Each goes on until its standard input closes, and says how far it has come, a line a second: ``KIND AMOUNT``. The first
line means that it is really at work. Transcription and analysis are the program's own, at the niceness of its workers;
the window is the real one, over made-up shows, on the screen that ``DISPLAY`` names.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
FRAME_MS = 16
TURN_S = 4.0  # so long one screen scrolls, then the other
EPISODES = 3000


def demo_audio() -> list[Path]:
    return sorted((ROOT / "resources" / "demo" / "audio").glob("*.opus"))


class Teller:
    """Says the newest amount once a second."""

    def __init__(self, kind: str) -> None:
        self._kind, self._said = kind, 0.0

    def tell(self, amount: float) -> None:
        if time.monotonic() - self._said >= 1.0:
            self._said = time.monotonic()
            print(f"{self._kind} {amount:.1f}", flush=True)


def _end_with_parent() -> None:
    def wait() -> None:
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def transcribe_for_ever() -> None:
    """Seconds of speech recognised."""
    _be_a_worker()
    from podmix.models.store import ModelStore
    from podmix.progress import finish
    from podmix.speech.transcribe import TranscribedPiece, transcribe
    from podmix.speech.whisper import load_whisper

    teller, done = Teller("transcribed_s"), 0.0
    with tempfile.TemporaryDirectory() as folder:
        whisper = load_whisper(finish(ModelStore(Path(folder), offline_only=True).ensure("whisper-tiny.en")))
        for audio in itertools.cycle(demo_audio()):
            inside = 0.0
            for step in transcribe(audio, whisper, language="en"):
                if isinstance(step, TranscribedPiece):
                    inside = step.done
                    teller.tell(done + inside)
            done += inside


def analyse_for_ever() -> None:
    """Seconds of sound analysed."""
    _be_a_worker()
    from podmix.audio.decode import stream
    from podmix.audio.speech_features import RATE, speech_features

    teller, done = Teller("analysed_s"), 0.0

    def blocks(path: Path) -> Iterator[object]:
        nonlocal done
        for block in stream(path, sample_rate=RATE, mono=True, block_s=5.0):
            yield block
            done += len(block) / RATE
            teller.tell(done)

    for audio in itertools.cycle(demo_audio()):
        speech_features(blocks(audio))  # type: ignore[arg-type]


def _be_a_worker() -> None:
    from podmix.jobs.queue import NICENESS

    os.nice(NICENESS)


def scroll_for_ever() -> None:
    """Steps of the feed and of a table of thousands, a frame each."""
    from PySide6.QtCore import QTimer

    from podmix.ui.launch import make_application
    from podmix.ui.main_window import MainWindow
    from tests.ui.fake_player import FakePlayer
    from tests.ui.fake_verbs import FakeVerbs

    app = make_application()
    verbs = FakeVerbs()
    verbs.many_episodes(1, EPISODES)
    window = MainWindow(verbs, FakePlayer())
    window.show()
    teller, frames = Teller("scrolled_frames"), itertools.count()
    feed, podcasts = window.screens["previews"].feed, window.screens["podcasts"]

    def frame() -> None:
        number = next(frames)
        teller.tell(number)
        turn, into = divmod(number * FRAME_MS / 1000, TURN_S)
        if into < FRAME_MS / 1000:
            window.show_screen(("previews", "podcasts")[int(turn) % 2])
            if int(turn) % 2:
                podcasts.open_show(1)
        if int(turn) % 2:
            bar = podcasts.show_page.list.verticalScrollBar()
            bar.setValue((bar.value() + 90) % max(1, bar.maximum()))
        elif number % 40 == 0 and not feed.step(1):
            feed.go_to(feed.cards[0].preview_id)

    timer = QTimer()
    timer.timeout.connect(frame)
    timer.start(FRAME_MS)
    app.exec()


def sleep_for_ever() -> None:
    """Longest lateness so far of a process that does nothing but sleep, ms: what the machine does to everybody."""
    teller, worst = Teller("sleeper_late_ms"), 0.0
    while True:
        due = time.monotonic() + 0.01
        time.sleep(0.01)
        worst = max(worst, time.monotonic() - due)
        teller.tell(1000 * worst)


if __name__ == "__main__":
    _end_with_parent()
    {"transcribe": transcribe_for_ever, "analyse": analyse_for_ever, "scroll": scroll_for_ever,
     "sleep": sleep_for_ever}[sys.argv[1]]()
