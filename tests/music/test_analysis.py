# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about a file in one pass: what is asked for, what bad files say of themselves, and the plain forms."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from podmix.errors import AudioError, Cancelled, UsageError
from podmix.music import embedding, energy, loudness, waveform
from podmix.music.analysis import TrackAnalysis, analyse
from podmix.music.analysis_form import (
    beats_plain,
    embedding_of,
    failure_form,
    grid_of,
    printed_line,
    stored_form,
)
from podmix.music.analysis_kinds import BUILDS_ON, KINDS, OWN_VERSIONS, checked_kinds, version_of, versions
from podmix.music.beats import tracker
from podmix.music.cues import finder as cues
from podmix.music.interop.grids import marks_of_grid
from podmix.music.key import finder as key
from podmix.music.structure import sections
from podmix.music.types import BeatGrid
from podmix.music.waveform_bytes import from_stored
from tests.music.test_structure import PLAN, club_track

Floats = NDArray[np.float32]
RATE = 44100
PRINTED = ("path", "duration", "tempo", "tempo_confidence", "beats", "downbeats", "beats_per_bar", "key", "camelot",
           "key_confidence", "lufs", "true_peak_db", "energy", "sections", "cues", "timings")


def written(path: Path, sound: NDArray[np.floating], rate: int = RATE) -> Path:
    soundfile.write(path, np.asarray(sound, np.float32), rate, "FLOAT")
    return path


@pytest.fixture(scope="module")
def club_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    mono, _ = club_track(PLAN)
    return written(tmp_path_factory.mktemp("club") / "club.wav", np.stack([mono, mono], 1), 22050)


@pytest.fixture(scope="module")
def club(club_file: Path) -> TrackAnalysis:
    return analyse(club_file)


def test_a_club_track_is_known_in_one_pass(club: TrackAnalysis) -> None:
    assert club.beats
    assert club.structure
    assert club.cues
    assert club.beats.tempo == pytest.approx(120.0, abs=0.05)
    assert [round(one.start) for one in club.structure.sections][1:4] == [16, 32, 48]
    lines = np.array(club.beats.grid.downbeats)
    inner = [cue for cue in club.cues if lines[0] <= cue.time <= lines[-1]]
    assert len(inner) > 2
    assert all(np.abs(lines - cue.time).min() < 0.01 for cue in inner)
    assert club.waveform
    assert club.embedding
    assert club.energy
    assert min(club.timings.values()) >= 0


def test_less_is_asked_for_and_less_is_done(club_file: Path, club: TrackAnalysis) -> None:
    assert club.beats
    beats = analyse(club_file, ["beats"])
    assert beats.beats
    assert beats.beats.tempo == pytest.approx(club.beats.tempo, rel=1e-6)
    np.testing.assert_allclose(beats.beats.grid.beats, club.beats.grid.beats, atol=5e-4)
    assert (beats.key, beats.loudness, beats.structure, beats.cues, beats.waveform) == (None,) * 5
    assert beats.timings["tones"] == beats.timings["loudness"] == beats.timings["waveform"] == 0
    level = analyse(club_file, {"loudness"})
    assert level.loudness == club.loudness
    assert level.duration == pytest.approx(club.duration)
    assert level.beats is None
    same = analyse(club_file, {"key"}).key
    assert same
    assert club.key
    assert same.strengths == pytest.approx(club.key.strengths, abs=0.02)


def test_a_grid_put_right_rules_the_bars(club_file: Path) -> None:
    beats = tuple(0.25 + 0.5 * number for number in range(159))
    found = analyse(club_file, {"structure"}, grid=BeatGrid(beats, beats[2::4]))
    assert found.structure
    inner = [one.start for one in found.structure.sections[1:]]
    assert inner
    assert all(min(abs(start - line) for line in beats[2::4]) < 0.01 for start in inner)


def test_what_was_heard_is_not_overwritten_by_what_was_put_right(club_file: Path, club: TrackAnalysis) -> None:
    beats = tuple(0.25 + 0.4 * number for number in range(199))
    found = analyse(club_file, {"beats", "cues"}, grid=BeatGrid(beats, beats[::4]))
    assert found.beats
    assert club.beats
    assert found.beats.tempo == pytest.approx(club.beats.tempo, rel=1e-3)
    assert found.cues
    assert all(min(abs(cue.time - line) for line in beats[::4]) < 0.01 for cue in found.cues if cue.kind == "hot")


def test_wrong_words_and_wrong_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        analyse(tmp_path / "x.wav", ["colour"])
    assert checked_kinds(["sections"]) == {"structure"}
    for name, content in (("empty.mp3", b""), ("lying.flac", b"\x01\x99" * 9000), ("text.ogg", b"hello " * 500)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AudioError):
            analyse(tmp_path / name)
    with pytest.raises(AudioError):
        analyse(tmp_path / "nowhere.mp3")


def test_cancelling_is_heeded_within_a_block(club_file: Path) -> None:
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        analyse(club_file, cancelled=lambda: next(asked, True))


def swell(seconds: float) -> Floats:
    """Slow detuned tones without any attack."""
    t = np.arange(int(seconds * RATE)) / RATE
    parts = [np.sin(2 * np.pi * f * t + 3 * np.sin(2 * np.pi * r * t)) * (0.6 + 0.4 * np.sin(2 * np.pi * q * t))
             for f, r, q in ((110, .03, .041), (165, .021, .033), (220, .05, .023), (330, .013, .061))]
    return np.asarray(np.sum(parts, axis=0) * 0.08, np.float32)


DICE = np.random.default_rng(3)
PULSELESS = {
    "silence": np.zeros((12 * RATE, 2)),
    "hush": DICE.normal(0, 1e-5, (12 * RATE, 2)),
    "noise": DICE.normal(0, 0.2, (20 * RATE, 2)),
    "ambient": swell(40.0),
    "a constant": np.full((10 * RATE, 2), 0.5),
    "three seconds": club_track(PLAN[1:2], 2)[0][:3 * 22050].repeat(2),
    "one sample": np.full((1, 2), 0.5),
    "a scrap": DICE.normal(0, 0.2, (RATE // 20, 1)),
}


@pytest.mark.parametrize("name", PULSELESS)
def test_nothing_is_invented_where_nothing_pulses(name: str, tmp_path: Path) -> None:
    found = analyse(written(tmp_path / "it.wav", PULSELESS[name]))
    line = printed_line("it.wav", found.duration, {kind: one[1] for kind, one in stored_form(found, KINDS).items()}, {})
    json.dumps(line, allow_nan=False)
    assert (line["tempo"], line["beats"], line["downbeats"], line["tempo_confidence"]) == (None, [], [], 0.0)
    assert line["key"] is None or name == "ambient"
    assert line["key_confidence"] < 0.2
    assert not {"drop", "chorus", "build"} & {one["label"] for one in line["sections"]}
    assert all(cue["confidence"] <= 0.25 for cue in line["cues"])
    assert 1 <= line["energy"] <= 10
    if name in ("silence", "hush", "one sample"):
        assert line["lufs"] is None
        assert line["sections"] == []


@pytest.mark.parametrize(("rate", "gain"), [(8000, 1.0), (192000, 1.0), (44100, 40.0)])
def test_odd_rates_and_clipped_sound_keep_the_grid(rate: int, gain: float, tmp_path: Path) -> None:
    import soxr

    mono, _ = club_track(PLAN[:3], 6)
    sound = np.clip(soxr.resample(mono, 22050, rate) * gain, -1, 1)
    found = analyse(written(tmp_path / "it.wav", sound, rate))
    assert found.beats
    assert found.beats.tempo == pytest.approx(120.0, abs=0.05)
    assert found.duration == pytest.approx(len(mono) / 22050, abs=0.01)


def test_a_truncated_file_gives_what_is_left(club_file: Path, tmp_path: Path) -> None:
    whole = club_file.read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:len(whole) // 2])
    found = analyse(tmp_path / "cut.wav", {"beats", "loudness"})
    assert 35 < found.duration < 45
    assert found.beats
    assert found.beats.tempo == pytest.approx(120.0, abs=0.05)


# -- plain forms --


def test_what_is_stored_is_read_back(club: TrackAnalysis) -> None:
    stored = stored_form(club, KINDS)
    assert set(stored) == set(KINDS)
    assert {kind: version for kind, (version, _, _) in stored.items()} == versions()
    for _, payload, _ in stored.values():
        json.dumps(payload, allow_nan=False)
    assert from_stored(*stored["waveform"][1:]) == club.waveform
    again = embedding_of(*stored["embedding"][1:])
    assert again
    assert club.embedding
    np.testing.assert_allclose(again.vector, club.embedding.vector, atol=1e-6)
    assert club.beats
    grid = grid_of(stored["beats"][1])
    np.testing.assert_allclose(grid.beats, club.beats.grid.beats, atol=1e-5)
    assert grid.segments[0].period == pytest.approx(club.beats.grid.segments[0].period, abs=1e-9)
    [mark] = marks_of_grid(stored["beats"][1])
    assert mark.bpm == pytest.approx(120.0, abs=0.01)


def test_the_line_has_the_fields_that_were_asked_for(club: TrackAnalysis) -> None:
    payloads = {kind: one[1] for kind, one in stored_form(club, KINDS).items()}
    line = printed_line("a.wav", club.duration, payloads, club.timings)
    assert tuple(line) == PRINTED
    assert line["camelot"][-1] in "AB"
    assert set(line["sections"][0]) == {"start", "end", "label"}
    assert set(line["cues"][0]) == {"time", "kind", "label", "confidence"}
    assert [one["time"] for one in line["cues"]] == sorted(one["time"] for one in line["cues"])
    assert all(left["end"] == right["start"] for left, right in pairwise(line["sections"]))
    few = printed_line("a.wav", club.duration, {"beats": payloads["beats"]}, {})
    assert tuple(few) == ("path", "duration", "tempo", "tempo_confidence", "beats", "downbeats", "beats_per_bar",
                          "timings")
    by_hand = printed_line("a.wav", 1.0, {"key": {"key": "Ebm"}}, {})
    assert (by_hand["key"], by_hand["camelot"], by_hand["key_confidence"]) == ("Eb minor", "2A", 1.0)


def test_a_failure_is_stored_for_every_kind_and_reads_as_nothing() -> None:
    stored = failure_form("It holds no sound.", KINDS)
    assert set(stored) == set(KINDS)
    assert from_stored(*stored["waveform"][1:]) is None
    assert embedding_of(*stored["embedding"][1:]) is None
    assert grid_of(stored["beats"][1]).beats == ()
    line = printed_line("a.wav", 0.0, {kind: one[1] for kind, one in stored.items()}, {})
    assert (line["tempo"], line["key"], line["sections"], line["cues"]) == (None, None, [], [])


def test_versions_are_those_of_the_analysers() -> None:
    modules = {"beats": tracker, "key": key, "loudness": loudness, "energy": energy, "structure": sections,
               "cues": cues, "waveform": waveform, "embedding": embedding}
    assert set(modules) == set(KINDS) == set(OWN_VERSIONS)
    assert {kind: getattr(module, "VERSION", 1) for kind, module in modules.items()} == OWN_VERSIONS
    assert version_of("structure").split("/")[1:] == [str(OWN_VERSIONS[kind]) for kind in BUILDS_ON["structure"]]


def test_beats_without_a_pulse_are_plain_too(tmp_path: Path) -> None:
    found = analyse(written(tmp_path / "it.wav", PULSELESS["noise"]), {"beats"})
    assert found.beats
    plain = beats_plain(found.beats)
    assert (plain["tempo"], plain["segments"]) == (None, [])
