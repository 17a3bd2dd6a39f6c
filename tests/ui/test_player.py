# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's side of playback: episode seconds, ends, errors, the queue."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from podmix.app.views import ChapterRow
from podmix.ui.player import Player
from podmix.ui.playing import TrackRow, engine_options
from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs


@pytest.fixture
def port():
    return FakePlayer()


@pytest.fixture
def player(qapp, port):
    made = Player(port, FakeVerbs().setting)
    made.start()
    yield made
    made.close()


@pytest.fixture
def card():
    return FakeVerbs().preview(1)


def test_a_preview_plays_its_span_of_the_episode(player, port, card):
    assert player.play_preview(card)
    assert port.called("load") == [(str(card.audio), card.start, card.end, card.start, True)]
    port.position += 3.0
    player.poll()
    assert player.position == pytest.approx(card.start + 3)


def test_a_cut_clip_plays_from_zero_but_tells_episode_time(player, port, card):
    clip = dataclasses.replace(card, clip=Path("/nowhere/clip.ogg"))
    player.play_preview(clip)
    path, first, last, at, _ = port.called("load")[0]
    assert (path, first, at) == ("/nowhere/clip.ogg", 0.0, 0.0)
    assert last == pytest.approx(card.end - card.start)
    port.position = 2.0
    player.poll()
    assert player.position == pytest.approx(card.start + 2)


def test_without_audio_nothing_is_loaded(player, port, card):
    assert not player.play_preview(dataclasses.replace(card, audio=None))
    assert port.called("load") == []


def test_the_end_is_told_once_and_play_starts_over(qtbot, player, port, card):
    ends = []
    player.ended.connect(ends.append)
    player.play_preview(card)
    port.position = card.end + 1
    for _ in range(3):
        player.poll()
    assert len(ends) == 1
    assert not player.playing
    player.toggle()
    assert port.called("seek")[-1] == (card.start,)


def test_the_cards_around_are_warm_and_follow_only_where_that_is_wished(player, port, card):
    verbs = FakeVerbs()
    after, before = verbs.preview(2), verbs.preview(3)
    player.play_preview(card)
    player.warm_previews(after, before)
    assert [item.key for item in port.warmed] == ["preview 2", "preview 3"]
    assert port.following == []
    heard, on = [], []
    player.ended.connect(heard.append)
    player.went_on.connect(lambda old, new: on.append((old.preview_id, new.preview_id)))
    player.set_autoplay(True)
    assert [item.key for item in port.following] == ["preview 2"]
    port.position = card.end
    player.poll()
    assert (player.now.preview_id, player.position, player.playing) == (2, after.start, True)
    assert (heard, on) == ([], [(1, 2)])
    port.position = after.end
    player.poll()
    assert [now.preview_id for now in heard] == [2]
    player.warm_previews(verbs.preview(4))
    player.set_autoplay(False)
    assert port.following == []


def test_what_is_warm_is_what_is_loaded(player, port, card):
    """The engine finds what it has decoded by comparing the whole item."""
    player.warm_previews(card)
    warm = port.warmed[0]
    player.play_preview(card)
    assert port.item == warm


def test_an_episode_can_be_sought_as_a_whole(player, port):
    row = FakeVerbs().episodes(1)[1]
    player.play_episode(row)
    _, first, last, at, play = port.called("load")[0]
    assert (first, last, at, play) == (0.0, None, row.position, True)


def test_next_goes_by_chapters_then_to_the_queue(player, port):
    rows = FakeVerbs().episodes(1)
    chapters = (ChapterRow(0, None, "a"), ChapterRow(100, None, "b"))
    player.play_episode(rows[0], chapters, 10.0)
    player.enqueue(rows[1])
    player.step(1)
    assert player.position == 100
    player.set_crossfade(8.0)
    player.step(1)
    player.poll()
    assert port.called("next") == [(2.0,)], "who asks for the next one does not wait for a long fade"
    assert player.now.episode_id == rows[1].episode_id
    assert player.position == rows[1].position
    assert player.queue == []


def test_the_queue_plays_on_without_the_window(player, port):
    """Auto-advance is the engine's; the window follows, and the heard episode is remembered as heard."""
    first, second, third = (FakeVerbs().episodes(show)[0] for show in (1, 2, 3))
    left, told = [], []
    player.left_off.connect(lambda now, position: left.append((now.episode_id, position)))
    player.queue_changed.connect(lambda: told.append([row.episode_id for row in player.queue]))
    player.enqueue(second)
    player.enqueue(third)
    assert port.called("queue") == [], "nothing plays: there is nothing to follow"
    player.play_episode(first)
    assert [item.key for item in port.following] == [f"episode {row.episode_id}" for row in (second, third)]
    for _ in range(3):  # now the file's own length is known, and the engine has surely taken in what follows
        player.poll()
    loads, queues = len(port.called("load")), len(port.called("queue"))
    port.position = port.length
    player.poll()
    assert player.now.episode_id == second.episode_id
    assert left == [(first.episode_id, port.length)]
    assert told[-1] == [third.episode_id]
    assert len(port.called("load")) == loads
    assert len(port.called("queue")) == queues, "the engine knows what it has taken off"
    assert player.playing


def test_what_the_engine_passed_is_taken_off_the_queue(player, port):
    rows = [FakeVerbs().episodes(show)[0] for show in (1, 2, 3)]
    player.play_episode(rows[0])
    for row in rows[1:]:
        player.enqueue(row)
    for _ in range(3):
        player.poll()
    port.next()
    port.next()  # a file that could not be read was over before anybody looked
    player.poll()
    assert player.now.episode_id == rows[2].episode_id
    assert player.queue == []


def test_a_removed_episode_that_had_begun_meanwhile_is_still_shown(player, port):
    rows = [FakeVerbs().episodes(show)[0] for show in (1, 2)]
    player.play_episode(rows[0])
    player.enqueue(rows[1])
    port.next()
    player.unqueue(rows[1].episode_id)
    player.poll()
    assert player.now.episode_id == rows[1].episode_id


def test_the_order_may_change_while_the_engine_goes_on(player, port):
    """It went on by the old order: nothing is lost of the new one, and nothing comes twice."""
    rows = [FakeVerbs().episodes(show)[0] for show in (1, 2, 3)]
    player.play_episode(rows[0])
    for row in rows[1:]:
        player.enqueue(row)
    for _ in range(3):
        player.poll()
    port.next()
    gone_on = port.item
    player.up_next.move(1, 0)
    assert [item.key for item in port.following] == [f"episode {rows[k].episode_id}" for k in (2, 1)]
    player.poll()
    assert port.item is gone_on
    assert player.now.episode_id == rows[1].episode_id
    assert [row.episode_id for row in player.queue] == [rows[2].episode_id]
    assert [item.key for item in port.following] == [f"episode {rows[2].episode_id}"]


def test_a_load_just_after_the_engine_went_on_restores_the_queue(player, port):
    rows = [FakeVerbs().episodes(show)[0] for show in (1, 2, 3)]
    other = FakeVerbs().episodes(4)[0]
    player.play_episode(rows[0])
    for row in rows[1:]:
        player.enqueue(row)
    port.next()
    player.play_episode(other)
    assert [item.key for item in port.following] == [f"episode {row.episode_id}" for row in rows[1:]]


def test_a_preview_in_between_is_not_followed_by_the_queue(player, port, card):
    rows = [FakeVerbs().episodes(show)[0] for show in (1, 2)]
    player.play_episode(rows[0])
    player.enqueue(rows[1])
    player.play_preview(card)
    assert port.following == []
    player.play_episode(rows[0])
    assert len(port.following) == 1


def test_what_is_not_here_is_passed_over(player, port):
    first, second, third = (FakeVerbs().episodes(show)[0] for show in (1, 2, 3))
    player.enqueue(dataclasses.replace(second, audio=None))
    player.enqueue(third)
    player.play_episode(first)
    assert [item.key for item in port.following] == [f"episode {third.episode_id}"]
    assert not player.play_queued(0)
    player.step(1)
    player.poll()
    assert player.now.episode_id == third.episode_id
    assert [row.episode_id for row in player.queue] == [second.episode_id]


def test_a_followed_episode_begins_where_it_was_left_and_can_be_sought_before_that(player, port):
    rows = FakeVerbs().episodes(1)
    player.play_episode(rows[0])
    player.enqueue(rows[1])
    player.step(1)
    player.poll()
    assert port.item.start == rows[1].position > 0
    player.seek(rows[1].position + 30)
    assert port.called("seek")[-1] == (rows[1].position + 30,)
    player.seek(5.0)
    assert port.called("load")[-1] == (str(rows[1].audio), 0.0, None, 5.0, True)
    player.poll()
    assert player.position == 5.0


def test_what_was_heard_begins_again(player, port):
    row = FakeVerbs().episodes(1)[0]
    player.play_episode(dataclasses.replace(row, position=row.duration))
    assert port.called("load")[-1][3] == 0.0


def test_the_file_says_how_long_an_episode_is(player, port):
    row = dataclasses.replace(FakeVerbs().episodes(1)[0], duration=None)
    player.play_episode(row)
    player.poll()
    assert player.now.span == (0.0, port.length)


def test_after_the_end_play_goes_to_what_was_put_up_next(player, port):
    rows = [FakeVerbs().episodes(show)[0] for show in (1, 2)]
    player.play_episode(rows[0])
    port.position = port.length
    player.poll()
    assert not player.playing
    player.enqueue(rows[1])
    player.toggle()
    player.poll()
    assert (player.now.episode_id, player.playing) == (rows[1].episode_id, True)


def test_what_plays_is_not_put_up_next(player):
    row = FakeVerbs().episodes(1)[0]
    player.play_episode(row)
    assert not player.enqueue(row)
    assert player.queue == []


def test_play_without_anything_begins_the_queue(player, port):
    row = FakeVerbs().episodes(1)[0]
    player.enqueue(row)
    player.toggle()
    assert player.now.episode_id == row.episode_id
    assert port.playing


def test_where_an_episode_was_left_is_told(player, port, card):
    row = FakeVerbs().episodes(1)[0]
    left = []
    player.left_off.connect(lambda now, position: left.append((now.episode_id, position)))
    player.play_episode(row, start=0.0)
    port.position = 40.0
    player.toggle()
    assert left == [(row.episode_id, 40.0)]
    player.toggle()
    port.position = 55.0
    player.poll()
    player.play_preview(card)
    assert left[1:] == [(row.episode_id, 55.0)]


def test_a_file_that_breaks_is_said_once(player, port, card):
    said = []
    player.problem.connect(said.append)
    player.play_preview(card)
    port.error = "This file makes the decoder stop."
    for _ in range(5):
        player.poll()
    assert [error.message for error in said] == ["This file makes the decoder stop."]
    assert player.silence == ""


def test_no_device_is_shown_as_long_as_it_lasts(player, port, card):
    said, changes = [], []
    player.play_preview(card)
    player.poll()
    assert player.output == "Speakers"
    player.problem.connect(said.append)
    player.output_changed.connect(lambda: changes.append(player.silence))
    port.device, port.error = "", "No sound device was found, so playback is silent."
    for _ in range(3):
        player.poll()
    assert player.playing
    port.device, port.error = "Headphones", ""
    player.poll()
    assert changes == ["No sound device was found, so playback is silent.", ""]
    assert player.output == "Headphones"
    assert said == []


def test_a_broken_file_without_a_device_is_told_apart_from_the_device(player, port, card):
    said = []
    player.problem.connect(said.append)
    port.device, port.error = "", "No sound device was found, so playback is silent."
    player.play_preview(card)
    player.poll()
    port.error, port.ended, port.playing = "This file cannot be read.", True, False
    player.poll()
    assert player.silence == "No sound device was found, so playback is silent."
    assert [error.message for error in said] == ["This file cannot be read."]


def test_a_restart_of_the_engine_is_a_calm_word_said_once(player, port, card):
    said, problems = [], []
    player.notice.connect(said.append)
    player.problem.connect(problems.append)
    player.play_preview(card)
    port.position = card.start + 5
    for _ in range(3):
        port.crash()
        player.poll()
    assert said == ["The sound engine stopped and was started again. Nothing was lost."]
    assert problems == []
    assert player.playing
    assert player.position == card.start + 5


def test_nothing_is_said_twice_at_the_start(player, port):
    assert port.calls == [("start",)]


def test_the_engine_starts_with_the_settings():
    verbs = FakeVerbs()
    verbs.values |= {"playback.volume": 0.4, "playback.speed": 1.5, "playback.skip_silence": True,
                     "playback.crossfade_s": 3.0, "playback.device": "Headphones"}
    options = engine_options(verbs.setting, null_audio=True)
    assert (options.volume, options.speed, options.skip_silence, options.levelling, options.crossfade_s,
            options.device, options.null_audio) == (0.4, 1.5, True, True, 3.0, "Headphones", True)


@pytest.mark.parametrize(("key", "value", "call"), [
    ("playback.levelling", False, ("set_levelling", False)), ("playback.crossfade_s", 4.0, ("set_crossfade", 4.0)),
    ("playback.volume", 0.25, ("set_volume", 0.25)), ("playback.device", "Headphones", ("set_device", "Headphones")),
])
def test_a_setting_acts_at_once_and_is_remembered(player, port, key, value, call):
    kept = []
    player.option_changed.connect(lambda key, value: kept.append((key, value)))
    player.use_setting(key, value)
    assert port.calls[-1] == call
    assert kept == [(key, value)]


def test_speed_stays_in_bounds_and_is_remembered(player, port):
    kept = []
    player.option_changed.connect(lambda key, value: kept.append((key, value)))
    player.set_speed(9)
    assert player.speed == 3.0
    assert kept == [("playback.speed", 3.0)]
    player.faster(-1)
    assert player.speed == 2.5


def test_devices_come_up_when_asked(player):
    player.poll()
    assert player.devices == ()
    player.ask_devices()
    player.poll()
    assert [device.name for device in player.devices] == ["Speakers", "Headphones"]


def test_the_sleep_timer_is_shown_until_it_ran_out(player, port, card):
    player.play_preview(card)
    player.sleep_after(30)
    assert player.sleep_left == 30
    port.advance(10)
    player.poll()
    assert player.sleep_left == 20
    port.advance(20)
    player.poll()
    assert player.sleep_left is None
    assert not player.playing


def test_a_state_from_before_does_not_end_the_sleep_timer(player, port, card):
    player.play_preview(card)
    player.sleep_after(300)
    port.sleep = None  # the engine has not obeyed yet
    player.poll()
    assert player.sleep_left == 300


def test_sleep_at_the_end_of_the_episode(player, port):
    rows = [FakeVerbs().episodes(show)[0] for show in (1, 2)]
    player.play_episode(rows[0])
    player.enqueue(rows[1])
    player.sleep_at_the_end()
    assert port.following == []
    port.position = port.length
    player.poll()
    assert (player.now.episode_id, player.playing, player.sleep_at_end) == (rows[0].episode_id, False, False)
    assert [row.episode_id for row in player.queue] == [rows[1].episode_id]
    assert len(port.following) == 1


# -- tracks of music --


@pytest.fixture
def rows():
    return [row for row in FakeVerbs().episodes() if row.audio is not None]


TRACK = TrackRow(7, "Low Orbit", "Ada", None, Path("/music/low.flac"), 300.0, lufs=-10.0)


def test_a_track_plays_as_music_from_anywhere(player, port):
    assert player.play_track(TRACK, 12.0)
    assert port.item.content == "music"
    assert port.called("load")[-1] == ("/music/low.flac", 0.0, None, 12.0, True)
    assert player.now.key == "track 7"
    assert not player.play_track(dataclasses.replace(TRACK, audio=None))


def test_a_track_leaves_no_place_in_an_episode(qtbot, player, port):
    left = []
    player.left_off.connect(lambda *news: left.append(news))
    player.play_track(TRACK)
    player.poll()
    player.toggle()
    player.play_track(dataclasses.replace(TRACK, track_id=8))
    assert left == []


def test_tracks_and_episodes_follow_each_other(player, port, rows):
    player.play_episode(rows[0])
    player.enqueue(TRACK)
    player.enqueue(rows[1])
    assert [item.key for item in port.following] == ["track 7", f"episode {rows[1].episode_id}"]
    assert port.following[0].content == "music"
    assert player.up_next.ids == ["track 7", rows[1].episode_id]
    port.position = port.length
    player.poll()
    assert player.now.track_id == 7
    assert player.up_next.ids == [rows[1].episode_id]
    assert not player.enqueue(TRACK)


def test_the_metronome_is_a_second_deck_and_comes_in_where_the_track_is(player, port, rows):
    clicks, port.length = Path("/cache/clicks.wav"), 300.0
    player.play_track(TRACK)
    player.enqueue(rows[1])
    port.position = 30.0
    player.poll()
    player.play_beside(clicks)
    mix, at, play = port.called("load_mix")[-1]
    assert (at, play) == (30.0, True)
    assert [(clip.path, clip.deck) for clip in mix.program.clips] == [("/music/low.flac", 0), (str(clicks), 1)]
    assert all(clip.time_map == ((0.0, 0.0), (300.0, 300.0)) for clip in mix.program.clips)
    port.advance(5.0)
    player.poll()
    assert player.position == pytest.approx(35.0)
    player.play_beside(clicks)
    assert len(port.called("load_mix")) == 1, "the same clicks go on"
    player.play_beside(None)
    assert port.called("load")[-1][3] == pytest.approx(35.0)
    assert [item.key for item in port.following] == [f"episode {rows[1].episode_id}"]


def test_after_the_metronome_what_is_up_next_plays(player, port, rows):
    player.play_track(TRACK)
    player.play_beside(Path("/cache/clicks.wav"))
    player.enqueue(rows[1])
    player.poll()
    port.position = 300.0
    player.poll()
    assert player.now.episode_id == rows[1].episode_id


def test_with_levelling_the_metronomes_track_keeps_its_loudness(player, port):
    player.set_levelling(True)
    player.play_track(TRACK)
    player.play_beside(Path("/cache/clicks.wav"))
    mix = port.called("load_mix")[-1][0]
    assert mix.program.clips[0].gain.points[0][1] == pytest.approx(10 ** (-6 / 20))
    assert mix.program.clips[1].gain.points[0][1] == 1.0
