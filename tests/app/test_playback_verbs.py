# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be played: episodes that are here or arriving, files, planned mixes, and a player from the settings."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.app.application import Application
from podmix.app.playback_verbs import episode_number, file_sound, open_player, read_mix
from podmix.audio.decode import read, stream
from podmix.audio.growing import GrowingTo
from podmix.audio.mixing.types import Lane
from podmix.errors import AudioError, FeedError, NetworkError, UsageError
from podmix.net.parts import PartNote, part_of
from podmix.paths import find_home
from podmix.podcasts.download import file_stem
from podmix.settings.store import Settings
from tests.app.conftest import put_show, tone
from tests.net.loopback import Call, LoopbackServer


@pytest.fixture
def episode(app: Application, server: LoopbackServer) -> int:
    app.subscribe(put_show(server, episodes=("Light: a “tale” no. 7/8",)))
    return app.episodes()[0].episode_id


def in_halves(server: LoopbackServer, body: bytes, content_type: str = "audio/wav", etag: str = '"one"',
              ) -> threading.Event:
    """Serve ``body``: its first half at once, the rest when the event is set."""
    rest = threading.Event()

    def slowly(call: Call) -> None:
        call.reply(200, body[: len(body) // 2], {"Content-Type": content_type, "ETag": etag}, length=len(body))
        call.wfile.flush()
        rest.wait(60)
        call.wfile.write(body[len(body) // 2:])

    server.routes["/audio.wav"] = slowly
    return rest


def test_an_episode_that_is_here(app: Application, episode: int) -> None:
    app.download_now(episode)
    app.save_position(episode, 0.4)
    sound = app.listen(episode)
    assert sound.path == app.known_episode(episode).audio_path
    assert (sound.position, sound.duration, sound.job_id, sound.final_path) == (0.4, 1.0, None, None)
    assert (sound.title, sound.show_title) == ("Light: a “tale” no. 7/8", "harbour")
    item = sound.item(0.9)
    assert (item.path, item.end, item.growing_to, item.content) == (str(sound.path), 0.9, "", "speech")


def test_an_episode_that_arrives_is_given_out_with_its_first_bytes(app: Application, episode: int,
                                                                   server: LoopbackServer) -> None:
    body = tone(40.0)
    rest = in_halves(server, body)
    sound = app.listen(episode)
    assert sound.job_id is not None
    assert sound.path.stat().st_size < len(body)
    assert sound.expected_bytes == len(body)
    item = sound.item()
    assert item.growing_to.endswith(".wav")
    assert item.growing_bytes == len(body)
    growing = GrowingTo(Path(item.growing_to), item.growing_bytes)
    heard = stream(item.path, block_s=1.0, growing=growing)
    got = [next(heard)]
    rest.set()
    got += heard
    assert app.finish_download(sound.job_id, 60)
    stored = app.known_episode(episode).audio_path
    assert stored == Path(item.growing_to), "the name it has in the end was known"
    assert np.array_equal(np.concatenate(got), read(stored)[0])
    assert np.array_equal(np.concatenate(list(stream(item.path, growing=growing))), read(stored)[0]), "found again"
    assert app.listen(episode).job_id is None


def test_an_old_part_that_is_thrown_away_is_not_played(app: Application, episode: int, server: LoopbackServer) -> None:
    """The server has another file now, so the download begins anew; the old bytes must not be given out."""
    known = app.known_episode(episode)
    assert known.enclosure is not None
    target = app.home.episodes / str(known.show_id) / f"{file_stem(known.title, known.enclosure.url)}.download"
    target.parent.mkdir(parents=True)
    part_of(target).write_bytes(b"OggS" + bytes(100_000))
    PartNote.of(known.enclosure.url, {"etag": '"old"'}, 200_000).write(target)
    rest = in_halves(server, tone(20.0), etag='"new"')
    sound = app.listen(episode)
    assert sound.path.read_bytes()[:4] == b"RIFF"
    assert sound.final_path is not None
    assert sound.final_path.suffix == ".wav"
    rest.set()
    assert sound.job_id is not None
    app.finish_download(sound.job_id, 60)


def test_a_download_that_does_not_come(app: Application, episode: int, server: LoopbackServer) -> None:
    server.page("/audio.wav", b"<html>Log in</html>" * 100, "text/html")
    with pytest.raises(NetworkError, match="web page instead of audio"):
        app.listen(episode)
    server.routes["/audio.wav"] = lambda call: call.server.released.wait(30)  # type: ignore[assignment,func-returns-value]
    with pytest.raises(NetworkError, match="has not begun"):
        app.listen(episode, patience_s=0.3)
    [job] = [job for job in app.jobs() if job.state in ("queued", "running")]
    app.cancel_job(job.job_id)
    app.wait_for_work(30)


def test_what_is_no_episode(app: Application, server: LoopbackServer) -> None:
    with pytest.raises(UsageError, match="no episode 99"):
        app.listen(99)
    server.page("/mute.xml", b"<rss version='2.0'><channel><title>Mute</title><item><title>No sound</title>"
                             b"<guid>1</guid></item></channel></rss>")
    app.subscribe(server.url("/mute.xml"))
    with pytest.raises(FeedError, match="names no audio"):
        app.listen(app.episodes()[0].episode_id)


def test_words_that_name_an_episode() -> None:
    assert episode_number("17") == 17
    for word in ("", "x", "-3", "1.5", "１７", "9" * 19, "no\0thing"):
        with pytest.raises(AudioError, match="There is no file"):
            episode_number(word)


def test_a_file_and_its_title(tmp_path: Path) -> None:
    from podmix.audio.encode import write_clip

    noise = np.random.default_rng(0).normal(0, 0.1, 48_000).astype(np.float32)
    both = {"title": "Song", "artist": "Ada"}
    for tags, title in ((both, "Ada – Song"), ({"title": "Song"}, "Song"), ({}, "a.flac")):
        sound = file_sound(write_clip(noise, 48_000, tmp_path / "a.flac", tags=tags))
        assert (sound.title, sound.duration) == (title, 1.0)
    assert sound.item().content == "music"
    with pytest.raises(AudioError, match="is a folder"):
        file_sound(tmp_path)


# -- mixes --


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Path]:
    (tmp_path / "a.wav").write_bytes(tone())

    def write(tracks: object, **more: object) -> Path:
        (tmp_path / "mix.json").write_text(json.dumps({"version": 1, "tracks": tracks, "transitions": [], **more}))
        return tmp_path / "mix.json"

    return write


def test_a_plan_becomes_a_program(plan: Callable[..., Path], tmp_path: Path) -> None:
    mix = read_mix(plan([
        {"path": "a.wav", "time_map": [[0, 0], [0.9, 0.9]], "gain": [[0.5, 1], [0.9, 0]], "title": "ignored"},
        {"path": str(tmp_path / "a.wav"), "time_map": [[0.5, 0], [1.5, 1.0]], "low": [[0.5, 0]], "key_lock": False},
        {"path": "a.wav", "time_map": [[2, 0], [2.5, 0.5], [2.5, 0], [3, 0.5]], "deck": 3, "filter": [[2, -1]]}]))
    first, second, third = mix.program.clips
    assert mix.program.duration_s == 3.0
    assert mix.program.sample_rate == 48_000
    assert (first.path, first.deck, second.deck, third.deck) == (str(tmp_path / "a.wav"), 0, 1, 3)
    assert first.gain == Lane(((0.5, 1.0), (0.9, 0.0)))
    assert (second.key_lock, second.low.points) == (False, ((0.5, 0.0),))
    assert third.time_map[1:3] == ((2.5, 0.5), (2.5, 0.0))


@pytest.mark.parametrize("tracks", [
    [], None, "x", [1], [{}], [{"path": "a.wav"}], [{"path": 3, "time_map": [[0, 0], [1, 1]]}],
    [{"path": "a.wav", "time_map": [[0, 0]]}], [{"path": "a.wav", "time_map": [[0, 0], [0, 1]]}],
    [{"path": "a.wav", "time_map": [[1, 0], [0, 1]]}], [{"path": "a.wav", "time_map": [[0, -1], [1, 1]]}],
    [{"path": "a.wav", "time_map": [[0, 0], [1, True]]}], [{"path": "a.wav", "time_map": [[0, 0], [1, "1"]]}],
    [{"path": "a.wav", "time_map": [[0, 0], [1e999, 1]]}], [{"path": "a.wav", "time_map": [[0, 0, 0], [1, 1, 1]]}],
    [{"path": "a.wav", "time_map": [[0, 0], [1, 1]], "deck": 4}],
    [{"path": "a.wav", "time_map": [[0, 0], [1, 1]], "deck": "x"}],
    [{"path": "a.wav", "time_map": [[0, 0], [1, 1]], "gain": []}],
    [{"path": "a.wav", "time_map": [[0, 0], [1, 1]], "gain": [[0, None]]}],
])
def test_what_is_no_plan(plan: Callable[..., Path], tracks: object) -> None:
    with pytest.raises(AudioError, match=r"mix\.json is not a mix"):
        read_mix(plan(tracks))


def test_what_is_no_plan_file(plan: Callable[..., Path], tmp_path: Path) -> None:
    good = [{"path": "a.wav", "time_map": [[0, 0], [1, 1]]}]
    for more in ({"version": 2}, {"version": None}, {"sample_rate": 1}, {"sample_rate": "48000"}):
        with pytest.raises(AudioError, match="is not a mix"):
            read_mix(plan(good, **more))
    for text in ("", "[]", "{", "[" * 100_000, "\ud800"):
        (tmp_path / "mix.json").write_bytes(text.encode("utf-8", "surrogatepass"))
        with pytest.raises(AudioError, match="is not a mix"):
            read_mix(tmp_path / "mix.json")
    with pytest.raises(AudioError, match="is not a mix"):
        read_mix(tmp_path / "none.json")
    with pytest.raises(AudioError, match=r"needs b\.wav, which is not there"):
        read_mix(plan([{"path": "b.wav", "time_map": [[0, 0], [1, 1]]}]))


# -- the player --


def test_the_players_options_come_from_the_settings_and_the_words(tmp_path: Path) -> None:
    home = find_home(tmp_path).create()
    settings = Settings.load(home.settings)
    for key, value in (("playback.speed", 1.5), ("playback.volume", 0.4), ("playback.device", "Desk"),
                       ("playback.skip_silence", True)):
        settings.set(key, value)
    episode = open_player(home, null_audio=True, episode=True)._options
    assert (episode.speed, episode.volume, episode.device, episode.skip_silence) == (1.5, 0.4, "Desk", True)
    assert episode.null_audio
    file = open_player(home, null_audio=False)._options
    assert (file.speed, file.volume, file.device, file.skip_silence, file.levelling) == (1.0, 0.4, "Desk", False, False)
    told = open_player(home, null_audio=False, device="", volume=1.0, speed=2.0, skip_silence=True, crossfade_s=3)
    assert (told._options.speed, told._options.volume, told._options.device) == (2.0, 1.0, "")
    assert (told._options.skip_silence, told._options.crossfade_s) == (True, 3)
