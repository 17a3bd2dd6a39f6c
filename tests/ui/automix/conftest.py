# SPDX-License-Identifier: GPL-3.0-or-later
"""The Automix screen alone (a whole window would cost every test a second), empty or with six made-up tracks."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

from tests.ui.conftest import _style, port, qapp_args, qapp_cls, verbs, window  # noqa: F401 - fixtures for this folder

PATHS = [f"/music/track {number}.flac" for number in range(6)]


@pytest.fixture(scope="session")
def theme(qapp):
    from podmix.ui.theme import Mode, Theme

    made = Theme(qapp, Mode.DARK, reduced_motion=True)
    made.apply()
    return made


@pytest.fixture
def around(theme, verbs, port):  # noqa: F811
    from podmix.ui.background import Background
    from podmix.ui.player import Player
    from podmix.ui.surroundings import Events, Notices, Surroundings, Ways

    made = Surroundings(verbs, Background(), theme, Player(port, verbs.setting), Notices(), Ways(), Events(verbs))
    yield made
    made.events.close()
    made.player.close()
    made.background.close()


@pytest.fixture
def screen(qtbot, around):
    from podmix.ui.automix.screen import AutomixScreen

    made = AutomixScreen(around)
    qtbot.addWidget(made)
    made.resize(1040, 720)
    made.show()
    made.activate(True)
    qtbot.waitUntil(lambda: made.start.list.count() > 0)
    return made


@pytest.fixture
def mixed(qtbot, screen):
    """A planned mix, in the given order."""
    plan_six(qtbot, screen)
    return screen


def plan_six(qtbot, screen):
    from podmix.ui.automix.start_page import Source

    screen.start.order.set_value("keep")
    with qtbot.waitSignal(screen.desk.changed):
        screen.plan(Source("Six", paths=tuple(PATHS)))
