# SPDX-License-Identifier: GPL-3.0-or-later
"""What the keys do while the waveform of the track in hand has the focus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from podmix.music import grid_edits
from podmix.ui.music.colours import HOT_CUES

if TYPE_CHECKING:
    from podmix.ui.music.track_panel import TrackPanel

Command = tuple[str, tuple[str, ...], str, Callable[[], object]]


def track_commands(panel: TrackPanel) -> list[Command]:
    """(name, keys, words, what to do)."""
    editor, wave = panel.editor, panel.wave

    def grid(words: str, change: Callable[[grid_edits.Marks], grid_edits.Marks]) -> Callable[[], object]:
        return lambda: editor.change_grid(words, change)

    found: list[Command] = [
        ("tap", ("T",), "Tap the beat", editor.tap),
        ("beat", ("B",), "A beat is here", lambda: editor.change_grid(
            "Beat here", lambda marks: grid_edits.with_beat(marks, editor.position))),
        ("bar", ("D",), "A bar begins here", lambda: editor.change_grid(
            "Bar begins here", lambda marks: grid_edits.with_downbeat(marks, editor.position))),
        ("earlier", (",",), "Grid 1 ms earlier",
         grid("Grid 1 ms earlier", lambda m: grid_edits.shifted(m, -0.001))),
        ("later", (".",), "Grid 1 ms later", grid("Grid 1 ms later", lambda m: grid_edits.shifted(m, 0.001))),
        ("earlier10", ("Ctrl+,",), "Grid 10 ms earlier",
         grid("Grid 10 ms earlier", lambda m: grid_edits.shifted(m, -0.010))),
        ("later10", ("Ctrl+.",), "Grid 10 ms later",
         grid("Grid 10 ms later", lambda m: grid_edits.shifted(m, 0.010))),
        ("turn_back", ("Alt+Left",), "Bars one beat earlier",
         grid("Bars one beat earlier", lambda m: grid_edits.turned(m, -1))),
        ("turn", ("Alt+Right",), "Bars one beat later",
         grid("Bars one beat later", lambda m: grid_edits.turned(m, 1))),
        ("double", ("X",), "Twice the tempo", grid("Twice the tempo", lambda m: grid_edits.scaled(m, 2.0))),
        ("halve", ("H",), "Half the tempo", grid("Half the tempo", lambda m: grid_edits.scaled(m, 0.5))),
        ("click", ("C",), "Metronome on or off", panel.click.click),
        ("follow", ("F",), "Follow playback", panel.follow.click),
        ("play", ("Space",), "Play this track or pause", editor.toggle),
        ("left", ("Left",), "Back a beat", lambda: editor.step(-1)),
        ("right", ("Right",), "On a beat", lambda: editor.step(1)),
        ("bar_back", ("Shift+Left",), "Back a bar", lambda: editor.step(-panel.beats_per_bar)),
        ("bar_on", ("Shift+Right",), "On a bar", lambda: editor.step(panel.beats_per_bar)),
        ("start", ("Home",), "To the start", lambda: editor.seek(0.0)),
        ("closer", ("Up", "="), "Zoom in", lambda: wave.zoom(1.5)),
        ("wider", ("Down", "-"), "Zoom out", lambda: wave.zoom(1 / 1.5)),
        ("whole", ("A",), "The whole track", wave.zoom_to_all),
        ("in", ("I",), "Come in here", lambda: editor.add_cue("in")),
        ("out", ("O",), "Go out here", lambda: editor.add_cue("out")),
        ("remove", ("Delete", "Backspace"), "Remove the chosen cue", panel.remove_cue),
        ("name", ("N", "F2"), "Name the chosen cue", panel.cue_name.setFocus),
        ("next_cue", ("]",), "To the next cue", lambda: panel.to_cue(1)),
        ("cue_before", ("[",), "To the cue before", lambda: panel.to_cue(-1)),
        ("key", ("K",), "Choose the key", panel.key.setFocus),
        ("bpm", ("M",), "Type the tempo", panel.edit_bpm),
        ("undo", ("Ctrl+Z",), "Undo the last edit", panel.undo),
        ("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Redo", panel.redo),
    ]
    found += [(f"hot{number + 1}", (str(number + 1),), f"Hot cue {number + 1}: go there, or set it here",
               partial(editor.hot_cue, number)) for number in range(HOT_CUES)]
    return found
