# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command: its example parses, its module is there; lists, feeds, searches and settings say what they should."""

from __future__ import annotations

import argparse
import importlib
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from podmix.app.application import Application
from podmix.cli.arguments import build_parser
from podmix.cli.show import one_line, plain
from tests.app.conftest import put_show, rss
from tests.cli.conftest import Outcome
from tests.net.loopback import LoopbackServer

Podmix = Callable[..., Outcome]


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


def commands() -> dict[str, argparse.ArgumentParser]:
    parser = build_parser("0")
    [found] = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(found.choices)


@pytest.mark.parametrize("name", commands())
def test_every_command_has_an_example_that_parses_and_a_module(name: str) -> None:
    epilog = commands()[name].epilog or ""
    assert epilog.startswith(f"example:  podmix {name}")
    words = shlex.split(epilog.removeprefix("example:  podmix "))
    parsed = build_parser("0").parse_args(words)
    assert callable(importlib.import_module(f"podmix.cli.{parsed.module}").run)
    assert commands()[name].format_help()


def test_options_before_and_after_the_command() -> None:
    parser = build_parser("0")
    for words in (["--home", "X", "shows"], ["shows", "--home", "X"]):
        assert parser.parse_args(words).home == "X"
    assert parser.parse_args(["shows"]).home is None
    assert parser.parse_args([]).module == "window"


def test_shows_episodes_refresh_and_back(podmix: Podmix, server: LoopbackServer, tmp_path: Path) -> None:
    url = put_show(server, episodes=("One", "Two"))
    done = podmix("subscribe", url, "--json")
    assert done.code == 0, done.err
    show = done.json["show"]["show_id"]
    assert done.json["episodes"] == 2
    assert "Already" in podmix("subscribe", url).out
    assert [row["title"] for row in podmix("shows", "--json").json] == ["harbour"]
    assert podmix("shows").out.split("\t")[:3] == [str(show), "harbour", "2"]
    assert {row["title"] for row in podmix("episodes", "--json").json} == {"One", "Two"}
    server.page("/harbour.xml", rss("harbour", [(t, server.url("/audio.wav")) for t in ("Three", "One", "Two")]))
    assert podmix("refresh", "--json").json == {"new": 1, "problems": [], "queued": []}
    server.answer("/harbour.xml", 500)
    failed = podmix("refresh", str(show))
    assert failed.code == 1
    assert "harbour" in failed.err
    opml = tmp_path / "out.opml"
    assert podmix("shows", "--opml", str(opml), "--json").json == {"shows": 1, "file": str(opml)}
    assert podmix("unsubscribe", str(show)).code == 0
    assert podmix("shows", "--json").json == []
    server.answer("/harbour.xml", 500)
    assert podmix("subscribe", str(opml), "--json").json == {"added": 1, "already": 0, "failed": []}
    assert podmix("shows", "--json").json[0]["episodes"] == 3, "it comes back from what is stored"


@pytest.mark.parametrize("words", [["unsubscribe", "9"], ["episodes", "--show", "9"], ["refresh", "9"],
                                   ["episodes", "--limit", "0"], ["search", "x", "--limit", "-1"],
                                   ["settings", "no.such"], ["models", "get"]])
def test_what_is_not_there_is_said(podmix: Podmix, words: list[str]) -> None:
    done = podmix(*words)
    assert done.code == 2, done.err
    assert done.err.startswith("podmix: ")
    assert done.out == ""


def test_a_page_with_several_feeds(podmix: Podmix, server: LoopbackServer) -> None:
    server.page("/", b"<html><head><title>x</title>"
                b"<link rel=alternate type='application/rss+xml' title='A' href='/a.xml'>"
                b"<link rel=alternate type='application/rss+xml' title='B' href='/b.xml'></head></html>", "text/html")
    done = podmix("subscribe", server.url("/"))
    assert done.code == 1
    assert server.url("/b.xml") in done.out


def test_errors_as_json(podmix: Podmix, server: LoopbackServer) -> None:
    done = podmix("subscribe", server.url("/none.xml"), "--json")
    assert done.code == 1
    assert done.json.keys() == {"error", "remedy"}


def test_feed_inspect(podmix: Podmix, server: LoopbackServer, tmp_path: Path) -> None:
    body = rss("harbour", [("One", "https://a.example/1.mp3")]).replace(
        b"</channel>", b"<item><title>No audio</title><guid>n</guid></item>"
        b"<item><title>Twin</title><guid>n</guid></item></channel>")
    file = tmp_path / "feed.xml"
    file.write_bytes(body)
    server.page("/feed.xml", body)
    for address in (str(file), server.url("/feed.xml")):
        done = podmix("feed", "inspect", address, "--json")
        assert done.code == 0, done.err
        answer = done.json
        assert {"title", "guid", "link", "language", "items", "warnings"} <= answer.keys()
        assert len(answer["items"]) == 3
        assert {"guid", "title", "published", "enclosure", "duration", "transcripts", "chapters", "soundbites",
                "persons"} <= answer["items"][0].keys()
        assert answer["items"][0]["enclosure"] == {"url": "https://a.example/1.mp3", "length": 16044,
                                                   "type": "audio/wav"}
    assert podmix("feed", "inspect", str(file)).code == 0
    assert not (tmp_path / "home").exists(), "nothing is stored"
    for bad in (b"", b"<html><body>hello</body></html>", b"\x00" * 100):
        file.write_bytes(bad)
        refused = podmix("feed", "inspect", str(file), "--json")
        assert refused.code == 1
        assert refused.json["error"]
    assert podmix("feed", "inspect", "file:///etc/passwd", "--json").code == 1


def test_only_failures_of_this_run_count(podmix: Podmix, server: LoopbackServer, tmp_path: Path) -> None:
    podmix("subscribe", put_show(server))
    application = Application.open(tmp_path / "home")
    application.download(application.episodes()[0].episode_id)
    with application.database.write() as connection:
        connection.execute("UPDATE jobs SET state = 'failed', error = 'last week', remedy = '', finished = 1e10")
    application.close()
    assert [job["problem"] for job in podmix("jobs", "--json").json] == ["last week"]
    assert podmix("jobs", "--run").code == 0


def test_settings(podmix: Podmix) -> None:
    assert podmix("settings", "previews.length_s", "45", "--json").json == {"previews.length_s": 45}
    assert podmix("settings", "previews.length_s", "--json").json == {"previews.length_s": 45}
    assert podmix("settings", "previews.length_s", "4500").code == 1
    assert "previews.length_s" in podmix("settings").out


def test_models(podmix: Podmix) -> None:
    rows = podmix("models", "--json").json
    assert {"whisper-base", "all-MiniLM-L6-v2"} <= {row["id"] for row in rows}
    assert podmix("models", "get", "nonsense", "--json").code == 1


def test_a_mistake_of_ours_leaves_a_report_and_no_traceback(podmix: Podmix, monkeypatch: pytest.MonkeyPatch,
                                                            tmp_path: Path) -> None:
    monkeypatch.setattr(Application, "shows", lambda _: 1 / 0)
    done = podmix("shows", "--json")
    assert done.code == 1
    assert "Traceback" not in done.err
    assert done.json["error"]
    [report] = (tmp_path / "home" / "logs" / "crashes").iterdir()
    assert "ZeroDivisionError" in report.read_text()


def test_text_of_others_cannot_move_the_cursor() -> None:
    assert one_line("a\x1b[2J\r\n\u2028b\u009bc") == "a [2J   b c"
    assert one_line("see \u202efdp.exe\u2069") == "see  fdp.exe "


def test_without_a_screen_the_window_says_so(podmix: Podmix, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    outcome = podmix()
    assert outcome.code == 1
    assert "no screen" in outcome.err
    assert plain({1: (Path("/x"), b"bytes")}) == {"1": ["/x", None]}
