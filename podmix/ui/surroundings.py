# SPDX-License-Identifier: GPL-3.0-or-later
"""What every screen is given: the verbs, the door to threads, the theme, the player, notices and ways to other screens.

It is built once by the main window and passed down; there is no global.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from podmix.app.interface import Verbs
from podmix.app.views import CaptionsGrew, Changed, Event, JobsMoved, Part, ProblemShown
from podmix.errors import PodMixError
from podmix.ui.background import Background
from podmix.ui.player import Player
from podmix.ui.theme import Theme


class Notices(QObject):
    """Words for the person: a passing toast (perhaps with an undo), or a problem that stays until read."""

    toast_wanted = Signal(str, str, object, bool)  # text, button text, handler | None, stays until the next one
    toast_over = Signal()
    problem_wanted = Signal(object)

    def toast(self, text: str, *, undo: Callable[[], object] | None = None, button: str = "Undo",
              stays: bool = False) -> None:
        self.toast_wanted.emit(text, button if undo else "", undo, stays)

    def problem(self, error: PodMixError) -> None:
        self.problem_wanted.emit(error)


class Ways(QObject):
    """How a screen asks for another one."""

    screen = Signal(str)
    show_page = Signal(int)
    episode_page = Signal(int, float)  # episode id, seconds (negative: do not play)
    subscribe = Signal(str)
    add_demo = Signal()
    import_opml = Signal(object)  # Path | None: ask
    side_panel = Signal()
    sync_page = Signal()  # Weights & Biases, in the Lab
    automix = Signal(object, str)  # paths of music, what they are called together


class Events(QObject):
    """The app's events, brought from any thread to the main one and sorted by kind."""

    changed = Signal(object, object)  # Part, ids
    jobs = Signal(object)
    captions = Signal(object)
    problem = Signal(object)
    _any = Signal(object)

    def __init__(self, verbs: Verbs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._any.connect(self._sort)
        self._end = verbs.on_event(self._from_any_thread)

    def close(self) -> None:
        self._end()

    def _from_any_thread(self, event: Event) -> None:
        try:
            self._any.emit(event)
        except RuntimeError:  # this object is already gone: the window closed
            return

    def _sort(self, event: Event) -> None:
        if isinstance(event, Changed):
            self.changed.emit(Part(event.part), event.ids)
        elif isinstance(event, JobsMoved):
            self.jobs.emit(event.jobs)
        elif isinstance(event, CaptionsGrew):
            self.captions.emit(event)
        elif isinstance(event, ProblemShown):
            self.problem.emit(PodMixError(event.message, remedy=event.remedy))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One window's world."""

    verbs: Verbs
    background: Background
    theme: Theme
    player: Player
    notices: Notices
    ways: Ways
    events: Events
