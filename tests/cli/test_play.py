# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix play`` and ``podmix devices`` over the real engine on the null output, and on a pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from podmix.app import playback_verbs
from podmix.app.application import Application
from podmix.cli import play
from podmix.playback.protocol import EngineOptions
from tests.app.conftest import put_show, tone
from tests.audio.formats import write
from tests.cli.conftest import Outcome
from tests.cli.test_process import environment
from tests.net.loopback import Call, LoopbackServer

Podmix = Callable[..., Outcome]
RATE = 48_000


@pytest.fixture(autouse=True)
def fast_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The null output as fast as it decodes, what it plays in a file."""
    record = tmp_path / "heard.f32"
    monkeypatch.setattr(playback_verbs, "EngineOptions", partial(EngineOptions, null_pace=0, record=str(record)))
    return record


@pytest.fixture
def sine(tmp_path: Path) -> Callable[..., Path]:
    def made(name: str = "flac", seconds: float = 3.0, hertz: float = 300.0) -> Path:
        wave = 0.4 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
        return write(name, wave.astype(np.float32), RATE, tmp_path / f"{name}{hertz:.0f}")

    return made


def heard(record: Path) -> np.ndarray:
    """The left channel of what was played, silence before and after it cut off."""
    left = np.fromfile(record, "<f4")[::2]
    loud = np.flatnonzero(np.abs(left) > 1e-6)
    return left[loud[0]: loud[-1] + 1] if len(loud) else left[:0]


def pitch(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE / len(samples))


# -- files --


def test_a_file_plays_to_its_end(podmix: Podmix, sine: Callable[..., Path], fast_clock: Path) -> None:
    path = sine()
    done = podmix("play", str(path), "--null-audio")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [f"Playing {path.name} (0:03)", "Ended"]
    assert len(heard(fast_clock)) == pytest.approx(3 * RATE, abs=500)


def test_from_start_to_end_at_a_speed(podmix: Podmix, sine: Callable[..., Path], fast_clock: Path) -> None:
    done = podmix("play", str(sine(seconds=6.0)), "--start", "1", "--end", "5", "--speed", "2", "--volume", "0.5",
                  "--null-audio", "--json")
    assert done.code == 0, done.err
    sound = heard(fast_clock)
    assert len(sound) / RATE == pytest.approx(2.0, abs=0.15)
    assert pitch(sound[RATE // 4: -RATE // 4]) == pytest.approx(300, abs=3)
    assert np.abs(sound[RATE // 4: -RATE // 4]).max() == pytest.approx(0.2, rel=0.1)


def test_states_as_json_lines(podmix: Podmix, sine: Callable[..., Path]) -> None:
    path = sine()
    done = podmix("play", str(path), "--start", "0.5", "--null-audio", "--json")
    assert done.code == 0, done.err
    *states, last = done.lines
    assert last == {"ended": True}
    assert states[0]["path"] == str(path)
    assert states[0]["title"] == path.name
    assert all(states), "a line says what changed"
    positions = [line["position_s"] for line in states if "position_s" in line]
    assert positions == sorted(positions)
    assert positions[0] >= 0.5
    assert positions[-1] == 3.0
    assert {"speed", "volume", "device", "underruns"} <= set(states[0])
    assert not any("speed" in line or "path" in line for line in states[1:]), "only what changes is said again"


def test_several_files_follow_without_a_gap(podmix: Podmix, sine: Callable[..., Path], fast_clock: Path) -> None:
    paths = [str(sine("flac", 2.0, 300.0)), str(sine("wav", 2.0, 600.0)), str(sine("opus", 2.0, 900.0))]
    done = podmix("play", *paths, "--null-audio")
    assert done.code == 0, done.err
    sound = heard(fast_clock)
    assert len(sound) == pytest.approx(6 * RATE, abs=600)
    assert [round(pitch(sound[at * RATE + 9600: (at + 2) * RATE - 9600])) for at in (0, 2, 4)] == [300, 600, 900]


@pytest.mark.sound
def test_several_files_follow_in_a_crossfade(podmix: Podmix, sine: Callable[..., Path], fast_clock: Path) -> None:
    """With the machine to itself: beside seven others the decoder of a clock that runs ahead comes late."""
    paths = [str(sine("flac", 2.0, 300.0)), str(sine("wav", 2.0, 600.0)), str(sine("opus", 2.0, 900.0))]
    assert podmix("play", *paths, "--crossfade", "1", "--null-audio").code == 0
    length = len(heard(fast_clock)) / RATE
    assert 3.9 < length < 4.5, "a clock that runs ahead of a busy decoder shortens a crossfade a little"


def test_a_title_from_tags_and_a_name_that_would_move_the_cursor(podmix: Podmix, tmp_path: Path,
                                                                 sine: Callable[..., Path]) -> None:
    from podmix.audio.tagging import write_tags

    path = sine()
    write_tags(path, {"title": "Evil \x1b[2J\u202e Song", "artist": "Ada"})
    done = podmix("play", str(path), "--null-audio")
    assert done.out.startswith("Playing Ada – Evil  [2J  Song (0:03)")


@pytest.mark.parametrize(("words", "code", "message"), [
    (["play"], 2, "required: SOURCE"),
    (["play", "{sound}", "--speed", "0.4"], 2, "between 0.5 and 3"),
    (["play", "{sound}", "--speed", "nan"], 2, "between 0.5 and 3"),
    (["play", "{sound}", "--volume", "2"], 2, "between 0 and 1"),
    (["play", "{sound}", "--start", "-1"], 2, "not be negative"),
    (["play", "{sound}", "--start", "9", "--end", "3"], 2, "after --start"),
    (["play", "{sound}", "--crossfade", "99"], 2, "between 0 and 10"),
    (["play", "{sound}", "{sound}", "--end", "3"], 2, "one thing"),
    (["play", "{sound}", "17"], 2, "must be sound files"),
    (["play", "{sound}", "{plan}"], 2, "plays alone"),
    (["play", "{plan}", "--speed", "2"], 2, "its own tempo"),
    (["play", "{plan}"], 1, "not a mix"),
    (["play", "{folder}"], 1, "is a folder"),
    (["play", "{text}"], 1, "holds no sound"),
    (["play", "none.mp3"], 1, "There is no file none.mp3"),
    (["play", "bad\0name"], 1, "There is no file"),
    (["play", "4711"], 1, "There is no episode 4711"),
    (["play", "99999999999999999999"], 1, "There is no file"),
])
def test_what_cannot_be_played_is_said(podmix: Podmix, sine: Callable[..., Path], tmp_path: Path, words: list[str],
                                       code: int, message: str) -> None:
    (tmp_path / "plan.json").write_text("[]")
    (tmp_path / "page.mp3").write_text("<html>")
    places = {"sound": sine(seconds=0.2), "plan": tmp_path / "plan.json", "folder": tmp_path,
              "text": tmp_path / "page.mp3"}
    done = podmix(*(word.format(**places) for word in words), "--null-audio")
    assert message in done.err
    assert done.code == code or (words[1:2] == ["4711"] and done.code == 2)
    assert "Traceback" not in done.err


def test_a_file_that_breaks_off_in_the_middle_of_a_queue(podmix: Podmix, sine: Callable[..., Path],
                                                         fast_clock: Path) -> None:
    broken = sine("flac", 4.0, 300.0)
    broken.write_bytes(broken.read_bytes()[:-3000])
    assert podmix("play", str(broken), str(sine("wav", 2.0, 600.0)), "--null-audio").code == 0
    assert round(pitch(heard(fast_clock)[-RATE:])) == 600


def test_without_a_device_it_says_so_and_ends(podmix: Podmix, sine: Callable[..., Path]) -> None:
    done = podmix("play", str(sine()), "--device", "A device that nobody has", "--json")
    assert done.code == 1
    assert "error" in done.lines[-1]
    assert "Traceback" not in done.err


def test_devices(podmix: Podmix) -> None:
    done = podmix("devices", "--json", "--null-audio")
    assert (done.code, done.json) == (0, [])
    plain = podmix("devices", "--null-audio")
    assert (plain.code, plain.out) == (0, "")
    assert "No sound device" in plain.err


# -- mixes --


def test_a_planned_mix(podmix: Podmix, sine: Callable[..., Path], tmp_path: Path, fast_clock: Path) -> None:
    first, second = sine("flac", 4.0, 300.0), sine("wav", 4.0, 600.0)
    (tmp_path / "night.json").write_text(json.dumps({"version": 1, "transitions": [], "tracks": [
        {"path": first.name, "time_map": [[0, 0], [3, 3]], "gain": [[2, 1], [3, 0]]},
        {"path": second.name, "time_map": [[2, 0.5], [5, 3.5]], "gain": [[2, 0], [3, 1]]}]}))
    done = podmix("play", str(tmp_path / "night.json"), "--null-audio")
    assert done.code == 0, done.err
    assert done.out.splitlines() == ["Playing night (0:05)", "Ended"]
    sound = heard(fast_clock)
    assert len(sound) == pytest.approx(5 * RATE, abs=500)
    assert [round(pitch(sound[at * RATE: at * RATE + RATE])) for at in (0, 3)] == [300, 600]


# -- episodes --


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


def subscribed(podmix: Podmix, server: LoopbackServer) -> int:
    assert podmix("subscribe", put_show(server)).code == 0
    return podmix("episodes", "--json").json[0]["episode_id"]


def test_an_episode_is_downloaded_and_its_place_kept(podmix: Podmix, server: LoopbackServer, tmp_path: Path,
                                                     fast_clock: Path) -> None:
    number = subscribed(podmix, server)
    server.page("/audio.wav", tone(40.0), "audio/wav")
    done = podmix("play", str(number), "--end", "30", "--null-audio", "--json")
    assert done.code == 0, done.err
    assert done.lines[0]["title"] == "harbour – Light"
    [row] = podmix("episodes", "--json").json
    assert row["state"] == "downloaded"
    assert row["position"] == pytest.approx(30.0, abs=0.05)
    again = podmix("play", str(number), "--null-audio", "--json")
    begun = next(line["position_s"] for line in again.lines if "position_s" in line)
    assert begun == pytest.approx(30.0, abs=0.2)
    assert podmix("episodes", "--json").json[0]["position"] == pytest.approx(40.0, abs=0.05)
    fast_clock.unlink()
    assert podmix("play", str(number), "--null-audio").code == 0
    assert len(heard(fast_clock)) / RATE == pytest.approx(40.0, abs=0.1), "what was heard to its end begins anew"


def test_an_episode_is_heard_before_it_is_there(podmix: Podmix, server: LoopbackServer, tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch, fast_clock: Path) -> None:
    """The server sends the second half only after the first has been heard."""
    number = subscribed(podmix, server)
    sound = tone(60.0)
    half = threading.Event()

    def slowly(call: Call) -> None:
        call.reply(200, sound[: len(sound) // 2], {"Content-Type": "audio/wav"}, length=len(sound))
        call.wfile.flush()
        half.wait(60)
        call.wfile.write(sound[len(sound) // 2:])

    server.routes["/audio.wav"] = slowly
    take = play.Playing._take

    def taking(self: play.Playing, state: object) -> None:
        take(self, state)
        if self.state.position_s > 20.0:
            half.set()

    monkeypatch.setattr(play.Playing, "_take", taking)
    done = podmix("play", str(number), "--null-audio", "--json")
    assert done.code == 0, done.err
    assert half.is_set()
    assert len(heard(fast_clock)) / RATE == pytest.approx(60.0, abs=0.1)
    [row] = podmix("episodes", "--json").json
    assert (row["state"], row["position"]) == ("downloaded", pytest.approx(60.0, abs=0.05))


def test_a_download_that_fails_says_why(podmix: Podmix, server: LoopbackServer) -> None:
    number = subscribed(podmix, server)
    server.page("/audio.wav", b"<html>Log in first</html>" * 50, "text/html")
    done = podmix("play", str(number), "--null-audio")
    assert done.code == 1
    assert "web page instead of audio" in done.err


# -- on a terminal --

PROGRAM = """
import fcntl, signal, sys, termios
if __name__ == "__main__":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # the keys that interrupt reach us
    signal.signal(signal.SIGINT, signal.default_int_handler)
    import podmix.cli.play_views as views
    from podmix.cli.main import main
    if "--speed" in sys.argv:  # the one test of a crash
        views.live_line = None
    sys.exit(main())
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")


class Terminal:
    """A process on a pseudo-terminal: what it paints, what is typed."""

    def __init__(self, tmp_path: Path, *words: str) -> None:
        import pty
        import termios

        (tmp_path / "program.py").write_text(PROGRAM)
        self.ours, self.theirs = pty.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self.process = subprocess.Popen(
            [sys.executable, str(tmp_path / "program.py"), *words], stdin=self.theirs, stdout=self.theirs,
            stderr=self.theirs, env=environment(tmp_path, COLUMNS="100", TERM="xterm"), cwd=tmp_path,
            start_new_session=True)
        self.text = ""

    def until(self, pattern: str, seconds: float = 60.0) -> str:
        """Read until the pattern has been painted; returns what came."""
        import select
        import time

        seen, deadline = "", time.monotonic() + seconds
        while not re.search(pattern, seen):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.text!r}"
            if select.select([self.ours], [], [], 0.2)[0]:
                more = os.read(self.ours, 65536).decode("utf-8", "replace")
                seen, self.text = seen + more, self.text + more
        return seen

    def type(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def is_restored(self) -> bool:
        import termios

        return termios.tcgetattr(self.theirs) == self.before

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def on_terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    made: list[Terminal] = []

    def start(*words: str) -> Terminal:
        made.append(Terminal(tmp_path, *words))
        return made[-1]

    yield start
    for terminal in made:
        terminal.close()


@posix
def test_keys_on_a_terminal(on_terminal: Callable[..., Terminal], sine: Callable[..., Path]) -> None:
    paths = [str(sine("flac", 100.0, 300.0)), str(sine("flac", 100.0, 400.0))]
    terminal = on_terminal("play", *paths, "--null-audio")
    first = terminal.until(r"▶ 0:0[1-5] / 1:40 · flac300\.flac")
    assert not terminal.is_restored(), "keys come without Enter"
    terminal.type("\x1b[C")
    terminal.until(r"▶ 0:1\d")
    terminal.type("\x1b[A")
    terminal.until(r"▶ 0:4\d")
    terminal.type("\x1b[D\x1b[B")
    terminal.until(r"▶ 0:0\d")
    terminal.type("]")
    terminal.until(r"1\.1×")
    terminal.type("m")
    terminal.until("muted")
    terminal.type(" ")
    terminal.until("⏸")
    terminal.type(" ")
    terminal.until("▶")
    terminal.type("n")
    terminal.until(r"flac400\.flac")
    terminal.type("q")
    assert terminal.process.wait(30) == 0
    assert terminal.is_restored()
    assert "underrun" not in terminal.text
    assert first.count("\n") == 0, "one line, painted in place"


@posix
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopped_on_a_terminal(on_terminal: Callable[..., Terminal], sine: Callable[..., Path], stop: int) -> None:
    terminal = on_terminal("play", str(sine("flac", 60.0)), "--null-audio")
    terminal.until(r"▶ 0:0[1-9]")
    if stop == signal.SIGINT:
        terminal.type("\x03")
    else:
        terminal.process.send_signal(stop)
    assert terminal.process.wait(30) == 130
    assert terminal.is_restored()
    assert "Traceback" not in terminal.text


@posix
def test_an_engine_that_dies_is_said_calmly_and_goes_on(on_terminal: Callable[..., Terminal],
                                                        sine: Callable[..., Path]) -> None:
    terminal = on_terminal("play", str(sine("flac", 60.0)), "--null-audio")
    terminal.until(r"▶ 0:0[2-9]")
    os.kill(_engine_of(terminal.process.pid), signal.SIGKILL)
    terminal.until("The sound engine stopped and was started again")
    terminal.until(r"▶ 0:[0-5][3-9]")
    terminal.type("q")
    assert terminal.process.wait(30) == 0
    assert terminal.is_restored()


def _engine_of(process: int) -> int:
    """The child that runs the engine: the last one that was started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    named = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return max(child for child, line in named.items() if b"spawn_main" in line)


@posix
def test_a_crash_leaves_the_terminal_as_it_was(on_terminal: Callable[..., Terminal],
                                               sine: Callable[..., Path]) -> None:
    terminal = on_terminal("play", str(sine("flac", 60.0)), "--null-audio", "--speed", "1")
    terminal.until("something it did not expect")
    assert terminal.process.wait(30) == 1
    assert terminal.is_restored()


def test_in_a_pipe_that_is_closed(tmp_path: Path, sine: Callable[..., Path]) -> None:
    process = subprocess.Popen([sys.executable, "-m", "podmix", "play", str(sine("flac", 60.0)), "--null-audio",
                                "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path))
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_the_place_is_kept_on_ctrl_c(podmix: Podmix, server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    number = subscribed(podmix, server)
    server.page("/audio.wav", tone(40.0), "audio/wav")
    take = play.Playing._take

    def interrupted(self: play.Playing, state: object) -> None:
        take(self, state)
        if 12.0 < self.state.position_s < 39.0:
            raise KeyboardInterrupt

    monkeypatch.setattr(play.Playing, "_take", interrupted)
    monkeypatch.setattr(playback_verbs, "EngineOptions", partial(EngineOptions, null_pace=20))
    done = podmix("play", str(number), "--null-audio", "--json")
    assert done.code == 130
    assert done.lines[-1] == {"ended": False}
    monkeypatch.setattr(play.Playing, "_take", take)
    application = Application.open()
    try:
        assert 12.0 < application.known_episode(number).position < 39.5
    finally:
        application.close()
