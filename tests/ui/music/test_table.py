# SPDX-License-Identifier: GPL-3.0-or-later
"""The music table from a person's side: order, filters, keys, playlists, and what it asks of the library."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QMenu

from podmix.app.views import Changed, JobCard, JobsMoved, Part
from podmix.errors import DatabaseError
from podmix.ui.main_window import MainWindow
from podmix.ui.music.columns import COLUMNS, PLACES
from podmix.ui.music.folder_actions import music_files
from podmix.ui.music.listing import Wanted, empty_words, listed
from podmix.ui.music.track_model import dropped_tracks
from podmix.ui.music.track_table import rows_between
from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def titles(screen):
    return [screen._verbs.library[one].title for one in screen.model.ids]


def press(qtbot, widget, key, modifier=Qt.KeyboardModifier.NoModifier):
    widget.setFocus()
    qtbot.keyClick(widget, key, modifier)


# -- the table --


def test_enter_plays_the_chosen_track(qtbot, screen, port):
    screen.table.choose([2])
    press(qtbot, screen.table, Qt.Key.Key_Return)
    assert port.item.content == "music"
    assert port.item.key == f"track {screen.model.ids[2]}"
    assert screen.model.playing == screen.model.ids[2]


def test_a_missing_file_says_so(qtbot, window, screen, port):
    screen.table.choose([screen.model.ids.index(11)])
    press(qtbot, screen.table, Qt.Key.Key_Return)
    assert port.item is None
    assert "missing" in window.toast.text


def test_q_puts_up_next_in_the_order_of_the_table(qtbot, window, screen):
    screen.table.choose([1, 2, 4])
    press(qtbot, screen.table, Qt.Key.Key_Q)
    ids = [f"track {screen.model.ids[row]}" for row in (1, 2, 4)]
    qtbot.waitUntil(lambda: window.around.player.up_next.ids == ids)
    screen.table.choose([5])
    press(qtbot, screen.table, Qt.Key.Key_Q, SHIFT)
    qtbot.waitUntil(lambda: window.around.player.up_next.ids == [f"track {screen.model.ids[5]}", *ids])


def test_headings_sort_and_the_order_is_remembered(qtbot, screen, verbs):
    head = screen.table.head
    head._clicked(PLACES["bpm"])
    qtbot.waitUntil(lambda: titles(screen)[0] == "Slow Bright River")
    head._clicked(PLACES["bpm"])
    qtbot.waitUntil(lambda: titles(screen)[0] == "Three in the Meadow")
    qtbot.waitUntil(lambda: verbs.values["music.sort"] == "bpm down")
    head._clicked(PLACES["energy"])
    qtbot.waitUntil(lambda: verbs.called("music_ids")[-1][2:] == ("energy", True)), "the most comes first"


def test_sorting_keeps_what_is_chosen(qtbot, screen):
    held = screen.model.ids[3]
    screen.table.choose([3])
    screen.sort("bpm", True)
    qtbot.waitUntil(lambda: titles(screen)[0] == "Three in the Meadow")
    assert screen.table.chosen == [held]


def test_columns_are_hidden_moved_and_come_back(qtbot, screen, verbs):
    head = screen.table.head
    head.show_column("album", shown=True)
    head.show_column("wave", shown=False)
    head.moveSection(head.visualIndex(PLACES["bpm"]), 1)
    qtbot.waitUntil(lambda: bool(verbs.values["music.columns"]))
    shown = [column.name for column, _, _ in head.spans()]
    assert shown[0] == "bpm"
    head.first_columns()
    head.restore_text(verbs.values["music.columns"])
    assert [column.name for column, _, _ in head.spans()] == shown
    head.restore_text("nonsense")
    assert [column.name for column, _, _ in head.spans()] == [c.name for c in COLUMNS if c.shown]


def test_stars_by_key_and_undo(qtbot, window, screen, verbs):
    screen.table.choose([0])
    one = screen.model.ids[0]
    before = verbs.library[one].rating
    press(qtbot, screen.table, Qt.Key.Key_4, ALT)
    qtbot.waitUntil(lambda: verbs.called("rate_tracks") == [([one], 4)])
    qtbot.waitUntil(lambda: screen.model.tracks[one].rating == 4)
    window.toast.undo()
    qtbot.waitUntil(lambda: verbs.library[one].rating == before)


def test_a_click_on_a_star_rates(qtbot, screen, verbs):
    table = screen.table
    at = QPoint(table.columnViewportPosition(PLACES["rating"]) + 10 + 15, 20)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: verbs.called("rate_tracks") == [([screen.model.ids[0]], 2)])


def test_delete_removes_from_the_library_and_undo_brings_back(qtbot, window, screen, verbs):
    gone = screen.model.ids[1]
    screen.table.choose([1])
    press(qtbot, screen.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: gone not in screen.model.ids)
    window.toast.undo()
    qtbot.waitUntil(lambda: gone in screen.model.ids)


def test_rows_come_only_for_what_is_in_sight(qtbot, verbs):
    verbs.fill_library(2000)
    asked = []
    rows = verbs.music_rows
    verbs.music_rows = lambda ids: asked.append(len(ids)) or rows(ids)
    window = MainWindow(verbs, FakePlayer())
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.show_screen("music")
    model = window.screens["music"].model
    qtbot.waitUntil(lambda: len(model.ids) == 2000 and bool(model.tracks))
    table = window.screens["music"].table
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: model.ids[-1] in model.tracks)
    assert max(asked) <= 120
    assert len(model.tracks) < 600
    window.close()


def test_news_of_a_track_repaints_it_and_loses_nothing(qtbot, screen, verbs):
    import dataclasses

    one = screen.model.ids[4]
    screen.table.choose([4])
    verbs.library[one] = dataclasses.replace(verbs.library[one], bpm=77.0)
    verbs.emit(Changed(Part.MUSIC, (one,)))
    qtbot.waitUntil(lambda: screen.model.tracks[one].bpm == 77.0)
    assert screen.table.chosen == [one]


def test_no_number_a_dj_reads_is_below_14(screen):
    painter = screen.table.painter
    assert painter._strong.pixelSize() >= 14
    assert painter._strong.weight() >= QFont.Weight.DemiBold


def test_rows_between():
    assert rows_between(0, 39, 10) == range(1)
    assert rows_between(0, 40, 10) == range(2)
    assert rows_between(-50, 5000, 10) == range(10)
    assert list(rows_between(10, 20, 0)) == []


def test_the_menu_offers_everything(qtbot, screen):
    screen.table.choose([0])
    screen.tracks.open_menu(QPoint(0, 0))
    [menu] = [menu for menu in screen.table.findChildren(QMenu) if "What to do" in menu.accessibleName()]
    said = " ".join(action.text() for action in menu.actions())
    for words in ("Play next", "Put up next", "Show in folder", "Write tags", "Analyse again", "Grid, key and cues"):
        assert words in said
    menu.close()


def test_tags_are_written_only_when_asked(qtbot, screen, verbs):
    screen.table.choose([0])
    screen.tracks.ask_tags()
    assert verbs.called("write_track_tags") == []
    screen.tracks._write_tags([1, 2])
    qtbot.waitUntil(lambda: verbs.called("write_track_tags") == [([1, 2],)])


def test_analyse_again(qtbot, screen, verbs):
    screen.table.choose([0, 1])
    screen.tracks.analyse()
    qtbot.waitUntil(lambda: verbs.called("analyse_music") == [(tuple(screen.model.ids[:2]), True)])


def test_a_play_counts_once_after_half_a_minute(qtbot, window, screen, port, verbs):
    screen.table.choose([2])
    screen.tracks.play()
    for _ in range(50):
        port.advance(1.0)
        window.around.player.poll()
    qtbot.waitUntil(lambda: verbs.called("note_track_played") == [(screen.model.ids[2],)])


# -- filters --


def test_words_are_searched_as_they_are_typed(qtbot, screen):
    qtbot.keyClicks(screen.filter.edit, "tern")
    qtbot.waitUntil(lambda: sorted(titles(screen)) == ["Cranes", "Low Orbit", "Paper Moon Engine"])
    press(qtbot, screen.filter.edit, Qt.Key.Key_Return)
    assert screen.table.hasFocus()


def test_filters_compose(qtbot, screen):
    screen.filter._set(bpm=(118.0, 126.0))
    screen.filter._set(genres={"House"})
    qtbot.waitUntil(lambda: len(screen.model.ids) == 5)
    screen.filter._set(fits=("key", "A minor"))
    qtbot.waitUntil(lambda: sorted(titles(screen)) == ["Harbour Lights", "Salt Road", "Second Wind"])
    screen.filter._set(rating=4)
    qtbot.waitUntil(lambda: sorted(titles(screen)) == ["Harbour Lights", "Second Wind"])
    assert screen.filter.chips["key"].text() == "Fits 8A"
    screen.filter.clear.click()
    qtbot.waitUntil(lambda: len(screen.model.ids) == 16)


def test_what_fits_follows_what_plays(qtbot, screen):
    screen.table.choose([screen.model.ids.index(1)])
    screen.tracks.play()
    menu = QMenu(screen)
    screen.filter._fill_key(menu)
    menu.actions()[0].trigger()
    assert screen.filter.fits == ("playing", "A minor")
    qtbot.waitUntil(lambda: len(screen.model.ids) < 16)
    screen.table.choose([screen.model.ids.index(3)])
    screen.tracks.play()
    assert screen.filter.fits == ("playing", "D minor")


def test_within_six_percent_of_the_chosen(screen):
    screen.table.choose([screen.model.ids.index(3)])
    menu = QMenu(screen)
    screen.filter._fill_bpm(menu)
    next(action for action in menu.actions() if "chosen" in action.text()).trigger()
    assert screen.filter.bpm == (116.6, 131.4)


def test_a_wrong_filter_is_explained_and_nothing_changes(qtbot, screen):
    qtbot.keyClicks(screen.filter.edit, "bpm:fast")
    qtbot.waitUntil(screen.filter.problem.isVisible)
    assert len(screen.model.ids) == 16


# -- states --


def test_a_first_start_invites(qtbot):
    verbs = FakeVerbs(empty=True)
    window = MainWindow(verbs, FakePlayer())
    qtbot.addWidget(window)
    window.show()
    window.show_screen("music")
    screen = window.screens["music"]
    qtbot.waitUntil(screen.empty.isVisible)
    assert screen.empty.button.text() == "Add a folder"
    screen.folders.take([Path("/")])
    qtbot.waitUntil(lambda: verbs.called("add_music_folder") == [(Path("/"),)])
    qtbot.waitUntil(screen.table.isVisible)
    window.close()


def test_nothing_found_offers_to_clear(qtbot, screen):
    screen.filter._set(bpm=(250.0, 260.0))
    qtbot.waitUntil(screen.empty.isVisible)
    screen.empty.button.click()
    qtbot.waitUntil(screen.table.isVisible)


def test_an_error_is_a_state_and_can_be_tried_again(qtbot, screen, verbs):
    verbs.answers["music_ids"] = DatabaseError("The library cannot be read right now.", remedy="Try again.")
    screen.reload()
    qtbot.waitUntil(screen.empty.isVisible)
    assert screen.empty.button.text() == "Try again"
    del verbs.answers["music_ids"]
    screen.empty.button.click()
    qtbot.waitUntil(screen.table.isVisible)


@pytest.mark.parametrize("kind", ["all", "recent", "unplayed", "list", "smart", "folder"])
@pytest.mark.parametrize("nothing", [True, False])
@pytest.mark.parametrize("working", [True, False])
def test_every_empty_state_has_words(kind, nothing, working):
    wanted = Wanted(kind, int(kind in ("list", "smart", "folder")), "", {"all": []}, "artist", False)
    icon, title, text, _ = empty_words(wanted, nothing=nothing, working=working)
    assert icon
    assert title
    assert text


def test_work_on_the_library_is_said(qtbot, screen, verbs):
    verbs.emit(JobsMoved((JobCard(1, "analyse", "Analysing 240 tracks", "running", 0.5, "118 of 240", 60.0),)))
    qtbot.waitUntil(lambda: "118" in screen.count.text())
    verbs.emit(JobsMoved(()))
    qtbot.waitUntil(lambda: screen.count.text() == "16 tracks")


# -- playlists --


def open_list(qtbot, screen, name):
    number = next(number for number, one in screen._verbs.lists.items() if one.name == name)
    qtbot.waitUntil(lambda: screen.tree.known(number) is not None)
    screen.tree.choose("list", number)
    qtbot.waitUntil(lambda: screen._shown is not None and screen._shown.number == number)
    return number


def test_a_playlist_is_shown_in_its_order_and_put_in_order(qtbot, window, screen, verbs):
    number = open_list(qtbot, screen, "Friday warm-up")
    assert screen.model.ids == [1, 13, 4, 2, 3, 14]
    assert not screen.table.isColumnHidden(PLACES["place"])
    qtbot.waitUntil(lambda: len(screen.model.tracks) >= 6)
    screen.table.choose([3])
    press(qtbot, screen.table, Qt.Key.Key_Up, ALT)
    qtbot.waitUntil(lambda: screen.model.ids == [1, 13, 2, 4, 3, 14])
    assert screen.table.chosen == [2]
    screen.table.moved.emit([screen.model.items[0]], None)
    qtbot.waitUntil(lambda: screen.model.ids == [13, 2, 4, 3, 14, 1])
    assert verbs.called("move_in_playlist")[-1][0] == number


def test_sorted_or_filtered_playlists_are_not_put_in_order(qtbot, screen, verbs):
    open_list(qtbot, screen, "Friday warm-up")
    screen.sort("bpm", False)
    qtbot.waitUntil(lambda: screen.model.ids[0] == 13)
    screen.table.choose([3])
    press(qtbot, screen.table, Qt.Key.Key_Up, ALT)
    assert verbs.called("move_in_playlist") == []


def test_delete_takes_out_of_a_playlist_only(qtbot, screen, verbs):
    number = open_list(qtbot, screen, "Friday warm-up")
    screen.table.choose([0])
    press(qtbot, screen.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: screen.model.ids == [13, 4, 2, 3, 14])
    assert verbs.called("take_from_playlist")[0][0] == number
    assert verbs.called("remove_tracks") == []


def test_the_tree_by_keys(qtbot, window, screen, verbs):
    number = open_list(qtbot, screen, "Friday warm-up")
    press(qtbot, screen.tree, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: verbs.called("duplicate_playlist") == [(number,)])
    press(qtbot, screen.tree, Qt.Key.Key_Down, ALT)
    qtbot.waitUntil(lambda: bool(verbs.called("move_playlist")))
    press(qtbot, screen.tree, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: verbs.called("delete_playlist") == [(number,)])
    window.undo()
    qtbot.waitUntil(lambda: verbs.called("undo_playlists") == [()])


def test_a_playlist_is_renamed_in_place(qtbot, screen, verbs):
    number = open_list(qtbot, screen, "Peak time")
    screen.tree._items()[number].setText(0, "Peak hour")
    qtbot.waitUntil(lambda: verbs.called("rename_playlist") == [(number, "Peak hour")])


def test_tracks_dragged_onto_a_playlist(qtbot, screen, verbs):
    screen.table.choose([0, 1])
    data = screen.model.mimeData([screen.model.index(0, 0), screen.model.index(1, 3)])
    assert dropped_tracks(data) == (screen.model.ids[:2], [])
    assert [url.isLocalFile() for url in data.urls()] == [True, True]
    number = next(number for number, one in verbs.lists.items() if one.name == "Peak time")
    screen.tree.tracks_dropped.emit(number, screen.model.ids[:2])
    qtbot.waitUntil(lambda: verbs.called("add_to_playlist") == [(number, screen.model.ids[:2])])


def test_a_smart_playlist_is_made_with_a_count_as_one_types(qtbot, screen, verbs):
    from podmix.ui.music.rule_editor import RuleEditor

    screen.lists.new_smart()
    [editor] = screen.findChildren(RuleEditor)
    editor.name.setText("Fast")
    line = editor.lines[0]
    line.field.setCurrentIndex(line.field.findData("bpm"))
    line.op.setCurrentIndex(line.op.findData("at_least"))
    line.value.setText("132")
    qtbot.waitUntil(lambda: editor.found.text().endswith("now"))
    editor.limited.setChecked(True)
    editor.accept()
    rule = {"field": "bpm", "op": "at_least", "value": 132.0}
    wanted = {"rules": {"all": [rule]}, "order": "artist", "descending": False, "limit": 50}
    qtbot.waitUntil(lambda: verbs.called("create_smart_playlist") == [("Fast", wanted)])


def test_rules_come_back_into_the_editor_with_what_it_does_not_know(qtbot, screen, verbs):
    from podmix.ui.music.rule_editor import RuleEditor

    nested = {"none": [{"field": "genre", "op": "is", "value": "Pop"}]}
    rules = {"rules": {"any": [{"field": "bpm", "op": "between", "value": [120.0, 128.0]},
                               {"field": "key", "op": "compatible", "value": "A minor"}, nested]},
             "order": "bpm", "descending": True, "limit": None}
    editor = RuleEditor(screen.around, verbs.try_rules, "Mine", rules,
                        screen)
    assert editor.rules == rules
    editor.close()


def test_import_and_export(qtbot, window, screen, verbs):
    screen.folders.take([Path("/dj/collection.xml"), Path("/dj/notes.txt")])
    qtbot.waitUntil(lambda: verbs.called("import_music") == [(Path("/dj/collection.xml"),)])
    screen.lists.export(None, Path("/out/library.xml"))
    number = open_list(qtbot, screen, "Peak time")
    screen.lists.export(number, Path("/out/peak.m3u8"))
    qtbot.waitUntil(lambda: verbs.called("export_playlist") == [(number, Path("/out/peak.m3u8"))])
    assert verbs.called("export_rekordbox") == [(Path("/out/library.xml"),)]


def test_folders_are_told_from_files(tmp_path):
    (tmp_path / "a.opml").write_text("")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path)), QUrl.fromLocalFile(str(tmp_path / "a.opml"))])
    assert music_files(data) == [tmp_path]


def test_a_filtered_playlist_keeps_its_order():
    verbs = FakeVerbs()
    number = next(iter(verbs.lists))
    found = listed(verbs, Wanted("list", number, "", {"all": [{"field": "genre", "op": "is", "value": "House"}]},
                                 "playlist", False))
    assert found.ids == [1, 13, 4, 2]
    assert len(found.items) == 4
