# SPDX-License-Identifier: GPL-3.0-or-later
"""A bus that says what a real one says only on a bad day: lost names, broken messages, silence, an early end."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, Parser, new_method_return, new_signal

BUS = "org.freedesktop.DBus"


class ScriptedBus:
    """Listens in ``folder``; greets, grants names by ``grant``, and keeps what it is told in ``heard``."""

    def __init__(self, folder: Path, grant: Callable[[str], int] = lambda _name: 1) -> None:
        self.path = folder / "bus"
        self.address = f"unix:path={self.path}"
        self.names: list[str] = []
        self.before_next_grant = b""
        self.heard: queue.Queue[Message] = queue.Queue()
        self._grant = grant
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._guest: socket.socket | None = None
        self._arrived = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                guest, _address = self._listener.accept()
            except OSError:
                return
            self._guest = guest
            with contextlib.suppress(OSError, AssertionError):
                self._talk(guest)
            guest.close()

    def _talk(self, guest: socket.socket) -> None:
        assert b"AUTH EXTERNAL" in guest.recv(4096)
        guest.sendall(b"OK 0123456789abcdef\r\n")
        data = guest.recv(4096)
        parser = Parser()
        parser.add_data(data.removeprefix(b"BEGIN\r\n"))
        while True:
            while (message := parser.get_next_message()) is not None:
                self._answer(guest, message)
            if not (data := guest.recv(4096)):
                return
            parser.add_data(data)

    def _answer(self, guest: socket.socket, message: Message) -> None:
        member = message.header.fields.get(HeaderFields.member)
        if member == "Hello":
            self._send(guest, new_method_return(message, "s", (":1.7",)))
        elif member == "RequestName":
            self.names.append(message.body[0])
            guest.sendall(self.before_next_grant)
            self.before_next_grant = b""
            granted = self._grant(message.body[0])
            self._send(guest, new_method_return(message, "u", (granted,)))
            if granted == 1:  # the guest has what it came for
                self._arrived.set()
        else:
            self.heard.put(message)

    def _send(self, guest: socket.socket, message: Message) -> None:
        message.header.fields[HeaderFields.sender] = BUS
        guest.sendall(message.serialise(serial=1))

    def wait_for_guest(self) -> None:
        assert self._arrived.wait(10.0), "nobody came"
        self._arrived.clear()

    def send(self, data: bytes) -> None:
        assert self._guest is not None
        self._guest.sendall(data)

    def signal(self, member: str, *body: Any) -> None:
        address = DBusAddress("/org/freedesktop/DBus", interface=BUS)
        message = new_signal(address, member, "s" * len(body), body)
        assert self._guest is not None
        self._send(self._guest, message)

    def hang_up(self) -> None:
        assert self._guest is not None
        self._guest.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for end in (lambda: self._listener.shutdown(socket.SHUT_RDWR), self.hang_up):
            with contextlib.suppress(OSError):
                end()
        self._listener.close()
        self._thread.join(5.0)
