# SPDX-License-Identifier: GPL-3.0-or-later
"""One track of the library, found by typing: a field with the best few answers below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit, QWidget

from podmix.app.interface import Verbs
from podmix.music.library_types import Track
from podmix.ui.background import Background
from podmix.ui.theme import Theme

WAIT_MS, MOST = 180, 8


def named(track: Track) -> str:
    return f"{track.title} – {track.artist}" if track.artist else track.title


class TrackPicker(QLineEdit):
    """``track`` is the chosen one, None while the words in the field are nobody's name."""

    picked = Signal()

    def __init__(self, theme: Theme, verbs: Verbs, background: Background, name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._verbs, self._background = theme, verbs, background
        self.track: Track | None = None
        self._answers: dict[str, Track] = {}
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self._names = QStringListModel(self)
        self._completer = QCompleter(self._names, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setMaxVisibleItems(MOST)
        popup = self._completer.popup()
        assert popup is not None
        self._popup: QAbstractItemView = popup
        popup.setAccessibleName(f"{name}: tracks that fit")
        self._completer.activated.connect(self._chosen)
        self.setCompleter(self._completer)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._ask)
        self.textEdited.connect(self._edited)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        tokens = self._theme.tokens
        self._popup.setStyleSheet(
            f"QListView {{ background: {tokens.surface}; border: 1px solid {tokens.line}; padding: 4px; }}"
            f"QListView::item {{ padding: 6px 8px; border-radius: 6px; }}"
            f"QListView::item:selected {{ background: {tokens.raised}; color: {tokens.text}; }}")
        self._popup.setTextElideMode(Qt.TextElideMode.ElideRight)

    def show_track(self, track: Track) -> None:
        """Choose this one."""
        self.track = track
        self.setText(named(track))
        self.setCursorPosition(0)
        self.picked.emit()

    def _edited(self, text: str) -> None:
        self.track = self._answers.get(text)
        self.picked.emit()
        if text.strip():
            self._wait.start()
        else:
            self._wait.stop()

    def _ask(self) -> None:
        words = self.text().strip()

        def look() -> Sequence[Track]:
            ids = self._verbs.music_ids(text=words, missing=False, limit=MOST)
            found: Sequence[Track] = self._verbs.music_rows(ids)
            return found

        if words and self.track is None:
            self._background.run(look, then=self._show, failed=lambda _error: None, owner=self,
                                 key=f"track picker {id(self)}")

    def _show(self, tracks: Sequence[Track]) -> None:
        self._answers = {named(track): track for track in tracks}
        self._names.setStringList(list(self._answers))
        if self._answers and self.hasFocus():
            self._completer.complete()

    def _chosen(self, text: str) -> None:
        track = self._answers.get(text)
        if track is not None:
            self.show_track(track)
