# SPDX-License-Identifier: GPL-3.0-or-later
"""The music table: order, filters, words, ratings, plays; and what holds of analyses, corrections and tags."""

from __future__ import annotations

import random

import pytest

from podmix.database import Database
from podmix.errors import UsageError
from podmix.music.analysis_store import AnalysisStore
from podmix.music.library_types import DjCue, DjMarks, TempoMark
from podmix.music.scanning import ScanBatch
from podmix.music.store import MusicStore, TrackFilter
from podmix.music.store_tables import SORTS
from tests.music.library_rows import Clock, fill, record


def test_orders_with_unknown_values_last(store: MusicStore) -> None:
    ids = fill(store, *(record(n, bpm=bpm, title=title, year=year) for n, (bpm, title, year) in enumerate(
        [(None, "The Zoo", 2001), (128.0, "Élan", None), (90.5, "apple", 1999), (174.0, "Banana", 2020)], 1)))
    one, two, three, four = ids
    assert store.track_ids(sort="title") == [three, four, two, one], "no case, accents or articles"
    assert store.track_ids(sort="bpm") == [three, two, four, one]
    assert store.track_ids(sort="bpm", descending=True) == [four, two, three, one]
    assert store.track_ids(sort="year") == [three, one, four, two]
    assert sorted(store.track_ids(sort="random")) == sorted(ids)
    assert store.track_ids(sort="bpm", limit=2) == [three, two]
    for sort in SORTS:
        assert set(store.track_ids(sort=sort)) == set(ids)
    with pytest.raises(UsageError, match="sorted"):
        store.track_ids(sort="bpm; DROP TABLE tracks")


def test_albums_play_in_their_order(store: MusicStore) -> None:
    records = [record(n, artist="B", album="X", disc_number=d, track_number=t)
               for n, (d, t) in enumerate([(2, 1), (1, 2), (1, 10), (1, 1)], 1)]
    ids = fill(store, *records)
    assert store.track_ids(sort="artist") == [ids[3], ids[1], ids[2], ids[0]]


def test_words_are_found_as_they_are_typed(store: MusicStore) -> None:
    night, cafe, signs = fill(store, record(1, title="Night Train", artist="Ada", comment="peak time"),
                              record(2, title="Café del Mar", genre="Chill-Out"), record(3, title="!!!", artist="$$"))
    for text, found in (("nig", {night}), ("TRAIN night", {night}), ("cafe", {cafe}), ("chill", {cafe}),
                        ("ada", {night, cafe} - {cafe}), ("peak", {night}), ("night nothing", set()), ("!!", {signs}),
                        ('"night" OR mar*', set()), ("2.mp3", {cafe}), ("", {night, cafe, signs})):
        if text == "ada":
            found = {night, cafe}
        assert set(store.track_ids(TrackFilter(text))) == found, text
    store.apply(ScanBatch((record(1, title="Day Boat", artist="Ben"),)))
    assert store.track_ids(TrackFilter("night")) == []
    assert store.track_ids(TrackFilter("boat")) == [night]
    store.track_ids(TrackFilter("\udcff \x00 ' \" ( AND NEAR"))  # nothing breaks it


def test_rows_come_in_the_order_asked_for(store: MusicStore) -> None:
    ids = fill(store, *(record(n, key="A minor") for n in range(1, 1201)))
    random.Random(1).shuffle(ids)
    found = store.tracks([*ids, 99_999])
    assert [t.id for t in found] == ids
    assert (found[0].key, found[0].camelot, found[0].format) == ("A minor", "8A", "mp3")
    assert store.track(99_999) is None
    assert store.count() == 1200


def test_ratings_of_the_person_win_over_the_file(store: MusicStore) -> None:
    [track] = fill(store, record(1, rating=3))
    assert stars(store, track) == 3
    store.rate([track], 5)
    store.apply(ScanBatch((record(1, rating=1),)))
    assert stars(store, track) == 5
    store.rate([track], 0)
    assert stars(store, track) is None
    store.rate([track], None)
    assert stars(store, track) == 1
    with pytest.raises(UsageError):
        store.rate([track], 6)


def stars(store: MusicStore, track: int) -> int | None:
    found = store.track(track)
    assert found is not None
    return found.rating


def test_plays(store: MusicStore, clock: Clock) -> None:
    [track] = fill(store, record(1))
    for _ in range(3):
        clock.now += 60
        store.note_played(track, 30.0)
    store.note_played(999)
    found = store.track(track)
    assert found is not None
    assert found.play_count == 3
    assert found.last_played is not None
    assert found.last_played.timestamp() == clock.now


def test_removing_and_restoring(store: MusicStore) -> None:
    one, two = fill(store, record(1), record(2))
    store.remove([one])
    assert store.track_ids() == [two]
    assert store.ids_by_path() == {"/music/2.mp3": two}
    store.apply(ScanBatch((record(1, title="Again"),)))
    assert store.track_ids() == [two]
    store.restore([one])
    assert set(store.track_ids()) == {one, two}


def test_genres(store: MusicStore) -> None:
    fill(store, *(record(n, genre=g) for n, g in enumerate(["House", "house", "Dub", ""], 1)))
    assert [n for _, n in store.genres()] == [2, 1]


# -- what holds --


def shown(store: MusicStore, track: int) -> tuple[float | None, str, float | None, float | None]:
    found = store.track(track)
    assert found is not None
    return found.bpm, found.key, found.energy, found.lufs


def test_by_hand_before_analysis_before_tags(store: MusicStore, analyses: AnalysisStore, clock: Clock) -> None:
    [track] = fill(store, record(1, bpm=120.0, key="C major", energy=4.0))
    assert shown(store, track) == (120.0, "C major", 4.0, None)
    analyses.save_all(track, {"beats": ("b1", {"tempo": 121.5, "beats": [0.5, 1.0]}, b""),
                              "key": ("k1", {"key": "A minor"}, b""), "energy": ("e1", {"energy": 7}, b""),
                              "loudness": ("l1", {"lufs": -9.25}, b"")})
    assert shown(store, track) == (121.5, "A minor", 7.0, -9.25)
    analyses.correct(track, "beats", {"tempo": 60.75})
    analyses.correct(track, "key", {"key": "8B"})
    clock.now += 1
    analyses.save(track, "beats", "b2", {"tempo": 130.0})
    assert shown(store, track)[:2] == (60.75, "C major"), "a new analysis never overwrites a correction"
    assert analyses.current(track, "beats") == ({"tempo": 60.75}, "hand")
    store.apply(ScanBatch((record(1, bpm=99.0),)))
    assert shown(store, track)[0] == 60.75, "nor does a scan"
    analyses.correct(track, "beats", None)
    assert shown(store, track)[0] == 130.0, "the person went back to the analysis"
    assert analyses.current(track, "beats") == ({"tempo": 130.0}, "b2")
    assert [c.payload for c in analyses.corrections(track, "beats")] == [None, {"tempo": 60.75}]


def test_a_track_without_a_pulse_shows_its_tag(store: MusicStore, analyses: AnalysisStore) -> None:
    [track] = fill(store, record(1, bpm=90.0))
    analyses.save(track, "beats", "b1", {"tempo": None, "beats": []})
    assert shown(store, track)[0] == 90.0


def test_versions_and_what_is_lacking(store: MusicStore, analyses: AnalysisStore, clock: Clock) -> None:
    one, two, gone = fill(store, record(1), record(2), record(3))
    store.apply(ScanBatch(missing=("/music/3.mp3",)))
    wanted = {"beats": "b2", "key": "k1"}
    assert analyses.lacking(wanted) == [one, two]
    analyses.save(one, "beats", "b1", {"tempo": 1.0})
    analyses.save(one, "key", "k1", {"key": "Am"})
    assert analyses.lacking(wanted) == [one, two]
    clock.now += 1
    analyses.save(one, "beats", "b2", {"tempo": 2.0}, keep_older=True)
    assert analyses.lacking(wanted) == [two]
    assert analyses.lacking(wanted, tracks=[one]) == []
    newest = analyses.analysis(one, "beats")
    assert newest is not None
    assert (newest.version, newest.payload) == ("b2", {"tempo": 2.0})
    analyses.save(gone, "key", "k1", {})
    analyses.save(12_345 if gone else gone, "key", "k1", {})  # a track that is gone: nothing happens
    with pytest.raises(UsageError, match="no analysis"):
        analyses.save(one, "colour", "1", {})
    with pytest.raises(ValueError, match="JSON"):
        analyses.save(one, "key", "1", {"x": float("nan")})


def test_blobs_and_large_payloads(store: MusicStore, analyses: AnalysisStore, database: Database) -> None:
    [track] = fill(store, record(1))
    beats = {"tempo": 120.0, "beats": [n * 0.5 for n in range(5000)]}
    analyses.save(track, "beats", "b", beats)
    analyses.save(track, "waveform", "w", {"bands": 3}, blob=bytes(range(256)) * 100)
    found = analyses.analysis(track, "waveform")
    assert found is not None
    assert found.blob == bytes(range(256)) * 100
    stored = analyses.analysis(track, "beats")
    assert stored is not None
    assert stored.payload == beats
    with database.read() as connection:
        size = connection.execute("SELECT length(payload) FROM analyses WHERE kind = 'beats'").fetchone()[0]
    assert size < 15_000, "packed"


def test_another_sound_under_the_same_name(store: MusicStore, analyses: AnalysisStore) -> None:
    """Analyses go, corrections of times hold only while the length does, corrections without times always."""
    [track] = fill(store, record(1))
    analyses.save(track, "beats", "b", {"tempo": 100.0})
    analyses.correct(track, "cues", {"cues": [1.0]})
    analyses.correct(track, "key", {"key": "Am"})
    assert analyses.analysis(track, "beats")
    store.apply(ScanBatch((record(1, sound=77, duration=200.01),)))
    assert analyses.analysis(track, "beats") is None
    assert analyses.lacking({"beats": "b"}) == [track]
    assert analyses.current(track, "cues") == ({"cues": [1.0]}, "hand"), "a new encoding of the same recording"
    store.apply(ScanBatch((record(1, sound=78, duration=300.0),)))
    assert analyses.current(track, "cues") is None
    assert len(analyses.corrections(track, "cues")) == 1, "it is kept all the same"
    assert shown(store, track)[1] == "A minor"
    store.apply(ScanBatch((record(1),)))
    assert analyses.current(track, "cues") == ({"cues": [1.0]}, "hand")
    assert analyses.analysis(track, "beats"), "and so is the analysis of the old sound"


def test_corrections_outlive_the_track(store: MusicStore, analyses: AnalysisStore, database: Database) -> None:
    [track] = fill(store, record(1))
    analyses.correct(track, "beats", {"tempo": 87.0})
    with database.write() as connection:
        connection.execute("INSERT INTO track_words (track_words) VALUES ('delete-all')")
        connection.execute("DELETE FROM tracks")
    [again] = fill(store, record(1, path="/elsewhere/1.mp3"))
    assert again != track
    assert shown(store, again)[0] == 87.0


def test_a_correction_needs_a_track(analyses: AnalysisStore) -> None:
    with pytest.raises(UsageError):
        analyses.correct(5, "beats", {})


def test_marks_of_other_programs_by_source(store: MusicStore, analyses: AnalysisStore, clock: Clock) -> None:
    serato = DjMarks("serato", (DjCue("cue", 1.0, None, "drop", 0, (204, 0, 0)),), ())
    [track] = fill(store, record(1, marks=serato))
    assert analyses.imported_marks(track) == [serato]
    clock.now += 1
    other = DjMarks("rekordbox", (DjCue("loop", 4.0, 8.0),), (TempoMark(0.1, 128.0, 4, 3),))
    analyses.import_marks(track, other)
    assert analyses.imported_marks(track) == [other, serato]
    analyses.import_marks(track, DjMarks("rekordbox"))
    store.apply(ScanBatch((record(1),)))
    assert analyses.imported_marks(track) == [], "the file holds no marks any more"
