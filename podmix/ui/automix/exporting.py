# SPDX-License-Identifier: GPL-3.0-or-later
"""A mix into files: the render as a job, the plan, and what other programs and printers take."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from podmix.app.views import JobCard
from podmix.ui.automix.desk import MixDesk
from podmix.ui.surroundings import Surroundings

SOUND_FILTERS = ("FLAC (*.flac)", "WAV (*.wav)", "MP3 (*.mp3)", "Opus (*.opus)", "M4A with chapters (*.m4a)")
FILTERS = {".m3u8": "Playlist (*.m3u8)", ".cue": "Cue sheet (*.cue)", ".xml": "rekordbox (*.xml)",
           ".html": "Page to print (*.html);;Text (*.txt)", ".json": "Mix (*.json)"}


class Exporting(QObject):
    """Asks where to, and does it. ``follow`` is told how the jobs stand."""

    def __init__(self, around: Surroundings, desk: MixDesk, host: QWidget) -> None:
        super().__init__(host)
        self._around, self._desk, self._host = around, desk, host
        self._verbs = around.verbs
        self._renders: dict[int, Path] = {}
        self._seen: set[int] = set()
        self.last_sound = ""

    def _ask(self, words: str, filters: str, suffix: str, then: Any) -> None:
        plan = self._desk.plan
        if plan is None:
            return
        dialog = QFileDialog(self._host, words, str(Path.home() / f"{_file_name(plan.title)}{suffix}"), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix.lstrip("."))
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(
            chosen.rsplit("*.", 1)[-1].rstrip(")") if "*." in chosen else suffix.lstrip(".")))
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        dialog.open()

    def ask_render(self) -> None:
        self._ask("Render the mix", ";;".join(SOUND_FILTERS), ".flac", self.render)

    def ask_save(self) -> None:
        self._ask("Save the mix", FILTERS[".json"], ".json", self.save)

    def ask_export(self, suffix: str) -> None:
        self._ask("Export the mix", FILTERS[suffix], suffix, self.export)

    def render(self, target: Path) -> None:
        """Queue the render; the tray shows how far it is and can cancel it."""
        plan = self._desk.plan
        if plan is None:
            return

        def begun(job: int) -> None:
            self._renders[job], self.last_sound = target, target.name
            self._around.notices.toast(f"Rendering “{target.name}”. You can go on meanwhile.",
                                       undo=lambda: self._around.background.run(
                                           partial(self._verbs.cancel_job, job)), button="Cancel")

        self._around.background.run(lambda: self._verbs.render_music_mix(plan, target), then=begun, owner=self)

    def follow(self, jobs: Sequence[JobCard]) -> None:
        """A render that has gone from the list is done, or was cancelled; the file tells which."""
        known = {job.job_id: job.state for job in jobs}
        for job, target in list(self._renders.items()):
            if known.get(job) in ("running", "queued"):
                self._seen.add(job)
            elif job in self._seen:
                del self._renders[job]
                if job not in known:
                    self._around.background.run(partial(_is_there, target), then=partial(self._told, target),
                                                owner=self)

    def _told(self, target: Path, there: bool) -> None:
        if there:
            self._around.notices.toast(f"“{target.name}” is ready in {target.parent.name or target.parent}.")

    def save(self, target: Path) -> None:
        plan = self._desk.plan
        if plan is not None:
            self._write(target, lambda: self._verbs.save_mix_plan(plan, target))

    def export(self, target: Path) -> None:
        mix = self._desk.mix
        if mix is not None:
            self._write(target, lambda: self._verbs.export_mix(mix, target, sound=self.last_sound))

    def _write(self, target: Path, work: Any) -> None:
        self._around.background.run(
            work, then=lambda _path: self._around.notices.toast(f"Wrote “{target.name}”."), owner=self)


def _is_there(target: Path) -> bool:
    return target.is_file()


def _file_name(title: str) -> str:
    """A title as a file's name."""
    kept = "".join(" " if letter in '\\/:*?"<>|' or ord(letter) < 32 else letter for letter in title)
    return " ".join(kept.split()).strip(". ")[:80] or "Mix"
