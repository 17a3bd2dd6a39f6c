# SPDX-License-Identifier: GPL-3.0-or-later
"""What this process uses: processor share (1 = one core), resident memory, graphics memory where torch holds some."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

_STATM = Path("/proc/self/statm")


def resident_bytes() -> int:
    """Memory that is held now; its peak where the system does not tell."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return peak_resident_bytes()


def peak_resident_bytes() -> int:
    """The most memory that was held; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def process_mark(pid: int) -> str:
    """When a process began, in the kernel's own ticks, so that a number used again is not taken for it; "" where the
    system does not tell, or the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def processor_seconds() -> float:
    """User and system time of this process and of children that ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


class SystemMeter:
    """Reads between two calls of ``read``."""

    def __init__(self) -> None:
        self._at, self._used = time.monotonic(), processor_seconds()

    def read(self) -> dict[str, float]:
        now, used = time.monotonic(), processor_seconds()
        share = (used - self._used) / max(1e-3, now - self._at)
        self._at, self._used = now, used
        row = {"cpu_cores": round(share, 3), "rss_mb": round(resident_bytes() / 1e6, 1)}
        torch = sys.modules.get("torch")
        if torch is not None and torch.cuda.is_available():
            row["gpu_mb"] = round(torch.cuda.memory_allocated() / 1e6, 1)
        return row
