# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacking in small pieces, however the bytes are cut on the wire."""

from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import TooLarge
from podmix.net.decode import PIECE, decoded

PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": lambda data: brotli.compress(data, quality=1),
           "": lambda data: data, "identity": lambda data: data, "X-GZIP": gzip.compress}


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at:at + size] for at in range(0, len(data), size)]


@given(data=st.binary(max_size=3000), size=st.integers(1, 400), name=st.sampled_from(sorted(PACKERS)))
def test_any_cut_gives_the_same_bytes(data: bytes, size: int, name: str) -> None:
    got = b"".join(decoded(cut(PACKERS[name](data), size), name, max_bytes=10_000))
    assert got == data


@pytest.mark.parametrize("name", ["gzip", "deflate", "br"])
def test_pieces_stay_small(name: str) -> None:
    pieces = [len(piece) for piece in decoded([PACKERS[name](bytes(5_000_000))], name, max_bytes=5_000_000)]
    assert sum(pieces) == 5_000_000
    assert max(pieces) <= 4 * PIECE


@pytest.mark.parametrize("name", ["gzip", "br", ""])
def test_the_limit_is_exact(name: str) -> None:
    data = PACKERS[name](bytes(1000))
    assert len(b"".join(decoded([data], name, max_bytes=1000))) == 1000
    with pytest.raises(TooLarge):
        list(decoded([data], name, max_bytes=999))
