# SPDX-License-Identifier: GPL-3.0-or-later
"""Sitting at a listening test: one question at a time, nothing counts before it was heard, everything is kept at once.

Space plays (A and B in pairs), 1 to 5 rate, the arrows ← ↓ → choose A, no difference, B; Enter goes on, Backspace back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from podmix.errors import PodMixError
from podmix.ui.lab.chart_view import page_frame
from podmix.ui.lab.clip_player import ClipPlayer
from podmix.ui.lab.paged import Page, emptied
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import label

if TYPE_CHECKING:
    from podmix.lab.listening_test.sitting import Sitting

TIE = "tie"
LETTERS = "AB"
KEYS = "Space plays, A and B play either, 1 to 5 rate, ← ↓ → choose, Enter goes on, Backspace goes back."


class SittingPage(Page):
    """``over`` with the test's folder when the last question is answered."""

    over = Signal(object)

    def __init__(self, around: Surroundings, clips: ClipPlayer, parent: QWidget | None = None) -> None:
        super().__init__(around, "Listening test", parent)
        self.sitting: Sitting | None = None
        self._clips = clips
        self._since = 0.0
        self._open_scale = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Listening test")
        self.setAccessibleDescription(KEYS)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the test")
        self.ask_words = label(kind="title", wrap=True)
        self.frame = page_frame()
        self._inner = QVBoxLayout(self.frame)
        self._inner.setContentsMargins(24, 20, 24, 20)
        self._inner.setSpacing(16)
        self.left = label(kind="soft", wrap=True)
        self.comment = QPlainTextEdit()
        self.comment.setPlaceholderText("Anything to say? (optional)")
        self.comment.setAccessibleName("Comment")
        self.comment.setTabChangesFocus(True)
        self.comment.setFixedHeight(64)
        self.before, self.skip = button("Back", name="Question before"), button("Skip", name="Skip this question")
        self.next = button("Next", kind="primary", name="Next question")
        self.plays: list[QPushButton] = []
        self.answers: dict[str, list[QPushButton]] = {}
        row = QHBoxLayout()
        row.addWidget(self.before)
        row.addWidget(self.skip)
        row.addStretch(1)
        row.addWidget(self.next)
        for part in (self.bar, self.ask_words, self.frame, self.left, self.comment):
            self.body.addWidget(part)
        self.body.addLayout(row)
        self.body.addWidget(label(KEYS, kind="small", wrap=True))
        self.body.addStretch(1)
        self.before.clicked.connect(lambda: self._step(-1))
        self.skip.clicked.connect(lambda: self._step(1, skip=True))
        self.next.clicked.connect(lambda: self._step(1))
        self.comment.textChanged.connect(self._say)
        clips.heard.connect(self._heard)
        clips.changed.connect(self._show_playing)

    # -- sitting down --
    def sit_down(self, folder: Path, rater: str) -> None:
        verbs = self.verbs
        self.ask(lambda: verbs.lab.sit_down(folder, rater), self._begin, loading="Laying out the test")

    def _begin(self, sitting: Sitting) -> None:
        self.sitting = sitting
        self.title.set_text(str(sitting.manifest["title"]))
        self.show_body()
        self._question()
        self.setFocus()

    def stand_up(self) -> None:
        """Leave: what was answered is kept."""
        self._clips.stop()
        if self.sitting is not None and not self.sitting.over:
            self._count_time()
            self._keep()

    # -- one question --
    def _question(self) -> None:
        sitting = self.sitting
        assert sitting is not None
        self._clips.stop()
        if sitting.over:
            self.over.emit(sitting.folder)
            return
        self._since, self._open_scale = time.monotonic(), 0
        self.bar.setRange(0, len(sitting.order))
        self.bar.setValue(sitting.at)
        self.facts.set_text(f"Question {sitting.at + 1} of {len(sitting.order)} · {sitting.rater}")
        self.ask_words.setText("Which one is better?" if sitting.is_pair else "Listen, then rate.")
        emptied(self._inner)
        self.plays, self.answers = [], {}
        row = QHBoxLayout()
        for at in range(len(sitting.clips)):
            letter = LETTERS[at] if sitting.is_pair else ""
            play = button(f"Play {letter}".strip())
            play.setMinimumSize(150, 48)
            play.clicked.connect(partial(self.play, at))
            self.plays.append(play)
            row.addWidget(play)
        row.addStretch(1)
        self._inner.addLayout(row)
        if sitting.is_pair:
            self._choices()
        else:
            for scale in sitting.scales:
                self._scale(scale)
        self.comment.blockSignals(True)
        self.comment.setPlainText(sitting.reply.comment)
        self.comment.blockSignals(False)
        self._allow()
        self._show_playing()

    def _choices(self) -> None:
        sitting = self.sitting
        assert sitting is not None
        first, second = sitting.clips
        row = QHBoxLayout()
        made = []
        for value, words in ((first, "A is better"), (TIE, "No difference"), (second, "B is better")):
            control = self._answer(words, words)
            control.setProperty("value", value)
            control.clicked.connect(partial(self.choose, value))
            made.append(control)
            row.addWidget(control)
        row.addStretch(1)
        self.answers["choice"] = made
        self._inner.addLayout(row)

    def _scale(self, scale: dict[str, str]) -> None:
        box = QFrame()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label(scale["question"], kind="strong", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label(scale["low"], kind="small"))
        made = []
        for value in range(1, 6):
            control = self._answer(str(value), f"{scale['question']} {value} of 5")
            control.setFixedWidth(64)
            control.clicked.connect(partial(self.rate, scale["name"], value))
            made.append(control)
            row.addWidget(control)
        row.addWidget(label(scale["high"], kind="small"))
        row.addStretch(1)
        column.addLayout(row)
        self.answers[scale["name"]] = made
        self._inner.addWidget(box)

    @staticmethod
    def _answer(words: str, name: str) -> QPushButton:
        made = button(words, kind="chip", name=name)
        made.setCheckable(True)
        made.setMinimumHeight(36)
        return made

    # -- hearing and answering --
    def play(self, at: int, _checked: bool = False) -> None:
        sitting = self.sitting
        if sitting is None or sitting.over or at >= len(sitting.clips):
            return
        clip, first = sitting.clips[at], not sitting.reply.replays.get(sitting.clips[at])
        if self._clips.playing != clip:
            sitting.begun(clip)
        if self._clips.name == clip and not first:
            self._clips.toggle(clip, sitting.path_of(clip), sitting.seconds_of(clip))
            return
        # Who has heard both changes over at the same second; before that each begins at its beginning.
        over = sitting.is_pair and self._clips.playing in sitting.clips and sitting.left_to_hear(clip) <= 0
        self._clips.play(clip, sitting.path_of(clip), sitting.seconds_of(clip), about="Listening test",
                         title=f"Clip {LETTERS[at]}" if sitting.is_pair else "Clip",
                         at=self._clips.position if over else 0.0)

    def _heard(self, clip: str, seconds: float) -> None:
        sitting = self.sitting
        if sitting is not None and not sitting.over and clip in sitting.clips and self.isVisible():
            sitting.heard(clip, seconds)
            self._allow()

    def rate(self, scale: str, value: int, _checked: bool = False) -> None:
        if self.sitting is not None and self.sitting.rate(scale, value):
            names = [one["name"] for one in self.sitting.scales]
            self._open_scale = min(len(names) - 1, names.index(scale) + 1)
        self._allow()

    def choose(self, choice: str, _checked: bool = False) -> None:
        if self.sitting is not None:
            self.sitting.choose(choice)
        self._allow()

    def _say(self) -> None:
        if self.sitting is not None and not self.sitting.over:
            self.sitting.say(self.comment.toPlainText())

    def _allow(self) -> None:
        """What may be pressed now, and what was answered."""
        sitting = self.sitting
        if sitting is None or sitting.over:
            return
        may, reply = sitting.may_answer, sitting.reply
        for name, controls in self.answers.items():
            for at, control in enumerate(controls):
                control.setEnabled(may)
                control.setChecked(control.property("value") == reply.choice if name == "choice" else
                                   reply.ratings.get(name) == at + 1)
        self.next.setEnabled(sitting.may_go_on)
        self.before.setEnabled(sitting.at > 0)
        left = max(sitting.left_to_hear(clip) for clip in sitting.clips)
        self.left.setText(f"{left:.0f} s more to hear before an answer counts." if left >= 0.5 else
                          "A moment more." if left > 0 else "You may answer.")

    def _show_playing(self) -> None:
        sitting = self.sitting
        if sitting is None or sitting.over or len(self.plays) != len(sitting.clips):
            return
        for at, control in enumerate(self.plays):
            letter = LETTERS[at] if sitting.is_pair else ""
            words = "Pause" if self._clips.playing == sitting.clips[at] else "Play"
            control.setText(f"{words} {letter}".strip())
            control.setAccessibleName(control.text())

    def _step(self, by: int, *, skip: bool = False) -> None:
        sitting = self.sitting
        if sitting is None or (by > 0 and not skip and not sitting.may_go_on):
            return
        self._count_time()
        try:
            sitting.step(by, skip=skip)
        except PodMixError as error:  # a full disk: the answer is still here
            self.around.notices.problem(error)
            return
        self._question()
        self.setFocus()

    def _count_time(self) -> None:
        if self.sitting is not None and not self.sitting.over:
            self.sitting.reply.seconds += time.monotonic() - self._since
            self._since = time.monotonic()

    def _keep(self) -> None:
        try:
            if self.sitting is not None:
                self.sitting.keep()
        except PodMixError as error:
            self.around.notices.problem(error)

    # -- keys --
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._meant(event):
            event.accept()
            return True
        return super().event(event)

    def _meant(self, event: QKeyEvent) -> tuple[Any, ...] | None:
        """What a key asks for here; None for one that means nothing."""
        sitting, key = self.sitting, Qt.Key(event.key())
        if sitting is None or sitting.over or event.modifiers() not in (Qt.KeyboardModifier.NoModifier,
                                                                       Qt.KeyboardModifier.KeypadModifier):
            return None
        found: tuple[Any, ...] | None = {
            Qt.Key.Key_Space: ("play", 0), Qt.Key.Key_A: ("play", 0), Qt.Key.Key_B: ("play", 1),
            Qt.Key.Key_Return: ("step", 1), Qt.Key.Key_Enter: ("step", 1), Qt.Key.Key_Backspace: ("step", -1)}.get(key)
        if found is None and sitting.is_pair:
            order: Sequence[str] = (sitting.clips[0], TIE, sitting.clips[-1])
            at = {Qt.Key.Key_Left: 0, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 2}.get(key)
            found = ("choose", order[at]) if at is not None else None
        elif found is None and Qt.Key.Key_1 <= key <= Qt.Key.Key_5:
            found = ("rate", key - Qt.Key.Key_0)
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        meant = None if isinstance(self.focusWidget(), QLineEdit) else self._meant(event)
        match meant:
            case ("play", at):
                self.play(int(at))
            case ("step", by):
                self._step(int(by))
            case ("choose", choice):
                self.choose(str(choice))
            case ("rate", value):
                assert self.sitting is not None
                self.rate(self.sitting.scales[self._open_scale]["name"], int(value))
            case _:
                super().keyPressEvent(event)
