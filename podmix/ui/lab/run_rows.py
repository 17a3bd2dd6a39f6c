# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the run table: what a run is in words and numbers, which rows are wanted, and in which order.

Pure functions on plain data: no Qt, no clock but the one given.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from podmix.ui.wording import day_text, length_text

if TYPE_CHECKING:
    from podmix.lab.runs.index import RunHead
    from podmix.lab.runs.types import Manifest

LIVE = ("running",)
OBJECTIVE = "score"
KINDS = {"train": "training", "trial": "trial", "eval": "evaluation", "profile": "profile", "listening": "listening"}
SENT, UNSENT, STAYS = "sent", "not sent", "stays here"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One line of the table. ``delta`` is the figure less that of the promoted run of the same model (None without
    one); ``better`` says whether that is an improvement (None where it is neither)."""

    run_id: str
    status: str
    name: str
    model: str
    kind: str
    group: str
    figure: str
    value: float | None
    delta: float | None
    better: bool | None
    started: float
    seconds: float
    device: str
    sync: str
    promoted: bool
    can_promote: bool
    sounds: int
    problem: str
    words: str

    @property
    def is_live(self) -> bool:
        return self.status in LIVE


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: words that all must be found, and sets of which one must hit (empty: any)."""

    text: str = ""
    models: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    @property
    def asks_something(self) -> bool:
        return bool(self.text.strip() or self.models or self.kinds or self.statuses or self.groups)


def main_figure(kind: str, summary: Mapping[str, Any]) -> tuple[str, float | None]:
    """Name and value of what a run is judged by: the score of a training, the first metric of an evaluation."""
    numbers = {name: float(value) for name, value in summary.items()
               if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)}
    if OBJECTIVE in numbers:
        return OBJECTIVE, numbers[OBJECTIVE]
    if kind == "profile" or not numbers:
        return "", None
    name = next(iter(numbers))
    return name, numbers[name]


def rows_of(heads: Iterable[RunHead], promoted: Mapping[str, str], lower: frozenset[str],
            place: tuple[str, str, str] | None) -> list[RunRow]:
    """Rows in the order of ``heads``.

    Args:
        promoted: model -> id of the run whose model is in use.
        lower: figures that are to be low.
        place: the server of runs (host, entity, project); None while runs stay here.
    """
    made = [_row(head, promoted, place) for head in heads]
    standing = {row.model: row for row in made if row.promoted}
    return [_compared(row, standing.get(row.model), lower) for row in made]


def shown_name(manifest: Manifest) -> str:
    """A name that was made up tells the model again; the kind of model says more."""
    short, kind = manifest.run_id[-6:], manifest.config.get("kind")
    if manifest.name != f"{manifest.subject} {short}":
        return manifest.name
    return f"{kind} {short}" if isinstance(kind, str) else manifest.name


def _row(head: RunHead, promoted: Mapping[str, str], place: tuple[str, str, str] | None) -> RunRow:
    manifest = head.manifest
    figure, value = main_figure(manifest.kind, head.summary)
    settings = " ".join(f"{name}={setting}" for name, setting in manifest.config.items()
                        if isinstance(setting, str | int | float))
    words = " ".join((manifest.run_id, manifest.name, manifest.kind, KINDS.get(manifest.kind, ""), manifest.subject,
                      manifest.group, str(head.status), " ".join(manifest.tags), settings)).casefold()
    sync = STAYS if place is None else SENT if place in head.sent else UNSENT
    return RunRow(manifest.run_id, str(head.status), shown_name(manifest), manifest.subject, manifest.kind,
                  manifest.group, figure, value, None, None, manifest.created, head.seconds,
                  manifest.machine.get("device", "cpu"), sync, promoted.get(manifest.subject) == manifest.run_id,
                  head.has_model and head.status == "finished", head.sounds, head.problem, words)


def _compared(row: RunRow, standing: RunRow | None, lower: frozenset[str]) -> RunRow:
    if standing is None or standing.run_id == row.run_id or row.kind not in ("train", "trial"):
        return row
    if row.value is None or standing.value is None or row.figure != standing.figure:
        return row
    delta = row.value - standing.value
    return replace(row, delta=delta, better=better(row.figure, delta, lower))


def better(figure: str, delta: float, lower: frozenset[str]) -> bool | None:
    """Whether a difference is one to the good; None where there is none."""
    if abs(delta) < 1e-12:
        return None
    return (delta < 0) == (figure in lower)


def best_places(figure: str, values: Sequence[object], lower: frozenset[str]) -> frozenset[int]:
    """Where the best of some values stand; none where they are no numbers or all alike."""
    numbers = {at: float(value) for at, value in enumerate(values)
               if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)}
    if len(numbers) < 2 or len(set(numbers.values())) < 2:
        return frozenset()
    best = (min if figure in lower else max)(numbers.values())
    return frozenset(at for at, value in numbers.items() if value == best)


def filtered(rows: Iterable[RunRow], wanted: Wanted) -> list[RunRow]:
    """The rows that are wanted, in their order."""
    asked = wanted.text.casefold().split()
    return [row for row in rows
            if (not wanted.models or row.model in wanted.models) and (not wanted.kinds or row.kind in wanted.kinds)
            and (not wanted.statuses or row.status in wanted.statuses)
            and (not wanted.groups or row.group in wanted.groups) and all(word in row.words for word in asked)]


def ordered(rows: Sequence[RunRow], column: str, *, descending: bool) -> list[RunRow]:
    """By a field of ``RunRow``; what has no value stands last either way, equal ones keep their order."""
    def known(row: RunRow) -> bool:
        return getattr(row, column) not in (None, "")

    def key(row: RunRow) -> Any:
        value = getattr(row, column)
        return value.casefold() if isinstance(value, str) else value

    with_value = sorted((row for row in rows if known(row)), key=key, reverse=descending)
    return [*with_value, *(row for row in rows if not known(row))]


# -- in words --

def number_text(value: object) -> str:
    """A figure as it is read: four digits that count."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "–"
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def delta_text(row: RunRow) -> str:
    if row.delta is None:
        return ""
    return f"{row.delta:+.3f}".replace("-", "−") if abs(row.delta) >= 5e-4 else "±0"


def started_text(row: RunRow, now: datetime) -> str:
    moment = datetime.fromtimestamp(row.started, UTC)
    return f"{day_text(moment, now)} {moment.astimezone():%H:%M}"


def seconds_text(seconds: float) -> str:
    """``0.4`` -> ``"0.4 s"``, ``42`` -> ``"42 s"``, ``4000`` -> ``"1 h 7 min"``."""
    return "" if seconds < 0.05 else f"{seconds:.1f} s" if seconds < 9.95 else length_text(seconds)


def spoken(row: RunRow, now: datetime) -> str:
    """The whole row for a screen reader."""
    figure = f"{row.figure} {number_text(row.value)}" if row.figure else ""
    against = f"{delta_text(row)} against the promoted one" if row.delta is not None else ""
    return ", ".join(filter(None, (row.name, row.status, KINDS.get(row.kind, row.kind), row.model, figure, against,
                                   f"started {started_text(row, now)}", seconds_text(row.seconds),
                                   "promoted" if row.promoted else "", row.sync)))
