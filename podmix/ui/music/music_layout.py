# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the parts of the music screen stand, and its menus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout

from podmix.ui import icons
from podmix.ui.music.columns import COLUMNS, first_descending
from podmix.ui.music.track_panel import TALL
from podmix.ui.widgets.buttons import IconButton
from podmix.ui.widgets.labels import hairline, label

if TYPE_CHECKING:
    from podmix.ui.music.screen import MusicScreen

SIDE = 188
TABLE_TALL = 120
TOOLS_FROM = 640
"""On a lower screen the track in hand is without its tools."""


def lay_out(screen: MusicScreen) -> None:
    """Put the parts of ``screen`` into it."""
    for control, fill in ((screen.more, partial(fill_more, screen)), (screen.new_button, screen.lists.fill_new)):
        menu = QMenu(control)
        menu.addAction(" ")  # an empty menu would not open
        menu.aboutToShow.connect(menu.clear)
        menu.aboutToShow.connect(lambda menu=menu, fill=fill: fill(menu))
        control.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        control.setMenu(menu)
    side = QVBoxLayout()
    side.setContentsMargins(12, 24, 4, 8)
    side.setSpacing(8)
    head = QHBoxLayout()
    head.setContentsMargins(8, 0, 0, 0)
    head.addWidget(label("Library", kind="heading"), 1)
    head.addWidget(screen.new_button)
    side.addLayout(head)
    side.addWidget(screen.tree, 1)
    screen.side.setFixedWidth(SIDE)
    screen.side.setLayout(side)
    top = QHBoxLayout()
    top.setSpacing(10)
    top.addWidget(screen.title, 1)
    top.addWidget(screen.count)
    for part in (screen.open_button, screen.add_button, screen.more):
        top.addWidget(part)
    screen.body.addWidget(screen.table)
    screen.body.addWidget(screen.empty)
    screen.split.setChildrenCollapsible(False)
    screen.split.setHandleWidth(8)
    screen.split.addWidget(screen.panel)
    screen.split.addWidget(screen.body)
    screen.split.setStretchFactor(1, 1)
    screen.panel.hide()
    screen.panel.setMinimumHeight(TALL)
    screen.body.setMinimumHeight(TABLE_TALL)
    main = QVBoxLayout()
    main.setContentsMargins(12, 20, 16, 0)
    main.setSpacing(10)
    main.addLayout(top)
    main.addWidget(screen.filter)
    main.addWidget(screen.split, 1)
    row = QHBoxLayout(screen)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(screen.side)
    row.addWidget(hairline(vertical=True))
    row.addLayout(main, 1)


def fill_more(screen: MusicScreen, menu: QMenu) -> None:
    tint, head = screen.around.theme.tokens.soft, screen.table.head
    entries: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("folder", "Music folders…", screen.folders.open_dialog),
        ("refresh", "Look for changes", screen.folders.scan),
        ("import", "Import from a DJ program…", screen.lists.ask_import),
        ("share", "Export as rekordbox XML…", lambda: screen.lists.ask_export(None)))
    for icon, words, do in entries:
        menu.addAction(icons.icon(icon, tint), words).triggered.connect(lambda _checked=False, do=do: do())
    menu.addSeparator()
    sorting = menu.addMenu("Sort by")
    for column in COLUMNS:
        if column.sort and (column.name != "place" or screen.tree.place[1]):
            entry = sorting.addAction("The playlist's order" if column.name == "place" else column.title)
            entry.setCheckable(True)
            entry.setChecked(column.sort == head.sort)
            entry.triggered.connect(lambda _checked=False, column=column: screen.sort(
                column.sort, not head.descending if column.sort == head.sort else first_descending(column.name)))
    head.fill(menu.addMenu("Columns"))
