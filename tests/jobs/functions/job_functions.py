# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs for the tests of the queue, imported by worker processes under the name ``job_functions``.

They meet the test through the file system: a job that must be caught in the act appends its pid to
``params["trace"]`` and blocks on reading a fifo, so that nobody has to sleep.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from podmix.errors import Cancelled, ModelMissing
from podmix.jobs.protocol import Partial
from podmix.progress import Progress


def _trace(params):
    with Path(params["trace"]).open("a") as stream:
        stream.write(f"{os.getpid()}\n")
    return len(Path(params["trace"]).read_text().splitlines())


def add(params, context, cancelled):
    yield Progress("Adding", 1, 2)
    yield Partial("sum so far", {"a": params["a"]})
    yield Progress("Adding", 2, 2)
    return {"sum": params["a"] + params["b"], "context": context, "pid": os.getpid()}


def fails(params, context, cancelled):
    yield Progress("Looking", 0)
    raise ModelMissing("The model is not here.", remedy="Download it.", detail="tiny.en")


def breaks(params, context, cancelled):
    yield Progress("Looking", 0)
    raise KeyError("oops")


def gives_objects(params, context, cancelled):
    yield Progress("Looking", 0)
    return {"thing": object()}


def dies_at_first(params, context, cancelled):
    """Kill -9 on the first ``deaths`` runs."""
    run = _trace(params)
    yield Progress("Working", run)
    if run <= params["deaths"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"runs": run}


def waits(params, context, cancelled):
    """Blocks (heeding the flag between short waits) until ``params["go"]`` exists."""
    run = _trace(params)
    yield Progress("Waiting", 0)
    pause = threading.Event()
    while not Path(params["go"]).exists():
        if cancelled():
            raise Cancelled
        pause.wait(0.01)
    return {"runs": run}


def deaf(params, context, cancelled):
    """Never yields again, never asks, and has a child, a grandchild, and a child that left the session."""
    child = subprocess.Popen([sys.executable, "-c", _FAMILY], stdout=subprocess.PIPE)
    grandchild = int(child.stdout.readline())
    stray = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"],
                             start_new_session=True)
    with Path(params["trace"]).open("a") as stream:
        stream.write(f"{os.getpid()}\n{child.pid}\n{grandchild}\n{stray.pid}\n")
    yield Progress("Deaf", 0)
    threading.Event().wait()
    return {}


_FAMILY = """
import subprocess, sys, threading
p = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
print(p.pid, flush=True)
threading.Event().wait()
"""


def floods(params, context, cancelled):
    """Many thousand progresses at full speed."""
    for number in range(params["count"]):
        yield Progress("Flooding", number, params["count"])
    print("a print must not disturb the pipe")
    return {}


def modules(params, context, cancelled):
    yield Progress("Looking", 0)
    return {"modules": sorted(sys.modules), "stdin": sys.stdin.read()}


def cleans_up(params, context, cancelled):
    try:
        yield Progress("Writing", 0)
        yield Progress("Writing", 1)
    finally:
        Path(params["mark"]).touch()
    return {}


def gives_up(params, context, cancelled):
    yield Progress("Looking", 0)
    raise Cancelled
