# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking many feeds for news at once: politely, each for itself, and without losing anything.

One bad feed never stops the others: every feed ends in a ``RefreshResult``. Nothing is stored here; the caller applies
the results. ``next_due`` follows from the clock, the interval and the failures so far, without any chance in it.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from podmix.errors import AuthenticationNeeded, Gone, NotAFeed, PodMixError
from podmix.net.addresses import host_of
from podmix.net.client import HttpClient
from podmix.net.failures import HttpStatus, Unreachable
from podmix.podcasts.fetch_feed import Fetched, Parse, fetch_feed
from podmix.podcasts.types import Feed, FeedState, HttpState

EVERY = dt.timedelta(hours=1)
LONGEST_WAIT = dt.timedelta(days=1)
_WORKERS = 16


class Logins(Protocol):
    """Where logins of private feeds come from: ``podmix.podcasts.credentials.Credentials``."""

    def get(self, name: str) -> tuple[str, str] | None: ...


class Outcome(StrEnum):
    """How asking one feed ended. All but UPDATED leave the episodes as they are."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LOGIN = "login"  # 401: ask the person
    GONE = "gone"  # 410: stop polling
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What came of one feed.

    ``feed`` is there when UPDATED. ``http`` holds what to send next time, the new permanent address (``url``, empty
    while it stays) and when the feed is due again. ``problem`` and ``remedy`` are sentences for the person; ``notes``
    are remarks on a success ("a further page could not be read"). ``offline`` means that no connection was had at all.
    """

    show_id: int
    outcome: Outcome
    http: HttpState
    feed: Feed | None = None
    problem: str = ""
    remedy: str = ""
    offline: bool = False
    notes: tuple[str, ...] = ()

    @property
    def gone(self) -> bool:
        return self.outcome is Outcome.GONE


def refresh_feeds(http: HttpClient, states: Iterable[FeedState], *, parse: Parse, credentials: Logins | None = None,
                  every: dt.timedelta = EVERY, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
                  known_guids: Callable[[int], Collection[str]] | None = None,
                  asked: bool = False) -> Iterator[RefreshResult]:
    """Ask all feeds of ``states`` and yield a result each, as they come.

    Args:
        parse: ``parse_feed(body, url=…, content_type=…)``.
        credentials: logins of private feeds.
        every: the interval between two looks at a feed that is well.
        clock: the time, aware.
        known_guids: the guids stored for a show: further pages are read only until they join up with these.
        asked: the person asked for it: feeds that said 410 are tried again.

    Closing the generator waits for the few requests that are running and starts no more.
    """
    todo = [state for state in states if asked or not state.gone]

    def one(state: FeedState) -> RefreshResult:
        return refresh_feed(http, state, parse=parse, credentials=credentials, every=every, now=clock(),
                            known_guids=known_guids)

    lanes = _Lanes(todo, http.policy.per_host)
    running: dict[Future[RefreshResult], FeedState] = {}
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="refresh") as pool:
        try:
            while running or lanes:
                while len(running) < _WORKERS and (state := lanes.take()) is not None:
                    running[pool.submit(one, state)] = state
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    state = running.pop(future)
                    lanes.give_back(state)
                    strange = future.exception()
                    yield future.result() if strange is None else _strange(state, strange, every, clock())
        finally:
            for future in running:
                future.cancel()


def refresh_feed(http: HttpClient, state: FeedState, *, parse: Parse, credentials: Logins | None = None,
                 every: dt.timedelta = EVERY, now: dt.datetime,
                 known_guids: Callable[[int], Collection[str]] | None = None) -> RefreshResult:
    """Ask one feed; errors of feed and network become a result. Arguments as in ``refresh_feeds``."""
    login = credentials.get(state.url) if credentials is not None else None
    known = known_guids(state.show_id) if known_guids is not None else (() if state.refreshed is None else None)
    try:
        got = fetch_feed(http, state.url, parse=parse, auth=login, etag=state.etag, last_modified=state.last_modified,
                         known=known)
    except PodMixError as problem:
        return _failed(state, problem, every, now)
    return _succeeded(state, got, every, now)


def wait_after_failures(failures: int, every: dt.timedelta, retry_after_s: float | None = None) -> dt.timedelta:
    """How long to leave a feed alone after so many failures in a row: doubling up to a day, or as its server asks."""
    doubled = every * (1 << min(max(failures - 1, 0), 10))
    asked = dt.timedelta(seconds=retry_after_s or 0)
    return max(min(doubled, max(LONGEST_WAIT, every)), asked)


def _succeeded(state: FeedState, got: Fetched, every: dt.timedelta, now: dt.datetime) -> RefreshResult:
    due = now + every
    moved = got.permanent_url if got.permanent_url and got.permanent_url != state.url else ""
    if got.feed is None:
        kept = HttpState(got.etag or state.etag, got.last_modified or state.last_modified, moved, due)
        return RefreshResult(state.show_id, Outcome.UNCHANGED, kept)
    if got.feed.complete:  # no more episodes to come
        due = now + max(every, LONGEST_WAIT)
    elif got.feed.ttl_minutes:
        due = now + max(every, min(dt.timedelta(minutes=min(got.feed.ttl_minutes, 10**6)), LONGEST_WAIT))
    return RefreshResult(state.show_id, Outcome.UPDATED, HttpState(got.etag, got.last_modified, moved, due),
                         got.feed, notes=got.notes)


def _failed(state: FeedState, problem: PodMixError, every: dt.timedelta, now: dt.datetime) -> RefreshResult:
    offline = isinstance(problem, Unreachable)
    retry = problem.retry_after_s if isinstance(problem, HttpStatus) else None
    # Being offline is not the feed's fault: look again at the usual time.
    pause = every if offline else wait_after_failures(state.errors + 1, every, retry)
    http = HttpState(state.etag, state.last_modified, "", now + pause)
    outcome, message, remedy = Outcome.FAILED, problem.message, problem.remedy
    if isinstance(problem, Gone):
        outcome = Outcome.GONE
        message = "The show says it has ended and will not come back; PodMix stops asking."
        remedy = "Everything you have stays. You can unsubscribe, or refresh the show to ask again."
    elif isinstance(problem, AuthenticationNeeded):
        outcome = Outcome.LOGIN
    elif isinstance(problem, NotAFeed) and state.refreshed is not None:
        message = "Something else than the feed came; nothing was changed."
        remedy = "If your network asks for a login (hotel, train, café), log in there. PodMix tries again by itself."
    return RefreshResult(state.show_id, outcome, http, problem=message, remedy=remedy, offline=offline)


def _strange(state: FeedState, problem: BaseException, every: dt.timedelta, now: dt.datetime) -> RefreshResult:
    """A fault of PodMix itself while reading one feed: it must not cost the others their refresh."""
    due = now + wait_after_failures(state.errors + 1, every)
    return RefreshResult(state.show_id, Outcome.FAILED, HttpState(state.etag, state.last_modified, "", due),
                         problem="PodMix could not read this feed because of a fault of its own.",
                         remedy=f"Please report it, with the words “{type(problem).__name__}”.")


class _Lanes:
    """Feeds waiting, so that no worker waits for a busy host while another host is free."""

    def __init__(self, states: Iterable[FeedState], per_host: int) -> None:
        self._waiting: dict[str, deque[FeedState]] = {}
        self._busy: dict[str, int] = {}
        self._per_host = per_host
        for state in states:
            self._waiting.setdefault(host_of(state.url), deque()).append(state)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def take(self) -> FeedState | None:
        """The next feed of the first host that is free; that host goes to the end of the row."""
        for host, row in self._waiting.items():
            if self._busy.get(host, 0) < self._per_host:
                state = row.popleft()
                self._busy[host] = self._busy.get(host, 0) + 1
                del self._waiting[host]
                if row:
                    self._waiting[host] = row
                return state
        return None

    def give_back(self, state: FeedState) -> None:
        self._busy[host_of(state.url)] -= 1
