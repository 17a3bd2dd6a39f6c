# SPDX-License-Identifier: GPL-3.0-or-later
"""The Mixes screen from a person's side: choose, make, open, play, keep, decide, and see what is known."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from podmix.app.views import Changed, Part
from podmix.errors import DatabaseError, UsageError
from podmix.ui.mixes.mix_grid import MixGrid
from podmix.ui.mixes.screen import MixesScreen
from tests.ui.mixes.conftest import opened


def daily(screen, number=0):
    return [card for card in screen.home.today.cards if card.kind == "daily" and not any(
        one.preview_id for one in card.tracks)][number]


# -- the first page --


def test_today_a_drive_and_what_was_made_before(screen):
    titles = [card.title for card in screen.home.today.cards]
    assert titles[0] == titles[1] == "Quiet piano", "the drive stands beside the mix it is of"
    assert any(one.preview_id is not None for one in screen.home.today.cards[1].tracks)
    assert {card.kind for card in screen.home.earlier.cards} == {"blend", "phrase"}
    assert not screen.home._hint.isVisibleTo(screen.home), "this listener has played and rated"


def test_places_are_shown_while_mixes_are_made(qtbot, around, verbs, monkeypatch):
    made, go_on = verbs.daily_mixes, threading.Event()
    monkeypatch.setattr(verbs, "daily_mixes", lambda **given: made(**given) if go_on.wait(10) else [])
    screen = MixesScreen(around)
    qtbot.addWidget(screen)
    screen.show()
    screen.activate(True)
    assert screen.home.today.cards == []
    assert screen.home.today.model().rowCount() > 0
    assert "Making" in screen.home._today_title.text()
    go_on.set()
    qtbot.waitUntil(lambda: bool(screen.home.today.cards))


def test_without_music_there_is_one_thing_to_do(qtbot, fresh, verbs):
    verbs.answers |= {"mixes": [], "music_ids": []}
    fresh.reload()
    qtbot.waitUntil(lambda: fresh.body.currentWidget() is fresh.state)
    assert fresh.state.button.text() == "Add a folder"
    fresh.go_back()
    assert fresh.body.currentWidget() is fresh.state, "there is no page behind it"
    fresh.ask()
    assert fresh.body.currentWidget() is fresh.state
    verbs.answers.clear()
    fresh.reload()
    qtbot.waitUntil(lambda: fresh.body.currentWidget() is fresh.home)


def test_a_new_listener_is_told_what_mixes_are_made_of(qtbot, screen, verbs):
    unheard = [dataclasses.replace(card, tracks=tuple(
        dataclasses.replace(one, track=dataclasses.replace(one.track, play_count=0, rating=None))
        for one in card.tracks)) for card in verbs.daily_mixes()]
    verbs.answers["mixes"] = unheard
    screen.reload()
    qtbot.waitUntil(lambda: screen.home._hint.isVisibleTo(screen.home))
    with qtbot.waitSignal(screen.around.ways.screen) as asked:
        screen.home.to_music.click()
    assert asked.args == ["music"]


def test_what_failed_can_be_tried_again(qtbot, screen, verbs):
    verbs.answers["mixes"] = DatabaseError("The library cannot be read.", remedy="Close the other PodMix.")
    screen.reload()
    qtbot.waitUntil(lambda: screen.body.currentWidget() is screen.state)
    verbs.answers.clear()
    screen.state.button.click()
    qtbot.waitUntil(lambda: screen.body.currentWidget() is screen.home and bool(screen.home.today.cards))


def test_changes_of_the_library_are_taken_in_when_the_screen_comes(qtbot, screen, verbs):
    screen.activate(False)
    before = len(verbs.called("mixes"))
    verbs.emit(Changed(Part.MUSIC))
    qtbot.waitUntil(lambda: screen._stale)
    assert len(verbs.called("mixes")) == before, "nobody looks"
    screen.activate(True)
    qtbot.waitUntil(lambda: len(verbs.called("mixes")) > before)


def test_grid_enter_opens_and_the_disc_plays(qtbot, screen):
    grid = screen.home.today
    screen.home.wishes.edit.setFocus()
    grid.setFocus(Qt.FocusReason.TabFocusReason)
    assert grid.chosen == grid.cards[0]
    with qtbot.waitSignal(grid.opened) as said:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert said.args == [grid.cards[0]]
    spot = grid._painter.play_spot(QRectF(grid.visualRect(grid.model().index(2)))).center().toPoint()
    with qtbot.waitSignal(grid.play_wanted) as played:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert played.args == [grid.cards[2]]


@pytest.mark.parametrize("width", [300, 520, 836, 1004, 1600])
def test_a_grid_is_as_high_as_its_rows(qtbot, screen, width):
    grid = MixGrid(screen.around.theme, screen.covers, "Some")
    qtbot.addWidget(grid)
    grid.resize(width, 100)
    grid.set_cards(screen.home.today.cards)
    grid.show()
    last = grid.visualRect(grid.model().index(grid.model().rowCount() - 1))
    assert last.bottom() <= grid.height()
    assert last.right() <= grid.width()


# -- asking --


@pytest.mark.parametrize(("sort", "chip", "verb"), [
    ("genre", "House mix", "genre_mix"), ("mood", "calm mix", "mood_mix"), ("decade", "2020s mix", "decade_mix")])
def test_a_chip_makes_a_mix(qtbot, screen, verbs, sort, chip, verb):
    bar = screen.home.wishes
    next(part for part in bar.sort.findChildren(type(bar.make))
         if part.accessibleName().lower() == f"choose by: {sort}").click()
    found = next(button for button in bar.chips.findChildren(type(bar.make)) if button.accessibleName() == chip
                 and button.isVisibleTo(bar))
    found.click()
    qtbot.waitUntil(lambda: screen.front_card is not None)
    assert len(verbs.called(verb)) == 1
    assert screen.front_card.kind == sort


def test_many_chips_wait_behind_one(qtbot, screen):
    bar = screen.home.wishes
    bar.show_choices([f"Genre {n}" for n in range(40)], [], [])
    shown = [button for button in bar.chips.findChildren(type(bar.make)) if button.isVisibleTo(bar)]
    assert shown[-1].accessibleName() == "Show 31 more"
    shown[-1].click()
    assert bar._flow.count() == 40


def test_ones_own_words_make_a_mix(qtbot, screen, verbs):
    screen.ask()
    assert screen.home.wishes.edit.hasFocus()
    assert not screen.home.wishes.make.isEnabled()
    qtbot.keyClicks(screen.home.wishes.edit, "rainy sunday piano")
    qtbot.keyClick(screen.home.wishes.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.front_card is not None)
    assert verbs.called("phrase_mix")[-1] == ("rainy sunday piano", None)


def test_a_wish_that_nothing_answers_leads_back_to_asking(qtbot, screen, verbs):
    verbs.answers["phrase_mix"] = UsageError("Nothing in your music answers to “xyz”.", remedy="Try a genre.")
    screen.wish("phrase", "xyz")
    qtbot.waitUntil(lambda: screen.state.button.text() == "Choose another one")
    screen.state.button.click()
    assert screen.body.currentWidget() is screen.home
    assert screen.home.wishes.edit.hasFocus()


# -- one mix --


def test_a_mix_shows_tracks_with_reasons_keys_and_tempi(qtbot, screen):
    page = opened(qtbot, screen, daily(screen))
    rows = page.list.rows_model
    assert [row.one for row in rows.rows] == list(screen.front_card.tracks)
    spoken = rows.data(rows.index(0), Qt.ItemDataRole.AccessibleTextRole)
    one = screen.front_card.tracks[0]
    for words in (one.track.title, one.track.artist, one.reason, "key 8A", "BPM"):
        assert words in spoken
    assert "12 tracks" in page.facts.text()
    assert "BPM" in page.facts.text()
    screen.go_back()
    assert screen.body.currentWidget() is screen.home


def test_play_goes_through_the_queue_and_keeps_what_others_put_there(qtbot, screen, verbs, port):
    from podmix.ui.playing import TrackRow

    player = screen.around.player
    player.enqueue(TrackRow(900, "Mine", "Me", None, Path("/music/mine.flac"), 100.0))
    page = opened(qtbot, screen, daily(screen))
    page.play.click()
    tracks = list(screen.front_card.track_ids)
    assert player.now.track_id == tracks[0]
    assert player.up_next.ids == [*(f"track {one}" for one in tracks[1:]), "track 900"]
    assert verbs.called("note_mix_played") == [(daily(screen).key,)]
    opened(qtbot, screen, daily(screen, 1))
    screen.play()
    player.poll()
    left = [f"track {one}" for one in screen.front_card.track_ids[1:]]
    assert player.up_next.ids == [*left, "track 900"], "what the mix before left does not pile up"


def test_play_from_a_row_on(qtbot, screen, verbs):
    page = opened(qtbot, screen, daily(screen))
    page.list.choose(3)
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    assert screen.around.player.now.track_id == screen.front_card.track_ids[3]


def test_a_drive_plays_previews_between_the_tracks(qtbot, screen, verbs, port):
    drive = screen.home.today.cards[1]
    page = opened(qtbot, screen, drive)
    kinds = ["preview" if row.is_preview else "track" for row in page.list.rows_model.rows]
    assert kinds[4:6] == ["preview", "track"]
    assert page.title.whole == "Morning drive"
    screen.play()
    player = screen.around.player
    assert player.up_next.ids[3] == "preview 1"
    for _ in range(4):
        player.step(1)
        player.poll()
    assert player.now.preview_id == 1
    assert player.now.queued
    player.step(1)
    player.poll()
    assert player.now.track_id == drive.track_ids[4], "after the preview the music goes on"
    screen.toggle_previews()
    qtbot.waitUntil(lambda: not any(row.is_preview for row in page.list.rows_model.rows))


def test_files_that_are_missing_are_said(qtbot, screen, toasts, verbs):
    card = daily(screen)
    gone = dataclasses.replace(card, tracks=tuple(
        dataclasses.replace(one, track=dataclasses.replace(one.track, missing=True)) for one in card.tracks))
    opened(qtbot, screen, gone)
    screen.play()
    assert "missing" in toasts[-1][0]
    assert verbs.called("note_mix_played") == []


def test_automix_takes_the_tracks_in_order(qtbot, screen):
    page = opened(qtbot, screen, daily(screen))
    with qtbot.waitSignal(screen.around.ways.automix) as asked:
        page.automix.click()
    assert asked.args == [[str(one.track.path) for one in screen.front_card.tracks], "Quiet piano"]


def test_saving_makes_a_playlist_and_can_be_undone(qtbot, screen, verbs, toasts):
    opened(qtbot, screen, daily(screen))
    screen.save()
    qtbot.waitUntil(lambda: bool(toasts))
    assert verbs.called("save_mix") == [("daily-1", "")]
    toasts[-1][2]()
    qtbot.waitUntil(lambda: verbs.called("delete_playlist") == [(7,)])


def test_a_daily_mix_goes_on_page_by_page(qtbot, screen, verbs):
    page = opened(qtbot, screen, daily(screen))
    first = len(page.list.rows_model.rows)
    page.more.click()
    qtbot.waitUntil(lambda: len(page.list.rows_model.rows) == 2 * first)
    assert verbs.called("daily_mixes")[-1] == (1,)
    assert [row.place for row in page.list.rows_model.rows] == list(range(1, 2 * first + 1))
    page.more.click()
    qtbot.waitUntil(lambda: len(page.list.rows_model.rows) == 3 * first)
    assert verbs.called("daily_mixes")[-1] == (2,)
    screen.save()
    qtbot.waitUntil(lambda: bool(verbs.called("create_playlist")))
    assert len(verbs.called("create_playlist")[-1][1]) == 3 * first, "all that is shown is saved"


def test_a_daily_mix_that_plays_never_ends(qtbot, screen, verbs):
    card = daily(screen)
    more = dataclasses.replace(card, tracks=tuple(dataclasses.replace(one, track=dataclasses.replace(
        one.track, id=one.track.id + 500)) for one in card.tracks))
    verbs_pages = verbs.daily_mixes
    verbs.daily_mixes = lambda *, page=0: verbs_pages(page=page) if page == 0 else [more]
    opened(qtbot, screen, card)
    screen.play(len(card.tracks) - 2)
    qtbot.waitUntil(lambda: f"track {more.track_ids[-1]}" in screen.around.player.up_next.ids)


def test_less_like_this_takes_the_track_out_at_once_and_back(qtbot, screen, verbs, toasts):
    page = opened(qtbot, screen, daily(screen))
    screen.play()
    gone = page.list.rows_model.rows[2].track_id
    page.list.choose(2)
    qtbot.keyClick(page.list, Qt.Key.Key_X)
    assert ("disliked", "track", gone, 0.0, -1) in verbs.called("note_reaction")
    assert gone not in [row.track_id for row in page.list.rows_model.rows]
    assert f"track {gone}" not in screen.around.player.up_next.ids
    toasts[-1][2]()
    assert page.list.rows_model.rows[2].track_id == gone
    assert verbs.called("note_reaction")[-1][:3] == ("cleared", "track", gone)


# -- blend --


def test_a_blend_says_how_much_is_shared_and_who_each_pick_is_from(qtbot, screen, verbs):
    card = next(card for card in screen.home.earlier.cards if card.kind == "blend")
    page = opened(qtbot, screen, card)
    assert page.match.isVisibleTo(page)
    assert page.match.accessibleName() == "68 of 100 in common"
    rows = page.list.rows_model
    spoken = [rows.data(rows.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert ["Both of you" in spoken[0], "You" in spoken[1], "Ben" in spoken[2]] == [True, True, True]


def test_a_friends_file_dropped_here_is_taken_in_and_offers_a_blend(qtbot, screen, verbs, toasts, tmp_path):
    path = tmp_path / "ben.json"
    path.write_text("{}")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    entering = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                               Qt.KeyboardModifier.NoModifier)
    screen.dragEnterEvent(entering)
    assert entering.isAccepted()
    screen.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                                Qt.KeyboardModifier.NoModifier))
    qtbot.waitUntil(lambda: bool(toasts))
    assert verbs.called("import_taste") == [(path,)]
    assert toasts[-1][1] == "Blend"
    toasts[-1][2]()
    qtbot.waitUntil(lambda: screen.front_card is not None and screen.front_card.kind == "blend")


def test_a_file_that_is_no_taste_is_refused_with_words(qtbot, screen, verbs, around):
    verbs.answers["import_taste"] = UsageError("This taste file was not taken in: it is not plain JSON.")
    with qtbot.waitSignal(around.background.problem) as said:
        screen.taste.bring(Path("/nowhere/x.json"))
    assert "not taken in" in said.args[0].message


# -- enhance --


@pytest.fixture
def enhanced(qtbot, screen, verbs):
    tools = screen.home.tools.enhance
    number = tools.lists.currentData()
    tools.go.click()
    qtbot.waitUntil(lambda: screen.front_card is not None)
    assert verbs.called("enhance_playlist") == [(number, 1)]
    return screen


def test_suggestions_are_marked_and_accepted_one_by_one(qtbot, enhanced, verbs, toasts):
    page, model = enhanced.page, enhanced.page.list.rows_model
    waiting = model.waiting
    assert waiting
    assert page.accept_all.text() == f"Accept all {len(waiting)}"
    page.list.choose(next(at for at, row in enumerate(model.rows) if row.waits))
    qtbot.keyClick(page.list, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: bool(toasts))
    number = int(enhanced.front_card.key.split(":")[1])
    assert verbs.called("accept_added") == [(number, (waiting[0],))]
    assert model.waiting == waiting[1:]
    toasts[-1][2]()
    qtbot.waitUntil(lambda: model.waiting == waiting)
    assert len(verbs.called("undo_playlists")) == 1


def test_all_suggestions_at_once_and_all_back(qtbot, enhanced, verbs, toasts):
    model = enhanced.page.list.rows_model
    waiting = model.waiting
    enhanced.page.accept_all.click()
    qtbot.waitUntil(lambda: bool(toasts))
    assert verbs.called("accept_added")[-1][1] == tuple(waiting)
    assert model.waiting == []
    assert not enhanced.page.accept_all.isEnabled()
    toasts[-1][2]()
    qtbot.waitUntil(lambda: len(verbs.called("undo_playlists")) == len(waiting))


def test_a_suggestion_taken_away_can_come_back(qtbot, enhanced, verbs, toasts):
    page, model = enhanced.page, enhanced.page.list.rows_model
    place = next(at for at, row in enumerate(model.rows) if row.waits)
    row = model.rows[place]
    page.list.choose(place)
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert row not in model.rows
    assert verbs.called("note_reaction") == [], "not to want it here is no judgement"
    toasts[-1][2]()
    assert model.rows[place] == row


def test_a_refused_acceptance_leaves_the_suggestion(qtbot, enhanced, verbs):
    model = enhanced.page.list.rows_model
    waiting = model.waiting
    verbs.answers["accept_added"] = UsageError("There is no such playlist.")
    with qtbot.waitSignal(enhanced.around.notices.problem_wanted):
        enhanced.accept_all()
    assert model.waiting == waiting


def test_what_the_playlist_took_in_before_is_not_suggested_again(qtbot, screen, verbs):
    from podmix.ui.mixes.fetching import shown_mix

    number = screen.home.tools.enhance.lists.currentData()
    card = verbs.enhance_playlist(number)
    added = [int(one.track.id) for one in card.tracks if one.added]
    verbs.list_items[number].append((999, added[0]))
    assert added[0] in shown_mix(verbs, card).accepted
    page = opened(qtbot, screen, card)
    assert page.list.rows_model.waiting == added[1:]


# -- a path --


def test_a_path_between_two_tracks_found_by_typing(qtbot, screen, verbs):
    card = screen.home.tools.path
    assert not card.go.isEnabled()
    for picker, words in ((card.start, "orbit"), (card.goal, "kiln")):
        picker.setFocus()
        qtbot.keyClicks(picker, words)
        qtbot.waitUntil(lambda picker=picker: bool(picker._names.stringList()))
        picker._chosen(picker._names.stringList()[0])
    assert card.start.text() == "Low Orbit – Tern"
    card.go.click()
    qtbot.waitUntil(lambda: screen.front_card is not None)
    assert verbs.called("sound_path") == [(3, 6, 8)]


def test_a_path_needs_two_different_tracks(screen, verbs):
    card = screen.home.tools.path
    card.start.show_track(verbs.library[3])
    card.goal.show_track(verbs.library[3])
    assert not card.go.isEnabled()
    card.goal.show_track(verbs.library[4])
    assert card.go.isEnabled()
    card.goal._edited("Sal")
    assert not card.go.isEnabled(), "half a name is nobody's"


# -- what PodMix learned --


@pytest.fixture
def learned(qtbot, screen):
    screen.show_learned()
    qtbot.waitUntil(lambda: screen.body.currentWidget() is screen.learned)
    return screen.learned


def test_all_that_is_known_stands_in_plain_words(learned):
    from PySide6.QtWidgets import QLabel

    words = " ".join(part.text() for part in learned.findChildren(QLabel) if not part.isHidden())
    for said in ("31 previews and tracks heard to the end", "6 likes", "Quiet piano", "Ben", "taste.sqlite3"):
        assert said in words, said
    assert learned.said.text() == "deep sea"
    assert "A quarry at dawn" in learned.bars.accessibleDescription()


def test_erasing_asks_first_and_says_what_went(qtbot, screen, learned, verbs, toasts):
    from podmix.ui.podcasts.dialogs import Question

    learned.erase.click()
    question = screen.findChild(Question)
    question.reject()
    assert verbs.called("erase_taste") == []
    learned.erase.click()
    screen.findChildren(Question)[-1].accept()
    qtbot.waitUntil(lambda: "Erased" in toasts[-1][0])
    assert verbs.called("erase_taste") == [()]
    assert toasts[-1][0] == ("Erased, out of backups too: 37 reactions, 2 interests, 1 friend's file and all mixes, "
                             "likes and play counts")


def test_export_import_interests_and_friends(qtbot, screen, learned, verbs, toasts, tmp_path):
    screen.taste.export(tmp_path / "me.json", "Ada")
    qtbot.waitUntil(lambda: verbs.called("export_taste") == [(tmp_path / "me.json", "Ada")])
    learned.said.setText(" deep sea, bread ,, ")
    learned.keep.click()
    qtbot.waitUntil(lambda: verbs.called("choose_interests") == [(("deep sea", "bread"),)])
    learned.forget_wanted.emit("Ben")
    qtbot.waitUntil(lambda: verbs.called("remove_friend") == [("Ben",)])


# -- everywhere --


def test_every_action_has_its_words_and_works_by_name(screen):
    actions = {action.name: action for action in screen.actions_here()}
    assert {"mixes.ask", "mixes.play", "mixes.learned", "mixes.erase", "mixes.import"} <= set(actions)
    assert not actions["mixes.play"].enabled()
    actions["mixes.ask"].handler()
    assert screen.home.wishes.edit.hasFocus()


def test_mixes_are_reached_by_their_key(qtbot, window, verbs):
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_5)
    assert window.front == "mixes"
    qtbot.waitUntil(lambda: bool(window.screens["mixes"].home.today.cards))
