# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does with transitions is learnt, said in plain words, and can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from podmix.automix.learning import MixEvent, learnt
from podmix.automix.weights import MixWeights, PairWeights
from podmix.ui.automix.learning import learned_words
from tests.ui.automix.conftest import plan_six


def done(verbs):
    return [(event.what, event.kind, event.new_kind) for event in verbs.mix_events()]


def test_like_is_noted_with_what_speaks_against_the_pair_and_said_again_taken_back(qtbot, mixed, verbs):
    mixed.timeline.choose(2)
    kind = mixed.desk.plan.transitions[2].kind
    mixed.panel.like.click()
    qtbot.waitUntil(lambda: done(verbs) == [("like", kind, "")])
    assert set(verbs.mix_events()[0].terms) == set(PairWeights.__slots__)
    assert mixed.panel.like.isChecked()
    mixed.timeline.choose(1)
    assert not mixed.panel.like.isChecked(), "it was said of another transition"
    mixed.timeline.choose(2)
    assert mixed.panel.like.isChecked()
    mixed.panel.like.click()
    qtbot.waitUntil(lambda: not done(verbs))
    assert not mixed.panel.like.isChecked()


def test_who_changes_their_mind_is_counted_once(qtbot, mixed, verbs):
    mixed.timeline.choose(0)
    mixed.timeline.setFocus()
    QTest.keyClick(mixed.timeline, Qt.Key.Key_Y)
    QTest.keyClick(mixed.timeline, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: [what for what, *_ in done(verbs)] == ["dislike"])
    assert mixed.panel.dislike.isChecked()
    assert not mixed.panel.like.isChecked()


def test_weights_change_and_the_panel_says_how(qtbot, mixed, verbs):
    assert mixed.panel.learned.isHidden()
    mixed.timeline.choose(1)
    kind = mixed.desk.plan.transitions[1].kind
    mixed.panel.dislike.click()
    qtbot.waitUntil(lambda: not mixed.panel.learned.isHidden())
    assert mixed.desk.learning.weights == learnt(verbs.mix_events()) != MixWeights()
    assert f"Comes less often: {kind.replace('-', ' ')}." in mixed.panel.learned.words.text()
    assert mixed.panel.learned.source.text() == "From 1 thing you did with transitions."


def test_all_can_be_forgotten_and_brought_back(qtbot, mixed, verbs, around):
    back = []
    around.notices.toast_wanted.connect(lambda text, _button, undo, _stays: back.append(undo) if "Forgotten" in text
                                        else None)
    mixed.timeline.choose(1)
    mixed.panel.like.click()
    qtbot.waitUntil(lambda: not mixed.panel.learned.isHidden())
    before = verbs.mix_events()
    mixed.panel.learned.forget.click()
    qtbot.waitUntil(lambda: bool(back))
    assert verbs.mix_events() == []
    assert mixed.panel.learned.isHidden()
    assert not mixed.panel.like.isChecked()
    back[0]()
    qtbot.waitUntil(lambda: verbs.mix_events() == before and not mixed.panel.learned.isHidden())
    assert mixed.panel.like.isChecked()


def test_an_edit_teaches_and_its_undo_takes_that_back(qtbot, mixed, verbs):
    mixed.timeline.choose(0)
    old = mixed.desk.plan.transitions[0].kind
    new = "cut" if old != "cut" else "crossfade"
    mixed.set_kind(new)
    qtbot.waitUntil(lambda: done(verbs) == [("edit", old, new)])
    qtbot.waitUntil(lambda: mixed.desk._back[-1].event is not None)
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.undo()
    qtbot.waitUntil(lambda: not done(verbs))
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.redo()
    qtbot.waitUntil(lambda: done(verbs) == [("edit", old, new)])


def test_locking_teaches_and_unlocking_does_not(qtbot, mixed, verbs):
    mixed.timeline.choose(3)
    kind = mixed.desk.plan.transitions[3].kind
    mixed.set_lock(True)
    qtbot.waitUntil(lambda: done(verbs) == [("lock", kind, "")])
    with qtbot.waitSignal(mixed.desk.changed):
        mixed.set_lock(False)
    qtbot.waitUntil(lambda: not mixed.around.background.pending)
    assert done(verbs) == [("lock", kind, "")]


def test_a_change_that_fails_teaches_nothing(qtbot, mixed, verbs, around):
    from podmix.errors import AudioError

    def refused(*_):
        raise AudioError("No room.")

    told = []
    around.notices.problem_wanted.connect(told.append)
    mixed.desk.change("trying", refused, ("edit", 0, "cut"))
    qtbot.waitUntil(lambda: bool(told))
    assert done(verbs) == []


def test_what_was_learnt_counts_in_the_next_change(qtbot, mixed, verbs):
    verbs.learnt_from = [MixEvent("like", "filter")] * 20
    plan_six(qtbot, mixed)
    qtbot.waitUntil(lambda: mixed.desk.learning.weights is not None
                    and mixed.desk.learning.weights.liking("filter") > 0)
    seen = []
    mixed.desk.change("looking", lambda mix, _options, weights: seen.append(weights) or mix)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0].liking("filter") > 0


# -- while it plays --


@pytest.fixture
def play(qtbot, mixed, around, port):
    """Play from a second on, and look again after so many."""
    def at(second, *steps):
        mixed.playing.play(second)
        qtbot.waitUntil(lambda: bool(port.called("load_mix")))
        qtbot.waitUntil(lambda: mixed.playing.is_mine)
        around.player.poll()
        for step in steps:
            port.advance(step)
            around.player.poll()
    return at


def long_one(mixed):
    return next((number, one) for number, one in enumerate(mixed.desk.plan.transitions)
                if one.mix_end - one.mix_start > 6)


def test_going_on_from_within_a_transition_is_a_skip(qtbot, mixed, verbs, around, port, play):
    _number, one = long_one(mixed)
    play(one.mix_start + 1.0, 0.5)
    around.player.seek(one.mix_end + 20.0)
    qtbot.waitUntil(lambda: done(verbs) == [("skip", one.kind, "")])
    port.position = one.mix_start + 2.0  # a state that was on its way
    around.player.poll()
    port.position = one.mix_end + 20.0
    around.player.poll()
    qtbot.waitUntil(lambda: not around.background.pending)
    assert len(done(verbs)) == 1, "told once"


def test_a_transition_heard_from_begin_to_end_counts_a_little(qtbot, mixed, verbs, play):
    _number, one = long_one(mixed)
    steps = [0.9] * (round((one.mix_end - one.mix_start) / 0.9) + 4)
    play(one.mix_start - 1.0, *steps)
    qtbot.waitUntil(lambda: done(verbs) == [("play-through", one.kind, "")])


@pytest.mark.parametrize("jump", ["back", "within", "between", "paused", "audition"])
def test_other_jumps_are_no_skips(qtbot, mixed, verbs, around, port, play, jump):
    number, one = long_one(mixed)
    begin = one.mix_end + 1.0 if jump == "between" else one.mix_start + 1.0
    play(begin, 0.5)
    if jump == "paused":
        around.player.pause()
    if jump == "audition":
        mixed.playing.audition(number)
    around.player.seek({"back": one.mix_start - 30.0, "within": one.mix_end - 0.5}.get(jump, one.mix_end + 15.0))
    around.player.poll()
    qtbot.waitUntil(lambda: not around.background.pending)
    assert done(verbs) == []


# -- words --


def test_nothing_learnt_is_no_words():
    assert learned_words(MixWeights()) == ()


def test_words_name_the_strongest_first_and_few():
    weights = replace(MixWeights(), kinds={"cut": -0.9, "blend": 0.1, "bass-swap": 0.5, "join": 0.001},
                      pair=replace(PairWeights(), key=0.7 * 1.5, energy=0.8 * 0.5, tempo=1.6 * 1.1))
    assert learned_words(weights) == (
        "Comes more often: bass swap, blend.", "Comes less often: cut.",
        "Counts more: matching keys, near tempi.", "Counts less: even energy.")
