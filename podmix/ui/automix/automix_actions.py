# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done on the Automix screen by name or key, for the shortcuts, the palette and the help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from podmix.ui.actions import Action

if TYPE_CHECKING:
    from podmix.ui.automix.screen import AutomixScreen

SECTION, LINE = "Automix", "Automix (in the timeline)"


def automix_actions(screen: AutomixScreen) -> list[Action]:
    """In the order of the help; those of the timeline are answered by it while it has the focus."""
    line, exporting = screen.timeline, screen.exporting

    def has_mix() -> bool:
        return screen.desk.mix is not None

    def here(name: str, words: str, keys: tuple[str, ...], do: Callable[[], object], icon: str,  # noqa: PLR0917
             enabled: Callable[[], bool] | None = None) -> Action:
        return Action(f"automix.{name}", words, keys, SECTION, do, icon=icon, enabled=enabled)

    def at_line(name: str, words: str, keys: tuple[str, ...], do: Callable[[], object], icon: str) -> Action:
        return Action(f"automix.{name}", words, keys, LINE, do, icon=icon, at_focus=True, enabled=has_mix)

    return [
        here("new", "New mix, or back to the mix", ("Ctrl+Shift+M",), screen.show_start, "plus"),
        here("open", "Open a saved mix", ("Ctrl+Shift+O",), screen.start.ask_open, "folder"),
        here("add", "Add tracks to the mix", ("Ctrl+Shift+I",), screen.ask_add, "plus", has_mix),
        here("anew", "Plan anew what is not locked", ("Ctrl+Shift+P",), screen.plan_rest, "refresh", has_mix),
        here("forget", "Forget what was learnt from transitions", (), screen.forget_learning, "trash"),
        here("save", "Save the mix", ("Ctrl+S",), exporting.ask_save, "save", has_mix),
        here("render", "Render the mix", ("Ctrl+R",), exporting.ask_render, "make", has_mix),
        here("playlist", "Export the mix as a playlist", (), lambda: exporting.ask_export(".m3u8"), "list", has_mix),
        here("cue", "Export a cue sheet", (), lambda: exporting.ask_export(".cue"), "list", has_mix),
        here("rekordbox", "Export the mix as rekordbox XML", (), lambda: exporting.ask_export(".xml"), "share",
             has_mix),
        here("print", "Set list to print", (), lambda: exporting.ask_export(".html"), "list", has_mix),
        here("line", "To the timeline", ("T",), line.setFocus, "automix", has_mix),
        at_line("before", "Transition before", ("Left",), lambda: line.choose(max(0, line.chosen - 1), show=True),
                "left"),
        at_line("after", "Transition after", ("Right",), lambda: line.choose(line.chosen + 1, show=True), "right"),
        at_line("audition", "Hear the transition", ("A",), lambda: screen.playing.audition(line.chosen), "play"),
        at_line("kind", "Kind of the transition", ("K",), lambda: line.acted.emit("kind"), "edit"),
        at_line("lock", "Lock or unlock the transition", ("L",), lambda: line.acted.emit("lock"), "lock"),
        at_line("like", "Like the transition", ("Y",), lambda: screen.rate("like"), "like"),
        at_line("dislike", "Not like this transition", ("N",), lambda: screen.rate("dislike"), "nope"),
        at_line("earlier", "Transition a bar earlier", ("Alt+Left",), lambda: screen.nudge(line.chosen, -1, False),
                "left"),
        at_line("later", "Transition a bar later", ("Alt+Right",), lambda: screen.nudge(line.chosen, 1, False),
                "right"),
        at_line("fine", "Transition 10 ms later (← earlier)", ("Alt+Shift+Right",),
                lambda: screen.nudge(line.chosen, 1, True), "right"),
        at_line("longer", "Transition a bar longer", (".",), lambda: screen.lengthen(1), "plus"),
        at_line("shorter", "Transition a bar shorter", (";",), lambda: screen.lengthen(-1), "close"),
        at_line("track", "Choose the track after (↑ before)", ("Down",), lambda: line.choose_track(1), "down"),
        at_line("move", "Move the track later (↑ earlier)", ("Alt+Down",), lambda: line.move_track(1), "down"),
        at_line("take", "Take the track out of the mix", ("Delete",), screen.remove_track, "trash"),
        at_line("zoom", "Zoom to the transition", ("Z",), line.zoom_chosen, "zoom-in"),
        at_line("in", "Zoom in", ("+",), lambda: line.zoom(1.25), "zoom-in"),
        at_line("out", "Zoom out", ("-",), lambda: line.zoom(0.8), "zoom-out"),
        at_line("fit", "See the whole mix", ("0",), line.fit, "zoom-out"),
        at_line("pan", "Pan (Ctrl+← back)", ("Ctrl+Right",), lambda: line.pan_step(1), "right"),
    ]
