# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole test in a real browser, opened from the disk, by two raters; then read back and analysed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from podmix.audio.encode import write_clip
from podmix.lab.listening_test.exporting import export
from podmix.lab.listening_test.plan import ANCHOR, Options, Stimulus, make_plan
from podmix.lab.listening_test.results import analyse, read_results
from podmix.progress import finish


def _browser() -> ModuleType:
    place = importlib.util.spec_from_file_location("podmix_test_chromium", Path(__file__).with_name("chromium.py"))
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


BROWSER = _browser()


def _clip(path: Path, hertz: float) -> Path:
    time = np.arange(24_000) / 48_000
    return write_clip((0.2 * np.sin(2 * np.pi * hertz * time)).astype(np.float32), 48_000, path)


@pytest.mark.skipif(BROWSER.find_chromium() is None, reason="no Chromium here: apt-get install chromium")
def test_two_raters_in_a_browser(tmp_path: Path) -> None:
    stimuli = [Stimulus(item, system, _clip(tmp_path / f"{item}-{system}.wav", hertz))
               for item, at in (("one", 1), ("two", 2)) for system, hertz in (("new", 440.0 * at), ("old", 600.0 * at))]
    made = finish(export(make_plan(stimuli, Options(must_play_s=0.3)), tmp_path / "out"))
    assert not list((tmp_path / "out" / "test").rglob("key.json"))
    key = json.loads(made.key.read_text())
    files = []
    with BROWSER.Chromium(tmp_path / "profile") as browser:
        for rater in ("ann", "ben"):
            files.append(tmp_path / f"{rater}.json")
            files[-1].write_text(json.dumps(_rate(browser, made.page, rater, key)))
        told = browser.run("podmixCsv()")
    assert told.splitlines()[0].startswith('"test_id","manifest_sha256"')
    orders = [json.loads(path.read_text())["order"] for path in files]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]
    found = analyse(*read_results(made.key, files))
    assert found.raters == ("ann", "ben")
    assert found.means["new", "interest"].value == 5.0
    assert found.means[ANCHOR, "interest"].value == 1.0
    assert found.wins["new", "old"] == (4, 0, 0)
    assert found.doubtful == {}
    assert found.alpha["interest"] == 1.0


def _rate(browser, page: Path, rater: str, key: dict) -> dict:
    """Rate as somebody who always likes the new system, by buttons and by keys; reload the page in the middle."""
    browser.open(page)
    browser.run(f"document.getElementById('rater').value = {json.dumps(rater)};"
                "document.getElementById('begin').click()")
    count = len(key["questions"])
    for at in range(count):
        if at == count // 2:  # what was answered survives a reload
            browser.open(page)
            browser.run(f"document.getElementById('rater').value = {json.dumps(rater)};"
                        "document.getElementById('begin').click()")
            assert browser.run("state.at") == at
        assert browser.run("document.getElementById('next').disabled")
        every = "[...document.querySelectorAll('.answer')].every(one => one.disabled)"
        assert browser.run(every), "it must be heard first"
        clips = browser.run("clipsOf(current())")
        for letter in ("A", "B") if len(clips) == 2 else ("",):
            browser.press(letter.lower() or " ")
            browser.until(f"state.answers[current().id].heard[{json.dumps(clips['AB'.find(letter or 'A')])}] >= 0.3")
        systems = [key["clips"][clip]["system"] for clip in clips]
        if len(clips) == 2:
            browser.press("ArrowLeft" if systems[0] == "new" else "ArrowRight")
        else:
            grade = {"new": "5", "old": "3", ANCHOR: "1"}[systems[0]]
            browser.press(grade)
            browser.run(f"document.querySelector('[data-scale=whole] [data-value=\"{grade}\"]').click()")
        browser.until("!document.getElementById('next').disabled")
        browser.run("document.getElementById('next').click()")
    browser.until("window.podmixResult")
    return dict(browser.run("podmixResult()"))
