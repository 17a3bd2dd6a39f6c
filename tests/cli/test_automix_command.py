# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix automix``, ``render`` and what ``play`` makes of a plan: from files to files, through real workers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from podmix.app.automix import is_one_album, listed_files, usual_order
from podmix.app.automix_facts import gather_facts
from podmix.app.playback_verbs import read_mix
from podmix.audio.decode import probe
from podmix.automix.facts import TrackLabels
from podmix.automix.plan_json import read_plan
from podmix.automix.program import to_program
from podmix.cli.main import main
from podmix.errors import AudioError, UsageError
from podmix.paths import find_home
from podmix.progress import finish
from tests.automix.tracks import sound, track


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("music")
    sound(track("b", bpm=120, bars=7), made)
    sound(track("a", bpm=123, bars=7, first=0.2), made, hertz=277.0)
    (made / "broken.mp3").write_bytes(b"no music" * 100)
    (made / "list.m3u8").write_text("#EXTM3U\nb.flac\na.flac\nb.flac\ngone.flac\n")
    return made


def test_a_list_becomes_a_plan_a_render_and_exports(folder: Path, tmp_path: Path,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    home, plan, out = str(tmp_path / "home"), tmp_path / "plan.json", tmp_path / "mix.flac"
    code = main(["automix", str(folder / "list.m3u8"), "--plan", str(plan), "--out", str(out), "--export",
                 str(tmp_path / "mix.cue"), "--json", "--jobs", "1", "--home", home])
    assert code == 0
    told = json.loads(capsys.readouterr().out)
    assert [Path(one["path"]).name for one in told["tracks"]] == ["b.flac", "a.flac", "b.flac"]
    assert any("gone.flac" in note for note in told["notes"])
    assert len(told["transitions"]) == 2
    read = read_plan(plan)
    assert probe(out).duration_claimed == pytest.approx(read.duration_s, abs=1e-3)
    assert read_mix(plan).program == to_program(read)
    assert 'FILE "mix.flac"' in (tmp_path / "mix.cue").read_text("utf-8-sig")
    _again_and_from_the_plan(folder, tmp_path, home)
    capsys.readouterr()
    assert main(["render", str(plan), "--out", str(tmp_path / "again.flac"), "--home", home]) == 0
    assert (tmp_path / "again.flac").stat().st_size > 10_000
    assert main(["render", str(plan), "--home", home]) == 2


def _again_and_from_the_plan(folder: Path, tmp_path: Path, home: str) -> None:
    """What is known is remembered, until the file is another one."""
    kept = {place: place.stat().st_mtime_ns for place in (tmp_path / "home").rglob("automix/*.json")}
    assert len(kept) == 2
    facts = finish(gather_facts(find_home(home), [str(folder / "a.flac")], workers=1))
    assert facts[0].duration > 5
    assert {place: place.stat().st_mtime_ns for place in (tmp_path / "home").rglob("automix/*.json")} == kept


def test_what_is_asked_wrongly_is_said_before_any_work(folder: Path, tmp_path: Path) -> None:
    home = ["--home", str(tmp_path / "home")]
    for words in (["--out", "mix.odd"], ["--export", "mix.odd"], ["--energy", "odd"], ["--energy", "1,99"],
                  ["--energy", "a,b"], ["--minutes", "0"], ["--minutes", "nan"], ["--most-cut", "95"], ["--jobs", "0"]):
        assert main(["automix", str(folder / "a.flac"), *words, *home]) == 2
    assert main(["automix", str(tmp_path), *home]) == 2


def test_a_plan_whose_files_are_gone(tmp_path: Path) -> None:
    plain = {"version": 1, "tracks": [{"path": "gone.flac", "start": 0.0, "time_map": [[0, 0], [9, 9]]}],
             "transitions": []}
    (tmp_path / "plan.json").write_text(json.dumps(plain))
    with pytest.raises(AudioError, match=r"gone\.flac"):
        read_mix(tmp_path / "plan.json")
    assert main(["render", str(tmp_path / "plan.json"), "--out", str(tmp_path / "mix.wav")]) == 1
    assert not (tmp_path / "mix.wav").exists()


def test_folders_lists_and_files(folder: Path, tmp_path: Path) -> None:
    names = [os.path.basename(path) for path in listed_files([str(folder)])]
    assert names == ["a.flac", "b.flac", "broken.mp3"]
    assert len(listed_files([str(folder / "list.m3u8"), str(folder / "a.flac")])) == 5
    with pytest.raises(UsageError):
        listed_files([str(tmp_path)])


def test_folders_are_arranged_but_albums_are_not(folder: Path) -> None:
    assert usual_order([str(folder)]) == "auto"
    assert usual_order([str(folder / "list.m3u8"), str(folder / "a.flac")]) == "keep"
    record = [track(str(number), labels=TrackLabels(str(number), "Ada", "Record", track_number=number))
              for number in (2, 1)]
    assert is_one_album(record)
    assert not is_one_album([*record, track("x")])
    assert not is_one_album([record[0], record[0]])
    assert not is_one_album(record[:1])
    assert not is_one_album([])
