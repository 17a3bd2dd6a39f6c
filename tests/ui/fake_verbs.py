# SPDX-License-Identifier: GPL-3.0-or-later
"""``Verbs`` in memory: rich enough for pictures, obedient enough for tests. Every call is noted in ``calls``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from podmix.app.playback_verbs import EpisodeSound
from podmix.app.views import (
    Changed,
    ChapterRow,
    DirectoryShow,
    DoctorLine,
    DoctorReport,
    EpisodePage,
    EpisodeRow,
    EpisodeState,
    Event,
    ImportResult,
    JobCard,
    JobsMoved,
    Part,
    PreviewCard,
    SearchHit,
    ShowCard,
    SubscribeResult,
)
from podmix.errors import AuthenticationNeeded, NotAFeed
from podmix.settings.declared import BY_KEY, DECLARED, checked
from tests.ui import fake_content as content
from tests.ui.fake_lab import FakeLab
from tests.ui.fake_library_rest import FakeWholeLibrary
from tests.ui.fake_mixing import FakeMixing
from tests.ui.fake_taste import FakeTaste


class FakeVerbs(FakeMixing, FakeWholeLibrary, FakeTaste):
    """``artwork`` is a folder for drawn covers (none: shows have no cover); ``empty`` is a first start."""

    def __init__(self, artwork: Path | None = None, *, empty: bool = False, audio: bool = True) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.values: dict[str, Any] = {setting.key: setting.default for setting in DECLARED}
        self.values["appearance.theme"] = "dark"
        self.answers: dict[str, Any] = {}  # verb -> result, or exception to raise
        self._listeners: list[Callable[[Event], None]] = []
        self._covers: dict[str, Path] = {}
        if artwork is not None:
            from tests.ui.fake_artwork import draw

            self._covers = {key: draw(key, artwork / f"{key}.png") for key, *_ in content.SHOWS}
        self._audio = audio
        self.lab = FakeLab(self._note)
        self._shows: dict[int, ShowCard] = {}
        self._hidden: dict[int, ShowCard] = {}
        self._episodes: dict[int, EpisodeRow] = {}
        self._previews: dict[int, PreviewCard] = {}
        self._jobs: list[JobCard] = []
        self.fill_library(*([0] if empty else []))
        if not empty:
            self._fill()

    # -- content --
    def _fill(self) -> None:
        for number, (key, title, author, about) in enumerate(content.SHOWS, start=1):
            self._shows[number] = ShowCard(
                number, title, author, f"https://feeds.example/{key}.xml", f"https://{key}.example", about,
                self._covers.get(key), "", len(content.EPISODES[key]), 0, content.days_ago(0.02 * number),
                funding=(("Support us", f"https://{key}.example/support"),) if number % 2 else ())
            for at, episode in enumerate(content.EPISODES[key]):
                self._add_episode(number * 100 + at, number, title, episode, at, key)
        for number, (key, at, title, own, sentences) in enumerate(content.MINUTES, start=1):
            self._add_preview(number, key, at, title, own, sentences)
        for show_id, show in self._shows.items():
            count = sum(card.show_id == show_id for card in self._previews.values())
            self._shows[show_id] = dataclasses.replace(show, previews=count)
        self._jobs = [
            JobCard(1, "transcribe", "Transcribing “A quarry at dawn”", "running", 0.66, "31 of 47 min · base · CPU",
                    130.0),
            JobCard(2, "download", "Downloading “Ferries in fog”", "running", 0.38, "14 of 37 MB", 25.0),
            JobCard(3, "preview", "Preview of “Ferries in fog”", "queued", None, "", None),
            JobCard(4, "download", "Downloading “Flour has a memory”", "failed", None, "", None,
                    "The server stopped answering.", "PodMix kept what arrived and goes on from there."),
        ]

    def _add_episode(self, episode_id: int, show_id: int, show: str, title: str, at: int, key: str) -> None:
        states = (EpisodeState.READY, EpisodeState.DOWNLOADED, EpisodeState.WORKING, EpisodeState.NEW, EpisodeState.NEW,
                  EpisodeState.FAILED)
        state = states[at % len(states)]
        length = 60.0 * (22 + (episode_id * 7) % 45)
        has_audio = self._audio and state in (EpisodeState.READY, EpisodeState.DOWNLOADED, EpisodeState.WORKING)
        self._episodes[episode_id] = EpisodeRow(
            episode_id, show_id, show, title, content.days_ago(at * 7 + 0.4 + show_id * 0.9), length, state,
            self._covers.get(key), Path(f"/nowhere/{episode_id}.mp3") if has_audio else None,
            position=length * 0.4 if at == 1 else length if at == 4 else 0.0,
            problem="The server stopped answering." if state is EpisodeState.FAILED else "", number=str(40 - at))

    def _add_preview(self, number: int, key: str, at: int, title: str, own: bool, sentences: Any) -> None:
        show_id = next(i for i, show in enumerate(content.SHOWS, start=1) if show[0] == key)
        episode = dataclasses.replace(self._episodes[show_id * 100 + at], state=EpisodeState.READY)
        audio = Path(f"/nowhere/{episode.episode_id}.mp3") if self._audio else None
        self._episodes[episode.episode_id] = dataclasses.replace(episode, audio=audio)
        start = 300.0 + 217.0 * number
        captions = content.spoken(sentences, start + 0.2, seed=number)
        end = captions[-1].end + 0.3
        reasons = tuple((name, words, round(0.93 - 0.09 * i - 0.02 * ((i + number) % 3), 2))
                        for i, (name, words) in enumerate(content.REASONS[number % 2:][:5]))
        for rank, shift in ((1, 0.0), (2, 420.0), (3, 760.0)):
            card = PreviewCard(
                number + (rank - 1) * 1000, episode.episode_id, show_id, episode.show_title, episode.title,
                title if rank == 1 else ("A comment that says: see Margaret", "Nobody reads the changelog")[rank - 2],
                episode.published, start + shift, end + shift, episode.duration or 0.0, 0.9 - 0.1 * rank, rank, reasons,
                captions if rank == 1 else (), episode.artwork, audio, None,
                peaks=content.peaks(captions, start, end, seed=number), from_publisher=own)
            self._previews[card.preview_id] = card

    def many_episodes(self, show_id: int, count: int) -> None:
        """A show with a long history."""
        title, key = self._shows[show_id].title, content.SHOWS[show_id - 1][0]
        for at in range(count):
            self._add_episode(1_000_000 + at, show_id, title, f"Episode {count - at}", at, key)

    def emit(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)

    def _note(self, verb: str, *args: Any) -> Any:
        self.calls.append((verb, *args))
        answer = self.answers.get(verb)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def called(self, verb: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == verb]

    # -- life and settings --
    def start_work(self) -> None:
        self._note("start_work")

    def close(self) -> None:
        self._note("close")

    def on_event(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def settings_declared(self) -> list[Any]:
        return list(DECLARED)

    def setting(self, key: str) -> Any:
        return self.values[key]

    def set_setting(self, key: str, value: Any) -> None:
        self._note("set_setting", key, value)
        self.values[key] = checked(BY_KEY[key], value)

    # -- podcasts --
    def subscribe(self, address: str, *, user: str = "", password: str = "") -> SubscribeResult:
        answer = self._note("subscribe", address, user, password)
        if answer is not None:
            return answer
        if "private" in address and not password:
            raise AuthenticationNeeded("This feed asks for a password.")
        if "many" in address:
            return SubscribeResult(None, choices=(("Episodes", "https://one.example/a.xml"),
                                                  ("Episodes and news", "https://one.example/b.xml")))
        if "broken" in address:
            raise NotAFeed("There is no podcast at that address.", remedy="Check it, or paste the show's web page.")
        if not self._shows:
            self._fill()
        show = next(iter(self._shows.values()))
        self.emit(Changed(Part.SHOWS, (show.show_id,)))
        return SubscribeResult(show, show.episodes)

    def unsubscribe(self, show_id: int) -> None:
        self._note("unsubscribe", show_id)
        self._hidden[show_id] = self._shows.pop(show_id)
        self.emit(Changed(Part.SHOWS, (show_id,)))

    def restore_show(self, show_id: int) -> None:
        self._note("restore_show", show_id)
        self._shows[show_id] = self._hidden.pop(show_id)
        self.emit(Changed(Part.SHOWS, (show_id,)))

    def import_opml(self, path: Path) -> ImportResult:
        return self._note("import_opml", path) or ImportResult(12, 3, ())

    def export_opml(self, path: Path) -> int:
        self._note("export_opml", path)
        return len(self._shows)

    def search_directories(self, term: str) -> list[DirectoryShow]:
        self._note("search_directories", term)
        return [DirectoryShow("Small Boats", "Coast Radio", "https://boats.example/feed.xml")]

    def refresh(self, show_ids: list[int] | None = None) -> int:
        return self._note("refresh", show_ids) or 0

    def shows(self) -> list[ShowCard]:
        self._note("shows")
        return list(self._shows.values())

    def show(self, show_id: int) -> ShowCard:
        return self._shows[show_id]

    def episodes(self, show_id: int | None = None, *, limit: int = 500, offset: int = 0) -> list[EpisodeRow]:
        self._note("episodes", show_id, limit, offset)
        rows = [row for row in self._episodes.values() if show_id in (None, row.show_id)]
        return rows[offset:offset + limit]

    def episode_page(self, episode_id: int) -> EpisodePage:
        self._note("episode_page", episode_id)
        row = self._episodes[episode_id]
        previews = tuple(sorted((card for card in self._previews.values() if card.episode_id == episode_id),
                                key=lambda card: card.rank))
        sentences = next((minute[4] for number, minute in enumerate(content.MINUTES, start=1)
                          if number in {card.preview_id for card in previews}), ())
        captions = content.long_transcript(sentences, 36) if previews else ()
        chapters = tuple(ChapterRow(start, None, title) for start, title in (
            (0.0, "Letters"), (246.0, "A machine in the corner"), (517.0, "The twenty-eighth"), (905.0, "Margaret"),
            (1490.0, "What we leave on"))) if previews else ()
        notes = ("<p>Maya finds a machine that nobody owns, and Tom does the sums.</p><p>In this episode:</p><ul>"
                 "<li>04:06 A machine in the corner</li><li>08:37 The twenty-eighth</li><li>15:05 Margaret</li></ul>"
                 '<p>Read more at <a href="https://maintenance.example">maintenance.example</a>.</p>')
        return EpisodePage(row, notes, "https://maintenance.example/88", chapters, captions,
                           "Transcribed on this machine" if captions else "",
                           (("Maya Okafor", "host"), ("Tom Hale", "host")) if previews else (), previews)

    def download(self, episode_id: int) -> int:
        self._note("download", episode_id)
        return 10

    def make_preview(self, episode_id: int, *, again: bool = False) -> int:
        self._note("make_preview", episode_id, again)
        return 11

    def save_position(self, episode_id: int, position: float) -> None:
        self._note("save_position", episode_id, position)

    def listen(self, episode_id: int, *, patience_s: float = 60.0) -> EpisodeSound:
        answer = self._note("listen", episode_id)
        if answer is not None:
            return answer
        row = self._episodes[episode_id]
        return EpisodeSound(episode_id, row.title, row.show_title, row.audio or Path(f"/nowhere/{episode_id}.part"),
                            row.position, row.duration)

    # -- previews --
    def preview_feed(self, *, limit: int = 50) -> list[PreviewCard]:
        self._note("preview_feed")
        return [card for card in self._previews.values() if card.rank == 1][:limit]

    def preview(self, preview_id: int) -> PreviewCard:
        return self._previews[preview_id]

    def saved_previews(self) -> list[PreviewCard]:
        return [card for card in self._previews.values() if card.saved]

    def like(self, preview_id: int, liked: bool | None) -> None:
        self._note("like", preview_id, liked)
        self._previews[preview_id] = dataclasses.replace(self._previews[preview_id], liked=liked)

    def save(self, preview_id: int, saved: bool) -> None:
        self._note("save", preview_id, saved)
        self._previews[preview_id] = dataclasses.replace(self._previews[preview_id], saved=saved)

    def seen(self, preview_id: int, seconds: float, finished: bool) -> None:
        self._note("seen", preview_id, seconds, finished)

    def export_clip(self, preview_id: int, target: Path) -> Path:
        self._note("export_clip", preview_id, target)
        return target

    def quote(self, preview_id: int) -> str:
        card = self._previews[preview_id]
        return f"“{card.captions[0].text}” — {card.show_title}"

    def soundbite_tag(self, preview_id: int) -> str:
        card = self._previews[preview_id]
        return f'<podcast:soundbite startTime="{card.start:.1f}" duration="{card.end - card.start:.1f}"/>'

    def captions_text(self, preview_id: int, form: str) -> str:
        self._note("captions_text", preview_id, form)
        return "WEBVTT\n"

    # -- search, jobs, demo, doctor --
    def search(self, text: str, *, by: str = "both", limit: int = 50) -> list[SearchHit]:
        answer = self._note("search", text, by)
        if answer is not None:
            return answer
        hits = []
        for card in self.preview_feed():
            for line in card.captions:
                at = line.text.lower().find(text.lower())
                if at >= 0:
                    lit = f"{line.text[:at]}<b>{line.text[at:at + len(text)]}</b>{line.text[at + len(text):]}"
                    hits.append(SearchHit(card.episode_id, card.episode_title, card.show_title, line.start, line.end,
                                          lit, 1.0, "words"))
        if by != "words" and hits:
            card = self._previews[2]
            hits.append(SearchHit(card.episode_id, card.episode_title, card.show_title, card.start, card.end,
                                  card.captions[2].text, 0.6, "meaning"))
        return hits[:limit]

    def jobs(self) -> list[JobCard]:
        return list(self._jobs)

    def cancel_job(self, job_id: int) -> None:
        self._note("cancel_job", job_id)
        self._jobs = [job for job in self._jobs if job.job_id != job_id]
        self.emit(JobsMoved(tuple(self._jobs)))

    def retry_job(self, job_id: int) -> None:
        self._note("retry_job", job_id)

    def add_demo(self) -> list[ShowCard]:
        self._note("add_demo")
        if not self._shows:
            self._fill()
        self.emit(Changed(Part.SHOWS))
        self.emit(Changed(Part.PREVIEWS))
        return list(self._shows.values())[:2]

    def doctor(self) -> DoctorReport:
        self._note("doctor")
        return DoctorReport((
            DoctorLine("PodMix", True, "0.1.0 on Python 3.11"),
            DoctorLine("Whisper base", True, "ready, 145 MB"),
            DoctorLine("Graphics card", True, "none found: transcribing on the CPU"),
            DoctorLine("Sentence model", False, "missing", "Run podmix doctor --fix, or allow downloads in Settings."),
        ))
