# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door for work off the main thread.

``Background.run`` calls a function on a small pool of daemon threads and brings its result, or its error, back to the
main thread. Work returns values and never touches a widget. Of two calls with the same ``key`` only the younger one
answers; nobody is called once ``owner`` is gone. ``Cancelled`` is silent; every other error without its own
``failed`` goes to ``problem``, where the window presents it once.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

from podmix.errors import Cancelled, PodMixError

Result = TypeVar("Result")
log = logging.getLogger("podmix.ui.background")


@dataclass(slots=True)
class _Call:
    number: int
    work: Callable[[], Any]
    then: Callable[[Any], object] | None
    failed: Callable[[PodMixError], None] | None
    owner: QObject | None
    key: str
    result: Any = None
    error: BaseException | None = None
    ended: Callable[[], object] | None = field(default=None)


class Background(QObject):
    """Runs callables on threads; results come back on the thread that owns this object."""

    problem = Signal(object)  # PodMixError
    busy = Signal(bool)
    _finished = Signal(object)

    def __init__(self, *, threads: int = 4, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._pending = 0
        self._open = True
        self._finished.connect(self._deliver)
        self._threads = [threading.Thread(target=self._serve, name=f"podmix-background-{n}", daemon=True)
                         for n in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def pending(self) -> int:
        return self._pending

    def run(self, work: Callable[[], Result], *, then: Callable[[Result], object] | None = None,
            failed: Callable[[PodMixError], None] | None = None, ended: Callable[[], object] | None = None,
            owner: QObject | None = None, key: str = "") -> None:
        """Call ``work`` on a thread, then ``then(result)`` or ``failed(error)`` here, and ``ended()`` in any case.

        Args:
            work: must not touch widgets.
            owner: when this object is destroyed meanwhile, nothing is called.
            key: a younger call with the same key makes this one's answer void (its error too).
        """
        if not self._open:
            return
        call = _Call(next(self._numbers), work, then, failed, owner, key, ended=ended)
        if key:
            self._newest[key] = call.number
        self._pending += 1
        if self._pending == 1:
            self.busy.emit(True)
        self._queue.put(call)

    def close(self) -> None:
        """Take no more work; threads end after what they are doing. Answers still on their way are dropped."""
        self._open = False
        for _ in self._threads:
            self._queue.put(None)

    def _serve(self) -> None:
        while (call := self._queue.get()) is not None:
            try:
                call.result = call.work()
            except BaseException as error:  # noqa: BLE001 - the edge between threads: everything travels to the main one
                call.error = error
            try:
                self._finished.emit(call)
            except RuntimeError:  # the window is gone
                return

    def _deliver(self, call: _Call) -> None:
        self._pending -= 1
        if self._pending == 0:
            self.busy.emit(False)
        if not self._open or (call.owner is not None and not shiboken6.isValid(call.owner)):
            return
        if call.key and self._newest.get(call.key) != call.number:
            return
        if call.ended is not None:
            call.ended()
        if call.error is None:
            if call.then is not None:
                call.then(call.result)
        elif not isinstance(call.error, Cancelled):
            self._fail(call)

    def _fail(self, call: _Call) -> None:
        error = call.error
        if not isinstance(error, PodMixError):
            log.error("A background call failed", exc_info=error)
            error = PodMixError("That did not work, and it is our mistake. Nothing was lost.",
                                remedy="Try it once more; if it happens again, `podmix doctor` helps to report it.",
                                detail=repr(error))
        if call.failed is not None:
            call.failed(error)
        else:
            self.problem.emit(error)
