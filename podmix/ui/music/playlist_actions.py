# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with playlists: make, name, copy, fill, put in order, bring in and give out; all can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from podmix.app.music_views import MusicExport, MusicImport
from podmix.music.smart_lists import Rules
from podmix.paths import safe_name
from podmix.ui import icons
from podmix.ui.music.playlist_tree import PlaylistTree
from podmix.ui.music.rule_editor import RuleEditor
from podmix.ui.surroundings import Surroundings
from podmix.ui.wording import count_text

IMPORTABLE = (".xml", ".nml", ".m3u8", ".m3u", ".pls", ".crate", ".cue", ".sqlite", ".sqlite3")
_PATTERNS = " ".join(f"*{ending}" for ending in IMPORTABLE)


class PlaylistActions(QObject):
    """Works on the chosen playlist of the tree."""

    def __init__(self, around: Surroundings, verbs: Any, tree: PlaylistTree, host: QWidget) -> None:
        super().__init__(host)
        self._around, self._verbs, self._tree, self._host = around, verbs, tree, host
        self.play: Callable[[], object] = lambda: None
        tree.acted.connect(self.act)
        tree.renamed.connect(self._rename)
        tree.tracks_dropped.connect(self.add)
        tree.list_dropped.connect(lambda number, parent, before: self._change(
            "Playlist moved", lambda: self._verbs.move_playlist(number, parent, before)))
        tree.menu_wanted.connect(self.open_menu)

    def _change(self, words: str, work: Callable[[], Any], then: Callable[[Any], object] | None = None) -> None:
        """Do it, say it, offer to undo it."""
        def done(result: Any) -> None:
            if words:
                self._around.notices.toast(words, undo=self.undo)
            if then is not None:
                then(result)

        self._around.background.run(work, then=done, owner=self)

    # -- making --
    def _parent(self) -> int | None:
        known = self._tree.playlist
        return None if known is None else int(known.id) if known.kind == "folder" else known.parent

    def new(self, tracks: Sequence[int] = ()) -> None:
        """An empty playlist, or one of these tracks, ready to be named."""
        parent = self._parent()
        self._change("" if not tracks else f"New playlist of {count_text(len(tracks), 'track')}",
                     lambda: self._verbs.create_playlist("New playlist", parent=parent, tracks=list(tracks)),
                     None if tracks else self._name_soon)

    def new_folder(self) -> None:
        self._change("", lambda: self._verbs.create_playlist_folder("New folder"), self._name_soon)

    def _name_soon(self, number: int) -> None:
        """Once it stands in the tree."""
        self._around.background.run(lambda: None, then=lambda _none: self._tree.rename(int(number)), owner=self)

    def new_smart(self) -> None:
        editor = RuleEditor(self._around, self._verbs.try_rules, parent=self._host)
        editor.given.connect(lambda name, rules: self._change(
            f"Smart playlist “{name}”", lambda: self._verbs.create_smart_playlist(name, rules)))
        editor.open()

    def edit_smart(self, number: int) -> None:
        known = self._tree.known(number)
        if known is None or known.kind != "smart":
            return
        editor = RuleEditor(self._around, self._verbs.try_rules, known.name, known.rules, self._host)

        def store(name: str, rules: Rules) -> None:
            def work() -> None:
                self._verbs.change_smart_playlist(number, rules)
                if name != known.name:
                    self._verbs.rename_playlist(number, name)

            self._change("Rules changed", work)

        editor.given.connect(store)
        editor.open()

    # -- the chosen one --
    def act(self, verb: str, number: int) -> None:
        known = self._tree.known(number)
        match verb:
            case "play":
                self.play()
            case "copy" if known is not None and known.kind != "folder":
                self._change(f"“{known.name}” copied", lambda: self._verbs.duplicate_playlist(number))
            case "delete" if known is not None:
                self._change(f"“{known.name}” deleted", lambda: self._verbs.delete_playlist(number))
            case "up" | "down" if known is not None:
                self._move(number, -1 if verb == "up" else 1)

    def _move(self, number: int, by: int) -> None:
        known = self._tree.known(number)
        assert known is not None
        beside = [one for one in self._tree.all_lists if one.parent == known.parent]
        at = next(place for place, one in enumerate(beside) if one.id == known.id)
        to = at + by if by < 0 else at + 2
        if 0 <= to <= len(beside):
            before = int(beside[to].id) if to < len(beside) else None
            self._change("", lambda: self._verbs.move_playlist(number, known.parent, before))

    def _rename(self, number: int, name: str) -> None:
        self._change(f"Renamed to “{name.strip()}”" if name.strip() else "",
                     lambda: self._verbs.rename_playlist(number, name))

    # -- tracks of it --
    def add(self, number: int, tracks: Sequence[int], before: int | None = None) -> None:
        known = self._tree.known(number)
        self._change(f"{count_text(len(tracks), 'track')} added to “{known.name if known else ''}”",
                     lambda: self._verbs.add_to_playlist(number, list(tracks), before=before))

    def take_out(self, number: int, items: Sequence[int]) -> None:
        self._change(f"{count_text(len(items), 'track')} taken out",
                     lambda: self._verbs.take_from_playlist(number, list(items)))

    def move_tracks(self, number: int, items: Sequence[int], before: int | None) -> None:
        self._change("", lambda: self._verbs.move_in_playlist(number, list(items), before=before))

    # -- undoing --
    def undo(self) -> None:
        self._around.background.run(self._verbs.undo_playlists, owner=self, then=lambda what: self._say("Undone", what))

    def redo(self) -> None:
        self._around.background.run(self._verbs.redo_playlists, owner=self,
                                    then=lambda what: self._say("Done again", what))

    def _say(self, done: str, what: str) -> None:
        nothing = "Nothing to undo" if done == "Undone" else "Nothing to redo"
        self._around.notices.toast(f"{done}: {what}" if what else nothing)

    # -- in and out --
    def ask_import(self) -> None:
        dialog = QFileDialog(self._host, "Import playlists, cues and grids", str(Path.home()),
                             f"DJ programs and playlists ({_PATTERNS})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.open()

    def import_file(self, path: Path) -> None:
        self._around.notices.toast(f"Reading {path.name} …")
        self._around.background.run(lambda: self._verbs.import_music(path), then=self._imported, owner=self)

    def _imported(self, found: MusicImport) -> None:
        words = [f"{found.matched} of {count_text(found.tracks, 'track')} found in the library"]
        if found.playlists:
            words.append(count_text(len(found.playlists), "playlist"))
        if found.cued:
            words.append(f"cues or grids of {found.cued}")
        self._around.notices.toast("  ·  ".join(words), undo=self.undo if found.playlists else None,
                                   stays=found.matched < found.tracks)

    def ask_export(self, number: int | None) -> None:
        """One playlist as M3U8 or rekordbox XML; None: the whole library as rekordbox XML."""
        known = self._tree.known(number) if number else None
        name = safe_name(known.name) if known is not None else "PodMix library"
        kinds = "rekordbox XML (*.xml)" if known is None else "M3U8 playlist (*.m3u8);;rekordbox XML (*.xml)"
        dialog = QFileDialog(self._host, "Export", str(Path.home() / name), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("xml" if known is None else "m3u8")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix("xml" if "xml" in kind else "m3u8"))
        dialog.fileSelected.connect(lambda chosen: self.export(number if known is not None else None, Path(chosen)))
        dialog.open()

    def export(self, number: int | None, target: Path) -> None:
        def work() -> MusicExport:
            if number is None:
                made: MusicExport = self._verbs.export_rekordbox(target)
            else:
                made = self._verbs.export_playlist(number, target)
            return made

        self._around.background.run(work, owner=self, then=lambda made: self._around.notices.toast(
            f"{count_text(made.tracks, 'track')} written to {target.name}"))

    # -- menus --
    def fill_new(self, menu: QMenu) -> None:
        tint = self._around.theme.tokens.soft
        for icon, words, do in (("list", "New playlist", self.new), ("smart", "New smart playlist…", self.new_smart),
                                ("folder", "New folder", self.new_folder)):
            menu.addAction(icons.icon(icon, tint), words).triggered.connect(lambda _checked=False, do=do: do())

    def open_menu(self, at: QPoint, number: int) -> None:
        menu, tint, known = QMenu(self._tree), self._around.theme.tokens.soft, self._tree.known(number)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Playlists")
        if known is not None:
            entries: list[tuple[str, str, Callable[[], object]]] = [("tag", "Rename\tF2",
                                                                     lambda: self._tree.rename(number))]
            if known.kind == "smart":
                entries.insert(0, ("smart", "Edit rules…", lambda: self.edit_smart(number)))
            if known.kind != "folder":
                entries += [("copy", "Copy\tCtrl+D", lambda: self.act("copy", number)),
                            ("share", "Export…", lambda: self.ask_export(number))]
            entries.append(("trash", "Delete\tDel", lambda: self.act("delete", number)))
            for icon, words, do in entries:
                menu.addAction(icons.icon(icon, tint), words).triggered.connect(lambda _checked=False, do=do: do())
            menu.addSeparator()
        self.fill_new(menu)
        menu.popup(at)
