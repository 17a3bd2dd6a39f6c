# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done in the lab by name or key, for the shortcuts, the palette and the help."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from podmix.ui.actions import Action

if TYPE_CHECKING:
    from podmix.ui.lab.screen import LabScreen

SECTION, TABLE = "Lab", "Lab (on chosen runs)"


def lab_actions(screen: LabScreen) -> list[Action]:
    """In the order of the help; those of the table are answered by it while it has the focus."""
    def find() -> None:
        screen.show_runs()
        screen.runs.filter.edit.setFocus()

    def here(name: str, words: str, keys: tuple[str, ...], do: Callable[[], object], icon: str) -> Action:
        return Action(f"lab.{name}", words, keys, SECTION, do, icon=icon)

    def table(name: str, words: str, key: str, icon: str, what: str) -> Action:
        return Action(f"lab.{name}", words, (key,), TABLE, lambda: screen.runs.act(what), icon=icon, at_focus=True,
                      enabled=lambda: screen.is_built and bool(screen.runs.table.chosen))

    return [
        here("find", "Search the runs", ("Ctrl+F",), find, "search"),
        here("start", "Train, sweep, evaluate or profile", ("Ctrl+Shift+T",), screen.open_start, "plus"),
        here("sweeps", "Sweeps", ("Ctrl+Shift+W",), screen.open_sweep, "lab"),
        here("listening", "Listening test", ("Ctrl+Shift+I",), screen.open_listening, "volume"),
        here("sync", "Weights & Biases", ("Ctrl+Shift+B",), screen.open_sync, "share"),
        here("refresh", "Read the runs again", ("F5",), lambda: screen.runs.reload(), "refresh"),  # noqa: PLW0108 - it is not built yet
        table("open", "Open the run", "Return", "lab", "open"),
        table("compare", "Compare the chosen runs", "C", "list", "compare"),
        table("use", "Use this model, or stop using it", "P", "star", "promote"),
        table("report", "Write a report", "R", "quote", "report"),
    ]
