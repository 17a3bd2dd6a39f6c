# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of boundaries, over many random transcripts, sane and insane."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.previews.rank import rank_previews
from podmix.previews.types import Preview, Soundbite
from podmix.speech.types import Sentence, Transcript, Word

TALK = """the a and but so I you we they was is had never always because story people mother money war love problem
remember night house really that it this what if one thousand Paris said laughing question reason"""
VOCABULARY = TALK.split()
quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def hashed_vectors(texts: list[str]) -> np.ndarray:
    """Vectors that depend on the words only, in place of a real encoder."""
    out = np.zeros((len(texts), 16), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            out[row, sum(map(ord, word)) % 16] += 1.0
    return out


def random_transcript(
    seed: int, *, stops: bool, words_timed: bool, gaps: float, long: float, people: int
) -> Transcript:
    """Orderly talk of up to half an hour: sentences of 1-40 words, pauses, now and then a very long one."""
    dice = random.Random(seed)
    clock = dice.uniform(0, 5)
    sentences = []
    for _ in range(dice.randint(1, 150)):
        count = dice.randint(60, 300) if dice.random() < long else dice.randint(1, 40)
        words = []
        start = clock
        for k in range(count):
            length = dice.uniform(0.1, 0.6)
            text = dice.choice(VOCABULARY) + ("." if stops and k == count - 1 else "")
            words.append(Word(text, clock, clock + length))
            clock += length + (dice.uniform(0, 0.2) if dice.random() < 0.3 else 0.0)
        end = words[-1].end
        speaker = f"S{dice.randint(1, people)}" if people else None
        text = " ".join(w.text for w in words)
        sentences.append(Sentence(text, start, end, speaker, tuple(words) if words_timed else ()))
        clock = end + (dice.uniform(5, 90) if dice.random() < gaps else dice.uniform(0.0, 0.8))
    return Transcript(tuple(sentences), dice.choice(["en", None, "de"]), clock, "test")


transcripts = st.builds(
    random_transcript,
    st.integers(0, 10**9),
    stops=st.booleans(),
    words_timed=st.booleans(),
    gaps=st.sampled_from([0.0, 0.05, 0.5]),
    long=st.sampled_from([0.0, 0.1, 1.0]),
    people=st.integers(0, 3),
)


def shared(a: Preview, b: Preview) -> float:
    both = max(0.0, min(a.end, b.end) - max(a.start, b.start))
    return both / max(1e-9, max(a.end, b.end) - min(a.start, b.start))


def check_common(previews: list[Preview], duration: float, low: float = 30.0, high: float = 75.0) -> None:
    assert [p.rank for p in previews] == list(range(1, len(previews) + 1))
    for p in previews:
        assert math.isfinite(p.start)
        assert math.isfinite(p.score)
        assert -1e-6 <= p.start < p.end <= duration + 1e-6
        assert p.title
        assert len(p.title) <= 70
        assert p.text
        assert all(0.0 <= v <= 1.0 for v in p.reasons.values())
        assert p.first_sentence <= p.last_sentence
        if duration >= low:
            assert low - 1e-6 <= p.length <= high + 1e-6
    for k, a in enumerate(previews):
        assert all(shared(a, b) <= 0.12 for b in previews[k + 1 :])


@quick
@given(transcripts, st.integers(1, 12))
def test_orderly_talk_is_cut_on_word_edges_within_the_limits(transcript: Transcript, top: int) -> None:
    previews = rank_previews(transcript, encode=hashed_vectors, top=top)
    assert 1 <= len(previews) <= top
    check_common(previews, transcript.duration)
    words = [w for s in transcript.sentences for w in s.words] or list(transcript.sentences)
    starts = np.array([w.start for w in words])
    ends = np.array([w.end for w in words])
    for p in previews:
        inside = (starts < p.start - 1e-6) & (ends > p.start + 1e-6) | (starts < p.end - 1e-6) & (ends > p.end + 1e-6)
        if transcript.sentences[0].words:
            assert not inside.any()
        if any(s.words for s in transcript.sentences) and transcript.duration > 40 and p.start > 0:
            assert np.abs(starts - p.start).min() < 1e-6 or not ((starts >= p.start) & (starts < p.start + 30)).all()


@quick
@given(transcripts)
def test_starts_on_a_sentence_where_sentences_are_of_human_length(transcript: Transcript) -> None:
    if any(s.end - s.start > 20 for s in transcript.sentences) or transcript.duration < 120:
        return
    gaps = [b.start - a.end for a, b in pairwise(transcript.sentences)]
    if max(gaps, default=0) > 4:
        return
    starts = np.array([s.start for s in transcript.sentences])
    ends = np.array([s.end for s in transcript.sentences])
    for p in rank_previews(transcript, encode=None):
        assert np.abs(starts - p.start).min() < 1e-6
        assert np.abs(ends - p.end).min() < 1e-6


insane_sentences = st.lists(
    st.builds(
        Sentence,
        st.text(max_size=80) | st.just("word " * 400) | st.just("..."),
        st.floats(-10, 5000) | st.just(math.nan) | st.just(math.inf),
        st.floats(-10, 5000),
        st.none() | st.sampled_from(["A", "B", ""]),
        st.just(()) | st.just((Word("x", 3.0, 1.0),)) | st.just((Word("x", 2.0, math.nan),)),
    ),
    max_size=40,
)


@quick
@given(insane_sentences, st.floats(0, 5000) | st.just(math.nan), st.sampled_from([15.0, 60.0, 120.0, -3.0]))
def test_insane_transcripts_never_crash(sentences: list[Sentence], duration: float, length: float) -> None:
    transcript = Transcript(tuple(sentences), None, duration, "test")
    previews = rank_previews(transcript, encode=hashed_vectors, top=50, length_s=length, title="x", notes="a b c d e")
    for p in previews:
        assert math.isfinite(p.start)
        assert p.end >= p.start >= 0


@pytest.mark.parametrize("length", [15.0, 30.0, 90.0, 120.0])
def test_other_lengths_hold_their_own_limits(length: float) -> None:
    transcript = random_transcript(7, stops=True, words_timed=True, gaps=0.0, long=0.0, people=2)
    previews = rank_previews(transcript, encode=None, length_s=length)
    check_common(previews, transcript.duration, length / 2, length * 1.25)


def test_one_giant_sentence_without_word_times() -> None:
    text = " ".join(VOCABULARY * 100)
    transcript = Transcript((Sentence(text, 0.0, 1500.0),), "en", 1500.0, "test")
    previews = rank_previews(transcript, encode=hashed_vectors, top=5)
    assert len(previews) == 5
    check_common(previews, 1500.0)


def test_cues_of_single_words_and_of_no_length() -> None:
    cues = tuple(Sentence(VOCABULARY[k % len(VOCABULARY)], k * 0.4, k * 0.4 + 0.35) for k in range(3000))
    check_common(rank_previews(Transcript(cues, "en", 1200.0, "t"), encode=hashed_vectors), 1200.0)
    points = tuple(Sentence("we never told the story", k * 2.0, k * 2.0) for k in range(300))
    check_common(rank_previews(Transcript(points, "en", 600.0, "t"), encode=hashed_vectors), 600.0)


def test_sentences_in_the_wrong_order_and_all_at_once() -> None:
    cues = [Sentence("We never told this story before.", k * 4.0, k * 4.0 + 3.5, "A") for k in range(200)]
    random.Random(1).shuffle(cues)
    check_common(rank_previews(Transcript(tuple(cues), "en", 800.0, "t"), encode=hashed_vectors), 800.0)
    heap = tuple(Sentence("We never told this story.", 0.0, 600.0, "A") for _ in range(50))
    check_common(rank_previews(Transcript(heap, "en", 600.0, "t"), encode=hashed_vectors)[:1], 600.0)


def test_short_episodes_give_all_they_have() -> None:
    assert rank_previews(Transcript((), "en", 0.0, "t"), encode=None) == []
    short = Transcript((Sentence("That is all there is.", 1.0, 4.0),), "en", 5.0, "t")
    only = rank_previews(short, encode=None)
    assert len(only) == 1
    assert 0 <= only[0].start < only[0].end <= 5.0
    lonely = Transcript((Sentence("The only words.", 95.0, 99.0),), "en", 100.0, "t")
    check_common(rank_previews(lonely, encode=None), 100.0)


def test_a_soundbite_of_the_publisher_comes_first_as_it_is() -> None:
    transcript = random_transcript(3, stops=True, words_timed=True, gaps=0.0, long=0.0, people=2)
    bites = [Soundbite(100.25, 44.5, "The best of it"), Soundbite(10.0, 12.0), Soundbite(-5.0, 40.0)]
    previews = rank_previews(transcript, encode=hashed_vectors, soundbites=bites)
    assert (previews[0].start, previews[0].end, previews[0].title) == (100.25, 144.75, "The best of it")
    assert previews[0].reasons["marked_by_publisher"] == 1.0
    assert len(previews) == 5
    assert all(p.start >= 140 or p.end <= 105 for p in previews[1:])
