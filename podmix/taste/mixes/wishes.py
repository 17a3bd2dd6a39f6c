# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes by wish: a genre, a mood, a decade, or a phrase such as "rainy sunday piano".

Without a model that hears words in sounds, a phrase is read: decades, genres of this library, words of moods
(``MOODS``, a small table of what they mean in energy, tempo and mode), and any other word is looked for in titles,
artists, albums and comments. Where such a model is there, its likeness of the phrase to each track is one more term
(``heard``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from podmix.errors import UsageError
from podmix.taste.interests import Doubles
from podmix.taste.mixes.choosing import dice, drawn, in_order
from podmix.taste.mixes.daily import about
from podmix.taste.mixes.library import MusicLibrary, folded, words_in
from podmix.taste.mixes.types import Mix, Pick

LENGTH = 30
LONGEST_PHRASE = 200
_NEAR_BEST = 0.4  # what answers worse than this share of the best is no answer, even where little music is


@dataclass(frozen=True)
class Mood:
    """What a mood means: energy 1..10, tempo, and mode (-1 minor, 1 major), each None where it does not matter."""

    energy: float | None = None
    bpm: float | None = None
    mode: int | None = None


MOODS: dict[str, Mood] = {
    "calm": Mood(2.5, 85), "quiet": Mood(2.0), "sleep": Mood(1.5, 65), "relaxed": Mood(3.0, 90), "chill": Mood(3.5, 95),
    "rainy": Mood(3.0, 85, -1), "sad": Mood(2.5, 80, -1), "dark": Mood(6.0, None, -1), "night": Mood(4.5, 105, -1),
    "sunday": Mood(3.5, 95), "morning": Mood(4.0, 100, 1), "sunny": Mood(6.0, 115, 1), "happy": Mood(6.5, 120, 1),
    "summer": Mood(6.5, 118, 1), "focus": Mood(4.0, 100), "work": Mood(4.5, 105), "drive": Mood(6.5, 118),
    "run": Mood(8.0, 165), "workout": Mood(8.5, 135), "party": Mood(8.0, 125), "dance": Mood(7.5, 124),
    "energetic": Mood(8.5, 130), "hard": Mood(9.0, 140, -1), "warm": Mood(4.0, 100, 1), "dinner": Mood(3.5, 100),
    "evening": Mood(4.0, 98), "melancholic": Mood(3.0, 85, -1), "dreamy": Mood(3.0, 90), "angry": Mood(9.0, 140, -1),
}
_DECADE = re.compile(r"(?:(19|20)?(\d)0)'?s")
_EMPTY = frozenset({"a", "an", "the", "and", "for", "of", "in", "on", "to", "with", "music", "songs", "some", "my",
                    "mix", "at", "by"})


@dataclass(frozen=True)
class Wish:
    """A phrase as it was understood; ``words`` are looked for in tags."""

    phrase: str
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    decades: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


def read_wish(library: MusicLibrary, phrase: str) -> Wish:
    """What ``phrase`` asks for. Raises UsageError for an empty or overlong one."""
    text = folded(phrase)
    if not text or len(phrase) > LONGEST_PHRASE:
        raise UsageError("A mix needs a few words to be made from.", remedy="Such as: rainy sunday piano")
    decades = []
    for found in _DECADE.finditer(text):
        century, ten = found.groups()
        decades.append((int(century) * 100 if century else 1900 if int(ten) >= 4 else 2000) + int(ten) * 10)
    text = _DECADE.sub(" ", text)
    genres = []
    for name in sorted(set(map(folded, library.genre_names)), key=lambda name: (-len(name), name)):
        if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            genres.append(name)
            text = text.replace(name, " ")
    words = words_in(text)
    moods = tuple(dict.fromkeys(word for word in words if word in MOODS))
    rest = tuple(dict.fromkeys(word for word in words if word not in MOODS and word not in _EMPTY))
    return Wish(phrase.strip(), tuple(genres), moods, tuple(decades), rest)


def wished_mix(library: MusicLibrary, wish: Wish, *, kind: str = "phrase", length: int = LENGTH, seed: str = "",
               heard: Doubles | None = None) -> Mix:
    """The tracks that answer a wish best. Raises UsageError where nothing in the library does."""
    score, why = _scores(library, wish, heard)
    good = np.where((score >= _NEAR_BEST * score.max()) & (library.liking > -0.3), score, 0.0)
    if not (good > 0).any():
        raise UsageError(f"Nothing in your music answers to “{wish.phrase[:60]}”.",
                         remedy="Try a genre of your library, a mood such as calm or party, or a decade such as 90s.")
    limit = np.sort(good)[::-1][min(length * 4, len(good)) - 1]
    weights = np.where(good >= max(limit, 1e-9), good**3 * (1.0 + np.maximum(library.liking, 0.0)), 0.0)
    places = in_order(library, drawn(weights, length, dice("wish", wish.phrase, seed), library.artists))
    picks = tuple(Pick(int(library.ids[place]), why(place)) for place in places)
    return Mix(f"{kind}:{folded(wish.phrase)}", kind, wish.phrase[:1].upper() + wish.phrase[1:], about(library, places),
               picks)


def _scores(library: MusicLibrary, wish: Wish, heard: Doubles | None) -> tuple[Doubles, Callable[[int], str]]:
    """(``(n,)`` 0..1 each track's fit, a function from a place to its reason). Genres and decades must hold."""
    count = len(library)
    names = [folded(name) for name in library.genre_names]
    codes = np.array([i for i, name in enumerate(names) if name in wish.genres], np.intp)
    in_genre = np.isin(library.genres, codes) if wish.genres else np.ones(count, np.bool_)
    tens = library.years // 10 * 10
    in_decade = np.isin(tens, wish.decades) if wish.decades else np.ones(count, np.bool_)
    asked = [_mood_fit(library, [MOODS[word] for word in wish.moods])] if wish.moods else []
    said = np.array([sum(word in words for word in wish.words) for words in library.words]) if wish.words else None
    if said is not None and said.any():
        asked += [said / len(wish.words)] * 2  # a word that is really there counts more than a mood
    if heard is not None:
        asked.append(np.clip(heard, 0.0, 1.0))
    if not asked and wish.words and not (wish.genres or wish.decades):
        return np.zeros(count), lambda _place: ""
    score = np.where(in_genre & in_decade, np.mean(asked, axis=0) if asked else np.ones(count), 0.0)
    if said is not None and said.any() and not (wish.moods or wish.genres or wish.decades):
        score = np.where(said > 0, score, 0.0)

    def why(place: int) -> str:
        row, parts = library.rows[place], []
        if wish.genres:
            parts.append(row.genre)
        if wish.decades and row.year:
            parts.append(str(row.year))
        parts += [word for word in wish.words if word in library.words[place]]
        if wish.moods:
            parts.append(f"fits “{' '.join(wish.moods)}”")
        said = ", ".join(parts) or "sounds like it"
        return said[:1].upper() + said[1:]

    return score, why


def _mood_fit(library: MusicLibrary, moods: Sequence[Mood]) -> Doubles:
    """``(n,)`` 0..1: how near energy, tempo and mode are to the moods' mean; what is unknown counts a little."""
    parts = []
    for values, wanted, width in ((library.energy, [m.energy for m in moods], 2.0),
                                  (library.bpm, [m.bpm for m in moods], 25.0),
                                  (library.minor, [None if m.mode is None else float(m.mode < 0) for m in moods], 0.8)):
        known = [value for value in wanted if value is not None]
        if known:
            off = (values - float(np.mean(known))) / width
            parts.append(np.nan_to_num(np.exp(-0.5 * off**2), nan=0.25))
    return np.asarray(np.prod(parts, axis=0) ** (1 / len(parts)), np.float64)


def genre_wish(library: MusicLibrary, genre: str) -> Wish:
    """Raises UsageError for a genre that no track has."""
    name = folded(genre)
    near = [one for one in map(folded, library.genre_names) if name and (one == name or name in one.split())]
    if not near:
        raise UsageError(f"No track in your library is “{genre[:60]}”.",
                         remedy="“podmix library list --sort genre” shows the genres there are.")
    return Wish(genre, tuple(sorted(set(near))))
