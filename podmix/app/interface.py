# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that both front ends call. ``Application`` implements them; the tests' fake passes the same suite.

Every verb may block on disk (a few ms) unless marked *slow*: those touch the network or much data, and the window
calls them through its background door. Errors are ``PodMixError``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from podmix.app.music_views import DuplicateGroup, MusicExport, MusicImport, TagsWritten
from podmix.app.playback_verbs import EpisodeSound
from podmix.app.taste_views import FeedCard, MixCard, SuggestedShow, TasteSummary
from podmix.app.track_views import CueMark, TrackPage
from podmix.app.views import (
    DirectoryShow,
    DoctorReport,
    EpisodePage,
    EpisodeRow,
    Event,
    ImportResult,
    JobCard,
    PreviewCard,
    SearchHit,
    ShowCard,
    SubscribeResult,
)
from podmix.music.library_types import (
    DjCue,
    ItemId,
    MusicFolder,
    Playlist,
    PlaylistId,
    PlaylistItem,
    TempoMark,
    Track,
    TrackId,
    UnreadableFile,
)
from podmix.music.smart_lists import Rules
from podmix.progress import Progress
from podmix.settings.declared import Setting

if TYPE_CHECKING:
    from podmix.app.lab_interface import LabVerbs
    from podmix.automix.learning import MixEvent
    from podmix.automix.options import MixOptions
    from podmix.automix.plan import MixPlan
    from podmix.automix.planner import PlannedMix
    from podmix.automix.weights import MixWeights


class Verbs(Protocol):
    """What a person can do."""

    # -- life --
    def start_work(self) -> None:
        """Begin running queued jobs in the background and refreshing feeds when they are due."""

    def close(self) -> None: ...

    def on_event(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``listener`` (on any thread) for every event; returns the function that ends it."""

    @property
    def lab(self) -> LabVerbs:
        """Everything of the lab. The first use takes a moment: not on the window's thread."""

    # -- settings --
    def setting(self, key: str) -> Any: ...

    def settings_declared(self) -> list[Setting]:
        """Every setting a person may change, in the order to show."""

    def set_setting(self, key: str, value: Any) -> None: ...

    # -- podcasts --
    def subscribe(self, address: str, *, user: str = "", password: str = "") -> SubscribeResult:
        """*slow.* Any address: feed, page, scheme of another player. Raises AuthenticationNeeded on 401."""

    def unsubscribe(self, show_id: int) -> None:
        """Hide a show; ``restore_show`` undoes it until the next clean-up."""

    def restore_show(self, show_id: int) -> None: ...

    def import_opml(self, path: Path) -> ImportResult:
        """*slow*"""

    def export_opml(self, path: Path) -> int:
        """Writes OPML 2; returns the number of shows."""

    def search_directories(self, term: str) -> list[DirectoryShow]:
        """*slow.* Only directories the person switched on."""

    def refresh(self, show_ids: list[int] | None = None) -> int:
        """*slow.* Fetch the feeds now; returns the number of new episodes."""

    def shows(self) -> list[ShowCard]: ...

    def show(self, show_id: int) -> ShowCard: ...

    def episodes(self, show_id: int | None = None, *, limit: int = 500, offset: int = 0) -> list[EpisodeRow]: ...

    def episode_page(self, episode_id: int) -> EpisodePage: ...

    def download(self, episode_id: int) -> int:
        """Queue the download; returns the job id."""

    def make_preview(self, episode_id: int, *, again: bool = False) -> int:
        """Queue everything that leads to previews (download first where needed); returns the job id."""

    def save_position(self, episode_id: int, position: float) -> None: ...

    def listen(self, episode_id: int, *, patience_s: float = 60.0) -> EpisodeSound:
        """*slow.* An episode's sound; what is not here is downloaded and given out with its first bytes."""

    # -- previews --
    def preview_feed(self, *, limit: int = 50) -> list[PreviewCard]: ...

    def preview(self, preview_id: int) -> PreviewCard: ...

    def saved_previews(self) -> list[PreviewCard]: ...

    def like(self, preview_id: int, liked: bool | None) -> None: ...

    def save(self, preview_id: int, saved: bool) -> None: ...

    def seen(self, preview_id: int, seconds: float, finished: bool) -> None:
        """The person heard this much of it; the feed shows unseen previews first."""

    def export_clip(self, preview_id: int, target: Path) -> Path:
        """*slow.* ``target`` ends in .ogg .opus .mp3 .m4a .wav or .flac. (Videos are drawn by the window.)"""

    def quote(self, preview_id: int) -> str:
        """Plain text to paste: words, who, show, episode, time."""

    def soundbite_tag(self, preview_id: int) -> str: ...

    def captions_text(self, preview_id: int, form: str) -> str:
        """``form`` is vtt, srt or ass; times from the clip's start."""

    # -- search --
    def search(self, text: str, *, by: str = "both", limit: int = 50) -> list[SearchHit]:
        """*slow* by meaning. ``by`` is words, meaning or both."""

    # -- jobs --
    def jobs(self) -> list[JobCard]: ...

    def cancel_job(self, job_id: int) -> None: ...

    def retry_job(self, job_id: int) -> None: ...

    # -- the demo and the doctor --
    def add_demo(self) -> list[ShowCard]:
        """*slow.* Subscribe the shipped shows from a loopback server and queue their previews."""

    def doctor(self) -> DoctorReport:
        """*slow*"""


class LibraryVerbs(Protocol):
    """What a person can do with music; ``Application`` has these beside ``Verbs``.

    Ids of tracks come at once in order, rows by window: a table of 50,000 asks ``music_ids`` when its order changes and
    ``music_rows`` for what it shows.
    """

    # -- folders and scans --
    def add_music_folder(self, path: Path, *, scan: bool = True) -> MusicFolder:
        """Raises UsageError where there is no such folder. The scan is a job of the queue."""

    def remove_music_folder(self, folder_id: int) -> int:
        """Its tracks leave the library (the files stay) until it is added again; returns how many."""

    def music_folders(self) -> list[MusicFolder]: ...

    def watch_music_folder(self, folder_id: int, watched: bool) -> None: ...

    def scan_music(self, folder_ids: Sequence[int] | None = None, *, only: Sequence[str] = (),
                   again: bool = False) -> int:
        """Queue a scan; returns the job id. ``again`` also tries what could not be read before."""

    def music_scan_result(self, job_id: int) -> dict[str, Any] | None:
        """Counts of a finished scan: seen, new, changed, moved, unchanged, missing, unreadable, problems."""

    # -- the table --
    def music_ids(self, *, text: str = "", rules: Rules | None = None, playlist: int | None = None,
                  missing: bool | None = None, sort: str = "artist", descending: bool = False,
                  limit: int = -1) -> list[TrackId]:
        """Ids in order. ``text`` is for the full-text search; ``smart_lists.read_filter`` reads a line into both."""

    def music_rows(self, ids: Sequence[int]) -> list[Track]: ...

    def music_track(self, track_id: int) -> Track: ...

    def music_genres(self) -> list[tuple[str, int]]: ...

    def duplicate_tracks(self) -> list[DuplicateGroup]: ...

    def unreadable_music(self) -> list[UnreadableFile]: ...

    def rate_tracks(self, ids: Iterable[int], stars: int | None) -> None: ...

    def note_track_played(self, track_id: int, seconds: float | None = None) -> None: ...

    def remove_tracks(self, ids: Iterable[int]) -> None: ...

    def restore_tracks(self, ids: Iterable[int]) -> None: ...

    def track_cover(self, track_id: int) -> Path | None:
        """*slow* the first time: a JPEG of at most 320 pixels a side."""

    def track_cues(self, track_id: int) -> tuple[DjCue, ...]: ...

    def track_grid(self, track_id: int) -> tuple[TempoMark, ...]: ...

    def write_track_tags(self, ids: Sequence[int], fields: Sequence[str] = ("bpm", "key", "gain", "rating"), *,
                         notation: str = "musical") -> Generator[Progress, None, TagsWritten]:
        """*slow*: a generator; the only verb that changes music files."""

    # -- one track --
    def track_page(self, track_id: int) -> TrackPage:
        """*slow*: everything that is known of a track, its waveform too."""

    def correct_grid(self, track_id: int, marks: Sequence[TempoMark] | None) -> None:
        """Put a grid in force for ever (empty: no beat); None goes back to what was analysed. So do the next two."""

    def correct_key(self, track_id: int, key: str | None) -> None: ...

    def correct_cues(self, track_id: int, cues: Sequence[CueMark] | None) -> None: ...

    def click_track(self, track_id: int) -> Path:
        """*slow*: a sound file with a click on every beat of the grid that holds. Raises UsageError without a grid."""

    def track_waves(self, ids: Sequence[int], points: int = 160) -> dict[int, bytes]:
        """Small waveforms (three bytes a point) of those that have one."""

    # -- playlists --
    def playlists(self) -> list[Playlist]: ...

    def playlist(self, playlist_id: int) -> Playlist: ...

    def playlist_items(self, playlist_id: int) -> list[PlaylistItem]: ...

    def playlist_track_ids(self, playlist_id: int) -> list[TrackId]: ...

    def playlist_tracks(self, playlist_id: int) -> list[Track]: ...

    def create_playlist(self, name: str, *, parent: int | None = None, tracks: Iterable[int] = ()) -> PlaylistId: ...

    def create_playlist_folder(self, name: str, *, parent: int | None = None) -> PlaylistId: ...

    def create_smart_playlist(self, name: str, rules: Rules, *, parent: int | None = None) -> PlaylistId: ...

    def change_smart_playlist(self, playlist_id: int, rules: Rules) -> None: ...

    def try_rules(self, rules: Rules) -> list[TrackId]: ...

    def rename_playlist(self, playlist_id: int, name: str) -> None: ...

    def move_playlist(self, playlist_id: int, parent: int | None, before: int | None = None) -> None: ...

    def duplicate_playlist(self, playlist_id: int, name: str = "") -> PlaylistId: ...

    def delete_playlist(self, playlist_id: int) -> None: ...

    def add_to_playlist(self, playlist_id: int, tracks: Iterable[int], *,
                        before: int | None = None) -> list[ItemId]: ...

    def take_from_playlist(self, playlist_id: int, items: Iterable[int]) -> None: ...

    def move_in_playlist(self, playlist_id: int, items: Sequence[int], *, before: int | None = None) -> None: ...

    def can_undo_playlists(self) -> str: ...

    def can_redo_playlists(self) -> str: ...

    def undo_playlists(self) -> str: ...

    def redo_playlists(self) -> str: ...

    # -- other programs --
    def export_rekordbox(self, target: Path, *, playlists: Sequence[int] | None = None) -> MusicExport:
        """*slow*"""

    def export_playlist(self, playlist_id: int, target: Path, *, relative: bool = True) -> MusicExport: ...

    def export_playlists(self, folder: Path, *, relative: bool = True) -> MusicExport:
        """*slow*"""

    def import_music(self, path: Path) -> MusicImport:
        """*slow*"""


class TasteVerbs(Protocol):
    """What a listener likes, and mixes made of it; ``Application`` has these beside ``Verbs`` and ``LibraryVerbs``.

    ``like``, ``save``, ``seen`` and ``note_track_played`` note by themselves; the screens note the rest with
    ``note_reaction``. All but the noting verbs are *slow* for a big library.
    """

    # -- noting --
    def note_reaction(self, kind: str, thing: str, number: int, seconds: float = 0.0, place: int = -1) -> None:
        """Returns at once. ``kind``: shown, skipped, replayed, sought back, opened, played, finished, liked, disliked,
        cleared; ``thing``: preview, episode, show, track. ``seconds``: how long, or at which second it was skipped.
        """

    def note_mix_played(self, key: str) -> None: ...

    # -- the feed --
    def recommended(self, *, limit: int = 50) -> list[FeedCard]:
        """Unseen previews in the order of taste, each with reasons; the same until something is heard or made."""

    def less_like_this(self, preview_id: int) -> list[FeedCard]:
        """The same as not liking it; answers with the feed as it is from now on."""

    def choose_interests(self, texts: Sequence[str]) -> None:
        """What the person wants to hear of; replaces what was said before. Loads the sentence model elsewhere."""

    def suggested_shows(self) -> list[SuggestedShow]:
        """From podrolls and friends; no network."""

    # -- mixes --
    def mixes(self) -> list[MixCard]:
        """Today's daily mixes, then those that were made, the newest first. Empty without music."""

    def mix(self, key: str) -> MixCard:
        """Raises UsageError for an unknown key."""

    def daily_mixes(self, *, page: int = 0) -> list[MixCard]:
        """Up to six, the same all day; ``page`` 1, 2, … go on without an end."""

    def genre_mix(self, genre: str, *, rules: Rules | None = None) -> MixCard:
        """``rules`` (as of smart playlists) narrow the library. UsageError where nothing fits; so for the next."""

    def mood_mix(self, mood: str, *, rules: Rules | None = None) -> MixCard: ...

    def moods(self) -> list[str]: ...

    def decade_mix(self, decade: int, *, rules: Rules | None = None) -> MixCard:
        """``decade`` is its first year: 1990."""

    def phrase_mix(self, phrase: str, *, rules: Rules | None = None) -> MixCard: ...

    def blend_mix(self, friend: str) -> MixCard:
        """With a friend whose taste was imported; has ``match`` and whose pick each track is."""

    def enhance_playlist(self, playlist_id: int, *, every: int = 1) -> MixCard:
        """The playlist with fitting tracks between its own (``added``); nothing is changed yet."""

    def accept_added(self, playlist_id: int, tracks: Iterable[int]) -> int:
        """Put these of the tracks that ``enhance_playlist`` showed last into the playlist; returns how many."""

    def sound_path(self, start: int, goal: int, *, steps: int = 8) -> MixCard: ...

    def with_previews(self, key: str, *, every: int = 4) -> MixCard:
        """A mix with previews between its tracks ("morning drive")."""

    def save_mix(self, key: str, name: str = "") -> PlaylistId:
        """As a playlist."""

    # -- who the listener is --
    def taste_summary(self) -> TasteSummary:
        """All that is kept."""

    def export_taste(self, target: Path, *, name: str = "") -> Path:
        """No paths, no dates, no single reactions. ``name`` is how the person is called in it."""

    def import_taste(self, path: Path) -> str:
        """Returns the friend's name. Raises UsageError for anything but a sound taste file."""

    def remove_friend(self, name: str) -> None: ...

    def erase_taste(self) -> None:
        """For good, out of backups too; saved previews, ratings and playlists stay. Ask before."""


class MixingVerbs(Protocol):
    """Mixes of music; ``Application`` has these too. The mix is the window's to hold and to change
    (``podmix.automix.editing``). All but ``mix_weights`` are *slow*.
    """

    def plan_music_mix(self, paths: Sequence[str], options: MixOptions) -> Generator[Progress, None, PlannedMix]:
        """A generator; files that are not known are analysed first. Raises AudioError where nothing can be mixed."""

    def open_mix(self, path: Path) -> Generator[Progress, None, PlannedMix]:
        """A generator: a saved plan with what editing it needs. Raises AudioError for what is no plan."""

    def mix_weights(self) -> MixWeights: ...

    def note_mix_event(self, event: MixEvent) -> MixWeights:
        """Learn from what a person did with a transition; returns the weights from now on."""

    def save_mix_plan(self, plan: MixPlan, target: Path) -> Path: ...

    def export_mix(self, mix: PlannedMix, target: Path, *, sound: str = "") -> Path:
        """By suffix: .cue, .m3u8, .xml (rekordbox), .html or .txt (set list); ``sound`` names the rendered file."""

    def render_music_mix(self, plan: MixPlan, target: Path) -> int:
        """Queue the render; returns the job's id."""
