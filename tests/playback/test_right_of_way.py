# SPDX-License-Identifier: GPL-3.0-or-later
"""Real-time scheduling where it is allowed, ordinary scheduling where it is not; the filler never has it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from podmix.playback import right_of_way
from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's scheduler")


def in_a_process(code: str) -> str:
    imports = "import os, threading\nfrom podmix.playback.right_of_way import *\n"
    done = subprocess.run([sys.executable, "-c", imports + code],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_threads_started_afterwards_have_it_too_and_it_can_be_given_back() -> None:
    said = in_a_process("""
had = take_right_of_way()
found = []
thread = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0) == os.SCHED_RR))
thread.start(); thread.join()
give_way()
print(had, found[0], os.sched_getscheduler(0) == os.SCHED_OTHER)
""")
    assert said in ("True True True", "False False True")


def test_a_refusal_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    assert right_of_way.take_right_of_way() is False


@pytest.mark.parametrize("null_audio", [False, True])
def test_the_engine_has_it_only_for_a_device_and_the_filler_never(null_audio: bool, monkeypatch: pytest.MonkeyPatch,
                                                                  ) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nonexistent")
    wanted = os.SCHED_RR if in_a_process("print(take_right_of_way())") == "True" and not null_audio else os.SCHED_OTHER
    with PlaybackClient(EngineOptions(null_audio=null_audio)) as client:
        while not client.poll(1.0):
            pass
        assert client.engine_pid is not None
        assert client._filler is not None
        tasks = [int(task.name) for task in Path(f"/proc/{client.engine_pid}/task").iterdir()]
        assert [os.sched_getscheduler(task) for task in tasks].count(wanted) >= 3  # main, writer, reporter
        filler, deadline = client._filler.pid or 0, time.monotonic() + 20  # it starts without waiting, then gives way
        while os.sched_getscheduler(filler) != os.SCHED_OTHER:
            assert time.monotonic() < deadline
            time.sleep(0.01)
