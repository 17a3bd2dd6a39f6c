# SPDX-License-Identifier: GPL-3.0-or-later
"""The thin wrapper round jeepney: one connection to the D-Bus session bus, and a thread that serves one object on it.

jeepney only packs and unpacks messages; reading, waiting and reconnecting stand here, so that one thread can wait for
the bus and for the program at once and never spins: it sleeps in ``select`` or in the pause before the next attempt.
Specification: https://dbus.freedesktop.org/doc/dbus-specification.html (messages 0.42).
"""

from __future__ import annotations

import itertools
import logging
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

PATIENCE_S = 5.0  # for one step of the bus, which answers in a millisecond when it is well
LARGEST_MESSAGE = 1 << 20  # bytes; a call to a player has some hundred
LONGEST_PAUSE_S = 60.0
MOST_NAMES = 50
STEADY_S = 30.0  # a connection that lasted so long was a good one: the next pause is short again
_BUS_NAME, _BUS_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
_DO_NOT_QUEUE, _PRIMARY_OWNER, _ALREADY_OWNER = 4, 1, 4
_NO_REPLY_EXPECTED = 1
log = logging.getLogger("podmix.playback.desktop")

Variant = tuple[str, Any]  # D-Bus signature, value
Answer = tuple[str, tuple[Any, ...]]  # signature of the body, body


@dataclass(frozen=True, slots=True)
class Call:
    """A method call from the bus; ``interface`` may be empty, the specification allows it."""

    path: str
    interface: str
    member: str
    signature: str
    body: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """Something to tell everyone on the bus."""

    path: str
    interface: str
    member: str
    signature: str
    body: tuple[Any, ...]


class Refused(Exception):
    """The answer to a call is an error; ``name`` is the last part of ``org.freedesktop.DBus.Error.…``."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = f"org.freedesktop.DBus.Error.{name}"


def session_bus_address(environment: Mapping[str, str] = os.environ) -> str:
    """Where the session bus listens, empty where there is none: the variable, else the socket that systemd makes."""
    given = environment.get("DBUS_SESSION_BUS_ADDRESS", "")
    if given:
        return given
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    if runtime and (Path(runtime) / "bus").is_socket():
        return "unix:path=" + quote(f"{runtime}/bus", safe="/-_.*\\")
    return ""


class BusConnection:
    """An authenticated connection with a unique name, for one thread. Everything that fails is an ``OSError``."""

    def __init__(self, address: str) -> None:
        self._inbox: deque[Any] = deque()
        self._buffer = bytearray()
        self._serials = itertools.count(1)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(PATIENCE_S)
        try:
            self._authenticate(address)
            self.unique_name = str(self.ask("Hello")[0])
        except (ValueError, RuntimeError) as problem:  # an address of another kind, or a refused authentication
            self.close()
            raise ConnectionError(str(problem)) from problem
        except BaseException:
            self.close()
            raise

    def _authenticate(self, address: str) -> None:
        from jeepney.auth import BEGIN, Authenticator  # type: ignore[import-untyped]
        from jeepney.bus import get_bus  # type: ignore[import-untyped]

        self._socket.connect(get_bus(address))
        conversation = Authenticator()
        for line in conversation:
            self._socket.sendall(line)
            conversation.feed(self._received())
        self._socket.sendall(BEGIN)

    def _received(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionResetError("the bus closed the connection")
        return data

    def read(self) -> None:
        """Wait for more (at most ``PATIENCE_S``) and sort it into messages; broken ones are passed over."""
        from jeepney.low_level import Message, calc_msg_size  # type: ignore[import-untyped]

        self._buffer += self._received()
        while len(self._buffer) >= 16:  # the fixed part of a header, which tells the length
            size = calc_msg_size(bytes(self._buffer[:16]))
            if size > LARGEST_MESSAGE:
                raise ConnectionAbortedError("a message larger than any that a player gets")
            if len(self._buffer) < size:
                return
            frame = bytes(self._buffer[:size])
            del self._buffer[:size]
            try:
                self._inbox.append(Message.from_buffer(frame))
            except (ValueError, LookupError, TypeError) as problem:
                log.debug("A message from the bus could not be read: %s", problem)

    def arrived(self) -> list[Any]:
        """The messages that were read and not yet taken."""
        taken = list(self._inbox)
        self._inbox.clear()
        return taken

    def send(self, message: Any) -> int:
        serial = next(self._serials)
        self._socket.sendall(message.serialise(serial=serial))
        return serial

    def ask(self, member: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        """Call the bus itself and wait for its answer; what else arrives meanwhile is kept."""
        from jeepney import (  # type: ignore[import-untyped]
            DBusAddress,
            HeaderFields,
            MessageType,
            new_method_call,
        )

        bus = DBusAddress(_BUS_PATH, bus_name=_BUS_NAME, interface=_BUS_NAME)
        serial = self.send(new_method_call(bus, member, signature, body))
        deadline = time.monotonic() + PATIENCE_S
        while True:
            for message in self._inbox:
                if message.header.fields.get(HeaderFields.reply_serial) == serial:
                    self._inbox.remove(message)
                    if message.header.message_type is MessageType.error:
                        raise ConnectionRefusedError(f"the bus refused {member}: {message.body}")
                    return tuple(message.body)
            if time.monotonic() > deadline:
                raise TimeoutError(f"the bus did not answer {member}")
            self.read()

    def own(self, name: str) -> bool:
        """Try to get a well-known name; never waits in line for it."""
        (answer,) = self.ask("RequestName", "su", (name, _DO_NOT_QUEUE))
        return answer in (_PRIMARY_OWNER, _ALREADY_OWNER)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()


class BusService:
    """A daemon thread that owns a name and answers calls; when the bus goes away it comes back with it.

    Args:
        names: gives the name wanted for the n-th attempt (0, 1, …): the first that is free is taken.
        answer: what a call is answered with; may raise ``Refused``.
        news: what is to be told now; asked after ``wake`` (and after each batch of calls).
        begun: called when a connection stands, before the name is asked for.
    """

    def __init__(self, address: str, names: Callable[[int], str], answer: Callable[[Call], Answer],
                 news: Callable[[], Sequence[Signal]], begun: Callable[[], None], *, pause_s: float = 1.0) -> None:
        self._address, self._names, self._answer, self._news, self._begun = address, names, answer, news, begun
        self._first_pause_s = pause_s
        self.name = ""  # the well-known name while it is owned
        self.problem = ""
        self.attempts = 0
        self._closing = threading.Event()
        self._wake_here, self._wake_there = socket.socketpair()
        self._wake_here.setblocking(False)
        self._wake_there.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="podmix-desktop", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is news. From any thread; never waits."""
        try:
            self._wake_here.send(b"\0")
        except OSError:  # as many wakes wait already as fit, or the service is closed
            pass

    def close(self, patience_s: float = 0.5) -> None:
        """Give the name back and end; a bus that hangs is left to its thread."""
        self._closing.set()
        self.wake()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(patience_s)
        self._wake_here.close()

    def _run(self) -> None:
        pause_s = self._first_pause_s
        while not self._closing.is_set():
            began = time.monotonic()
            self.attempts += 1
            try:
                with BusConnection(self._address) as bus:
                    self._serve(bus)
            except OSError as problem:
                self.problem = f"The session bus cannot be reached: {problem}"
                log.info("%s", self.problem)
            except Exception:  # the edge of a thread: the desktop's controls must not end with one bad call
                self.problem = "The desktop's media controls stopped and are tried again."
                log.exception("%s", self.problem)
            self.name = ""
            if time.monotonic() - began > STEADY_S:
                pause_s = self._first_pause_s
            if not self._closing.wait(pause_s):
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        self._wake_there.close()

    def _serve(self, bus: BusConnection) -> None:
        self._begun()
        self._take_name(bus)
        self.problem = ""
        with selectors.DefaultSelector() as selector:
            selector.register(bus, selectors.EVENT_READ)
            selector.register(self._wake_there, selectors.EVENT_READ)
            while not self._closing.is_set():
                while messages := bus.arrived():  # handling one may read more
                    for message in messages:
                        self._handle(bus, message)
                for signal in self._news():
                    self._tell(bus, signal)
                for key, _events in selector.select():
                    if key.fileobj is bus:
                        bus.read()
                    else:
                        self._wake_there.recv(4096)

    def _take_name(self, bus: BusConnection) -> None:
        self.name = ""
        free = (name for name in map(self._names, range(MOST_NAMES)) if bus.own(name))
        self.name = next(free, "")
        if not self.name:
            raise ConnectionRefusedError("every name that a player may have is taken")

    def _handle(self, bus: BusConnection, message: Any) -> None:
        from jeepney import HeaderFields, MessageType, new_error, new_method_return

        header, fields = message.header, message.header.fields
        if header.message_type is MessageType.signal:
            if fields.get(HeaderFields.sender) == _BUS_NAME and fields.get(HeaderFields.member) == "NameLost" \
                    and message.body == (self.name,):
                self._take_name(bus)
            return
        if header.message_type is not MessageType.method_call:
            return
        call = Call(fields[HeaderFields.path], fields.get(HeaderFields.interface, ""), fields[HeaderFields.member],
                    fields.get(HeaderFields.signature, ""), tuple(message.body))
        try:
            signature, body = self._answer(call)
            reply = new_method_return(message, signature or None, body)
        except Refused as refusal:
            reply = new_error(message, refusal.name, "s", (str(refusal),))
        if not int(header.flags) & _NO_REPLY_EXPECTED:
            bus.send(reply)

    def _tell(self, bus: BusConnection, signal: Signal) -> None:
        from jeepney import DBusAddress, new_signal

        address = DBusAddress(signal.path, interface=signal.interface)
        bus.send(new_signal(address, signal.member, signal.signature, signal.body))
