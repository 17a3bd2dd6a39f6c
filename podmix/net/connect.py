# SPDX-License-Identifier: GPL-3.0-or-later
"""Making a connection: resolve the name once, judge the addresses, connect to the judged address itself.

Because the address that was judged is the one that is dialled, neither a redirect nor a name that changes its
address between two look-ups (DNS rebinding) can reach a private machine. Every read and write also ends at the
deadline of the request that is running on this thread, so that a server that drips cannot hold it for ever.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore

from podmix.net.addresses import is_public, refuse_private
from podmix.net.policy import NetPolicy

Resolve = Callable[[str, int], list[str]]

_running = threading.local()


@contextlib.contextmanager
def deadline(at: float | None) -> Iterator[None]:
    """Within this block, reads and writes on this thread end at ``at`` (``time.monotonic``)."""
    before = getattr(_running, "deadline", None)
    _running.deadline = at
    try:
        yield
    finally:
        _running.deadline = before


def system_resolve(host: str, port: int) -> list[str]:
    """The IP addresses of ``host`` in the system's order; OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.NetworkBackend):
    """Dials only addresses the policy allows.

    Args:
        policy: what is allowed.
        resolve: name -> IP addresses.
        guarded: False for the connection to the person's own proxy, which may well be private.
    """

    def __init__(self, policy: NetPolicy, resolve: Resolve = system_resolve, *, guarded: bool = True) -> None:
        self._policy = policy
        self._resolve = resolve
        self._guarded = guarded
        self._dialler = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        end = time.monotonic() + (timeout if timeout is not None else self._policy.connect_s)
        addresses = self._lookup(host, port, _left(timeout))
        if self._guarded:
            addresses = allowed_addresses(host, port, addresses, self._policy)
        last: Exception = httpcore.ConnectError(f"{host} has no address")
        for position, address in enumerate(addresses):
            share = max(0.1, (end - time.monotonic()) / (len(addresses) - position))
            try:
                stream = self._dialler.connect_tcp(address, port, _left(share), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                last = problem
                continue
            return DeadlineStream(stream)
        raise last

    def _lookup(self, host: str, port: int, timeout: float | None) -> list[str]:
        """Resolve on a thread of its own: the system's resolver knows no time limit."""
        if _is_ip(host):
            return [host]
        answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, UnicodeError) as problem:
                answers.put(problem)

        threading.Thread(target=ask, name="podmix-resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=timeout)
        except queue.Empty:
            raise httpcore.ConnectTimeout(f"looking up {host} took too long") from None
        if isinstance(answer, OSError | UnicodeError):
            raise httpcore.ConnectError(f"{host} was not found: {answer}") from answer
        return answer


def allowed_addresses(host: str, port: int, addresses: list[str], policy: NetPolicy) -> list[str]:
    """Those of ``addresses`` that ``policy`` lets ``host:port`` use; raises AddressRefused when none is left."""
    if policy.trusts(host, port):
        return addresses
    public = [address for address in addresses if is_public(address)]
    if addresses and not public:
        raise refuse_private(host)
    return public


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose every wait also ends at the running request's deadline."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
                  timeout: float | None = None) -> httpcore.NetworkStream:
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float | None:
    """``timeout`` cut to what the running request has left; raises ReadTimeout when nothing is left."""
    at: float | None = getattr(_running, "deadline", None)
    if at is None:
        return timeout
    left = at - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the request's time is up")
    return left if timeout is None else min(timeout, left)


def _is_ip(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError, ValueError):
            socket.inet_pton(family, host)
            return True
    return False
