# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is killed, nothing is lost and nothing stays behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from queue_ear import PATIENCE, QUICK, until

from podmix.jobs.process_tree import alive, birth_mark
from podmix.jobs.protocol import JobCancelled, JobFailed, JobProgress, JobQueued, JobStarted
from podmix.jobs.types import JobSpec, JobState, Timing

FUNCTIONS = Path(__file__).parent / "functions"


def pids(trace):
    return [int(line) for line in Path(trace).read_text().split()]


def all_gone(numbers):
    return until(lambda: not any(alive(pid, "") for pid in numbers), 5.0)


@pytest.fixture
def waiting(queue, ear, tmp_path):
    """A job caught in the act: (job, its worker's pid, the file that lets it end, its trace)."""
    trace, go = tmp_path / "trace", tmp_path / "go"
    job = queue.enqueue(JobSpec("waits", {"trace": str(trace), "go": str(go)}, key="w"))
    ear.wait_for(JobProgress, job)
    return job, pids(trace)[0], go, trace


def test_a_killed_worker_costs_one_more_run(queue, ear, waiting):
    job, worker, go, _ = waiting
    os.kill(worker, signal.SIGKILL)
    ear.wait_for(JobQueued, job, count=2)
    ear.wait_for(JobStarted, job, count=2)
    go.touch()
    assert queue.wait([job], PATIENCE)
    assert queue.job(job).result == {"runs": 2}
    assert queue.job(job).attempts == 2


@pytest.mark.parametrize(("deaths", "state"), [(2, JobState.DONE), (3, JobState.FAILED)])
def test_a_job_may_kill_its_worker_twice(queue, tmp_path, deaths, state):
    job = queue.enqueue(JobSpec("dies_at_first", {"trace": str(tmp_path / "t"), "deaths": deaths}))
    assert queue.wait([job], PATIENCE)
    ended = queue.job(job)
    assert (ended.state, ended.attempts) == (state, 3)
    if state is JobState.FAILED:
        assert ended.error_kind == "WorkerDied"
        assert ended.error.remedy
        assert "-9" in ended.error_detail


def test_a_retry_by_hand_forgives_the_crashes(queue, ear, tmp_path):
    job = queue.enqueue(JobSpec("dies_at_first", {"trace": str(tmp_path / "t"), "deaths": 4}))
    ear.wait_for(JobFailed, job)
    queue.retry(job)
    assert queue.wait([job], PATIENCE)
    assert queue.job(job).result == {"runs": 5}


def test_other_jobs_do_not_notice_a_crash(make_queue, tmp_path):
    queue = make_queue(lanes={"compute": 2})
    queue.start()
    crashing = queue.enqueue(JobSpec("dies_at_first", {"trace": str(tmp_path / "t"), "deaths": 9}))
    others = queue.enqueue_all([JobSpec("add", {"a": 1, "b": n}) for n in range(6)])
    assert queue.wait(None, PATIENCE)
    assert queue.job(crashing).state is JobState.FAILED
    assert [queue.job(job).result["sum"] for job in others] == [1, 2, 3, 4, 5, 6]


def test_a_deaf_job_is_killed_with_all_its_family_at_the_deadline(queue, ear, tmp_path):
    trace = tmp_path / "trace"
    job = queue.enqueue(JobSpec("deaf", {"trace": str(trace)}))
    ear.wait_for(JobProgress, job)
    family = pids(trace)
    assert len(family) == 4
    assert all(alive(pid, "") for pid in family)
    queue.cancel(job)
    assert until(lambda: queue.job(job).cancelling)
    ear.wait_for(JobCancelled, job)
    assert all_gone(family)
    assert queue.job(job).state is JobState.CANCELLED
    assert queue.job(job).attempts == 1  # not taken for a crash


def test_a_crashed_worker_takes_its_family_along(queue, ear, tmp_path):
    trace = tmp_path / "trace"
    job = queue.enqueue(JobSpec("deaf", {"trace": str(trace)}))
    ear.wait_for(JobProgress, job)
    worker, *family, stray = pids(trace)
    os.kill(stray, signal.SIGKILL)  # what left the session could be found only while the worker lives
    os.kill(worker, signal.SIGKILL)
    assert all_gone([worker, *family])
    ear.wait_for(JobStarted, job, count=2)
    queue.cancel(job)
    assert queue.wait([job], PATIENCE)


def test_stopping_puts_work_back_and_the_next_start_goes_on(queue, make_queue, waiting):
    job, worker, go, _ = waiting
    queue.stop()
    assert not alive(worker, "")
    assert queue.job(job).state is JobState.QUEUED
    go.touch()
    following = make_queue()
    following.start()
    assert following.wait([job], PATIENCE)
    assert following.job(job).result == {"runs": 2}


def test_stopping_does_not_wait_for_the_deaf(make_queue, ear, tmp_path):
    queue = make_queue(ear, timing=Timing(poll=0.05, stop=0.2))
    queue.start()
    job = queue.enqueue(JobSpec("deaf", {"trace": str(tmp_path / "t")}))
    ear.wait_for(JobProgress, job)
    queue.stop()
    assert all_gone(pids(tmp_path / "t"))
    assert queue.job(job).state is JobState.QUEUED


class FrontEnd:
    """A real second program with a queue."""

    def __init__(self, tmp_path, kind):
        self.trace, self.go = tmp_path / "trace", tmp_path / "go"
        self.process = subprocess.Popen(
            [sys.executable, str(FUNCTIONS / "front_end.py"), str(tmp_path / "jobs.sqlite3"), kind, str(self.trace),
             str(self.go)], stdout=subprocess.PIPE, text=True, start_new_session=True)

    def wait_for(self, event):
        for line in self.process.stdout:
            if line.strip() == event:
                return
        raise AssertionError(f"it ended before {event}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.mark.parametrize("kind", ["waits", "deaf"])
def test_kill_9_of_the_program_leaves_no_process_and_loses_no_job(db, make_queue, ear, tmp_path, kind):
    with FrontEnd(tmp_path, kind) as front_end:
        front_end.wait_for("JobProgress")
        family = pids(front_end.trace)
        front_end.process.kill()
    assert all_gone(family)

    queue = make_queue(ear)
    (job,) = queue.jobs()
    assert job.state is JobState.RUNNING  # as the dead left it
    front_end.go.touch()
    queue.start()
    ear.wait_for(JobQueued, job.id)
    ear.wait_for(JobStarted, job.id)  # at once: the dead holder's lease does not have to run out
    if kind == "deaf":
        queue.cancel(job.id)
    assert queue.wait([job.id], PATIENCE)
    ended = queue.job(job.id)
    assert ended.attempts == 2
    if kind == "waits":
        assert ended.result == {"runs": 2}


def test_a_job_cancelled_by_a_dying_program_is_not_begun_again(db, make_queue, ear, tmp_path):
    with FrontEnd(tmp_path, "deaf") as front_end:
        front_end.wait_for("JobProgress")
        os.kill(front_end.process.pid, signal.SIGSTOP)  # it cannot carry the wish out any more
        queue = make_queue(ear)
        (job,) = queue.jobs()
        queue.cancel(job.id)
        assert queue.job(job.id).cancelling
        front_end.process.kill()
    queue.start()
    ear.wait_for(JobCancelled, job.id)
    assert "JobStarted" not in ear.names(job.id)


def test_ctrl_c_is_the_programs_to_understand(db, make_queue, tmp_path):
    with FrontEnd(tmp_path, "waits") as front_end:
        front_end.wait_for("JobProgress")
        os.killpg(front_end.process.pid, signal.SIGINT)  # as a terminal does
        front_end.wait_for("JobCancelled")
        assert front_end.process.wait(PATIENCE) == 130
    assert all_gone(pids(front_end.trace))
    (job,) = make_queue().jobs()
    assert job.state is JobState.CANCELLED


def test_a_worker_ends_with_its_parent_even_while_c_code_holds_the_interpreter(tmp_path):
    """The watching process does not need the worker's interpreter."""
    trace = tmp_path / "t"
    script = (
        "import os, re, subprocess, sys\n"
        "from podmix.jobs.process_tree import watch_over\n"
        "os.setsid(); watch_over(0)\n"
        f"open({str(trace)!r}, 'w').write(str(os.getpid()))\n"
        "print('ready', flush=True)\n"
        "re.match(r'(a+)+$', 'a' * 60 + 'b')\n"  # runs for years without letting go
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        process.stdin.close()
        assert process.wait(PATIENCE) == -signal.SIGKILL


def test_a_process_is_known_by_more_than_its_number():
    mark = birth_mark(os.getpid())
    assert alive(os.getpid(), mark)
    assert alive(os.getpid(), "")
    assert not alive(0, "")
    if mark:
        assert not alive(os.getpid(), "another life")
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
        assert not alive(gone.pid, "")


def test_the_test_clock_is_kind_enough():
    assert QUICK.cancel < 1 < QUICK.lease
