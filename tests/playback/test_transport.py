# SPDX-License-Identifier: GPL-3.0-or-later
"""What is played, sample for sample, with no device and no clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio.mixing.types import Clip, Program
from podmix.playback.protocol import Item, Mix
from podmix.playback.ring import RingWriter
from tests.playback.conftest import FADE, RATE, Desk, ramp_file


def test_what_is_played_is_what_was_decoded(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    out = desk.pull(len(sound) + 5000)
    assert np.array_equal(out[: len(sound)], sound)
    assert not out[len(sound):].any()
    heard = desk.transport.heard(0.0)
    assert heard.ended
    assert heard.position == pytest.approx(3.0)
    assert not desk.transport.playing
    assert desk.transport.underruns == 0


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block=st.sampled_from([64, 1000, 2048, 4096]), pause_at=st.integers(0, 30), seek_to=st.floats(0, 2.9))
def test_the_block_size_changes_nothing(make_desk: Callable[[], Desk], tmp_path: Path, block: int, pause_at: int,
                                        seek_to: float) -> None:
    def run(block: int) -> np.ndarray:
        desk = make_desk()
        desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
        desk.transport.play()
        out = [desk.pull(128_000 // 64 * pause_at // 30 * 64 + 64, block)]
        desk.transport.pause()
        out.append(desk.pull(6400, block))
        desk.transport.set_volume(0.5)
        desk.transport.play()
        out.append(desk.pull(6400, block))
        desk.sequencer.seek(seek_to)
        out.append(desk.pull(12_800, block))
        return np.concatenate(out)

    ramp_file(tmp_path / "a.wav", 3.0)
    assert np.array_equal(run(block), run(512))


def test_a_seek_is_exact_to_the_sample_and_faded(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    desk.pull(20_480)
    desk.sequencer.seek(1.2345)
    out = desk.pull(20_480)
    first = round(1.2345 * RATE)
    old, new = out[:FADE], out[FADE:]
    assert np.abs(old).max() <= np.abs(sound[20_480: 20_480 + FADE]).max()
    assert not old[-1].any()
    assert np.array_equal(new[FADE:], sound[first + FADE: first + len(new)])
    assert desk.transport.heard(0.0).position == pytest.approx((first + len(new)) / RATE)
    assert desk.transport.underruns == 0


def test_pause_fades_holds_its_place_and_goes_on(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    desk.pull(10_240)
    desk.transport.pause()
    out = desk.pull(10_240)
    assert np.array_equal(out[FADE:], np.zeros_like(out[FADE:]))
    assert out[: FADE - 1].any()
    held = desk.transport.heard(0.0).position
    assert held == pytest.approx((10_240 + FADE) / RATE)
    desk.transport.play()
    out = desk.pull(10_240)
    assert np.array_equal(out[FADE:], sound[10_240 + 2 * FADE: 10_240 + FADE + len(out)])


@pytest.mark.parametrize("block", [64, 1000, 2048])
def test_the_queue_follows_without_a_frame_between(desk: Desk, tmp_path: Path, block: int) -> None:
    lengths = (1.0101, 0.3, 0.01, 0.5)  # one is shorter than a block
    offset, pieces, items = 0, [], []
    for index, length in enumerate(lengths):
        path = tmp_path / f"{index}.wav"
        pieces.append(ramp_file(path, length, offset))
        offset += len(pieces[-1])
        items.append(Item(str(path), key=str(index)))
    whole = np.concatenate(pieces)
    desk.sequencer.load(items[0], None)
    desk.sequencer.set_queue(tuple(items[1:]))
    desk.transport.play()
    out = desk.pull(len(whole) + 8192, block)
    assert np.array_equal(out[: len(whole)], whole)
    assert not out[len(whole):].any()
    heard = desk.transport.heard(0.0)
    assert heard.what == items[-1]
    assert heard.ended
    assert desk.sequencer.queue_left == 0


def test_a_crossfade_overlaps_the_items_and_keeps_their_places(desk: Desk, tmp_path: Path) -> None:
    first, second = ramp_file(tmp_path / "a.wav", 3.0), ramp_file(tmp_path / "b.wav", 3.0, 77)
    overlap = RATE
    desk.manner.crossfade_s = 1.0
    desk.sequencer.load(Item(str(tmp_path / "a.wav"), key="a"), None)
    desk.sequencer.set_queue((Item(str(tmp_path / "b.wav"), key="b"),))
    desk.transport.play()
    out = desk.pull(5 * RATE + 4096)
    begin = len(first) - overlap
    assert np.array_equal(out[:begin], first[:begin])
    assert np.array_equal(out[len(first): begin + len(second)], second[overlap:])
    assert not out[begin + len(second):].any()
    middle = begin + overlap // 2
    wanted = (first[middle] + second[overlap // 2]) * np.sqrt(0.5)
    assert out[middle] == pytest.approx(wanted, abs=2e-3)


def test_next_crossfades_now_or_skips_with_a_short_fade(make_desk: Callable[[], Desk], tmp_path: Path) -> None:
    first, second = ramp_file(tmp_path / "a.wav", 3.0), ramp_file(tmp_path / "b.wav", 3.0, 77)
    for fade_s in (0.0, 0.5):
        desk = make_desk()
        desk.sequencer.load(Item(str(tmp_path / "a.wav"), key="a"), None)
        desk.sequencer.set_queue((Item(str(tmp_path / "b.wav"), key="b"),))
        desk.transport.play()
        assert np.array_equal(desk.pull(RATE), first[:RATE])
        desk.sequencer.next(fade_s)
        out = desk.pull(RATE)
        lag = next(lag for lag in range(4096) if np.array_equal(out[-2000:], second[RATE - 2000 - lag: RATE - lag]))
        assert lag <= FADE + 512 + 512, "the new one sounds within the fade and what the core had mixed ahead"
        heard = desk.transport.heard(0.0)
        assert heard.what is not None
        assert heard.what.key == "b"
        assert desk.sequencer.queue_left == 0


def test_positions_are_those_of_what_is_heard(desk: Desk, tmp_path: Path) -> None:
    ramp_file(tmp_path / "a.wav", 1.0)
    ramp_file(tmp_path / "b.wav", 1.0)
    first, second = Item(str(tmp_path / "a.wav")), Item(str(tmp_path / "b.wav"))
    desk.sequencer.load(first, None)
    desk.sequencer.set_queue((second,))
    desk.transport.play()
    desk.pull(52_800)
    assert desk.transport.heard(0.0).what == second
    assert desk.transport.heard(0.0).position == pytest.approx(0.1)
    assert desk.transport.heard(0.2).what == first
    assert desk.transport.heard(0.2).position == pytest.approx(0.9)


def test_an_item_of_a_file_is_cut_and_faded_at_its_own_edges(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav"), 1.0, 2.0, 0.03), None)
    desk.transport.play()
    out = desk.pull(RATE + 4096)
    inside = slice(1440, RATE - 1440)
    assert np.array_equal(out[inside], sound[RATE + 1440: 2 * RATE - 1440])
    assert not out[0].any()
    assert not out[RATE - 1].any()
    assert not out[RATE:].any()


def test_a_warmed_item_starts_from_its_ring(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    item = Item(str(tmp_path / "a.wav"), 1.0, 2.0, 0.03)
    desk.sequencer.set_warm((item,))
    source = desk.sequencer._warm[0].source
    source.wait_for(RATE, 5.0, lambda: False)
    (tmp_path / "a.wav").unlink()  # it is decoded already
    desk.sequencer.load(item, None)
    desk.transport.play()
    out = desk.pull(RATE)
    assert np.array_equal(out[2000:-2000], sound[RATE + 2000: 2 * RATE - 2000])


def test_a_ring_run_dry_is_an_underrun_and_goes_on_where_it_was(desk: Desk, tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    sound = ramp_file(tmp_path / "a.wav", 12.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    heard = [desk.pull(RATE)]
    assert desk.transport.underruns == 0
    with monkeypatch.context() as stalled:
        stalled.setattr(RingWriter, "_room", lambda self: 0)
        heard.append(desk.transport.process(9 * RATE))  # more than a ring holds
    assert desk.transport.underruns == 1
    heard.append(desk.pull(2 * RATE))
    out = np.concatenate(heard)
    silent = np.flatnonzero(~out.any(axis=1))  # the file itself has single frames of silence
    runs = np.split(silent, np.flatnonzero(np.diff(silent) > 1) + 1)
    gap = max(((int(run[0]), int(run[-1]) + 1) for run in runs), key=lambda run: run[1] - run[0])
    assert gap[1] - gap[0] > RATE
    before, after = out[: gap[0]], out[gap[1]:]
    assert np.array_equal(before, sound[: len(before)])
    again = sound[len(before): len(before) + len(after) + 1]  # fades in where it stopped; its first gain is nil
    assert np.array_equal(after[FADE:FADE + RATE], again[FADE + 1: FADE + 1 + RATE]) or \
        np.array_equal(after[FADE: FADE + RATE], again[FADE: FADE + RATE])
    assert desk.transport.heard(0.0).position == pytest.approx((len(before) + len(after)) / RATE, abs=2 / RATE)


def test_an_unreadable_file_ends_with_its_sentence_and_the_queue_goes_on(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "bad.mp3").write_text("<html>")
    sound = ramp_file(tmp_path / "a.wav", 0.5)
    desk.sequencer.load(Item(str(tmp_path / "bad.mp3")), None)
    desk.transport.play()
    desk.pull(4096)
    heard = desk.transport.heard(0.0)
    assert heard.source is not None
    assert "holds no sound" in heard.source.error
    assert heard.ended
    desk.sequencer.load(Item(str(tmp_path / "bad.mp3")), None)
    desk.sequencer.set_queue((Item(str(tmp_path / "a.wav")),))
    desk.transport.play()
    out = desk.pull(RATE)
    begin = int(np.flatnonzero(out.any(axis=1))[0])
    assert np.array_equal(out[begin: begin + len(sound)], sound)


def test_the_sleep_timer_fades_then_pauses(desk: Desk, tmp_path: Path) -> None:
    ramp_file(tmp_path / "a.wav", 5.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    desk.transport.sleep_after(2.0, 1.0)
    out = np.abs(desk.pull(3 * RATE))
    levels = out.reshape(30, -1).max(axis=1)
    assert levels[:10].min() > 0.29
    assert np.all(np.diff(levels[10:20]) < 0)
    assert levels[20:].max() == 0
    assert not desk.transport.playing
    assert desk.transport.sleep_left_s is None


def test_the_volume_moves_without_steps(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 1.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    desk.pull(4800)
    desk.transport.set_volume(0.25)
    out = desk.pull(9600)
    told = np.abs(sound[4800: 4800 + 9600, 0]) > 0.01
    gains = out[told, 0] / sound[4800: 4800 + 9600, 0][told]
    assert np.abs(np.diff(gains)).max() < 0.02
    assert gains[600:] == pytest.approx(0.25, abs=1e-5)


def test_silence_is_skipped_and_positions_know_it(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 4.0)
    import wave

    quiet = (sound[:, 0] * 32768).astype("<i2")
    quiet[RATE: 3 * RATE] = 0
    with wave.open(str(tmp_path / "b.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(quiet.tobytes())
    desk.manner.skip_silence = True
    desk.sequencer.load(Item(str(tmp_path / "b.wav")), None)
    desk.transport.play()
    out = desk.pull(2 * RATE)
    assert np.array_equal(out[:RATE, 0], quiet[:RATE] / np.float32(32768))
    heard = desk.transport.heard(0.0)
    assert heard.position == pytest.approx(3.55, abs=0.02)
    assert out[-2000:].any()


def program(tmp_path: Path) -> tuple[Mix, np.ndarray, np.ndarray]:
    first, second = ramp_file(tmp_path / "a.wav", 6.0), ramp_file(tmp_path / "b.wav", 6.0, 77)
    clips = (Clip(str(tmp_path / "a.wav"), 0, ((0.0, 1.0), (4.0, 5.0))),
             Clip(str(tmp_path / "b.wav"), 1, ((5.0, 0.5), (9.0, 4.5))))
    return Mix("set.json", Program(clips, RATE, 9.5), key="m"), first, second


def test_a_mix_puts_its_clips_on_their_frames_gaps_included(desk: Desk, tmp_path: Path) -> None:
    mix, first, second = program(tmp_path)
    desk.sequencer.load(mix, None)
    desk.transport.play()
    out = desk.pull(round(9.5 * RATE) + 4096)
    assert np.array_equal(out[: 4 * RATE], first[RATE: 5 * RATE])
    assert not out[4 * RATE: 5 * RATE].any()
    assert np.array_equal(out[5 * RATE: 9 * RATE], second[RATE // 2: RATE // 2 + 4 * RATE])
    heard = desk.transport.heard(0.0)
    assert heard.ended
    assert heard.what == mix
    assert heard.position == pytest.approx(9.5)


def test_a_seek_in_a_mix_lands_on_its_frame_on_every_deck(desk: Desk, tmp_path: Path) -> None:
    mix, _, second = program(tmp_path)
    desk.sequencer.load(mix, None)
    desk.transport.play()
    desk.pull(RATE)
    desk.sequencer.seek(6.25)
    out = desk.pull(RATE)
    at = round((6.25 - 5.0 + 0.5) * RATE)
    assert np.array_equal(out[2 * FADE:], second[at + FADE: at + len(out) - FADE])
    heard = desk.transport.heard(0.0)
    assert heard.position == pytest.approx(6.25 + (len(out) - FADE) / RATE, abs=1e-6)
    assert [(deck.deck, Path(deck.path).name) for deck in heard.decks] == [(1, "b.wav")]
    assert heard.decks[0].position == pytest.approx(heard.position - 4.5, abs=1e-6)


def test_a_new_plan_changes_only_what_is_to_come(desk: Desk, tmp_path: Path) -> None:
    mix, first, second = program(tmp_path)
    desk.sequencer.load(mix, None)
    desk.transport.play()
    out = [desk.pull(RATE)]
    later = (mix.program.clips[0], Clip(str(tmp_path / "b.wav"), 1, ((6.0, 1.0), (9.0, 4.0))))
    desk.sequencer.replan(Mix("set.json", Program(later, RATE, 10.0), key="m"))
    out.append(desk.pull(9 * RATE + 4096))
    whole = np.concatenate(out)
    assert np.array_equal(whole[: 4 * RATE], first[RATE: 5 * RATE])
    assert not whole[4 * RATE: 6 * RATE].any()
    assert np.array_equal(whole[6 * RATE: 9 * RATE], second[RATE: 4 * RATE])
    assert desk.transport.heard(0.0).position == pytest.approx(10.0)


def test_a_long_clip_outlives_many_short_ones(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "bed.wav", 6.0)
    ramp_file(tmp_path / "hit.wav", 1.0)
    hits = tuple(Clip(str(tmp_path / "hit.wav"), 1, ((0.1 * k, 0.0), (0.1 * k + 0.05, 0.05))) for k in range(1, 40))
    bed = Clip(str(tmp_path / "bed.wav"), 0, ((0.0, 0.0), (6.0, 6.0)))
    desk.sequencer.load(Mix("mix", Program((bed, *hits), RATE, 6.0)), None)
    desk.transport.play()
    out = desk.pull(6 * RATE)
    assert np.array_equal(out[5 * RATE:], sound[5 * RATE:])


def test_after_a_short_crossfade_asked_for_the_next_item_counts_at_once(desk: Desk, tmp_path: Path) -> None:
    for name in "ab":
        ramp_file(tmp_path / f"{name}.wav", 20.0)
    desk.manner.crossfade_s = 10.0
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.sequencer.set_queue((Item(str(tmp_path / "b.wav")),))
    desk.transport.play()
    desk.pull(9600)
    desk.sequencer.next(0.5)
    desk.pull(RATE)
    heard = desk.transport.written()
    assert isinstance(heard.what, Item)
    assert heard.what.path.endswith("b.wav")
    assert desk.sequencer.queue_left == 0


def test_an_item_shorter_than_the_crossfade_is_what_is_heard_at_the_end(desk: Desk, tmp_path: Path) -> None:
    ramp_file(tmp_path / "a.wav", 3.0)
    ramp_file(tmp_path / "short.wav", 1.0)
    desk.manner.crossfade_s = 10.0
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.sequencer.set_queue((Item(str(tmp_path / "short.wav")),))
    desk.transport.play()
    desk.pull(5 * RATE)
    heard = desk.transport.written()
    assert isinstance(heard.what, Item)
    assert heard.what.path.endswith("short.wav")
    assert heard.ended
    assert heard.position == pytest.approx(1.0)


def test_what_is_warmed_twice_begins_at_its_start_each_time(desk: Desk, tmp_path: Path) -> None:
    sound = ramp_file(tmp_path / "a.wav", 3.0)
    item = Item(str(tmp_path / "a.wav"))
    for _ in range(2):
        desk.sequencer.set_warm((item, item))
    desk.transport.play()
    for _ in range(2):
        desk.sequencer.load(item, None)
        desk.transport.play()
        out = desk.pull(RATE)
        assert np.array_equal(out[4800: 9600], sound[4800: 9600]) or np.array_equal(
            out[4800: 9600], sound[4800 - FADE: 9600 - FADE])


def test_a_file_that_came_after_it_was_warmed_plays(desk: Desk, tmp_path: Path) -> None:
    item = Item(str(tmp_path / "late.wav"))
    desk.sequencer.set_warm((item,))
    desk.sequencer._warm[0].source.wait_for(1, 10.0, lambda: False)
    ramp_file(tmp_path / "late.wav", 1.0)
    desk.sequencer.load(item, None)
    desk.transport.play()
    assert desk.pull(4800).any()


def test_play_with_nothing_loaded_plays_nothing(desk: Desk, tmp_path: Path) -> None:
    ramp_file(tmp_path / "a.wav", 1.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.sequencer.stop()
    desk.pull(4800)
    desk.transport.play()
    assert not desk.transport.playing
    assert desk.transport.silent


def test_play_during_the_sleep_fade_does_not_jump(desk: Desk, tmp_path: Path) -> None:
    ramp_file(tmp_path / "a.wav", 3.0)
    desk.sequencer.load(Item(str(tmp_path / "a.wav")), None)
    desk.transport.play()
    desk.transport.sleep_after(1.0, 1.0)
    before = np.abs(desk.pull(43_200)[-480:]).max()
    desk.transport.play()
    assert np.abs(desk.pull(480)).max() <= before


def _two_clips(folder: Path, end: float) -> Program:
    return Program((Clip(str(folder / "a.wav"), 0, ((0.0, 0.0), (3.0, 3.0))),
                    Clip(str(folder / "b.wav"), 1, ((0.5, 0.0), (end, end - 0.5)))), RATE, 3.0)


@pytest.mark.parametrize("frames", [23_000, 23_300, 23_600, 23_900, 24_000, 24_100])
def test_a_new_plan_at_a_clips_beginning_does_not_double_it(desk: Desk, tmp_path: Path, frames: int) -> None:
    for name in "ab":
        ramp_file(tmp_path / f"{name}.wav", 3.0)
    desk.sequencer.load(Mix("old", _two_clips(tmp_path, 2.0)), None)
    desk.transport.play()
    desk.pull(frames, frames)
    desk.sequencer.replan(Mix("new", _two_clips(tmp_path, 1.5)))
    desk.pull(4800)
    assert len(desk.transport.written().decks) == 2


def test_a_new_plan_before_the_old_one_has_begun_counts(desk: Desk, tmp_path: Path) -> None:
    for name in "ab":
        ramp_file(tmp_path / f"{name}.wav", 3.0)
    desk.sequencer.load(Mix("old", _two_clips(tmp_path, 2.0)), 1.0)
    desk.sequencer.replan(Mix("new", _two_clips(tmp_path, 2.5)))
    desk.transport.play()
    desk.pull(4800)
    heard = desk.transport.written()
    assert isinstance(heard.what, Mix)
    assert heard.what.path == "new"
    assert heard.position == pytest.approx(1.1)
