# SPDX-License-Identifier: GPL-3.0-or-later
"""A ``dbus-daemon`` of one's own, and a client that shares nothing with the code under test: the reference
implementation's ``dbus-send`` and ``dbus-monitor``, their output read with every D-Bus type kept.

Values are ``(type, value)`` as these programs name the types: ``("int64", 5)``, ``("array", [...])``,
``("dict", {...})``.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

OBJECT = "/org/mpris/MediaPlayer2"
PROPERTIES = "org.freedesktop.DBus.Properties"
PLAYER = "org.mpris.MediaPlayer2.Player"
ROOT = "org.mpris.MediaPlayer2"
PATIENCE_S = 10.0
CONFIGURATION = """<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""


def until(holds: Callable[[], Any], message: str, timeout_s: float = PATIENCE_S) -> Any:
    """Wait for something true and give it back."""
    deadline = time.monotonic() + timeout_s
    while not (found := holds()):
        assert time.monotonic() < deadline, message
        time.sleep(0.005)
    return found


class Refusal(Exception):
    """The other side answered with an error; ``name`` is its D-Bus name."""

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.name = line.split(":", maxsplit=1)[0].removeprefix("Error ").strip()


class PrivateBus:
    """A session bus at a socket in ``folder``; can be killed and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        for program in ("dbus-daemon", "dbus-send", "dbus-monitor"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed (package dbus)")
        self.socket = folder / "bus"
        self._configuration = folder / "bus.conf"
        self._configuration.write_text(CONFIGURATION.format(socket=self.socket))
        self.address = f"unix:path={self.socket}"
        self.environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": self.address}
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        command = ["dbus-daemon", f"--config-file={self._configuration}", "--nofork", "--nopidfile",
                   "--print-address=1"]
        self._daemon = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._daemon.stdout is not None
        if not self._daemon.stdout.readline():
            self.kill()
            pytest.skip("dbus-daemon does not run here")

    def kill(self) -> None:
        self._daemon.kill()
        self._daemon.wait()
        if self._daemon.stdout is not None:
            self._daemon.stdout.close()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The daemon hangs while this block runs."""
        self._daemon.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._daemon.send_signal(signal.SIGCONT)

    def call(self, destination: str, path: str, member: str, *arguments: str) -> Any:
        """Call a method and give its first result; arguments as ``dbus-send`` writes them (``int64:5``)."""
        done = subprocess.run(["dbus-send", "--session", "--print-reply", "--reply-timeout=8000",
                               f"--dest={destination}", path, member, *arguments], env=self.environment,
                              capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        if done.returncode:
            raise Refusal(done.stderr.strip())
        values = parse(done.stdout.splitlines()[1:])
        return values[0] if values else None

    def names(self) -> list[str]:
        _kind, names = self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.ListNames")
        return [name for _type, name in names]

    def players(self) -> list[str]:
        return sorted(name for name in self.names() if name.startswith("org.mpris.MediaPlayer2."))

    def properties(self, destination: str, interface: str = PLAYER) -> dict[str, tuple[str, Any]]:
        _kind, found = self.call(destination, OBJECT, f"{PROPERTIES}.GetAll", f"string:{interface}")
        return dict(found)

    def get(self, destination: str, name: str, interface: str = PLAYER) -> tuple[str, Any]:
        return self.call(destination, OBJECT, f"{PROPERTIES}.Get", f"string:{interface}", f"string:{name}")

    def set(self, destination: str, name: str, value: str, interface: str = PLAYER) -> None:
        self.call(destination, OBJECT, f"{PROPERTIES}.Set", f"string:{interface}", f"string:{name}",
                  f"variant:{value}")

    def press(self, destination: str, method: str, *arguments: str, interface: str = PLAYER) -> None:
        self.call(destination, OBJECT, f"{interface}.{method}", *arguments)

    @contextlib.contextmanager
    def watch(self) -> Iterator[Watcher]:
        """The signals of every player while this block runs."""
        watcher = Watcher(self.environment)
        try:
            yield watcher
        finally:
            watcher.close()


class Watcher:
    """Reads ``dbus-monitor``; ``next`` gives ``(member, arguments)`` of one signal after the other."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._monitor = subprocess.Popen(["dbus-monitor", "--session", f"type='signal',path='{OBJECT}'"],
                                         env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                         bufsize=1)
        self._found: queue.Queue[tuple[str, list[Any]]] = queue.Queue()
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._ready.wait(PATIENCE_S), "dbus-monitor did not start"

    def _read(self) -> None:
        assert self._monitor.stdout is not None
        member, lines = "", []
        for line in self._monitor.stdout:
            if not line.startswith(" "):
                self._put(member, lines)
                member, lines = line.partition("member=")[2].strip(), []
                if "member=NameLost" in line:  # a monitor loses its own name: from here on it sees everything
                    self._ready.set()
            else:
                lines.append(line)
                if member == "Seeked" or (member == "PropertiesChanged" and line.rstrip() == "   ]"
                                          and sum(part.rstrip() == "   ]" for part in lines) == 2):
                    self._put(member, lines)
                    member, lines = "", []
        self._ready.set()

    def _put(self, member: str, lines: list[str]) -> None:
        if member in ("Seeked", "PropertiesChanged"):
            self._found.put((member, parse(lines)))

    def next(self, timeout_s: float = PATIENCE_S) -> tuple[str, list[Any]]:
        try:
            return self._found.get(timeout=timeout_s)
        except queue.Empty:
            raise AssertionError("no signal came") from None

    def changed(self) -> dict[str, tuple[str, Any]]:
        """What the next signal says has changed; it must be PropertiesChanged of the player, nothing invalidated."""
        member, (interface, (_dict, values), invalidated) = self.next()
        assert member == "PropertiesChanged"
        assert interface == ("string", PLAYER)
        assert invalidated == ("array", [])
        return dict(values)

    def close(self) -> None:
        self._monitor.kill()
        self._monitor.wait()
        self._reader.join()
        if self._monitor.stdout is not None:
            self._monitor.stdout.close()


def parse(lines: list[str]) -> list[Any]:
    """The values that ``dbus-send`` or ``dbus-monitor`` printed, one a top-level argument."""
    waiting = [line.strip() for line in lines if line.strip()][::-1]
    found = []
    while waiting:
        found.append(_value(waiting.pop(), waiting))
    return found


def _value(line: str, waiting: list[str]) -> Any:
    kind, _space, rest = line.partition(" ")
    rest = rest.strip()
    if kind == "variant":
        return _value(rest, waiting)
    if kind == "array":
        return _array(waiting)
    if kind == "object" and rest.startswith("path "):
        return "object path", rest.removeprefix("path ").strip('"')
    if kind == "string":
        return kind, rest[1:-1]
    if kind == "boolean":
        return kind, rest == "true"
    return kind, float(rest) if kind == "double" else int(rest)


def _array(waiting: list[str]) -> Any:
    entries: list[Any] = []
    pairs = False
    while (line := waiting.pop()) != "]":
        if line == "dict entry(":
            pairs = True
            key = _value(waiting.pop(), waiting)[1]
            entries.append((key, _value(waiting.pop(), waiting)))
            assert waiting.pop() == ")"
        else:
            entries.append(_value(line, waiting))
    return ("dict", dict(entries)) if pairs else ("array", entries)
