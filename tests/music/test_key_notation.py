# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: every notation reads back what it wrote; spellings met in tags; the wheel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.music.interop.key_notation import Key, KeyNotation, from_camelot, from_order, from_traktor, parse_key

KEYS = [Key(tonic, minor) for tonic in range(12) for minor in (False, True)]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_notation_reads_back(key: Key) -> None:
    for text in (key.name, key.short, key.camelot, key.open_key, *(key.written(n) for n in KeyNotation)):
        assert parse_key(text) == key, text
    assert from_traktor(key.traktor) == key
    assert from_order(key.order) == key
    assert len(key.short) <= 3, "TKEY holds three characters"


@pytest.mark.parametrize(("text", "camelot"), [
    ("Am", "8A"), ("A minor", "8A"), ("a-moll", "8A"), ("AMIN", "8A"), ("8a", "8A"), ("08A", "8A"), ("1m", "8A"),
    ("C", "8B"), ("Cmaj", "8B"), ("CM", "8B"), ("1d", "8B"), ("C dur", "8B"), ("H-Dur", "1B"), ("B-Dur", "6B"),
    ("F#m", "11A"), ("F♯ minor", "11A"), ("Gbm", "11A"), ("F sharp minor", "11A"), ("fis-moll", "11A"),
    ("Bbm", "3A"), ("A#m", "3A"), ("Es", "5B"), ("8A/9A", "8A"), ("Am or C", "8A"), ("D#m", "2A"), ("Abm", "1A"),
])
def test_spellings(text: str, camelot: str) -> None:
    key = parse_key(text)
    assert key is not None
    assert key.camelot == camelot


@pytest.mark.parametrize("text", ["", None, "o", "13A", "0A", "Hm", "Xm", "8C", "atonal", "All", "128", "A" * 9999])
def test_what_is_no_key(text: str | None) -> None:
    assert parse_key(text) is None


@given(st.text(max_size=60))
def test_any_text_is_a_key_or_none(text: str) -> None:
    key = parse_key(text)
    assert key is None or 0 <= key.tonic < 12


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_compatible_keys_are_neighbours_on_the_wheel(key: Key) -> None:
    def steps(other: Key) -> int:
        apart = abs(other.camelot_number - key.camelot_number) % 12
        return min(apart, 12 - apart) + (other.minor != key.minor)

    assert sorted(steps(other) for other in key.compatible()) == [0, 1, 1, 1]


def test_a_number_off_the_wheel() -> None:
    with pytest.raises(ValueError, match="13"):
        from_camelot(13, minor=True)
    assert from_traktor(24) is None
