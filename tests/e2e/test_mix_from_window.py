# SPDX-License-Identifier: GPL-3.0-or-later
"""A mix planned and played in the window is, sample for sample, what the window renders of it.

The real program, planning process, engine (on its null output, as fast as it goes) and render job; nothing is faked.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
import pytest
from numpy.typing import NDArray

from podmix.app.application import Application
from podmix.app.core import Options
from podmix.audio.decode import read
from podmix.audio.mixing.render import render
from podmix.automix.plan_json import read_plan
from podmix.automix.program import to_program
from podmix.paths import find_home
from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import EngineOptions
from podmix.units import JobId
from tests.app.known_music import remember
from tests.automix.tracks import sound, track

pytestmark = pytest.mark.timeout(180)
PATIENCE_MS = 90_000
LSB = 2.0 ** -15


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["podmix"]


@pytest.fixture
def verbs(tmp_path):
    made = Application.open(find_home(str(tmp_path / "home")), Options(null_audio=True))
    yield made
    made.close()


@pytest.fixture
def paths(verbs, tmp_path) -> list[str]:
    """Three short tracks: two whose beats are laid over each other, one without a beat."""
    tracks = [sound(track("a", bpm=120.0, bars=14, sections=(0, 8)), tmp_path),
              sound(track("b", bpm=124.0, bars=14, first=0.31, sections=(0, 8)), tmp_path, hertz=330.0),
              sound(track("c", bpm=None, bars=6), tmp_path, hertz=262.0)]
    return [remember(verbs.home, Path(one.path), one) for one in tracks]


@pytest.fixture
def screen(qtbot, qapp, verbs, tmp_path):
    from podmix.ui.automix.screen import AutomixScreen
    from podmix.ui.background import Background
    from podmix.ui.player import Player
    from podmix.ui.surroundings import Events, Notices, Surroundings, Ways
    from podmix.ui.theme import Mode, Theme

    engine = PlaybackClient(EngineOptions(null_audio=True, null_pace=0, record=str(tmp_path / "heard.f32")))
    around = Surroundings(verbs, Background(), Theme(qapp, Mode.DARK, reduced_motion=True),
                          Player(engine, verbs.setting), Notices(), Ways(), Events(verbs))
    around.player.start()
    made = AutomixScreen(around)
    qtbot.addWidget(made)
    made.show()
    made.activate(True)
    yield made
    around.events.close()
    around.player.close()
    around.background.close()


def heard_from(record: Path, rendered: NDArray[np.float32]) -> NDArray[np.float32]:
    """What was written, from the frame on where the mix began."""
    heard = np.fromfile(record, "<f4").reshape(-1, 2)
    lead = int(np.flatnonzero(heard.any(axis=1))[0]) - int(np.flatnonzero(rendered.any(axis=1))[0])
    return heard[lead: lead + len(rendered)]


def test_what_is_played_is_what_is_rendered(qtbot, screen, verbs, paths, tmp_path):
    from podmix.ui.automix.start_page import Source

    screen.start.order.set_value("keep")
    screen.start.cut.setValue(50)
    with qtbot.waitSignal(screen.desk.changed, timeout=PATIENCE_MS):
        screen.plan(Source("Three", paths=tuple(paths)))
    matched = [one.beat_matched for one in screen.desk.plan.transitions]
    assert matched == [True, False]
    with qtbot.waitSignal(screen.desk.changed):  # an edit counts in both
        screen.timeline.choose(1)
        screen.lengthen(2)
    saved, target = tmp_path / "mix.json", tmp_path / "mix.wav"
    screen.exporting.save(saved)
    qtbot.waitUntil(saved.is_file)

    with qtbot.waitSignal(screen.around.player.ended, timeout=PATIENCE_MS):
        screen.play.click()
    assert screen.around.player.underruns == 0

    wanted = np.concatenate(list(render(to_program(read_plan(saved)))))
    heard = heard_from(tmp_path / "heard.f32", wanted)
    assert len(wanted) == round(screen.desk.plan.duration_s * 48_000)
    assert np.array_equal(heard, wanted)

    screen.exporting.render(target)
    qtbot.waitUntil(lambda: bool(screen.exporting._renders))
    [job] = screen.exporting._renders
    verbs.queue.start()
    qtbot.waitUntil(lambda: verbs.queue.wait([JobId(job)], timeout=0.05), timeout=PATIENCE_MS)
    written, rate = read(target, mono=False)
    assert rate == 48_000
    assert written.shape == heard.shape
    assert np.abs(written - heard).max() <= 2 * LSB, "but for the dither of 16 bits"
