# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lab screen alone over the fake lab: a sweep of 24 trials, an evaluation, a training that runs."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

from tests.ui.conftest import _style, port, qapp_args, qapp_cls, verbs, window  # noqa: F401 - fixtures for this folder


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
    from podmix.ui.lab.screen import LabScreen

    made = LabScreen(around)
    qtbot.addWidget(made)
    made.resize(1040, 720)
    made.show()
    assert not made.is_built  # a window that starts elsewhere pays nothing for it
    made.activate(True)
    qtbot.waitUntil(lambda: made.runs.consent is not None)
    return made


@pytest.fixture
def toasts(around):
    """(text, what takes it back) of every toast."""
    told = []
    around.notices.toast_wanted.connect(lambda text, _button, undo, _stays: told.append((text, undo)))
    return told
