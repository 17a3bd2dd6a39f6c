# SPDX-License-Identifier: GPL-3.0-or-later
"""The thin wrapper round httpx and httpcore: pooled connections through the guarded backend, our errors out.

No cookies, no automatic redirects, no automatic unpacking: ``podmix.net.client`` does these within its limits.
Proxies come from the environment or the system; this machine is never reached through one.
"""

from __future__ import annotations

import contextlib
import functools
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator

import httpcore
import httpx

from podmix.errors import AddressRefused, NetworkError
from podmix.net.addresses import is_loopback_host
from podmix.net.connect import GuardedBackend, Resolve, allowed_addresses
from podmix.net.failures import CutShort, TimeUp, Unreachable
from podmix.net.policy import NetPolicy

_KEEPALIVE_S = 20.0


class _Body(httpx.SyncByteStream):
    """The bytes of one answer; errors on the way become ours."""

    def __init__(self, stream: Iterable[bytes], host: str) -> None:
        self._stream = stream
        self._host = host

    def __iter__(self) -> Iterator[bytes]:
        with our_errors(self._host):
            yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            with our_errors(self._host):
                close()


class GuardedTransport(httpx.BaseTransport):
    """Sends requests within ``policy``; thread-safe.

    Args:
        policy: what is allowed.
        resolve: name -> IP addresses.
    """

    def __init__(self, policy: NetPolicy, resolve: Resolve) -> None:
        self._policy = policy
        self._resolve = resolve
        self._pools: dict[str, httpcore.ConnectionPool] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request``; the caller reads and closes the response. Raises NetworkError and its kinds."""
        host = request.url.host
        pool = self._pool_for(request.url)
        core = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
                             target=request.url.raw_path),
            headers=request.headers.raw, content=request.stream,
            extensions={"timeout": {"connect": self._policy.connect_s, "read": self._policy.timeout_s,
                                    "write": self._policy.timeout_s, "pool": self._policy.total_s}})
        with our_errors(host):
            answer = pool.handle_request(core)
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream, host))

    def close(self) -> None:
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()

    def _pool_for(self, url: httpx.URL) -> httpcore.ConnectionPool:
        proxy = proxy_for(url.scheme, url.host, url.port)
        if proxy:
            self._check_behind_proxy(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._new_pool(proxy)
            return self._pools[proxy]

    def _new_pool(self, proxy: str) -> httpcore.ConnectionPool:
        tls, most = _tls(), self._policy.at_once
        if not proxy:
            return httpcore.ConnectionPool(
                ssl_context=tls, max_connections=most * 2, max_keepalive_connections=most,
                keepalive_expiry=_KEEPALIVE_S, network_backend=GuardedBackend(self._policy, self._resolve))
        address = httpx.Proxy(proxy)
        if address.url.scheme not in ("http", "https"):
            raise NetworkError("PodMix knows HTTP proxies only, and your system names another kind.",
                               remedy="Set HTTPS_PROXY to an http:// proxy, or unset it.")
        return httpcore.HTTPProxy(
            proxy_url=httpcore.URL(scheme=address.url.raw_scheme, host=address.url.raw_host, port=address.url.port,
                                   target=address.url.raw_path),
            proxy_auth=address.raw_auth, ssl_context=tls, max_connections=most * 2,
            max_keepalive_connections=most, keepalive_expiry=_KEEPALIVE_S,
            network_backend=GuardedBackend(self._policy, self._resolve, guarded=False))

    def _check_behind_proxy(self, url: httpx.URL) -> None:
        """A proxy resolves names itself: refuse what is private as far as this machine can tell."""
        port = url.port or (443 if url.scheme == "https" else 80)
        with contextlib.suppress(OSError, UnicodeError):  # many networks resolve names at the proxy only
            allowed_addresses(url.host, port, self._resolve(url.host, port), self._policy)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Verifies servers against SSL_CERT_FILE where set, else the shipped certificates; loading these takes time."""
    return httpx.create_ssl_context()


def proxy_for(scheme: str, host: str, port: int | None) -> str:
    """The proxy's address for a target, "" for none; loopback and ``NO_PROXY`` go straight."""
    if is_loopback_host(host):
        return ""
    proxies = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all") or ""
    if not proxy or urllib.request.proxy_bypass(f"{host}:{port}" if port else host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def build_request(method: str, url: str, headers: dict[str, str], content: bytes | None) -> httpx.Request:
    """A request with its address in ASCII (IDNA, percent-encoding); raises AddressRefused where that fails."""
    try:
        return httpx.Request(method, url, headers=headers, content=content)
    except (httpx.InvalidURL, UnicodeError, ValueError) as problem:
        raise AddressRefused("This is not a valid web address.", remedy="Check the address for a typing mistake.",
                             detail=str(problem)) from problem


@contextlib.contextmanager
def our_errors(host: str) -> Iterator[None]:
    """Turn httpcore's errors into ours; ``host`` is named in the sentence."""
    began = time.monotonic()
    try:
        yield
    except (httpcore.ConnectTimeout, httpcore.ConnectError) as problem:
        raise _unreachable(host, problem) from problem
    except httpcore.TimeoutException as problem:
        waited = time.monotonic() - began
        raise TimeUp(f"{host} does not answer, or too slowly.", remedy="Try again later.",
                     detail=f"{type(problem).__name__} after {waited:.1f} s") from problem
    except httpcore.ProxyError as problem:
        raise Unreachable("Your network's proxy did not let the request through.",
                          remedy="Check the proxy in your system's settings.", detail=str(problem)) from problem
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as problem:
        raise CutShort(f"The connection to {host} was cut.", remedy="Try again.", detail=str(problem)) from problem
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, UnicodeError) as problem:
        raise NetworkError(f"{host} does not speak proper HTTP.", remedy="Tell the publisher of the show.",
                           detail=str(problem)) from problem


def _unreachable(host: str, problem: Exception) -> Unreachable:
    cause: BaseException | None = problem
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return Unreachable(f"The secure connection to {host} could not be verified.",
                           remedy="Check this machine's clock; else the server's certificate is at fault.",
                           detail=str(cause))
    return Unreachable(f"{host} could not be reached.", remedy="Check your connection, then try again.",
                       detail=str(problem))


