# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix preview``: one source, or many from a JSON Lines file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from podmix.app.direct_preview import BatchItem, Direct, DirectRequest, read_items
from podmix.cli.show import one_line, print_json, progress_line, stdout_for_results
from podmix.errors import PodMixError, UsageError
from podmix.paths import find_home
from podmix.progress import Progress
from podmix.units import clock_text

_LENGTHS = (15.0, 120.0)
_MOST = 50


def run(arguments: argparse.Namespace) -> int:
    if not _LENGTHS[0] <= arguments.length <= _LENGTHS[1]:
        raise UsageError(f"--length must lie between {_LENGTHS[0]:.0f} and {_LENGTHS[1]:.0f} seconds.")
    if not 1 <= arguments.top <= _MOST:
        raise UsageError(f"--top must lie between 1 and {_MOST}.")
    if arguments.batch:
        if arguments.source or arguments.transcript or arguments.out or arguments.captions:
            raise UsageError("--batch takes its sources from the file, and writes no clips.")
        with stdout_for_results():
            return _batch(arguments)
    if not arguments.source:
        raise UsageError("podmix preview needs a SOURCE: an audio file, an episode's number, or - with --transcript.")
    if arguments.source == "-" and not arguments.transcript:
        raise UsageError("SOURCE may be - only with --transcript.")
    with stdout_for_results():
        return _one(arguments)


def _direct(arguments: argparse.Namespace) -> Direct:
    return Direct(
        find_home(arguments.home),
        model=arguments.model,
        length_s=arguments.length,
        top=arguments.top,
        speakers=not arguments.no_speakers,
    )


def _one(arguments: argparse.Namespace) -> int:
    notes = _read_notes(arguments.notes)
    with _direct(arguments) as direct, progress_line(quiet=arguments.json) as show:
        request = DirectRequest(
            source=arguments.source,
            transcript=Path(arguments.transcript) if arguments.transcript else None,
            title=arguments.title,
            notes=notes,
            language=arguments.language or None,
        )
        steps = direct.preview(
            request,
            out=Path(arguments.out) if arguments.out else None,
            captions=Path(arguments.captions) if arguments.captions else None,
        )
        while True:
            try:
                step = next(steps)
            except StopIteration as stop:
                answer: dict[str, Any] = stop.value
                break
            if isinstance(step, Progress):
                show(step)
    if arguments.json:
        print_json(answer)
    else:
        _say(answer)
    return 0


def _say(answer: dict[str, Any]) -> None:
    for note in answer.get("notes", []):
        print(f"note: {one_line(note)}", file=sys.stderr)
    for item in answer["previews"]:
        why = ", ".join(
            f"{name.replace('_', ' ')} {value:.2f}"
            for name, value in sorted(item["reasons"].items(), key=lambda r: -r[1])[:4]
        )
        print(f"{item['rank']}. {clock_text(item['start'])}–{clock_text(item['end'])}  {one_line(item['title'])}")
        print(f"   {why}")
        if item["rank"] == 1:
            print(f"   “{one_line(item['text'])}”")
    for made in answer.get("files", []):
        print(f"wrote {made}")


def _batch(arguments: argparse.Namespace) -> int:
    path = Path(arguments.batch)
    succeeded = failed = 0
    with _direct(arguments) as direct:
        for item in read_items(path):
            answer = _batch_item(direct, item)
            failed += "error" in answer
            succeeded += "error" not in answer
            if arguments.json:
                print_json(answer)
            elif "error" in answer:
                print(f"{one_line(answer['id'])}\tfailed\t{one_line(answer['error'])}", flush=True)
            else:
                best = answer["previews"][0] if answer["previews"] else None
                place = (
                    f"{clock_text(best['start'])}–{clock_text(best['end'])}\t{one_line(best['title'])}"
                    if best
                    else "no preview"
                )
                print(f"{one_line(answer['id'])}\t{place}", flush=True)
    if not succeeded and not failed:
        raise UsageError(f"{path.name} holds no items.")
    return 0 if succeeded else 1


def _batch_item(direct: Direct, item: BatchItem) -> dict[str, Any]:
    """One item's answer; whatever goes wrong with it is its own answer, the rest go on."""
    if item.problem:
        return {"id": item.id, "previews": [], "error": item.problem}
    assert item.request is not None
    try:
        steps = direct.preview(item.request)
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                answer: dict[str, Any] = stop.value
                return {"id": item.id, **answer}
    except PodMixError as problem:
        return {"id": item.id, "previews": [], "error": str(problem)}
    except Exception as problem:  # noqa: BLE001 - the edge of one item: the next must still run
        return {"id": item.id, "previews": [], "error": f"PodMix met something it did not expect: {problem!r}"}


def _read_notes(name: str | None) -> str:
    if not name:
        return ""
    try:
        raw = Path(name).read_bytes()
    except OSError as problem:
        raise UsageError(f"The notes {name} could not be read.", detail=str(problem)) from problem
    from podmix.app.direct_preview import notes_text

    return notes_text(raw)
