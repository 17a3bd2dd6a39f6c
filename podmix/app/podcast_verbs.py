# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs on shows and episodes: subscribe, refresh, list, look at one, download."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from podmix.app.artwork import ArtworkFetcher
from podmix.app.companions import bring_companions, chapters_file, companions_of
from podmix.app.core import Options
from podmix.app.network import server_of
from podmix.app.results import PREVIEW_WANTED, Results
from podmix.app.showing import captions_of, episode_row, show_card
from podmix.app.views import (
    Changed,
    ChapterRow,
    DirectoryShow,
    EpisodePage,
    EpisodeRow,
    ImportResult,
    Part,
    PreviewCard,
    ShowCard,
    SubscribeResult,
)
from podmix.errors import FeedError, PodMixError, UsageError
from podmix.jobs.types import JobSpec, JobState
from podmix.net.client import Response
from podmix.paths import Home
from podmix.podcasts.chapters import choose_chapters, from_file, read_json_chapters, with_ends
from podmix.podcasts.discovery import find_feeds, normalise_address
from podmix.podcasts.fetch_feed import NotAFeedHere, fetch_feed
from podmix.podcasts.opml import Subscription, read_opml, write_opml
from podmix.podcasts.refresh import RefreshResult, refresh_feeds
from podmix.podcasts.types import Chapter, Episode, EpisodeState, Feed, FeedState, HttpState, Show, UpdateResult

_LOG = logging.getLogger("podmix.podcasts")


class PodcastVerbs(Results):
    """Everything that begins with a feed's address."""

    def __init__(self, home: Home, options: Options | None = None) -> None:
        super().__init__(home, options)
        self._artwork = ArtworkFetcher(self)

    # -- subscribing --

    def subscribe(self, address: str, *, user: str = "", password: str = "", folder: str = "") -> SubscribeResult:
        wanted = normalise_address(address)
        login = (user, password) if user else wanted.login
        return self._subscribe(self._resolve_directory(wanted.url), login, folder, from_page=False)

    def _subscribe(self, url: str, login: tuple[str, str] | None, folder: str, *, from_page: bool) -> SubscribeResult:
        from podmix.podcasts.feed import parse_feed  # feedparser loads at the first feed, not at start

        known = self.podcasts.show_by_url(url)
        if known is not None and login is None:
            if known.hidden:
                self.restore_show(known.id)
            return SubscribeResult(self.show(known.id), known.episodes, already=not known.hidden)
        if not from_page:
            self.allow_server(url)
        try:
            got = fetch_feed(self.http, url, parse=parse_feed, auth=login or self.credentials.get(url))
        except NotAFeedHere as problem:
            if problem.answer is None or from_page:
                raise
            return self._from_page(problem.answer, login, folder)
        assert got.feed is not None
        final = got.permanent_url or url
        if login:
            self.credentials.put(final, *login)
        done = self._add(got.feed, final, folder, HttpState(got.etag, got.last_modified))
        return replace(done, already=known is not None and not known.hidden)

    def _from_page(self, answer: Response, login: tuple[str, str] | None, folder: str) -> SubscribeResult:
        """A web page where a feed was expected: the feeds that it names."""
        found = find_feeds(answer.body, answer.url_final)
        if not found:
            raise FeedError(
                "There is no podcast feed at this address.",
                remedy="Look for a link named RSS on the show's page and paste that.",
            )
        if len(found) > 1:
            return SubscribeResult(None, choices=tuple((f.title or f.url, f.url) for f in found))
        if server_of(found[0].url) != server_of(answer.url_final):
            login = None  # it was given for the page's server, and is nobody else's
        return self._subscribe(found[0].url, login, folder, from_page=True)

    def _resolve_directory(self, url: str) -> str:
        """An Apple Podcasts page names no feed in its HTML; Apple's look-up does."""
        from podmix.podcasts.directories import AppleDirectory, apple_id_of

        apple_id = apple_id_of(url)
        return AppleDirectory(self.http).feed_url(apple_id) if apple_id else url

    def _add(self, feed: Feed, url: str, folder: str, http: HttpState) -> SubscribeResult:
        show = self.podcasts.add_show(feed, url, folder=folder, http=http)
        self.events.tell(Changed(Part.SHOWS, (show.id,)))
        self.fetch_artwork_soon([show.id])
        if self._working:
            self.queue_newest([show.id])
        return SubscribeResult(self._card(show), show.episodes, warnings=feed.warnings)

    def unsubscribe(self, show_id: int) -> None:
        self.known_show(show_id)
        self.podcasts.hide_show(show_id)
        for job in self.queue.jobs(active_only=True):
            episode = self.podcasts.episode(int(job.params.get("episode_id", 0)))
            if episode is not None and episode.show_id == show_id:
                self.queue.cancel(job.id)
        self.events.tell(Changed(Part.SHOWS, (show_id,)))

    def restore_show(self, show_id: int) -> None:
        self.known_show(show_id)
        self.podcasts.restore_show(show_id)
        self.events.tell(Changed(Part.SHOWS, (show_id,)))

    def import_opml(self, path: Path) -> ImportResult:
        from concurrent.futures import ThreadPoolExecutor

        outlines = read_opml(_read(path))
        added, already, failed = 0, 0, []
        self.allow_server(*(url for url in map(_address, outlines) if url))

        def one(outline: Subscription) -> SubscribeResult | PodMixError:
            try:
                return self.subscribe(outline.url, folder=outline.folder)
            except PodMixError as problem:
                return problem

        with ThreadPoolExecutor(6, thread_name_prefix="opml") as pool:
            for outline, result in zip(outlines, pool.map(one, outlines), strict=True):
                if isinstance(result, PodMixError):
                    failed.append((outline.url, str(result)))
                elif result.show is None:
                    failed.append((outline.url, "The page offers several feeds; subscribe to one of them."))
                elif result.already:
                    already += 1
                else:
                    added += 1
        return ImportResult(added, already, tuple(failed))

    def export_opml(self, path: Path) -> int:
        from podmix.paths import atomic_write

        shows = self.podcasts.shows()
        body = write_opml(Subscription(show.url, show.title, show.site, show.folder) for show in shows)
        with atomic_write(path) as stream:
            stream.write(body)  # type: ignore[arg-type]
        return len(shows)

    def search_directories(self, term: str) -> list[DirectoryShow]:
        from podmix.podcasts.directories import enabled_directories

        directories = enabled_directories(
            self.http, apple=bool(self.settings.get("directories.apple")), podcast_index=self._podcast_index_key()
        )
        hits, problems = [], []
        for directory in directories:
            try:
                hits.extend(directory.search(term))
            except PodMixError as problem:
                problems.append(problem)
        if not hits and problems:
            raise problems[0]
        seen: set[str] = set()
        unique = [h for h in hits if not (h.feed_url in seen or seen.add(h.feed_url))]  # type: ignore[func-returns-value]
        return [DirectoryShow(h.title, h.author, h.feed_url, h.artwork_url, h.description) for h in unique]

    def _podcast_index_key(self) -> tuple[str, str] | None:
        """(key, secret): the key is a setting, its secret lies in the keyring."""
        key = str(self.settings.get("directories.podcast_index_key"))
        login = self.credentials.get("podcast-index") if self.settings.get("directories.podcast_index") else None
        return (key or login[0], login[1]) if login else None

    def set_podcast_index_key(self, key: str, secret: str) -> None:
        """Switch the Podcast Index on with the person's own free key."""
        self.credentials.put("podcast-index", key, secret)
        self.settings.set("directories.podcast_index_key", key)
        self.settings.set("directories.podcast_index", True)

    # -- refreshing --

    def refresh(self, show_ids: list[int] | None = None) -> int:
        return self._refresh(
            [s for s in self.podcasts.feed_states() if show_ids is None or s.show_id in show_ids], asked=True
        )

    def refresh_due(self) -> int:
        """Only the feeds whose time has come; feeds that ended are left alone."""
        now = datetime.now(UTC)
        due = [s for s in self.podcasts.feed_states() if not s.gone and (s.next_due is None or s.next_due <= now)]
        return self._refresh(due, asked=False) if due else 0

    def _refresh(self, states: list[FeedState], *, asked: bool) -> int:
        from podmix.podcasts.feed import parse_feed

        every = timedelta(minutes=int(self.settings.get("podcasts.refresh_minutes")))
        new, changed = 0, []
        for result in refresh_feeds(
            self.http,
            states,
            parse=parse_feed,
            credentials=self.credentials,
            every=every,
            known_guids=self.podcasts.known_guids,
            asked=asked,
        ):
            try:
                outcome = self._apply_refresh(result)
            except PodMixError as problem:
                _LOG.warning("refresh of show %s not stored: %s", result.show_id, problem)
                continue
            new += len(outcome.new_episode_ids)
            if outcome.changed or result.problem:
                changed.append(result.show_id)
        if changed:
            self.events.tell(Changed(Part.SHOWS, tuple(changed)))
            self.fetch_artwork_soon(changed)
            if self._working:
                self.queue_newest(changed)
        return new

    def _apply_refresh(self, result: RefreshResult) -> UpdateResult:
        if result.http.url:
            before = self.podcasts.feed_state(result.show_id)
            if before is not None:
                self.credentials.move(before.url, result.http.url)
        if result.feed is not None:
            return self.podcasts.update_show(result.show_id, result.feed, result.http)
        if result.offline:
            return UpdateResult()  # not the feed's fault: it is asked again at the next round
        if result.problem:
            self.podcasts.note_problem(result.show_id, result.problem, result.http.next_due, gone=result.gone)
        else:
            self.podcasts.note_unchanged(result.show_id, result.http.next_due, result.http)
        return UpdateResult()

    def queue_newest(self, show_ids: list[int]) -> list[int]:
        """Queue previews of each show's newest episodes, as many as the setting says."""
        count = int(self.settings.get("previews.auto_latest"))
        queued = []
        for show_id in show_ids:
            for episode in self.podcasts.episodes(show_id, limit=count):
                waits = episode.state in (EpisodeState.NEW, EpisodeState.DOWNLOADED) and episode.enclosure is not None
                if waits and not self._was_cancelled(episode.id):
                    queued.append(self.queue_preview(episode.id))
        return queued

    def _was_cancelled(self, episode_id: int) -> bool:
        """Whether the person stopped the work on this episode: it is not begun again unasked."""
        jobs = self.queue.jobs(subject=f"episode:{episode_id}", limit=5)
        return any(job.state is JobState.CANCELLED for job in jobs)

    def fetch_artwork_soon(self, show_ids: list[int]) -> None:
        self._artwork.fetch_soon(show_ids)

    def close(self) -> None:
        self._artwork.close()
        super().close()

    # -- looking --

    def shows(self) -> list[ShowCard]:
        counts = self.previews_by_show()
        return [self._card(show, counts.get(show.id, 0)) for show in self.podcasts.shows()]

    def show(self, show_id: int) -> ShowCard:
        return self._card(self.known_show(show_id), self.previews_by_show().get(show_id, 0))

    def _card(self, show: Show, previews: int = 0) -> ShowCard:
        return show_card(show, previews)

    def previews_by_show(self) -> dict[int, int]:
        per_episode = self.previews_store.counts()
        shows: dict[int, int] = {}
        show_of = self.podcasts.episodes_of_shows() if per_episode else {}
        for episode_id, count in per_episode.items():
            if episode_id in show_of:
                shows[show_of[episode_id]] = shows.get(show_of[episode_id], 0) + count
        return shows

    def episodes(self, show_id: int | None = None, *, limit: int = 500, offset: int = 0) -> list[EpisodeRow]:
        art = {show.id: show.image_path for show in self.podcasts.shows()}
        return [episode_row(e, art.get(e.show_id)) for e in self.podcasts.episodes(show_id, limit=limit, offset=offset)]

    def episode_page(self, episode_id: int) -> EpisodePage:
        from podmix.podcasts.notes import with_seek_links

        episode = self.known_episode(episode_id, images=bool(self.settings.get("network.ask_images")))
        transcript = self.transcripts.get(episode_id)
        row = episode_row(episode, self.known_show(episode.show_id).image_path)
        return EpisodePage(
            episode=row,
            notes_html=with_seek_links(episode.notes_html, row.duration),
            link=episode.link,
            chapters=self._chapters(episode),
            captions=captions_of(transcript) if transcript else (),
            transcript_source=transcript.source if transcript else "",
            persons=tuple((p.name, p.role) for p in episode.persons),
            previews=tuple(self.previews_of(episode_id)),
        )

    def _chapters(self, episode: Episode) -> tuple[ChapterRow, ...]:
        """The publisher's chapter file, else those in the feed, else those inside the audio; never two mixed."""
        stored = chapters_file(self.home.cache, episode.id)
        fetched: tuple[Chapter, ...] = ()
        if stored.is_file():
            try:
                fetched = read_json_chapters(stored.read_bytes())
            except PodMixError as problem:
                _LOG.info("chapters of episode %s not readable: %s", episode.id, problem)
        inside: tuple[Chapter, ...] = ()
        if not fetched and not episode.chapters and episode.audio_path and episode.audio_path.is_file():
            from podmix.audio.chapters import read_chapters

            inside = from_file(read_chapters(episode.audio_path))
        chosen = choose_chapters(fetched, episode.chapters, inside)
        return tuple(
            ChapterRow(c.start, c.end, c.title, c.url)
            for c in with_ends(chosen, episode.decoded_duration or episode.duration)
        )

    def fetch_companions(self, episode: Episode) -> Path | None:
        """Bring an episode's chapters and best transcript; returns the transcript's file. Failing costs nothing."""
        return bring_companions(self.http, companions_of(episode), self.home.cache)

    def download(self, episode_id: int) -> int:
        return self._queue_download(self.known_episode(episode_id), then_preview=False)

    def _queue_download(self, episode: Episode, *, then_preview: bool) -> int:
        if episode.enclosure is None:
            raise FeedError("This episode names no audio.", remedy="Its publisher may add it later; refresh the show.")
        from urllib.parse import urlsplit

        show = self.known_show(episode.show_id)
        params: dict[str, Any] = {
            "episode_id": episode.id,
            "url": episode.enclosure.url,
            "type": episode.enclosure.type,
            "length": episode.enclosure.length,
            "title": episode.title,
            "folder": f"{show.id}",
            "companions": companions_of(episode),
        }
        if server_of(show.url) == server_of(episode.enclosure.url) and self.credentials.get(show.url):
            # Only where to look it up: the login itself travels in the job's context and is never stored.
            params["login_of"] = show.url
        return int(
            self.queue.enqueue(
                JobSpec(
                    kind="download",
                    params=params,
                    key=f"download:{episode.id}",  # one writer a file; a preview wished later raises the priority
                    title=f"Downloading “{episode.title}”",
                    lane="network",
                    group=urlsplit(episode.enclosure.url).netloc,
                    priority=PREVIEW_WANTED if then_preview else 0,
                    subject=f"episode:{episode.id}",
                ),
                force=True,  # that it was done once is no help: the file is not here
            )
        )

    def save_position(self, episode_id: int, position: float) -> None:
        self.podcasts.set_position(episode_id, position)

    def previews_of(self, episode_id: int) -> list[PreviewCard]:
        """The preview verbs know how."""
        raise UsageError(f"No previews of episode {episode_id} here.")


def _address(outline: Subscription) -> str:
    try:
        return normalise_address(outline.url).url
    except PodMixError:
        return ""  # its own line of the outcome says so


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise FeedError(
            f"The file {path.name} could not be read.",
            remedy="Check the path and the permissions.",
            detail=str(problem),
        ) from problem
