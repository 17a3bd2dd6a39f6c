# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine before ordinary work: at the processor's queue a few milliseconds late is a gap in the sound.

It needs a few percent of one core but needs them on time. Where the system does not allow it, the device's buffer has
to bridge the waiting, as it does for every program.
"""

from __future__ import annotations

import os
import sys

REALTIME_PRIORITY = 5  # that of PulseAudio's own sound threads
_HIGH_PRIORITY_CLASS = 0x80  # Windows


def take_right_of_way(process: int = 0) -> bool:
    """Let this thread and all that it starts from now on go first; False where that is not allowed.

    ``process`` is that of another one that has just been started, so that it also starts without waiting (Linux).
    Linux allows real-time scheduling to whoever has CAP_SYS_NICE or an ``rtprio`` limit (musicians' systems give one to
    the group ``audio``). The system keeps 5 % of the time for all others whatever happens.
    """
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        return not process and bool(kernel.SetPriorityClass(kernel.GetCurrentProcess(), _HIGH_PRIORITY_CLASS))
    if sys.platform != "linux":
        return False
    try:
        os.sched_setscheduler(process, os.SCHED_RR, os.sched_param(REALTIME_PRIORITY))
    except OSError:
        return False
    return True


def give_way() -> None:
    """Back to ordinary scheduling: for a process that was to start without waiting, and needs the right no more."""
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_RR:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
