# SPDX-License-Identifier: GPL-3.0-or-later
"""One application object, offscreen; a window over the fakes; nothing plays, nothing waits."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs


@pytest.fixture(scope="session")
def qapp_args():
    return ["podmix"]


@pytest.fixture(scope="session")
def qapp_cls():
    from PySide6.QtWidgets import QApplication

    return QApplication


@pytest.fixture(autouse=True)
def _style(qapp):
    if qapp.style().name() != "fusion":  # putting on the same style again costs every test a tenth of a second
        qapp.setStyle("Fusion")


@pytest.fixture
def verbs():
    made = FakeVerbs()
    made.values["appearance.reduced_motion"] = True  # tests look at where things end, not at how they get there
    return made


@pytest.fixture
def port():
    return FakePlayer()


@pytest.fixture
def window(qtbot, verbs, port):
    """The whole window on the fakes, shown, with its previews loaded."""
    from podmix.ui.main_window import MainWindow

    made = MainWindow(verbs, port)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitUntil(lambda: bool(made.screens["previews"].feed.cards) or not verbs.shows())
    yield made
    made.close()
