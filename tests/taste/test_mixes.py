# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes as algorithms: modes that last, pages without repetition, wishes, blends, paths."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.errors import UsageError
from podmix.taste.interests import unit_rows
from podmix.taste.mixes.blend import blended, match_score
from podmix.taste.mixes.choosing import dice, drawn, in_order, step_costs
from podmix.taste.mixes.daily import PAGE, daily_mix, daily_mixes
from podmix.taste.mixes.joining import enhanced, sound_path
from podmix.taste.mixes.library import MusicLibrary, TrackRow
from podmix.taste.mixes.modes import Mode, find_modes
from podmix.taste.mixes.wishes import genre_wish, read_wish, wished_mix
from podmix.taste.taste_file import Named, SharedInterest, TasteFile

GENRES = ("House", "Piano", "Rock", "Deep House")


def library(count: int = 240, *, heard: bool = True, sounds: bool = True, seed: int = 0) -> MusicLibrary:
    """Track ``i`` is of genre ``i % 4``, which has a sound, a tempo and an energy; ids are ``100 + i``."""
    rng = np.random.default_rng(seed)
    kind = np.arange(count) % 4
    rows = tuple(TrackRow(100 + i, f"Song {i}", f"Artist {i % 40}", "Album", GENRES[kind[i]], 1960 + (i * 7) % 60,
                          (124.0, 75.0, 150.0, 118.0)[kind[i]] + rng.normal(), (7.0, 2.0, 8.5, 5.0)[kind[i]],
                          bool(i % 2), "8A" if i % 2 else "8B", (0.9 if i % 5 == 0 else 0.0) if heard else 0.0,
                          float(rng.integers(0, 200)) if heard and i % 5 == 0 else math.inf) for i in range(count))
    vectors = unit_rows(np.eye(16)[kind] * 2 + rng.normal(0, 0.3, (count, 16)))
    return MusicLibrary(rows, vectors if sounds else np.zeros((count, 16), np.float32))


def genre_of(music: MusicLibrary, track: int) -> str:
    return music.rows[music.place_of[track]].genre


def test_modes_are_the_kinds_of_music_and_keep_their_names() -> None:
    music = library()
    first = find_modes(music)
    assert 3 <= len(first) <= 6
    assert len({mode.name for mode in first}) == len(first)
    # Next day: some more was heard, some tracks came.
    rows = tuple(replace(row, liking=0.8, heard_days=1.0) if row.number % 9 == 0 else row for row in music.rows)
    second = find_modes(MusicLibrary(rows, music.sounds), first)
    assert {(mode.number, mode.name) for mode in first} & {(mode.number, mode.name) for mode in second} == \
        {(mode.number, mode.name) for mode in first}


def test_modes_are_there_before_anything_was_heard_and_without_sounds() -> None:
    assert len(find_modes(library(heard=False))) >= 2
    assert len(find_modes(library(heard=False, sounds=False))) >= 2
    assert find_modes(library(0)) == []
    assert len(find_modes(library(1))) == 1
    assert len(find_modes(library(7))) == 1


def test_modes_of_an_older_space_are_left_behind() -> None:
    old = [Mode(1, "Old", unit_rows(np.ones(3)))]
    assert "Old" not in {mode.name for mode in find_modes(library(), old)}


def test_daily_pages_hold_together_do_not_repeat_and_never_end() -> None:
    music = library()
    modes = find_modes(music)
    mode = modes[0]
    pages = [daily_mix(music, modes, mode, "2026-11-23", page=page).tracks for page in range(2)]
    assert not set(pages[0]) & set(pages[1]) or len(pages[0]) < PAGE
    assert all(len(page) == len(set(page)) for page in pages)
    main = max(GENRES, key=lambda g: sum(genre_of(music, t) == g for t in pages[0]))
    assert sum(genre_of(music, t) == main for t in pages[0]) > len(pages[0]) * 0.6
    assert daily_mix(music, modes, mode, "2026-11-23", page=9).tracks, "endless"
    assert daily_mix(music, modes, mode, "2026-11-23").tracks == pages[0], "the same all day"
    assert daily_mix(music, modes, mode, "2026-11-24").tracks != pages[0], "another tomorrow"


def test_daily_mixes_hold_favourites_rediscoveries_and_what_fits() -> None:
    music = library()
    modes = find_modes(music)
    reasons = [pick.reason for mix in daily_mixes(music, modes, "d") for pick in mix.picks]
    for words in ("favourites", "have not heard it for", "never played"):
        assert any(words in reason for reason in reasons), words


def test_what_is_disliked_is_in_no_mix() -> None:
    music = library()
    bad = {row.number for row in music.rows if row.number % 3 == 0}
    music = MusicLibrary(tuple(replace(row, liking=-1.0) if row.number in bad else row for row in music.rows),
                         music.sounds)
    modes = find_modes(music)
    made = [*daily_mixes(music, modes, "d"), wished_mix(music, genre_wish(music, "House")),
            enhanced(music, [100, 104]), sound_path(music, 100, 101, 6)]
    own = {100, 101, 104}
    assert not (bad - own) & {track for mix in made for track in mix.tracks}


@settings(max_examples=25)
@given(st.integers(0, 200), st.integers(1, 40), st.integers(0, 5))
def test_draws_are_without_repetition_and_spare_artists(seed: int, count: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random(60) < 0.2, 0.0, rng.random(60))
    artists = rng.integers(-1, 12, 60)
    found = drawn(weights, count, dice(seed), artists, most_of_artist=most, taken=[0, 1])
    assert len(found) == len(set(found)) == min(count, int((weights[2:] > 0).sum()))
    assert not {0, 1} & set(found)
    assert all(weights[i] > 0 for i in found)
    assert found == drawn(weights, count, dice(seed), artists, most_of_artist=most, taken=[0, 1])


def test_an_order_keeps_every_track_and_is_smoother_than_chance() -> None:
    music = library()
    places = list(np.random.default_rng(0).permutation(len(music))[:40])
    order = in_order(music, places)
    assert sorted(order) == sorted(places)

    def rough(way: list[int]) -> float:
        costs = step_costs(music, np.array(way), np.array(way))
        return float(np.diag(costs, 1).mean())

    assert rough(order) < 0.6 * rough(places)
    assert in_order(music, []) == []
    assert in_order(music, [3]) == [3]


def test_a_phrase_is_read() -> None:
    wish = read_wish(library(), "Rainy Sunday deep house from the 90s, song")
    assert (wish.genres, wish.moods, wish.decades, wish.words) == (("deep house",), ("rainy", "sunday"), (1990,),
                                                                   ("from", "song"))
    for nothing in ("", "   ", "x" * 300):
        with pytest.raises(UsageError):
            read_wish(library(), nothing)


@pytest.mark.parametrize(("phrase", "genre"), [("calm", "Piano"), ("run", "Rock"), ("quiet sleep", "Piano")])
def test_a_mood_finds_its_music(phrase: str, genre: str) -> None:
    music = library()
    mix = wished_mix(music, read_wish(music, phrase), length=20)
    assert sum(genre_of(music, track) == genre for track in mix.tracks) >= 14


def test_a_decade_is_kept_and_a_word_is_found() -> None:
    music = library()
    nineties = wished_mix(music, read_wish(music, "90s"))
    assert {music.rows[music.place_of[t]].year // 10 for t in nineties.tracks} == {199}  # type: ignore[operator]
    one = wished_mix(music, read_wish(music, "song artist 17"))
    assert any(music.rows[music.place_of[t]].artist == "Artist 17" for t in one.tracks)
    with pytest.raises(UsageError):
        wished_mix(music, read_wish(music, "qqqq zzzz"))


def test_a_model_that_hears_decides_where_it_is_there() -> None:
    music = library()
    heard = np.zeros(len(music))
    heard[7] = 1.0
    mix = wished_mix(music, read_wish(music, "glockenspiel"), heard=heard)
    assert mix.tracks == (107,)


def taste(name: str, genre: int, artists: tuple[int, ...] = ()) -> TasteFile:
    return TasteFile(name, sounds=(SharedInterest("s", tuple(map(float, np.eye(16)[genre])), 1.0),),
                     artists=tuple(Named(f"Artist {n}", 1.0) for n in artists), genres=(Named(GENRES[genre], 1.0),))


def test_a_match_is_even_and_complete_only_with_oneself() -> None:
    ada, ben, cy = taste("Ada", 0, (1, 2)), taste("Ben", 0, (1, 5)), taste("Cy", 1, (9,))
    assert match_score(ada, ada) == 100
    assert match_score(ada, ben) == match_score(ben, ada)
    assert 100 > match_score(ada, ben) > match_score(ada, cy)
    assert match_score(ada, TasteFile("Empty")) == 0


def test_a_blend_says_whose_each_is_and_is_fair() -> None:
    music = library()
    mix = blended(music, taste("Ada", 0), taste("Cy", 1), "s")
    by = {whose: [genre_of(music, pick.track) for pick in mix.picks if pick.whose == whose]
          for whose in ("you", "friend")}
    assert set(by["you"]) <= {"House", "Deep House"}
    assert set(by["friend"]) == {"Piano"}
    assert 0.5 < len(by["you"]) / len(by["friend"]) < 2
    with pytest.raises(UsageError):
        blended(music, TasteFile("Ada"), TasteFile("Cy"), "s")
    assert blended(music, taste("Ada", 0), taste("Cy", 1), "another space").picks, "by genre where sounds differ"


def test_enhancing_keeps_the_list_and_adds_what_goes_between() -> None:
    music = library()
    mix = enhanced(music, [100, 104, 9_999, 108], every=1)
    assert [pick.track for pick in mix.picks if not pick.added] == [100, 104, 108]
    added = [pick.track for pick in mix.picks if pick.added]
    assert len(set(added)) == 3
    assert {genre_of(music, track) for track in added} == {"House"}
    assert sum(pick.added for pick in enhanced(music, [100, 104, 108, 112], every=2).picks) == 2
    with pytest.raises(UsageError):
        enhanced(music, [9_999])
    assert enhanced(library(2), [100, 101]).tracks == (100, 101), "nothing left to add"


def test_a_path_goes_nearer_with_every_step() -> None:
    music = library()
    mix = sound_path(music, 100, 101, 6)
    places = [music.place_of[track] for track in mix.tracks]
    near = [float(music.character[p] @ music.character[places[-1]]) for p in places]
    assert (mix.tracks[0], mix.tracks[-1], len(set(mix.tracks))) == (100, 101, 8)
    assert np.corrcoef(np.arange(8), near)[0, 1] > 0.8
    for wrong in ((100, 100, 5), (100, 9_999, 5), (100, 101, 0), (100, 101, 500)):
        with pytest.raises(UsageError):
            sound_path(music, *wrong)
    assert sound_path(library(2), 100, 101, 4).tracks == (100, 101)
