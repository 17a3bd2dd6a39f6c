# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of every screen, dark and light, made from what a home holds: ``python -m podmix.ui.screenshots``.

The window is the real one over the real program; only the loudspeaker is left out. Works with and without a screen.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.errors import PodMixError, UsageError
from podmix.paths import Home, find_home

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from podmix.app.interface import Verbs
    from podmix.ui.main_window import MainWindow
    from podmix.ui.playing import PlaybackPort

SIZES = ((1280, 800), (960, 600))
THEMES = ("dark", "light")
PATIENCE_S = 20.0


def take(home: Home | Path | str | None, out: Path) -> list[Path]:
    """Photograph the window over ``home``; returns the files written to ``out``."""
    from podmix.app.application import Application
    from podmix.app.core import Options
    from podmix.playback.client import PlaybackClient
    from podmix.playback.protocol import EngineOptions

    verbs = Application.open(home, Options(null_audio=True))
    try:
        return photograph(verbs, lambda: PlaybackClient(EngineOptions(null_audio=True)), out)
    finally:
        verbs.close()


def photograph(verbs: Verbs, port: Callable[[], PlaybackPort], out: Path) -> list[Path]:
    """All screens in both themes and two sizes, with any verbs and player. Settings are left as they were."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from podmix.ui.launch import make_application
    from podmix.ui.main_window import MainWindow
    from podmix.ui.theme import Mode, Theme

    app = make_application()
    out.mkdir(parents=True, exist_ok=True)
    before = {key: verbs.setting(key) for key in ("window.geometry", "window.last_screen")}
    made: list[Path] = []
    for mode in THEMES:
        window = MainWindow(verbs, port(), theme=Theme(app, Mode.of(mode), reduced_motion=True))
        window.resize(*SIZES[0])
        window.show()
        for name in _walk(app, window):
            for wide, tall in SIZES:
                window.resize(wide, tall)
                _settle(app, window)
                made.append(out / f"{name}-{mode}-{wide}.png")
                window.grab().save(str(made[-1]))
            window.resize(*SIZES[0])
        window.close()
    for key, value in before.items():
        verbs.set_setting(key, value)
    return made


def _walk(app: QApplication, window: MainWindow) -> Iterator[str]:
    """Go through the screens; each yield is a picture's name."""
    from podmix.ui.podcasts.screen import PodcastsScreen
    from podmix.ui.previews.screen import PreviewsScreen
    from podmix.ui.search.screen import SearchScreen

    previews, podcasts, search = (window.screens[name] for name in ("previews", "podcasts", "search"))
    assert isinstance(previews, PreviewsScreen)
    assert isinstance(podcasts, PodcastsScreen)
    assert isinstance(search, SearchScreen)
    window.show_screen("previews")
    _settle(app, window)
    card = previews.card
    if card is not None:
        word = _telling_word(card.captions)
        previews.feed.set_time(word[1])
        previews.feed.set_playing(True)
    yield "previews"
    previews.feed.set_playing(False)
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
        podcasts.episode_view.transcript.set_time(word[1])
        yield "episode"
    window.show_screen("search")
    if card is not None:
        search.edit.setText(word[0])
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


def _telling_word(captions: Sequence[object]) -> tuple[str, float]:
    """A long word from the middle of a preview, and when it is said."""
    words = [word for line in captions[1:6] for word in getattr(line, "words", ())]
    if not words:
        first = captions[0] if captions else None
        return (str(getattr(first, "text", "")).split() or [""])[0], float(getattr(first, "start", 0.0))
    chosen = max(words, key=lambda word: len(word.text.strip(".,?!;:")))
    return chosen.text.strip(".,?!;:"), chosen.start + 0.01


def _settle(app: QApplication, window: MainWindow) -> None:
    """Let everything that is under way arrive on the screen."""
    deadline = time.monotonic() + PATIENCE_S
    calm = 0
    while calm < 12 and time.monotonic() < deadline:
        app.processEvents()
        calm = 0 if window.around.background.pending else calm + 1
        time.sleep(0.015)


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
    options = parser.parse_args(argv)
    try:
        made = take(_home_with_something(options.home), Path(options.out))
    except PodMixError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write("".join(f"{path}\n" for path in made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
