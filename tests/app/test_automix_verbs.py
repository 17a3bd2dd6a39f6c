# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of mixes on a real home, and the render as a job: told, cancelled, killed, begun again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.app import mix_work
from podmix.app.application import Application
from podmix.app.views import JobsMoved
from podmix.audio.decode import read
from podmix.audio.mixing.render import render
from podmix.automix.learning import MixEvent
from podmix.automix.options import MixOptions
from podmix.automix.plan import MixPlan
from podmix.automix.plan_json import write_plan
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError, Cancelled, UsageError
from podmix.progress import Progress, finish
from podmix.units import JobId
from tests.app.conftest import Ear
from tests.app.known_music import known_tracks
from tests.automix.tracks import sound, track
from tests.e2e import talk

pytestmark = pytest.mark.timeout(120)
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> PlannedMix:
    """A minute of two tracks."""
    folder = tmp_path_factory.mktemp("music")
    return plan_mix([sound(track(name, bpm=bpm, bars=20, sections=(0, 8)), folder)
                     for name, bpm in (("a", 120.0), ("b", 124.0))], MixOptions(title="Night", most_cut=0.5))


@pytest.fixture(scope="module")
def long_plan(mix: PlannedMix) -> MixPlan:
    """Long enough to be stopped in the middle."""
    return plan_mix([*mix.facts] * 2, MixOptions(title="Long")).plan


# -- planning --


def test_plans_and_opens_through_the_planning_process(app: Application, tmp_path: Path) -> None:
    paths = known_tracks(app.home, tmp_path, 4)
    steps: list[Progress] = []
    made = finish(app.plan_music_mix(paths, MixOptions(order="auto", title="Four")), steps.append)
    assert {one.path for one in made.plan.tracks} == set(paths)
    assert steps
    target = app.save_mix_plan(made.plan, tmp_path / "four.json")
    opened = finish(app.open_mix(target))
    assert opened.plan == made.plan
    finish(app.know_music(paths))
    more = finish(app.go_on_mix(opened, known_tracks(app.home, tmp_path, 5)[4:], MixOptions(), place=2))
    assert more.plan.tracks[2].path == str(tmp_path / "4.flac")
    app.close()
    assert app._planner._idle is None


def test_learning_through_the_verbs(app: Application) -> None:
    event = MixEvent("like", "filter", terms={"key": 1.0})
    assert app.note_mix_event(event) == app.mix_weights() != MixWeights()
    assert app.mix_events() == [event]
    assert app.forget_mix_events(event) == MixWeights()
    app.note_mix_event(event)
    app.note_mix_event(event)
    assert app.forget_mix_events() == MixWeights()
    assert app.mix_events() == []


@pytest.mark.parametrize("suffix", [".m3u8", ".cue", ".xml", ".html", ".txt"])
def test_exports_by_suffix(app: Application, mix: PlannedMix, tmp_path: Path, suffix: str) -> None:
    target = app.export_mix(mix, tmp_path / f"night{suffix}", sound="night.flac")
    assert target.stat().st_size > 50


# -- the render as a job --


def finished(app: Application, job: int) -> str:
    app.queue.start()
    assert app.queue.wait([JobId(job)], timeout=PATIENCE_S)
    found = app.queue.job(JobId(job))
    assert found is not None
    return str(found.state)


def test_a_render_tells_how_far_it_is_and_the_file_is_whole(app: Application, ear: Ear, mix: PlannedMix,
                                                            tmp_path: Path) -> None:
    target = tmp_path / "out" / "night.wav"
    assert finished(app, app.render_music_mix(mix.plan, target)) == "done"
    cards = [card for event in ear.of(JobsMoved) for card in event.jobs if card.kind == "render"]  # type: ignore[attr-defined]
    assert cards[0].title == "Rendering “night”"
    assert any(card.fraction and 0 < card.fraction < 1 for card in cards)
    samples, rate = read(target, mono=False)
    assert len(samples) == round(mix.plan.duration_s * rate)
    assert os.listdir(target.parent) == ["night.wav"]


def test_asked_again_it_is_rendered_again(app: Application, mix: PlannedMix, tmp_path: Path) -> None:
    target = tmp_path / "night.wav"
    finished(app, app.render_music_mix(mix.plan, target))
    target.unlink()
    assert finished(app, app.render_music_mix(mix.plan, target)) == "done"
    assert target.is_file()


def test_a_missing_file_is_told_before_it_begins(app: Application, mix: PlannedMix, tmp_path: Path) -> None:
    from dataclasses import replace

    gone = replace(mix.plan, tracks=(mix.plan.tracks[0], replace(mix.plan.tracks[1], path="/nowhere/b.flac")))
    with pytest.raises(AudioError, match=r"b\.flac") as caught:
        app.render_music_mix(gone, tmp_path / "night.wav")
    assert caught.value.remedy
    with pytest.raises(UsageError, match="cannot write"):
        app.render_music_mix(mix.plan, tmp_path / "night.txt")
    assert app.queue.jobs() == []


def test_a_file_that_goes_while_it_waits_fails_the_job_with_its_name(app: Application, tmp_path: Path) -> None:
    facts = [sound(track(name, bpm=None, bars=3), tmp_path) for name in ("a", "b")]
    job = app.render_music_mix(plan_mix(facts).plan, tmp_path / "out" / "night.wav")
    Path(facts[1].path).unlink()
    assert finished(app, job) == "failed"
    found = app.queue.job(JobId(job))
    assert found is not None
    assert found.error is not None
    assert "b.flac" in found.error[0]
    assert not (tmp_path / "out").exists()


def run_until(steps: object, sound_s: float) -> None:
    """Iterate a render until so much of it is written."""
    for step in steps:  # type: ignore[attr-defined]
        if step.stage == "render" and step.done >= sound_s:
            return
    pytest.fail("it was too short to be stopped")


def test_cancelled_it_leaves_no_half_file(long_plan: MixPlan, tmp_path: Path) -> None:
    write_plan(long_plan, tmp_path / "plan.json")
    (tmp_path / "out").mkdir()
    stop: list[bool] = []
    steps = mix_work.render({"plan": str(tmp_path / "plan.json"), "target": str(tmp_path / "out" / "mix.flac")}, {},
                            lambda: bool(stop))
    run_until(steps, 5.0)
    assert len(list((tmp_path / "out").iterdir())) == 1, "it is being written"
    stop.append(True)
    with pytest.raises(Cancelled):
        next(steps)
    assert list((tmp_path / "out").iterdir()) == []
    assert [one.name for one in tmp_path.glob("plan*")] == ["plan.json"]


def test_cancelled_in_the_queue_it_leaves_no_half_file(app: Application, ear: Ear, long_plan: MixPlan,
                                                       tmp_path: Path) -> None:
    job = app.render_music_mix(long_plan, tmp_path / "out" / "mix.flac")
    app.queue.start()
    ear.wait_for(lambda event: isinstance(event, JobsMoved) and any(
        card.kind == "render" and (card.fraction or 0) > 0.01 for card in event.jobs), PATIENCE_S)
    app.cancel_job(job)
    assert app.queue.wait([JobId(job)], timeout=PATIENCE_S)
    assert list((tmp_path / "out").iterdir()) == []


def test_what_another_wrote_there_stays(mix: PlannedMix, tmp_path: Path) -> None:
    other = tmp_path / ".clip-other.wav"
    other.write_bytes(b"of somebody else")
    write_plan(mix.plan, tmp_path / "plan.json")
    finish(mix_work.render({"plan": str(tmp_path / "plan.json"), "target": str(tmp_path / "mix.wav")}, {},
                           lambda: False))  # type: ignore[arg-type]
    assert other.read_bytes() == b"of somebody else"
    (tmp_path / "plan.half").write_text(str(tmp_path / "mix.wav"))
    mix_work.clear_half(tmp_path / "plan.json")
    assert (tmp_path / "mix.wav").is_file(), "only what is unfinished goes"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="kills by process group")
def test_killed_in_the_middle_it_is_begun_again_and_leaves_nothing_half(open_app: Callable[[], Application],
                                                                       mix: PlannedMix, long_plan: MixPlan,
                                                                       tmp_path: Path) -> None:
    app = open_app()
    home, out = tmp_path / "home", tmp_path / "out"
    app.render_music_mix(long_plan, out / "mix.wav")
    app.close()

    first = talk.start(home, "jobs", "--run")
    until(lambda: any(one.stat().st_size > 1_000_000 for one in there(out)), first)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    assert [one.suffix for one in there(out)] == [".wav"], "half of it is there, under another name"
    assert not (out / "mix.wav").exists()

    talk.run(home, "jobs", "--run")
    assert there(out) == [out / "mix.wav"]
    samples, rate = read(out / "mix.wav", mono=False)
    assert len(samples) == round(long_plan.duration_s * rate)
    wanted = np.concatenate(list(render(to_program(long_plan), to_s=20.0)))
    assert np.abs(samples[: len(wanted)] - wanted).max() < 1e-4, "but for the dither of 16 bits"


def there(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(folder.iterdir())
    return []


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert process.poll() is None, process.communicate()[1].decode(errors="replace")
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.01)  # another process's file: there is nothing to wait on
