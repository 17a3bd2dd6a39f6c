# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for voices: given where somebody says so, and never for what only looks like a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.speech.names import name_speakers
from podmix.speech.types import Sentence, Transcript

MAYA, SOPHIE = ("Maya Lindqvist", "host"), ("Sophie Lorenz", "guest")


def talk(*lines: str, start: float = 0.0) -> Transcript:
    """ "1: Hello." lines, four seconds each, with voices S1, S2…"""
    pairs = [line.split(": ", 1) for line in lines]
    sentences = tuple(Sentence(text, start + 4.0 * i, start + 4.0 * i + 3.5, f"S{voice}")
                      for i, (voice, text) in enumerate(pairs))
    voices = sorted({s.speaker for s in sentences if s.speaker})
    return Transcript(sentences, "en", start + 4.0 * len(lines), "test", {key: f"Voice {key[1:]}" for key in voices})


def names(transcript: Transcript, *persons: tuple[str, str]) -> dict[str, str]:
    """Only the voices that got a name."""
    named = name_speakers(transcript, persons).speakers
    return {key: name for key, name in named.items() if name != transcript.speakers[key]}


@pytest.mark.parametrize(("text", "name"), [
    ("I'm Maya.", "Maya"),
    ("Hi, I’m Maya, and this is a show about bikes.", "Maya"),
    ("Hello and welcome, I'm your host, Maya Lindqvist.", "Maya Lindqvist"),
    ("Welcome back to Singletrack Sessions, I'm Maya Lindqvist from the trail centre.", "Maya Lindqvist"),
    ("My name is Jean-Luc O'Neill and I ride.", "Jean-Luc O'Neill"),
    ("I am Zoë Müller.", "Zoë Müller"),
    ("As always I'm Ludwig van Beethoven.", "Ludwig van Beethoven"),
    ("Good morning, I'm Dr. Ellen Hughes.", "Ellen Hughes"),
    ("Hosted by me, Omar Said.", "Omar Said"),
    ("Herzlich willkommen, mein Name ist Jürgen Klein.", "Jürgen Klein"),
    ("Bonjour, je m'appelle Amélie.", "Amélie"),
    ("Hola, me llamo Íñigo Montoya.", "Íñigo Montoya"),
])
def test_who_says_a_name_has_it(text: str, name: str) -> None:
    assert names(talk(f"1: {text}", "2: Hello.", "1: Let us begin.")) == {"S1": name}


@pytest.mark.parametrize("text", [
    "I'm glad to be here.",
    "I'm Glad you came.",
    "I'm from Leeds.",
    "I'm Leeds through and through.",
    "I'm London based.",
    "This is Berlin.",
    "This is Singletrack Sessions.",
    "This is BBC Radio Four.",
    "This is America, after all.",
    "I'm German.",
    "I'm Irish, and proud.",
    "I'm Team Android.",
    "I'm Gen Z.",
    "I'm Not sure.",
    "I'm So tired.",
    "And she goes, I'm Sarah.",
    "He said I'm Batman.",
    "“I'm Spartacus,” they all shout.",
    "If I'm Google, I buy them.",
    "Because I'm Steve, apparently.",
    "There was a man who told me, my name is Legion.",
    "The song is called My name is Luka.",
    "I'm God.",
    "I'm I'm I'm.",
    "I'm.",
    "my name is",
])
def test_what_only_looks_like_a_name(text: str) -> None:
    assert names(talk(f"1: {text}", "2: Right.", "1: Anyway.")) == {}


@pytest.mark.parametrize("advertisement", [
    ("1: This episode is brought to you by Linear.", "1: Hi, I'm Dave, and I plan with Linear."),
    ("1: Hi, I'm Dave.", "1: I saved half my time.", "1: Use code BIKES for ten percent off."),
    ("1: I'm Dave.", "1: Go to acme.com and try it."),
])
def test_who_speaks_in_a_sponsor_read_is_somebody_else(advertisement: tuple[str, ...]) -> None:
    assert names(talk(*advertisement, "2: Back to the show.")) == {}


@pytest.mark.parametrize("line", [
    "Last week I was joined by Sophie Lorenz.",
    "Next week I'm talking to Sophie Lorenz.",
    "Unfortunately Sophie can't be here, joining me is nobody.",
    "I had hoped to be joined by Sophie Lorenz.",
    "Sophie Lorenz wrote a book about this.",
    "We are big fans of Sophie Lorenz.",
])
def test_a_guest_who_is_only_spoken_of_is_not_there(line: str) -> None:
    opening = talk("1: Hi, I'm Maya.", f"1: {line}", "2: It is a fine day.", "2: I ride a lot.", "1: So do I.")
    assert names(opening, MAYA, SOPHIE) == {"S1": "Maya Lindqvist"}


def test_the_greeted_one_answers() -> None:
    opening = talk("1: Welcome back, I'm joined by Sophie Lorenz, enduro racer.",
                   "1: Sophie Lorenz, thanks for being here.", "2: Thanks, Maya.",
                   "2: Great to be back.", "1: Let us start.")
    assert names(opening, MAYA, SOPHIE) == {"S1": "Maya Lindqvist", "S2": "Sophie Lorenz"}
    assert names(opening)["S2"] == "Sophie Lorenz"


def test_a_greeting_and_its_answer_name_both() -> None:
    opening = talk("1: My guest today is Sophie Lorenz.", "1: Sophie, thanks for being here.",
                   "2: Thanks, Maya.", "3: Hm.")
    assert names(opening) == {"S1": "Maya", "S2": "Sophie Lorenz"}


def test_one_clue_and_the_feeds_word_are_enough() -> None:
    opening = talk("1: Welcome to the show, Sophie.", "2: It is cold.", "3: It is.", "1: Yes.")
    assert names(opening, MAYA, SOPHIE) == {"S2": "Sophie Lorenz"}


def test_one_clue_from_one_line_is_too_little_without_the_feeds_word() -> None:
    opening = talk("1: Welcome to the show, Anna.", "2: It is cold.", "3: It is.", "1: Yes.")
    assert names(opening) == {}


def test_a_first_name_is_completed_only_where_one_person_has_it() -> None:
    opening = talk("1: I'm Maya.", "2: And I'm Tom.")
    assert names(opening, MAYA, ("Tom Baker", "host"), ("Tom Cruise", "guest")) == {"S1": "Maya Lindqvist", "S2": "Tom"}


def test_two_voices_that_claim_one_name_get_none() -> None:
    assert names(talk("1: I'm Maya.", "2: I'm Maya.", "1: No."), MAYA) == {}


def test_a_voice_that_claims_two_names_gets_none() -> None:
    assert names(talk("1: I'm Maya.", "1: I'm Sophie.", "2: Ah."), MAYA, SOPHIE) == {}


def test_late_in_an_episode_nobody_is_introduced() -> None:
    assert names(talk("1: I'm Maya.", "2: Hm.", start=1000.0)) == {}


def test_the_last_voice_is_the_last_person_when_spoken_to() -> None:
    lines = ("1: I'm Maya.", "1: Today Sophie Lorenz is here.", "2: It is fun to ride.", "2: I ride a lot.")
    assert names(talk(*lines), MAYA, SOPHIE) == {"S1": "Maya Lindqvist", "S2": "Sophie Lorenz"}


def test_a_person_of_the_feed_whom_nobody_mentions_is_not_guessed() -> None:
    assert names(talk("1: I'm Maya.", "2: It is fun to ride.", "2: Yes."), MAYA, SOPHIE) == {"S1": "Maya Lindqvist"}


def test_publishers_names_stay() -> None:
    given_names = Transcript((Sentence("I'm Maya.", 0, 1, "a"),), "en", 1, "publisher:vtt", {"a": "Narrator"})
    assert name_speakers(given_names, [MAYA]) is given_names


def test_no_speakers_no_names() -> None:
    bare = Transcript((Sentence("I'm Maya.", 0, 1),), "en", 1, "whisper:tiny", {})
    assert name_speakers(bare, [MAYA]).speakers == {}


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from([
    "I'm Maya.", "I'm Sophie.", "Thanks, Maya.", "Sophie, welcome.", "I'm glad.", "My guest is Tom.", "Yes.",
    "This is Tom.",
])), max_size=12))
def test_no_name_twice_and_no_voice_lost(lines: list[tuple[int, str]]) -> None:
    before = talk(*(f"{voice}: {text}" for voice, text in lines))
    after = name_speakers(before, [MAYA, SOPHIE])
    assert after.speakers.keys() == before.speakers.keys()
    assert len(set(after.speakers.values())) == len(after.speakers)
    assert after.sentences == before.sentences


def test_a_misheard_name_is_spelled_as_the_feed_spells_it() -> None:
    said = (Sentence("I'm Dex Haloran.", 0, 2, "S1"), Sentence("And I'm Imogen Pell.", 2, 4, "S2"))
    heard = Transcript(said, "en", 60.0, "test", {"S1": "Voice 1", "S2": "Voice 2"})
    named = name_speakers(heard, (("Dex Halloran", "host"), ("Imogen Pell", "host")))
    assert named.speakers == {"S1": "Dex Halloran", "S2": "Imogen Pell"}


def test_another_name_is_not_bent_to_the_feeds() -> None:
    said = (Sentence("I'm Anna Weber.", 0, 2, "S1"), Sentence("Hello.", 2, 4, "S2"))
    heard = Transcript(said, "en", 60.0, "test", {"S1": "Voice 1", "S2": "Voice 2"})
    assert name_speakers(heard, (("Hanno Wilbur", "guest"),)).speakers["S1"] == "Anna Weber"
