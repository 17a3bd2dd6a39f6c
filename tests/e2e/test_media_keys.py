# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window on a virtual screen and a private session bus: the desktop pauses what plays, and hears that it did.

The keyboard is the X server's, the desktop is ``dbus-send`` and ``dbus-monitor``; only the loudspeaker is missing.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import struct
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.media_window import CLIP_S
from tests.playback.desktop.private_bus import ROOT, PrivateBus, Refusal, until

pytestmark = [pytest.mark.xdist_group("screen"), pytest.mark.timeout(120)]
PLAYER = "org.mpris.MediaPlayer2.podmix"
TOP = Path(__file__).parents[2]
PATIENCE_S = 40.0  # for a start on a busy machine


class Stage:
    """One window, its screen and its bus."""

    def __init__(self, bus: PrivateBus, display: str, program: subprocess.Popen[bytes]) -> None:
        self.bus, self.program = bus, program
        self._environment = {**os.environ, "DISPLAY": display}

    def press(self, key: str) -> None:
        """A key of the keyboard, given to the window that has the focus."""
        subprocess.run(["xdotool", "key", key], env=self._environment, check=True, timeout=20)

    def focus(self) -> None:
        window = until(self._windows, "there is no window", PATIENCE_S)[0]
        subprocess.run(["xdotool", "windowfocus", "--sync", window], env=self._environment, check=True, timeout=20)

    def _windows(self) -> list[str]:
        search = ["xdotool", "search", "--onlyvisible", "--name", "^PodMix$"]
        return subprocess.run(search, env=self._environment, capture_output=True, text=True, timeout=20,
                              check=False).stdout.split()

    def is_now(self, status: str) -> None:
        until(lambda: self.bus.get(PLAYER, "PlaybackStatus") == ("string", status), f"it is not {status}", PATIENCE_S)

    @property
    def position_s(self) -> float:
        return self.bus.get(PLAYER, "Position")[1] / 1e6

    @property
    def track(self) -> str:
        return self.bus.get(PLAYER, "Metadata")[1]["mpris:trackid"][1]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A minute of a quiet tone: 8 kHz, one channel."""
    path = tmp_path / "clip.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        second = b"".join(struct.pack("<h", round(3000 * math.sin(math.pi * n / 10))) for n in range(8000))
        file.writeframes(second * int(CLIP_S))
    return path


@pytest.fixture
def display() -> Iterator[str]:
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout is not None
    number = server.stdout.readline().strip()
    try:
        if not number:
            pytest.skip("Xvfb does not run here")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory, display: str, clip: Path) -> Iterator[Stage]:
    bus = PrivateBus(tmp_path_factory.mktemp("bus"))
    environment = {**bus.environment, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    program = subprocess.Popen([sys.executable, "-m", "tests.e2e.media_window", str(clip)], cwd=TOP, env=environment)
    try:
        until(lambda: bus.players() == [PLAYER] or program.poll() is not None, "the window did not come", PATIENCE_S)
        assert program.poll() is None, "the window closed at once"
        yield Stage(bus, display, program)
    finally:
        if program.poll() is None:
            with contextlib.suppress(subprocess.SubprocessError, Refusal):
                bus.press(PLAYER, "Quit", interface=ROOT)
                program.wait(10)
        if program.poll() is None:
            program.kill()
            program.wait()
        bus.kill()


def test_the_desktop_pauses_what_plays_and_hears_that_it_did(stage: Stage) -> None:
    bus = stage.bus
    assert bus.get(PLAYER, "PlaybackStatus") == ("string", "Stopped")
    assert bus.get(PLAYER, "CanPlay") == ("boolean", False)
    stage.focus()
    stage.press("XF86AudioPlay")  # nothing is loaded yet: the preview in front begins
    stage.is_now("Playing")
    metadata = bus.get(PLAYER, "Metadata")[1]
    assert metadata["mpris:length"] == ("int64", CLIP_S * 1e6)
    assert metadata["xesam:title"][1]
    assert metadata["xesam:artist"][1]
    until(lambda: stage.position_s > 2.0, "it does not play")  # more than is guessed before the engine says a word
    with bus.watch() as watcher:
        bus.press(PLAYER, "PlayPause")
        while "PlaybackStatus" not in (told := watcher.changed()):
            pass
        assert told["PlaybackStatus"] == ("string", "Paused")
        stood = stage.position_s
        assert stood == stage.position_s
        assert 1.0 < stood < CLIP_S / 2
        bus.press(PLAYER, "Play")
        while "PlaybackStatus" not in (told := watcher.changed()):
            pass
        assert told["PlaybackStatus"] == ("string", "Playing")
    until(lambda: stage.position_s > stood, "it does not play on")
    for key, status in (("XF86AudioPause", "Paused"), ("XF86AudioPlay", "Playing"), ("XF86AudioStop", "Stopped")):
        stage.press(key)
        stage.is_now(status)
    assert stage.position_s == 0.0


def test_the_desktop_seeks_changes_and_quits(stage: Stage) -> None:
    bus = stage.bus
    stage.focus()
    stage.press("XF86AudioPlay")
    stage.is_now("Playing")
    until(lambda: stage.position_s > 2.0, "it does not play")
    first = stage.track
    with bus.watch() as watcher:
        bus.press(PLAYER, "SetPosition", f"objpath:{first}", "int64:30000000")
        while (signal := watcher.next())[0] != "Seeked":
            pass
        assert signal[1][0][1] == pytest.approx(30e6, abs=1e6)
    assert 30 <= stage.position_s < 40
    bus.press(PLAYER, "SetPosition", "objpath:/org/podmix/track/another", "int64:1000000")
    bus.press(PLAYER, "Seek", "int64:-10000000")
    until(lambda: 20 <= stage.position_s < 30, "it did not seek back")
    bus.set(PLAYER, "Volume", "double:0.25")
    bus.set(PLAYER, "Rate", "double:1.5")
    until(lambda: bus.get(PLAYER, "Volume") == ("double", 0.25) and bus.get(PLAYER, "Rate") == ("double", 1.5),
          "volume and rate did not come back")
    stage.press("XF86AudioNext")
    until(lambda: stage.track != first, "the next preview did not begin")
    bus.press(PLAYER, "Quit", interface=ROOT)
    assert stage.program.wait(PATIENCE_S) == 0
    assert bus.players() == []
