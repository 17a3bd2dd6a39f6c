# SPDX-License-Identifier: GPL-3.0-or-later
"""What the queue promises to whoever asks for work."""

import json
import logging
import os
import threading
import time

import pytest
from queue_ear import PATIENCE, QUICK, until

from podmix.errors import JobError, StorageError
from podmix.jobs.process_tree import alive
from podmix.jobs.protocol import (
    JobCancelled,
    JobDone,
    JobFailed,
    JobPartial,
    JobProgress,
    JobQueued,
    JobStarted,
)
from podmix.jobs.types import JobSpec, JobState, Timing
from podmix.progress import Progress


def test_a_job_is_done_and_everything_is_told_in_order(make_queue, ear, tmp_path):
    queue = make_queue(ear, context={"folder": tmp_path})
    queue.start()
    job = queue.enqueue(JobSpec("add", {"a": 1, "b": 2}, key="k", title="Adding", subject="episode:7"))
    assert queue.wait([job], PATIENCE)
    names = ear.names(job)
    assert (names[0], names[1], names[-1]) == ("JobQueued", "JobStarted", "JobDone")
    done = queue.job(job)
    assert done.state is JobState.DONE
    assert done.result["sum"] == 3
    assert done.result["context"] == {"folder": str(tmp_path)}
    assert done.result["pid"] != os.getpid()
    assert done.attempts == 1
    assert done.created <= done.started <= done.finished
    assert (done.title, done.subject, done.key) == ("Adding", "episode:7", "k")
    partial = ear.wait_for(JobPartial, job)
    assert (partial.kind, partial.data) == ("sum so far", {"a": 1})
    assert [found.id for found in queue.jobs(subject="episode:7")] == [job]
    assert queue.find("add", "k").id == job


def test_a_podmix_error_comes_across_whole(queue, ear):
    job = queue.enqueue(JobSpec("fails"))
    failed = ear.wait_for(JobFailed, job).job
    assert failed.error == ("The model is not here.", "Download it.")
    assert (failed.error_kind, failed.error_detail) == ("ModelMissing", "tiny.en")


@pytest.mark.parametrize("kind", ["breaks", "gives_objects"])
def test_an_unforeseen_error_is_calm_on_the_screen_and_whole_in_the_log(queue, ear, caplog, kind):
    with caplog.at_level(logging.ERROR, "podmix.jobs"):
        failed = ear_failed(queue, ear, kind)
    assert failed.error_kind == "JobError"
    assert "Traceback" not in failed.error.message + failed.error.remedy
    assert "Traceback" in failed.error_detail
    assert "Traceback" in caplog.text


def ear_failed(queue, ear, kind):
    return ear.wait_for(JobFailed, queue.enqueue(JobSpec(kind))).job


def test_the_same_key_is_the_same_job(queue, make_queue, ear, tmp_path):
    go = tmp_path / "go"
    spec = JobSpec("waits", {"trace": str(tmp_path / "t"), "go": str(go)}, key="same")
    first = queue.enqueue(spec)
    ear.wait_for(JobStarted, first)
    assert queue.enqueue(spec) == first  # running
    assert queue.enqueue(spec, force=True) == first  # twice at once is never right
    go.touch()
    assert queue.wait([first], PATIENCE)
    assert queue.enqueue(spec) == first  # done
    again = queue.enqueue(spec, force=True)
    assert again != first
    assert queue.wait([again], PATIENCE)
    assert queue.job(again).result == {"runs": 2}
    assert queue.find("waits", "same").id == again


def test_an_empty_key_is_always_another_job(make_queue):
    queue = make_queue()
    assert queue.enqueue(JobSpec("add")) != queue.enqueue(JobSpec("add"))


def test_a_key_belongs_to_its_kind(make_queue):
    queue = make_queue()
    assert queue.enqueue(JobSpec("add", key="k")) != queue.enqueue(JobSpec("floods", key="k"))


def test_many_threads_asking_for_one_key_get_one_job(make_queue):
    queue = make_queue()
    found = []
    threads = [threading.Thread(target=lambda: found.append(queue.enqueue(JobSpec("add", key="one"))))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_failed_job_asked_for_again_runs_again_under_its_id(queue, ear):
    job = queue.enqueue(JobSpec("fails", key="f"))
    ear.wait_for(JobFailed, job)
    assert queue.enqueue(JobSpec("fails", key="f")) == job
    assert ear.wait_for(JobFailed, job, count=2).job.attempts == 2
    queue.retry(job)
    assert ear.wait_for(JobFailed, job, count=3).job.attempts == 3


def test_asking_with_more_urgency_moves_a_queued_job_up(make_queue):
    queue = make_queue()
    slow = queue.enqueue(JobSpec("add", key="a"))
    other = queue.enqueue(JobSpec("add", key="b", priority=1))
    assert [job.id for job in queue.jobs()] == [other, slow]
    queue.enqueue(JobSpec("add", key="a", priority=5))
    assert [job.id for job in queue.jobs()] == [slow, other]


def test_higher_priority_first_then_in_order(make_queue, ear):
    queue = make_queue(ear)
    ids = [queue.enqueue(JobSpec("add", {"a": 1, "b": 1}, priority=p)) for p in (0, 5, 0, 5)]
    queue.start()
    assert queue.wait(None, PATIENCE)
    started = [event.job.id for event in ear.events if isinstance(event, JobStarted)]
    assert started == [ids[1], ids[3], ids[0], ids[2]]


def test_a_lane_and_a_group_are_never_overfull(make_queue, ear, tmp_path):
    queue = make_queue(ear, lanes={"download": 3})
    go = tmp_path / "go"

    def spec(group):
        return JobSpec("waits", {"trace": str(tmp_path / "t"), "go": str(go)}, lane="download", group=group)

    ids = queue.enqueue_all([spec("host"), spec("host"), spec("host"), spec("other"), spec("")])
    queue.start()
    for job in (ids[0], ids[1], ids[3]):  # the third waits for its group, the fourth passes it
        ear.wait_for(JobStarted, job)
    assert [job.id for job in queue.jobs() if job.state is JobState.RUNNING] == [ids[0], ids[1], ids[3]]
    go.touch()
    assert queue.wait(None, PATIENCE)
    running, most = set(), 0
    for event in ear.events:
        if isinstance(event, JobStarted):
            running.add(event.job.id)
        elif isinstance(event, JobDone):
            running.discard(event.job.id)
        most = max(most, len(running))
    assert most == 3


def test_a_thousand_jobs_are_queued_in_no_time(make_queue):
    queue = make_queue()
    begin = time.perf_counter()
    for number in range(1000):
        queue.enqueue(JobSpec("add", {"a": number, "b": 0}, key=str(number), title="Adding"))
    took = time.perf_counter() - begin
    assert len(queue.jobs(active_only=True)) == 1000
    assert took < 5.0  # 0.3 s alone on a small machine
    begin = time.perf_counter()
    again = queue.enqueue_all([JobSpec("add", key=str(number)) for number in range(1000)])
    assert len(set(again)) == 1000
    assert time.perf_counter() - begin < 2.0


def test_cancelling_a_queued_job(make_queue, ear):
    queue = make_queue(ear)
    job = queue.enqueue(JobSpec("add"))
    queue.cancel(job)
    assert queue.job(job).state is JobState.CANCELLED
    queue.start()
    ear.wait_for(JobCancelled, job)
    assert queue.wait(None, PATIENCE)
    assert "JobStarted" not in ear.names()
    queue.cancel(job)  # a second time does nothing
    assert queue.job(job).state is JobState.CANCELLED


def test_cancelling_a_running_job_keeps_its_worker(queue, ear, tmp_path):
    job = queue.enqueue(JobSpec("waits", {"trace": str(tmp_path / "t"), "go": str(tmp_path / "never")}))
    ear.wait_for(JobProgress, job)
    worker = int((tmp_path / "t").read_text())
    queue.cancel(job)
    cancelled = ear.wait_for(JobCancelled, job).job
    assert cancelled.error is None
    after = queue.enqueue(JobSpec("add", {"a": 1, "b": 1}))
    assert queue.wait([after], PATIENCE)
    assert queue.job(after).result["pid"] == worker
    queue.retry(job)
    (tmp_path / "never").touch()
    assert queue.wait([job], PATIENCE)
    assert queue.job(job).result == {"runs": 2}


def test_cancel_all_leaves_nothing(queue, ear, tmp_path):
    running = queue.enqueue(JobSpec("waits", {"trace": str(tmp_path / "t"), "go": str(tmp_path / "never")}))
    queue.enqueue_all([JobSpec("add")] * 5)
    ear.wait_for(JobProgress, running)
    queue.cancel_all()
    assert queue.wait(None, PATIENCE)
    assert {job.state for job in queue.jobs()} == {JobState.CANCELLED}


def test_forget_and_clean(queue, ear):
    job = queue.enqueue(JobSpec("fails"))
    ear.wait_for(JobFailed, job)
    assert queue.clean(older_than_days=1) == 0
    queue.forget(job)
    assert queue.job(job) is None
    queue.forget(job)
    with pytest.raises(JobError):
        queue.retry(job)
    second = queue.enqueue(JobSpec("fails"))
    ear.wait_for(JobFailed, second)
    assert queue.clean(older_than_days=-1) == 1
    assert queue.jobs() == []


def test_an_active_job_is_not_forgotten(make_queue):
    queue = make_queue()
    job = queue.enqueue(JobSpec("add"))
    with pytest.raises(JobError):
        queue.forget(job)
    with pytest.raises(JobError):
        queue.retry(job)
    assert queue.clean(older_than_days=-1) == 0


def test_each_job_gets_the_context_of_its_own_time(make_queue, ear):
    count = iter(range(10))
    queue = make_queue(ear, context=lambda: {"number": next(count)})
    queue.start()
    ids = queue.enqueue_all([JobSpec("add", {"a": 0, "b": 0})] * 2)
    assert queue.wait(None, PATIENCE)
    assert [queue.job(job).result["context"]["number"] for job in ids] == [0, 1]


def test_a_context_that_fails_fails_the_job_only(make_queue, ear):
    contexts = iter([{}])
    queue = make_queue(ear, context=lambda: next(contexts))
    queue.start()
    good, bad = queue.enqueue_all([JobSpec("add", {"a": 0, "b": 0})] * 2)
    assert queue.wait(None, PATIENCE)
    assert (queue.job(good).state, queue.job(bad).state) == (JobState.DONE, JobState.FAILED)


def test_a_listener_may_fail_and_may_queue_more(make_queue, caplog):
    def listener(event):
        if isinstance(event, JobDone) and event.job.kind == "add":
            queue.enqueue(JobSpec("floods", {"count": 1}))
        raise RuntimeError("a listener's mistake")

    queue = make_queue(listener)
    queue.start()
    queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    assert queue.wait(None, PATIENCE)  # the follower counts, though it was queued when nothing was left
    assert [job.kind for job in queue.jobs()] == ["floods", "add"]
    assert "a listener failed" in caplog.text


def test_waiting_ends_at_its_time_and_never_in_a_listener(make_queue):
    heard = threading.Event()
    problems = []

    def listener(event):
        try:
            queue.wait()
        except RuntimeError as problem:
            problems.append(problem)
            heard.set()

    queue = make_queue(listener)
    job = queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    assert not queue.wait([job], 0.01)
    assert not queue.wait(None, 0.0)
    queue.start()
    assert heard.wait(PATIENCE)
    assert problems


def test_a_flood_of_progress_becomes_ten_a_second(queue, ear):
    begin = time.monotonic()
    job = queue.enqueue(JobSpec("floods", {"count": 30000}))
    ear.wait_for(JobDone, job)
    took = time.monotonic() - begin
    told = [event.job.progress.done for event in ear.events if isinstance(event, JobProgress)]
    assert 1 <= len(told) <= took * 10 + 2
    assert told == sorted(told)


def test_progress_is_seen_from_outside_while_a_job_runs(queue, ear, tmp_path):
    job = queue.enqueue(JobSpec("waits", {"trace": str(tmp_path / "t"), "go": str(tmp_path / "go")}))
    ear.wait_for(JobProgress, job)
    assert queue.job(job).progress == Progress("Waiting", 0)
    assert queue.jobs(active_only=True)[0].progress == Progress("Waiting", 0)
    (tmp_path / "go").touch()
    assert queue.wait([job], PATIENCE)


def test_a_worker_stays_between_jobs_and_ends_when_idle(make_queue, ear):
    queue = make_queue(ear, timing=Timing(poll=0.02, idle=0.3))
    queue.start()
    ids = queue.enqueue_all([JobSpec("add", {"a": 0, "b": 0})] * 3)
    assert queue.wait(None, PATIENCE)
    pids = {queue.job(job).result["pid"] for job in ids}
    assert len(pids) == 1
    (pid,) = pids
    assert until(lambda: not alive(pid, ""))
    again = queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    assert queue.wait([again], PATIENCE)


def test_a_worker_holds_only_what_its_job_needs(queue):
    job = queue.enqueue(JobSpec("modules"))
    assert queue.wait([job], PATIENCE)
    result = queue.job(job).result
    heavy = {"sqlite3", "numpy", "torch", "PySide6", "httpx", "podmix.database", "podmix.app", "pytest"}
    assert not heavy & set(result["modules"])
    assert result["stdin"] == ""  # the command pipe is not the job's to read


def test_what_nobody_can_do_is_refused(make_queue):
    queue = make_queue()
    for spec in (JobSpec("unheard"), JobSpec("add", lane="unheard")):
        with pytest.raises(JobError):
            queue.enqueue(spec)
    with pytest.raises(TypeError):
        queue.enqueue(JobSpec("add", {"thing": object()}))
    assert queue.jobs() == []


def test_a_job_of_another_version_fails_and_the_rest_goes_on(make_queue, ear, db):
    queue = make_queue(ear)
    strange = queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    good = queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    with db.write() as connection:
        connection.execute("UPDATE jobs SET kind = 'future' WHERE id = ?", (strange,))
    queue.start()
    assert queue.wait([strange, good], PATIENCE)
    assert (queue.job(strange).state, queue.job(good).state) == (JobState.FAILED, JobState.DONE)


def test_a_full_disk_at_the_end_of_a_job_loses_nothing(make_queue, ear, monkeypatch):
    queue = make_queue(ear)
    real, refusals = queue._store.finish_done, iter([True, True])

    def refuse_twice(*values):
        if next(refusals, False):
            raise StorageError("The disk is full.")
        return real(*values)

    monkeypatch.setattr(queue._store, "finish_done", refuse_twice)
    queue.start()
    job = queue.enqueue(JobSpec("add", {"a": 2, "b": 2}))
    assert queue.wait([job], PATIENCE)
    assert queue.job(job).result["sum"] == 4
    assert queue.job(job).attempts == 1


def test_an_idle_queue_turns_no_faster_than_its_clock(make_queue):
    queue = make_queue(timing=Timing(poll=0.02))
    scheduler = queue._scheduler
    turns, polls, enough = [], [], threading.Event()
    turn, poll = scheduler._turn, scheduler._poll

    def counted_turn():
        turns.append(1)
        turn()

    def counted_poll(now):
        polls.append(1)
        poll(now)
        if len(polls) == 20:
            enough.set()

    scheduler._turn, scheduler._poll = counted_turn, counted_poll
    queue.start()
    assert enough.wait(PATIENCE)
    assert len(turns) <= len(polls) + 3


def test_stop_before_start_and_twice(make_queue):
    queue = make_queue()
    queue.stop()
    queue.start()
    queue.stop()
    queue.stop()


def test_the_clockwork_of_the_tests_is_only_quicker():
    assert QUICK.progress == Timing().progress == 0.1
    assert Timing().cancel == 5.0
    assert json.dumps(Timing().idle) == "120.0"


def test_a_job_is_told_of_before_it_starts(queue, ear):
    for _ in range(30):
        queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    assert queue.wait(None, PATIENCE)
    for job in queue.jobs():
        assert ear.names(job.id)[:2] == ["JobQueued", "JobStarted"]
        assert isinstance(ear.wait_for(JobQueued, job.id).job.id, int)


def test_a_result_is_kept_and_followed_up_in_the_same_transaction(make_queue, ear, db):
    def keep(job):
        if job.kind == "add":
            with db.write() as connection:
                connection.execute("INSERT INTO kept VALUES (?)", (job.result["sum"],))
            queue.enqueue(JobSpec("floods", {"count": 1}, key="next"))
            if job.result["sum"] == 0:
                raise RuntimeError("no use")

    with db.write() as connection:
        connection.execute("CREATE TABLE kept (value)")
    queue = make_queue(ear, keep=keep)
    queue.start()
    useless = queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    assert queue.wait([useless], PATIENCE)
    assert queue.job(useless).state is JobState.FAILED
    assert queue.job(useless).result is None
    assert queue.find("floods", "next") is None  # undone with the rest
    useful = queue.enqueue(JobSpec("add", {"a": 1, "b": 2}))
    assert queue.wait(None, PATIENCE)
    with db.read() as connection:
        assert [row[0] for row in connection.execute("SELECT value FROM kept")] == [3]
    assert queue.job(useful).state is queue.find("floods", "next").state is JobState.DONE
    assert "JobDone" not in ear.names(useless)


def test_asking_inside_a_larger_transaction(queue, ear, db):
    with db.write():
        kept = queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
    with pytest.raises(ZeroDivisionError), db.write():  # noqa: PT012 - the block is what is tested
        undone = queue.enqueue(JobSpec("add", {"a": 0, "b": 0}))
        raise ZeroDivisionError
    assert queue.wait(None, PATIENCE)
    assert ear.names(kept)[:2] == ["JobQueued", "JobStarted"]
    assert queue.job(undone) is None
    assert ear.names(undone) == []


def test_stopping_ends_every_wait(make_queue, ear, tmp_path):
    queue = make_queue(ear)
    queue.start()
    job = queue.enqueue(JobSpec("waits", {"trace": str(tmp_path / "t"), "go": str(tmp_path / "never")}))
    ear.wait_for(JobProgress, job)
    answers = []
    waiter = threading.Thread(target=lambda: answers.append(queue.wait(None)))
    waiter.start()
    queue.stop()
    waiter.join(PATIENCE)
    assert answers == [False]


def test_a_job_may_cancel_itself_once(queue, ear):
    job = queue.enqueue(JobSpec("gives_up"))
    assert queue.wait([job], PATIENCE)
    assert queue.job(job).state is JobState.CANCELLED
    assert queue.job(job).attempts == 1
