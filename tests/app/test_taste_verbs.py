# SPDX-License-Identifier: GPL-3.0-or-later
"""Taste and mixes over a real home: reactions move the feed, mixes are made, erasing leaves no byte."""

from __future__ import annotations

import inspect
import json
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from podmix.app.application import Application
from podmix.app.taste_interface import TasteVerbs
from podmix.errors import UsageError
from podmix.music.analysis_kinds import version_of
from podmix.music.library_types import FileRecord, SoundFacts, TrackTags
from podmix.music.scanning import ScanBatch
from podmix.podcasts.types import Enclosure, Feed, FeedItem
from podmix.previews.store import NewPreview
from podmix.search.passages import Passage
from podmix.taste.events import EventKind
from tests.ui.fake_verbs import FakeVerbs

TOPICS = 4
VERBS = [name for name in vars(TasteVerbs) if not name.startswith("_")]


def meaning(topic: int, number: int) -> np.ndarray:
    """Vectors of one topic are alike, of two topics not."""
    rng = np.random.default_rng([topic, number])
    row = np.zeros(384)
    row[topic * 20:topic * 20 + 20] = 1.0
    row += rng.normal(0, 0.35, 384)
    return row / np.linalg.norm(row)


def fill_podcasts(app: Application, shows: int = 6, episodes: int = 5) -> dict[int, int]:
    """Preview id -> topic; show ``n`` talks of topic ``n % TOPICS``."""
    found = {}
    for number in range(shows):
        items = tuple(FeedItem(f"{number}-{i}", f"Episode {i} of {number}", datetime(2026, 1, 1 + i, tzinfo=UTC),
                               Enclosure(f"https://show{number}.example/{i}.mp3")) for i in range(episodes))
        show = app.podcasts.add_show(Feed(f"Show {number}", items=items), f"https://show{number}.example/feed.xml")
        for i, episode in enumerate(app.podcasts.episodes(show.id)):
            app.previews_store.replace(episode.id, [NewPreview(1, 10.0, 70.0, 0.6, f"Minute {number}-{i}", "words", {},
                                                               [])], {})
            app.search_store.index(episode.id, [Passage(5.0, 30.0, "words", ((0, 5.0),))],
                                   meaning(number % TOPICS, number * 100 + i)[None, :])
            found[app.previews_store.of_episode(episode.id)[0].preview_id] = number % TOPICS
    return found


def fill_music(app: Application, folder: Path, count: int = 60) -> list[int]:
    folder.mkdir(exist_ok=True)
    app.add_music_folder(folder, scan=False)
    rng = np.random.default_rng(0)
    genres = ("House", "Piano", "Rock")
    records = tuple(FileRecord(
        str(folder / f"{i}.mp3"), 1000, 1, f"sound-{i}".encode(), SoundFacts("mp3", 200.0),
        TrackTags(title=f"Song {i}", artist=f"Artist {i % 12}", genre=genres[i % 3], year=1990 + i % 30,
                  bpm=(124.0, 80.0, 140.0)[i % 3], energy=(7.0, 2.0, 8.5)[i % 3])) for i in range(count))
    app.music.apply(ScanBatch(records))
    ids = app.music_ids(sort="added")
    for i, track in enumerate(ids):
        row = rng.normal(0, 0.3, 64)
        row[i % 3] += 2
        row /= np.linalg.norm(row)
        app.analyses.save(track, "embedding", version_of("embedding"), {"version": 1}, blob=struct.pack("<64f", *row))
    return list(ids)


@pytest.mark.parametrize("name", VERBS)
def test_the_program_and_the_fake_have_every_verb_with_the_same_arguments(name: str) -> None:
    wanted = [(p.name, p.kind, p.default) for p in inspect.signature(getattr(TasteVerbs, name)).parameters.values()]
    for kind in (Application, FakeVerbs):
        assert [(p.name, p.kind, p.default)
                for p in inspect.signature(getattr(kind, name)).parameters.values()] == wanted


def test_what_is_finished_pulls_its_kind_to_the_top(app: Application) -> None:
    topics = fill_podcasts(app)
    first = app.recommended()
    assert {one.card.preview_id for one in first} == set(topics)
    assert all(one.why and 0 < one.propensity <= 1 for one in first)
    for preview in [p for p, topic in topics.items() if topic == 1][:3]:
        app.seen(preview, 60.0, finished=True)
        app.like(preview, liked=True)
    for preview in [p for p, topic in topics.items() if topic == 0][:3]:
        app.seen(preview, 2.0, finished=False)
    feed = app.recommended()
    heard = {p for p in topics if p not in {one.card.preview_id for one in feed}}
    assert len(heard) == 6, "what was heard is not shown again"
    places = {topic: [i for i, one in enumerate(feed) if topics[one.card.preview_id] == topic and not one.explored]
              for topic in (0, 1)}
    assert np.mean(places[1]) < np.mean(places[0])
    assert any("which you liked" in line for one in feed for line in one.why)
    assert app.recommended() == feed, "the same until something is heard"
    assert len(app.preview_feed()) == len(topics)


def test_less_like_this_acts_at_once(app: Application) -> None:
    topics = fill_podcasts(app)
    app.recommended()
    kind = [p for p, topic in topics.items() if topic == 2]
    before = {one.card.preview_id: one.score for one in app.recommended()}
    after = {one.card.preview_id: one.score for one in app.less_like_this(kind[0])}
    assert kind[0] not in after
    others = [p for p, topic in topics.items() if topic != 2]
    fell = np.mean([before[p] - after[p] for p in kind if p in after])
    assert fell > 0.02
    assert fell > 3 * abs(np.mean([before[p] - after[p] for p in others]))


def test_impressions_are_logged_once_with_their_chances(app: Application) -> None:
    fill_podcasts(app)
    feed = app.recommended()
    app.recommended()
    logged = app.taste_store.impressions()
    assert [(one.number, one.propensity) for one in logged] == [(f.card.preview_id, f.propensity) for f in feed]


def test_an_event_is_taken_in_under_two_milliseconds(app: Application) -> None:
    app.note_reaction("shown", "preview", 1)
    app.recorder.flush()
    spent = []
    for number in range(50):
        began = time.thread_time()
        app.note_reaction("skipped", "track", number, 12.0)
        spent.append(time.thread_time() - began)
    assert sorted(spent)[25] < 0.002
    assert app.recorder.flush()
    assert app.taste_store.event_counts() == {"skipped": 50, "shown": 1}
    with pytest.raises(UsageError):
        app.note_reaction("stolen", "track", 1)


def test_a_fresh_home_has_nothing_and_says_so(app: Application) -> None:
    assert app.recommended() == []
    assert app.mixes() == []
    assert app.suggested_shows() == []
    assert not app.taste_path.with_name("x").exists()
    summary = app.taste_summary()
    assert (summary.events, summary.interests, summary.friends) == ((), (), ())
    with pytest.raises(UsageError):
        app.phrase_mix("rainy")
    with pytest.raises(UsageError):
        app.mix("nothing")


def test_opening_a_home_does_not_open_taste(app: Application) -> None:
    assert not app.taste_path.exists()


def test_daily_mixes_last_all_day_and_follow_the_library(app: Application, tmp_path: Path) -> None:
    ids = fill_music(app, tmp_path / "music")
    for track in ids[:12:3]:
        app.note_track_played(track, 200.0)
    mixes = app.daily_mixes()
    assert 2 <= len(mixes) <= 6
    assert len({mix.title for mix in mixes}) == len(mixes)
    for mix in mixes:
        assert len(set(mix.track_ids)) == len(mix.tracks) > 0
        assert all(one.reason for one in mix.tracks)
    assert app.daily_mixes() == mixes
    assert {m.title for m in app.daily_mixes(page=1)} == {m.title for m in mixes}
    gone = mixes[0].track_ids[0]
    app.remove_tracks([gone])
    assert gone not in {track for mix in app.daily_mixes() for track in mix.track_ids}
    saved = app.save_mix(mixes[0].key, "Kept")
    assert app.playlist(saved).name == "Kept"


def test_mixes_by_wish(app: Application, tmp_path: Path) -> None:
    fill_music(app, tmp_path / "music")
    assert {one.track.genre for one in app.genre_mix("house").tracks} == {"House"}
    quiet = app.phrase_mix("rainy sunday piano")
    assert {one.track.genre for one in quiet.tracks} == {"Piano"}
    assert app.mix(quiet.key) == quiet
    assert all(1990 <= (one.track.year or 0) < 2000 for one in app.decade_mix(1990).tracks)
    loud = app.mood_mix("party", rules={"rules": {"field": "genre", "op": "is_not", "value": "Rock"}})
    assert {one.track.genre for one in loud.tracks[:5]} <= {"House", "Piano"}
    for wrong in (lambda: app.genre_mix("polka"), lambda: app.phrase_mix("zzzz"), lambda: app.mood_mix("blue"),
                  lambda: app.decade_mix(1993), lambda: app.phrase_mix("")):
        with pytest.raises(UsageError):
            wrong()


def test_enhancing_marks_what_it_adds_and_accepting_puts_it_in_place(app: Application, tmp_path: Path) -> None:
    ids = fill_music(app, tmp_path / "music")
    own = [ids[0], ids[3], ids[6]]
    playlist = app.create_playlist("Own", tracks=own)
    card = app.enhance_playlist(playlist)
    assert [int(one.track.id) for one in card.tracks if not one.added] == own
    added = [int(one.track.id) for one in card.tracks if one.added]
    assert len(added) == 3
    assert not set(added) & set(own)
    assert {one.track.genre for one in card.tracks} == {"House"}
    assert app.accept_added(playlist, added[:2]) == 2
    assert app.playlist_track_ids(playlist) == [own[0], added[0], own[1], added[1], own[2]]


def test_a_path_goes_in_steps(app: Application, tmp_path: Path) -> None:
    ids = fill_music(app, tmp_path / "music")
    card = app.sound_path(ids[0], ids[1], steps=4)
    assert (card.track_ids[0], card.track_ids[-1], len(set(card.track_ids))) == (ids[0], ids[1], 6)
    with pytest.raises(UsageError):
        app.sound_path(ids[0], 999_999)


def test_a_blend_with_an_imported_friend(app: Application, tmp_path: Path) -> None:
    ids = fill_music(app, tmp_path / "music")
    app.rate_tracks(ids[0:30:3], 5)
    mine = app.export_taste(tmp_path / "me.json", name="Ada")
    assert str(tmp_path) not in mine.read_text()
    body = json.loads(mine.read_text())
    body["name"] = "Ben"
    (tmp_path / "same.json").write_text(json.dumps(body))
    body["name"], body["sounds"], body["genres"], body["tracks"] = "Cy", [], [{"name": "Piano", "weight": 1.0}], []
    body["artists"] = [{"name": "Artist 1", "weight": 1.0}]
    (tmp_path / "other.json").write_text(json.dumps(body))
    assert app.import_taste(tmp_path / "same.json") == "Ben"
    assert app.import_taste(tmp_path / "other.json") == "Cy"
    same, other = app.blend_mix("ben"), app.blend_mix("Cy")
    assert same.match is not None
    assert other.match is not None
    assert same.match > 90 > other.match
    assert {one.whose for one in same.tracks} == {"both"}
    assert {"you", "friend"} <= {one.whose for one in other.tracks}
    assert all(one.reason for one in other.tracks)
    app.remove_friend("Cy")
    with pytest.raises(UsageError):
        app.blend_mix("Cy")


def test_a_mix_with_previews_between(app: Application, tmp_path: Path) -> None:
    topics = fill_podcasts(app)
    fill_music(app, tmp_path / "music")
    key = app.genre_mix("House").key
    between = [one.preview_id for one in app.with_previews(key).tracks if one.preview_id is not None]
    assert between
    assert set(between) <= set(topics)


def marks_in(folder: Path, marks: list[bytes]) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for mark in marks:
                if mark in data:
                    found.setdefault(mark, []).append(path.name)
    return found


def test_erasing_leaves_no_byte_in_any_file(app: Application, tmp_path: Path) -> None:
    topics = fill_podcasts(app)
    ids = fill_music(app, tmp_path / "music")
    preview = next(iter(topics))
    # Seconds and moments whose bytes occur nowhere else by chance.
    seconds, played = 31.41592653589793, 27.18281828459045
    for number in topics:
        app.seen(number, seconds, finished=False)
    gone = 141.42135623730951
    other = list(topics)[-1]
    app.seen(other, gone, finished=False)
    app.previews_store.remove_episode(app.preview(other).episode_id)  # leaves its bytes on a free page
    app.note_reaction("sought back", "preview", preview)
    app.like(preview, liked=True)
    app.save(preview, saved=True)
    app.note_track_played(ids[0], played)
    app.rate_tracks(ids[:1], 4)
    app.recommended()
    app.genre_mix("House")
    app.daily_mixes()
    app.taste_store.put_document("friend", "Zacharias-Q", app_taste("Zacharias-Q"))
    assert app.recorder.flush()
    backup = app.home.data / "backups" / "podmix-20200101T000000.000000-test.sqlite3"
    backup.parent.mkdir(exist_ok=True)
    import sqlite3

    with app.database.read() as connection:
        copy = sqlite3.connect(backup)
        connection.backup(copy)
        copy.close()
    numbers = [struct.pack(">d", number) for number in (gone, seconds, played)]
    marks = [*numbers, b"Zacharias-Q", b"sought back", b"genre:house"]
    before = marks_in(app.home.data, marks)
    assert set(before) == set(marks), "all of it was there before"
    assert backup.name in before[struct.pack(">d", seconds)]
    app.erase_taste()
    assert marks_in(app.home.data, marks) == {}
    assert app.taste_store.event_counts() == {}
    assert [card.preview_id for card in app.saved_previews()] == [preview], "what was saved stays"
    assert app.music_track(ids[0]).rating == 4
    assert app.music_track(ids[0]).play_count == 0
    assert len(app.recommended()) == len(topics) - 1
    assert {kind.value for kind in EventKind} & set(app.taste_store.event_counts()) == set()


def app_taste(name: str) -> str:
    from podmix.taste.taste_file import TasteFile, taste_text

    return taste_text(TasteFile(name))


def test_notes_survive_a_close(open_app: Any) -> None:
    one = open_app()
    one.note_reaction("opened", "preview", 3)
    one.close()
    assert open_app().taste_store.event_counts() == {"opened": 1}
