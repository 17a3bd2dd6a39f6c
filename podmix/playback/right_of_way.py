# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine before ordinary work: at the processor's queue a few milliseconds late is a gap in the sound.

It needs a few percent of one core but needs them on time. Where the system does not allow it, the device's buffer has
to bridge the waiting, as it does for every program.
"""

from __future__ import annotations

import os
import sys

REALTIME_PRIORITY = 5  # that of PulseAudio's own sound threads
HURRYING_PRIORITY = 1  # behind everything that makes sound
_HIGH_PRIORITY_CLASS = 0x80  # Windows


def take_right_of_way() -> bool:
    """Let this thread and all that it starts from now on go first; False where that is not allowed.

    Linux allows real-time scheduling to whoever has CAP_SYS_NICE or an ``rtprio`` limit (musicians' systems give one to
    the group ``audio``). The system keeps 5 % of the time for all others whatever happens.
    """
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        return bool(kernel.SetPriorityClass(kernel.GetCurrentProcess(), _HIGH_PRIORITY_CLASS))
    return _in_real_time(0, REALTIME_PRIORITY)


def hurry(process: int) -> bool:
    """Let a process that has just been started start without waiting: some tenths of a second of both cores.

    Only where sound has stopped for it: on a small machine everything else stands still meanwhile.
    """
    return _in_real_time(process, HURRYING_PRIORITY)


def _in_real_time(process: int, priority: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        os.sched_setscheduler(process, os.SCHED_RR, os.sched_param(priority))
    except OSError:
        return False
    return True


def give_way() -> None:
    """Back to ordinary scheduling, once started, for a process that can wait."""
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_RR:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
