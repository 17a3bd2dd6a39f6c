# SPDX-License-Identifier: GPL-3.0-or-later
"""The small parts: the tray's pace, events, the side process, who may be reached."""

from __future__ import annotations

import os
import threading
import time

import pytest

from podmix.app.application import Application
from podmix.app.events import EventBus
from podmix.app.side_process import SideProcess
from podmix.app.tray import Teller
from podmix.app.views import Changed, Part
from podmix.errors import JobError, PodMixError, UsageError, WorkerDied


def test_a_burst_is_told_once_and_the_last_change_is_told() -> None:
    told: list[int] = []
    state = [0]
    done = threading.Event()

    def tell() -> None:
        told.append(state[0])
        if state[0] == 1000:
            done.set()

    teller = Teller(tell, pace_s=0.05)
    for number in range(1, 1001):
        state[0] = number
        teller.soon()
    assert done.wait(10)
    assert len(told) < 100
    teller.close()
    teller.soon()
    assert told[-1] == 1000


def test_a_teller_survives_a_busy_database() -> None:
    calls: list[int] = []
    done = threading.Event()

    def tell() -> None:
        calls.append(1)
        if len(calls) == 1:
            teller.soon()
            raise PodMixError("busy")
        done.set()

    teller = Teller(tell, pace_s=0.0)
    teller.soon()
    assert done.wait(10)
    teller.close()


def test_a_bad_listener_does_not_silence_the_others() -> None:
    bus = EventBus()
    heard: list[object] = []
    bus.listen(lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    end = bus.listen(heard.append)
    bus.tell(Changed(Part.SHOWS))
    end()
    end()
    bus.tell(Changed(Part.SHOWS))
    assert heard == [Changed(Part.SHOWS)]


def double(number: int) -> int:
    return number * 2


def fails() -> None:
    raise UsageError("No.", remedy="Yes.", detail="why")


def dies() -> None:
    os._exit(3)


def hangs() -> None:
    time.sleep(3)


def test_the_side_process() -> None:
    side = SideProcess()
    here = __name__ if __name__.startswith("tests.") else "tests.app.test_pieces"
    try:
        assert side.call(f"{here}:double", 21) == 42
        with pytest.raises(UsageError) as caught:
            side.call(f"{here}:fails")
        assert caught.value.remedy == "Yes."
        with pytest.raises(WorkerDied):
            side.call(f"{here}:dies")
        assert side.call(f"{here}:double", 1) == 2, "the next call gets a fresh one"
        with pytest.raises(JobError):
            side.call(f"{here}:hangs", patience_s=0.01)
        assert side.call(f"{here}:double", 2) == 4, "a hanging one is let go"
    finally:
        side.close()


def test_without_the_model_of_meaning_words_are_still_found(app: Application,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> object:
        raise PodMixError("The model is not here.")

    monkeypatch.setattr(app.side, "call", missing)
    assert app.search("light") == []
    with pytest.raises(PodMixError):
        app.search("light", by="meaning")
    with pytest.raises(UsageError):
        app.search("light", by="smell")
    assert app.search("  ") == []


def test_closing_twice_and_an_ear_that_closes(app: Application) -> None:
    app.start_work()
    app.start_work()
    app.close()
    app.close()
