# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix play``: files, an episode or a planned mix, with keys on a terminal and JSON lines for machines."""

from __future__ import annotations

import argparse
import contextlib
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from podmix.app.application import Application
from podmix.app.core import Options
from podmix.app.direct_preview import is_file
from podmix.app.playback_verbs import EpisodeSound, episode_number, file_sound, is_mix, open_player, read_mix
from podmix.cli.keyboard import Keys, keyboard
from podmix.cli.play_views import JsonView, LiveView, PlainView, View
from podmix.cli.show import stdout_for_results
from podmix.errors import AudioError, Cancelled, UsageError
from podmix.paths import find_home
from podmix.playback.client import PlaybackClient
from podmix.playback.protocol import (
    FASTEST,
    LONGEST_CROSSFADE_S,
    SLOWEST,
    STATES_PER_S,
    EngineRestarted,
    Item,
    Mix,
    PlaybackState,
)

SPEEDS = (0.5, 0.75, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0)
STEPS_S = {"left": -10.0, "right": 10.0, "down": -30.0, "up": 30.0}
SAVE_EVERY_S = 10.0
FADED_WITHIN_S = 1.0  # the engine's answer to a pause
HEARD_OUT_S = 0.3  # what the device has of the fade already
NEARLY_OVER_S = 1.0  # an episode that was left here begins anew
STORED_WITHIN_S = 10.0  # a download that was played to its end


@dataclass
class Entry:
    """One thing to play. ``end`` is watched here for a mix; files and episodes carry theirs in ``what``."""

    what: Item | Mix
    title: str
    start: float = 0.0
    end: float | None = None
    duration: float | None = None  # as the file or the feed claims it: shown until the engine knows better
    episode: EpisodeSound | None = None


@dataclass
class Playing:
    """Keys in, states out, until nothing follows."""

    player: PlaybackClient
    entries: Sequence[Entry]
    view: View
    keys: Keys
    null_audio: bool
    application: Application | None = None
    state: PlaybackState = field(default_factory=PlaybackState)
    problems: list[str] = field(default_factory=list)
    muted_from: float | None = None
    saved_at: float = 0.0
    looked_at: float = -math.inf
    coming: str = ""
    had_device: bool = False
    without_device: bool = False

    def begin(self) -> None:
        first, rest = self.entries[0], self.entries[1:]
        if isinstance(first.what, Mix):
            self.player.load_mix(first.what, at=first.start, play=True)
        else:
            self.player.load_item(first.what, at=first.start, play=True)
        self.player.queue([entry.what for entry in rest if isinstance(entry.what, Item)])
        self.state = self.player.state

    def until_the_end(self) -> bool:
        """True when everything was heard, False when the person quit. Raises AudioError without a device."""
        while True:
            for event in self.player.poll(1 / STATES_PER_S):
                if isinstance(event, EngineRestarted):
                    self.view.note(event.message, position_s=round(event.position_s, 3))
                elif isinstance(event, PlaybackState):
                    self._take(event)
            self._look_after_download()
            self.view.state(self.known(), self.entry.title, self.coming)
            if (self.state.ended and not self.state.queue_left) or self._past_end():
                return True
            if any(self._press(key) for key in self.keys()):
                return False

    @property
    def entry(self) -> Entry:
        """What is heard now."""
        return next((entry for entry in self.entries if entry.what.key == self.state.key), self.entries[0])

    def known(self) -> PlaybackState:
        return self.state if self.state.duration_s else replace(self.state, duration_s=self.entry.duration)

    def _take(self, state: PlaybackState) -> None:
        self.state = state
        self.had_device |= bool(state.device)
        if state.error and not state.device and not self.null_audio:
            self._without_device(state.error)
        elif state.error and state.error not in self.problems:
            self.problems.append(state.error)
            self.view.note(state.error)
        elif not state.error:
            self.without_device = False
        if abs(state.position_s - self.saved_at) >= SAVE_EVERY_S and not state.ended:
            self.save()

    def _without_device(self, error: str) -> None:
        """Nobody hears anything: end, or where a person can go on when the device is back, wait for that."""
        if not self.had_device or not isinstance(self.view, LiveView):
            raise AudioError(error)
        if not self.without_device:
            self.without_device = True
            self.player.pause()
            self.view.note(error)

    def _past_end(self) -> bool:
        return self.entry.end is not None and self.state.position_s >= self.entry.end

    # -- keys --

    def _press(self, key: str) -> bool:
        """Do what a key asks for; True for quitting."""
        match key:
            case "space":
                self.player.toggle()
            case "left" | "right" | "up" | "down":
                position = max(0.0, self.state.position_s + STEPS_S[key])
                self.player.seek(position)
                self.state = self.player.state
            case "[" | "]":
                self._step_speed(-1 if key == "[" else 1)
            case "n":
                if self.state.queue_left:
                    self.player.next()
            case "m":
                self._mute()
        return key == "q"

    def _step_speed(self, direction: int) -> None:
        nearest = min(range(len(SPEEDS)), key=lambda at: abs(SPEEDS[at] - self.state.speed))
        self.player.set_speed(SPEEDS[min(len(SPEEDS) - 1, max(0, nearest + direction))])

    def _mute(self) -> None:
        if self.muted_from is None:
            self.muted_from = self.state.volume
            self.player.set_volume(0.0)
        else:
            self.player.set_volume(self.muted_from)
            self.muted_from = None
        if isinstance(self.view, LiveView):
            self.view.muted = self.muted_from is not None

    # -- what lasts --

    def _look_after_download(self) -> None:
        """How far the download is, once a second; why it failed, once."""
        episode, now = self.entry.episode, time.monotonic()
        if episode is None or episode.job_id is None or self.application is None or now - self.looked_at < 1.0:
            return
        self.looked_at = now
        job = next((job for job in self.application.jobs() if job.job_id == episode.job_id), None)
        self.coming = ""
        if job is not None and job.state == "failed" and job.problem not in self.problems:
            self.problems.append(job.problem)
            self.view.note(f"{job.problem} {job.remedy}".strip())
        elif job is not None and job.state in ("queued", "running"):
            waiting = self.state.playing and self.state.buffered_s <= 0.0
            done = f" {job.fraction:.0%}" if job.fraction else ""
            self.coming = f"{'waiting for the download' if waiting else 'downloading'}{done}"

    def save(self) -> None:
        """Keep the place in an episode."""
        self.saved_at = self.state.position_s
        episode = self.entry.episode
        if episode is not None and self.application is not None and self.state.path == self.entry.what.path:
            self.application.save_position(episode.episode_id, self.state.position_s)

    def fade_out(self) -> None:
        """Pause, and let the fade be heard."""
        self.player.pause()
        deadline = time.monotonic() + FADED_WITHIN_S
        while self.state.playing and time.monotonic() < deadline:
            for event in self.player.poll(0.05):
                if isinstance(event, PlaybackState):
                    self.state = event
        if not self.null_audio:
            time.sleep(HEARD_OUT_S)


def run(arguments: argparse.Namespace) -> int:
    _check(arguments)
    with contextlib.ExitStack() as opened:
        if arguments.json:
            opened.enter_context(stdout_for_results())
        home = find_home(arguments.home)
        application = None
        if _names_episode(arguments.source):
            application = Application.open(home, Options(null_audio=arguments.null_audio))
            opened.callback(application.close)
        entries = list(_entries(arguments, application))
        player = opened.enter_context(open_player(
            home, null_audio=arguments.null_audio, episode=application is not None, device=arguments.device,
            volume=arguments.volume, speed=arguments.speed, skip_silence=arguments.skip_silence,
            crossfade_s=arguments.crossfade))
        view, keys = _view(arguments, opened)
        playing = Playing(player, entries, view, keys, arguments.null_audio, application)
        return _play(playing)


def _play(playing: Playing) -> int:
    playing.begin()
    try:
        ended = playing.until_the_end()
        interrupted = False
    except KeyboardInterrupt:
        ended, interrupted = False, True
    except AudioError:
        playing.save()
        raise
    if not (ended and playing.state.ended):
        playing.fade_out()
    playing.save()
    playing.view.end(playing.known(), ended=ended)
    episode = playing.entry.episode
    if ended and playing.application is not None and episode is not None and episode.job_id is not None:
        playing.application.finish_download(episode.job_id, STORED_WITHIN_S)
    if interrupted:
        return Cancelled.exit_code
    return 1 if playing.problems else 0


def _view(arguments: argparse.Namespace, opened: contextlib.ExitStack) -> tuple[View, Keys]:
    if arguments.json:
        return JsonView(), list
    if not sys.stdout.isatty():
        return PlainView(), list
    view = LiveView()
    opened.callback(view.close)
    return view, opened.enter_context(keyboard())


# -- what to play --


def _check(arguments: argparse.Namespace) -> None:
    bounds = [("--start", arguments.start, 0.0, math.inf), ("--end", arguments.end, 0.0, math.inf),
              ("--speed", arguments.speed, SLOWEST, FASTEST), ("--volume", arguments.volume, 0.0, 1.0),
              ("--crossfade", arguments.crossfade, 0.0, LONGEST_CROSSFADE_S)]
    for name, value, least, most in bounds:
        if value is not None and not (least <= value <= most and math.isfinite(value)):
            within = f"lie between {least:g} and {most:g}" if math.isfinite(most) else "not be negative"
            raise UsageError(f"{name} must {within}.")
    if arguments.end is not None and arguments.end <= (arguments.start or 0.0):
        raise UsageError("--end must come after --start.")
    if len(arguments.source) > 1:
        if arguments.end is not None:
            raise UsageError("--end goes with one thing to play.")
        for source in arguments.source:
            if not is_file(Path(source)) and _is_number(source):
                raise UsageError("Several things to play must be sound files.")
            if is_mix(source):
                raise UsageError("A mix plays alone.")
    if is_mix(arguments.source[0]) and (arguments.speed is not None or arguments.skip_silence):
        raise UsageError("A mix has its own tempo: --speed and --skip-silence do not go with it.")


def _is_number(source: str) -> bool:
    return source.isascii() and source.isdigit()


def _names_episode(sources: Sequence[str]) -> bool:
    """As “podmix preview” reads it: a file of that name comes first."""
    return len(sources) == 1 and not Path(sources[0]).exists() and _is_number(sources[0])


def _entries(arguments: argparse.Namespace, application: Application | None) -> Iterator[Entry]:
    start, end = arguments.start, arguments.end
    if application is not None:
        episode = application.listen(episode_number(arguments.source[0]))
        over = episode.duration is not None and episode.position >= episode.duration - NEARLY_OVER_S
        left = 0.0 if over else episode.position
        yield Entry(episode.item(end), f"{episode.show_title} – {episode.title}", left if start is None else start,
                    duration=episode.duration, episode=episode)
        return
    for number, source in enumerate(arguments.source):
        path, at = Path(source), (start or 0.0) if number == 0 else 0.0
        if is_mix(source) and is_file(path):
            mix = read_mix(path)
            yield Entry(mix, path.stem, at, end, duration=mix.program.duration_s)
            continue
        if not _is_there(path):
            episode_number(source)  # says what could be given
        sound = file_sound(path)
        yield Entry(sound.item(end), sound.title, at, duration=sound.duration)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
