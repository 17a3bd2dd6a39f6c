# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything a preview can leave the window as: files and texts to paste."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from podmix.app.views import PreviewCard
from podmix.errors import PodMixError
from podmix.paths import atomic_write, safe_name
from podmix.ui import icons
from podmix.ui.clip_video import write_in_process
from podmix.ui.surroundings import Surroundings
from podmix.ui.wording import length_text

AUDIO = "Audio: Ogg Opus (*.ogg);;Audio: MP3 (*.mp3);;Audio: AAC (*.m4a);;Audio: WAV (*.wav)"
VIDEO = "Captioned video (*.mp4)"


class ShareMenu(QMenu):
    """Opened by the rail's button; one per click."""

    def __init__(self, around: Surroundings, card: PreviewCard, parent: QWidget) -> None:
        super().__init__(parent)
        self._around, self._card, self._window = around, card, parent
        self.setAccessibleName("Share this preview")
        self._entry("volume", "Save the audio…", lambda: self._save_file(AUDIO, ".ogg"))
        self._entry("video", "Save a captioned video…", lambda: self._save_file(VIDEO, ".mp4"))
        self.addSeparator()
        self._entry("quote", "Copy the quote", self._copy_quote)
        self._entry("tag", "Copy the soundbite tag", self._copy_tag)
        self.addSeparator()
        for form in ("vtt", "srt", "ass"):
            self._entry("captions", f"Save captions as {form.upper()}…", partial(self._save_captions, form))

    def _entry(self, icon: str, text: str, handler: Callable[[], object]) -> None:
        action = self.addAction(icons.icon(icon, self._around.theme.tokens.soft), text)
        action.triggered.connect(lambda _checked=False: handler())

    def open_at(self, point: QPoint) -> None:
        self.popup(point)

    def suggested_name(self, ending: str) -> str:
        """``The Long Maintenance - Why small programs outlive companies.ogg``, safe on every file system."""
        return safe_name(f"{self._card.show_title} - {self._card.title or self._card.episode_title}") + ending

    def _ask(self, filters: str, ending: str, then: Callable[[Path], object]) -> None:
        dialog = QFileDialog(self._window, "Save", str(Path.home() / self.suggested_name(ending)), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending.lstrip("."))
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(chosen.rpartition("*.")[2].rstrip(")")))
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        dialog.open()

    def _save_file(self, filters: str, ending: str) -> None:
        def chosen(target: Path) -> None:
            card, video = self._card, target.suffix.lower() == ".mp4"
            about = f": this takes about {length_text(card.end - card.start)}" if video else " …"
            self._around.notices.toast(f"Writing {target.name}{about}", stays=True)
            work = ((lambda: write_in_process(card, target)) if video
                    else (lambda: self._around.verbs.export_clip(card.preview_id, target)))
            self._around.background.run(work, then=self._saved, failed=self._failed)

        self._ask(filters, ending, chosen)

    def _save_captions(self, form: str) -> None:
        def chosen(target: Path) -> None:
            def write() -> Path:
                text = self._around.verbs.captions_text(self._card.preview_id, form)
                with atomic_write(target) as stream:
                    stream.write(text.encode())  # type: ignore[arg-type]
                return target

            self._around.background.run(write, then=self._saved)

        self._ask(f"Captions (*.{form})", f".{form}", chosen)

    def _saved(self, target: Path) -> None:
        self._around.notices.toast(
            f"Saved {target.name}", button="Show",
            undo=lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(target.parent))))

    def _failed(self, error: PodMixError) -> None:
        self._around.notices.toast_over.emit()
        self._around.notices.problem(error)

    def _copy_quote(self) -> None:
        self._copy(lambda: self._around.verbs.quote(self._card.preview_id), "The quote is on the clipboard")

    def _copy_tag(self) -> None:
        self._copy(lambda: self._around.verbs.soundbite_tag(self._card.preview_id),
                   "The soundbite tag is on the clipboard")

    def _copy(self, fetch: Callable[[], str], said: str) -> None:
        def put(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self._around.notices.toast(said)

        self._around.background.run(fetch, then=put)
