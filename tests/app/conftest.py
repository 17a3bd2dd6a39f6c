# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Application on a fresh home, a loopback server with small shows, and an ear for events."""

from __future__ import annotations

import io
import math
import struct
import threading
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from podmix.app import core
from podmix.app.application import Application
from podmix.app.views import Event
from podmix.podcasts.credentials import Credentials
from tests.net.loopback import LoopbackServer


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer() as running:
        yield running


@pytest.fixture
def other_server() -> Iterator[LoopbackServer]:
    """Another server in the private network, which nobody typed."""
    with LoopbackServer() as running:
        yield running


@pytest.fixture(autouse=True)
def light_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Previews by a stand-in, and no keyring of the person who runs the tests."""
    monkeypatch.setitem(core.JOB_FUNCTIONS, "preview", "tests.app.fake_work:preview")
    monkeypatch.setattr(core, "Credentials", lambda: Credentials(look=False))


OpenApplication = Callable[[], Application]


@pytest.fixture
def open_app(tmp_path: Path) -> Iterator[OpenApplication]:
    """``open_app()`` opens the test's home (once more); what is open is closed after the test."""
    opened: list[Application] = []

    def make() -> Application:
        application = Application.open(tmp_path / "home")
        opened.append(application)
        return application

    yield make
    for application in opened:
        application.close()


@pytest.fixture
def app(open_app: OpenApplication) -> Application:
    return open_app()


class Ear:
    """Keeps events and lets a test wait for one."""

    def __init__(self, application: Application) -> None:
        self.events: list[Event] = []
        self._news = threading.Condition()
        application.on_event(self._hear)

    def _hear(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, holds: Callable[[Event], bool], timeout_s: float = 30.0) -> None:
        with self._news:
            assert self._news.wait_for(lambda: any(map(holds, self.events)), timeout_s), self.events[-5:]


@pytest.fixture
def ear(app: Application) -> Ear:
    return Ear(app)


def tone(seconds: float = 1.0, rate: int = 8000) -> bytes:
    """A WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        count = int(seconds * rate)
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(i / 5))) for i in range(count)))
    return out.getvalue()


def rss(title: str, items: list[tuple[str, str]], *, more: str = "") -> bytes:
    """A feed; ``items`` are (title, address of the audio), newest first."""
    body = "".join(
        f"<item><title>{name}</title><guid isPermaLink='false'>{title}-{name}</guid>"
        f"<pubDate>Mon, {28 - at:02d} Sep 2026 06:00:00 GMT</pubDate>"
        f"<enclosure url='{url}' length='16044' type='audio/wav'/></item>" for at, (name, url) in enumerate(items))
    return (f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{title}</title>"
            f"<link>https://example.org/</link><description>About {title}</description>{more}{body}"
            "</channel></rss>").encode()


def put_show(server: LoopbackServer, name: str = "harbour", episodes: tuple[str, ...] = ("Light",), *,
             more: str = "") -> str:
    """Serve a show with audio; returns the feed's address."""
    server.page("/audio.wav", tone(), "audio/wav")
    server.page(f"/{name}.xml", rss(name, [(title, server.url("/audio.wav")) for title in episodes], more=more))
    return server.url(f"/{name}.xml")
