# SPDX-License-Identifier: GPL-3.0-or-later
"""What workers do for mixes: the render, from a plan's file to a sound file, and planning for the window."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.errors import Cancelled
from podmix.jobs.protocol import Partial
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.app.automix_process import MixRequest
    from podmix.automix.planner import PlannedMix
    from podmix.paths import Home

Plain = dict[str, Any]
AT_ONCE = 8
"""Parts of a plan in one line: a long line would keep who reads it busy too long at a time."""
UNFINISHED = ".clip-"
"""How the names of files begin that ``audio.encode.placed`` has not finished."""


def render(params: Plain, _context: Plain, cancelled: Callable[[], bool]) -> Generator[Progress | Partial, None, Plain]:
    """Render the plan in file ``plan`` to ``target``; returns the path. The target appears when it is whole.

    What an earlier try left half done, because its process was killed, goes.
    """
    from podmix.app.automix import render_mix
    from podmix.automix.plan_json import read_plan

    plan, target = Path(params["plan"]), Path(params["target"])
    clear_half(plan)
    before = _unfinished(target)
    steps = render_mix(read_plan(plan), target)
    noted = False
    try:
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                return {"path": str(stop.value)}
            if not noted and (half := _unfinished(target) - before):
                _half_note(plan).write_text(str(min(half)), encoding="utf-8", errors="surrogateescape")
                noted = True
            if cancelled():
                raise Cancelled
            yield step
    finally:
        steps.close()
        _half_note(plan).unlink(missing_ok=True)


def clear_half(plan: Path) -> None:
    """Remove the unfinished file that a killed render of this plan's file left behind."""
    note = _half_note(plan)
    try:
        half = Path(note.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return
    if half.name.startswith(UNFINISHED):
        half.unlink(missing_ok=True)
    note.unlink(missing_ok=True)


def _half_note(plan: Path) -> Path:
    """Where the name of the file that is being written is kept."""
    return plan.with_suffix(".half")


def _unfinished(target: Path) -> set[Path]:
    return set(target.parent.glob(f"{UNFINISHED}*{target.suffix.lower()}"))


def plan(params: Plain, context: Plain, _cancelled: Callable[[], bool]) -> Generator[Progress | Partial, None, Plain]:
    """Plan for ``MixProcess``: params ``request``, a ``MixRequest``; context: the home's folders.

    Yields the facts of the tracks that the mix had not, in its order, then the plan's tracks and transitions in small
    parts, and returns the rest of the plan, and the order; nothing for "know".
    """
    from podmix.app.automix_wire import from_plain, plain, plain_facts
    from podmix.paths import Home

    request: MixRequest = from_plain(params["request"])
    home = Home(**{name: Path(place) for name, place in context.items()})
    made = yield from planned(home, request)
    if made is None:
        return {}
    for facts, number in zip(made.facts, made.order, strict=True):
        if number not in request.order:
            yield Partial("facts", plain_facts(facts))
    for name in ("tracks", "transitions"):
        parts = getattr(made.plan, name)
        for begin in range(0, len(parts), AT_ONCE):
            yield Partial(name, {"parts": plain(parts[begin:begin + AT_ONCE])})
    return {"plan": plain(replace(made.plan, tracks=(), transitions=())), "order": plain(made.order)}


def planned(home: Home, request: MixRequest) -> Steps[PlannedMix | None]:
    """What a request asks for. Raises AudioError and UsageError as ``make_mix``, ``read_plan`` and ``go_on`` do."""
    from podmix.app.automix import listed_files, make_mix
    from podmix.app.automix_facts import gather_facts
    from podmix.app.automix_learning import kept_weights
    from podmix.automix.options import MixOptions
    from podmix.automix.planner import PlannedMix

    options = request.options or MixOptions()
    if request.do == "open":
        from podmix.automix.plan_json import read_plan

        opened = read_plan(Path(request.paths[0]))
        facts = yield from gather_facts(home, [track.path for track in opened.tracks])
        return PlannedMix(opened, tuple(facts), tuple(range(len(facts))))
    yield Progress("list", 0, None, "tracks", "Looking for the music")
    listed = listed_files(request.paths) if request.paths else []
    if request.do == "plan":
        return (yield from make_mix(home, listed, options))
    old = [track.path for track in request.plan.tracks] if request.plan is not None else []
    facts = yield from gather_facts(home, [*old, *listed])
    if request.plan is None:
        return None
    from podmix.app.automix_future import go_on

    yield Progress("plan", 0.0, None, "tracks", "Planning the mix")
    mix = PlannedMix(request.plan, tuple(facts[: len(old)]), request.order)
    return go_on(mix, facts[len(old):], options, kept_weights(home), heard_s=request.heard_s, anew=request.anew,
                 place=request.place)
