# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads that resume only where the server proves it is the same file, and never leave half a file as whole."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import random
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import AuthenticationNeeded, NetworkError, StorageError, TooLarge
from podmix.net.client import HttpClient, NetPolicy
from podmix.net.download import Downloaded
from podmix.net.failures import CutShort, TimeUp
from podmix.net.parts import ContentRange, content_range, note_of, part_of
from podmix.progress import Progress, finish
from tests.net.loopback import Call, LoopbackServer, Page

BODY = random.Random(4).randbytes(700_000)
DIGEST = hashlib.sha256(BODY).hexdigest()


def fetch(client: HttpClient, url: str, target: Path, **more: object) -> Downloaded:
    return finish(client.download(url, target, **{"max_bytes": 10_000_000, **more}))


def cut_after(page: Page, count: int) -> object:
    """Serve ``page``'s head and ``count`` bytes of its body, then hang up."""
    def route(call: Call) -> None:
        headers = {"Content-Type": page.content_type, "ETag": page.etag}
        if page.last_modified:
            headers["Last-Modified"] = page.last_modified
        call.reply(200, page.body[:count], {k: v for k, v in headers.items() if v}, length=len(page.body))
    return route


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "show" / "episode.mp3"


@pytest.fixture
def half(server: LoopbackServer, client: HttpClient, target: Path) -> Page:
    """A download that stopped at 300,000 bytes; the whole page is back."""
    page = server.page("/a.mp3", BODY, "audio/mpeg")
    server.routes["/a.mp3"] = cut_after(page, 300_000)
    with pytest.raises(CutShort, match="stopped early"):
        fetch(client, server.url("/a.mp3"), target)
    assert not target.exists()
    assert part_of(target).stat().st_size == 300_000
    server.routes["/a.mp3"] = page
    server.requests.clear()
    return page


def only_the_file(target: Path) -> bool:
    return [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_whole_download(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    server.page("/a.mp3", BODY, "audio/mpeg")
    got = fetch(client, server.url("/a.mp3"), target)
    assert got == Downloaded(target, len(BODY), DIGEST, "audio/mpeg", 0)
    assert target.read_bytes() == BODY
    assert only_the_file(target)


def test_it_resumes(server: LoopbackServer, client: HttpClient, target: Path, half: Page) -> None:
    got = fetch(client, server.url("/a.mp3"), target)
    assert (got.sha256, got.size, got.resumed_from) == (DIGEST, len(BODY), 300_000)
    assert target.read_bytes() == BODY
    assert only_the_file(target)
    assert server.requests[0].headers["range"] == "bytes=300000-"
    assert server.requests[0].headers["if-range"] == half.etag


def test_a_changed_file_is_taken_from_zero(server: LoopbackServer, client: HttpClient, target: Path,
                                           half: Page) -> None:
    other = random.Random(5).randbytes(400_000)
    server.page("/a.mp3", other, "audio/mpeg")
    got = fetch(client, server.url("/a.mp3"), target)
    assert (got.resumed_from, target.read_bytes() == other) == (0, True)


@pytest.mark.parametrize("span", ["bytes 0-699999/700000", "bytes 300001-699999/700000", "bytes 300000-699999/700001",
                                  "nonsense", "", "bytes 300000-699999/5"])
def test_a_wrong_content_range_is_not_believed(server: LoopbackServer, client: HttpClient, target: Path, half: Page,
                                               span: str) -> None:
    def lying(call: Call) -> None:
        if "range" in call.seen.headers:
            call.reply(206, b"z" * 400_000, {"Content-Range": span} if span else {})
        else:
            half(call)

    server.routes["/a.mp3"] = lying
    got = fetch(client, server.url("/a.mp3"), target)
    assert (got.sha256, got.resumed_from) == (DIGEST, 0)
    assert only_the_file(target)


def test_another_etag_in_206_is_another_file(server: LoopbackServer, client: HttpClient, target: Path,
                                             half: Page) -> None:
    def lying(call: Call) -> None:
        if "range" in call.seen.headers:
            call.reply(206, b"z" * 400_000, {"Content-Range": "bytes 300000-699999/700000", "ETag": '"other"'})
        else:
            half(call)

    server.routes["/a.mp3"] = lying
    assert fetch(client, server.url("/a.mp3"), target).sha256 == DIGEST


def test_416_finishes_a_part_that_is_whole(server: LoopbackServer, client: HttpClient, target: Path,
                                           half: Page) -> None:
    part_of(target).write_bytes(BODY)
    got = fetch(client, server.url("/a.mp3"), target)
    assert (got.sha256, got.resumed_from, got.content_type) == (DIGEST, len(BODY), "audio/mpeg")
    assert only_the_file(target)


def test_416_finishes_only_the_length_that_the_server_names(server: LoopbackServer, client: HttpClient,
                                                            target: Path, half: Page) -> None:
    stored = json.loads(note_of(target).read_text())
    note_of(target).write_text(json.dumps({**stored, "length": None}))
    part_of(target).write_bytes(BODY + b"too much")
    got = fetch(client, server.url("/a.mp3"), target)
    assert (got.sha256, got.resumed_from) == (DIGEST, 0)


def test_416_with_another_length_begins_again(server: LoopbackServer, client: HttpClient, target: Path,
                                              half: Page) -> None:
    def picky(call: Call) -> None:
        if "range" in call.seen.headers:
            call.reply(416, b"", {"Content-Range": "bytes */9"})
        else:
            half(call)

    server.routes["/a.mp3"] = picky
    assert fetch(client, server.url("/a.mp3"), target).resumed_from == 0


def test_a_part_of_another_address_or_with_a_broken_note_is_not_used(server: LoopbackServer, client: HttpClient,
                                                                     target: Path, half: Page) -> None:
    server.routes["/b.mp3"] = half
    assert fetch(client, server.url("/b.mp3"), target).resumed_from == 0
    part_of(target).write_bytes(b"x")
    for text in ("", "[]", "{}", json.dumps({"url_hash": 1, "etag": 2, "last_modified": 3, "length": "x",
                                             "content_type": None})):
        note_of(target).write_text(text)
        assert fetch(client, server.url("/a.mp3"), target).sha256 == DIGEST


def test_without_a_strong_validator_there_is_no_resuming(server: LoopbackServer, client: HttpClient,
                                                         target: Path) -> None:
    page = server.page("/a.mp3", BODY, "audio/mpeg", etag='W/"weak"')
    server.routes["/a.mp3"] = cut_after(page, 1000)
    with pytest.raises(CutShort):
        fetch(client, server.url("/a.mp3"), target)
    server.routes["/a.mp3"] = page
    assert fetch(client, server.url("/a.mp3"), target).resumed_from == 0
    assert "range" not in server.requests[-1].headers


def test_a_date_may_validate(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    page = server.page("/a.mp3", BODY, "audio/mpeg", etag='W/"weak"', last_modified="Mon, 23 Nov 2026 00:00:00 GMT")
    server.routes["/a.mp3"] = cut_after(page, 5000)
    with pytest.raises(CutShort):
        fetch(client, server.url("/a.mp3"), target)
    server.routes["/a.mp3"] = page
    assert fetch(client, server.url("/a.mp3"), target).resumed_from == 5000


def test_a_huge_claim_is_refused_before_anything_is_written(server: LoopbackServer, client: HttpClient,
                                                            target: Path) -> None:
    server.routes["/a.mp3"] = lambda call: call.reply(200, b"x", length=10_000_000_000)
    with pytest.raises(TooLarge):
        fetch(client, server.url("/a.mp3"), target)
    assert list(target.parent.iterdir()) == []


def test_an_endless_file_is_stopped_and_removed(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    def endless(call: Call) -> None:
        call.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"x\"\r\n\r\n")
        while True:
            call.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")

    server.routes["/a.mp3"] = endless
    with pytest.raises(TooLarge):
        fetch(client, server.url("/a.mp3"), target, max_bytes=1_000_000)
    assert list(target.parent.iterdir()) == []


def test_packed_audio_is_unpacked(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    server.page("/a.mp3", gzip.compress(BODY), "audio/mpeg", headers={"Content-Encoding": "gzip"})
    assert fetch(client, server.url("/a.mp3"), target).sha256 == DIGEST


def test_a_packed_bomb_is_stopped(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    server.page("/a.mp3", gzip.compress(bytes(20_000_000)), "audio/mpeg", headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLarge):
        fetch(client, server.url("/a.mp3"), target, max_bytes=1_000_000)
    assert list(target.parent.iterdir()) == []


def test_an_old_file_stays_until_the_new_one_is_whole(server: LoopbackServer, client: HttpClient,
                                                      target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"old")
    page = server.page("/a.mp3", BODY, "audio/mpeg")
    server.routes["/a.mp3"] = cut_after(page, 1000)
    with pytest.raises(CutShort):
        fetch(client, server.url("/a.mp3"), target)
    assert target.read_bytes() == b"old"


def test_closing_the_generator_keeps_the_part_and_frees_the_host(server: LoopbackServer, target: Path) -> None:
    server.page("/a.mp3", BODY, "audio/mpeg")
    policy = NetPolicy(allowed_hosts=frozenset({server.host_and_port}), per_host=1, disk_reserve=0)
    with HttpClient(policy) as client:
        steps = client.download(server.url("/a.mp3"), target, max_bytes=10_000_000)
        assert next(steps).unit == "bytes"
        assert next(steps).total == len(BODY)
        steps.close()
        assert 0 < part_of(target).stat().st_size < len(BODY)
        assert client.get(server.url("/a.mp3")).body == BODY  # the only slot is free again
        again = fetch(client, server.url("/a.mp3"), target)
    assert again.sha256 == DIGEST
    assert again.resumed_from > 0


def test_progress_is_calm_and_ends_full(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    server.page("/a.mp3", BODY, "audio/mpeg")
    seen: list[Progress] = []
    finish(client.download(server.url("/a.mp3"), target, max_bytes=10_000_000), seen.append)
    assert seen[-1].fraction == 1.0
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert len(seen) < 15


def test_a_full_disk_is_said_before_and_during(server: LoopbackServer, client: HttpClient, target: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podmix.net.download.shutil.disk_usage", lambda path: SimpleNamespace(free=600_000))
    server.page("/a.mp3", BODY, "audio/mpeg")
    with pytest.raises(StorageError, match="full"):
        fetch(client, server.url("/a.mp3"), target)
    assert list(target.parent.iterdir()) == []
    monkeypatch.setattr("podmix.net.download._CHECK_DISK_EVERY", 100_000)
    free = iter([10**9, 10**9, -1])
    monkeypatch.setattr("podmix.net.download.shutil.disk_usage", lambda path: SimpleNamespace(free=next(free)))
    with pytest.raises(StorageError, match="full"):
        fetch(client, server.url("/a.mp3"), target)
    assert not target.exists()


def test_no_space_while_writing(server: LoopbackServer, client: HttpClient, target: Path,
                                monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    server.page("/a.mp3", BODY, "audio/mpeg")
    monkeypatch.setattr("podmix.net.download.os.fsync", full)
    with pytest.raises(StorageError, match="full"):
        fetch(client, server.url("/a.mp3"), target)
    assert not target.exists()


def test_a_folder_that_cannot_be(server: LoopbackServer, client: HttpClient, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    server.page("/a.mp3", BODY, "audio/mpeg")
    with pytest.raises(StorageError):
        fetch(client, server.url("/a.mp3"), tmp_path / "file" / "a.mp3")


def test_a_server_that_hangs_in_the_middle_keeps_the_part(server: LoopbackServer, client: HttpClient,
                                                          target: Path) -> None:
    def stall(call: Call) -> None:
        call.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 700000\r\nETag: \"x\"\r\n\r\n" + BODY[:100_000])
        call.server.released.wait(20)

    server.routes["/a.mp3"] = stall
    with HttpClient(dataclasses.replace(client.policy, timeout_s=0.2)) as hasty, pytest.raises(TimeUp):
        fetch(hasty, server.url("/a.mp3"), target)
    assert part_of(target).stat().st_size == 100_000


def test_a_dripping_server_is_given_up(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    def drip(call: Call) -> None:
        call.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 700000\r\n\r\n" + BODY[:2000])
        for byte in BODY[2000:]:
            if call.server.released.wait(0.02):
                return
            call.wfile.write(bytes([byte]))

    server.routes["/a.mp3"] = drip
    slow = dataclasses.replace(client.policy, slow_window_s=0.2, slowest_bytes_per_s=1000.0)
    with HttpClient(slow) as hasty, pytest.raises(TimeUp, match="slowly"):
        fetch(hasty, server.url("/a.mp3"), target)
    with HttpClient(client.policy) as other, pytest.raises(TimeUp):
        fetch(other, server.url("/a.mp3"), target, deadline_s=0.3)


def test_inspect_refuses_before_writing(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    def refuse(content_type: str, head: bytes) -> None:
        assert (content_type, head[:6]) == ("text/html", b"<html>")
        raise NetworkError("a page")

    server.page("/a.mp3", b"<html>" * 5000, "text/html")
    with pytest.raises(NetworkError, match="a page"):
        fetch(client, server.url("/a.mp3"), target, inspect=refuse)
    assert list(target.parent.iterdir()) == []


def test_an_empty_file(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    server.page("/a.mp3", b"", "audio/mpeg")
    assert fetch(client, server.url("/a.mp3"), target).size == 0


def test_errors_of_the_server(server: LoopbackServer, client: HttpClient, target: Path) -> None:
    server.answer("/a.mp3", 401)
    with pytest.raises(AuthenticationNeeded):
        fetch(client, server.url("/a.mp3"), target)


@given(st.text(max_size=40))
def test_content_range_reads_or_refuses_anything(text: str) -> None:
    got = content_range(text)
    assert got is None or isinstance(got, ContentRange)


def test_content_range() -> None:
    assert content_range("bytes 5-9/10") == ContentRange(5, 9, 10)
    assert content_range("bytes 5-9/*") == ContentRange(5, 9, None)
    assert content_range("bytes */10") == ContentRange(None, None, 10)
    assert content_range("bytes 5-10/10") is content_range("bytes 9-5/10") is content_range("items 5-9/10") is None
