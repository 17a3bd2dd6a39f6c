# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a card stood before the person's eyes: noted when they go on without having heard it."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer

from podmix.app.interface import Verbs
from podmix.app.views import PreviewCard

LEAST_MS = 1000  # a card that stood shorter was swiped over unseen


class Looking:
    """One card at a time. A card that was heard is told of elsewhere; leaving the screen says nothing about a card."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs
        self._card: PreviewCard | None = None
        self._place = -1
        self._since = QElapsedTimer()
        self._heard = False

    def gone_to(self, card: PreviewCard | None, place: int) -> None:
        """The person went on to this card."""
        before, stood = self._card, self._since.elapsed() if self._since.isValid() else 0
        if before is not None and not self._heard and stood >= LEAST_MS:
            self._verbs.note_reaction("shown", "preview", before.preview_id, stood / 1000, self._place)
        self.start(card, place)

    def start(self, card: PreviewCard | None, place: int) -> None:
        """Begin to count anew: the screen came to the front, or other cards came."""
        self._card, self._place, self._heard = card, place, False
        self._since.start()

    def see(self, card: PreviewCard | None, place: int) -> None:
        """This one is in front, without a step of the person's; the same as before goes on counting."""
        if card is None or self._card is None or card.preview_id != self._card.preview_id:
            self.start(card, place)

    def heard(self) -> None:
        """The card in front was heard, which says more than looking."""
        self._heard = True

    def stop(self) -> None:
        """The person looks elsewhere."""
        self._card = None
