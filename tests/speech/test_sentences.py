# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentence ends, times, voices, and the promise that no word is lost or doubled."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.speech.sentence_ends import ends_sentence
from podmix.speech.sentences import LONGEST_PUNCTUATED, MOST_UNPUNCTUATED_S, MOST_WORDS, to_sentences
from podmix.speech.types import Cue, Word


def split(text: str) -> list[str]:
    return [s.text for s in to_sentences([Cue(text, 0.0, 10.0)])]


@pytest.mark.parametrize(("text", "count"), [
    ("Dr. Smith met Mrs. Jones. They talked.", 2),
    ("It costs 3.5 dollars. Really.", 2),
    ("J. R. R. Tolkien wrote it. Samuel L. Jackson read it.", 2),
    ("He lives in the U.S. and works. She does not.", 2),
    ("He lives in the U.S. She does not.", 2),
    ("Bring pens, paper, etc. The rest is here.", 2),
    ("At 5 p.m. on Monday we left. Good.", 2),
    ("Use e.g. Python. No. 5 is alive.", 2),
    ("Do you? No. I do not.", 3),
    ("“Stop!” he said. “Why?” She ran.", 3),
    ("Well... maybe not. Hmm… Yes.", 3),
    ("Vitamin B. The best one.", 2),
    ("¿Qué tal? ¡Muy bien! Gracias.", 3),
    ("今日は天気がいい。明日は雨です！「本当？」はい。", 4),
    ("Am 3. Mai kam er z.B. nach Köln. Dort blieb er.", 2),
    ("wait what?! yes. ok", 1 + 2),
    ("visit example.com today. Thanks.", 2),
])
def test_sentence_ends(text: str, count: int) -> None:
    assert len(split(text)) == count, split(text)


def test_small_letter_after_a_full_stop_goes_on_where_capitals_are_used() -> None:
    assert not ends_sentence("vol.", "two")
    assert not ends_sentence("Really?”", "she")
    assert ends_sentence("ok.", "yes", cased=False)


def test_a_sentence_over_three_cues_has_their_times() -> None:
    cues = [Cue("So this is", 1.0, 2.0, "A"), Cue("one long", 2.0, 3.0, "A"), Cue("sentence. And", 3.0, 4.0, "A"),
            Cue("another.", 4.0, 5.0, "A")]
    first, second = to_sentences(cues)
    assert (first.text, first.start) == ("So this is one long sentence.", 1.0)
    assert 3.0 < first.end < 4.0
    assert (second.text, second.start, second.end) == ("And another.", first.end, 5.0)


def test_voices_are_never_joined() -> None:
    sentences = to_sentences([Cue("I went to", 0, 1, "A"), Cue("Aha", 1, 1.2, "B"), Cue("the shop.", 1.2, 2, "A")])
    assert [(s.speaker, s.text) for s in sentences] == [("A", "I went to"), ("B", "Aha"), ("A", "the shop.")]


def test_given_word_times_are_carried() -> None:
    words = (Word("Hi.", 0.2, 0.5), Word("You", 1.0, 1.2), Word("too.", 1.3, 1.9))
    first, second = to_sentences([Cue("Hi. You too.", 0.0, 2.0, None, words)])
    assert (first.start, first.end, second.start, second.end) == (0.2, 0.5, 1.0, 1.9)
    assert second.words == words[1:]


def test_without_punctuation_it_is_cut_at_pauses_and_cue_edges() -> None:
    cues = [Cue(" ".join(f"w{i}{j}" for j in range(8)), i * 3.0, i * 3.0 + 2.9) for i in range(20)]
    cues[5] = Cue(cues[5].text, 15.0, 16.5)  # then a second and a half of silence
    sentences = to_sentences(cues)
    assert all(len(s.text.split()) <= MOST_WORDS for s in sentences)
    edges = {cue.text.split()[0] for cue in cues}
    assert all(s.text.split()[0] in edges for s in sentences)
    assert any(s.text.endswith("w57") for s in sentences)


def test_chinese_without_any_stop_is_cut_too() -> None:
    sentences = to_sentences([Cue("天" * 300, 0, 60)])
    assert len(sentences) > 3
    assert "".join(s.text for s in sentences) == "天" * 300


THAI = "สวัสดีครับวันนี้เราจะมาพูดคุยกันเรื่องการทำขนมปัง"


def test_thai_without_spaces_is_cut_at_cue_edges() -> None:
    cues = [Cue(f"{THAI}{i}", i * 5.0, i * 5.0 + 5.0) for i in range(60)]
    sentences = to_sentences(cues)
    assert all(s.end - s.start <= MOST_UNPUNCTUATED_S for s in sentences)
    assert {s.start for s in sentences} <= {cue.start for cue in cues}
    assert "".join(s.text.replace(" ", "") for s in sentences) == "".join(cue.text for cue in cues)


def test_one_long_run_of_thai_is_cut_before_letters_that_can_stand_first() -> None:
    text = THAI * 20
    sentences = to_sentences([Cue(text, 0, 100)])
    assert all(s.end - s.start <= MOST_UNPUNCTUATED_S for s in sentences)
    assert all(unicodedata.category(s.text[0]) == "Lo" and s.text[0] not in "ะาำ" for s in sentences)
    assert "".join(s.text for s in sentences) == text


def test_slow_words_without_punctuation_are_cut_by_time() -> None:
    cues = [Cue(f"w{i}", i * 5.0, i * 5.0 + 5.0) for i in range(60)]
    sentences = to_sentences(cues)
    assert all(5.0 < s.end - s.start <= MOST_UNPUNCTUATED_S for s in sentences[:-1])


def test_no_cues_no_sentences() -> None:
    assert to_sentences([]) == ()
    assert to_sentences([Cue("", 0, 1), Cue("  ", 1, 2)]) == ()


@st.composite
def any_cues(draw: st.DrawFn) -> list[Cue]:
    vocabulary = ["word", "Dr.", "end.", "What?", "no,", "U.S.", "3.5", "“Hi!”", "天気。はい", "etc.", "and", "…", "A."]
    cues, clock = [], 0.0
    for number in range(draw(st.integers(0, 12))):
        clock += draw(st.floats(0, 6))
        length = draw(st.floats(0, 12))
        text = " ".join(draw(st.lists(st.sampled_from(vocabulary), max_size=40)))
        parts = text.split()
        step = length / (len(parts) or 1)
        words = tuple(Word(t, clock + i * step, clock + (i + 1) * step) for i, t in enumerate(parts)) \
            if draw(st.booleans()) else ()
        cues.append(Cue(f"n{number} {text}" if not words else text, clock, clock + length,
                        draw(st.sampled_from([None, "A", "B"])), words))
    return cues


@given(any_cues())
def test_every_word_once_in_order_and_times_that_make_sense(cues: list[Cue]) -> None:
    sentences = to_sentences(cues)
    starts = [s.start for s in sentences]
    assert starts == sorted(starts)
    for speaker in (None, "A", "B"):
        said = "".join("".join(c.text.split()) for c in cues if c.speaker == speaker)
        own = [s for s in sentences if s.speaker == speaker]
        assert sorted("".join("".join(s.text.split()) for s in own)) == sorted(said)
        for one, other in pairwise(own):
            assert one.start <= one.end <= other.start + 1e-9
    for s in sentences:
        assert len(s.text.split()) <= LONGEST_PUNCTUATED
        assert all(s.start - 1e-9 <= w.start <= w.end <= s.end + 1e-9 for w in s.words)
        assert not s.words or [w.text for w in s.words] == s.text.split() or "天" in s.text


@given(any_cues().map(lambda cues: [Cue(c.text, i * 20.0, i * 20.0 + 10, "A", ()) for i, c in enumerate(cues)]))
def test_words_of_one_voice_keep_their_order(cues: list[Cue]) -> None:
    said = "".join("".join(c.text.split()) for c in cues)
    assert "".join("".join(s.text.split()) for s in to_sentences(cues)) == said
