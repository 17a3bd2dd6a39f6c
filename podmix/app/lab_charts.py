# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's charts for the window: what a report would show, one by one."""

from __future__ import annotations

import re

from podmix.lab.reports.of_runs import report_of
from podmix.lab.reports.report import Chart
from podmix.lab.runs.types import Run


def charts_of(run: Run) -> list[tuple[str, str]]:
    """Title and SVG."""
    found = [block.svg for block in report_of([run]).blocks if isinstance(block, Chart)]
    return [(title.group(1) if (title := re.search(r"<title>(.*?)</title>", svg)) else "", svg) for svg in found]
