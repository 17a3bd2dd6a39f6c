# SPDX-License-Identifier: GPL-3.0-or-later
"""``kill -9`` of the whole app and of a worker in the middle of a transcription: it goes on by itself, and nobody
can tell the result from an undisturbed run's."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from podmix.app.application import Application
from tests.app.conftest import rss
from tests.e2e import talk
from tests.net.loopback import LoopbackServer

PATIENCE_S = 120.0

pytestmark = [
    pytest.mark.models,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds worker processes in /proc"),
]


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[str]:
    talk.need_models(tmp_path / "models")
    with LoopbackServer() as server:
        server.page("/talk.wav", talk.talk_wav(), "audio/wav")
        server.page("/show.xml", rss("The harbour", [("The light", server.url("/talk.wav"))],
                                     more="<language>en</language>"))
        yield server.url("/show.xml")


def prepare(home: Path, feed: str) -> None:
    """A home with the show, and its episode's preview wished for."""
    app = Application.open(home)
    app.set_setting("models.tier", "fast")
    app.set_setting("models.offline_only", True)
    app.subscribe(feed)
    app.make_preview(app.episodes()[0].episode_id)
    app.close()


def result(home: Path) -> tuple[Any, list[Any]]:
    app = Application.open(home)
    try:
        [row] = app.episodes()
        return app.transcripts.get(row.episode_id), [p.made for p in app.previews_store.of_episode(row.episode_id)]
    finally:
        app.close()


def checkpoint(home: Path) -> bytes:
    files = list((home / "cache" / "checkpoints").glob("*.jsonl"))
    return files[0].read_bytes() if files else b""


def batches(home: Path) -> int:
    """Whole batches in the checkpoint; its first line is a header."""
    return max(0, checkpoint(home).count(b"\n") - 1)


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert process.poll() is None, process.communicate()[1].decode(errors="replace")
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)  # another process's file: there is nothing to wait on


def children(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parts = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(parts[1]) == pid:
            found.append(int(folder.name))
    return found


def test_killed_app_and_killed_worker(tmp_path: Path, feed: str) -> None:
    undisturbed, killed = tmp_path / "undisturbed", tmp_path / "killed"
    prepare(undisturbed, feed)
    prepare(killed, feed)
    talk.run(undisturbed, "jobs", "--run")
    transcript, previews = result(undisturbed)
    assert transcript is not None
    assert len(transcript.text.split()) > 200
    assert previews

    app = talk.start(killed, "jobs", "--run")
    until(lambda: batches(killed) >= 1, app)
    os.kill(app.pid, signal.SIGKILL)
    app.communicate()
    after_first = checkpoint(killed)
    assert result(killed) == (None, []), "it was killed in the middle"

    app = talk.start(killed, "jobs", "--run")
    try:
        until(lambda: batches(killed) >= 2, app)
        assert checkpoint(killed).startswith(after_first.rpartition(b"\n")[0]), "it goes on, not begins again"
        for worker in children(app.pid):
            os.kill(worker, signal.SIGKILL)
        _, err = app.communicate(timeout=PATIENCE_S)
    finally:
        app.kill()
        app.communicate()
    assert app.returncode == 0, err.decode(errors="replace")
    assert b"died" in err, "the worker's death was noticed"

    assert result(killed) == (transcript, previews)
    assert checkpoint(killed) == b"", "what is stored needs no checkpoint"
