# SPDX-License-Identifier: GPL-3.0-or-later
"""Believable shows, episodes and minutes for the window's tests and pictures. All invented."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from podmix.app.views import CaptionLine, CaptionWord

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

# key, title, author, description
SHOWS = (
    ("maintenance", "The Long Maintenance", "Maya Okafor and Tom Hale",
     "Software that is older than its makers' careers, and the people who keep it alive."),
    ("salt", "Salt & Signal", "Harbour Radio",
     "Stories from the coast: tides, ferries, lighthouses and the people between."),
    ("field", "Field Notes", "Ines Duarte", "One place, one hour, one microphone."),
    ("night", "Night Shift Physics", "Dr. Lena Brandt", "Questions that only seem simple at three in the morning."),
    ("bread", "Proof", "The Tuesday Bakery", "Bread, patience, and what goes wrong."),
    ("numbers", "Small Numbers", "Arun Mehta", "Statistics for people who would rather not."),
    ("rails", "Branch Lines", "Kit Sorensen", "Railways that closed, and what grew there instead."),
)

EPISODES = {
    "maintenance": ("Why small programs outlive companies", "The payroll that nobody owns",
                    "A museum that still compiles",
                    "Letters to the next maintainer", "Who reads the changelog", "The last COBOL class",
                    "Deleting ten million lines", "A bug older than the bug tracker"),
    "salt": ("The buoy that answered back", "Ferries in fog", "What the tide table leaves out", "Six keepers, one lamp",
             "A harbour without boats", "The radio operator's garden"),
    "field": ("A quarry at dawn", "Swifts under the station roof", "The quietest room in Lisbon",
              "Rain on a tin market",
              "One hour in a lift", "The bee road"),
    "night": ("Why is the night sky dark?", "Can you hear a shadow?", "How heavy is a phone call?", "What is wet?",
              "Where does the light go?", "The coldest place is nearby"),
    "bread": ("The starter that moved house", "Flour has a memory", "When nothing rises", "Salt, late",
              "Ovens of the valley"),
    "numbers": ("The average person does not exist", "One in a million, daily", "Who counted that?",
                "Lies with honest axes"),
    "rails": ("The line to nowhere much", "A station becomes a forest", "Signals in a drawer",
              "The 6:14 that ran for ever"),
}

# show, episode, title, publisher's own?, (speaker, sentence)…
MINUTES = (
    ("maintenance", 0, "The cron job that kept paying people", False, (
        ("Maya", "So I asked the obvious question: what does this machine in the corner actually do?"),
        ("Maya", "Nobody knew, but everybody was sure that it mattered."),
        ("Maya", "We found the cron job in 2019."),
        ("Maya", "It had been paying eleven people who no longer worked there."),
        ("Maya", "And nobody dared to turn it off."),
        ("Tom", "Eleven people? For how long?"),
        ("Maya", "Nine years, every month, on the twenty-eighth, without a single error."),
        ("Tom", "That is the most reliable system in the whole company."),
        ("Maya", "That is exactly what the auditor said, and then she asked who maintains it."),
        ("Maya",
         ("And the honest answer was: a man called Peter, who retired in 2011, and who still gets a birthday card "
                 "from it.")),
        ("Tom", "From the program?"),
        ("Maya", "From the program. He wrote that part himself."),
        ("Maya", "That is when I understood that small programs do not outlive companies because they are good."),
        ("Maya", "They outlive them because turning them off is a decision, and leaving them on is not."))),
    ("salt", 0, "A voice on channel sixteen", False, (
        ("Jory", "At four in the morning the buoy answered."),
        ("Jory",
         "I want to be precise here, because people laugh: a buoy has no microphone, no speaker and no opinion."),
        ("Jory", "But I called the coastguard on channel sixteen, and a voice gave me my own position back."),
        ("Hanna", "Your own position, not theirs?"),
        ("Jory", "Mine. To the second decimal."),
        ("Hanna", "What did you do?"),
        ("Jory", "I did what anyone would do. I said thank you."),
        ("Jory",
         ("It took us a week to find out: an old relay, eighty metres up, repeating whatever it heard with a delay "
                 "of exactly one tide.")),
        ("Hanna", "One tide is six hours."),
        ("Jory", "Six hours and twelve minutes. So the voice I thanked was mine, from the evening before."))),
    ("night", 0, "If the stars go on for ever", False, (
        ("Lena", "Here is a question a child asked me, and I have not slept well since."),
        ("Lena", "If the stars go on for ever, then in every direction you look there must be a star."),
        ("Lena", "So why is the night not as bright as the sun?"),
        ("Lena", "The answer is not that stars are far away. Far stars are dimmer, but there are more of them."),
        ("Lena", "The two effects cancel, exactly."),
        ("Lena", "The answer is that the light has not arrived yet."),
        ("Lena", "Darkness is the proof that the universe had a beginning."),
        ("Lena", "You can see the beginning of time with your own eyes, any night: it is the black part."))),
    ("field", 1, "Forty swifts and a timetable", True, (
        ("Ines", "They arrive on the second of May, and I mean the second, not the first."),
        ("Ines", "The station master keeps a book. He has thirty-one years of it."),
        ("Ines", "Thirty-one years, and the swifts were late once, in the year the roof was painted."),
        ("Ines", "He told me: the trains I cannot promise. The birds I can."))),
    ("bread", 0, "It survived the removal van", False, (
        ("Edda", "I had the starter on my lap for nine hours, like a cat."),
        ("Edda", "My grandmother's starter: sixty years old, three countries, two wars with mice."),
        ("Sam", "And you put it in a removal van."),
        ("Edda", "I put everything else in the van. I would have left the piano before the jar."),
        ("Edda", "And when we opened the door of the new house it had climbed out by itself and was on the floor mat."),
        ("Sam", "It moved in first."),
        ("Edda", "It moved in first. We had bread on the first evening and no beds."))),
    ("numbers", 0, "A cockpit for nobody", False, (
        ("Arun", "In 1950 the air force measured four thousand pilots to build the perfect cockpit."),
        ("Arun", "Ten sizes each: arm, chest, leg, all of it."),
        ("Arun", "And then a young man called Daniels asked how many pilots were average in all ten."),
        ("Arun", "How many would you guess, out of four thousand?"),
        ("Rosa", "Half? A thousand?"),
        ("Arun", "Zero. Not one."),
        ("Arun", "They had built a cockpit that fitted nobody, with great care."))),
    ("rails", 1, "Birches on platform two", False, (
        ("Kit", "The last train left in 1964 with eleven passengers and a wreath on the engine."),
        ("Kit", "Then the birches came, and they came in a straight line, because ballast drains well."),
        ("Kit", "If you stand on platform two today you can still see the timetable: it is written in trees."))),
)

REASONS = (
    ("alone", "Stands alone"), ("story", "Story with a payoff"), ("topic", "Close to the topic"),
    ("voice", "Lively voices"), ("surprise", "Says something surprising"), ("exchange", "Question and answer"),
)


def spoken(sentences: tuple[tuple[str, str], ...], start: float, seed: int = 1) -> tuple[CaptionLine, ...]:
    """Give sentences plausible word times from ``start`` on."""
    chance = random.Random(seed)
    lines, at = [], start
    for speaker, text in sentences:
        words = []
        for word in text.split():
            length = 0.13 + 0.052 * len(word) * chance.uniform(0.8, 1.2)
            words.append(CaptionWord(word, round(at, 3), round(at + length, 3)))
            at += length + (0.22 if word[-1] in ",:;" else 0.03)
        lines.append(CaptionLine(text, words[0].start, words[-1].end, speaker, tuple(words)))
        at += chance.uniform(0.35, 0.7)
    return tuple(lines)


@lru_cache(maxsize=64)
def peaks(captions: tuple[CaptionLine, ...], start: float, end: float, count: int = 240, seed: int = 1) -> bytes:
    """A waveform that is loud where words are."""
    chance = random.Random(seed)
    made = []
    for index in range(count):
        time = start + (end - start) * index / count
        inside = any(line.start <= time <= line.end for line in captions)
        swell = 0.55 + 0.45 * math.sin(time * 1.7) * math.sin(time * 0.53 + seed)
        level = (0.30 + 0.65 * swell * chance.uniform(0.5, 1.0)) if inside else 0.06 * chance.random() + 0.03
        made.append(max(0, min(255, round(level * 255))))
    return bytes(made)


def long_transcript(first: tuple[tuple[str, str], ...], minutes: int = 40) -> tuple[CaptionLine, ...]:
    """An hour's worth: the best minute and made-up talk around it."""
    filler = (
        ("Tom", "Before we start, a word about last week's letters, because there were many and they were kind."),
        ("Maya",
         "Somebody asked whether a program can be finished. I would like to say yes, and I have never seen one."),
        ("Tom", "You once told me about the tape library."),
        ("Maya",
         ("The tape library is still running. It moves a cartridge from slot four to slot nine every night, and in "
                 "the morning it moves it back.")),
        ("Tom", "Why?"),
        ("Maya", "There is a comment in the source. It says: do not remove, see Margaret. Margaret left in 1998."),
        ("Tom",
         "I keep thinking about how much of our work is like that: somebody was careful once, and we live in it."),
        ("Maya", "Being careful is the only documentation that survives."),
    )
    lines: list[CaptionLine] = []
    at, turn = 4.0, 0
    while at < minutes * 60:
        block = first if turn == 5 else filler
        lines.extend(spoken(block, at, seed=turn))
        at = lines[-1].end + 1.2
        turn += 1
    return tuple(lines)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
