# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix play`` through a real sound server: what a listener hears of its beginning and of Ctrl+C."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.audio.formats import write
from tests.cli.test_process import environment
from tests.e2e.pulse_server import NoPulseAudioError, NullSink, running_server

RATE = 48_000
pytestmark = pytest.mark.sound


@pytest.fixture
def sink() -> Iterator[NullSink]:
    try:
        with running_server() as server:
            yield server.add_sink()
    except NoPulseAudioError as problem:
        pytest.skip(str(problem))


def test_ctrl_c_fades_and_devices_have_names(sink: NullSink, tmp_path: Path) -> None:
    wave = 0.4 * np.sin(2 * np.pi * 300 * np.arange(60 * RATE) / RATE)
    path = write("flac", wave.astype(np.float32), RATE, tmp_path / "sine")
    surroundings = {**environment(tmp_path), **sink.environment, "PODMIX_HOME": str(tmp_path / "home")}
    program = ("import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
               "from podmix.cli.main import main\nif __name__ == '__main__': sys.exit(main())")
    (tmp_path / "program.py").write_text(program)

    def podmix(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, str(tmp_path / "program.py"), *words], env=surroundings, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    names, _ = podmix("devices").communicate(timeout=60)
    assert sink.name in [line.split("\t")[2] for line in names.splitlines()]
    with sink.record() as recordings:
        process = podmix("play", str(path), "--device", sink.name, "--volume", "1", "--json")
        assert process.stdout is not None
        for line in process.stdout:
            if '"position_s": 1' in line:
                break
        process.send_signal(signal.SIGINT)
        said, problems = process.communicate(timeout=60)
    assert (process.returncode, problems) == (130, "")
    assert said.splitlines()[-1] == '{"ended": false}'
    left = recordings[0][:, 0]
    loud = np.flatnonzero(np.abs(left) > 1e-3)
    assert loud[-1] - loud[0] > RATE
    steps = np.abs(np.diff(left[loud[0]: loud[-1] + 100]))
    assert steps.max() < 0.4 * 2 * np.pi * 300 / RATE * 1.05, "neither a click at the end nor a hole before it"
