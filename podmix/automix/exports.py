# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan for others: chapters, cue sheet, playlist, rekordbox' XML with the planned cue points, a set list to print.

A track counts from the middle of the transition that it comes by. Nothing here reads sound.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from podmix.audio.chapters import FileChapter
from podmix.automix.facts import TrackFacts
from podmix.automix.plan import MixPlan, PlannedTrack, PlannedTransition
from podmix.errors import StorageError, UsageError
from podmix.music.analysis_form import beats_plain
from podmix.music.interop.collection import DjCollection, DjPlaylist, DjTrack
from podmix.music.interop.cue_sheet import CueSheet, CueTrack, write_cue_sheet
from podmix.music.interop.grids import marks_of_grid
from podmix.music.interop.m3u8 import ListedFile, write_m3u8
from podmix.music.interop.rekordbox_xml import kind_of, write_rekordbox_xml
from podmix.music.library_types import DjCue, TempoMark
from podmix.paths import atomic_write
from podmix.units import clock_text

SUFFIXES = (".cue", ".m3u8", ".xml", ".html", ".txt")
MOST_TEMPO_MARKS = 2_000


def export(plan: MixPlan, target: Path, *, sound: str = "", facts: Sequence[TrackFacts] = ()) -> None:
    """Write what ``target``'s suffix says. Raises UsageError for another suffix, StorageError.

    Args:
        plan: a plan that is laid out.
        target: ``.cue``, ``.m3u8``, ``.xml`` (rekordbox), ``.html`` or ``.txt`` (set list).
        sound: the rendered mix's file name, for a cue sheet.
        facts: of the plan's tracks, for grids in rekordbox' XML.
    """
    match target.suffix.lower():
        case ".cue":
            write_cue_sheet(cue_sheet(plan, sound or f"{target.stem}.flac"), target)
        case ".m3u8":
            files = [ListedFile(track.path, name_of(track), track.artist, track.duration) for track in plan.tracks]
            write_m3u8(files, target, name=plan.title)
        case ".xml":
            write_rekordbox_xml(collection(plan, facts), target)
        case ".html":
            _write(target, set_list_html(plan))
        case ".txt":
            _write(target, set_list_text(plan))
        case other:
            raise UsageError(f"A mix is not exported as {other or 'a file without a suffix'}.",
                             remedy=f"Choose one of {' '.join(SUFFIXES)}.")


def starts(plan: MixPlan) -> tuple[float, ...]:
    """From which second of the mix each track counts."""
    return (0.0, *((one.mix_start + one.mix_end) / 2 for one in plan.transitions))


def name_of(track: PlannedTrack) -> str:
    return track.title or Path(track.path).stem


def chapters(plan: MixPlan) -> tuple[FileChapter, ...]:
    """One for each track, without gaps."""
    begins = starts(plan)
    ends = (*begins[1:], plan.duration_s)
    return tuple(FileChapter(begin, end, f"{track.artist} – {name_of(track)}" if track.artist else name_of(track))
                 for track, begin, end in zip(plan.tracks, begins, ends, strict=True))


def cue_sheet(plan: MixPlan, sound: str) -> CueSheet:
    return CueSheet(sound, tuple(CueTrack(begin, name_of(track), track.artist)
                                 for track, begin in zip(plan.tracks, starts(plan), strict=True)), plan.title)


def collection(plan: MixPlan, facts: Sequence[TrackFacts] = ()) -> DjCollection:
    """Tracks with the places where the plan comes in and goes out as memory cues, and the mix as a playlist.

    A file that is played more than once stands in the collection once, with the cues of all its places.
    """
    grids = {one.path: one for one in facts}
    cues: dict[str, list[DjCue]] = {}
    for place, track in enumerate(plan.tracks):
        held = cues.setdefault(track.path, [])
        if place:
            held += _cue("fade-in", plan.transitions[place - 1], into=True)
        if place < len(plan.transitions):
            held += _cue("fade-out", plan.transitions[place], into=False)
    numbers = {path: number for number, path in enumerate(cues)}
    first = {track.path: track for track in reversed(plan.tracks)}
    tracks = tuple(_dj_track(first[path], tuple(sorted(held, key=lambda cue: cue.start)), grids.get(path))
                   for path, held in cues.items())
    playlist = DjPlaylist(plan.title or "PodMix", tuple(numbers[track.path] for track in plan.tracks))
    return DjCollection("PodMix", tracks, (playlist,))


def _cue(kind: str, transition: PlannedTransition, *, into: bool) -> list[DjCue]:
    marks = transition.in_marks if into else transition.out_marks
    name = f"{'Mix in' if into else 'Mix out'}: {transition.kind}"
    end = marks[-1] if marks[-1] > marks[0] and transition.loop is None else None
    return [DjCue(kind if end is not None else "cue", marks[0], end, name)]


def _dj_track(track: PlannedTrack, cues: tuple[DjCue, ...], facts: TrackFacts | None) -> DjTrack:
    return DjTrack(track.path, name_of(track), track.artist, bpm=track.bpm, key=track.key, duration=track.duration,
                   kind=kind_of(Path(track.path).suffix.lstrip(".").lower()), cues=cues,
                   album=facts.labels.album if facts is not None else "", grid=_grid(facts))


def _grid(facts: TrackFacts | None) -> tuple[TempoMark, ...]:
    if facts is None or facts.beats is None:
        return ()
    return marks_of_grid(beats_plain(facts.beats))[:MOST_TEMPO_MARKS]


# -- to print --


def set_list_text(plan: MixPlan) -> str:
    """A line a track, a line a transition."""
    lines = [plan.title or "Mix", f"{len(plan.tracks)} tracks, {clock_text(plan.duration_s)}", ""]
    for place, (track, begin) in enumerate(zip(plan.tracks, starts(plan), strict=True)):
        facts = ", ".join(filter(None, (f"{track.bpm:.0f} bpm" if track.bpm else "", track.key)))
        named = f"{track.artist} – {name_of(track)}" if track.artist else name_of(track)
        lines.append(f"{place + 1:3}  {clock_text(begin):>8}  {named}{f'  ({facts})' if facts else ''}")
        if place < len(plan.transitions):
            one = plan.transitions[place]
            lines.append(f"{'':15}{one.kind}{f', {one.bars} bars' if one.bars else ''}")
    return "\n".join((*lines, "", *plan.notes)).rstrip() + "\n"


def set_list_html(plan: MixPlan) -> str:
    """A page that prints well, without anything from outside."""
    rows = []
    for place, (track, begin) in enumerate(zip(plan.tracks, starts(plan), strict=True)):
        one = plan.transitions[place] if place < len(plan.transitions) else None
        way = "" if one is None else f"{one.kind}{f', {one.bars} bars' if one.bars else ''}"
        cells = (str(place + 1), clock_text(begin), track.artist, name_of(track),
                 f"{track.bpm:.0f}" if track.bpm else "", track.key, way)
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    title = html.escape(plan.title or "Mix")
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in plan.notes)
    heads = "".join(f"<th>{head}</th>" for head in ("", "From", "Artist", "Title", "BPM", "Key", "Then"))
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>'
            "body{font:11pt/1.4 sans-serif;margin:2cm;color:#000;background:#fff}table{border-collapse:collapse;"
            "width:100%}th,td{text-align:left;padding:.25em .6em;border-bottom:1px solid #ccc}"
            "td:first-child,td:nth-child(2){text-align:right;font-variant-numeric:tabular-nums}"
            f"tr{{break-inside:avoid}}</style><h1>{title}</h1><p>{len(plan.tracks)} tracks, "
            f"{clock_text(plan.duration_s)}</p><table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
            f"</table>{notes}</html>\n")


def _write(target: Path, text: str) -> None:
    try:
        with atomic_write(target) as out:
            out.write(text.encode("utf-8", "replace"))  # type: ignore[arg-type]  # opened for bytes
    except OSError as problem:
        raise StorageError(f"{target.name} could not be written.", remedy="Check the folder and its permissions.",
                           detail=str(problem)) from problem
