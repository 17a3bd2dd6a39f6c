# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of ``podmix library`` with their options, each with an example. No code of theirs is imported here."""

from __future__ import annotations

from typing import Any, NamedTuple

Argument = tuple[tuple[str, ...], dict[str, Any]]


class Action(NamedTuple):
    """One action: its arguments are those of ``ArgumentParser.add_argument``."""

    name: str
    text: str
    example: str
    arguments: tuple[Argument, ...] = ()


def _one(*names: str, **options: Any) -> Argument:
    return names, options


_CHOICE = (
    _one("--filter", default="", metavar="TEXT",
         help="words, and field:value, field>=value, key~8A (goes with), -field:value (not); texts in double quotes"),
    _one("--playlist", type=int, metavar="N", help="only this playlist"),
    _one("--sort", metavar="FIELD", help="artist (default), title, album, genre, year, bpm, key, energy, lufs, rating, "
                                         "duration, added, last_played, play_count or random"),
    _one("--down", action="store_true", help="the other way round"),
    _one("--limit", type=int, metavar="N", help="at most so many"),
)
_AGAIN = _one("--again", action="store_true", help="also try the files that could not be read before")
_ABSOLUTE = _one("--absolute", action="store_true", help="write full paths into lists, not relative ones")

LIBRARY_ACTIONS = (
    Action("add", "make folders part of the library and scan them", "podmix library add ~/Music",
           (_one("words", nargs="+", metavar="FOLDER"), _AGAIN)),
    Action("scan", "look for what is new, changed, moved or gone", "podmix library scan --json",
           (_one("words", nargs="*", metavar="N", help="only these folders"), _AGAIN)),
    Action("analyze", "hear every track that was not heard yet, or not by this version; goes on where it stopped",
           "podmix library analyze --jobs 4",
           (_one("words", nargs="*", metavar="TRACK", help="only these tracks"),
            _one("--jobs", type=int, metavar="N", help="worker processes (half the processors)"),
            _one("--again", action="store_true", help="these tracks even if they were heard"))),
    Action("folders", "list the folders of the library", "podmix library folders"),
    Action("remove", "take a folder out of the library; its files stay", "podmix library remove 2",
           (_one("words", nargs=1, metavar="N"),)),
    Action("list", "list tracks", "podmix library list --filter 'genre:house bpm:120-128 -artist:ada' --sort bpm",
           _CHOICE),
    Action("missing", "list tracks whose files are gone", "podmix library missing"),
    Action("duplicates", "list tracks with the same sound", "podmix library duplicates"),
    Action("unreadable", "list files that could not be read, and why", "podmix library unreadable"),
    Action("rate", "rate tracks with 0 to 5 stars", "podmix library rate 4 12 15",
           (_one("words", nargs="+", metavar="STARS TRACK"),)),
    Action("tags", "write what is known into music files; the sound stays as it is",
           "podmix library tags 12 15 --write bpm,key --notation camelot",
           (_one("words", nargs="*", metavar="TRACK"),
            _one("--write", default="bpm,key,gain,rating", metavar="FIELDS", help="which of bpm, key, gain, rating"),
            _one("--notation", default="musical", choices=["musical", "camelot", "open"],
                 help="how keys are written: Am, 8A or 1m"), *_CHOICE)),
    Action("playlists", "list playlists, or: show N, create NAME [TRACK…] (with --filter a smart one), add N TRACK…, "
                        "move N FROM TO, take N PLACE…, rename N NAME, copy N [NAME], delete N, undo, redo",
           "podmix library playlists create 'Friday night' 12 15 7",
           (_one("words", nargs="*", metavar="WORD"), *_CHOICE)),
    Action("export", "write the library for rekordbox (.xml), one playlist (.m3u8, .xml), or all playlists to a folder",
           "podmix library export rekordbox.xml",
           (_one("words", nargs=1, metavar="FILE.xml|FILE.m3u8|FOLDER"),
            _one("--playlist", type=int, metavar="N", help="only this playlist"), _ABSOLUTE)),
    Action("import", "take in cues, grids, ratings and playlists: rekordbox .xml, Traktor .nml, mixxxdb.sqlite, "
                     "Serato .crate, .m3u8 .m3u .pls .cue",
           "podmix library import rekordbox.xml", (_one("words", nargs=1, metavar="FILE"),)),
)
