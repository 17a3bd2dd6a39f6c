# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's music: copied into the demo's home, scanned, analysed, and mixed by the ordinary verbs.

``add_demo_music`` gives a home the folder; ``mix_demo_music`` plans and renders a mix of it with everything beside it:
the plan, a set list, a cue sheet, a picture of the timeline.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from podmix.app.application import Application
from podmix.app.automix import make_mix, write_mix
from podmix.automix.options import MixOptions
from podmix.automix.picture import write_picture
from podmix.automix.plan import MixPlan
from podmix.errors import PodMixError, StorageError
from podmix.paths import Home, resources
from podmix.progress import Progress, Result, Steps, finish
from podmix.units import clock_text

FOLDER = "Demo Music"
MIX_NAME = "demo-mix"
SHAPE = "peak"
_SAY_EVERY_S = 5.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoMix:
    """The mix of the demo's music: what was written, and why something was not."""

    plan: MixPlan | None
    files: tuple[Path, ...]
    problems: tuple[str, ...]


def demo_tracks() -> list[Path]:
    """The shipped tracks. Raises PodMixError where the package was built without them."""
    tracks = sorted((resources() / "demo" / "music").glob("*.opus"))
    if not tracks:
        raise PodMixError("The demo music is not part of this installation.",
                          remedy="Make it: python -m podmix.lab.demo_tracks --out resources/demo/music")
    return tracks


def place_music(home: Home) -> Path:
    """Copies of the tracks in the home, so that nothing ever changes the shipped ones; returns the folder."""
    folder = home.data / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for track in demo_tracks():
            target = folder / track.name
            if not target.is_file() or target.stat().st_size != track.stat().st_size:
                shutil.copyfile(track, target)
    except OSError as problem:
        raise StorageError("The demo music could not be copied.", remedy="Check the folder and its free space.",
                           detail=str(problem)) from problem
    return folder


def seed_music(home: Home) -> None:
    """Give a home the folder without scanning it: whoever works on that home next does."""
    folder = place_music(home)
    application = Application.open(home)
    try:
        application.add_music_folder(folder, scan=False)
    finally:
        application.close()


def add_demo_music(application: Application, say: Say) -> list[str]:
    """Scan and analyse; returns sentences on what went wrong. The application's work is started."""
    began = time.monotonic()
    folder = place_music(application.home)
    application.add_music_folder(folder, scan=True)
    application.start_work()
    application.wait_for_work()
    tracks = application.music_rows(application.music_ids())
    lacking = set(application.lacking_analysis())
    say(f"{len(tracks)} tracks in {folder.name}, {len(tracks) - len(lacking)} of them analysed in "
        f"{time.monotonic() - began:.0f} s")
    for track in tracks:
        tempo = f"{track.bpm:.1f} bpm" if track.bpm else "no tempo"
        say(f"  {track.artist} – {track.title}: {tempo}, {track.key or 'no key'}")
    missing = len(demo_tracks()) - len(tracks)
    problems = [f"{missing} tracks of the demo music are not in the library"] if missing else []
    return problems + [f"{track.title}: could not be analysed" for track in tracks if track.id in lacking]


def mix_demo_music(home: Home, out: Path, say: Say) -> DemoMix:
    """Plan a mix of the folder in ``home`` and write ``MIX_NAME`` and its companions into ``out``.

    What fails is told in ``problems``; what was written before stays.
    """
    began = time.monotonic()
    teller = _Teller(say)
    paths = [str(path) for path in sorted((home.data / FOLDER).glob("*.opus"))]
    options = MixOptions("auto", SHAPE, title="Ten Small Rooms")
    plan: MixPlan | None = None
    files: list[Path] = []
    try:
        mix = teller.run(make_mix(home, paths, options))
        plan = mix.plan
        say(f"Planned {len(plan.tracks)} tracks, {clock_text(plan.duration_s)}: "
            + ", ".join(f"{sum(one.kind == kind for one in plan.transitions)} {kind}"
                        for kind in dict.fromkeys(one.kind for one in plan.transitions)))
        stem = out / MIX_NAME
        files.append(write_picture(plan, {one.path: one for one in mix.facts}, stem.with_suffix(".svg")))
        done = teller.run(write_mix(mix, plan=out / "PLAN.json", out=stem.with_suffix(".flac"),
                                    exports=[stem.with_suffix(suffix) for suffix in (".cue", ".html", ".txt")]))
        files += done.written
    except PodMixError as problem:
        return DemoMix(plan, tuple(files), (f"The demo mix: {problem}",))
    say(f"Rendered {MIX_NAME}.flac in {time.monotonic() - began:.0f} s")
    return DemoMix(plan, tuple(files), ())


class _Teller:
    """Says how long work stands, every few seconds."""

    def __init__(self, say: Say) -> None:
        self._say, self._last = say, time.monotonic()

    def run(self, steps: Steps[Result]) -> Result:
        return finish(steps, self._show)

    def _show(self, progress: Progress) -> None:
        if time.monotonic() - self._last >= _SAY_EVERY_S:
            self._last = time.monotonic()
            share = f" {progress.fraction:.0%}" if progress.fraction is not None else ""
            self._say(f"{progress.note or progress.stage}{share}")
