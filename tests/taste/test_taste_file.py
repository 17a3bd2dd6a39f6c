# SPDX-License-Identifier: GPL-3.0-or-later
"""A friend's taste file is read with distrust: exactly this form, within limits, or not at all."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.errors import UsageError
from podmix.taste.taste_file import (
    MOST_BYTES,
    Named,
    SharedInterest,
    SharedShow,
    TasteFile,
    load_taste,
    public_address,
    read_taste,
    taste_text,
    write_taste,
)

GOOD = TasteFile("Ada", (SharedInterest("space", (0.6, 0.8), 0.5, ("Show",)),), (), (Named("Someone", 1.0),),
                 (Named("House", 0.5),), (Named("Song", 0.75, "Someone"),),
                 (SharedShow("Show", "https://show.example/feed.xml"),))


def plain() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(taste_text(GOOD))
    return body


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_taste(GOOD, tmp_path / "ada.json")
    assert load_taste(tmp_path / "ada.json") == GOOD


def changed(**fields: Any) -> bytes:
    return json.dumps(plain() | fields).encode()


@pytest.mark.parametrize("data", [
    b"", b"\xff\xfe", b"[]", b"null", b"{", b'{"form": "podmix-taste"}', changed(form="other"), changed(version=2),
    changed(version=True), changed(name=7), changed(name="x" * 201), changed(extra=1), changed(artists={}),
    changed(artists=[{"name": "a", "weight": 2}]), changed(artists=[{"name": "a", "weight": True}]),
    changed(artists=[{"name": "a", "weight": 1, "path": "/etc/passwd"}]),
    changed(artists=[{"name": "a", "weight": 1}] * 401), changed(interests=[{"space": "s", "vector": [1.0] * 2_000,
                                                                             "weight": 1, "labels": []}]),
    changed(interests=[{"space": "s", "vector": [0.1], "weight": 1, "labels": []}]),
    changed(interests=[{"space": "s", "vector": ["1"], "weight": 1, "labels": []}]),
    changed(tracks=[{"name": "a", "weight": 1}]), changed(shows=["x"]),
    taste_text(GOOD).replace('"weight": 1.0', '"weight": NaN').encode(),
    taste_text(GOOD).replace('"weight": 1.0', '"weight": 1e999').encode(),
    taste_text(GOOD).replace('"name": "Ada"', '"name": "Ada", "name": "Eve"').encode(),
    b"[" * 100_000, b" " * (MOST_BYTES + 1),
])
def test_anything_else_is_refused_whole(data: bytes) -> None:
    with pytest.raises(UsageError, match="not taken in"):
        read_taste(data)


def test_a_huge_file_costs_nothing(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as stream:
        stream.truncate(20_000_000_000)  # sparse
    began = time.thread_time()
    with pytest.raises(UsageError):
        load_taste(huge)
    assert time.thread_time() - began < 2
    with pytest.raises(UsageError):
        load_taste(tmp_path / "none.json")
    with pytest.raises(UsageError):
        load_taste(tmp_path)


def test_signs_that_steer_are_taken_out_of_texts() -> None:
    read = read_taste(changed(name="Ada\u202egpj\x1b[31m\n x"))
    assert read.name == "Adagpj[31mx" or read.name == "Adagpj[31m x"
    assert read_taste(changed(name="\u200b")).name == "A friend"


@pytest.mark.parametrize("address", [
    "file:///etc/passwd", "javascript:alert(1)", "https://user:key@show.example/feed.xml", "http://127.0.0.1/feed",
    "https://show.example/feed?token=secret", "https://localhost/feed", "ftp://show.example/x", "http://[::1", "",
    "https://show.example/" + "x" * 300])
def test_private_addresses_are_neither_told_nor_taken(address: str) -> None:
    assert public_address(address) == ""
    assert "x" * 200 not in taste_text(GOOD)
    if len(address) <= 200:
        assert read_taste(changed(shows=[{"title": "t", "address": address}])).shows == (SharedShow("t"),)


JSON = st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | st.integers(),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                    max_leaves=6)


@settings(max_examples=60)
@given(st.sampled_from(sorted(plain())), JSON)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: Any) -> None:
    try:
        read = read_taste(json.dumps(plain() | {field: value}).encode())
    except UsageError:
        return
    assert read_taste(taste_text(read).encode()).name == read.name
