# SPDX-License-Identifier: GPL-3.0-or-later
"""Two front ends, one queue: one runs the jobs, the other asks, follows, and takes over."""

import os
import time

import pytest
from queue_ear import PATIENCE, Ear, until

from podmix.database import Database
from podmix.jobs.lease import Lease
from podmix.jobs.process_tree import alive, birth_mark
from podmix.jobs.protocol import JobCancelled, JobDone, JobProgress, JobQueued, JobStarted
from podmix.jobs.store import MIGRATIONS
from podmix.jobs.types import JobSpec, JobState


@pytest.fixture
def second_db(db):
    """The same file through another door, as another process has it."""
    with Database.open(db.path, MIGRATIONS) as database:
        yield database


@pytest.fixture
def pair(make_queue, second_db, ear):
    """(running queue, its ear, following queue, its ear)"""
    other_ear = Ear()
    first, second = make_queue(ear), make_queue(other_ear, on=second_db)
    first.start()
    assert until(first.is_being_worked_on)
    second.start()
    return first, ear, second, other_ear


def waits(tmp_path):
    return JobSpec("waits", {"trace": str(tmp_path / "t"), "go": str(tmp_path / "go")}, key="w")


def test_the_second_asks_and_the_first_runs(pair, tmp_path):
    first, ear, second, other_ear = pair
    job = second.enqueue(waits(tmp_path))
    ear.wait_for(JobQueued, job)
    ear.wait_for(JobStarted, job)
    other_ear.wait_for(JobStarted, job)
    assert other_ear.wait_for(JobProgress, job).job.progress.stage == "Waiting"
    assert not second._scheduler._lanes.workers()
    (tmp_path / "go").touch()
    assert second.wait([job], PATIENCE)
    other_ear.wait_for(JobDone, job)
    assert first.job(job).result == {"runs": 1}
    assert other_ear.names(job).count("JobDone") == ear.names(job).count("JobDone") == 1


def test_the_second_cancels_what_the_first_runs(pair, tmp_path):
    _, ear, second, other_ear = pair
    job = second.enqueue(waits(tmp_path))
    ear.wait_for(JobProgress, job)
    second.cancel(job)
    ear.wait_for(JobCancelled, job)
    other_ear.wait_for(JobCancelled, job)


def test_when_the_first_stops_the_second_takes_over(pair, tmp_path):
    first, ear, second, other_ear = pair
    job = first.enqueue(waits(tmp_path))
    ear.wait_for(JobProgress, job)
    first.stop()
    (tmp_path / "go").touch()
    other_ear.wait_for(JobDone, job)
    assert second.job(job).result == {"runs": 2}


def test_a_holder_that_lost_its_lease_ends_its_workers_and_changes_nothing(pair, tmp_path, second_db):
    """As after a long suspend: somebody else took over meanwhile."""
    first, ear, second, _ = pair
    job = first.enqueue(waits(tmp_path))
    ear.wait_for(JobProgress, job)
    worker = int((tmp_path / "t").read_text())
    with second_db.write() as connection:
        connection.execute("UPDATE job_lease SET holder = 'thief', heartbeat = ?", (time.time(),))
    assert until(lambda: not alive(worker, ""))
    assert first.job(job).state is JobState.RUNNING  # the thief's to decide
    with second_db.write() as connection:
        connection.execute("UPDATE job_lease SET heartbeat = 0")  # the thief froze
    (tmp_path / "go").touch()
    assert second.wait([job], PATIENCE)
    assert second.job(job).result == {"runs": 2}


def test_a_lease_is_taken_from_the_dead_and_the_frozen_only(db):
    now = 1_800_000_000.0
    mine, theirs = Lease(db, "me", 15.0), Lease(db, "they", 15.0)
    assert theirs.claim(now)
    assert theirs.claim(now + 3)
    assert not mine.claim(now + 10)
    assert mine.held_by_anyone(now + 10)
    assert mine.claim(now + 3 + 15.1)  # no heartbeat for too long
    assert not theirs.claim(now + 20)
    mine.release()
    assert not mine.held_by_anyone(now + 20)
    assert theirs.claim(now + 20)
    with db.write() as connection:  # the process number is in use, but by a later process
        connection.execute("UPDATE job_lease SET pid = ?, mark = 'another life'", (os.getpid(),))
    assert mine.claim(now + 20) is bool(birth_mark(os.getpid()))
    theirs.release()  # not its own any more: nothing happens
    assert mine.held_by_anyone(now + 20)


def test_of_two_that_see_a_dead_lease_one_wins(db, second_db):
    now = 1_800_000_000.0
    assert Lease(db, "dead", 15.0).claim(now)
    later = now + 100
    assert [Lease(db, "a", 15.0).claim(later), Lease(second_db, "b", 15.0).claim(later)] == [True, False]
