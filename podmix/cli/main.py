# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``podmix`` command. Exit codes: 0 done, 1 could not (said why), 2 wrong usage, 130 cancelled.

Nothing heavy is imported here: ``podmix --version`` answers at once, each command brings what it needs.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence

from podmix import __version__
from podmix.cli.arguments import build_parser
from podmix.errors import Cancelled, PodMixError
from podmix.paths import find_home

_LOG = logging.getLogger("podmix")


def main(argv: Sequence[str] | None = None) -> int:
    """Parse, run one command, turn every outcome into an exit code."""
    parser = build_parser(__version__)
    arguments = parser.parse_args(argv)
    _set_up_logging(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that cannot be printed is no reason to stop
    if getattr(arguments, "home", None):
        # Worker processes and the window find the same folder.
        os.environ["PODMIX_HOME"] = arguments.home
    try:
        # A closed terminal or a service manager's stop ends the work as Ctrl+C does: at a safe point.
        signal.signal(signal.SIGTERM, _stop)
    except ValueError:
        _LOG.debug("not on the main thread: SIGTERM keeps its default")
    try:
        module = importlib.import_module(f"podmix.cli.{arguments.module}")
        code = int(module.run(arguments))
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a reader that went away is understood
        return code
    except PodMixError as problem:
        _say_problem(problem, as_json=getattr(arguments, "json", False))
        return problem.exit_code
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled. Nothing was lost; the same command goes on where it stopped.", file=sys.stderr)
        return Cancelled.exit_code
    except BrokenPipeError:
        # The reader of our output went away (| head): that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:  # noqa: BLE001 - the edge of the process
        _say_problem(_unexpected(problem, arguments), as_json=getattr(arguments, "json", False))
        return 1


def _stop(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _unexpected(problem: Exception, arguments: argparse.Namespace) -> PodMixError:
    """A mistake of ours as a person reads it; the whole story goes into a report."""
    story = "".join(traceback.format_exception(problem))
    remedy = "Run the command again with --debug all to see more."
    try:
        folder = find_home(arguments.home).crash_reports
        folder.mkdir(parents=True, exist_ok=True)
        report = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        report.write_text(f"podmix {__version__} {arguments.command}\n{story}", encoding="utf-8", errors="replace")
        remedy = f"A report lies in {report}."
    except OSError:
        _LOG.debug("no report could be written")
    return PodMixError("PodMix met something it did not expect.", remedy=remedy, detail=story)


def _say_problem(problem: PodMixError, *, as_json: bool) -> None:
    _LOG.debug("%s", problem.detail)
    if as_json:
        print(json.dumps({"error": problem.message, "remedy": problem.remedy}))
    print(f"podmix: {problem.message}", file=sys.stderr)
    if problem.remedy:
        print(f"        {problem.remedy}", file=sys.stderr)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "topic": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _set_up_logging(arguments: argparse.Namespace) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(
        _JsonLines() if arguments.log_json else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger("podmix")
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    root.propagate = False
    for topic in filter(None, (arguments.debug or "").split(",")):
        name = "podmix" if topic == "all" else f"podmix.{topic}"
        logging.getLogger(name).setLevel(logging.DEBUG)


if __name__ == "__main__":
    sys.exit(main())
