# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes and their descendants: is one alive, end them all, end with one's parent.

On posix a worker leads a session of its own, so its process group is its family; on Linux, descendants that left
the group are found through /proc. On Windows ``taskkill /T`` knows the tree.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

_LINUX: bool = sys.platform.startswith("linux")


def birth_mark(pid: int) -> str:
    """A text that tells this process from a later one of the same number; empty where the system does not say."""
    if _LINUX:
        fields = _stat_fields(pid)
        return f"{fields[19]}@{_boot()}" if fields else ""
    return ""


def alive(pid: int, mark: str) -> bool:
    """Whether the process with that number and birth mark still runs (a zombie does not)."""
    if pid <= 0:
        return False
    if _LINUX:
        fields = _stat_fields(pid)
        return bool(fields) and fields[0] not in "ZX" and (not mark or birth_mark(pid) == mark)
    if sys.platform == "win32":
        # os.kill(pid, 0) would end the process there.
        listed = subprocess.run(["tasklist", "/FI", f"PID eq {pid}", "/NH", "/FO", "CSV"],
                                capture_output=True, text=True, check=False)
        return f'"{pid}"' in listed.stdout
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def end_tree(pid: int) -> None:
    """Kill the worker ``pid`` and everything it started, at once. Its parent must not have waited for it yet."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False)
        return
    for stray in _descendants(pid):  # before the group, which may hold this very process
        if stray != os.getpid():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(stray, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def end_own_tree() -> None:
    """Kill this process and everything it started; for a worker whose parent is gone."""
    if sys.platform == "win32" or os.getpgrp() != os.getpid():
        os._exit(1)
    end_tree(os.getpid())
    os._exit(1)


def watch_over(parent_pipe: int) -> None:
    """Leave a tiny process behind that ends this one's family when the parent or this process is gone (posix).

    A thread cannot do it while C code holds the interpreter, and Linux's parent-death signal would end only this
    process and orphan what it started. Call it early: one thread, little memory.

    Args:
        parent_pipe: the reading end of a pipe that only the parent writes to; it is watched, never read.
    """
    if sys.platform == "win32":
        return
    mine, held_here = os.pipe()
    worker = os.getpid()
    if os.fork() != 0:
        os.close(mine)
        return  # ``held_here`` stays open until this process ends
    os.close(held_here)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)  # the pipes to the parent must end with the worker
    os.dup2(nothing, 2)
    ends = select.poll()
    ends.register(parent_pipe, 0)
    ends.register(mine, 0)
    ends.poll()
    end_tree(worker)
    os._exit(0)


def _descendants(pid: int) -> list[int]:
    """All processes below ``pid`` (Linux; empty elsewhere)."""
    if not _LINUX:
        return []
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat_fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, look = [], [pid]
    while look:
        below = children.get(look.pop(), [])
        found += below
        look += below
    return found


def _stat_fields(pid: int) -> list[str]:
    """/proc/PID/stat from the state on: [state, parent, …]; index 19 is the start time. Empty when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""
