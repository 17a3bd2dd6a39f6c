# SPDX-License-Identifier: GPL-3.0-or-later
"""One box over everything that was ever said: by words, by meaning, or both."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from podmix.app.views import SearchHit
from podmix.errors import PodMixError
from podmix.ui.actions import Action
from podmix.ui.search.hits import HitList
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import Segments
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

WAIT_MS = 280
BY = (("both", "Both"), ("words", "Words"), ("meaning", "Meaning"))


class SearchScreen(QWidget):
    """Searches while typing; a younger question makes an older one's answer void."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self.setProperty("kind", "screen")
        self.edit = QLineEdit()
        self.edit.setProperty("kind", "hero")
        self.edit.setPlaceholderText("Words, or what it was about")
        self.edit.setAccessibleName("Search every transcript")
        self.edit.setClearButtonEnabled(False)
        self.by = Segments("Search by", BY)
        self.count = label(kind="soft")
        self.hits = HitList(around.theme)
        self.state = EmptyState(around.theme, "search", "Search everything that was said",
                                "Every transcript on this machine, by its words or by what it means.")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.state)
        self.stack.addWidget(self.hits)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.edit, 1)
        top.addWidget(self.by)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 24, 24, 0)
        column.setSpacing(12)
        head = QVBoxLayout()
        head.setContentsMargins(14, 0, 0, 0)
        head.setSpacing(12)
        head.addWidget(label("Search", kind="title"))
        head.addLayout(top)
        head.addWidget(self.count)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self.ask)
        self.edit.textChanged.connect(lambda _text: self._wait.start())
        self.edit.returnPressed.connect(self._enter)
        self.by.chosen.connect(lambda _value: self.ask())
        self.hits.opened.connect(lambda hit: around.ways.episode_page.emit(hit.episode_id, hit.start))

    def activate(self, active: bool) -> None:
        if active:
            self.edit.setFocus()
            self.edit.selectAll()

    def ask(self) -> None:
        """Search for what stands in the box."""
        self._wait.stop()
        text, by = self.edit.text().strip(), self.by.value
        if not text:
            self.count.setText("")
            self.state.say("search", "Search everything that was said",
                           "Every transcript on this machine, by its words or by what it means.")
            self.stack.setCurrentWidget(self.state)
            return
        if self.stack.currentWidget() is not self.hits:
            self.state.say("search", "Searching …")
        self._around.background.run(lambda: self._around.verbs.search(text, by=by),
                                    then=lambda hits: self._show(text, hits), failed=self._failed,
                                    owner=self, key="search")

    def _show(self, text: str, hits: list[SearchHit]) -> None:
        self.hits.set_hits(hits)
        episodes = len({hit.episode_id for hit in hits})
        self.count.setText(f"{count_text(len(hits), 'place')} in {count_text(episodes, 'episode')}" if hits else "")
        if not hits:
            other = " Try searching by meaning." if self.by.value == "words" else ""
            self.state.say("search", "Nothing found", f"Nobody said “{text}” in what is transcribed so far.{other}")
        self.stack.setCurrentWidget(self.hits if hits else self.state)

    def _failed(self, error: PodMixError) -> None:
        self.count.setText("")
        self.state.say("alert", error.message, error.remedy)
        self.stack.setCurrentWidget(self.state)

    def _enter(self) -> None:
        """Enter searches at once; with results it goes to the first."""
        if self._wait.isActive() or self.stack.currentWidget() is not self.hits:
            self.ask()
        else:
            self.hits.setFocus(Qt.FocusReason.TabFocusReason)

    def actions_here(self) -> list[Action]:
        return [Action("search.box", "Search", ("Ctrl+F", "/"), "Search", lambda: self.activate(active=True),
                       icon="search")]
