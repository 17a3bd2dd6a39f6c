# SPDX-License-Identifier: GPL-3.0-or-later
"""From a queued wish to rows: real queue, real worker processes, a real download, a stand-in for the models."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from podmix.app.application import Application
from podmix.app.results import PREVIEW_WANTED
from podmix.app.views import CaptionsGrew, Changed, JobsMoved, Part, ProblemShown
from podmix.jobs.types import JobState
from podmix.podcasts.types import EpisodeState
from podmix.units import JobId
from tests.app.conftest import Ear, OpenApplication, put_show
from tests.net.loopback import LoopbackServer

PATIENCE_S = 60.0


def first_episode(app: Application, server: LoopbackServer, title: str = "Light") -> int:
    app.subscribe(put_show(server, episodes=(title,)))
    return app.episodes()[0].episode_id


def runs(app: Application) -> list[str]:
    file = app.home.cache / "runs"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def test_a_wish_becomes_previews(app: Application, ear: Ear, server: LoopbackServer) -> None:
    episode_id = first_episode(app, server)
    app.make_preview(episode_id)
    app.start_work()
    assert app.wait_for_work(PATIENCE_S)
    page = app.episode_page(episode_id)
    assert page.episode.state is EpisodeState.READY
    assert page.episode.audio is not None
    assert page.episode.audio.is_file()
    assert page.episode.duration == 1.0, "what decodes, not what is claimed"
    assert [card.rank for card in page.previews] == [1, 2, 3]
    assert page.captions[0].text.startswith("The old harbour light")
    assert page.previews[0].captions[0].speaker == "Ada"
    assert [card.episode_id for card in app.preview_feed()] == [episode_id]
    assert [hit.by for hit in app.search("harbour lig", by="words")] == ["words"]
    assert list(app.home.checkpoints.iterdir()) == []
    assert app.jobs() == []
    assert any(event.lines[0].text.startswith("The old") for event in ear.of(CaptionsGrew))
    assert Changed(Part.PREVIEWS, (episode_id,)) in ear.events
    states = [job.state for event in ear.of(JobsMoved) for job in event.jobs]
    assert "running" in states


def test_a_preview_wished_while_the_plain_download_waits(app: Application, server: LoopbackServer) -> None:
    """One file has one writer: the download under way goes on to the preview."""
    episode_id = first_episode(app, server)
    plain = app.download(episode_id)
    assert app.make_preview(episode_id) == plain
    job = app.queue.job(JobId(plain))
    assert job is not None
    assert job.priority == PREVIEW_WANTED
    app.start_work()
    assert app.wait_for_work(PATIENCE_S)
    assert len(app.previews_of(episode_id)) == 3
    assert server.paths().count("/audio.wav") == 1


def test_a_plain_download_makes_no_preview_and_comes_back_when_its_file_is_gone(
        app: Application, server: LoopbackServer) -> None:
    episode_id = first_episode(app, server)
    app.start_work()
    for _ in range(2):
        app.download_now(episode_id)
        row = app.episode_page(episode_id).episode
        assert row.state is EpisodeState.DOWNLOADED
        assert row.audio is not None
        row.audio.unlink()
    assert runs(app) == []


def test_a_failure_is_shown_with_its_remedy_and_can_be_retried(app: Application, ear: Ear,
                                                               server: LoopbackServer) -> None:
    episode_id = first_episode(app, server, "Silence")
    app.start_work()
    app.make_preview(episode_id)
    assert app.wait_for_work(PATIENCE_S)
    [shown] = ear.of(ProblemShown)
    assert "Nobody speaks" in shown.message
    assert shown.remedy == "Choose another one."
    [card] = app.jobs()
    assert (card.state, card.problem, card.remedy) == ("failed", "Nobody speaks in this episode.", shown.remedy)
    row = app.episode_page(episode_id).episode
    assert (row.state, row.problem) == (EpisodeState.FAILED, "Nobody speaks in this episode.")
    assert list(app.home.checkpoints.iterdir()), "a retry goes on from what was recognised"
    app.retry_job(card.job_id)
    assert app.wait_for_work(PATIENCE_S)
    assert runs(app) == ["Silence", "Silence"]


def test_cancel_puts_the_episode_to_rest_and_nothing_begins_again_unasked(app: Application, ear: Ear,
                                                                          server: LoopbackServer) -> None:
    episode_id = first_episode(app, server, "Endless")
    app.start_work()
    app.make_preview(episode_id)
    ear.wait_for(lambda event: isinstance(event, CaptionsGrew))
    assert app.episode_page(episode_id).episode.state is EpisodeState.WORKING
    [job] = [job for job in app.jobs() if job.kind == "preview"]
    app.cancel_job(job.job_id)
    assert app.wait_for_work(PATIENCE_S)
    assert app.episode_page(episode_id).episode.state is EpisodeState.DOWNLOADED
    assert app.queue_newest([app.shows()[0].show_id]) == []
    assert ear.of(ProblemShown) == []


def test_removing_a_show_ends_its_work(app: Application, ear: Ear, server: LoopbackServer) -> None:
    episode_id = first_episode(app, server, "Endless")
    app.start_work()
    app.make_preview(episode_id)
    ear.wait_for(lambda event: isinstance(event, CaptionsGrew))
    app.unsubscribe(app.shows()[0].show_id)
    assert app.wait_for_work(PATIENCE_S)
    assert app.queue.jobs(active_only=True) == []


def test_newest_failures_are_shown_first(app: Application, server: LoopbackServer) -> None:
    """Failures without a worker: a kind that no worker knows."""
    app.subscribe(put_show(server, episodes=tuple(f"E{i}" for i in range(25))))
    for row in app.episodes():
        app.download(row.episode_id)
    with app.database.write() as connection:  # as if they had failed one after the other
        connection.execute("UPDATE jobs SET state = 'failed', error = 'no', remedy = '', finished = id")
    shown = [job.job_id for job in app.jobs()]
    assert shown == sorted(shown, reverse=True)
    assert len(shown) == 20


def test_what_is_working_at_the_end_goes_on_at_the_next_start(open_app: OpenApplication,
                                                              server: LoopbackServer) -> None:
    first = open_app()
    ear = Ear(first)
    episode_id = first_episode(first, server, "Endless")
    first.start_work()
    first.make_preview(episode_id)
    ear.wait_for(lambda event: isinstance(event, CaptionsGrew))
    first.close()
    second = open_app()
    again = Ear(second)
    [job] = second.queue.jobs(active_only=True)
    assert job.state is JobState.QUEUED
    second.start_work()
    again.wait_for(lambda event: isinstance(event, CaptionsGrew))
    second.cancel_job(int(job.id))
    assert second.wait_for_work(PATIENCE_S)


DIES = """
import os, signal, sys
from podmix.app import core
core.JOB_FUNCTIONS["preview"] = "tests.app.fake_work:preview"
from podmix.app.application import Application
from podmix.app.results import Results

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

moment, home, episode = sys.argv[1:]
if moment == "before":
    keep = Results._keep_previews
    Results._keep_previews = lambda self, job, result: (keep(self, job, result), die())
else:
    Results._after_done = lambda self, job: die() if job.kind == "preview" else None
app = Application.open(home)
app.make_preview(int(episode))
app.start_work()
app.wait_for_work(60)
"""


def killed_while_storing(moment: str, open_app: OpenApplication, server: LoopbackServer) -> tuple[Application, int]:
    app = open_app()
    episode_id = first_episode(app, server)
    home = app.home.data
    app.close()
    done = subprocess.run([sys.executable, "-c", DIES, moment, str(home), str(episode_id)], timeout=120, check=False,
                          cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == -signal.SIGKILL
    return open_app(), episode_id


def test_killed_before_the_result_is_kept(open_app: OpenApplication, server: LoopbackServer) -> None:
    app, episode_id = killed_while_storing("before", open_app, server)
    assert app.previews_of(episode_id) == [], "the transaction was undone"
    assert list(app.home.checkpoints.iterdir()), "and the recognised speech is still there"
    app.start_work()
    assert app.wait_for_work(PATIENCE_S)
    assert len(app.previews_of(episode_id)) == 3
    assert app.episode_page(episode_id).episode.state is EpisodeState.READY
    assert list(app.home.checkpoints.iterdir()) == []


def test_killed_after_the_result_is_kept(open_app: OpenApplication, server: LoopbackServer) -> None:
    app, episode_id = killed_while_storing("after", open_app, server)
    ids = [card.preview_id for card in app.previews_of(episode_id)]
    assert len(ids) == 3
    app.like(ids[0], liked=True)
    app.start_work()
    assert app.wait_for_work(PATIENCE_S)
    assert [card.preview_id for card in app.previews_of(episode_id)] == ids, "nothing is applied twice"
    assert runs(app) == ["Light"]
    assert list(app.home.checkpoints.iterdir()) == []
    assert app.queue.jobs() == []


def test_a_state_that_a_crash_left_behind_is_put_right(open_app: OpenApplication, server: LoopbackServer) -> None:
    app = open_app()
    episode_id = first_episode(app, server)
    app.podcasts.set_state(episode_id, EpisodeState.WORKING)
    app.start_work()
    assert app.episode_page(episode_id).episode.state is EpisodeState.NEW
