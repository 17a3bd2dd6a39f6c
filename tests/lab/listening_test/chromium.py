# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, driven through pipes: DevTools' protocol as JSON between zero bytes, no port, no library."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Self

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def _high(descriptor: int) -> int:
    """The same at 10 or above: 3 and 4 are the browser's."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


class Chromium:
    """One page. ``profile`` keeps what pages store."""

    def __init__(self, profile: Path) -> None:
        program = find_chromium()
        assert program is not None
        to_it, ours = map(_high, os.pipe())
        theirs, from_it = map(_high, os.pipe())
        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-dev-shm-usage",
                   "--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--disable-sync",
                   "--no-zygote", f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]

        def at_three_and_four() -> None:
            os.dup2(to_it, 3)
            os.dup2(from_it, 4)

        self._process = subprocess.Popen(command, preexec_fn=at_three_and_four, pass_fds=(3, 4),  # noqa: PLW1509
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_it)
        os.close(from_it)
        self._out, self._in = ours, theirs
        self._next, self._left, self._session = 0, b"", ""
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(one for one in targets if one["type"] == "page")
        self._session = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._next += 1
        told = {"id": self._next, "method": method, "params": params}
        if self._session:
            told["sessionId"] = self._session
        os.write(self._out, json.dumps(told).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._next:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = os.read(self._in, 1 << 16)
            assert more, "the browser went away"
            self._left += more
        line, self._left = self._left.split(b"\0", 1)
        return dict(json.loads(line))

    def open(self, page: Path) -> None:
        self.ask("Page.navigate", url=page.as_uri())
        self.until("document.readyState === 'complete' && document.querySelector('main').children.length > 0")

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        told = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, userGesture=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, script: str, patience_s: float = 30.0) -> None:
        """Wait for a condition of the page itself: it asks again at each of the page's own ticks."""
        end = time.monotonic() + patience_s
        while not self.run(f"new Promise(done => setTimeout(() => done(Boolean({script})), 20))"):
            assert time.monotonic() < end, script

    def press(self, key: str) -> None:
        text = {"text": key} if len(key) == 1 else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
