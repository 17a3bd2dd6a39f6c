# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks between tracks: enhancing a playlist, and a path of sounds from one track to another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podmix.errors import UsageError
from podmix.taste.interests import Ints, unit_rows
from podmix.taste.mixes.choosing import step_costs
from podmix.taste.mixes.library import MusicLibrary
from podmix.taste.mixes.types import Mix, Pick

MOST_PATH = 40
_NEAR_LINE = 40  # tracks looked at for each place of a path
_FEW = 5
_LOW = -0.3  # tracks liked less are left out


def enhanced(library: MusicLibrary, tracks: Sequence[int], *, every: int = 1) -> Mix:
    """The playlist with a fitting track after each ``every`` of its own; added ones are marked.

    A fitting track goes with both neighbours in sound, tempo and energy, and is by neither of their artists. Tracks
    that left the library stay out. Raises UsageError for a list with no track that is there.
    """
    own = library.places(tracks)
    if not len(own):
        raise UsageError("There is no track in this playlist to build on.", remedy="Add a few tracks first.")
    free = (library.liking > _LOW) & ~library.mask(tracks)
    picks: list[Pick] = []
    for at, place in enumerate(own.tolist()):
        row = library.rows[place]
        picks.append(Pick(row.number, "In your playlist"))
        if (at + 1) % every or not free.any():
            continue
        around = own[at:at + 2] if at + 1 < len(own) else own[at:at + 1]
        costs = step_costs(library, around, np.arange(len(library))).mean(0)
        same = np.isin(library.artists, library.artists[around]) & (library.artists >= 0)
        costs = costs - 0.1 * library.liking + np.where(same, 0.5, 0.0)
        best = int(np.where(free, costs, np.inf).argmin())
        free[best] = False
        between = f"Between “{row.title}” and “{library.rows[int(around[1])].title}”" if len(around) > 1 else \
            f"Goes on from “{row.title}”"
        picks.append(Pick(library.rows[best].number, between, added=True))
    return Mix("enhance", "enhance", "Enhanced", f"{sum(pick.added for pick in picks)} tracks added", tuple(picks))


def sound_path(library: MusicLibrary, start: int, goal: int, steps: int = 8) -> Mix:
    """A way of ``steps`` tracks between two, each a small step from the last.

    The line from one character to the other is cut evenly on the sphere; near each cut some tracks are looked at, and
    the cheapest way through them is found (Viterbi). Raises UsageError where one of the two is not there.
    """
    ends = library.places([start, goal])
    if len(ends) != 2 or start == goal:
        raise UsageError("A path leads from one track of the library to another one.")
    if not 1 <= steps <= MOST_PATH:
        raise UsageError(f"A path has 1 to {MOST_PATH} tracks between its ends.")
    layers, off = _layers(library, ends, steps)
    way = _cheapest(library, ends, layers, off)
    names = [library.rows[int(end)].title for end in ends]
    picks = [Pick(start, "Where the path begins")]
    picks += [Pick(library.rows[place].number, f"Step {i} of {len(way)} from “{names[0]}” to “{names[1]}”")
              for i, place in enumerate(way, start=1)]
    picks.append(Pick(goal, "Where the path leads"))
    return Mix(f"path:{start}-{goal}", "path", f"From {names[0]} to {names[1]}", f"{len(way)} steps", tuple(picks))


def _layers(library: MusicLibrary, ends: Ints, steps: int) -> tuple[list[Ints], list[np.ndarray]]:
    """For each place: tracks near the line, and how far off they are. A track stands where it is nearest, or where too
    few do; never in two layers.
    """
    left, right = library.character[ends]
    free = library.liking > _LOW
    free[ends] = False
    parts = np.arange(1, steps + 1)[:, None] / (steps + 1)
    far = 1 - unit_rows((1 - parts) * left + parts * right) @ library.character.T
    far[:, ~free] = np.inf
    nearest = far.argmin(0)
    each = max(1, min(_NEAR_LINE, int(free.sum()) // steps))
    layers = [_lowest(np.where(nearest == place, far[place], np.inf), each) for place in range(steps)]
    for layer in layers:
        free[layer] = False
    for place, layer in enumerate(layers):
        if len(layer) < min(_FEW, each):
            more = _lowest(np.where(free, far[place], np.inf), min(_FEW, each) - len(layer))
            free[more] = False
            layers[place] = np.concatenate([layer, more])
    return [layer for layer in layers if len(layer)], [far[i, layer] for i, layer in enumerate(layers) if len(layer)]


def _lowest(values: np.ndarray, count: int) -> Ints:
    """Places of the lowest finite values, at most ``count``, the lowest first."""
    order = np.argsort(values, kind="stable")[:count]
    return np.asarray(order[np.isfinite(values[order])], np.intp)


def _cheapest(library: MusicLibrary, ends: Ints, layers: list[Ints], off: list[np.ndarray]) -> list[int]:
    if not layers:
        return []
    best = step_costs(library, ends[:1], layers[0])[0] + off[0]
    came: list[np.ndarray] = []
    for before, after, far in zip(layers, layers[1:], off[1:], strict=False):
        steps = step_costs(library, before, after) ** 2  # many small steps rather than one leap
        artists = library.artists[before][:, None] == library.artists[after][None, :]
        total = best[:, None] + steps + 0.3 * (artists & (library.artists[after] >= 0)[None, :])
        came.append(total.argmin(0))
        best = total.min(0) + far
    at = int((best + step_costs(library, layers[-1], ends[1:])[:, 0]).argmin())
    way = [at]
    for step in reversed(came):
        way.append(int(step[way[-1]]))
    return [int(layer[i]) for layer, i in zip(layers, reversed(way), strict=True)]
