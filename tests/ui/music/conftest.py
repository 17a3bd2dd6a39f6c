# SPDX-License-Identifier: GPL-3.0-or-later
"""The music screen in front, its first tracks there."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest

from tests.ui.conftest import _style, port, qapp_args, qapp_cls, verbs, window  # noqa: F401 - fixtures for this folder


@pytest.fixture
def screen(qtbot, window):  # noqa: F811
    made = window.screens["music"]
    window.show_screen("music")
    qtbot.waitUntil(lambda: bool(made.model.ids) and len(made.model.tracks) >= len(made.model.ids))
    return made


@pytest.fixture
def in_hand(qtbot, screen):
    """The screen with "Low Orbit" (124 BPM, D minor) in hand."""
    screen.table.choose([screen.model.ids.index(3)])
    screen.open_panel()
    qtbot.waitUntil(lambda: screen.editor.page is not None)
    return screen
