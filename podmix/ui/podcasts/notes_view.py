# SPDX-License-Identifier: GPL-3.0-or-later
"""Show notes. The text arrives cleaned; this view loads nothing from anywhere and opens links only on a click."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from podmix.ui.theme import Theme

_TIME = re.compile(r"(?<![\d:/.\w-])((?:(\d{1,2}):)?([0-5]?\d):([0-5]\d))(?![\d:/\w-])")
_TAG_OR_TEXT = re.compile(r"(<[^>]*>)")
OPENABLE = ("http", "https", "mailto")


def link_times(html: str) -> str:
    """Turn times such as ``12:30`` in the text (never inside a tag or a link) into links that play from there."""
    pieces, in_link = [], 0
    for piece in _TAG_OR_TEXT.split(html):
        if piece.startswith("<"):
            in_link += piece[:2].lower() == "<a" and not piece.startswith("</")
            in_link -= piece.lower().startswith("</a")
            pieces.append(piece)
        elif in_link > 0:
            pieces.append(piece)
        else:
            pieces.append(_TIME.sub(_time_link, piece))
    return "".join(pieces)


def _time_link(found: re.Match[str]) -> str:
    seconds = int(found[2] or 0) * 3600 + int(found[3]) * 60 + int(found[4])
    return f'<a href="podmix-time:{seconds}">{found[1]}</a>'


class NotesView(QTextBrowser):
    """``time_wanted`` when a time in the notes was clicked."""

    time_wanted = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._html = theme, ""
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Notes of this episode")
        self.anchorClicked.connect(self.follow)
        theme.changed.connect(lambda: self.show_html(self._html))

    def loadResource(self, _kind: int, _name: QUrl | str) -> Any:
        """Nothing is ever loaded: no image, no style, no tracker."""
        return None

    def show_html(self, html: str) -> None:
        self._html = html
        tokens = self._theme.tokens
        self.document().setDefaultStyleSheet(
            f"a {{ color: {tokens.music}; text-decoration: none; }} p, li {{ line-height: 140%; }} "
            f"h1, h2, h3 {{ font-size: 16px; }}")
        self.setHtml(f'<div style="color:{tokens.text}; font-size:14px;">{link_times(html)}</div>')

    def follow(self, url: QUrl) -> None:
        """Times play; web and mail addresses go to the desktop; everything else goes nowhere."""
        if url.scheme() == "podmix-time":
            self.time_wanted.emit(float(url.path() or 0))
        elif url.scheme() in OPENABLE:
            QDesktopServices.openUrl(url)
