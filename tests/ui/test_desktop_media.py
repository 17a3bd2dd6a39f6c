# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desktop is shown of the player, what it may ask, and the media keys of a window with the focus."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from podmix.app.views import ChapterRow
from podmix.playback.desktop.interface import Phase
from podmix.ui.background import Background
from podmix.ui.desktop_media import DesktopMedia
from podmix.ui.playing import NowPlaying
from tests.playback.desktop.fake_controls import FakeControls

CLIP = NowPlaying(3, 1, "A quarry at dawn", "Salt & Signal", Path("/covers/salt.png"), Path("/nowhere/a.mp3"), 600.0,
                  660.0, 1800.0, preview_id=7)
EPISODE = NowPlaying(3, 1, "Ferries in fog", "Small Boats", None, Path("/nowhere/b.mp3"), 400.0, None, 1800.0,
                     chapters=(ChapterRow(0.0, None, "One"), ChapterRow(900.0, None, "Two")))


class StubPlayer(QObject):
    """The player's face, obedient at once; every call is noted."""

    now_changed = Signal(object)
    playing_changed = Signal(bool)
    moved = Signal(float)
    option_changed = Signal(str, object)
    queue_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.now: NowPlaying | None = None
        self.playing = False
        self.position = 0.0
        self.speed, self.volume = 1.25, 0.8
        self.queue: list[Any] = []
        self.calls: list[tuple[Any, ...]] = []
        self.threads: set[int] = set()

    def load(self, now: NowPlaying | None, *, playing: bool = True) -> None:
        self.now, self.position = now, now.start if now is not None else 0.0
        self.now_changed.emit(now)
        self.moved.emit(self.position)
        self._set(playing)

    def _set(self, playing: bool) -> None:
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)

    def _note(self, *call: Any) -> None:
        self.calls.append(call)
        self.threads.add(threading.get_ident())

    def toggle(self) -> None:
        self._note("toggle")
        self._set(not self.playing)

    def pause(self) -> None:
        self._note("pause")
        self._set(False)

    def seek(self, position: float) -> None:
        self._note("seek", position)
        self.position = position
        self.moved.emit(position)

    def skip(self, seconds: float) -> None:
        self._note("skip", seconds)

    def step(self, direction: int) -> None:
        self._note("step", direction)

    def set_volume(self, volume: float) -> None:
        self._note("set_volume", volume)
        self.volume = volume
        self.option_changed.emit("playback.volume", volume)

    def set_speed(self, speed: float) -> None:
        self._note("set_speed", speed)


class Desk:
    """A window, its player, and the desktop's controls once they are there."""

    def __init__(self, qtbot: Any) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.player = StubPlayer()
        self.begun: list[bool] = []
        self.made: list[FakeControls] = []
        self.media = DesktopMedia(self.player, self.window, lambda: self.begun.append(True))  # type: ignore[arg-type]
        self.background = Background(threads=1)

    def connect(self, requests: Any) -> FakeControls:
        self.made.append(FakeControls(requests))
        return self.made[-1]

    @property
    def controls(self) -> FakeControls:
        return self.made[-1]


@pytest.fixture
def desk(qtbot):
    made = Desk(qtbot)
    made.media.start(made.connect, made.background)
    qtbot.waitUntil(lambda: bool(made.made))
    yield made
    made.media.close()
    made.background.close()


def asked(qtbot, desk, name, *arguments):
    """Ask from another thread, as every desktop does; gives what the player was told."""
    desk.player.calls.clear()
    thread = threading.Thread(target=getattr(desk.controls.requests, name), args=arguments)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(desk.player.calls))
    return desk.player.calls


def test_a_preview_is_shown_with_its_clip_as_the_whole(desk) -> None:
    desk.player.load(CLIP)
    desk.player.seek(612.5)
    info, shown = desk.controls.info, desk.controls.shown
    assert (info.title, info.artist, info.length_s, info.artwork) == ("A quarry at dawn", "Salt & Signal", 60.0,
                                                                      Path("/covers/salt.png"))
    assert (shown.phase, shown.position_s, shown.rate, shown.volume) == (Phase.PLAYING, 12.5, 1.25, 0.8)


def test_an_episode_is_shown_as_a_whole_from_where_it_stands(desk) -> None:
    desk.player.load(EPISODE)
    assert desk.controls.info.length_s == 1800.0
    assert desk.controls.shown.position_s == 400.0


def test_a_length_that_nobody_knows_is_not_said(desk) -> None:
    import dataclasses

    desk.player.load(dataclasses.replace(EPISODE, episode_duration=0.0))
    assert desk.controls.info.length_s is None


def test_next_is_offered_while_there_is_one(desk) -> None:
    desk.player.load(EPISODE)
    assert desk.controls.info.can_next  # the second chapter
    desk.player.seek(1000.0)
    assert not desk.controls.info.can_next
    desk.player.queue.append("another")
    desk.player.queue_changed.emit()
    assert desk.controls.info.can_next


def test_a_track_is_told_once_and_its_playing_as_status(desk) -> None:
    desk.player.load(CLIP)
    told = len(desk.controls.tracks)
    for step in range(100):
        desk.player.seek(600 + step / 30)
    assert len(desk.controls.tracks) == told
    desk.player.pause()
    assert desk.controls.shown.phase is Phase.PAUSED
    desk.player.load(None, playing=False)
    assert desk.controls.info is None
    assert desk.controls.shown.phase is Phase.STOPPED


def test_wishes_arrive_in_the_windows_thread(qtbot, desk) -> None:
    desk.player.load(CLIP)
    assert asked(qtbot, desk, "pause") == [("pause",)]
    assert asked(qtbot, desk, "play") == [("toggle",)]
    assert asked(qtbot, desk, "toggle") == [("toggle",)]
    assert asked(qtbot, desk, "next") == [("step", 1)]
    assert asked(qtbot, desk, "previous") == [("step", -1)]
    assert asked(qtbot, desk, "seek_by", -5.0) == [("skip", -5.0)]
    assert asked(qtbot, desk, "set_volume", 0.3) == [("set_volume", 0.3)]
    assert desk.controls.shown.volume == 0.3
    assert asked(qtbot, desk, "set_rate", 1.5) == [("set_speed", 1.5)]
    assert desk.player.threads == {threading.get_ident()}


def test_play_while_it_plays_does_nothing(qtbot, desk) -> None:
    desk.player.load(CLIP)
    desk.controls.requests.play()
    assert asked(qtbot, desk, "next") == [("step", 1)]


def test_a_position_is_one_of_the_clip_and_only_for_the_track_it_was_meant_for(qtbot, desk) -> None:
    desk.player.load(CLIP)
    desk.controls.requests.seek_to(10.0, "preview8")
    assert asked(qtbot, desk, "seek_to", 30.0, "preview7") == [("seek", 630.0)]


def test_stop_takes_a_preview_back_to_its_start(qtbot, desk) -> None:
    desk.player.load(CLIP)
    desk.player.seek(640.0)
    assert asked(qtbot, desk, "stop") == [("pause",), ("seek", 600.0)]
    assert (desk.controls.shown.phase, desk.controls.shown.position_s) == (Phase.STOPPED, 0.0)
    desk.player.toggle()
    assert desk.controls.shown.phase is Phase.PLAYING
    desk.player.seek(605.0)
    desk.player.pause()
    assert desk.controls.shown.phase is Phase.PAUSED


def test_stop_never_loses_the_place_in_an_episode(qtbot, desk) -> None:
    desk.player.load(EPISODE)
    desk.player.seek(777.0)
    assert asked(qtbot, desk, "stop") == [("pause",)]
    assert (desk.controls.shown.phase, desk.controls.shown.position_s) == (Phase.STOPPED, 777.0)
    desk.player.playing_changed.emit(True)  # the engine's last word from before
    desk.player.playing_changed.emit(False)
    assert desk.controls.shown.phase is Phase.STOPPED
    desk.player.load(CLIP, playing=False)
    assert desk.controls.shown.phase is Phase.PAUSED


def test_quit_and_raise_are_the_windows(qtbot, desk) -> None:
    desk.window.showMinimized()
    desk.controls.requests.raise_window()
    qtbot.waitUntil(lambda: not desk.window.isMinimized())
    desk.controls.requests.quit()
    qtbot.waitUntil(lambda: not desk.window.isVisible())


def test_after_closing_nothing_is_told_and_no_late_wish_is_done(qtbot, desk) -> None:
    desk.player.load(CLIP)
    controls = desk.controls
    controls.requests.next()  # on its way when the window closes
    desk.media.close()
    assert controls.closed
    qtbot.wait(1)
    desk.player.seek(650.0)
    assert desk.player.calls == [("seek", 650.0)]


# -- keys --
@pytest.fixture
def front(qtbot, desk):
    """The window, with the focus."""
    with qtbot.waitActive(desk.window):
        desk.window.show()
        desk.window.activateWindow()
    return desk.window


@pytest.mark.parametrize(("key", "calls"), [
    (Qt.Key.Key_MediaTogglePlayPause, [("toggle",)]),
    (Qt.Key.Key_MediaPause, [("pause",)]),
    (Qt.Key.Key_MediaPlay, []),  # it plays already
    (Qt.Key.Key_MediaStop, [("pause",), ("seek", 600.0)]),
    (Qt.Key.Key_MediaNext, [("step", 1)]),
    (Qt.Key.Key_MediaPrevious, [("step", -1)]),
])
def test_media_keys_do_what_the_desktop_would_ask(qtbot, desk, front, key, calls) -> None:
    desk.player.load(CLIP)
    qtbot.keyClick(front, key)
    assert desk.player.calls == calls


def test_a_key_with_nothing_loaded_starts_what_stands_in_front(qtbot, desk, front) -> None:
    for key in (Qt.Key.Key_MediaPlay, Qt.Key.Key_MediaTogglePlayPause):
        qtbot.keyClick(front, key)
    assert desk.begun == [True, True]


def test_a_media_key_never_presses_the_button_with_the_focus(qtbot, desk, front) -> None:
    pressed = []
    button = QPushButton("Like", front)
    button.clicked.connect(lambda: pressed.append(True))
    button.show()
    button.setFocus()
    desk.player.load(CLIP)
    qtbot.keyClick(button, Qt.Key.Key_MediaTogglePlayPause)
    assert desk.player.calls == [("toggle",)]
    assert pressed == []


def test_the_whole_window_hears_media_keys_and_shows_itself_only_where_it_is_wanted(qtbot, window) -> None:
    assert window.desktop_media._controls is None
    qtbot.keyClick(window, Qt.Key.Key_MediaPlay)
    assert window.around.player.now is not None  # the preview in front
    qtbot.waitUntil(lambda: window.around.player.playing)
    qtbot.keyClick(window, Qt.Key.Key_MediaPause)
    assert not window.around.player.playing
