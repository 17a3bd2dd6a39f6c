# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells a sound that broke from a machine that stood still: a process that only sleeps notes how late it was woken.

A test that records real sound runs in real time. Where the machine gives a process that wants nothing no turn for a
while (a neighbour's load, a suspended virtual machine), such a test says nothing about the engine: it fails as
:class:`MachineStoodStillError`, and is run again. A failure on a machine that was awake throughout stays one.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

MOST_LATE_S = 0.05  # a quarter of what the engine asks of the device's buffer
RERUNS = 3

_SLEEPER = """
import select, sys, time
sys.path.insert(0, sys.argv[1])
from podmix.playback.right_of_way import take_right_of_way
take_right_of_way()
worst, before = 0.0, time.monotonic()
print(flush=True)
while not select.select([sys.stdin], [], [], 0.005)[0]:
    now = time.monotonic()
    worst, before = max(worst, now - before - 0.005), now
print(worst)
"""


class MachineStoodStillError(AssertionError):
    """What was heard says nothing about the program."""


@contextlib.contextmanager
def awake(root: str) -> Iterator[None]:
    """Raises MachineStoodStillError, from an AssertionError of the block, where the machine stood still meanwhile."""
    sleeper = subprocess.Popen([sys.executable, "-S", "-c", _SLEEPER, root], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        assert sleeper.stdout is not None
        sleeper.stdout.readline()
        yield
    except AssertionError as problem:
        said, _ = sleeper.communicate("\n", timeout=30)
        late_s = float(said or 0)
        if late_s > MOST_LATE_S:
            raise MachineStoodStillError(f"a sleeping process was woken {late_s * 1000:.0f} ms late") from problem
        raise
    finally:
        if sleeper.poll() is None:
            sleeper.kill()
            sleeper.communicate()
