# SPDX-License-Identifier: GPL-3.0-or-later
"""A real PulseAudio server of one's own, with null sinks that come and go, and recorders of what they play.

Its home folder is private and its socket has no other name, so that neither the person's sound server nor another
run's is touched. Each sink is a sound device of its name (an ALSA device over PulseAudio). Recordings are 16 bits.

Where that is allowed all of the server is scheduled in real time, as by itself only its sound threads are: what the
other work on a machine does to the server's main thread is not what a test of the engine is to hear.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SINK_RATE = 48_000
REALTIME_PRIORITY = 4
PROGRAMS = ("pulseaudio", "parec", "pactl")


class NoPulseAudioError(Exception):
    """It is not installed, or does not run here."""


def until(holds: Callable[[], object], message: str, timeout_s: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(message)
        time.sleep(0.02)


@dataclass(frozen=True)
class NullSink:
    """One sink; ``environment`` leads PulseAudio's programs, and PodMix, to its server."""

    name: str
    environment: dict[str, str]

    def control(self, *words: str) -> str:
        """What ``pactl`` answers."""
        done = subprocess.run(["pactl", *words], env=self.environment, capture_output=True, text=True, check=True,
                              timeout=10)
        return done.stdout

    @contextlib.contextmanager
    def record(self) -> Iterator[list[NDArray[np.float64]]]:
        """Yields a list that holds one array ``(n, 2)`` in -1..1 after the block."""
        taken: list[NDArray[np.float64]] = []
        with tempfile.TemporaryFile() as file:
            with subprocess.Popen(self.recorder(), env=self.environment, stdout=file,
                                  stderr=subprocess.DEVNULL) as recorder:
                try:
                    self.wait_for_recorder(recorder.pid)
                    until(lambda: os.fstat(file.fileno()).st_size, "the recorder hears nothing")  # known is not running
                    yield taken
                finally:
                    recorder.terminate()
            file.seek(0)
            raw = file.read()
        taken.append(np.frombuffer(raw[: len(raw) // 4 * 4], "<i2").reshape(-1, 2) / 32768)

    def recorder(self) -> list[str]:
        """The command whose output is what the sink plays: raw little-endian 16 bits, stereo."""
        return ["parec", "-d", f"{self.name}.monitor", "--format=s16le", f"--rate={SINK_RATE}", "--channels=2",
                "--latency-msec=20", "--raw"]

    def wait_for_recorder(self, pid: int) -> None:
        until(lambda: f'application.process.id = "{pid}"' in self.control("list", "source-outputs"),
              "the recorder did not start")


class PulseServer:
    """The server's life. ``kill`` is a crash; ``start`` again brings it back at the same address, without sinks."""

    def __init__(self) -> None:
        if missing := [program for program in PROGRAMS if not shutil.which(program)]:
            raise NoPulseAudioError(f"not installed: {', '.join(missing)} (pulseaudio, pulseaudio-utils)")
        self._home = Path(tempfile.mkdtemp(prefix="podmix-pulse-"))
        self._home.chmod(0o700)
        self._server: subprocess.Popen[bytes] | None = None
        home = str(self._home)
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": home, "HOME": home, "XDG_CONFIG_HOME": home,
                            "PULSE_SERVER": f"unix:{home}/native", "PULSE_RUNTIME_PATH": home}

    def start(self) -> None:
        """Raises NoPulseAudioError where it does not run."""
        socket = self._home / "native"
        socket.unlink(missing_ok=True)
        (self._home / "pid").unlink(missing_ok=True)  # a killed server leaves it
        command = ["pulseaudio", "--daemonize=no", "-n", "--exit-idle-time=-1", "--disallow-exit", "--log-target=null",
                   "-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
        self._server = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        try:
            until(socket.exists, "PulseAudio did not start")
            self._control("info")
        except (AssertionError, subprocess.SubprocessError) as problem:
            self.close()
            raise NoPulseAudioError(f"PulseAudio does not run here: {problem}") from problem
        if hasattr(os, "sched_setscheduler"):  # not before: the server resets its priority as it starts
            with contextlib.suppress(OSError):
                os.sched_setscheduler(self._server.pid, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))

    def add_sink(self, name: str = "podmix") -> NullSink:
        """A new null sink at 48 kHz; the first one is the default device."""
        self._control("load-module", "module-null-sink", f"sink_name={name}", f"rate={SINK_RATE}", "channels=2")
        rc = self._home / ".asoundrc"
        known = rc.read_text() if rc.exists() else ""
        if f"pcm.{name} " not in known:
            rc.write_text(f"{known}pcm.{name} {{ type pulse device {name} hint {{ show on description {name} }} }}\n")
        return NullSink(name, self.environment)

    def remove_sink(self, sink: NullSink) -> None:
        modules = [line.split("\t") for line in self._control("list", "short", "modules").splitlines()]
        self._control("unload-module", next(words[0] for words in modules
                                            if any(f"sink_name={sink.name} " in f"{word} " for word in words)))

    def kill(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait()

    def close(self) -> None:
        if self._server is not None:
            self._server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(5)
            self.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def _control(self, *words: str) -> str:
        return NullSink("", self.environment).control(*words)


@contextlib.contextmanager
def running_server() -> Iterator[PulseServer]:
    """Raises NoPulseAudioError where it is not installed or does not run."""
    server = PulseServer()
    server.start()
    try:
        yield server
    finally:
        server.close()
