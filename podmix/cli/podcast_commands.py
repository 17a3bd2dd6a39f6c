# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands on shows, episodes, search and long work."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from podmix.app.application import Application
from podmix.app.views import JobCard, JobsMoved
from podmix.cli.show import one_line, print_json, print_rows
from podmix.errors import AuthenticationNeeded, UsageError
from podmix.units import clock_text


def run(arguments: argparse.Namespace) -> int:
    application = Application.open(arguments.home)
    try:
        return _COMMANDS[arguments.command](application, arguments)
    finally:
        application.close()


def _subscribe(application: Application, arguments: argparse.Namespace) -> int:
    path = Path(arguments.address)
    if path.is_file():
        result = application.import_opml(path)
        if arguments.json:
            print_json(result)
        else:
            print(f"{result.added} added, {result.already} already there, {len(result.failed)} failed")
            for address, why in result.failed:
                print(f"  {address}: {why}", file=sys.stderr)
        return 0 if result.added or result.already or not result.failed else 1
    try:
        done = application.subscribe(arguments.address, user=arguments.user, password=_password(arguments.user))
    except AuthenticationNeeded:
        if arguments.user or not sys.stdin.isatty():
            raise
        user = input("Name: ")
        done = application.subscribe(arguments.address, user=user, password=getpass.getpass("Password: "))
    if arguments.json:
        print_json(done)
    elif done.show is None:
        print("This page offers several feeds. Subscribe to one of them:")
        print_rows(["title", "address"], done.choices)
        return 1
    else:
        word = "Already subscribed to" if done.already else "Subscribed to"
        print(f"{word} {one_line(done.show.title)} ({done.episodes} episodes, show {done.show.show_id})")
        for warning in done.warnings[:5]:
            print(f"note: {warning}", file=sys.stderr)
    return 0 if done.show else 1


def _password(user: str) -> str:
    return _secret("Password: ") if user else ""


def _secret(question: str) -> str:
    """Asked without showing it on a terminal, read from the first line in a pipe; never an argument."""
    return getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _unsubscribe(application: Application, arguments: argparse.Namespace) -> int:
    show = application.show(arguments.show)
    application.unsubscribe(arguments.show)
    print(f"Removed {one_line(show.title)}. Subscribing again brings everything back.")
    return 0


def _refresh(application: Application, arguments: argparse.Namespace) -> int:
    asked = [application.show(number) for number in arguments.show] or application.shows()
    new = application.refresh([s.show_id for s in asked] if arguments.show else None)
    problems = [(s.title, s.problem) for s in map(application.show, (s.show_id for s in asked)) if s.problem]
    queued = application.queue_newest([s.show_id for s in application.shows()]) if arguments.previews else []
    if arguments.json:
        print_json({"new": new, "problems": [{"show": t, "problem": p} for t, p in problems], "queued": queued})
    else:
        print(f"{new} new episodes")
        for title, problem in problems:
            print(f"  {one_line(title)}: {problem}", file=sys.stderr)
    if queued:
        return run_queue(application, quiet=arguments.json)
    return 1 if asked and len(problems) == len(asked) else 0


def _shows(application: Application, arguments: argparse.Namespace) -> int:
    if arguments.opml:
        count = application.export_opml(Path(arguments.opml))
        if arguments.json:
            print_json({"shows": count, "file": arguments.opml})
            return 0
        print(f"Wrote {count} shows to {arguments.opml}")
        return 0
    shows = application.shows()
    if arguments.json:
        print_json(shows)
    else:
        print_rows(
            ["show", "title", "episodes", "previews", "address"],
            [(s.show_id, s.title, s.episodes, s.previews, s.feed_url) for s in shows],
        )
    return 0


def _episodes(application: Application, arguments: argparse.Namespace) -> int:
    if arguments.limit < 1:
        raise UsageError("--limit must be at least 1.")
    if arguments.show is not None:
        application.show(arguments.show)  # says so where there is none
    episodes = application.episodes(arguments.show, limit=arguments.limit)
    if arguments.json:
        print_json(episodes)
    else:
        print_rows(
            ["episode", "date", "length", "state", "show", "title"],
            [
                (
                    e.episode_id,
                    e.published.date() if e.published else "",
                    clock_text(e.duration) if e.duration else "",
                    e.state,
                    e.show_title,
                    e.title,
                )
                for e in episodes
            ],
        )
    return 0


def _directory(application: Application, arguments: argparse.Namespace) -> int:
    if arguments.podcast_index_key:
        application.set_podcast_index_key(arguments.podcast_index_key, _secret("Secret: "))
        print(f"The Podcast Index is switched on; its secret is {application.credentials.where}.")
    if not arguments.term:
        if arguments.podcast_index_key:
            return 0
        raise UsageError("podmix directory needs words to search for.")
    hits = application.search_directories(arguments.term)
    if arguments.json:
        print_json(hits)
    else:
        print_rows(["title", "author", "address"], [(h.title, h.author, h.feed_url) for h in hits])
    return 0


def _search(application: Application, arguments: argparse.Namespace) -> int:
    if arguments.limit < 1:
        raise UsageError("--limit must be at least 1.")
    hits = application.search(arguments.text, by=arguments.by, limit=arguments.limit)
    if arguments.json:
        print_json(hits)
    else:
        from podmix.podcasts.notes import plain_text

        print_rows(
            ["episode", "at", "by", "title", "words"],
            [(h.episode_id, clock_text(h.start), h.by, h.episode_title, plain_text(h.snippet_html)) for h in hits],
        )
    return 0


def _jobs(application: Application, arguments: argparse.Namespace) -> int:
    if arguments.cancel:
        application.cancel_job(arguments.cancel)
    if arguments.retry:
        application.retry_job(arguments.retry)
    if arguments.run:
        return run_queue(application, quiet=arguments.json)
    jobs = application.jobs()
    if arguments.json:
        print_json(jobs)
    else:
        print_rows(
            ["job", "state", "done", "what", "problem"],
            [
                (j.job_id, j.state, f"{j.fraction:.0%}" if j.fraction is not None else "", j.title, j.problem)
                for j in jobs
            ],
        )
    return 0


def run_queue(application: Application, *, quiet: bool = False) -> int:
    """Work until nothing is queued; says each job's note as it changes."""
    before = {j.job_id for j in application.jobs() if j.state == "failed"}
    with follow(application, quiet=quiet):
        application.start_work()
        application.wait_for_work()
    failed = [j for j in application.jobs() if j.state == "failed" and j.job_id not in before]
    for job in failed:
        print(f"{one_line(job.title)}: {job.problem} {job.remedy}", file=sys.stderr)
    return 1 if failed else 0


@contextmanager
def follow(application: Application, *, quiet: bool = False) -> Iterator[None]:
    """Say on stderr what the background work does, one line a stage, while the block runs."""
    said: dict[int, str] = {}

    def show(event: object) -> None:
        if isinstance(event, JobsMoved) and not quiet:
            for job in event.jobs:
                _say(job, said)

    end = application.on_event(show)
    try:
        yield
    finally:
        end()


def _say(job: JobCard, said: dict[int, str]) -> None:
    """A line when the job's stage changes, and one every quarter of the way."""
    quarter = int((job.fraction or 0.0) * 4)
    key = f"{job.state} {job.note.split(' ')[0]} {quarter}"
    if job.state == "queued" or said.get(job.job_id) == key:
        return
    said[job.job_id] = key
    stands = job.note if job.state == "running" and job.note else job.state
    print(f"{one_line(job.title)}: {stands}", file=sys.stderr, flush=True)


_COMMANDS: dict[str, Callable[[Application, argparse.Namespace], int]] = {
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "refresh": _refresh,
    "shows": _shows,
    "episodes": _episodes,
    "directory": _directory,
    "search": _search,
    "jobs": _jobs,
}
