# SPDX-License-Identifier: GPL-3.0-or-later
"""``LibraryVerbs`` in memory: a small collection with waveforms, grids, cues and playlists, all made up here."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from podmix.app.music_views import MusicExport, MusicImport, TagsWritten
from podmix.app.track_views import CueMark, TrackPage
from podmix.app.views import Changed, Part
from podmix.errors import UsageError
from podmix.music.grid_edits import even
from podmix.music.interop.grids import grid_of_marks
from podmix.music.interop.key_notation import parse_key
from podmix.music.library_types import MusicFolder, Playlist, PlaylistItem, Track, UnreadableFile
from podmix.music.types import Section, Waveform
from tests.ui import fake_content as content

NAMES = (
    ("Harbour Lights", "Night Ferry", 122.0, "A minor", "House"),
    ("Second Wind", "Mara Quist", 123.5, "E minor", "House"),
    ("Low Orbit", "Tern", 124.0, "D minor", "Techno"),
    ("Salt Road", "Night Ferry", 126.0, "C major", "House"),
    ("Glass Garden", "Ines Vale", 128.0, "G major", "Progressive"),
    ("Kiln", "Otto Brandt", 132.0, "F# minor", "Techno"),
    ("Paper Moon Engine", "Tern", 136.0, "Eb minor", "Techno"),
    ("Slow Bright River", "Ines Vale", 98.0, "F major", "Downtempo"),
    ("Windows Open", "Mara Quist", 118.0, "B minor", "House"),
    ("Copper Wire", "Otto Brandt", 140.0, "Ab major", "Breaks"),
    ("Field Recording No. 4", "Ana Sol", None, "", "Ambient"),
    ("Three in the Meadow", "Ana Sol", 174.0, "G minor", "Drum & Bass"),
    ("After the Rain Delay", "Night Ferry", 121.0, "D major", "House"),
    ("Cranes", "Tern", 125.0, "C minor", "Techno"),
    ("Old Ferris Wheel", "Ines Vale", 110.0, "Bb major", "Disco"),
    ("Last Bus Home", "Mara Quist", 116.0, "F minor", "Disco"),
)
LABELS = (
    ("intro", 16, 4.0),
    ("verse", 16, 5.0),
    ("build", 8, 6.5),
    ("drop", 32, 8.5),
    ("break", 16, 4.5),
    ("build", 8, 6.5),
    ("drop", 32, 9.0),
    ("outro", 16, 4.0),
)


class FakeLibrary:
    """Mixed into ``FakeVerbs``, which has ``emit`` and ``_note``."""

    def fill_library(self, count: int = len(NAMES)) -> None:
        self.library: dict[int, Track] = {}
        self.lists: dict[int, Playlist] = {}
        self.list_items: dict[int, list[tuple[int, int]]] = {}
        self.corrections: dict[tuple[int, str], Any] = {}
        self.folders = (
            [MusicFolder(1, Path("/music"), content.days_ago(60), content.days_ago(0.1), True)] if count else []
        )
        self._next = 100
        for number in range(1, count + 1):
            self.library[number] = self._track(number)
        if count:
            self._list("Friday warm-up", (1, 13, 4, 2, 3, 14), "list")
            self._list("Peak time", (6, 7, 10), "list")
            self._list("Slow mornings", (), "smart", {"rules": {"all": [{"field": "bpm", "op": "less", "value": 112}]}})

    def _track(self, number: int) -> Track:
        title, artist, bpm, key, genre = NAMES[(number - 1) % len(NAMES)]
        again = (number - 1) // len(NAMES)
        known = parse_key(key)
        return Track(
            number,
            Path(f"/music/{artist}/{title}.flac"),
            title if not again else f"{title} {again + 1}",
            artist,
            artist,
            f"{artist} Singles",
            genre,
            "",
            2020 + number % 6,
            number,
            1,
            200.0 + (number * 37) % 190,
            bpm,
            key,
            known.camelot if known else "",
            None if bpm is None else round(2 + (bpm - 90) / 12) % 10 + 1,
            -7.0 - number % 6,
            (None, 5, 4, 3)[number % 4],
            content.days_ago(number),
            content.days_ago(number / 2) if number % 3 else None,
            number % 5,
            number == 11,
            "",
            "flac",
            44100,
            900_000,
            30_000_000,
            "",
            bpm is not None,
        )  # type: ignore[arg-type]

    def _list(self, name: str, tracks: Iterable[int], kind: str, rules: Any = None, parent: int | None = None) -> int:
        self._next += 1
        number, moment = self._next, content.days_ago(1)
        items = []
        for track in tracks:
            self._next += 1
            items.append((self._next, track))
        self.list_items[number] = items
        self.lists[number] = Playlist(
            number, name, kind, parent, len(items) if kind == "list" else -1, moment, moment, rules or {}
        )  # type: ignore[arg-type]
        return number

    def _told(self, part: Part = Part.PLAYLISTS, ids: Sequence[int] = ()) -> None:
        for number, one in self.lists.items():
            if one.kind == "list":
                self.lists[number] = dataclasses.replace(one, tracks=len(self.list_items[number]))
        self.emit(Changed(part, tuple(ids)))  # type: ignore[attr-defined]

    # -- folders --
    def add_music_folder(self, path: Path, *, scan: bool = True) -> MusicFolder:
        self._note("add_music_folder", path)  # type: ignore[attr-defined]
        made = MusicFolder(len(self.folders) + 1, path, content.days_ago(0), None, True)
        self.folders.append(made)
        if not self.library:
            self.fill_library()
        self._told(Part.MUSIC)
        return made

    def remove_music_folder(self, folder_id: int) -> int:
        self._note("remove_music_folder", folder_id)  # type: ignore[attr-defined]
        self.folders = [folder for folder in self.folders if folder.id != folder_id]
        return len(self.library)

    def music_folders(self) -> list[MusicFolder]:
        return list(self.folders)

    def watch_music_folder(self, folder_id: int, watched: bool) -> None:
        self._note("watch_music_folder", folder_id, watched)  # type: ignore[attr-defined]

    def scan_music(
        self, folder_ids: Sequence[int] | None = None, *, only: Sequence[str] = (), again: bool = False
    ) -> int:
        self._note("scan_music", folder_ids)  # type: ignore[attr-defined]
        return 1

    def unreadable_music(self) -> list[UnreadableFile]:
        return [UnreadableFile("/music/broken.mp3", 3, 3, "This file is cut short.")]

    def analyse_music(
        self, track_ids: Sequence[int] | None = None, *, again: bool = False, workers: int | None = None,
        kinds: Collection[str] | None = None
    ) -> int:
        self._note("analyse_music", tuple(track_ids or ()), again)  # type: ignore[attr-defined]
        return 2

    # -- the table --
    def music_ids(
        self,
        *,
        text: str = "",
        rules: Any = None,
        playlist: int | None = None,
        missing: bool | None = None,
        sort: str = "artist",
        descending: bool = False,
        limit: int = -1,
    ) -> list[int]:
        self._note("music_ids", text, rules, sort, descending)  # type: ignore[attr-defined]
        answer = self.answers.get("music_ids")  # type: ignore[attr-defined]
        if answer is not None:
            return answer
        found = [
            track
            for track in self.library.values()
            if all(word.lower() in f"{track.title} {track.artist}".lower() for word in text.split())
            and all(_holds(rule, track) for rule in (rules or {}).get("all", ()))
        ]
        name = {"lufs": "lufs", "play_count": "play_count"}.get(sort, sort)
        known = [track for track in found if getattr(track, name, None) is not None]
        known.sort(key=lambda track: (getattr(track, name), track.id), reverse=descending)
        rest = [track for track in found if track not in known] if len(known) < len(found) else []
        return [int(track.id) for track in (*known, *rest)][: None if limit < 0 else limit]

    def music_rows(self, ids: Sequence[int]) -> list[Track]:
        return [self.library[one] for one in ids if one in self.library]

    def music_track(self, track_id: int) -> Track:
        if track_id not in self.library:
            raise UsageError(f"There is no track {track_id}.")
        return self.library[track_id]

    def music_genres(self) -> list[tuple[str, int]]:
        genres = [track.genre for track in self.library.values()]
        return sorted(((one, genres.count(one)) for one in set(genres)), key=lambda pair: -pair[1])

    def rate_tracks(self, ids: Iterable[int], stars: int | None) -> None:
        chosen = list(ids)
        self._note("rate_tracks", chosen, stars)  # type: ignore[attr-defined]
        for one in chosen:
            self.library[one] = dataclasses.replace(self.library[one], rating=stars or None)
        self._told(Part.MUSIC, chosen)

    def note_track_played(self, track_id: int, seconds: float | None = None) -> None:
        self._note("note_track_played", track_id)  # type: ignore[attr-defined]

    def remove_tracks(self, ids: Iterable[int]) -> None:
        chosen = list(ids)
        self._note("remove_tracks", chosen)  # type: ignore[attr-defined]
        self._removed = {one: self.library.pop(one) for one in chosen}
        self._told(Part.MUSIC, chosen)

    def restore_tracks(self, ids: Iterable[int]) -> None:
        self._note("restore_tracks", list(ids))  # type: ignore[attr-defined]
        self.library.update(self._removed)
        self._told(Part.MUSIC)

    def track_cover(self, track_id: int) -> Path | None:
        return None

    def track_waves(self, ids: Sequence[int], points: int = 160) -> dict[int, bytes]:
        return {one: _wave(one, points) for one in ids if one in self.library and self.library[one].analysed}

    def write_track_tags(
        self, ids: Sequence[int], fields: Sequence[str] = ("bpm", "key", "gain", "rating"), *, notation: str = "musical"
    ) -> Any:
        self._note("write_track_tags", list(ids))  # type: ignore[attr-defined]
        yield from ()
        return TagsWritten(len(ids))

    # -- one track --
    def track_page(self, track_id: int) -> TrackPage:
        track = self.music_track(track_id)
        if not track.analysed:
            return TrackPage(track, track.duration or 0.0)
        held = {kind: self.corrections.get((track_id, kind)) for kind in ("beats", "key", "cues")}
        marks = held["beats"] if held["beats"] is not None else even(track.bpm or 120.0, 0.31)
        laid: dict[str, Any] = grid_of_marks(marks, track.duration or 0.0) if marks else {"beats": (), "downbeats": ()}
        bar = 240.0 / (track.bpm or 120.0)
        sections, at = [], 0.31
        for label, bars, energy in LABELS:
            end = min(track.duration or 0.0, at + bars * bar)
            if end > at:
                sections.append(Section(at, end, label, bars, energy, 0.2, 0.8))
            at = end
        analysed = (
            CueMark(0.31, "in", "first beat"),
            CueMark(sections[3].start, "hot", "Drop", 0),
            CueMark(sections[min(4, len(sections) - 1)].start, "hot", "Break", 1),
            CueMark(sections[-1].start, "out", "go out"),
        )
        points = round((track.duration or 0.0) * 150)
        return TrackPage(
            track,
            track.duration or 0.0,
            tuple(marks),
            tuple(laid["beats"]),
            tuple(laid["downbeats"]),
            held["key"] or track.key,
            0.9,
            0.95,
            analysed if held["cues"] is None else tuple(held["cues"]),
            tuple(sections),
            Waveform(150.0, _beaten(track, points), bytes(3 * points), _wave(track_id, 1200), b""),
            (),
            tuple((kind, "hand" if value is not None else "analysis") for kind, value in held.items()),
        )

    def _correct(self, kind: str, track_id: int, value: Any) -> None:
        self._note(f"correct_{kind}", track_id, value)  # type: ignore[attr-defined]
        self.corrections[track_id, kind] = value
        self._told(Part.MUSIC, (track_id,))

    def correct_grid(self, track_id: int, marks: Any) -> None:
        self._correct("beats", track_id, marks)

    def correct_key(self, track_id: int, key: str | None) -> None:
        self._correct("key", track_id, key)

    def correct_cues(self, track_id: int, cues: Any) -> None:
        self._correct("cues", track_id, cues)

    def click_track(self, track_id: int) -> Path:
        self._note("click_track", track_id)  # type: ignore[attr-defined]
        return Path(f"/nowhere/clicks-{track_id}-{len(self.corrections)}.wav")

    # -- playlists --
    def playlists(self) -> list[Playlist]:
        return list(self.lists.values())

    def playlist_items(self, playlist_id: int) -> list[PlaylistItem]:
        return [PlaylistItem(item, track) for item, track in self.list_items[playlist_id]]  # type: ignore[arg-type]

    def playlist_track_ids(self, playlist_id: int) -> list[int]:
        if self.lists[playlist_id].kind == "smart":
            return self.try_rules(self.lists[playlist_id].rules)
        return [track for _, track in self.list_items[playlist_id]]

    def try_rules(self, rules: Any) -> list[int]:
        tree = rules.get("rules") or {"all": []}
        return [
            number for number, track in self.library.items() if all(_holds(rule, track) for rule in tree.get("all", ()))
        ]

    def create_playlist(self, name: str, *, parent: int | None = None, tracks: Iterable[int] = ()) -> int:
        self._note("create_playlist", name, list(tracks))  # type: ignore[attr-defined]
        made = self._list(name, tracks, "list", parent=parent)
        self._told()
        return made

    def create_playlist_folder(self, name: str, *, parent: int | None = None) -> int:
        made = self._list(name, (), "folder", parent=parent)
        self._told()
        return made

    def create_smart_playlist(self, name: str, rules: Any, *, parent: int | None = None) -> int:
        self._note("create_smart_playlist", name, rules)  # type: ignore[attr-defined]
        made = self._list(name, (), "smart", rules)
        self._told()
        return made

    def change_smart_playlist(self, playlist_id: int, rules: Any) -> None:
        self._note("change_smart_playlist", playlist_id, rules)  # type: ignore[attr-defined]
        self.lists[playlist_id] = dataclasses.replace(self.lists[playlist_id], rules=rules)
        self._told()

    def rename_playlist(self, playlist_id: int, name: str) -> None:
        self._note("rename_playlist", playlist_id, name)  # type: ignore[attr-defined]
        self.lists[playlist_id] = dataclasses.replace(self.lists[playlist_id], name=name)
        self._told()

    def move_playlist(self, playlist_id: int, parent: int | None, before: int | None = None) -> None:
        self._note("move_playlist", playlist_id, parent, before)  # type: ignore[attr-defined]
        moved = dataclasses.replace(self.lists.pop(playlist_id), parent=parent)  # type: ignore[arg-type]
        made: dict[int, Playlist] = {}
        for number, one in self.lists.items():
            if number == before:
                made[playlist_id] = moved
            made[number] = one
        self.lists = made | ({playlist_id: moved} if playlist_id not in made else {})
        self._told()

    def duplicate_playlist(self, playlist_id: int, name: str = "") -> int:
        self._note("duplicate_playlist", playlist_id)  # type: ignore[attr-defined]
        made = self._list(f"{self.lists[playlist_id].name} copy", self.playlist_track_ids(playlist_id), "list")
        self._told()
        return made

    def delete_playlist(self, playlist_id: int) -> None:
        self._note("delete_playlist", playlist_id)  # type: ignore[attr-defined]
        self._deleted = self.lists.pop(playlist_id)
        self._told()

    def add_to_playlist(self, playlist_id: int, tracks: Iterable[int], *, before: int | None = None) -> list[int]:
        chosen = list(tracks)
        self._note("add_to_playlist", playlist_id, chosen)  # type: ignore[attr-defined]
        for track in chosen:
            self._next += 1
            self.list_items[playlist_id].append((self._next, track))
        self._told()
        return []

    def take_from_playlist(self, playlist_id: int, items: Iterable[int]) -> None:
        gone = set(items)
        self._note("take_from_playlist", playlist_id, gone)  # type: ignore[attr-defined]
        self.list_items[playlist_id] = [pair for pair in self.list_items[playlist_id] if pair[0] not in gone]
        self._told()

    def move_in_playlist(self, playlist_id: int, items: Sequence[int], *, before: int | None = None) -> None:
        self._note("move_in_playlist", playlist_id, list(items), before)  # type: ignore[attr-defined]
        pairs = self.list_items[playlist_id]
        moved, rest = [pair for pair in pairs if pair[0] in items], [pair for pair in pairs if pair[0] not in items]
        at = next((place for place, pair in enumerate(rest) if pair[0] == before), len(rest))
        self.list_items[playlist_id] = [*rest[:at], *moved, *rest[at:]]
        self._told()

    def undo_playlists(self) -> str:
        self._note("undo_playlists")  # type: ignore[attr-defined]
        if (deleted := getattr(self, "_deleted", None)) is not None:
            self.lists[int(deleted.id)] = deleted
            self._told()
        return "Delete"

    def redo_playlists(self) -> str:
        self._note("redo_playlists")  # type: ignore[attr-defined]
        return ""

    # -- other programs --
    def export_rekordbox(self, target: Path, *, playlists: Sequence[int] | None = None) -> MusicExport:
        self._note("export_rekordbox", target)  # type: ignore[attr-defined]
        return MusicExport((target,), len(self.library), len(self.lists))

    def export_playlist(self, playlist_id: int, target: Path, *, relative: bool = True) -> MusicExport:
        self._note("export_playlist", playlist_id, target)  # type: ignore[attr-defined]
        return MusicExport((target,), 3, 1)

    def import_music(self, path: Path) -> MusicImport:
        self._note("import_music", path)  # type: ignore[attr-defined]
        return MusicImport("rekordbox", 12, 9, 4, 2, (101,))  # type: ignore[arg-type]


def _holds(rule: Any, track: Track) -> bool:
    if "any" in rule:
        return any(_holds(one, track) for one in rule["any"])
    field, op, value = rule["field"], rule["op"], rule.get("value")
    if op == "in_last_days":
        return getattr(track, field) > content.days_ago(0) - timedelta(days=value)
    if field == "key" and op == "compatible":
        mine, other = parse_key(track.key), parse_key(value)
        return mine is not None and other is not None and mine in other.compatible()
    have = track.play_count if field == "plays" else getattr(track, field, None)
    if have is None:
        return False
    match op:
        case "between":
            return value[0] <= have <= value[1]
        case "at_least":
            return have >= value
        case "less":
            return have < value
        case "contains":
            return value.lower() in str(have).lower()
        case _:
            return have == value


def _wave(seed: int, points: int) -> bytes:
    """A track's shape: quiet at the ends and in the middle."""
    made = bytearray()
    for at in range(points):
        share = at / points
        loud = min(1.0, share * 9, (1 - share) * 9) * (0.55 if 0.48 < share < 0.6 else 1.0)
        ripple = 0.75 + 0.25 * math.sin(at * (0.9 + seed % 5 * 0.13)) * math.cos(at * 0.31)
        made += bytes(min(255, round(level * loud * ripple)) for level in (225, 165, 105))
    return bytes(made)


def _beaten(track: Track, points: int) -> bytes:
    """Bass drums on beats, hats between them."""
    period = 60.0 / (track.bpm or 120.0)
    made = bytearray()
    for at in range(points):
        into = (at / 150.0 - 0.31) % period / period
        kick, hat = math.exp(-into * 7), math.exp(-((into - 0.5) % 1.0) * 14)
        made += bytes(
            (
                round(235 * kick + 12),
                round(90 * math.exp(-into * 3) + 60 * (0.6 + 0.4 * math.sin(at / 23))),
                round(150 * hat + 60 * kick),
            )
        )
    return bytes(made)
