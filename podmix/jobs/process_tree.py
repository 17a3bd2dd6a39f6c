# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes and their descendants: is one alive, end them all, end with one's parent.

On posix a worker leads a session of its own, so its process group is its family; on Linux, descendants that left
the group are found through /proc. On Windows ``taskkill /T`` knows the tree.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1
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
    """Kill the worker ``pid`` and everything it started, at once. It must not have been waited for yet."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False)
        return
    strays = _descendants(pid)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for stray in strays:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(stray, signal.SIGKILL)


def end_own_tree() -> None:
    """Kill this process and everything it started; for a worker whose parent is gone."""
    if sys.platform == "win32" or os.getpgrp() != os.getpid():
        os._exit(1)
    end_tree(os.getpid())
    os._exit(1)


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when the thread that started it ends; end now if the parent is gone already."""
    if not _LINUX:
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


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
