# SPDX-License-Identifier: GPL-3.0-or-later
"""One mix: its cover and facts, what to do with it, and its tracks with their reasons."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from podmix.app.taste_views import MixCard
from podmix.app.views import PreviewCard
from podmix.ui.mixes.covers import MixCovers
from podmix.ui.mixes.mix_list import MixList
from podmix.ui.mixes.mix_rows import rows_of
from podmix.ui.mixes.mix_words import DRIVE, facts_text, friend_of, has_previews, kind_text
from podmix.ui.theme import CAPTION, CARD_RADIUS, SMALL, Theme, font
from podmix.ui.widgets.buttons import Switch, button
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import count_text

COVER, SMALL_COVER, LOW = 168, 116, 620


class MixCover(QWidget):
    """The cover at the head of the page."""

    def __init__(self, theme: Theme, covers: MixCovers) -> None:
        super().__init__()
        self._covers = covers
        self._card: MixCard | None = None
        self.setFixedSize(COVER, COVER)
        covers.arrived.connect(self.update)
        theme.changed.connect(self.update)

    def show_card(self, card: MixCard) -> None:
        self._card = card
        self.setAccessibleName(f"Cover of {card.title}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._card is None:
            return
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._covers.cover(self._card, self.width(), CARD_RADIUS, self.devicePixelRatioF()))
        painter.end()


class MatchRing(QWidget):
    """How much two listeners share: a ring, the number inside, words below. 0 means that too little is known."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._match = theme, 0
        self.setFixedSize(112, 132)
        theme.changed.connect(self.update)

    def show_match(self, match: int) -> None:
        self._match = match
        self.setAccessibleName(f"{match} of 100 in common" if match else "How much you share is not known yet")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(10, 6, 92, 92)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.track), 8))
        painter.drawEllipse(ring)
        painter.setPen(QPen(QColor(tokens.music), 8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if self._match:
            painter.drawArc(ring, 90 * 16, -round(self._match / 100 * 360 * 16))
        painter.setPen(QColor(tokens.text))
        painter.setFont(font(CAPTION, QFont.Weight.Bold, numbers=True))
        painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, f"{self._match} %" if self._match else "?")
        painter.setPen(QColor(tokens.soft))
        painter.setFont(font(SMALL))
        painter.drawText(QRectF(0, 108, self.width(), 20), Qt.AlignmentFlag.AlignCenter,
                         "in common" if self._match else "not known yet")
        painter.end()


class MixPage(QWidget):
    """``card`` is the mix that is shown. It only shows and asks; the screen does."""

    back_wanted = Signal()
    play_wanted = Signal()
    automix_wanted = Signal()
    save_wanted = Signal()
    more_wanted = Signal()
    previews_wanted = Signal(bool)
    accept_all_wanted = Signal()

    def __init__(self, theme: Theme, covers: MixCovers) -> None:
        super().__init__()
        self.card: MixCard | None = None
        self.back = button("‹  Mixes", kind="quiet", name="Back to the mixes")
        self.cover = MixCover(theme, covers)
        self.kind, self.title = label(kind="small"), ElidedLabel(kind="title")
        self.about, self.facts = ElidedLabel(kind="soft"), label(kind="soft", numbers=True)
        self.match = MatchRing(theme)
        self.play = button("Play", kind="primary", name="Play this mix")
        self.automix = button("Automix", name="Plan this mix with transitions")
        self.save = button("Save as playlist", name="Save this mix as a playlist")
        self.accept_all = button("Accept all", name="Put all suggestions into the playlist")
        self.previews = Switch(theme, "Previews between the tracks")
        self.previews_words = label("Previews between", kind="soft")
        self.list = MixList(theme, covers.path)
        self.more = button("More of this mix", kind="quiet", name="More tracks of this mix")
        covers.arrived.connect(self.list.viewport().update)
        self._assemble()
        self._wire()

    def _assemble(self) -> None:
        self.title.setFont(font(CAPTION, QFont.Weight.Bold))
        words = QVBoxLayout()
        words.setSpacing(3)
        for part in (self.kind, self.title, self.about, self.facts):
            words.addWidget(part)
        words.addSpacing(6)
        words.addStretch()
        row = QHBoxLayout()
        row.setSpacing(8)
        for control in (self.play, self.automix, self.accept_all, self.save):
            row.addWidget(control)
        row.addStretch()
        row.addWidget(self.previews_words)
        row.addWidget(self.previews)
        words.addLayout(row)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 0, 0)
        head.setSpacing(22)
        head.addWidget(self.cover, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        head.addWidget(self.match, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 24, 0)
        column.setSpacing(12)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        self.about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def _wire(self) -> None:
        for control, wanted in ((self.back, self.back_wanted), (self.play, self.play_wanted),
                                (self.automix, self.automix_wanted), (self.save, self.save_wanted),
                                (self.more, self.more_wanted), (self.accept_all, self.accept_all_wanted)):
            control.clicked.connect(wanted)
        self.previews.clicked.connect(lambda: self.previews_wanted.emit(self.previews.isChecked()))
        model = self.list.rows_model
        for changed in (model.modelReset, model.rowsRemoved, model.rowsInserted, model.dataChanged):
            changed.connect(lambda *_: self.say())

    # -- content --
    def show_mix(self, card: MixCard, previews: Mapping[int, PreviewCard], *,
                 accepted: frozenset[int] = frozenset(), previews_known: bool = False) -> None:
        """``previews`` are those that stand between its tracks; ``previews_known``: there are some to put there."""
        same = self.card is not None and self.card.key == card.key
        self.card = card
        self.cover.show_card(card)
        self.kind.setText(kind_text(card))
        self.title.set_text(DRIVE if has_previews(card) and card.kind == "daily" else card.title)
        self.about.set_text(card.about)
        self.match.setVisible(card.match is not None)
        if card.match is not None:
            self.match.show_match(card.match)
        self.more.setVisible(card.kind == "daily")
        self.accept_all.setVisible(card.kind == "enhance")
        self.save.setVisible(card.kind != "enhance")
        for part in (self.previews, self.previews_words):
            part.setVisible((previews_known or bool(previews)) and card.kind != "enhance")
        self.previews.setChecked(bool(previews))
        top = self.list.verticalScrollBar().value() if same else 0
        self.list.show_kind(friend_of(card), has_added=any(one.added for one in card.tracks))
        self.list.rows_model.set_rows(rows_of(card.tracks, previews, accepted), friend_of(card))
        self.list.verticalScrollBar().setValue(top)

    def say(self) -> None:
        """What follows from the rows."""
        model = self.list.rows_model
        self.facts.setText(facts_text(model.tracks))
        waiting = len(model.waiting)
        self.accept_all.setText(f"Accept all {waiting}" if waiting > 1 else "Accept it" if waiting else "All decided")
        self.accept_all.setAccessibleName(f"Put {count_text(waiting, 'suggestion')} into the playlist")
        self.accept_all.setEnabled(bool(waiting))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = SMALL_COVER if self.height() < LOW else COVER
        self.cover.setFixedSize(side, side)

