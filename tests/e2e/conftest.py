# SPDX-License-Identifier: GPL-3.0-or-later
"""A real PulseAudio server with a null sink, private to one test run, and a recorder of what the sink plays."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

SINK_RATE = 48_000


@dataclass
class NullSink:
    """The server's environment; ``record`` gives what the sink plays while its block runs."""

    name: str
    environment: dict[str, str]
    recordings: list[NDArray[np.float64]] = field(default_factory=list)

    def control(self, *words: str) -> str:
        done = subprocess.run(["pactl", *words], env=self.environment, capture_output=True, text=True, check=True,
                              timeout=10)
        return done.stdout

    @contextlib.contextmanager
    def record(self) -> Iterator[list[NDArray[np.float64]]]:
        """Yields a list that holds one array ``(n, 2)`` in -1..1 after the block."""
        taken: list[NDArray[np.float64]] = []
        with tempfile.TemporaryFile() as file:
            command = ["parec", "-d", f"{self.name}.monitor", "--format=s16le", f"--rate={SINK_RATE}", "--channels=2",
                       "--latency-msec=20", "--raw"]
            with subprocess.Popen(command, env=self.environment, stdout=file, stderr=subprocess.DEVNULL) as recorder:
                try:
                    _until(lambda: "parec" in self.control("list", "source-outputs"), "the recorder did not start")
                    yield taken
                finally:
                    recorder.terminate()
            file.seek(0)
            raw = file.read()
        taken.append(np.frombuffer(raw[: len(raw) // 4 * 4], "<i2").reshape(-1, 2) / 32768)


@pytest.fixture(scope="session")
def pulse_server() -> Iterator[NullSink]:
    """Start PulseAudio with a null sink at 48 kHz; skips where it is not installed."""
    if not shutil.which("pulseaudio") or not shutil.which("parec") or not shutil.which("pactl"):
        pytest.skip("PulseAudio is not installed (pulseaudio, pulseaudio-utils)")
    home = Path(tempfile.mkdtemp(prefix="podmix-pulse-"))
    home.chmod(0o700)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(home), "HOME": str(home), "XDG_CONFIG_HOME": str(home),
                   "PULSE_SERVER": f"unix:{home}/native", "PULSE_RUNTIME_PATH": str(home)}
    command = ["pulseaudio", "--daemonize=no", "-n", "--exit-idle-time=-1", "--disallow-exit", "--log-target=null",
               "-L", f"module-native-protocol-unix socket={home}/native auth-anonymous=1",
               "-L", f"module-null-sink sink_name=podmix rate={SINK_RATE} channels=2"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sink = NullSink("podmix", environment)
    try:
        try:
            _until((home / "native").exists, "PulseAudio did not start")
            sink.control("info")
        except (AssertionError, subprocess.SubprocessError) as problem:
            pytest.skip(f"PulseAudio does not run here: {problem}")
        yield sink
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(5)
        if server.poll() is None:
            server.kill()
            server.wait()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def null_sink(pulse_server: NullSink, monkeypatch: pytest.MonkeyPatch) -> NullSink:
    """The server, with this process's environment (and so its children's) pointing at it."""
    for name in ("XDG_RUNTIME_DIR", "PULSE_SERVER", "PULSE_RUNTIME_PATH"):
        monkeypatch.setenv(name, pulse_server.environment[name])
    return pulse_server


def _until(holds: object, message: str, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < deadline, message
        time.sleep(0.02)
