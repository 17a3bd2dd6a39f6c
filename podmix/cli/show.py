# SPDX-License-Identifier: GPL-3.0-or-later
"""How results look: JSON for machines, a table on a terminal, plain tab-separated lines in a pipe."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from podmix.progress import Progress

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional embeddings, overrides and isolates: they make ``fdp.exe`` read ``exe.pdf``."""


def plain(value: Any) -> Any:
    """Dataclasses, paths and dates as JSON knows them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bytes):
        return None
    return value


def json_line(value: Any) -> str:
    """One line of JSON: readable where the text can be written, escaped where it cannot (odd file names)."""
    text = json.dumps(plain(value), ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(plain(value))
    return text


def print_json(value: Any) -> None:
    print(json_line(value), flush=True)


def one_line(value: object) -> str:
    """Anybody's text for a terminal: no control character moves its cursor, colours it or turns its direction."""
    text = "" if value is None else str(value)
    return "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in _TURNS else c for c in text)


@contextmanager
def stdout_for_results() -> Iterator[None]:
    """Inside, only Python's own prints reach standard output; what libraries write to it goes to standard error."""
    real = sys.stdout
    try:
        ours = real is sys.__stdout__ and real is not None and real.fileno() == 1
    except (AttributeError, OSError, ValueError):
        ours = False
    if not ours:  # a test's or another program's stream: nothing to keep clean
        yield
        return
    real.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    sys.stdout = open(kept, "w", encoding=real.encoding, errors=real.errors)  # noqa: PTH123, SIM115 - a descriptor
    try:
        yield
    finally:
        with contextlib.closing(sys.stdout) as ended:
            sys.stdout = real
            os.dup2(kept, 1)
            ended.flush()


def print_rows(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for eyes, or tab-separated lines where a program reads."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in cells:
            print("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    for row in cells:
        # Text, not str: titles come from anybody and must not be read as markup.
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@contextmanager
def _quiet() -> Iterator[Callable[[Progress], None]]:
    yield lambda _: None


def progress_line(*, quiet: bool = False) -> AbstractContextManager[Callable[[Progress], None]]:
    """A moving line on a terminal's stderr; in a pipe one line a stage; nothing when quiet."""
    if quiet:
        return _quiet()
    return _terminal() if sys.stderr.isatty() else _lines()


@contextmanager
def _lines() -> Iterator[Callable[[Progress], None]]:
    last = ""

    def show(progress: Progress) -> None:
        nonlocal last
        if progress.stage != last:
            last = progress.stage
            print(progress.note or progress.stage, file=sys.stderr, flush=True)

    yield show


@contextmanager
def _terminal() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("Starting", total=None)
        stage = ""

        def show(progress: Progress) -> None:
            nonlocal stage
            if progress.stage != stage:
                stage = progress.stage
                bar.reset(task, total=progress.total)
            bar.update(task, description=progress.note or progress.stage, completed=progress.done, total=progress.total)

        yield show
