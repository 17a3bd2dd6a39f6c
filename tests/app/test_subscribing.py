# SPDX-License-Identifier: GPL-3.0-or-later
"""Feeds against a loopback server: in, out, back again; logins; private servers only where a person typed them."""

from __future__ import annotations

import base64
import contextlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from podmix.app.application import Application
from podmix.errors import AuthenticationNeeded, PodMixError, UsageError
from podmix.net.policy import Login
from podmix.podcasts.types import EpisodeState
from tests.app.conftest import OpenApplication, put_show, rss, tone
from tests.net.loopback import Call, LoopbackServer


def test_in_out_and_back(app: Application, open_app: OpenApplication, server: LoopbackServer, tmp_path: Path) -> None:
    first = app.subscribe(put_show(server, "harbour", ("One", "Two")), folder="Sea")
    app.subscribe(put_show(server, "tides"))
    assert first.show is not None
    assert (first.episodes, first.already) == (2, False)
    show_id = first.show.show_id
    opml = tmp_path / "shows.opml"
    assert app.export_opml(opml) == 2
    assert "password" not in opml.read_text()
    app.unsubscribe(show_id)
    assert [s.title for s in app.shows()] == ["tides"]
    assert app.import_opml(opml).added == 1
    assert app.import_opml(opml).already == 2
    assert app.show(show_id).episodes == 2, "nothing was lost"
    assert app.show(show_id).folder == "Sea"
    app.unsubscribe(show_id)
    app.restore_show(show_id)
    assert {s.title for s in app.shows()} == {"harbour", "tides"}


def test_refresh_finds_what_is_new_and_says_what_failed(app: Application, server: LoopbackServer) -> None:
    app.subscribe(put_show(server, "harbour", ("One",)))
    audio = server.url("/audio.wav")
    server.page("/harbour.xml", rss("harbour", [("Two", audio), ("One", audio)]))
    assert app.refresh() == 1
    assert app.refresh() == 0
    server.answer("/harbour.xml", 503)
    assert app.refresh() == 0
    [show] = app.shows()
    assert show.problem
    assert show.episodes == 2


@pytest.mark.parametrize("verb", ["unsubscribe", "restore_show", "show"])
def test_an_unknown_show(app: Application, verb: str) -> None:
    with pytest.raises(UsageError):
        getattr(app, verb)(99)


def private_feed(server: LoopbackServer, wanted: str = "ada:key") -> str:
    body = rss("secret", [("One", server.url("/secret.wav"))])

    def guarded(content: bytes, kind: str) -> object:
        def route(call: Call) -> None:
            given = call.seen.headers.get("authorization", "")
            if given == "Basic " + base64.b64encode(route.wanted.encode()).decode():  # type: ignore[attr-defined]
                call.reply(200, content, {"Content-Type": kind})
            else:
                call.reply(401, b"", {"WWW-Authenticate": "Basic realm=x"})
        route.wanted = wanted  # type: ignore[attr-defined]
        return route

    server.routes["/secret.xml"] = guarded(body, "application/rss+xml")  # type: ignore[assignment]
    server.routes["/secret.wav"] = guarded(tone(), "audio/wav")  # type: ignore[assignment]
    return server.url("/secret.xml")


def test_a_login_is_asked_for_kept_and_used(app: Application, server: LoopbackServer) -> None:
    url = private_feed(server)
    with pytest.raises(AuthenticationNeeded):
        app.subscribe(url)
    assert app.shows() == []
    show = app.subscribe(url, user="ada", password="key").show
    assert show is not None
    assert app.refresh() == 0
    assert app.show(show.show_id).problem == ""
    app.start_work()
    app.download_now(app.episodes()[0].episode_id)
    assert app.episodes()[0].state is EpisodeState.DOWNLOADED
    stored = b"".join(file.read_bytes() for file in app.home.data.rglob("*") if file.is_file())
    for secret in (b"ada:key", base64.b64encode(b"ada:key"), b'"key"]'):
        assert secret not in stored


def test_a_changed_password_of_a_known_show(app: Application, server: LoopbackServer) -> None:
    url = private_feed(server)
    app.subscribe(url, user="ada", password="key")
    private_feed(server, "ada:new")
    app.refresh()
    assert app.shows()[0].problem
    done = app.subscribe(url, user="ada", password="new")
    assert done.already
    assert app.shows()[0].problem == ""
    assert app.credentials.get(url) == Login("ada", "new")


def test_a_login_for_a_page_is_not_told_to_another_server(app: Application, server: LoopbackServer,
                                                          other_server: LoopbackServer) -> None:
    url = put_show(other_server)
    app.allow_server(url)
    server.page("/", f"<html><link rel=alternate type='application/rss+xml' href='{url}'></html>".encode(), "text/html")
    app.subscribe(server.url("/"), user="ada", password="key")
    assert all("authorization" not in seen.headers for seen in other_server.requests)


def test_a_page_with_several_feeds_offers_them(app: Application, server: LoopbackServer) -> None:
    server.page("/", b"<html><link rel=alternate type='application/rss+xml' title='A' href='/a.xml'>"
                b"<link rel=alternate type='application/atom+xml' href='/b.xml'></html>", "text/html")
    done = app.subscribe(server.url("/"))
    assert done.show is None
    assert [url for _, url in done.choices] == [server.url("/a.xml"), server.url("/b.xml")]
    server.page("/none", b"<html>nothing</html>", "text/html")
    with pytest.raises(PodMixError):
        app.subscribe(server.url("/none"))


@pytest.mark.parametrize("trick", ["redirect", "page", "new-feed-url"])
def test_another_private_server_is_not_reached(app: Application, server: LoopbackServer, other_server: LoopbackServer,
                                               trick: str) -> None:
    """A typed private address is fine; where its answers point is not the person's wish."""
    target = put_show(other_server)
    if trick == "redirect":
        server.redirect("/x", target)
    elif trick == "page":
        server.page("/x", f"<link rel=alternate type='application/rss+xml' href='{target}'>".encode(), "text/html")
    else:
        moved = f"<itunes:new-feed-url>{target}</itunes:new-feed-url>"
        server.page("/x", rss("harbour", [], more=moved).replace(
            b"<rss ", b"<rss xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "))
    refused = contextlib.nullcontext() if trick == "new-feed-url" else pytest.raises(PodMixError)
    with refused:
        app.subscribe(server.url("/x"))
    app.refresh()
    assert other_server.requests == []


def test_an_enclosure_in_another_private_server_is_refused(app: Application, server: LoopbackServer,
                                                           other_server: LoopbackServer) -> None:
    other_server.page("/audio.wav", tone(), "audio/wav")
    server.page("/x.xml", rss("x", [("One", other_server.url("/audio.wav")), ("Two", "file:///etc/passwd")]))
    app.subscribe(server.url("/x.xml"))
    app.start_work()
    for row in app.episodes():
        app.download(row.episode_id)
    assert app.wait_for_work(60)
    assert {row.state for row in app.episodes()} == {EpisodeState.FAILED}
    assert all(row.problem for row in app.episodes())
    assert other_server.requests == []


def test_transcript_and_chapters_come_with_the_audio(app: Application, server: LoopbackServer) -> None:
    server.page("/t.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n", "text/vtt")
    server.page("/c.json", b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "All"}]}', "application/json")
    put_show(server)
    page = server.page("/harbour.xml", rss("harbour", [("One", server.url("/audio.wav"))]).replace(
        b"</item>", f"<podcast:transcript url='{server.url('/t.vtt')}' type='text/vtt'/><podcast:chapters "
        f"url='{server.url('/c.json')}' type='application/json+chapters'/></item>".encode()).replace(
        b"<rss ", b"<rss xmlns:podcast='https://podcastindex.org/namespace/1.0' "))
    assert page
    app.subscribe(server.url("/harbour.xml"))
    episode_id = app.episodes()[0].episode_id
    asked = len(server.requests)
    app.make_preview(episode_id)
    assert len(server.requests) == asked, "queueing waits for no server"
    app.start_work()
    assert app.wait_for_work(60)
    [file] = (app.home.cache / "transcripts").iterdir()
    assert file.name.startswith(f"{episode_id}-")
    assert [c.title for c in app.episode_page(episode_id).chapters] == ["All"]
    app.make_preview(episode_id, again=True)
    assert app.wait_for_work(60)
    assert server.paths().count("/t.vtt") == 1
    assert app.fetch_companions(app.known_episode(episode_id)) == file


def test_closing_while_the_picture_is_on_its_way(open_app: OpenApplication, server: LoopbackServer) -> None:
    app = open_app()
    server.routes["/art.png"] = lambda call: (server.released.wait(0.3), call.reply(200, b"\x89PNG\r\n\x1a\n"))[0]
    app.subscribe(put_show(server, more=f"<image><url>{server.url('/art.png')}</url></image>"))
    app.close()
    assert open_app().shows()[0].artwork is not None, "a command that subscribes has the picture"


def with_audio(app: Application, server: LoopbackServer, count: int) -> list[int]:
    app.subscribe(put_show(server, episodes=tuple(f"E{i}" for i in range(count))))
    ids = [row.episode_id for row in app.episodes()]
    for number, episode_id in enumerate(ids):
        file = app.home.episodes / f"{number}.wav"
        file.write_bytes(bytes(1000))
        app.podcasts.set_audio(episode_id, file, 1000, "x")
    return ids


def age(app: Application, episode_id: int, days: float) -> None:
    path = app.known_episode(episode_id).audio_path
    assert path is not None
    then = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))


def test_storage_policy_counts_from_when_the_audio_came(app: Application, server: LoopbackServer) -> None:
    old, fresh, saved, gone = with_audio(app, server, 4)
    with app.database.write() as connection:  # all four were first seen long ago
        connection.execute("UPDATE episodes SET first_seen = 1")
    for episode_id in (old, saved):
        age(app, episode_id, 31)
    from tests.app.test_sharing import put_previews

    [card, *_] = put_previews(app, saved)
    app.save(card.preview_id, saved=True)
    missing = app.known_episode(gone).audio_path
    assert missing is not None
    missing.unlink()
    assert [path.name for path in app.apply_storage_policy()] == ["0.wav"]
    states = {row.episode_id: row.audio is not None for row in app.episodes()}
    assert states == {old: False, fresh: True, saved: True, gone: False}
    assert app.known_episode(gone).audio_path is None
    assert app.previews_of(saved), "previews stay"


def test_storage_policy_makes_room_but_never_takes_what_is_worked_on(app: Application, server: LoopbackServer) -> None:
    ids = with_audio(app, server, 3)
    for number, episode_id in enumerate(ids):
        age(app, episode_id, 10 - number)
    app.make_preview(ids[0])
    app.settings.set("storage.max_gb", 1)
    with app.database.write() as connection:
        connection.execute("UPDATE episodes SET audio_size = 600000000")
    assert [path.name for path in app.apply_storage_policy()] == ["1.wav", "2.wav"]
