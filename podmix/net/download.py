# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloading one file: resumable, bounded, checked.

The bytes go to ``NAME.part``; ``NAME.part.json`` beside it remembers what they are a part *of* (validator, length,
a hash of the address). A later call asks for the rest with ``Range`` and ``If-Range`` and goes on only where the
server proves that it is the same file; otherwise from zero. At the end the file is flushed and renamed.

The generator may be closed at any step: the part stays, the connection is closed, nothing else is held.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from podmix.errors import NetworkError, StorageError, TooLarge
from podmix.net.addresses import host_of
from podmix.net.connect import deadline
from podmix.net.decode import decoded, too_large
from podmix.net.failures import CutShort, TimeUp
from podmix.net.parts import PartNote, content_range, part_of
from podmix.paths import disk_full
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from hashlib import _Hash

    from podmix.net.client import Answer, HttpClient

Inspect = Callable[[str, bytes], None]

_STAGE = "Downloading"
_SHOW_EVERY_S = 0.1
_CHECK_DISK_EVERY = 16_000_000
_READ_BLOCK = 1 << 20
_HEAD = 1024  # bytes gathered before ``inspect`` judges them


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A finished download: ``size`` in bytes, ``sha256`` in hex, ``resumed_from`` the bytes that were there before."""

    path: Path
    size: int
    sha256: str
    content_type: str
    resumed_from: int


def download(client: HttpClient, url: str, target: Path, *, max_bytes: int, expected_length: int | None = None,
             auth: tuple[str, str] | None = None, deadline_s: float = 6 * 3600.0,
             inspect: Inspect | None = None) -> Steps[Downloaded]:
    """Fetch ``url`` into ``target``.

    Args:
        max_bytes: a file that is or claims to be larger is refused; a claim before anything is written.
        expected_length: a hint for progress and disk space where the server announces no length; never trusted.
        deadline_s: longest time for the whole download.
        inspect: called with the content type and the first bytes of a fresh download before anything is written;
            raises to refuse them.

    Yields:
        Progress in bytes, at most ten a second.

    Raises:
        NetworkError and its kinds (CutShort and TimeUp keep the part for the next try); StorageError when the disk
        is full or cannot be written.
    """
    yield Progress(_STAGE, 0, expected_length, "bytes", host_of(url))
    end = time.monotonic() + deadline_s
    with _our_disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        for note in (PartNote.read(target, url), None):
            have = part_of(target).stat().st_size if note is not None else 0
            transfer = _Transfer(client, url, target, note, have, max_bytes, expected_length, end, inspect)
            outcome = yield from transfer.run(auth)
            if outcome is not None:
                return outcome
            PartNote.forget(target)  # the server does not go on where the part ends: once more, from zero
    raise NetworkError(f"{host_of(url)} does not hand the file out in a usable way.", remedy="Try again later.")


@dataclass(slots=True)
class _Transfer:
    """One request of a download; the ``have`` bytes of the part that ``note`` describes are to be continued."""

    client: HttpClient
    url: str
    target: Path
    note: PartNote | None
    have: int
    max_bytes: int
    expected_length: int | None
    end: float
    inspect: Inspect | None

    def run(self, auth: tuple[str, str] | None) -> Steps[Downloaded | None]:
        """The finished file, or None: the server would not continue, so begin again without a part."""
        headers = {"Accept": "audio/*, */*;q=0.5", "Accept-Encoding": "identity"}
        if self.note is not None:
            headers |= {"Range": f"bytes={self.have}-", "If-Range": self.note.validator}
        headers_by = min(self.end, time.monotonic() + self.client.policy.total_s)
        with self.client.exchange("GET", self.url, headers, auth=auth, end=headers_by) as answer:
            if answer.status == 206 and self.note is not None:
                return (yield from self._receive(answer, self.have)) if self._continues(answer) else None
            if answer.status == 416 and self.note is not None:
                return self._already_whole(answer)
            if answer.status != 200:
                from podmix.net.client import failure

                raise failure(answer)
            return (yield from self._receive(answer, 0))

    def _continues(self, answer: Answer) -> bool:
        """Whether a 206 really is the rest of our part."""
        assert self.note is not None
        span = content_range(answer.headers.get("content-range", ""))
        if span is None or span.start != self.have or answer.encoding not in ("", "identity"):
            return False
        if None not in (span.total, self.note.length) and span.total != self.note.length:
            return False
        tag = answer.headers.get("etag", "")
        return not tag or not self.note.etag or tag == self.note.etag

    def _already_whole(self, answer: Answer) -> Downloaded | None:
        """416: nothing follows our part. It is the whole file if the server names that very length."""
        assert self.note is not None
        span = content_range(answer.headers.get("content-range", ""))
        if span is None or span.total != self.have or self.note.length not in (None, self.have):
            return None
        digest = _hash_file(part_of(self.target)).hexdigest()
        _put_in_place(self.target)
        return Downloaded(self.target, self.have, digest, self.note.content_type, self.have)

    def _receive(self, answer: Answer, start: int) -> Steps[Downloaded]:
        """Write the answer's body behind byte ``start`` of the part, then put the file in its place."""
        packed = answer.encoding not in ("", "identity")
        total = None if packed or answer.content_length is None else start + answer.content_length
        if total is not None and total > self.max_bytes:
            raise too_large(self.max_bytes)
        self._check_disk((total or self.expected_length or start) - start)
        pieces = self._pieces(answer, start)
        head = _gather(pieces, _HEAD)
        if not start:
            if self.inspect is not None:
                self.inspect(answer.headers.get("content-type", ""), head)
            PartNote.forget(self.target)
        hasher = _hash_file(part_of(self.target)) if start else hashlib.sha256()
        with part_of(self.target).open("r+b" if start else "wb") as stream:
            stream.seek(start)
            if not start and not packed:
                PartNote.of(self.url, dict(answer.headers), total).write(self.target)
            size = yield from self._write(stream, hasher, start, total, itertools.chain((head,), pieces))
            stream.flush()
            os.fsync(stream.fileno())
        _put_in_place(self.target)
        content_type = answer.headers.get("content-type", "") or (self.note.content_type if self.note else "")
        return Downloaded(self.target, size, hasher.hexdigest(), content_type, start)

    def _write(self, stream: BinaryIO, hasher: _Hash, start: int, total: int | None,
               pieces: Iterator[bytes]) -> Steps[int]:
        """Write ``pieces``; returns the size of the whole file in bytes."""
        done = start
        shown = 0.0
        checked = start
        window = (time.monotonic(), start)
        while (piece := self._next(pieces, done, total)) is not None:
            stream.write(piece)
            hasher.update(piece)
            done += len(piece)
            now = time.monotonic()
            if now - shown >= _SHOW_EVERY_S:
                shown = now
                hint = self.expected_length if (self.expected_length or 0) >= done else None
                yield Progress(_STAGE, done, total or hint, "bytes")
            if done - checked >= _CHECK_DISK_EVERY:
                checked = done
                self._check_disk(0)
            window = self._check_speed(window, done)
        yield Progress(_STAGE, done, done, "bytes")
        return done

    def _next(self, pieces: Iterator[bytes], done: int, total: int | None) -> bytes | None:
        try:
            return next(pieces, None)
        except (CutShort, TimeUp) as problem:
            whole = f" of {total / 1e6:.1f}" if total else ""
            raise type(problem)(f"The download stopped early, after {done / 1e6:.1f}{whole} MB.",
                                remedy="What has come is kept; try again to go on from there.",
                                detail=f"{problem.message} {problem.detail}") from problem
        except TooLarge:
            self._discard()
            raise

    def _pieces(self, answer: Answer, start: int) -> Iterator[bytes]:
        """The unpacked body; every wait ends at the download's deadline."""
        inner = decoded(answer.chunks(), answer.encoding, max_bytes=self.max_bytes - start)
        while True:
            with deadline(self.end):
                piece = next(inner, None)
            if piece is None:
                return
            yield piece

    def _check_speed(self, window: tuple[float, int], done: int) -> tuple[float, int]:
        began, before = window
        passed = time.monotonic() - began
        if passed < self.client.policy.slow_window_s:
            return window
        if (done - before) / passed < self.client.policy.slowest_bytes_per_s:
            raise TimeUp(f"{host_of(self.url)} sends too slowly to be of use.",
                         remedy="What has come is kept; try again later to go on from there.")
        return time.monotonic(), done

    def _check_disk(self, needed: int) -> None:
        """Raise StorageError unless ``needed`` more bytes leave the reserve free."""
        if shutil.disk_usage(self.target.parent).free < max(0, needed) + self.client.policy.disk_reserve:
            raise disk_full(self.target)

    def _discard(self) -> None:
        PartNote.forget(self.target)
        part_of(self.target).unlink(missing_ok=True)


def _gather(pieces: Iterator[bytes], least: int) -> bytes:
    """The first ``least`` bytes or more; fewer where the body is shorter."""
    head = bytearray()
    while len(head) < least:
        piece = next(pieces, None)
        if piece is None:
            break
        head += piece
    return bytes(head)


def _hash_file(path: Path) -> _Hash:
    hasher = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_READ_BLOCK):
            hasher.update(block)
    return hasher


def _put_in_place(target: Path) -> None:
    """Rename the part to its name and make the rename last; the note goes."""
    part_of(target).replace(target)
    PartNote.forget(target)
    if os.name == "posix":
        handle = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _our_disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise disk_full(target) from problem
        raise StorageError(f"{target.name} could not be written.",
                           remedy="Check that the folder exists and that you may write there.",
                           detail=str(problem)) from problem
