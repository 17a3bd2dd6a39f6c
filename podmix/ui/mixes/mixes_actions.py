# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done on the Mixes screen by name or key, for the shortcuts, the palette and the help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from podmix.ui.actions import Action

if TYPE_CHECKING:
    from podmix.ui.mixes.screen import MixesScreen

SECTION, ROWS = "Mixes", "Mixes (on a track)"


def mixes_actions(screen: MixesScreen) -> list[Action]:
    """In the order of the help; those of the list are answered by it while it has the focus."""
    def open_one() -> bool:
        return screen.front_card is not None

    def here(name: str, words: str, keys: tuple[str, ...], do: Callable[[], object], icon: str,  # noqa: PLR0917
             enabled: Callable[[], bool] | None = None) -> Action:
        return Action(f"mixes.{name}", words, keys, SECTION, do, icon=icon, enabled=enabled)

    def at_row(name: str, words: str, key: str, icon: str) -> Action:
        return Action(f"mixes.{name}", words, (key,), ROWS, lambda: screen.act_on_chosen(name), icon=icon,
                      at_focus=True, enabled=open_one)

    return [
        here("ask", "Ask for a mix in your own words", ("Ctrl+F", "/"), screen.ask, "search"),
        here("play", "Play the mix", ("Ctrl+Return",), screen.play, "play", open_one),
        here("automix", "Plan the mix with transitions", ("Ctrl+M",), screen.automix, "automix", open_one),
        here("save", "Save the mix as a playlist", ("Ctrl+S",), screen.save, "list", open_one),
        here("previews", "Previews between the tracks", ("B",), screen.toggle_previews, "previews", open_one),
        here("more", "More of this mix", ("Ctrl+E",), screen.more, "plus",
             lambda: screen.front_card is not None and screen.front_card.kind == "daily"),
        here("accept", "Accept all suggestions", ("Ctrl+Shift+A",), screen.accept_all, "check",
             lambda: bool(screen.page.list.rows_model.waiting) and open_one()),
        here("import", "Import a friend's taste file", (), screen.taste.ask_import, "import"),
        here("export", "Export your taste for a friend", (), screen.taste.ask_export, "share"),
        here("learned", "What PodMix learned", ("W",), screen.show_learned, "why"),
        here("again", "Look for mixes again", ("F5",), screen.reload, "refresh"),
        here("erase", "Erase what PodMix learned…", (), screen.taste.ask_erase, "trash"),
        at_row("like", "Like the track", "L", "like"),
        at_row("dislike", "Less like this track", "X", "nope"),
        at_row("queue", "Put the track up next", "Q", "queue"),
        at_row("accept_one", "Put the suggested track into the playlist", "A", "check"),
        at_row("remove", "Take the suggested track away", "Delete", "close"),
    ]
