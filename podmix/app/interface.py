# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that both front ends call. ``Application`` implements them; the tests' fake passes the same suite.

Every verb may block on disk (a few ms) unless marked *slow*: those touch the network or much data, and the window
calls them through its background door. Errors are ``PodMixError``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from podmix.app.mixing_interface import MixingVerbs
from podmix.app.music_interface import LibraryVerbs
from podmix.app.playback_verbs import EpisodeSound
from podmix.app.taste_interface import TasteVerbs
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
from podmix.settings.declared import Setting

if TYPE_CHECKING:
    from podmix.app.lab_interface import LabVerbs


class Verbs(LibraryVerbs, TasteVerbs, MixingVerbs, Protocol):
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
