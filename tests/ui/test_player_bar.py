# SPDX-License-Identifier: GPL-3.0-or-later
"""The player bar: times, sleep timer, devices, and what it says when there is none."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import Qt

from podmix.playback.protocol import Device


@pytest.fixture
def bar(window):
    return window.player_bar


@pytest.fixture
def player(window):
    return window.around.player


def texts(menu):
    return [action.text() for action in menu.actions() if action.text()]


def chosen(menu):
    return [action.text() for action in menu.actions() if action.isChecked()]


def test_a_click_turns_the_length_into_the_time_left_and_it_is_remembered(qtbot, window, verbs, port, bar, player):
    card = verbs.preview(1)
    player.play_preview(card)
    whole = int(card.end - card.start + 0.5)
    assert bar.end.text() == f"1:{whole - 60:02}"
    port.position = card.start + 20
    player.poll()
    bar.end.click()
    assert bar.end.text() == f"−0:{whole - 20:02}"
    assert bar.end.accessibleName().startswith("Time left")
    port.position = card.end
    player.poll()
    assert (bar._at.text(), bar.end.text()) == (f"1:{whole - 60:02}", "−0:00")
    qtbot.waitUntil(lambda: verbs.values["window.time_left"] is True)


def test_options_dragged_to_and_fro_are_written_once(qtbot, window, verbs, player):
    for volume in range(50):
        player.set_volume(volume / 100)
    player.set_speed(1.5)
    qtbot.waitUntil(lambda: verbs.values["playback.speed"] == 1.5)
    assert verbs.called("set_setting") == [("playback.volume", 0.49), ("playback.speed", 1.5)]
    player.set_volume(0.3)
    window.close()
    assert verbs.values["playback.volume"] == 0.3


def test_the_device_menu_looks_again_when_it_opens(qtbot, bar, port, player):
    menu = bar.device.menu()
    port.known = (Device("Speakers", 2, True),)
    player.set_device("Speakers")
    menu.popup(bar.mapToGlobal(bar.rect().topLeft()))
    qtbot.waitUntil(lambda: texts(menu) == ["System default  ·  Speakers", "Speakers"])
    assert chosen(menu) == ["Speakers"]
    port.known = (Device("Headphones & more", 2, True),)  # something was plugged in, something pulled out
    player.ask_devices()
    qtbot.waitUntil(lambda: "Headphones && more" in texts(menu))
    assert chosen(menu) == ["Speakers  ·  not connected"]
    menu.actions()[0].trigger()
    assert port.called("set_device")[-1] == ("",)
    menu.close()


def test_no_device_is_a_quiet_notice_that_goes_by_itself(qtbot, window, bar, port, player, verbs):
    player.play_preview(verbs.preview(1))
    player.poll()
    assert not bar.no_device.isVisible()
    port.device, port.error = "", "No sound device was found, so playback is silent."
    player.poll()
    assert bar.no_device.isVisible()
    assert "No sound device" in bar.no_device.accessibleName()
    assert bar.no_device.toolTip() == port.error
    assert bar.rect().contains(bar.no_device.geometry())
    assert window.banner.text == ""
    bar.no_device.click()
    assert bar.device.menu().isVisible()
    bar.device.menu().close()
    port.device, port.error = "Speakers", ""
    player.poll()
    assert not bar.no_device.isVisible()


def test_a_restart_of_the_engine_is_said_in_passing(window, port, player):
    port.crash()
    player.poll()
    assert window.toast.text == "The sound engine stopped and was started again. Nothing was lost."
    assert window.banner.text == ""


def test_the_sleep_menu_speaks_of_what_plays(bar, player, port, verbs):
    menu = bar.sleep.menu()
    menu.aboutToShow.emit()
    assert not any("end of this" in text for text in texts(menu))
    player.play_preview(verbs.preview(1))
    menu.aboutToShow.emit()
    assert texts(menu)[0] == "Stop at the end of this preview"
    menu.actions()[0].trigger()
    assert bar.sleep.isChecked()
    assert "at the end" in bar.sleep.accessibleName()
    player.play_episode(verbs.episodes(1)[0])
    menu.aboutToShow.emit()
    assert texts(menu)[0] == "Stop at the end of this episode"
    assert chosen(menu) == ["Stop at the end of this episode"]
    player.sleep_after(1800.0)
    port.sleep = 1740.0
    player.poll()
    menu.aboutToShow.emit()
    assert chosen(menu) == ["Stop in 30 min"]
    assert bar.sleep.accessibleName() == "Sleep timer: 29 min left"


def test_a_narrow_bar_offers_the_same_in_its_menu(window, bar, player, verbs):
    window.resize(960, 600)
    player.play_preview(verbs.preview(1))
    menu = bar.more.menu()
    menu.aboutToShow.emit()
    assert texts(menu) == ["Skip silence", "Sleep timer", "Output device", "Up next…"]
    menu.actions()[-1].trigger()
    assert window.queue_panel.isVisible()


def test_underruns_are_only_for_who_looks_for_them(bar, player, port, verbs, caplog):
    player.play_preview(verbs.preview(1))
    port.underruns, port.position = 3, port.position + 1
    player.poll()
    assert "underrun" not in bar.device.toolTip()
    with caplog.at_level(logging.DEBUG, logger="podmix.ui.player"):
        port.position += 1
        player.poll()
    assert "3 underruns" in bar.device.toolTip()


def test_a_setting_changed_in_settings_acts_at_once(qtbot, window, port, verbs):
    screen = window.screens["settings"]
    declared = {setting.key: setting for setting in verbs.settings_declared()}
    screen.change(declared["playback.crossfade_s"], 4.0)
    screen.change(declared["playback.levelling"], False)
    assert port.called("set_crossfade") == [(4.0,)]
    assert port.called("set_levelling") == [(False,)]
    qtbot.waitUntil(lambda: verbs.values["playback.crossfade_s"] == 4.0)


def test_where_an_episode_was_left_is_kept(qtbot, window, port, player, verbs):
    row = verbs.episodes(1)[0]
    player.play_episode(row, start=0.0)
    port.position = 42.0
    player.poll()
    qtbot.keyClick(window, Qt.Key.Key_2)
    player.toggle()
    qtbot.waitUntil(lambda: (row.episode_id, 42.0) in verbs.called("save_position"))
