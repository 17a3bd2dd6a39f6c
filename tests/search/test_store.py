# SPDX-License-Identifier: GPL-3.0-or-later
"""Search by words and by meaning: ranks, snippets, scripts of the world, and any text at all as a query."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.database import Database
from podmix.search.passages import Passage, cut_passages
from podmix.search.store import MIGRATIONS, Hit, SearchStore, join_hits
from podmix.speech.types import Sentence


@pytest.fixture(scope="module")
def shared() -> Iterator[SearchStore]:
    """One store for all queries that change nothing."""
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "s.sqlite3", MIGRATIONS) as database:
        store = SearchStore(database)
        fill(store)
        yield store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SearchStore]:
    with Database.open(tmp_path / "s.sqlite3", MIGRATIONS) as database:
        yield SearchStore(database)


def sentence(text: str, at: float) -> Sentence:
    return Sentence(text, at, at + 4)


TEXTS = {
    1: ["The harbour light went dark.", "Nobody noticed <the> ferry & its bell.", "The light came back."],
    2: ["A lighthouse keeper walks home.", "Zürich liegt am See.", "Straße und Käse."],
    3: ["Москва слезам не верит.", "العربية لغة جميلة.", "Η θάλασσα είναι γαλάζια.", "한국어 문장입니다."],
}


def fill(store: SearchStore) -> None:
    for episode_id, texts in TEXTS.items():
        passages = cut_passages([sentence(text, 5.0 * at) for at, text in enumerate(texts)])
        store.index(episode_id, passages, np.eye(len(passages), 8, k=episode_id, dtype=np.float32))


@given(st.text(max_size=200) | st.text(alphabet='"*()^:-+ANDORNEAR \x00\x02\x03{}', max_size=60))
def test_any_text_is_a_query(shared: SearchStore, text: str) -> None:
    for hit in shared.by_words(text):
        assert hit.episode_id in TEXTS
        assert 0 <= hit.start < hit.end
        assert hit.snippet_html.count("<b>") == hit.snippet_html.count("</b>") >= 1


@given(st.lists(st.sampled_from([word for texts in TEXTS.values() for text in texts for word in text.split()]),
                min_size=1, max_size=6))
def test_words_that_stand_there_are_found(shared: SearchStore, words: list[str]) -> None:
    assert shared.by_words(" ".join(words)) or not any(c.isalnum() for word in words for c in word)


@pytest.mark.parametrize(("query", "episodes"), [
    ("HARBOUR", {1}), ("light", {1, 2}), ("light dark", {1}), ("zurich", {2}), ("ZÜRICH", {2}), ("kase", {2}),
    ("москва", {3}), ("لغة", {3}), ("ΘΆΛΑΣΣΑ", {3}), ("한국어", {3}), ("ferry; DROP TABLE", {1}),
    ("keeper OR nothing", {2}), ('"', set()), ("NEAR(", set()), ("*", set()), ("\x00", set()), ("text:light", {1, 2}),
])
def test_queries(shared: SearchStore, query: str, episodes: set[int]) -> None:
    assert {hit.episode_id for hit in shared.by_words(query)} == episodes


def test_a_hit_begins_with_its_sentence_and_its_snippet_is_safe(shared: SearchStore) -> None:
    [hit] = shared.by_words("ferry bell")
    assert hit.start == 5.0
    assert "&lt;the&gt;" in hit.snippet_html
    assert "<b>ferry</b> &amp; its <b>bell</b>" in hit.snippet_html


def test_all_words_before_any_and_more_often_is_better(store: SearchStore) -> None:
    store.index(1, [Passage(0, 9, "salt water and nothing else at all in this long passage here", ((0, 0.0),))])
    store.index(2, [Passage(0, 9, "salt salt salt", ((0, 0.0),))])
    assert [hit.episode_id for hit in store.by_words("salt")] == [2, 1]
    assert [hit.episode_id for hit in store.by_words("salt water")] == [1]
    assert [hit.episode_id for hit in store.by_words("salt pepper")] == [2, 1], "any word where none has all"
    assert len(store.by_words("salt", limit=1)) == 1


def test_indexing_again_replaces_and_removing_removes(store: SearchStore) -> None:
    store.index(1, [Passage(0, 9, "old words", ((0, 0.0),))])
    store.index(1, [Passage(0, 9, "new words", ((0, 0.0),))])
    assert store.by_words("old") == []
    assert len(store.by_words("words")) == 1
    store.remove(1)
    assert store.by_words("words") == []


def test_by_meaning(store: SearchStore) -> None:
    near, far = np.array([1, 0, 0, 0], np.float32), np.array([0, 1, 0, 0], np.float32)
    between = (near + far) / np.sqrt(2)
    passages = [Passage(float(i), i + 1.0, f"p{i} <", ((0, float(i)),)) for i in range(3)]
    store.index(7, passages, np.stack([far, near, between]))
    store.index(8, [Passage(0, 1, "another width", ((0, 0.0),))], np.ones((1, 3), np.float32))
    store.index(9, [Passage(0, 1, "no vector", ((0, 0.0),))])
    hits = store.by_meaning(near)
    assert [hit.start for hit in hits] == [1.0, 2.0]
    assert hits[0].score == pytest.approx(1.0, abs=1e-3)
    assert hits[0].snippet_html == "p1 &lt;"
    assert store.by_meaning(near, limit=0) == []
    assert store.by_meaning(np.full(4, np.nan, np.float32)) == []
    assert len(store.by_meaning(near, floor=-1)) == 3


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5)), max_size=12),
       st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5)), max_size=12), st.integers(0, 8))
def test_joining(first: list[tuple[int, int]], second: list[tuple[int, int]], limit: int) -> None:
    lists = [[Hit(e, p, p + 1.0, "", 0.0) for e, p in dict.fromkeys(places)] for places in (first, second)]
    joined = join_hits(*lists, limit=limit)
    assert len(joined) == min(limit, len({*first, *second}))
    assert [hit.score for hit in joined] == sorted((hit.score for hit in joined), reverse=True)
    both = {*first} & {*second}
    if both and limit and first and first[0] == second[0]:
        assert (joined[0].episode_id, joined[0].start) == first[0], "first in both lists is first"


@given(st.lists(st.tuples(st.text(min_size=1, max_size=40), st.floats(0.1, 40)), max_size=30))
def test_passages_hold_every_sentence_once(spoken: list[tuple[str, float]]) -> None:
    at, sentences = 0.0, []
    for text, length in spoken:
        sentences.append(Sentence(text, at, at + length))
        at += length
    passages = cut_passages(sentences)
    assert " ".join(p.text for p in passages) == " ".join(s.text for s in sentences)
    assert [start for p in passages for _, start in p.marks] == [s.start for s in sentences]
    for passage in passages:
        assert len(passage.marks) == 1 or passage.end - passage.start <= 25.0 + 1e-6
        for offset, start in passage.marks:
            assert passage.start_at(offset) == start
