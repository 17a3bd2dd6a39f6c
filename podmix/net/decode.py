# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacking gzip, deflate and brotli answers piece by piece, so that a small bomb never becomes a big array.

Pieces are ``bytes`` of at most ``PIECE``. Limits are enforced before memory is used, not after.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]

from podmix.errors import NetworkError, TooLarge

PIECE = 65536
_MOST_LAYERS = 2


class _Decoder(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]: ...

    def finished(self) -> bool: ...


class _Inflate:
    """gzip (several members too) and deflate, with or without the zlib header."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._inner: zlib._Decompress | None = None
        self._plain = False
        self._between = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inner is None and not self._start(data):
                yield data
                return
            assert self._inner is not None
            piece = self._inner.decompress(data, PIECE)
            if piece:
                yield piece
            data = self._inner.unconsumed_tail
            if self._inner.eof:
                data = self._inner.unused_data
                self._inner, self._between = None, True
                if not self._gzip or not data.startswith(b"\x1f"):
                    data = b""  # padding after the end

    def _start(self, data: bytes) -> bool:
        """Choose the decompressor by the first byte; False: the server said gzip but sent the plain thing."""
        if self._plain:
            return False
        if self._gzip:
            if not self._between and data[0] != 0x1F:
                self._plain = True
                return False
            self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
        else:
            self._inner = zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        return True

    def finished(self) -> bool:
        return self._inner is None


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        piece = self._inner.process(data, output_buffer_limit=PIECE)
        while piece or not self._inner.can_accept_more_data():
            if piece:
                yield piece
            if self._inner.is_finished():
                return
            piece = self._inner.process(b"", output_buffer_limit=PIECE)

    def finished(self) -> bool:
        return bool(self._inner.is_finished())


def decoded(chunks: Iterable[bytes], content_encoding: str, *, max_bytes: int) -> Iterator[bytes]:
    """The body in pieces, unpacked by ``Content-Encoding``.

    Args:
        chunks: what came over the wire.
        content_encoding: the header's value, "" for none.
        max_bytes: most bytes, counted both on the wire and unpacked.

    Raises:
        TooLarge: more than ``max_bytes``.
        NetworkError: damaged or unknown packing.
    """
    pieces: Iterable[bytes] = bounded(chunks, max_bytes)
    layers = [name.strip().lower() for name in content_encoding.split(",")]
    layers = [name for name in layers if name not in ("", "identity")]
    if len(layers) > _MOST_LAYERS:
        raise NetworkError("The server packed its answer too many times.", detail=content_encoding[:100])
    for name in reversed(layers):
        pieces = _unpack(pieces, _decoder(name))
    return bounded(pieces, max_bytes) if layers else iter(pieces)


def bounded(chunks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """``chunks`` until they exceed ``max_bytes``; then TooLarge."""
    count = 0
    for chunk in chunks:
        count += len(chunk)
        if count > max_bytes:
            raise too_large(max_bytes)
        yield chunk


def too_large(max_bytes: int) -> TooLarge:
    size = f"{max_bytes / 1e6:.0f} MB" if max_bytes >= 1_000_000 else f"{max_bytes} bytes"
    return TooLarge(f"The server sends more than the {size} that PodMix accepts here.",
                    remedy="Tell the publisher of the show.")


def _unpack(chunks: Iterable[bytes], decoder: _Decoder) -> Iterator[bytes]:
    empty = True
    try:
        for chunk in chunks:
            empty = empty and not chunk
            yield from decoder.pieces(chunk)
    except (zlib.error, brotli.error) as problem:
        raise _damaged(str(problem)) from problem
    if not empty and not decoder.finished():
        raise _damaged("packed data ended early")


def _damaged(detail: str) -> NetworkError:
    return NetworkError("The server's answer arrived damaged.", remedy="Try again later.", detail=detail)


def _decoder(name: str) -> _Decoder:
    if name in ("gzip", "x-gzip"):
        return _Inflate(gzip=True)
    if name == "deflate":
        return _Inflate(gzip=False)
    if name == "br":
        return _Brotli()
    raise NetworkError("The server packed its answer in a way PodMix does not know.", detail=name[:40])
