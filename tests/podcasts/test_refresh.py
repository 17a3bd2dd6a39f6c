# SPDX-License-Identifier: GPL-3.0-or-later
"""Many feeds at once: news, moves, pages, ends and faults, each feed for itself."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Collection

import pytest

from podmix.errors import NotAFeed
from podmix.net.client import HttpClient
from podmix.podcasts.fetch_feed import MOST_PAGES, NotAFeedHere, fetch_feed
from podmix.podcasts.refresh import (
    Outcome,
    RefreshResult,
    refresh_feed,
    refresh_feeds,
    wait_after_failures,
)
from podmix.podcasts.types import Feed, FeedItem, FeedState
from tests.net.loopback import Call, LoopbackServer

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def parse(body: bytes, *, url: str, content_type: str) -> Feed:
    """A tiny feed format, so that these tests are about fetching: ``name=value`` lines; ``item=guid`` many times."""
    lines = [line.partition("=") for line in body.decode().splitlines()]
    if not lines or lines[0][0] != "feed":
        raise NotAFeed("This is a web page, not a feed.")
    if lines[0][2] == "crash":
        raise ZeroDivisionError
    said = {name: value for name, _, value in lines}
    return Feed(title=said["feed"], url=url, guid=said.get("guid", ""), new_feed_url=said.get("new", ""),
                next_page=said.get("next", ""), complete="complete" in said,
                ttl_minutes=int(said.get("ttl", 0)) or None,
                items=tuple(FeedItem(value, value) for name, _, value in lines if name == "item"))


def feed(title: str = "Show", *items: str, **more: str) -> bytes:
    return "\n".join([f"feed={title}", *(f"{name}={value}" for name, value in more.items()),
                      *(f"item={item}" for item in items)]).encode()


def state(url: str, show_id: int = 1, *, errors: int = 0, gone: bool = False, etag: str = "",
          refreshed: dt.datetime | None = NOW - HOUR) -> FeedState:
    return FeedState(show_id, "Show", url, etag, "", refreshed, None, errors, "", gone)


def one(client: HttpClient, about: FeedState, **more: object) -> RefreshResult:
    return refresh_feed(client, about, **{"parse": parse, "now": NOW, **more})


def guids(result: RefreshResult) -> list[str]:
    assert result.feed is not None
    return [item.guid for item in result.feed.items]


def test_news_then_nothing_new(server: LoopbackServer, client: HttpClient) -> None:
    page = server.page("/f", feed("Show", "a", "b"))
    first = one(client, state(server.url("/f")))
    assert (first.outcome, guids(first), first.http.etag) == (Outcome.UPDATED, ["a", "b"], page.etag)
    assert first.http.next_due == NOW + HOUR
    again = one(client, state(server.url("/f"), etag=first.http.etag))
    assert (again.outcome, again.feed, again.http.etag, again.problem) == (Outcome.UNCHANGED, None, page.etag, "")


@pytest.mark.parametrize(("status", "moved"), [(301, True), (308, True), (302, False), (307, False)])
def test_permanent_moves_are_told(server: LoopbackServer, client: HttpClient, status: int, moved: bool) -> None:
    server.redirect("/old", "/new", status)
    page = server.page("/new", feed())
    result = one(client, state(server.url("/old")))
    assert result.http.url == (server.url("/new") if moved else "")
    unchanged = one(client, state(server.url("/old"), etag=page.etag))
    assert unchanged.outcome is Outcome.UNCHANGED
    assert unchanged.http.url == (server.url("/new") if moved else "")


def test_a_move_to_no_feed_changes_nothing(server: LoopbackServer, client: HttpClient) -> None:
    server.redirect("/old", "/login", 301)
    server.page("/login", b"<html>Welcome to the hotel</html>", "text/html")
    result = one(client, state(server.url("/old"), etag='"x"'))
    assert (result.outcome, result.http.url, result.http.etag) == (Outcome.FAILED, "", '"x"')
    assert "nothing was changed" in result.problem
    assert "log in" in result.remedy


def test_new_feed_url_is_followed_where_a_feed_is(server: LoopbackServer, client: HttpClient) -> None:
    server.page("/old", feed("Old", "a", new=server.url("/mid"), guid="G"))
    server.page("/mid", feed("Mid", "a", "b", new=server.url("/new"), guid="g"))
    page = server.page("/new", feed("New", "a", "b", "c", new=server.url("/new/"), guid="g"))
    result = one(client, state(server.url("/old")))
    assert (guids(result), result.http.url, result.http.etag) == (["a", "b", "c"], server.url("/new"), page.etag)


@pytest.mark.parametrize("target", ["/missing", "/page", "/other-show", "/locked"])
def test_new_feed_url_that_leads_nowhere_is_noted_only(server: LoopbackServer, client: HttpClient,
                                                       target: str) -> None:
    server.page("/old", feed("Old", "a", new=server.url(target), guid="one"))
    server.page("/page", b"<html>")
    server.page("/other-show", feed("Other", "z", guid="two"))
    server.answer("/locked", 401)
    result = one(client, state(server.url("/old")))
    assert (guids(result), result.http.url, len(result.notes)) == (["a"], "", 1)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "nonsense", "http://10.0.0.1/feed", "http://[::1"])
def test_new_feed_url_to_refused_places(server: LoopbackServer, client: HttpClient, target: str) -> None:
    server.page("/old", feed("Old", "a", new=target))
    result = one(client, state(server.url("/old")))
    assert (result.outcome, result.http.url) == (Outcome.UPDATED, "")


def test_new_feed_urls_in_a_circle_end(server: LoopbackServer, client: HttpClient) -> None:
    server.page("/a", feed("A", "a", new=server.url("/b")))
    server.page("/b", feed("B", "b", new=server.url("/a")))
    assert one(client, state(server.url("/a"))).http.url == server.url("/b")
    assert len(server.requests) == 2


def pages(server: LoopbackServer, count: int) -> None:
    for number in range(1, count + 1):
        more = {"next": server.url(f"/p{number + 1}")} if number < count else {}
        server.page(f"/p{number}", feed("Show", f"{number}a", f"{number}b", **more))


def test_all_pages_are_read_at_first(server: LoopbackServer, client: HttpClient) -> None:
    pages(server, 4)
    result = one(client, state(server.url("/p1"), refreshed=None))
    assert guids(result) == ["1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b"]
    assert result.feed is not None
    assert result.feed.next_page == ""  # whole


def test_later_only_as_many_pages_as_are_new(server: LoopbackServer, client: HttpClient) -> None:
    pages(server, 4)

    def known(show_id: int) -> Collection[str]:
        return {"2b", "3a", "3b"} if show_id == 1 else ()

    assert guids(one(client, state(server.url("/p1")), known_guids=known)) == ["1a", "1b", "2a", "2b"]
    server.requests.clear()
    assert guids(one(client, state(server.url("/p1")))) == ["1a", "1b"]
    assert server.paths() == ["/p1"]


def test_endless_and_circling_pages_end(server: LoopbackServer, client: HttpClient) -> None:
    def endless(call: Call) -> None:
        number = int(call.path.partition("?")[2] or 0)
        call.reply(200, feed("Show", f"i{number}", next=server.url(f"/endless?{number + 1}")))

    server.routes["/endless"] = endless
    assert len(guids(one(client, state(server.url("/endless"), refreshed=None)))) == MOST_PAGES + 1
    server.page("/x", feed("Show", "a", next=server.url("/y")))
    server.page("/y", feed("Show", "b", next=server.url("/x")))
    server.requests.clear()
    assert guids(one(client, state(server.url("/x"), refreshed=None))) == ["a", "b"]
    assert server.paths() == ["/x", "/y"]
    server.page("/same", feed("Show", "a", next=server.url("/same?2")))
    assert guids(one(client, state(server.url("/same"), refreshed=None))) == ["a"]


def test_a_broken_page_costs_only_itself(server: LoopbackServer, client: HttpClient) -> None:
    pages(server, 3)
    server.answer("/p3", 500)
    result = one(client, state(server.url("/p1"), refreshed=None))
    assert (len(guids(result)), len(result.notes)) == (4, 1)
    assert result.feed is not None
    assert result.feed.next_page  # not whole


def test_gone_ends_polling(server: LoopbackServer, client: HttpClient) -> None:
    server.answer("/f", 410)
    result = one(client, state(server.url("/f")))
    assert (result.outcome, result.gone) == (Outcome.GONE, True)
    assert "stays" in result.remedy
    server.requests.clear()
    over = [state(server.url("/f"), gone=True)]
    assert list(refresh_feeds(client, over, parse=parse)) == []
    assert server.requests == []
    assert len(list(refresh_feeds(client, over, parse=parse, asked=True))) == 1


def test_a_login_is_asked_for_and_used(server: LoopbackServer, client: HttpClient) -> None:
    def locked(call: Call) -> None:
        if "authorization" in call.seen.headers:
            call.reply(200, feed("Private", "a"))
        else:
            call.reply(401)

    class Kept:
        def get(self, name: str) -> tuple[str, str] | None:
            return ("me", "pw") if name == server.url("/f") else None

    server.routes["/f"] = locked
    assert one(client, state(server.url("/f"))).outcome is Outcome.LOGIN
    assert one(client, state(server.url("/f")), credentials=Kept()).outcome is Outcome.UPDATED


def test_faults_back_off(server: LoopbackServer, client: HttpClient) -> None:
    server.answer("/f", 500)
    due = [one(client, state(server.url("/f"), errors=errors)).http.next_due - NOW for errors in (0, 1, 2, 3, 10, 99)]
    assert due == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 24 * HOUR]
    server.answer("/f", 429, Retry_After="36000")
    assert one(client, state(server.url("/f"))).http.next_due == NOW + 10 * HOUR
    assert wait_after_failures(50, dt.timedelta(days=7)) == dt.timedelta(days=7)


def test_being_offline_is_not_the_feeds_fault(client: HttpClient, server: LoopbackServer) -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("network is unreachable")

    with HttpClient(client.policy, resolve=nowhere) as offline:
        result = one(offline, state("http://feeds.example/f", errors=9, etag='"x"'))
    assert (result.outcome, result.offline, result.http.next_due, result.http.etag) == (
        Outcome.FAILED, True, NOW + HOUR, '"x"')


def test_ended_and_slow_shows_are_asked_less(server: LoopbackServer, client: HttpClient) -> None:
    server.page("/f", feed("Show", "a", complete="yes"))
    server.page("/g", feed("Show", "a", ttl="180"))
    assert one(client, state(server.url("/f"))).http.next_due == NOW + 24 * HOUR
    assert one(client, state(server.url("/g"))).http.next_due == NOW + 3 * HOUR


def test_one_bad_feed_never_stops_the_others(server: LoopbackServer, client: HttpClient) -> None:
    server.page("/good", feed("Show", "a"))
    server.page("/crash", feed("crash"))
    server.page("/html", b"<html>")
    server.answer("/500", 500)
    server.redirect("/loop", "/loop2")
    server.redirect("/loop2", "/loop")
    server.routes["/cut"] = lambda call: call.reply(200, b"feed", length=900)
    urls = [*(server.url(path) for path in ("/good", "/crash", "/html", "/500", "/loop", "/cut")),
            "http://127.0.0.1:1/private", "file:///etc/passwd", "nonsense", server.url("/good")]
    results = list(refresh_feeds(client, [state(url, number) for number, url in enumerate(urls)], parse=parse))
    assert sorted(result.show_id for result in results) == list(range(10))
    assert {result.show_id for result in results if result.outcome is Outcome.UPDATED} == {0, 9}
    for result in results:
        assert result.problem or result.feed
        assert result.http.next_due is not None
    assert "ZeroDivisionError" in next(result.remedy for result in results if result.show_id == 1)


def test_a_slow_host_does_not_hold_up_the_rest(client: HttpClient, server: LoopbackServer) -> None:
    fast_done = threading.Event()

    def slow(call: Call) -> None:
        fast_done.wait(5)
        call.reply(200, feed("Slow", "a"))

    with LoopbackServer() as other:
        server.routes["/slow"] = slow
        other.page("/fast", feed("Fast", "a"))
        policy = type(client.policy)(allow_private=True, timeout_s=5, total_s=10)
        slow_ones = [state(f"http://localhost:{server.port}/slow", n) for n in range(4)]
        fast_ones = [state(other.url("/fast"), 100 + n) for n in range(20)]
        order = []
        with HttpClient(policy) as polite:
            for result in refresh_feeds(polite, [*slow_ones, *fast_ones], parse=parse):
                order.append(result.show_id)
                if len(order) == 20:
                    fast_done.set()
    assert sorted(order[:20]) == list(range(100, 120))
    assert len(order) == 24


def test_closing_early_starts_no_more(server: LoopbackServer, client: HttpClient) -> None:
    server.page("/f", feed("Show", "a"))
    results = refresh_feeds(client, [state(server.url("/f"), n) for n in range(100)], parse=parse)
    next(results)
    results.close()
    assert len(server.requests) < 10


def test_what_was_no_feed_is_handed_over(server: LoopbackServer, client: HttpClient) -> None:
    server.page("/page", b"<html>hello", "text/html")
    with pytest.raises(NotAFeedHere) as caught:
        fetch_feed(client, server.url("/page"), parse=parse)
    assert caught.value.answer is not None
    assert caught.value.answer.body == b"<html>hello"
    first = one(client, state(server.url("/page"), refreshed=None))
    assert first.problem == "This is a web page, not a feed."
