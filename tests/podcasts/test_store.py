# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of shows and episodes, and what a refresh may change of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from podmix.database import Database
from podmix.errors import UsageError
from podmix.podcasts.feed import parse_feed
from podmix.podcasts.store import MIGRATIONS, PodcastStore
from podmix.podcasts.types import EpisodeState, Feed, HttpState
from tests.podcasts.feed_samples import RICH_CHANNEL, RICH_ITEM, item, rss

URL = "https://example.org/feed"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PodcastStore]:
    with Database.open(tmp_path / "podmix.sqlite3", MIGRATIONS) as database:
        yield PodcastStore(database, lambda: NOW)


def feed(*items: str, channel: str = "<title>A Show</title>") -> Feed:
    return parse_feed(rss("".join(items), channel), url=URL)


def test_a_show_is_kept_whole(store: PodcastStore) -> None:
    show = store.add_show(feed(RICH_ITEM, item(8), channel=RICH_CHANNEL), URL, "News / Daily")
    assert (show.title, show.url, show.folder, show.episodes) == ("Rich & Famous", URL, "News / Daily", 2)
    assert [one.label for one in show.funding] == ["Support us", ""]
    assert show.categories[0].sub == "Places"
    assert show.podroll[0].feed_url == "https://o.example/f"
    assert (show.kind, show.explicit, show.complete, show.added, show.refreshed) == ("serial", False, True, NOW, NOW)
    second, first = store.episodes(show.id)
    assert (first.title, first.show_title, first.number, first.season) == ("Episode 7", show.title, "Ch.3", 3)
    assert [one.name for one in first.persons] == ["Alice", "Bob"]
    assert [one.name for one in second.persons] == ["Host One"]
    assert [one.url[-3:] for one in first.transcripts] == ["vtt", "srt"]
    assert first.soundbites[0].duration == 60.25
    assert first.chapters[1].title == "Second"
    assert first.chapters_link is not None
    assert (first.state, first.in_feed, first.notes_html) == (EpisodeState.NEW, True, "")
    assert store.more(first.id)["alternate_enclosures"][0]["title"] == "Opus"


def test_notes_leave_the_store_safe(store: PodcastStore) -> None:
    store.add_show(feed(item(1, "<description><![CDATA[<p onclick=x>Hi<script>1</script>"
                                "<img src='https://e.org/a.png'></p>]]></description>")), URL)
    number = store.episodes()[0].id
    episode = store.episode(number)
    assert episode is not None
    assert episode.notes_html == "<p>Hi</p>"
    assert store.notes_text(number) == "Hi"
    asked = store.episode(number, images=True)
    assert asked is not None
    assert "<img" in asked.notes_html
    assert (store.episode(999), store.notes_text(999), store.more(999)) == (None, "", {})


def test_episodes_come_newest_first_and_undated_ones_in_feed_order(store: PodcastStore) -> None:
    undated = "".join(f"<item><title>u{n}</title><guid>u{n}</guid></item>" for n in (1, 2))
    store.add_show(feed(item(1), item(3), item(2), undated), URL)
    assert [one.title for one in store.episodes()] == ["u1", "u2", "Episode 3", "Episode 2", "Episode 1"]
    assert [one.title for one in store.episodes(limit=2, offset=1)] == ["u2", "Episode 3"]


def test_subscribing_twice_is_one_show(store: PodcastStore) -> None:
    first = store.add_show(feed(item(1)), URL)
    store.hide_show(first.id)
    again = store.add_show(feed(item(1), item(2)), f" {URL} ")
    assert (again.id, again.hidden, again.episodes) == (first.id, False, 2)
    assert len(store.shows()) == 1
    with pytest.raises(UsageError):
        store.add_show(feed(), " ")


def test_a_refresh_adds_edits_and_keeps_what_is_the_listeners(store: PodcastStore) -> None:
    show = store.add_show(feed(item(1), item(2)), URL)
    old = store.episodes(show.id)[1]
    store.set_position(old.id, 123.5, played=True)
    store.set_audio(old.id, Path("/a/1.mp3"), 10, "abc", 60.0)
    result = store.update_show(show.id, feed(item(3), item(1).replace("Episode 1", "New title")))
    assert len(result.new_episode_ids) == 1
    assert result.changed_episode_ids == (old.id,)
    kept = store.episode(old.id)
    assert kept is not None
    assert (kept.title, kept.position, kept.played, kept.audio_path, kept.state) == \
        ("New title", 123.5, True, Path("/a/1.mp3"), EpisodeState.DOWNLOADED)
    by_title = {one.title: one for one in store.episodes(show.id)}
    assert len(by_title) == 3
    assert not by_title["Episode 2"].in_feed
    back = store.update_show(show.id, feed(item(3), item(2), item(1).replace("Episode 1", "New title")))
    assert (back.new_episode_ids, back.changed_episode_ids) == ((), (by_title["Episode 2"].id,))
    assert all(one.in_feed for one in store.episodes(show.id))


def test_an_unchanged_feed_changes_nothing(store: PodcastStore) -> None:
    said = feed(RICH_ITEM, item(2), channel=RICH_CHANNEL)
    show = store.add_show(said, URL)
    assert not store.update_show(show.id, said).changed
    assert store.update_show(show.id, replace(said, title="Other")).show_changed
    assert not store.update_show(999, said).changed


def test_a_page_of_a_paged_feed_does_not_age_the_rest(store: PodcastStore) -> None:
    show = store.add_show(feed(item(1), item(2)), URL)
    store.update_show(show.id, replace(feed(item(3)), next_page="https://example.org/feed?page=2"))
    assert all(one.in_feed for one in store.episodes(show.id))


def test_new_ids_are_newest_first(store: PodcastStore) -> None:
    show = store.add_show(feed(), URL)
    result = store.update_show(show.id, feed(item(2), item(5), item(3)))
    episodes = [store.episode(number) for number in result.new_episode_ids]
    assert [one.title for one in episodes if one] == ["Episode 5", "Episode 3", "Episode 2"]


def test_new_guids_for_old_episodes_do_not_double_them(store: PodcastStore) -> None:
    show = store.add_show(feed(item(1), item(2)), URL)
    first = store.episodes(show.id)[1]
    store.set_position(first.id, 50)
    result = store.update_show(show.id, feed(item(1, guid="moved-1"), item(2, guid="moved-2"), item(3)))
    assert len(result.new_episode_ids) == 1
    kept = store.episode(first.id)
    assert kept is not None
    assert (kept.guid, kept.position) == ("moved-1", 50)


def test_one_address_for_every_days_episode_is_not_a_rename(store: PodcastStore) -> None:
    show = store.add_show(feed(item(1, url="https://e.org/today.mp3")), URL)
    assert store.update_show(show.id, feed(item(2, url="https://e.org/today.mp3"))).new_episode_ids
    assert len(store.episodes(show.id)) == 2


def test_copied_guids_lose_no_episode(store: PodcastStore) -> None:
    show = store.add_show(feed(item(1, guid="same"), item(2)), URL)
    first = store.episodes(show.id)[1]
    doubled = feed(item(3, guid="same"), item(1, guid="same"), item(2),
                   "<item><guid>same</guid><title>no audio</title></item>")
    result = store.update_show(show.id, doubled)
    assert len(result.new_episode_ids) == 1
    assert {one.title for one in store.episodes(show.id)} == {"Episode 1", "Episode 2", "Episode 3"}
    again = store.episode(first.id)
    assert again is not None
    assert again.title == "Episode 1"
    assert store.known_guids(show.id) == {"same", "guid-2"}
    assert not store.update_show(show.id, doubled).new_episode_ids
    assert not store.update_show(show.id, feed(item(3, guid="same"), item(2))).new_episode_ids


def test_true_duplicates_are_one_episode_with_sound(store: PodcastStore) -> None:
    store.add_show(feed("<item><guid>guid-1</guid><title>mute</title></item>", item(1), item(1)), URL)
    assert [one.title for one in store.episodes()] == ["Episode 1"]


def test_what_the_last_answer_said(store: PodcastStore) -> None:
    due = NOW + timedelta(hours=1)
    show = store.add_show(feed(item(1)), URL, http=HttpState('"e"', "Mon", next_due=due))
    (state,) = store.feed_states()
    assert (state.etag, state.last_modified, state.next_due, state.refreshed) == ('"e"', "Mon", due, NOW)
    store.note_problem(show.id, "It did not answer.", due)
    store.note_problem(show.id, "Gone.", gone=True)
    state = store.feed_states()[0]
    assert (state.errors, state.problem, state.gone, state.etag) == (2, "Gone.", True, '"e"')
    store.note_unchanged(show.id, due, HttpState(etag='"f"'))
    state = store.feed_states()[0]
    assert (state.errors, state.problem, state.etag, state.last_modified) == (0, "", '"f"', "Mon")
    store.hide_show(show.id)
    assert store.feed_states() == []
    assert store.feed_state(show.id) is not None


def test_shows_move_but_never_onto_each_other(store: PodcastStore) -> None:
    one, two = store.add_show(feed(), URL), store.add_show(feed(), URL + "2")
    assert store.move_show_url(one.id, URL + "3")
    assert not store.move_show_url(two.id, URL + "3")
    store.update_show(two.id, feed(), HttpState(url=URL + "4"))
    found = store.show_by_url(URL + "4")
    assert found is not None
    assert found.id == two.id
    assert store.show_by_url(URL) is None


def test_hide_restore_purge(store: PodcastStore) -> None:
    show = store.add_show(feed(item(1), item(2)), URL)
    store.set_audio(store.episodes()[0].id, Path("/a/2.mp3"), 10, "x")
    store.hide_show(show.id)
    assert (store.shows(), store.episodes(), len(store.shows(hidden=True))) == ([], [], 1)
    assert store.counts()["episodes"] == 0
    store.restore_show(show.id)
    assert store.counts() == {"shows": 1, "episodes": 2, "new": 1, "downloaded": 1, "downloading": 0, "working": 0,
                              "ready": 0, "failed": 0}
    assert store.purge(show.id) == (Path("/a/2.mp3"),)
    assert (store.shows(hidden=True), store.episodes(show.id)) == ([], [])


def test_states_and_audio(store: PodcastStore) -> None:
    store.add_show(feed(item(1), item(2)), URL)
    two, one = store.episodes()
    store.set_state(one.id, EpisodeState.FAILED, "No sound.")
    (failed,) = store.episodes(states=[EpisodeState.FAILED])
    assert (failed.id, failed.problem) == (one.id, "No sound.")
    store.set_state(two.id, EpisodeState.READY)
    store.set_audio(two.id, Path("/x"), 5, "hash", 9.0)
    assert [(e.id, e.state) for e in store.episodes_with_audio()] == [(two.id, EpisodeState.READY)]
    store.clear_audio(two.id)
    cleared = store.episode(two.id)
    assert cleared is not None
    assert (cleared.audio_path, cleared.audio_sha256, cleared.decoded_duration) == (None, "hash", 9.0)
    with pytest.raises(ValueError, match="nonsense"):
        store.set_state(one.id, "nonsense")  # type: ignore[arg-type]


def test_image_folder_and_guid(store: PodcastStore) -> None:
    show = store.add_show(feed(channel=RICH_CHANNEL), URL)
    store.set_image(show.id, Path("/art.jpg"))
    store.set_folder(show.id, "Fun")
    (found,) = store.shows_by_guid("917393E3-1B1E-5CEF-ACE4-EDAA54E1F810")
    assert (found.image_path, found.folder) == (Path("/art.jpg"), "Fun")
    assert store.shows_by_guid("") == []


def test_many_threads(store: PodcastStore) -> None:
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(4):
                show = store.add_show(feed(*(item(n) for n in range(turn + 2))), f"{URL}/{number % 3}")
                store.episodes(show.id)
        except BaseException as problem:  # noqa: BLE001 - handed to the test
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert [show.episodes for show in store.shows()] == [5, 5, 5]
    assert sorted(set(store.episodes_of_shows().values())) == [show.id for show in store.shows()]


def test_two_thousand_long_episodes(store: PodcastStore) -> None:
    notes = f"<description>{'Lorem ipsum ' * 300}</description>"
    show = store.add_show(feed(*(item(n, notes) for n in range(2000))), URL)
    assert show.episodes == 2000
