# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done on the music screen by name or key, for the shortcuts, the palette and the help."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from podmix.ui.actions import Action

if TYPE_CHECKING:
    from podmix.ui.music.screen import MusicScreen

SECTION, TABLE = "Music", "Music (on chosen tracks)"


def music_actions(screen: MusicScreen) -> list[Action]:
    """In the order of the help; those of the table and of the waveform are answered by them while they have focus."""
    lists, tracks, folders = screen.lists, screen.tracks, screen.folders

    def here(name: str, words: str, keys: tuple[str, ...], do: Callable[[], object], icon: str) -> Action:
        return Action(f"music.{name}", words, keys, SECTION, do, icon=icon)

    def table(name: str, words: str, key: str, do: Callable[[], object], icon: str) -> Action:
        return Action(f"music.{name}", words, (key,) if key else (), TABLE, do, icon=icon, at_focus=True,
                      enabled=lambda: bool(screen.table.chosen))

    return [
        here("find", "Search the music", ("Ctrl+F",), screen.filter.edit.setFocus, "search"),
        here("open", "Grid, key and cues of the chosen track", ("E",), screen.toggle_panel, "wave"),
        here("folder", "Add a folder with music", ("Ctrl+Shift+O",), folders.ask, "folder"),
        here("folders", "Music folders", (), folders.open_dialog, "folder"),
        here("scan", "Look for changes in music folders", ("R", "F5"), folders.scan, "refresh"),
        here("list", "New playlist", ("Ctrl+Shift+N",), lists.new, "list"),
        here("smart", "New smart playlist", ("Ctrl+Alt+N",), lists.new_smart, "smart"),
        here("import", "Import from a DJ program", ("Ctrl+I",), lists.ask_import, "import"),
        here("export", "Export the library as rekordbox XML", ("Ctrl+E",), lambda: lists.ask_export(None), "share"),
        table("play", "Play", "Return", tracks.play, "play"),
        table("queue", "Put up next", "Q", tracks.queue, "queue"),
        table("first", "Play next", "Shift+Q", lambda: tracks.queue(first=True), "next"),
        *(table(f"rate{stars}", f"Rate {stars} stars" if stars else "Take the stars away", f"Alt+{stars}",
                partial(screen.rate_chosen, stars), "star") for stars in (5, 0)),
        table("take", "Take out of the playlist or library", "Delete", screen.take_out, "trash"),
        table("up", "Move up in a playlist", "Alt+Up", lambda: screen.table.move_chosen(-1), "up"),
        table("down", "Move down in a playlist", "Alt+Down", lambda: screen.table.move_chosen(1), "down"),
        table("analyse", "Analyse again", "", tracks.analyse, "refresh"),
        table("tags", "Write tags into the files", "", tracks.ask_tags, "tag"),
        *screen.panel.help_actions(),
    ]
