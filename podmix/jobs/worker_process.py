# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker as its parent sees it: started, spoken to, ended with all its family.

Two small threads read the worker's reports and its standard error; everything arrives in the scheduler's inbox, the
worker's end as ``None``.
"""

from __future__ import annotations

import collections
import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from podmix.jobs.process_tree import end_tree
from podmix.jobs.protocol import Command, Report, packed, unpacked

logger = logging.getLogger(__name__)

BOOT = Path(__file__).with_name("worker_boot.py")
LAST_LINES = 40  # of standard error, kept for the report about a death


class WorkerProcess:
    """One worker process of a lane."""

    def __init__(self, lane: str, post: Callable[[WorkerProcess, Report | None], None], *, niceness: int,
                 progress_interval: float) -> None:
        self.lane = lane
        self.last_kind = ""
        self._post = post
        self._last_lines: collections.deque[str] = collections.deque(maxlen=LAST_LINES)
        command = [sys.executable, "-P", str(BOOT), str(niceness), str(progress_interval), json.dumps(sys.path)]
        flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, start_new_session=True, creationflags=flags)
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self._commands: IO[bytes] = self._process.stdin
        self._threads = [
            threading.Thread(target=self._read_reports, args=(self._process.stdout,), daemon=True,
                             name=f"reports of {self.pid}"),
            threading.Thread(target=self._read_errors, args=(self._process.stderr,), daemon=True,
                             name=f"errors of {self.pid}"),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def last_words(self) -> str:
        """The last lines it wrote to standard error."""
        return "\n".join(self._last_lines)

    def send(self, command: Command) -> None:
        """Tell it; a worker that is gone already says so through the inbox."""
        with contextlib.suppress(OSError, ValueError):
            self._commands.write(packed(command))
            self._commands.flush()

    def gone(self) -> bool:
        """Whether the process has ended, even if its children still hold its pipes."""
        if sys.platform == "win32":
            return self._process.poll() is not None
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def kill(self) -> None:
        """End it and everything it started, now. Its end arrives in the inbox."""
        if self._process.returncode is None:
            end_tree(self.pid)

    def bury(self) -> int:
        """After its end: end its family, free its pipes, return its exit code (negative: a signal)."""
        self.kill()
        code = self._process.wait()
        for thread in self._threads:
            thread.join(timeout=2.0)
        with contextlib.suppress(OSError):
            self._commands.close()
        return code

    def _read_reports(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                try:
                    report = unpacked(line)
                except ValueError:
                    logger.warning("worker %d sent something else: %r", self.pid, line[:80])
                    continue
                self._post(self, report)  # type: ignore[arg-type]  # only reports come up
        self._post(self, None)

    def _read_errors(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                text = line.decode(errors="replace").rstrip()
                self._last_lines.append(text)
                logger.debug("worker %d: %s", self.pid, text)
