# SPDX-License-Identifier: GPL-3.0-or-later
"""The Mixes screen alone over the fakes, its mixes there."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

from tests.ui.automix.conftest import around, theme  # noqa: F401 - fixtures for this folder
from tests.ui.conftest import _style, port, qapp_args, qapp_cls, verbs, window  # noqa: F401


@pytest.fixture
def fresh(qtbot, around):  # noqa: F811
    """The screen in front, whatever it shows."""
    from podmix.ui.mixes.screen import MixesScreen

    made = MixesScreen(around)
    qtbot.addWidget(made)
    made.resize(1072, 724)
    made.show()
    made.activate(True)
    return made


@pytest.fixture
def screen(qtbot, fresh):
    qtbot.waitUntil(lambda: bool(fresh.home.today.cards) and bool(fresh.home.tools.blend.names))
    return fresh


@pytest.fixture
def toasts(around):  # noqa: F811
    """What was said: (words, button, what the button does)."""
    said = []
    around.notices.toast_wanted.connect(lambda text, name, undo, _stays: said.append((text, name, undo)))
    return said


def opened(qtbot, screen, card):
    """The page of a mix, in front."""
    screen.open_mix(card)
    qtbot.waitUntil(lambda: screen.front_card is not None and screen.front_card.key == card.key)
    return screen.page
