# SPDX-License-Identifier: GPL-3.0-or-later
"""Short questions: which feed, which password; and what an import could not read. All open without blocking."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from podmix.app.views import ImportResult
from podmix.errors import PodMixError
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text


class Question(QDialog):
    """A title, a sentence, something to answer with, two buttons."""

    def __init__(self, theme: Theme, title: str, text: str, yes: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(28, 24, 28, 22)
        outer.setSpacing(14)
        outer.addWidget(label(title, kind="title", wrap=True))
        outer.addWidget(label(text, kind="soft", wrap=True))
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        outer.addLayout(self.body)
        self.yes, self.no = button(yes, kind="primary"), button("Cancel")
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.no)
        row.addWidget(self.yes)
        outer.addLayout(row)
        self.no.clicked.connect(self.reject)
        self.yes.clicked.connect(self.accept)
        self.yes.setDefault(True)


class ChooseFeed(Question):
    """A page offers several feeds."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(theme, "Which one?", f"This page offers {count_text(len(choices), 'feed')}.", "Subscribe",
                         parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Feeds on this page")
        for title, url in choices:
            item = QListWidgetItem(f"{title or url}\n{url}")
            item.setData(Qt.ItemDataRole.UserRole, url)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setFixedHeight(min(320, 60 * max(2, len(choices))))
        self.list.itemDoubleClicked.connect(lambda _item: self.accept())
        self.body.addWidget(self.list)
        self.accepted.connect(self._tell)
        self.list.setFocus()

    def _tell(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


class Password(Question):
    """The feed asks who listens."""

    given = Signal(str, str)

    def __init__(self, theme: Theme, address: str, error: PodMixError, parent: QWidget | None = None) -> None:
        del error
        super().__init__(theme, "This feed needs a password",
                         f"{address}\nPodMix keeps it in your desktop's keyring, and nowhere else.", "Sign in", parent)
        self.user, self.secret = QLineEdit(), QLineEdit()
        self.user.setPlaceholderText("User name")
        self.user.setAccessibleName("User name")
        self.secret.setPlaceholderText("Password")
        self.secret.setAccessibleName("Password")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.body.addWidget(self.user)
        self.body.addWidget(self.secret)
        self.accepted.connect(lambda: self.given.emit(self.user.text(), self.secret.text()))
        self.user.setFocus()


class ImportReport(Question):
    """What came in, and what did not and why."""

    def __init__(self, theme: Theme, result: ImportResult, parent: QWidget | None = None) -> None:
        said = (f"{count_text(result.added, 'show')} added, {result.already} already here. "
                f"{count_text(len(result.failed), 'address', 'addresses')} could not be read:")
        super().__init__(theme, "Import finished", said, "Good", parent)
        self.no.hide()
        self.list = QListWidget()
        self.list.setAccessibleName("Addresses that could not be read")
        self.list.setWordWrap(True)
        for address, why in result.failed:
            self.list.addItem(f"{address}\n{why}")
        self.list.setMinimumHeight(200)
        self.body.addWidget(self.list)
