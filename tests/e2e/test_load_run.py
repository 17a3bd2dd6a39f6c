# SPDX-License-Identifier: GPL-3.0-or-later
"""Three minutes of two decks while everything else runs; the full half hour is ``make load``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.pulse_server import NullSink

BENCH = Path(__file__).parents[1] / "bench" / "load_run.py"
MINUTES = 3.0
pytestmark = [pytest.mark.sound, pytest.mark.models, pytest.mark.xdist_group("load"), pytest.mark.timeout(420)]


def test_three_minutes_of_two_decks_are_whole_while_transcribing_analysing_and_scrolling(
        null_sink: NullSink, tmp_path: Path) -> None:
    del null_sink  # skips where there is no sound server; the run starts its own
    report = tmp_path / "report.json"
    done = subprocess.run([sys.executable, str(BENCH), "--minutes", str(MINUTES), "--out", str(report)],
                          check=False, capture_output=True, text=True, timeout=400)
    assert report.exists(), done.stderr
    found = json.loads(report.read_text())
    assert found["broken"] == [], done.stdout
    assert found["errors"] == []
    assert all(found["others"][what] > 0 for what in ("transcribed_s", "analysed_s", "scrolled_frames"))
