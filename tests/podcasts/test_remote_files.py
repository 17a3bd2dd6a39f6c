# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts, chapters and artwork: the best that can be had, bounded, and never a page in disguise."""

from __future__ import annotations

from pathlib import Path

import pytest

from podmix.errors import FeedError, NetworkError, TooLarge
from podmix.net.client import HttpClient
from podmix.podcasts import remote_files
from podmix.podcasts.remote_files import (
    fetch_artwork,
    fetch_chapters,
    fetch_transcript,
    picture_ending,
    preferred,
    transcript_kind,
)
from podmix.podcasts.types import TranscriptLink
from tests.net.loopback import LoopbackServer

VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello."
SRT = b"\xef\xbb\xbf1\r\n00:00:00,000 --> 00:00:02,000\r\nHello."
JSON = b'{"version": "1.0.0", "segments": []}'
PAGE = b"<!DOCTYPE html><html><body>Log in</body></html>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


def test_the_best_transcript_wins(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    server.page("/t.srt", SRT, "text/plain")
    server.page("/t.vtt", VTT, "text/vtt")
    server.answer("/t.json", 404)
    links = [TranscriptLink(server.url("/t.srt"), "application/x-subrip"),
             TranscriptLink(server.url("/t.vtt"), "text/vtt"),
             TranscriptLink(server.url("/t.json"), "application/json")]
    got = fetch_transcript(client, links, tmp_path, "5")
    assert got == tmp_path / "5.vtt"
    assert got.read_bytes() == VTT
    assert server.paths() == ["/t.json", "/t.vtt"]


def test_order_of_preference() -> None:
    json, vtt, srt, html, text = (TranscriptLink(kind, kind) for kind in (
        "application/json", "text/vtt", "application/srt", "text/html", "text/plain"))
    timed_html = TranscriptLink("x", "text/html", rel="captions")
    german = TranscriptLink("y", "text/vtt", language="de-DE")
    assert preferred([text, html, srt, vtt, json]) == [json, vtt, srt, html, text]
    assert preferred([html, timed_html]) == [timed_html, html]
    assert preferred([TranscriptLink("a", "application/json", language="en"), german], "de")[0] is german
    by_ending = [TranscriptLink("https://x.example/a.txt"), TranscriptLink("https://x.example/a.vtt?b=1")]
    assert preferred(by_ending) == by_ending[::-1]


@pytest.mark.parametrize(("body", "promised", "kind"), [
    (VTT, "srt", "vtt"), (b"\xef\xbb\xbf" + VTT, "", "vtt"), (SRT, "vtt", "srt"), (JSON, "json", "json"),
    (JSON, "", "json"),
    (b"[Music] Hello", "text", "text"), (b"<p><cite>Ada</cite> Hi", "", "html"), (PAGE, "html", "html"),
    (b"Hello there", "", "text"), ("WEBVTT\n".encode("utf-16"), "vtt", "vtt")])
def test_the_content_decides(body: bytes, promised: str, kind: str) -> None:
    assert transcript_kind(body, promised=promised) == kind


@pytest.mark.parametrize(("body", "promised"), [(b"", "vtt"), (b" \n", ""), (b"\x00\x01\x02", "srt"), (PAGE, "vtt"),
                                                (PAGE, "json"), (PAGE, "srt"), (b"ID3\x03\x00\x00", "vtt")])
def test_what_is_no_transcript_is_refused(body: bytes, promised: str) -> None:
    with pytest.raises(FeedError):
        transcript_kind(body, promised=promised)


def test_no_transcript_to_be_had(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    assert fetch_transcript(client, [], tmp_path, "5") is None
    server.page("/t.vtt", PAGE, "text/vtt")
    with pytest.raises(FeedError):
        fetch_transcript(client, [TranscriptLink(server.url("/t.vtt"), "text/vtt")], tmp_path, "5")
    with pytest.raises(NetworkError):
        fetch_transcript(client, [TranscriptLink("file:///etc/passwd", "text/vtt")], tmp_path, "5")
    assert list(tmp_path.iterdir()) == []


def test_sizes_are_bounded(server: LoopbackServer, client: HttpClient, tmp_path: Path,
                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_files, "TRANSCRIPT_BYTES", 100)
    server.page("/t.vtt", VTT * 20, "text/vtt")
    with pytest.raises(TooLarge):
        fetch_transcript(client, [TranscriptLink(server.url("/t.vtt"))], tmp_path, "5")


def test_chapters(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    good = b'{"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Start"}]}'
    server.page("/c.json", good, "application/json+chapters")
    target = tmp_path / "deep" / "5.json"
    assert fetch_chapters(client, server.url("/c.json"), target).read_bytes() == good
    for bad in (PAGE, b"", b"[]", b'{"chapters": 1}', b"[" * 100_000):
        server.page("/c.json", bad)
        with pytest.raises(FeedError):
            fetch_chapters(client, server.url("/c.json"), target)
    assert target.read_bytes() == good


def test_artwork(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    server.page("/art", PNG, "image/jpeg")
    got = fetch_artwork(client, server.url("/art"), tmp_path / "show-1")
    assert got == tmp_path / "show-1.png"
    server.page("/art", b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg")
    assert fetch_artwork(client, server.url("/art"), tmp_path / "show-1").name == "show-1.jpg"
    assert [path.name for path in tmp_path.iterdir()] == ["show-1.jpg"]
    for bad in (PAGE, b"", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"):
        server.page("/art", bad, "image/png")
        with pytest.raises(FeedError):
            fetch_artwork(client, server.url("/art"), tmp_path / "show-1")
    assert got.with_suffix(".jpg").exists()


def test_picture_endings() -> None:
    assert picture_ending(b"GIF89a") == ".gif"
    assert picture_ending(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == ".webp"
    assert picture_ending(b"RIFF\x00\x00\x00\x00WAVEfmt ") == ""
