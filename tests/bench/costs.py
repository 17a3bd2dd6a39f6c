# SPDX-License-Identifier: GPL-3.0-or-later
"""What processes cost, from Linux's /proc: seconds of processor time, megabytes of memory.

PSS counts a page that several processes share in equal parts, so that the shared rings count once.
"""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of all its threads, seconds (steps of 10 ms)."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS


def memory_mb(pid: int) -> tuple[float, float]:
    """(PSS, RSS) in MB of 10^6 bytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in lines if line.endswith("kB")}
    return found["Pss"], found["Rss"]


def machine_load() -> str:
    """The load average and the number of cores, for reports."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
