# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as JSON, written and read. ``docs/mix-plan.md`` documents every field.

The reader trusts nothing: sizes are bounded, every number finite and within reach, every name known. What plays is
``time_map`` as it stands in the file; the decisions beside it (marks, curves) are what editing starts from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from podmix.automix.plan import (
    CURVE_NAMES,
    KINDS,
    VERSION,
    Curves,
    MixPlan,
    PlannedEcho,
    PlannedLoop,
    PlannedTrack,
    PlannedTransition,
    Points,
)
from podmix.automix.program import in_mix
from podmix.errors import AudioError, StorageError
from podmix.paths import atomic_write

LARGEST_BYTES = 64 * 1024 * 1024
MOST_TRACKS = 5_000
MOST_POINTS = 20_000
LONGEST_S = 14 * 24 * 3600.0
LONGEST_TEXT = 4_000
_RATES = (44_100, 48_000, 88_200, 96_000)
Plain = dict[str, Any]


# -- writing --


def plan_plain(plan: MixPlan) -> Plain:
    """The plan as JSON-able data."""
    return {
        "version": VERSION, "title": plan.title, "sample_rate": plan.sample_rate, "duration": plan.duration_s,
        "notes": list(plan.notes),
        "tracks": [_track_plain(track) for track in plan.tracks],
        "transitions": [_transition_plain(number, transition) for number, transition in enumerate(plan.transitions)],
    }


def write_plan(plan: MixPlan, target: Path) -> None:
    """Write the plan; the file appears when it is whole. Raises StorageError."""
    text = json.dumps(plan_plain(plan), indent=1)
    try:
        with atomic_write(target) as out:
            out.write(text.encode("ascii"))  # type: ignore[arg-type]  # opened for bytes
    except OSError as problem:
        raise StorageError(f"{target.name} could not be written.", remedy="Check the folder and its permissions.",
                           detail=str(problem)) from problem


def _track_plain(track: PlannedTrack) -> Plain:
    return {"path": track.path, "title": track.title, "artist": track.artist, "duration": track.duration,
            "start": track.start, "end": track.end, "bpm": track.bpm, "key": track.key, "energy": track.energy,
            "gain_db": track.gain_db, "time_map": [list(point) for point in track.time_map]}


def _transition_plain(number: int, transition: PlannedTransition) -> Plain:
    loop, echo = transition.loop, transition.echo
    swapped = None if transition.swap is None else round(in_mix(transition, ((transition.swap, 0.0),))[0][0], 6)
    return {
        "from": number, "to": number + 1, "kind": transition.kind, "beat_matched": transition.beat_matched,
        "bars": transition.bars, "mix_start": transition.mix_start, "mix_end": transition.mix_end,
        "out_time": transition.out_time, "in_time": transition.in_time, "stretch_from": transition.stretch_from,
        "stretch_to": transition.stretch_to, "bass_swap": transition.swap is not None, "bass_swap_at": swapped,
        "reasons": list(transition.reasons), "locked": transition.locked,
        "marks": [list(pair) for pair in zip(transition.out_marks, transition.in_marks, strict=True)],
        "out_end": transition.out_end, "in_begin": transition.in_begin, "swap": transition.swap,
        "loop": None if loop is None else [loop.start, loop.end],
        "echo": None if echo is None else {"delay_s": echo.delay_s, "feedback": echo.feedback},
        "automation": {"unit": "bars" if transition.beat_matched else "seconds",
                       "out": _curves_plain(transition.out_curves), "in": _curves_plain(transition.in_curves)},
    }


def _curves_plain(curves: Curves) -> Plain:
    return {name: [list(point) for point in points] for name, points in curves.named().items()}


# -- reading --


def is_mix_plan(given: Any) -> bool:
    """Whether JSON data are a plan of this room (a bare list of clips has no ``marks``)."""
    return (isinstance(given, dict) and isinstance(given.get("tracks"), list) and bool(given["tracks"])
            and isinstance(given["tracks"][0], dict) and "start" in given["tracks"][0])


def read_plan(path: Path) -> MixPlan:
    """The plan in a file; relative paths count from its folder. Raises AudioError for what is no plan."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _refused(path.name, "it is too large")
        given = json.loads(path.read_bytes())
    except OSError as problem:
        raise AudioError(f"{path.name} could not be read.", detail=str(problem)) from problem
    except (ValueError, RecursionError) as problem:
        raise _refused(path.name, str(problem)) from problem
    plan = plan_from(given, path.name)
    folder = path.absolute().parent
    return replace(plan, tracks=tuple(replace(track, path=str(folder / track.path)) for track in plan.tracks))


def plan_from(given: Any, name: str = "This") -> MixPlan:
    """JSON data as a plan. Raises AudioError for anything that is none."""
    try:
        return _plan(given)
    except _Wrong as problem:
        raise _refused(name, str(problem)) from problem


class _Wrong(Exception):
    """Something in the data is not what it should be; where and what."""


def _plan(given: Any) -> MixPlan:
    data = _object(given, "the plan")
    if data.get("version") != VERSION:
        raise _Wrong(f"version {data.get('version')!r:.20}")
    tracks = [_track(track, f"track {number + 1}") for number, track in enumerate(_list(data, "tracks", MOST_TRACKS))]
    listed = _list(data, "transitions", MOST_TRACKS)
    transitions = [_transition(one, number, f"transition {number + 1}") for number, one in enumerate(listed)]
    if not tracks or len(transitions) != len(tracks) - 1:
        raise _Wrong(f"{len(tracks)} tracks and {len(transitions)} transitions")
    for number, (before, after) in enumerate(pairwise(tracks)):
        if after.mix_begin < before.mix_begin or after.mix_end < before.mix_end - 1e-3:
            raise _Wrong(f"track {number + 2} begins or ends before the one before it")
    rate = data.get("sample_rate", 44_100)
    if isinstance(rate, bool) or rate not in _RATES:
        raise _Wrong(f"sample rate {rate!r:.20}")
    duration = _number(data.get("duration", tracks[-1].mix_end), "duration", least=0.0)
    return MixPlan(tuple(tracks), tuple(transitions), int(rate), max(duration, tracks[-1].mix_end),
                   _text(data.get("title", ""), "title"), _texts(data.get("notes", []), "notes"))


def _track(given: Any, where: str) -> PlannedTrack:
    data = _object(given, where)
    path = data.get("path")
    if not isinstance(path, str) or not path or "\0" in path:
        raise _Wrong(f"{where} names no file")
    time_map = _points(data.get("time_map"), f"{where}: time_map", least=0.0, rising=True)
    if len(time_map) < 2 or time_map[-1][0] <= time_map[0][0]:
        raise _Wrong(f"{where}: time_map has no length")
    end = max(source for _, source in time_map)
    bpm, energy = data.get("bpm"), data.get("energy")
    return PlannedTrack(
        path, _number(data.get("duration", end), f"{where}: duration", least=0.0),
        _number(data.get("start", time_map[0][1]), f"{where}: start", least=0.0),
        _number(data.get("end", end), f"{where}: end", least=0.0),
        _text(data.get("title", ""), where), _text(data.get("artist", ""), where),
        None if bpm is None else _number(bpm, f"{where}: bpm", least=1.0, most=1000.0),
        _text(data.get("key", ""), where),
        None if energy is None else _number(energy, f"{where}: energy", least=0.0, most=100.0),
        _number(data.get("gain_db", 0.0), f"{where}: gain_db", least=-120.0, most=40.0), time_map)


def _transition(given: Any, number: int, where: str) -> PlannedTransition:
    data = _object(given, where)
    if (data.get("from"), data.get("to")) != (number, number + 1):
        raise _Wrong(f"{where} does not lead from track {number + 1} to the next")
    if data.get("kind") not in KINDS:
        raise _Wrong(f"{where}: kind {data.get('kind')!r:.40}")
    marks = _points(data.get("marks"), f"{where}: marks", least=0.0, rising=True)
    if len(marks) < 2 or any(later[1] < mark[1] for mark, later in pairwise(marks)):
        raise _Wrong(f"{where}: marks")
    matched = data.get("beat_matched") is True
    bars = data.get("bars", 0)
    if isinstance(bars, bool) or not isinstance(bars, int) or not (1 if matched else 0) <= bars <= 1000:
        raise _Wrong(f"{where}: bars {bars!r:.20}")
    if matched and marks[-1][0] <= marks[0][0]:
        raise _Wrong(f"{where}: marks have no length")
    automation = _object(data.get("automation", {}), f"{where}: automation")
    swap = data.get("swap")
    return PlannedTransition(
        data["kind"], tuple(out for out, _ in marks), tuple(into for _, into in marks),
        _number(data.get("out_end", marks[-1][0]), f"{where}: out_end", least=0.0),
        _number(data.get("in_begin", marks[0][1]), f"{where}: in_begin", least=0.0), matched, bars,
        _number(data.get("stretch_from", 1.0), f"{where}: stretch_from", least=0.5, most=2.0),
        _number(data.get("stretch_to", 1.0), f"{where}: stretch_to", least=0.5, most=2.0),
        None if swap is None else _number(swap, f"{where}: swap"),
        _curves(automation.get("out", {}), f"{where}: automation out"),
        _curves(automation.get("in", {}), f"{where}: automation in"),
        _loop(data.get("loop"), where), _echo(data.get("echo"), where),
        _texts(data.get("reasons", []), f"{where}: reasons"), data.get("locked") is True,
        _number(data.get("mix_start", 0.0), f"{where}: mix_start", least=0.0),
        _number(data.get("mix_end", 0.0), f"{where}: mix_end", least=0.0))


def _curves(given: Any, where: str) -> Curves:
    data = _object(given, where)
    if unknown := set(data) - set(CURVE_NAMES):
        raise _Wrong(f"{where}: {min(map(str, unknown)):.40}")
    return Curves(**{name: _points(points, f"{where}: {name}", rising=True) for name, points in data.items()})


def _loop(given: Any, where: str) -> PlannedLoop | None:
    if given is None:
        return None
    points = _points([given], f"{where}: loop", least=0.0)
    if points[0][1] - points[0][0] < 0.05:
        raise _Wrong(f"{where}: loop {given!r:.40}")
    return PlannedLoop(*points[0])


def _echo(given: Any, where: str) -> PlannedEcho | None:
    if given is None:
        return None
    data = _object(given, f"{where}: echo")
    return PlannedEcho(_number(data.get("delay_s"), f"{where}: echo", least=0.001, most=10.0),
                       _number(data.get("feedback"), f"{where}: echo", least=0.0, most=0.95))


def _object(given: Any, where: str) -> Plain:
    if not isinstance(given, dict):
        raise _Wrong(f"{where}: {given!r:.40}")
    return given


def _list(data: Plain, name: str, most: int) -> list[Any]:
    found = data.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise _Wrong(f"{name} is no list, or one of more than {most}")
    return found


def _points(given: Any, where: str, *, least: float = -LONGEST_S, rising: bool = False) -> Points:
    if not isinstance(given, list) or len(given) > MOST_POINTS:
        raise _Wrong(f"{where}: no list of points")
    points = []
    for pair in given:
        if not isinstance(pair, list) or len(pair) != 2:
            raise _Wrong(f"{where}: {pair!r:.40}")
        points.append((_number(pair[0], where, least=least), _number(pair[1], where, least=least)))
    if rising and any(later[0] < point[0] for point, later in pairwise(points)):
        raise _Wrong(f"{where}: times run backwards")
    return tuple(points)


def _number(given: Any, where: str, *, least: float = -LONGEST_S, most: float = LONGEST_S) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not least <= given <= most:
        raise _Wrong(f"{where}: {given!r:.40}")
    return float(given)


def _text(given: Any, where: str) -> str:
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise _Wrong(f"{where}: {given!r:.40}")
    return given


def _texts(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > MOST_TRACKS:
        raise _Wrong(f"{where}: {given!r:.40}")
    return tuple(_text(one, where) for one in given)


def _refused(name: str, detail: str) -> AudioError:
    return AudioError(f"{name} is not a mix that PodMix can play.",
                      remedy="Give a plan that “podmix automix --plan” wrote.", detail=detail)


def all_files(plan: MixPlan) -> Sequence[str]:
    """The files that a plan needs, each once."""
    return tuple(dict.fromkeys(track.path for track in plan.tracks))


__all__ = ["all_files", "is_mix_plan", "plan_from", "plan_plain", "read_plan", "write_plan"]
