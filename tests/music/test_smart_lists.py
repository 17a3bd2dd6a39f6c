# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as data: what they find, what they refuse, and that no rule says anything else to the database."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import UsageError
from podmix.music.smart_lists import DATE_FIELDS, OPERATORS, compiled, fields_known, kind_of, read_filter
from podmix.music.store import MusicStore, TrackFilter
from tests.music.library_rows import Clock, fill, record

A, B, C, D = 1, 2, 3, 4


@pytest.fixture
def four(store: MusicStore, clock: Clock) -> MusicStore:
    fill(store, record(A, title="Night Train", artist="The Ada", genre="House", bpm=124.0, key="A minor", year=2001,
                       rating=5, energy=6.0))
    clock.now += 40 * 86_400
    fill(store, record(B, title="Nächte", artist="Ben", genre="Deep House", bpm=128.0, key="E minor", rating=3),
         record(C, title="100% Dub", artist="Ben", genre="Dub", bpm=None, comment="Ends in_a %", size=9),
         record(D, title="Edge", artist="Cleo", bpm=174.0, key="F# minor", year=1999))
    store.note_played(A)
    return store


def found(store: MusicStore, rules: dict[str, Any]) -> set[int]:
    return {int(i) for i in store.track_ids(TrackFilter(rules=rules))}


def rule(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(("rules", "wanted"), [
    (rule("artist", "is", "ada"), {A}),
    (rule("title", "contains", "nacht"), {B}),
    (rule("genre", "contains", "HOUSE"), {A, B}),
    (rule("genre", "is_not", "house"), {B, C, D}),
    (rule("title", "starts", "100%"), {C}),
    (rule("title", "ends", "e"), {B, D}),
    (rule("comment", "contains", "in_A %"), {C}),
    (rule("genre", "empty"), {D}),
    (rule("bpm", "between", [128, 120]), {A, B}),
    (rule("bpm", "more", 128), {D}),
    (rule("bpm", "is_not", 128), {A, C, D}),
    (rule("bpm", "empty"), {C}),
    (rule("rating", "at_least", 3), {A, B}),
    (rule("key", "is", "8A"), {A}),
    (rule("key", "compatible", "Am"), {A, B}),
    (rule("key", "is_not", "Am"), {B, C, D}),
    (rule("added", "in_last_days", 30), {B, C, D}),
    (rule("added", "not_in_last_days", 30), {A}),
    (rule("last_played", "empty"), {B, C, D}),
    (rule("last_played", "not_in_last_days", 30), {B, C, D}),
    (rule("missing", "is", True), set()),
    (rule("analysed", "is", False), {A, B, C, D}),
    (rule("plays", "at_least", 1), {A}),
    (rule("format", "is", "MP3"), {A, B, C, D}),
    ({"all": [rule("genre", "contains", "house"), rule("bpm", "more", 125)]}, {B}),
    ({"any": [rule("title", "is", "edge"), rule("rating", "is", 5)]}, {A, D}),
    ({"none": [rule("bpm", "more", 100)]}, {C}),
    ({"all": []}, {A, B, C, D}),
    ({"any": []}, set()),
    ({"none": []}, {A, B, C, D}),
    ({"all": [{"any": [rule("year", "is", 1999), rule("year", "is", 2001)]},
              {"none": [rule("artist", "is", "cleo")]}]}, {A}),
])
def test_what_rules_find(four: MusicStore, rules: dict[str, Any], wanted: set[int]) -> None:
    assert found(four, rules) == wanted


@pytest.mark.parametrize("rules", [
    rule("bpm; DROP TABLE tracks", "is", 1), rule("bpm", "= 1 OR 1", 1), rule("bpm", "is", "120"),
    rule("bpm", "is", True), rule("bpm", "between", 5),
    rule("bpm", "between", [1]), rule("bpm", "is", float("nan")), rule("title", "is", 5),
    rule("key", "is", "loud"), rule("missing", "is", "yes"), rule("playlist", "is", "1"), rule("playlist", "is", 2**70),
    {"all": rule("bpm", "is", 1)}, {"all": "x"}, {}, {"all": [1]}, [], rule("", "is"), {"any": [None]},
])
def test_what_rules_refuse(four: MusicStore, rules: Any) -> None:
    with pytest.raises(UsageError):
        compiled(rules, 0.0)


def test_trees_that_are_too_deep_or_too_large() -> None:
    deep: dict[str, Any] = rule("bpm", "is", 1)
    for _ in range(30):
        deep = {"all": [deep]}
    for rules in (deep, {"any": [rule("bpm", "is", n) for n in range(1000)]}):
        with pytest.raises(UsageError, match="nested"):
            compiled(rules, 0.0)


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
                   st.lists(st.floats(allow_nan=False), max_size=3))
LEAVES = st.fixed_dictionaries({
    "field": st.one_of(st.sampled_from(fields_known()), st.text(max_size=8)),
    "op": st.one_of(st.sampled_from(sorted({op for ops in OPERATORS.values() for op in ops})), st.text(max_size=8)),
    "value": VALUES})
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from(["all", "any", "none"]),
                                                           st.lists(inner, max_size=4), min_size=1, max_size=1))


@given(TREES)
def test_any_rules_are_refused_or_are_parameters_only(rules: dict[str, Any]) -> None:
    try:
        sql = compiled(rules, 0.0)
    except UsageError:
        return
    assert sql.text.count("?") == len(sql.parameters)
    assert ";" not in sql.text
    assert "--" not in sql.text


@given(st.lists(st.tuples(st.sampled_from(fields_known()), st.sampled_from([":", ">", "~", "="]), st.text(max_size=9)),
                max_size=3))
def test_any_rule_that_compiles_can_be_asked(tmp_path_factory: pytest.TempPathFactory,
                                             terms: list[tuple[str, str, str]]) -> None:
    from podmix.database import Database
    from podmix.music.store import MIGRATIONS

    with Database.open(tmp_path_factory.mktemp("rules") / "x.sqlite3", MIGRATIONS) as database:
        try:
            text, rules = read_filter(" ".join(f"{field}{sign}{value}" for field, sign, value in terms))
            MusicStore(database).track_ids(TrackFilter(text, rules))
        except UsageError:
            return


@pytest.mark.parametrize(("line", "wanted"), [
    ("bpm:120-128", {A, B}), ("bpm>=128", {B, D}), ("bpm:128", {B}), ("key:8A", {A}), ("key~8A", {A, B}),
    ('title:"night train"', {A}), ("genre:house -genre:deep", {A}), ("night", {A}), ("genre=house", {A}),
    ("added:30", {B, C, D}), ("added>30d", {A}), ("rating>=3 house", {A, B}), ("year:none", {B, C}),
    ("missing:no", {A, B, C, D}), ("-analysed:yes", {A, B, C, D}), ("", {A, B, C, D}), ("duration<4:00", {A, B, C, D}),
    ("http://x", set()), ('"night train', {A}), ("don't", set()), ("energy:6", {A}), ("bpm:125,5-130", None),
])
def test_a_line_of_text(four: MusicStore, line: str, wanted: set[int] | None) -> None:
    if wanted is None:
        with pytest.raises(UsageError):
            read_filter(line)
        return
    text, rules = read_filter(line)
    assert {int(i) for i in four.track_ids(TrackFilter(text, rules))} == wanted


def test_every_field_has_a_kind() -> None:
    assert {kind_of(field) for field in fields_known()} == set(OPERATORS)
    assert kind_of(next(iter(DATE_FIELDS))) == "date"
