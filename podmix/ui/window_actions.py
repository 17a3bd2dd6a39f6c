# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done everywhere: moving between screens, playback, the palette, help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podmix.ui.actions import Action

if TYPE_CHECKING:
    from podmix.ui.main_window import MainWindow

ANYWHERE, PLAYING = "Anywhere", "Playback"


def window_actions(window: MainWindow) -> list[Action]:
    """The window's own actions, in the order of the help."""
    player, ways = window.around.player, window.around.ways
    previews = window.screens["previews"]

    def toggle() -> None:
        screen = window.screens[window.front]
        if window.front == "previews" or getattr(screen, "takes_space", False):
            screen.toggle()  # type: ignore[attr-defined]
        else:
            player.toggle()

    def theme() -> None:
        wanted = "light" if window.theme.tokens.dark else "dark"
        window.around.background.run(lambda: window.around.verbs.set_setting("appearance.theme", wanted))
        from podmix.ui.theme import Mode

        window.theme.choose(Mode.of(wanted))

    def add() -> None:
        window.show_screen("podcasts")
        window.screens["podcasts"].focus_address()  # type: ignore[attr-defined]

    def saved() -> None:
        window.show_screen("previews")
        previews.choose("saved")  # type: ignore[attr-defined]

    return [
        Action("go.previews", "Go to Previews", ("1", "Ctrl+1"), ANYWHERE, lambda: window.show_screen("previews"),
               icon="previews"),
        Action("go.podcasts", "Go to Podcasts", ("2", "Ctrl+2"), ANYWHERE, lambda: window.show_screen("podcasts"),
               icon="podcasts"),
        Action("go.music", "Go to Music", ("3", "Ctrl+3"), ANYWHERE, lambda: window.show_screen("music"), icon="music"),
        Action("go.automix", "Go to Automix", ("4", "Ctrl+4"), ANYWHERE, lambda: window.show_screen("automix"),
               icon="automix"),
        Action("go.mixes", "Go to Mixes", ("5", "Ctrl+5"), ANYWHERE, lambda: window.show_screen("mixes"), icon="mixes"),
        Action("go.lab", "Go to the Lab", ("6", "Ctrl+6"), ANYWHERE, lambda: window.show_screen("lab"), icon="lab"),
        Action("go.search", "Search every word", ("Ctrl+Shift+F",), ANYWHERE, lambda: window.show_screen("search"),
               icon="search"),
        Action("go.saved", "Saved previews", ("Shift+S",), ANYWHERE, saved, icon="save"),
        Action("go.settings", "Settings", (",", "Ctrl+,"), ANYWHERE, lambda: window.show_screen("settings"),
               icon="settings"),
        Action("palette", "Do anything by name", ("Ctrl+K",), ANYWHERE, window.open_palette, icon="keyboard"),
        Action("help", "Show all keys", ("?", "F1"), ANYWHERE, window.open_help, icon="keyboard"),
        Action("add", "Subscribe to a podcast", ("Ctrl+N",), ANYWHERE, add, icon="plus"),
        Action("opml", "Import OPML…", ("Ctrl+O",), ANYWHERE, lambda: ways.import_opml.emit(None), icon="import"),
        Action("demo", "Try the demo shows", (), ANYWHERE, ways.add_demo.emit, icon="demo"),
        Action("panel", "Show or hide what is under way", ("P",), ANYWHERE, window.toggle_panel, icon="panel"),
        Action("undo", "Undo", ("Ctrl+Z",), ANYWHERE, window.undo, icon="undo"),
        Action("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), ANYWHERE, lambda: window.undo(back=False), icon="redo"),
        Action("back", "Back, or close what is open", ("Escape",), ANYWHERE, window.go_back, icon="left"),
        Action("theme", "Switch between light and dark", ("Ctrl+Shift+L",), ANYWHERE, theme, icon="sleep"),
        Action("quit", "Quit", ("Ctrl+Q",), ANYWHERE, window.close, icon="close"),
        Action("play.toggle", "Play or pause", ("Space",), PLAYING, toggle, icon="play",
               yields_to_buttons=True),
        Action("play.next", "Next preview, chapter or episode", ("Shift+N",), PLAYING,
               lambda: player.step(1), icon="next"),
        Action("play.previous", "Previous preview or chapter", ("Shift+P",), PLAYING,
               lambda: player.step(-1), icon="previous"),
        Action("play.ahead", "Ahead 30 seconds", ("Shift+Right",), PLAYING, lambda: player.skip(30), icon="right"),
        Action("play.back", "Back 15 seconds", ("Shift+Left",), PLAYING, lambda: player.skip(-15), icon="left"),
        Action("play.faster", "Faster", ("]",), PLAYING, lambda: player.faster(1), icon="up"),
        Action("play.slower", "Slower", ("[",), PLAYING, lambda: player.faster(-1), icon="down"),
        Action("play.louder", "Louder", ("=", "Ctrl+Up"), PLAYING, lambda: player.set_volume(player.volume + 0.05),
               icon="volume"),
        Action("play.quieter", "Quieter", ("-", "Ctrl+Down"), PLAYING, lambda: player.set_volume(player.volume - 0.05),
               icon="volume"),
        Action("play.queue", "Show or hide what is up next", ("U",), PLAYING, window.queue_panel.toggle, icon="queue"),
        Action("play.mute", "Mute", ("M",), PLAYING, window.player_bar.toggle_mute, icon="mute"),
    ]
