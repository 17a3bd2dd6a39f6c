# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of reactions to previews as training data: one ``.npz`` a listener, numbers only.

A log holds what was heard, as it was then, and what came of it: no title, no name of a show or a person that could be
read (names are the numbers of ``recommending.name_number``).
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.errors import UsageError
from podmix.taste.events import Outcome, Thing
from podmix.taste.preference import Things
from podmix.taste.recommending import Catalogue

SUFFIX = ".taste.npz"
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class TasteLog:
    """One listener's ``n`` reactions in the order of time.

    ``things``: ``n`` rows. ``values`` -0.5 (less like this) … 1 (liked), ``weights`` how sure, ``at`` seconds; all
    ``(n,)``. ``numbers`` of the things come first to last: new since days, new since weeks, own score.
    """

    listener: str
    things: Things
    values: Doubles
    weights: Doubles
    at: Doubles

    def __len__(self) -> int:
        return len(self.values)


def log_of(listener: str, catalogue: Catalogue, outcomes: Sequence[Outcome]) -> TasteLog:
    """The previews among ``outcomes`` that the catalogue knows."""
    told = sorted((one for one in outcomes if one.thing is Thing.PREVIEW and one.number in catalogue.items),
                  key=lambda one: (one.at, one.number))
    ats = [one.at for one in told]
    return TasteLog(listener, catalogue.heard([one.number for one in told], ats), np.array([one.value for one in told]),
                    np.array([one.weight for one in told]), np.array(ats, np.float64))


def save_log(folder: Path, log: TasteLog) -> Path:
    """``LISTENER.taste.npz``; the same log gives the same bytes."""
    target = folder / f"{log.listener}{SUFFIX}"
    with target.open("wb") as stream:
        np.savez(stream, vectors=log.things.vectors.astype(np.float16), names=log.things.names.astype(np.int64),
                 numbers=log.things.numbers, values=log.values, weights=log.weights, at=log.at)
    return target


def log_files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def read_logs(folder: Path) -> list[TasteLog]:
    """All logs of a folder, by name. Raises UsageError for a file that is none."""
    found = []
    for path in log_files(folder):
        try:
            with np.load(path, allow_pickle=False) as kept:
                found.append(_checked(path.name.removesuffix(SUFFIX), {name: kept[name] for name in kept.files}))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
            raise UsageError(f"{path.name} is no log of reactions.", remedy="Leave it out, or write it again.",
                             detail=str(problem)) from problem
    return found


def _checked(listener: str, kept: dict[str, NDArray[np.generic]]) -> TasteLog:
    """Raises ValueError, KeyError."""
    vectors, names = np.asarray(kept["vectors"], np.float32), np.asarray(kept["names"], np.int64).astype(np.intp)
    numbers, values, weights, at = (np.asarray(kept[name], np.float64) for name in ("numbers", "values", "weights",
                                                                                    "at"))
    count = len(values)
    if vectors.ndim != 2 or names.ndim != 2 or numbers.shape != (count, 3) or not all(
            len(one) == count for one in (vectors, names, weights, at)):
        raise ValueError("its arrays do not belong together")
    if not all(np.isfinite(one).all() for one in (vectors, numbers, values, weights, at)):
        raise ValueError("it holds numbers that are none")
    order = np.argsort(at, kind="stable")
    return TasteLog(listener, Things(vectors, names, numbers).rows(order), values[order], weights[order], at[order])
