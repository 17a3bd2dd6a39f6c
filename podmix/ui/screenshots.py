# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of every screen, dark and light, made from what a home holds: ``python -m podmix.ui.screenshots``.

The window is the real one over the real program; only the loudspeaker is left out. Works with and without a screen.
Files are called after what they show: ``previews-dark.png`` (1280 x 800), ``previews-dark-960.png`` (960 x 600).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.errors import PodMixError, StorageError, UsageError
from podmix.paths import Home, find_home

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtWidgets import QApplication

    from podmix.app.interface import Verbs
    from podmix.app.views import PreviewCard
    from podmix.ui.main_window import MainWindow
    from podmix.ui.playing import PlaybackPort

USUAL, SMALL = (1280, 800), (960, 600)
THEMES = ("dark", "light")
PATIENCE_S = 20.0
REST_S = 0.6
MIXED = 12  # tracks
BREATH_S = 0.015  # between two looks at whether everything has arrived
LARGEST_BYTES = 240_000  # of a picture
Port = Callable[[], "PlaybackPort"]
Walk = Callable[["QApplication", "MainWindow"], Iterator[str]]


def take(home: Home | Path | str | None, out: Path, *, small: bool = False) -> list[Path]:
    """Photograph the window over ``home`` and a first start; returns the files written to ``out``.

    Args:
        small: the smallest window too.
    """
    from podmix.app.application import Application
    from podmix.app.core import Options
    from podmix.playback.client import PlaybackClient
    from podmix.playback.protocol import EngineOptions

    def port() -> PlaybackPort:
        return PlaybackClient(EngineOptions(null_audio=True))

    made = []
    with tempfile.TemporaryDirectory(prefix="podmix-first-run-") as nothing:
        for place, walk in ((home, walk_everything), (nothing, walk_first_run)):
            verbs = Application.open(place, Options(null_audio=True))
            try:
                made += photograph(verbs, port, out, walk, small=small)
            finally:
                verbs.close()
    return made


def photograph(verbs: Verbs, port: Port, out: Path, walk: Walk | None = None, *, small: bool = False) -> list[Path]:
    """What ``walk`` comes by, in both themes, with any verbs and player. Settings are left as they were."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from podmix.ui.launch import make_application
    from podmix.ui.main_window import MainWindow
    from podmix.ui.theme import Mode, Theme

    app = make_application()
    out.mkdir(parents=True, exist_ok=True)
    before = {key: verbs.setting(key) for key in ("window.geometry", "window.last_screen", "appearance.theme")}
    made: list[Path] = []
    for mode in THEMES:
        verbs.set_setting("appearance.theme", mode)  # else any change of a setting brings the person's own back
        window = MainWindow(verbs, port(), theme=Theme(app, Mode.of(mode), reduced_motion=True))
        window.resize(*USUAL)
        window.show()
        for name in (walk or walk_everything)(app, window):
            for size in (USUAL, SMALL) if small else (USUAL,):
                window.resize(*size)
                _settle(app, window)
                made.append(out / f"{name}-{mode}{'' if size == USUAL else f'-{size[0]}'}.png")
                _keep(window.grab().toImage(), made[-1])
            window.resize(*USUAL)
        window.close()
    for key, value in before.items():
        verbs.set_setting(key, value)
    return made


def _keep(picture: QImage, path: Path) -> None:
    """As it is; one that is rich in colours, in 32,768 of them, as pictures live in a repository."""
    kept = picture.save(str(path), quality=0)
    if kept and path.stat().st_size > LARGEST_BYTES:
        kept = picture.convertToFormat(type(picture).Format.Format_RGB555).save(str(path), quality=0)
    if not kept:
        raise StorageError(f"{path.name} could not be written.", remedy="Is there room left for it?")


def walk_first_run(app: QApplication, window: MainWindow) -> Iterator[str]:
    """The invitation of an empty home."""
    window.show_screen("previews")
    _settle(app, window)
    yield "first-run"


def walk_everything(app: QApplication, window: MainWindow) -> Iterator[str]:
    """Go through the screens while a preview plays; each yield is a picture's name."""
    from podmix.ui.podcasts.screen import PodcastsScreen
    from podmix.ui.previews.screen import PreviewsScreen

    previews, podcasts = window.screens["previews"], window.screens["podcasts"]
    assert isinstance(previews, PreviewsScreen)
    assert isinstance(podcasts, PodcastsScreen)
    window.show_screen("previews")
    _settle(app, window)
    card = previews.card
    moment = _telling_moment(card) if card else 0.0
    if card is not None:
        _play_at(window, card, moment)
    yield "previews"
    window.show_screen("podcasts")
    _settle(app, window)
    yield "podcasts"
    if podcasts.known_shows:
        window.around.ways.show_page.emit(card.show_id if card else podcasts.known_shows[0].show_id)
        _settle(app, window)
        yield "show"
    if card is not None:
        window.around.ways.episode_page.emit(card.episode_id, -1.0)
        _settle(app, window)
        podcasts.episode_view.transcript.set_time(moment)
        yield "episode"
    yield from _walk_music(app, window)
    yield from _walk_lab(app, window)
    yield from _walk_mixes(app, window)
    yield from _walk_automix(app, window)
    yield from _walk_tools(window, card)


def _walk_music(app: QApplication, window: MainWindow) -> Iterator[str]:
    from podmix.ui.music.screen import MusicScreen

    music = window.screens["music"]
    assert isinstance(music, MusicScreen)
    window.show_screen("music")
    _rest(app, window)
    if music.model.ids:
        music.table.choose([min(2, len(music.model.ids) - 1)])
        _settle(app, window)
    yield "music"
    if music.model.ids:
        music.open_panel()
        _rest(app, window)
        if music.editor.page is not None:
            music.editor.seek(music.editor.page.duration * 0.4)
        yield "track"
        music.close_panel()


def _walk_mixes(app: QApplication, window: MainWindow) -> Iterator[str]:
    """The first page, today's first mix (a drive where there are previews), and a blend where one was made."""
    from podmix.ui.mixes.screen import MixesScreen

    mixes = window.screens["mixes"]
    assert isinstance(mixes, MixesScreen)
    window.show_screen("mixes")
    _rest(app, window)
    yield "mixes"
    blends = [card for card in mixes.home.earlier.cards if card.kind == "blend"]
    for name, cards in (("mix", mixes.home.today.cards[:2]), ("blend", blends)):
        if cards:
            mixes.open_mix(cards[-1])
            _rest(app, window)
            yield name


def _walk_automix(app: QApplication, window: MainWindow) -> Iterator[str]:
    """What can be mixed; then a mix of the library's first tracks as a whole, and one transition from near by."""
    from podmix.ui.automix.screen import AutomixScreen

    automix = window.screens["automix"]
    assert isinstance(automix, AutomixScreen)
    window.show_screen("automix")
    _settle(app, window)
    yield "automix"
    verbs = window.around.verbs
    paths = [str(row.path) for row in verbs.music_rows(verbs.music_ids(missing=False)[:MIXED])]
    if len(paths) > 1:
        automix.desk.plan_anew(paths, order="auto", shape="wave")
        _rest(app, window)
        automix.timeline.patient = True
        matched = [place for place, one in enumerate(automix.timeline.picture.transitions) if one.bars]
        automix.timeline.choose(matched[len(matched) // 2] if matched else 0)
        yield "timeline"
        automix.timeline.zoom_chosen()
        _settle(app, window)
        yield "transition"


def _rest(app: QApplication, window: MainWindow) -> None:
    """``_settle``, and covers and waveforms too, which wait until a table has come to rest."""
    until = time.monotonic() + REST_S
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(BREATH_S)
    _settle(app, window)


def _walk_tools(window: MainWindow, card: PreviewCard | None) -> Iterator[str]:
    from podmix.ui.search.screen import SearchScreen

    search = window.screens["search"]
    assert isinstance(search, SearchScreen)
    window.show_screen("search")
    if card is not None:
        search.edit.setText(_telling_word(card))
        search.ask()
    yield "search"
    window.show_screen("settings")
    yield "settings"
    window.show_screen("previews")
    window.open_palette()
    yield "palette"
    window.palette_veil.close_veil()
    window.open_help()
    yield "keys"
    window.help_veil.close_veil()


def _walk_lab(app: QApplication, window: MainWindow) -> Iterator[str]:
    """The runs; then the best three of the newest sweep side by side, and the best of all alone, where there are any.
    """
    from podmix.ui.lab.screen import LabScreen

    lab = window.screens["lab"]
    assert isinstance(lab, LabScreen)
    window.show_screen("lab")
    _settle(app, window)
    able = [row for row in lab.runs.model.shown if row.kind in ("train", "trial") and row.value is not None]
    best = {row.value: row for row in reversed(able)}  # of runs that are alike the newest counts
    chosen = [row for _, row in sorted(best.items(), reverse=True) if row.model == able[0].model][:3] if able else []
    lab.runs.table.choose([row.run_id for row in chosen])
    yield "lab"
    if len(chosen) > 1:
        lab.open_compare(chosen)
        _settle(app, window)
        yield "lab-compare"
    if chosen:
        lab.open_run(chosen[0])
        _settle(app, window)
        yield "lab-run"
    lab.show_runs()


def _play_at(window: MainWindow, card: PreviewCard, moment: float) -> None:
    """The preview plays and has come to ``moment``; there the clock stands still."""
    player = window.around.player
    player.hold()
    if player.play_preview(card):
        player.seek(moment)
    else:  # its audio is gone; the words can still be shown
        window.screens["previews"].feed.set_time(moment)  # type: ignore[attr-defined]


def _telling_moment(card: PreviewCard) -> float:
    """When the longest word of the preview's first third is said (without word times: its third line's middle)."""
    third = card.start + (card.end - card.start) / 3
    words = [word for line in card.captions for word in line.words if card.start + 4 < word.start < third]
    if words:
        return max(words, key=lambda word: len(word.text.strip(".,?!;:"))).start + 0.01
    lines = card.captions[2:3] or card.captions[:1]
    return (lines[0].start + lines[0].end) / 2 if lines else card.start


def _telling_word(card: PreviewCard) -> str:
    """The longest word of a preview that is said nowhere near its start."""
    words = [word.strip(".,?!;:“”\"'") for line in card.captions for word in line.text.split()]
    return max((word for word in words if word.isalpha() and word.islower()), key=len, default="")


def _settle(app: QApplication, window: MainWindow) -> None:
    """Let everything that is under way arrive on the screen."""
    deadline = time.monotonic() + PATIENCE_S
    calm = 0
    while calm < 12 and time.monotonic() < deadline:
        app.processEvents()
        calm = 0 if window.around.background.pending else calm + 1
        time.sleep(BREATH_S)


def _home_with_something(given: str | None) -> Home:
    """The named home, else the one a demo left behind, else the person's own."""
    if given is None and (Path("demo-output") / "home" / "podmix.sqlite3").exists():
        return find_home(Path("demo-output") / "home")
    home = find_home(given)
    if not home.database.exists():
        raise UsageError("There is nothing to photograph yet.",
                         remedy="Run `make demo` first, or name a home with --home.")
    return home


def main(argv: Sequence[str] | None = None) -> int:
    """Write the pictures and say where; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m podmix.ui.screenshots", description=__doc__)
    parser.add_argument("--out", default="docs/screenshots", help="folder for the pictures")
    parser.add_argument("--home", help="the home to photograph (default: the demo's)")
    parser.add_argument("--all", action="store_true", help="the smallest window (960 x 600) too")
    options = parser.parse_args(argv)
    try:
        made = take(_home_with_something(options.home), Path(options.out), small=options.all)
    except PodMixError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write("".join(f"{path}\n" for path in made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
