# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the window: the application object, the program behind it, the player, and a calm word when that fails."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMessageBox

from podmix.app.interface import Verbs
from podmix.errors import PodMixError
from podmix.ui.playing import PlaybackPort


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="podmix-app", description="The PodMix window.")
    made.add_argument("--home", help="keep all state in this folder")
    made.add_argument("--demo", action="store_true", help="add the demo shows")
    made.add_argument("--null-audio", action="store_true", help="play into nothing, on a simulated clock")
    made.add_argument("address", nargs="?", help="a feed to subscribe to")
    return made


def make_application() -> QApplication:
    """The one QApplication, in the one style all platforms share."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(["podmix"])
    app.setApplicationName("PodMix")
    app.setDesktopFileName("podmix")
    app.setStyle("Fusion")
    app.setWindowIcon(_icon())
    return app

SETTLED_MS = 1500  # after the first picture


def _icon() -> QIcon:
    from podmix.paths import resources

    path = resources() / "icons" / "app.svg"
    return QIcon(str(path)) if path.exists() else QIcon(QPixmap())


def main(argv: Sequence[str] | None = None, verbs: Verbs | None = None, player: PlaybackPort | None = None) -> int:
    """Open the window and run until it closes; returns the exit code."""
    options = parser().parse_args(argv)
    app = make_application()
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    beat = QTimer()  # lets Python look for the signal while Qt waits
    beat.start(250)
    beat.timeout.connect(lambda: None)
    opened = verbs is None
    try:
        verbs = verbs if verbs is not None else _open_application(options)
        player = player if player is not None else _open_player(options, verbs)
    except PodMixError as error:
        QMessageBox.critical(None, "PodMix", f"{error.message}\n\n{error.remedy}".strip())
        return error.exit_code
    from podmix.playback.desktop.interface import connect
    from podmix.ui.main_window import MainWindow

    window = MainWindow(verbs, player, desktop=connect)
    window.show()
    QTimer.singleShot(SETTLED_MS, _set_aside)
    if options.demo:
        window.around.ways.add_demo.emit()
    if options.address:
        window.around.ways.subscribe.emit(options.address)
    code = app.exec()
    if opened:
        verbs.close()
    return code


def _set_aside() -> None:
    """What the program is made of stays: a full collection that walks it would stop the picture for 100 ms."""
    gc.collect()
    gc.freeze()


def _open_application(options: argparse.Namespace) -> Verbs:
    from podmix.app.application import Application
    from podmix.app.core import Options

    return Application.open(options.home, Options(null_audio=options.null_audio))


def _open_player(options: argparse.Namespace, verbs: Verbs) -> PlaybackPort:
    from podmix.playback.client import PlaybackClient
    from podmix.ui.playing import engine_options

    return PlaybackClient(engine_options(verbs.setting, null_audio=options.null_audio))


if __name__ == "__main__":
    sys.exit(main())
