# SPDX-License-Identifier: GPL-3.0-or-later
"""A queue on a fresh database with a short clockwork, and an ear for its events."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "functions"))  # workers get the path of their parent

from queue_ear import KINDS, QUICK, Ear

from podmix.database import Database
from podmix.jobs.queue import JobQueue
from podmix.jobs.store import MIGRATIONS


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "jobs.sqlite3", MIGRATIONS) as database:
        yield database


@pytest.fixture
def ear():
    return Ear()


@pytest.fixture
def make_queue(db):
    """``make_queue(ear, lanes=…, timing=…, context=…)`` -> a queue, not started, stopped after the test."""
    made = []

    def make(listener=lambda event: None, *, lanes=None, timing=QUICK, context=None, on=None, **more):
        functions = {kind: f"job_functions:{kind}" for kind in KINDS}
        queue = JobQueue(on or db, functions, lanes or {"compute": 1}, context or {}, listener, timing=timing, **more)
        made.append(queue)
        return queue

    yield make
    for queue in made:
        queue.stop()


@pytest.fixture
def queue(make_queue, ear):
    started = make_queue(ear)
    started.start()
    return started
