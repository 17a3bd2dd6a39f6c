# SPDX-License-Identifier: GPL-3.0-or-later
"""A private session bus for one test, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.playback.desktop.fake_controls import Wishes
from tests.playback.desktop.private_bus import PrivateBus


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wishes() -> Wishes:
    return Wishes()


@pytest.fixture
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateBus]:
    made = PrivateBus(tmp_path_factory.mktemp("bus"))  # a short path: sockets have at most 107 characters
    yield made
    made.kill()
