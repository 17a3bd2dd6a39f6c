# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix library``: folders and scans, lists and filters, playlists, tags, and other DJ programs' files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from podmix.app.application import Application
from podmix.app.music_views import MusicExport
from podmix.cli.podcast_commands import follow
from podmix.cli.show import one_line, print_json, print_rows, progress_line
from podmix.errors import PodMixError, UsageError
from podmix.music.library_types import Track
from podmix.music.smart_lists import read_filter
from podmix.progress import finish
from podmix.units import JobId, clock_text

_MOST_JOBS = 256


def run(arguments: argparse.Namespace) -> int:
    application = Application.open(arguments.home)
    try:
        return _ACTIONS[arguments.action](application, arguments)
    finally:
        application.close()


# -- folders and scans --


def _add(application: Application, arguments: argparse.Namespace) -> int:
    folders = [application.add_music_folder(Path(word), scan=False) for word in arguments.words]
    return _scan_folders(application, arguments, [folder.id for folder in folders])


def _scan(application: Application, arguments: argparse.Namespace) -> int:
    chosen = _ids(arguments.words) if arguments.words else None
    known = {folder.id for folder in application.music_folders()}
    if chosen is not None and (wrong := set(chosen) - known):
        raise UsageError(f"There is no music folder {min(wrong)}.", remedy="“podmix library folders” lists them.")
    return _scan_folders(application, arguments, chosen)


def _scan_folders(application: Application, arguments: argparse.Namespace, folder_ids: list[int] | None) -> int:
    job = application.scan_music(folder_ids, again=arguments.again)
    counts = _awaited(application, job, arguments, "scan")
    if arguments.json:
        print_json(counts)
    else:
        print(f"{counts['seen']} files: {counts['new']} new, {counts['changed']} changed, {counts['moved']} moved, "
              f"{counts['missing']} missing, {counts['unreadable']} unreadable")
        for problem in counts["problems"]:
            print(f"  {one_line(problem)}", file=sys.stderr)
        if counts["unreadable"]:
            print("  “podmix library unreadable” lists what could not be read.", file=sys.stderr)
        if waiting := len(application.lacking_analysis()):
            print(f"  {waiting} tracks are yet to be heard: podmix library analyze", file=sys.stderr)
    return 1 if counts["problems"] and not counts["seen"] else 0


def _analyze(application: Application, arguments: argparse.Namespace) -> int:
    tracks = _known(application, arguments.words) if arguments.words else None
    if arguments.again and tracks is None:
        _wants("the numbers of tracks with --again", "podmix library analyze 12 15 --again")
    if arguments.jobs is not None and not 1 <= arguments.jobs <= _MOST_JOBS:
        raise UsageError(f"--jobs must lie between 1 and {_MOST_JOBS}.")
    job = application.analyse_music(tracks, again=arguments.again, workers=arguments.jobs)
    if job is None:
        _say(arguments, {"analysed": 0, "failed": 0, "problems": []}, "Every track has been heard already.")
        return 0
    counts = _awaited(application, job, arguments, "analysis")
    _say(arguments, counts, f"{counts['analysed']} tracks analysed, {counts['failed']} failed")
    if not arguments.json:
        for problem in counts["problems"]:
            print(f"  {one_line(problem)}", file=sys.stderr)
    return 1 if counts["failed"] and not counts["analysed"] else 0


def _awaited(application: Application, job: int, arguments: argparse.Namespace, what: str) -> dict[str, Any]:
    """The result of a job that is run here and now. Raises PodMixError where it failed or was cancelled."""
    with follow(application, quiet=arguments.json):
        application.queue.start()
        application.queue.wait([JobId(job)])
    ended = application.queue.job(JobId(job))
    if ended is None or ended.result is None:
        message, remedy = (ended.error if ended else None) or (f"The {what} was cancelled.", "Run it again.")
        raise PodMixError(message, remedy=remedy)
    return ended.result


def _remove(application: Application, arguments: argparse.Namespace) -> int:
    [folder] = _ids(arguments.words, exactly=1, what="the number of a folder")
    count = application.remove_music_folder(folder)
    _say(arguments, {"removed": count}, f"{count} tracks left the library; the files stay. Adding the folder again "
                                        "brings everything back.")
    return 0


def _folders(application: Application, arguments: argparse.Namespace) -> int:
    folders = application.music_folders()
    if arguments.json:
        print_json(folders)
    else:
        print_rows(["folder", "scanned", "path", "problem"],
                   [(f.id, f"{f.scanned:%Y-%m-%d %H:%M}" if f.scanned else "never", f.path, f.problem)
                    for f in folders])
    return 0


def _unreadable(application: Application, arguments: argparse.Namespace) -> int:
    files = application.unreadable_music()
    if arguments.json:
        print_json([{"path": f.path, "problem": f.problem} for f in files])
    else:
        print_rows(["path", "problem"], [(f.path, f.problem) for f in files])
    return 0


# -- the table --


def _list(application: Application, arguments: argparse.Namespace) -> int:
    _print_tracks(application.music_rows(_chosen(application, arguments)), arguments)
    return 0


def _chosen(application: Application, arguments: argparse.Namespace) -> list[Any]:
    """Ids by --filter, --playlist, --sort, --down and --limit."""
    text, rules = read_filter(arguments.filter)
    limit = -1 if arguments.limit is None else arguments.limit
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError("--limit must be at least 1.")
    if arguments.playlist is None:
        return application.music_ids(text=text, rules=rules, sort=arguments.sort or "artist",
                                     descending=arguments.down, limit=limit)
    ids = application.playlist_track_ids(arguments.playlist)
    if arguments.sort or arguments.filter:
        inside = set(ids)
        ids = [one for one in application.music_ids(text=text, rules=rules, sort=arguments.sort or "artist",
                                                    descending=arguments.down) if one in inside]
    return ids[:limit] if limit > 0 else ids


def _print_tracks(tracks: Sequence[Track], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print_json(tracks)
        return
    print_rows(["track", "artist", "title", "bpm", "key", "energy", "length", "rating", "path"],
               [(t.id, t.artist, t.title, f"{t.bpm:.1f}" if t.bpm else "", t.camelot,
                 f"{t.energy:g}" if t.energy is not None else "", clock_text(t.duration or 0.0), "*" * (t.rating or 0),
                 f"{t.path}{' (missing)' if t.missing else ''}") for t in tracks])


def _missing(application: Application, arguments: argparse.Namespace) -> int:
    _print_tracks(application.music_rows(application.music_ids(missing=True)), arguments)
    return 0


def _duplicates(application: Application, arguments: argparse.Namespace) -> int:
    groups = application.duplicate_tracks()
    if arguments.json:
        print_json([list(group.tracks) for group in groups])
        return 0
    for number, group in enumerate(groups):
        if number:
            print()
        _print_tracks(group.tracks, arguments)
    return 0


def _rate(application: Application, arguments: argparse.Namespace) -> int:
    stars, *tracks = _ids(arguments.words, at_least=2, what="the stars (0 to 5) and tracks")
    for track in tracks:
        application.music_track(track)
    application.rate_tracks(tracks, stars)
    _say(arguments, {"rated": len(tracks), "stars": stars}, f"Rated {len(tracks)} tracks with {stars}.")
    return 0


def _tags(application: Application, arguments: argparse.Namespace) -> int:
    if not arguments.words and not arguments.filter and arguments.playlist is None:
        _wants("tracks, a --filter or a --playlist", "podmix library tags --filter genre:house --write bpm,key")
    tracks = _known(application, arguments.words) if arguments.words else _chosen(application, arguments)
    steps = application.write_track_tags(tracks, [word for word in arguments.write.split(",") if word],
                                         notation=arguments.notation)
    with progress_line(quiet=arguments.json) as show:
        done = finish(steps, show)
    _say(arguments, done, f"Wrote the tags of {done.written} files.")
    for path, problem in done.failed:
        print(f"  {one_line(path)}: {problem}", file=sys.stderr)
    return 1 if done.failed and not done.written else 0


# -- playlists --


def _playlists(application: Application, arguments: argparse.Namespace) -> int:
    """``playlists`` lists them; ``playlists WORD …`` does what the word says."""
    if not arguments.words:
        lists = application.playlists()
        if arguments.json:
            print_json(lists)
        else:
            print_rows(["playlist", "kind", "in", "tracks", "name"],
                       [(p.id, p.kind, p.parent or "", p.tracks if p.tracks >= 0 else "", p.name) for p in lists])
        return 0
    word, *rest = arguments.words
    if word not in _PLAYLIST_ACTIONS:
        raise UsageError(f"Playlists know no “{word}”.", remedy=f"They know: {', '.join(_PLAYLIST_ACTIONS)}.")
    return _PLAYLIST_ACTIONS[word](application, rest, arguments)


def _show_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    [playlist] = _ids(words, exactly=1, what="the number of a playlist")
    _print_tracks(application.playlist_tracks(playlist), arguments)
    return 0


def _create_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    if not words:
        _wants("a name", "podmix library playlists create 'Friday night' 12 15 7")
    name, *tracks = words
    if arguments.filter and not tracks:
        text, rules = read_filter(arguments.filter)
        if text:
            raise UsageError("A smart playlist goes by fields, not by loose words.",
                             remedy="Write title:… or genre:… in the filter.")
        wanted = {"rules": rules, "order": arguments.sort or "artist", "descending": arguments.down,
                  "limit": arguments.limit}
        made = application.create_smart_playlist(name, wanted)
    else:
        made = application.create_playlist(name, tracks=_known(application, tracks))
    _say(arguments, application.playlist(made), f"Playlist {made}: {one_line(application.playlist(made).name)}")
    return 0


def _add_to_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    playlist, *tracks = _ids(words, at_least=2, what="the number of a playlist and tracks")
    added = application.add_to_playlist(playlist, _known(application, list(map(str, tracks))))
    _say(arguments, {"added": len(added)}, f"{len(added)} tracks added.")
    return 0


def _move_in_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    playlist, place, to = _ids(words, exactly=3, what="the playlist, a place in it and the place to move to (from 1)")
    items = [item.id for item in application.playlist_items(playlist)]
    if not (1 <= place <= len(items) and 1 <= to <= len(items)):
        raise UsageError(f"This playlist has the places 1 to {len(items)}.")
    left = [item for item in items if item != items[place - 1]]
    application.move_in_playlist(playlist, [items[place - 1]], before=left[to - 1] if to <= len(left) else None)
    _print_tracks(application.playlist_tracks(playlist), arguments)
    return 0


def _take_from_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    playlist, *places = _ids(words, at_least=2, what="the playlist and places in it (from 1)")
    items = [item.id for item in application.playlist_items(playlist)]
    if not all(1 <= place <= len(items) for place in places):
        raise UsageError(f"This playlist has the places 1 to {len(items)}.")
    application.take_from_playlist(playlist, [items[place - 1] for place in places])
    _say(arguments, {"taken_out": len(places)}, f"{len(places)} tracks taken out.")
    return 0


def _rename_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    if len(words) != 2:
        _wants("a playlist and a name", "podmix library playlists rename 3 'Saturday'")
    [playlist] = _ids(words[:1])
    application.rename_playlist(playlist, words[1])
    _say(arguments, application.playlist(playlist), f"Playlist {playlist}: {one_line(words[1])}")
    return 0


def _copy_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    [playlist] = _ids(words[:1], exactly=1, what="the number of a playlist")
    made = application.duplicate_playlist(playlist, words[1] if len(words) > 1 else "")
    _say(arguments, application.playlist(made), f"Playlist {made}: {one_line(application.playlist(made).name)}")
    return 0


def _delete_list(application: Application, words: list[str], arguments: argparse.Namespace) -> int:
    [playlist] = _ids(words, exactly=1, what="the number of a playlist")
    name = application.playlist(playlist).name
    application.delete_playlist(playlist)
    _say(arguments, {"deleted": playlist}, f"Deleted {one_line(name)}. “podmix library playlists undo” takes it back.")
    return 0


def _undo(application: Application, _words: list[str], arguments: argparse.Namespace) -> int:
    label = application.undo_playlists()
    _say(arguments, {"undone": label}, f"Undone: {one_line(label)}" if label else "There is nothing to undo.")
    return 0 if label else 1


def _redo(application: Application, _words: list[str], arguments: argparse.Namespace) -> int:
    label = application.redo_playlists()
    _say(arguments, {"redone": label}, f"Done again: {one_line(label)}" if label else "There is nothing to do again.")
    return 0 if label else 1


# -- other programs --


def _export(application: Application, arguments: argparse.Namespace) -> int:
    target = Path(arguments.words[0])
    done: MusicExport
    if arguments.playlist is not None:
        done = application.export_playlist(arguments.playlist, target, relative=not arguments.absolute)
    elif target.suffix.lower() == ".xml":
        done = application.export_rekordbox(target)
    elif target.suffix and not target.is_dir():
        raise UsageError("The library is written as .xml (rekordbox), or all its playlists into a folder.",
                         remedy="One playlist: podmix library export friday.m3u8 --playlist 3")
    else:
        done = application.export_playlists(target, relative=not arguments.absolute)
    _say(arguments, done, f"Wrote {done.tracks} tracks and {done.playlists} playlists to {one_line(target)}")
    return 0


def _import(application: Application, arguments: argparse.Namespace) -> int:
    done = application.import_music(Path(arguments.words[0]))
    _say(arguments, done, f"{done.matched} of {done.tracks} tracks are in the library; {done.cued} got cues or a grid, "
                          f"{len(done.playlists)} playlists were made.")
    if not arguments.json:
        for line in (*done.notes, *(f"not in the library: {path}" for path in done.unknown[:10])):
            print(f"  {one_line(line)}", file=sys.stderr)
    return 1 if done.tracks and not done.matched else 0


# -- pieces --


def _say(arguments: argparse.Namespace, result: object, line: str) -> None:
    if arguments.json:
        print_json(result)
    else:
        print(line)


def _wants(what: str, example: str) -> NoReturn:
    raise UsageError(f"This needs {what}.", remedy=f"For example: {example}")


def _ids(words: Sequence[str], *, exactly: int | None = None, at_least: int = 1, what: str = "numbers") -> list[int]:
    try:
        found = [int(word) for word in words]
    except ValueError:
        found = []
    if len(found) < at_least or (exactly is not None and len(found) != exactly) or any(n < 0 for n in found):
        raise UsageError(f"This needs {what}.", remedy="“podmix library --help” shows how.")
    return found


def _known(application: Application, words: list[str]) -> list[int]:
    """Tracks that are there; UsageError for a number that is none."""
    return [application.music_track(number).id for number in (_ids(words) if words else [])]


_ACTIONS: dict[str, Callable[[Application, argparse.Namespace], int]] = {
    "add": _add, "remove": _remove, "folders": _folders, "scan": _scan, "analyze": _analyze, "list": _list,
    "missing": _missing, "duplicates": _duplicates, "unreadable": _unreadable, "rate": _rate, "tags": _tags,
    "playlists": _playlists, "export": _export, "import": _import,
}
_PLAYLIST_ACTIONS: dict[str, Callable[[Application, list[str], argparse.Namespace], int]] = {
    "show": _show_list, "create": _create_list, "add": _add_to_list, "move": _move_in_list, "take": _take_from_list,
    "rename": _rename_list, "copy": _copy_list, "delete": _delete_list, "undo": _undo, "redo": _redo,
}
