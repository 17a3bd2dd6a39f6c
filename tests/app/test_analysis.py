# SPDX-License-Identifier: GPL-3.0-or-later
"""Analysis in worker processes: the pool, the library's job, and that nothing done is lost or done twice."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from podmix.app import analysis_work, core
from podmix.app.analysis_pool import AnalysisPool
from podmix.app.application import Application
from podmix.app.direct_analysis import DirectAnalysis, files_of
from podmix.errors import AudioError, UsageError
from podmix.jobs.types import JobState
from podmix.models.promoted import note_change
from podmix.music.analysis_kinds import KINDS, versions
from podmix.music.grid_edits import even, shifted
from podmix.music.library_types import TrackId
from podmix.music.scanning import ScanBatch, scan
from podmix.progress import Progress
from podmix.units import JobId
from tests.app.conftest import OpenApplication
from tests.music.sound_files import put


def stand_in(params: dict[str, Any], _context: dict[str, Any], _cancelled: object) -> Generator[Progress, None, Any]:
    """In place of hearing a file: what its name says."""
    yield Progress("analysis", 0, 1)
    name = Path(params["path"]).stem
    if "deadly" in name:
        os._exit(7)
    if "broken" in name:
        raise AudioError("broken holds no sound.")
    stored = {kind: [version, {"tempo": 120.0, "made_of": params.get("grid")}, ""]
              for kind, version in versions().items() if kind in params["kinds"]}
    return {"duration": 1.0, "timings": {"decode": 0.1}, "stored": stored}


HERE = f"{__name__}:stand_in"


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    for number in range(4):
        put(folder, f"song {number}.wav", 0.3, 300.0 + number)
    return folder


@pytest.fixture
def full(app: Application, music: Path) -> Application:
    app.add_music_folder(music, scan=False)
    for step in scan([str(music)], app.music.known_files()):
        if isinstance(step, ScanBatch):
            app.music.apply(step)
    return app


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's job runs in this test's stand-in instead of a worker with real analysers."""
    monkeypatch.setitem(core.JOB_FUNCTIONS, "analyse", f"{__name__}:light_tracks")


def light_tracks(params: dict[str, Any], context: dict[str, Any], cancelled: Any) -> Any:
    """``analyse_tracks`` in a worker, whose own workers use the stand-in."""
    analysis_work.AnalysisPool = lambda workers, niceness: AnalysisPool(  # type: ignore[misc,assignment]
        workers, niceness=niceness, function=HERE)
    return (yield from analysis_work.analyse_tracks(params, context, cancelled))


def run(app: Application, job: int | None) -> dict[str, Any]:
    assert job is not None
    app.queue.start()
    assert app.queue.wait([JobId(job)], 60)
    found = app.queue.job(JobId(job))
    assert found is not None
    assert found.state is JobState.DONE, found.error
    assert found.result is not None
    return found.result


def test_one_bad_file_costs_only_itself() -> None:
    names = ["a", "broken", "b", "deadly", "c", "deadly too", "d"]
    tasks = [{"path": f"/music/{name}.wav", "kinds": ["beats"]} for name in names]
    answers = {names[answer.task]: answer for answer in AnalysisPool(2, function=HERE).run(tasks)}
    assert set(answers) == set(names)
    assert {name for name, answer in answers.items() if answer.result is None} == {"broken", "deadly", "deadly too"}
    assert answers["broken"].error == "broken holds no sound."
    assert answers["broken"].lasting
    assert "ended" in answers["deadly"].error


def test_a_cancelled_pool_leaves_no_process() -> None:
    tasks = ({"path": f"/music/{number}.wav", "kinds": ["beats"]} for number in range(1000))
    pool = AnalysisPool(2, function=HERE)
    asked = iter([False, False, False, True])
    assert len(list(pool.run(tasks, lambda: next(asked, True)))) < 10
    assert pool._busy == {}
    assert pool._idle == []


def test_left_early_is_cleaned_up() -> None:
    pool = AnalysisPool(1, function=HERE)
    answers = pool.run([{"path": "/a.wav", "kinds": ["beats"]}, {"path": "/b.wav", "kinds": ["beats"]}])
    next(answers)
    workers = [*pool._busy, *pool._idle]
    answers.close()
    assert workers
    assert all(worker.gone() for worker in workers)


@pytest.mark.usefixtures("light")
def test_what_lacks_an_analysis_gets_one_and_no_other(full: Application) -> None:
    ids = full.music_ids(sort="title")
    made = {kind: (version, {"tempo": 99.0}, b"") for kind, version in versions().items()}
    full.analyses.save_all(ids[0], made)
    full.analyses.save_all(ids[1], made | {"beats": ("0", {"tempo": 98.0}, b"")})
    assert full.lacking_analysis() == ids[1:]
    assert run(full, full.analyse_music()) == {"analysed": 3, "failed": 0, "problems": []}
    held = [full.analyses.current(track, "beats") for track in ids]
    assert [one[0]["tempo"] for one in held if one] == [99.0, 120.0, 120.0, 120.0]
    assert full.lacking_analysis() == []
    assert full.analyse_music() is None


@pytest.mark.usefixtures("light")
def test_cues_of_the_model_before_can_be_found_anew(full: Application) -> None:
    ids = full.music_ids(sort="title")
    made = {kind: (version, {"tempo": 99.0}, b"") for kind, version in versions().items()}
    for track in ids:
        full.analyses.save_all(track, made)
    assert full.cues_to_renew() == []
    note_change(full.home.models, "preview-ranker")
    assert full.cues_to_renew() == []
    note_change(full.home.models, "cue-points")
    assert full.cues_to_renew() == ids
    assert run(full, full.analyse_music(ids[:3], again=True, kinds=("cues",)))["analysed"] == 3
    assert full.cues_to_renew() == ids[3:]


@pytest.mark.usefixtures("light")
def test_what_cannot_be_heard_is_not_tried_for_ever(app: Application, music: Path) -> None:
    put(music, "broken.wav", 0.3, 500.0)
    app.add_music_folder(music, scan=False)
    for step in scan([str(music)], {}):
        if isinstance(step, ScanBatch):
            app.music.apply(step)
    outcome = run(app, app.analyse_music())
    assert (outcome["analysed"], outcome["failed"]) == (4, 1)
    assert "broken holds no sound." in outcome["problems"][0]
    assert app.lacking_analysis() == []
    [bad] = [t for t in app.music_rows(app.music_ids()) if t.title == "broken"]
    held = app.analyses.current(bad.id, "key")
    assert held is not None
    assert held[0] == {"error": "broken holds no sound."}


@pytest.mark.usefixtures("light")
def test_a_scan_is_followed_by_the_analysis(app: Application, music: Path) -> None:
    app.add_music_folder(music)
    app.queue.start()
    assert app.queue.wait(timeout=60)
    assert len(app.music_ids()) == 4
    assert app.lacking_analysis() == []
    put(music, "song 9.wav", 0.3, 700.0)
    app.scan_music()
    assert app.queue.wait(timeout=60)
    assert app.lacking_analysis() == []


@pytest.mark.usefixtures("light")
def test_a_grid_put_right_goes_down_to_the_worker_and_holds(full: Application) -> None:
    track = full.music_ids()[0]
    grid = {"tempo": 77.0, "beats": [0.1, 0.9], "downbeats": [0.1], "beats_per_bar": 2, "segments": []}
    full.analyses.correct(track, "beats", grid)
    run(full, full.analyse_music([track], again=True))
    found = full.analyses.analysis(track, "structure")
    assert found is not None
    assert found.payload["made_of"] == grid
    current = full.analyses.current(track, "beats")
    assert current == (grid, "hand")


def analysed(app: Application) -> list[TrackId]:
    """All tracks, as if the present analysers had heard them."""
    ids = app.music_ids(sort="title")
    made = {kind: (version, {"tempo": 99.0}, b"") for kind, version in versions().items()}
    for track in ids:
        app.analyses.save_all(track, made)
    return ids


GRID = even(77.0, 0.1)


@pytest.mark.usefixtures("light")
def test_after_a_corrected_grid_what_goes_by_bars_is_heard_again(full: Application) -> None:
    first, second, *_ = analysed(full)
    for shift in range(5):
        full.correct_grid(first, shifted(GRID, shift / 1000))
    full.correct_grid(second, GRID)
    assert full.queue.jobs(active_only=True) == []  # corrections have not paused yet
    full._hear_regridded()
    jobs = full.queue.jobs(active_only=True)
    assert [job.params["tracks"] for job in jobs] == [[first], [second]]
    assert all(set(job.params["kinds"]) == {"energy", "structure", "cues"} for job in jobs)
    run(full, jobs[0].id)
    run(full, jobs[1].id)
    found = full.analyses.analysis(first, "structure")
    assert found is not None
    assert found.payload["made_of"]["beats"][0] == pytest.approx(0.104)
    heard = full.analyses.analysis(first, "beats")
    assert heard is not None
    assert heard.payload == {"tempo": 99.0}  # what was heard stays, to go back to
    current = full.analyses.current(first, "beats")
    assert current is not None
    assert current[1] == "hand"


@pytest.mark.usefixtures("light")
def test_a_correction_shortly_before_the_end_is_not_forgotten(full: Application, open_app: OpenApplication) -> None:
    track = analysed(full)[0]
    full.correct_grid(track, GRID)
    full.close()
    again = open_app()
    [job] = again.queue.jobs(active_only=True)
    assert (job.params["tracks"], job.params["again"]) == ([track], True)


def test_the_grid_of_a_track_that_nobody_heard_waits_for_its_analysis(full: Application) -> None:
    track = full.music_ids()[0]
    full.correct_grid(track, GRID)
    full.correct_key(track, "Am")
    full._hear_regridded()
    assert full.queue.jobs(active_only=True) == []


def test_corrections_settle_by_themselves(full: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    from podmix.app import analysis_verbs

    made: list[tuple[float, Any]] = []

    class Clock:
        daemon = False

        def __init__(self, seconds: float, then: Any) -> None:
            made.append((seconds, then))

        def start(self) -> None: ...

        def cancel(self) -> None:
            made[-1] = (0.0, None)

    monkeypatch.setattr(analysis_verbs.threading, "Timer", Clock)
    track = analysed(full)[0]
    full.correct_grid(track, GRID)
    full.correct_grid(track, shifted(GRID, 0.001))
    assert [then is None for _, then in made] == [True, False]
    assert made[-1][0] == analysis_verbs.GRID_SETTLES_S
    made[-1][1]()
    assert len(full.queue.jobs(active_only=True)) == 1


@pytest.mark.usefixtures("light")
def test_new_music_is_not_heard_by_itself_where_that_is_switched_off(app: Application, music: Path) -> None:
    app.set_setting("music.analyse_new", False)
    app.add_music_folder(music)
    app.queue.start()
    assert app.queue.wait(timeout=60)
    assert len(app.music_ids()) == 4
    assert len(app.lacking_analysis()) == 4
    assert [job.kind for job in app.queue.jobs() if job.kind == "analyse"] == []
    assert run(app, app.analyse_music())["analysed"] == 4  # asked for, it is done


@pytest.mark.usefixtures("light")
def test_after_a_restart_only_the_rest_is_done(full: Application, open_app: OpenApplication) -> None:
    job = full.analyse_music()
    ids = full.music_ids(sort="title")
    full.close()  # before it ran: the job is in the queue
    again = open_app()
    made = {kind: (version, {"tempo": 99.0}, b"") for kind, version in versions().items()}
    again.analyses.save_all(ids[0], made)  # as if it had been stored before the end came
    assert run(again, job)["analysed"] == 3


def test_the_list_names_tracks_with_their_sound(full: Application) -> None:
    rows = list(full._rows({"kinds": list(KINDS), "tracks": None}))
    target = full.home.cache / "list.jsonl"
    assert analysis_work.write_list(iter(rows), target) == 4
    read = [json.loads(line) for line in target.read_text().splitlines()]
    assert read == rows
    assert bytes.fromhex(rows[0]["fingerprint"]) == full.music.fingerprint(rows[0]["id"])


# -- asked for directly --


def lines(direct: DirectAnalysis, paths: list[str]) -> list[dict[str, Any]]:
    with direct:
        return [step for step in direct.analyse(paths) if not isinstance(step, Progress)]


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    from podmix.app import direct_analysis

    monkeypatch.setattr(direct_analysis, "AnalysisPool", lambda workers: AnalysisPool(workers, function=HERE))


@pytest.mark.usefixtures("stand_ins")
def test_files_of_the_library_are_stored_and_not_heard_twice(full: Application, music: Path, tmp_path: Path) -> None:
    other = put(tmp_path / "elsewhere", "other.wav", 0.3)
    paths = [*files_of([str(music)]), str(other), str(tmp_path / "broken.wav")]
    first = lines(DirectAnalysis(full.home, only=["beats"]), paths)
    assert [line["path"] for line in first] == paths
    assert [line.get("tempo") for line in first] == [120.0] * 5 + [None]
    assert first[-1] == {"path": str(tmp_path / "broken.wav"), "error": "broken holds no sound."}
    assert full.lacking_analysis() == []
    second = lines(DirectAnalysis(full.home, only=["beats"]), paths[:1])
    assert second[0]["timings"] == {}
    assert lines(DirectAnalysis(full.home, only=["beats"], again=True), paths[:1])[0]["timings"]


@pytest.mark.usefixtures("stand_ins")
def test_corrections_win_over_what_is_heard(full: Application, music: Path) -> None:
    path = files_of([str(music)])[0]
    track = TrackId(full.music.ids_by_path()[path])
    full.analyses.correct(track, "key", {"key": "Am"})
    for _ in range(2):  # heard, then from the store
        [line] = lines(DirectAnalysis(full.home, only=["key", "beats"]), [path])
        assert (line["key"], line["camelot"], line["key_confidence"]) == ("A minor", "8A", 1.0)


@pytest.mark.usefixtures("stand_ins")
def test_a_file_changed_since_the_scan_is_heard_but_not_stored(full: Application, music: Path) -> None:
    path = files_of([str(music)])[0]
    Path(path).write_bytes(Path(files_of([str(music)])[1]).read_bytes()[:-1000])
    [line] = lines(DirectAnalysis(full.home), [path])
    assert line["tempo"] == 120.0
    assert len(full.lacking_analysis()) == 4


def test_no_library_is_made_for_a_file(tmp_path: Path) -> None:
    from podmix.paths import find_home

    home = find_home(tmp_path / "nowhere")
    with DirectAnalysis(home):
        assert not (tmp_path / "nowhere").exists()
    with pytest.raises(UsageError):
        DirectAnalysis(home, only=["smell"])


def test_folders_are_walked_and_nothing_comes_twice(music: Path) -> None:
    (music / "notes.txt").write_text("no sound")
    found = files_of([str(music), str(music / "song 1.wav"), "nope.mp3"])
    assert [Path(path).name for path in found] == [f"song {n}.wav" for n in range(4)] + ["nope.mp3"]


def test_a_folder_without_music_gets_its_line(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").mkdir()
    given = [str(tmp_path / "empty.mp3"), "nope.mp3"]
    assert files_of(given) == given
    assert files_of(given[:1]) == [], "nothing at all: the caller says so"
