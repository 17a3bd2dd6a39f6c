# SPDX-License-Identifier: GPL-3.0-or-later
"""The previews screen from a person's side: keys, card, rail, player."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel

from podmix.app.views import Changed, Part


@pytest.fixture
def screen(window):
    return window.screens["previews"]


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window.focusWidget() or window, key, modifier)


def test_opens_silent_and_space_plays(qtbot, window, screen, port):
    assert port.called("load") == []
    press(qtbot, window, Qt.Key.Key_Space)
    assert port.playing
    assert screen.feed._playing
    press(qtbot, window, Qt.Key.Key_Space)
    assert not port.playing


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_J])
def test_down_and_j_go_on_and_play(qtbot, window, screen, port, key):
    first = screen.card
    press(qtbot, window, key)
    assert screen.card is not first
    assert port.called("load")[-1][0] == str(screen.card.audio), "a single step sounds without waiting"
    around = [f"preview {card.preview_id}" for card in (screen.feed.neighbour(1), first)]
    qtbot.waitUntil(lambda: [item.key for item in port.warmed] == around)
    press(qtbot, window, Qt.Key.Key_K)
    assert screen.card is first


def test_the_wheel_moves_one_card_a_notch(qtbot, window, screen):
    middle = screen.feed.card_rect().center()
    event = QWheelEvent(middle, screen.feed.mapToGlobal(middle), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(screen.feed, event)
    assert screen.feed.index == 1


def test_beyond_the_last_card_it_says_so(qtbot, window, screen):
    for _ in range(len(screen.feed.cards) + 2):
        screen.step(1)
    assert screen.feed.index == len(screen.feed.cards) - 1
    assert "last preview" in window.toast.text


def test_like_and_save_reach_the_program_and_light_up(qtbot, window, screen, verbs):
    press(qtbot, window, Qt.Key.Key_L)
    press(qtbot, window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: bool(verbs.called("like") and verbs.called("save")))
    assert verbs.called("like") == [(screen.card.preview_id, True)]
    assert verbs.called("save") == [(screen.card.preview_id, True)]
    assert screen.rail.like.isChecked()
    assert screen.rail.keep.isChecked()
    press(qtbot, window, Qt.Key.Key_L)
    qtbot.waitUntil(lambda: len(verbs.called("like")) == 2)
    assert verbs.called("like")[-1][1] is None


def test_not_for_me_goes_on_and_can_be_undone(qtbot, window, screen, verbs):
    first = screen.card.preview_id
    press(qtbot, window, Qt.Key.Key_X)
    assert screen.card.preview_id != first
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(verbs.called("like")) == 2)
    assert sorted(verbs.called("like"), key=str) == sorted([(first, False), (first, None)], key=str)


def test_the_spoken_word_is_followed(window, screen, port):
    screen.toggle()
    line = screen.card.captions[2]
    port.position = line.words[2].start + 0.01
    window.around.player.poll()
    captions = screen.feed.current.captions
    assert "cron" in captions.lines[captions.current(screen.feed._time)].text
    assert screen.feed.current.scroll == captions.scroll_for(captions.current(screen.feed._time))


def test_the_end_offers_the_episode_and_is_reported(qtbot, window, screen, port, verbs):
    screen.toggle()
    port.position = screen.card.start + 20
    window.around.player.poll()
    port.position = screen.card.end
    window.around.player.poll()
    assert screen.feed.ended == 1.0
    qtbot.waitUntil(lambda: bool(verbs.called("seen")))
    preview, seconds, finished = verbs.called("seen")[0]
    assert (preview, finished) == (screen.card.preview_id, True)
    assert seconds > 19
    at = screen.feed.card_rect().topLeft() + screen.feed.current.from_here.center()
    qtbot.mouseClick(screen.feed, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert window.front == "podcasts"


def test_a_click_into_the_waveform_seeks(qtbot, window, screen, port):
    screen.toggle()
    wave = screen.feed.current.wave
    at = screen.feed.card_rect().topLeft() + QPointF(wave.left() + wave.width() / 2, wave.center().y())
    qtbot.mouseClick(screen.feed, Qt.MouseButton.LeftButton, pos=at.toPoint())
    middle = (screen.card.start + screen.card.end) / 2
    assert port.called("seek")[-1][0] == pytest.approx(middle, abs=1.0)


def test_a_click_on_the_card_plays_and_pauses(qtbot, window, screen, port):
    at = screen.feed.card_rect().topLeft() + screen.feed.current.play.center()
    qtbot.mouseClick(screen.feed, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert port.playing
    qtbot.mouseClick(screen.feed, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert not port.playing


def test_enter_opens_the_episode_and_plays_there(qtbot, window, screen, port):
    card = screen.card
    press(qtbot, window, Qt.Key.Key_Return)
    assert window.front == "podcasts"
    qtbot.waitUntil(lambda: bool(port.called("load")))
    path, first, last, at, play = port.called("load")[-1]
    assert (path, first, last, play) == (str(card.audio), 0.0, None, True)
    assert at == card.start


def test_new_previews_join_at_the_end_while_one_is_watched(qtbot, window, screen, verbs):
    screen.step(1)
    watched, before = screen.card.preview_id, [card.preview_id for card in screen.feed.cards]
    new = verbs._previews[1001]
    verbs._previews = {5000: dataclasses.replace(new, preview_id=5000, rank=1), **verbs._previews}
    verbs.emit(Changed(Part.PREVIEWS))
    qtbot.waitUntil(lambda: len(screen.feed.cards) == len(before) + 1)
    assert [card.preview_id for card in screen.feed.cards] == [*before, 5000]
    assert screen.card.preview_id == watched


def test_sharing_copies_the_quote(qtbot, window, screen):
    from podmix.ui.previews.share import ShareMenu

    menu = ShareMenu(window.around, screen.card, window)
    entries = [action.text() for action in menu.actions() if action.text()]
    assert any("captioned video" in text for text in entries)
    next(action for action in menu.actions() if "quote" in action.text()).trigger()
    qtbot.waitUntil(lambda: "“" in QGuiApplication.clipboard().text())
    assert menu.suggested_name(".ogg").endswith(".ogg")
    assert "/" not in menu.suggested_name(".ogg")


def test_without_audio_it_offers_the_download(qtbot, window, screen, verbs):
    card = dataclasses.replace(screen.card, audio=None)
    screen.feed.set_cards([card])
    screen.toggle()
    assert "not on this machine" in window.toast.text
    window.toast.undo()
    qtbot.waitUntil(lambda: verbs.called("download") == [(card.episode_id,)])


def test_saved_previews_have_their_own_list(qtbot, window, screen, port, verbs):
    kept = screen.feed.cards[2]
    press(qtbot, window, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(screen.nothing_saved.isVisible)
    assert screen.filter.isVisible()
    assert screen.filter.value == "saved"
    screen.nothing_saved.button.click()
    qtbot.waitUntil(screen.feed.isVisible)
    verbs.save(kept.preview_id, True)
    window.show_screen("settings")
    window.actions_known.run("go.saved")
    qtbot.waitUntil(lambda: [card.preview_id for card in screen.feed.cards] == [kept.preview_id])
    assert window.front == "previews"
    assert not port.playing
    press(qtbot, window, Qt.Key.Key_S)  # taken out, but still in sight and can be put back
    qtbot.waitUntil(lambda: not verbs.saved_previews())
    verbs.emit(Changed(Part.PREVIEWS))
    qtbot.waitUntil(lambda: not window.around.background.pending and not screen._again.isActive())
    assert not screen.card.saved
    press(qtbot, window, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(screen.feed.cards) > 1)
    assert screen.filter.value == "for-you"


def test_new_previews_never_interrupt_what_plays(qtbot, window, screen, port, verbs):
    screen.toggle()
    loads = len(port.called("load"))
    verbs._previews = {key: card for key, card in verbs._previews.items() if card.preview_id != screen.card.preview_id}
    screen._touched = False
    screen.reload()
    qtbot.waitUntil(lambda: len(screen.feed.cards) == len(verbs.preview_feed()))
    qtbot.wait(100)
    assert len(port.called("load")) == loads


def test_what_was_heard_is_told_when_the_wheel_moves_on(qtbot, window, screen, port, verbs):
    screen.toggle()
    first = screen.card
    port.position = first.start + 12
    window.around.player.poll()
    screen.feed.step(1)
    qtbot.waitUntil(lambda: bool(verbs.called("seen")))
    preview, seconds, finished = verbs.called("seen")[0]
    assert (preview, finished) == (first.preview_id, False)
    assert seconds == pytest.approx(12)


def test_sliding_cards_are_pictures_and_resting_ones_are_not(qtbot, window, screen):
    first, second = screen.feed._cards[:2]
    screen.feed.step(1)
    screen.feed._set_place(0.5)
    screen.feed.grab()
    assert first.snapshot is not None
    assert second.snapshot is not None
    screen.feed._set_place(1.0)
    screen.feed.grab()
    assert first.snapshot is None
    assert second.snapshot is None


def test_a_toast_waits_for_the_file_and_goes_when_that_fails(qtbot, window, screen, monkeypatch, tmp_path):
    from podmix.errors import AudioError
    from podmix.ui.previews import share

    def fails(card, target):
        raise AudioError("The episode's audio is no longer on this machine.", remedy="Download the episode again.")

    monkeypatch.setattr(share, "write_in_process", fails)
    menu = share.ShareMenu(window.around, screen.card, window)
    monkeypatch.setattr(menu, "_ask", lambda filters, ending, then: then(tmp_path / f"minute{ending}"))
    next(action for action in menu.actions() if "video" in action.text()).trigger()
    assert "minute.mp4" in window.toast.text
    assert not window.toast._gone.isActive()  # it stays as long as the work lasts
    qtbot.waitUntil(lambda: "no longer on this machine" in window.banner.text)
    assert window.toast.text == ""


def test_a_card_without_words_shows_its_title(window, screen):
    card = dataclasses.replace(screen.card, preview_id=99, captions=(), audio=None)
    screen.feed.set_cards([card])
    assert [line.text for line in screen.feed.current.captions.lines] == [card.title]


def test_text_that_runs_to_the_left_ends_at_the_right_edge(window, screen):
    line = dataclasses.replace(screen.card.captions[0], text="لماذا؟", words=())
    screen.feed.set_cards([dataclasses.replace(screen.card, preview_id=98, captions=(line,))])
    painted = screen.feed.current
    row = painted.captions._layouts[0].lineAt(0)
    right = painted.captions._lefts[0] + row.naturalTextRect().right()
    assert abs(right - painted.words.width()) < 2


def test_the_card_shown_is_decoded_before_it_is_wanted(qtbot, screen, port):
    qtbot.waitUntil(lambda: len(port.warmed) == 2)
    assert [item.key for item in port.warmed] == [f"preview {card.preview_id}" for card in screen.feed.cards[:2]]
    warm = port.warmed[0]
    screen.toggle()
    assert port.item == warm


def test_cards_only_passed_do_not_start(qtbot, screen, port):
    for _ in range(3):
        screen.step(1)
    assert len(port.called("load")) == 1, "the first step sounds at once"
    qtbot.waitUntil(lambda: len(port.called("load")) == 2)
    assert port.item.key == f"preview {screen.card.preview_id}"


def test_autoplay_brings_the_next_card_when_its_sound_begins(qtbot, window, screen, port, verbs):
    player = window.around.player
    player.set_autoplay(True)
    screen.toggle()
    first, second, third = screen.feed.cards[:3]
    qtbot.waitUntil(lambda: bool(port.following))
    port.position = first.start + 20
    player.poll()
    port.position = first.end
    player.poll()
    assert screen.card == second
    assert screen.feed._playing
    assert screen.feed.ended == 0.0
    assert screen.rail.like.isEnabled()
    assert len(port.called("load")) == 1, "the engine went on by itself"
    qtbot.waitUntil(lambda: [item.key for item in port.following] == [f"preview {third.preview_id}"])
    qtbot.waitUntil(lambda: bool(verbs.called("seen")))
    assert verbs.called("seen")[0][::2] == (first.preview_id, True)
    port.position = second.start + 5
    player.poll()
    assert screen.feed._time == second.start + 5


def test_without_autoplay_the_card_waits(screen, window, port):
    screen.toggle()
    first = screen.card
    port.position = first.end
    window.around.player.poll()
    assert screen.card is first
    assert not port.playing
    assert screen.feed.ended == 1.0


# -- taste --


def test_the_panel_says_why_a_preview_stands_in_the_feed(qtbot, window, screen):
    qtbot.waitUntil(lambda: screen.card.preview_id in screen.whys)
    panel = window.panel.why
    said = [part.text() for part in panel._why.findChildren(QLabel)]
    assert panel._why.isVisibleTo(window.panel)
    assert tuple(said) == panel.sentences == screen.whys[screen.card.preview_id]
    screen.step(1)
    assert panel.sentences == screen.whys[screen.card.preview_id]


def test_less_like_this_orders_what_comes_anew_at_once(qtbot, window, screen, verbs):
    ids = [card.preview_id for card in screen.feed.cards]
    ahead = list(reversed(ids[2:]))
    answer = {one.card.preview_id: one for one in verbs.recommended()}
    verbs.less_like_this = lambda preview_id: (verbs.like(preview_id, False), [answer[one] for one in ahead])[1]
    screen.not_for_me()
    qtbot.waitUntil(lambda: [card.preview_id for card in screen.feed.cards] == [*ids[:2], *ahead])
    assert screen.card.preview_id == ids[1], "what the person looks at stays"
    assert verbs.called("like") == [(ids[0], False)]


def test_opening_the_episode_is_noted(qtbot, window, screen, verbs):
    card = screen.card
    screen.open_episode()
    assert verbs.called("note_reaction") == [("opened", "preview", card.preview_id, 0.0, -1)]


def test_a_card_passed_over_is_noted_with_its_place(window, screen, verbs):
    first = screen.card
    screen.looking._since = Stood(4200)
    screen.feed.step(1)
    assert verbs.called("note_reaction") == [("shown", "preview", first.preview_id, 4.2, 0)]


def test_a_card_swiped_over_or_heard_is_not_noted_as_passed(qtbot, window, screen, verbs, port):
    screen.looking._since = Stood(300)
    screen.feed.step(1)
    screen.toggle()
    port.position = screen.card.start + 9.0
    window.around.player.poll()
    screen.looking._since = Stood(9000)
    screen.step(1)
    qtbot.waitUntil(lambda: bool(verbs.called("seen")))
    assert verbs.called("note_reaction") == []


def test_leaving_the_screen_says_nothing_about_its_card(window, screen, verbs):
    screen.looking._since = Stood(60_000)
    window.show_screen("music")
    window.show_screen("previews")
    assert verbs.called("note_reaction") == []


class Stood:
    """A timer at which so much has passed."""

    def __init__(self, milliseconds):
        self._passed = milliseconds

    def isValid(self):
        return True

    def elapsed(self):
        return self._passed

    def start(self):
        self._passed = 0


def test_other_cards_that_come_by_themselves_are_no_step(qtbot, window, screen, verbs):
    screen.looking._since = Stood(9000)
    screen.choose("saved")
    qtbot.waitUntil(lambda: screen._stack.currentWidget() is screen.nothing_saved)
    screen.choose("for-you")
    qtbot.waitUntil(lambda: bool(screen.feed.cards))
    assert verbs.called("note_reaction") == []
