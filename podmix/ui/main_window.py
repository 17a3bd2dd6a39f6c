# SPDX-License-Identifier: GPL-3.0-or-later
"""The window: puts sidebar, screens, side panel and player bar together and lets them talk. It implements no feature.

It knows the program only through ``Verbs`` and a playback port. A new screen is one more line in ``SCREENS``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QByteArray, QMargins, QSize, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from podmix.app.interface import Verbs
from podmix.app.views import JobCard, PreviewCard
from podmix.errors import PodMixError
from podmix.ui.actions import Actions
from podmix.ui.automix.screen import AutomixScreen
from podmix.ui.background import Background
from podmix.ui.desktop_media import Connect, DesktopMedia
from podmix.ui.lab.screen import LabScreen
from podmix.ui.listening import ListeningNotes
from podmix.ui.mixes.screen import MixesScreen
from podmix.ui.music.folder_actions import music_files
from podmix.ui.music.screen import MusicScreen
from podmix.ui.player import Player
from podmix.ui.player_bar.bar import PlayerBar
from podmix.ui.player_bar.keeping import QueueKeeper
from podmix.ui.player_bar.queue_panel import QueuePanel
from podmix.ui.playing import NowPlaying, PlaybackPort
from podmix.ui.podcasts.adding import Adding, droppable
from podmix.ui.podcasts.screen import PodcastsScreen
from podmix.ui.previews.screen import PreviewsScreen
from podmix.ui.search.screen import SearchScreen
from podmix.ui.settings.screen import SettingsScreen
from podmix.ui.shell.help_sheet import HelpSheet
from podmix.ui.shell.notices import Banner, Toast
from podmix.ui.shell.overlay import DropSign
from podmix.ui.shell.palette import Choice, Palette
from podmix.ui.shell.side_panel import WIDTH, SidePanel
from podmix.ui.shell.sidebar import Entry, Sidebar
from podmix.ui.surroundings import Events, Notices, Surroundings, Ways
from podmix.ui.theme import Mode, Theme
from podmix.ui.window_actions import window_actions

PANEL_FROM, WORDS_FROM = 1180, 1080
SMALLEST = (960, 600)
REMEMBER_MS = 400  # a slider that is dragged is written once
log = logging.getLogger("podmix.ui")


@dataclass(frozen=True, slots=True)
class ScreenPlace:
    """A screen: its place in the sidebar and what builds it."""

    entry: Entry
    build: Callable[[Surroundings], QWidget]


SCREENS: tuple[ScreenPlace, ...] = (
    ScreenPlace(Entry("previews", "Previews", "previews", "1"), PreviewsScreen),
    ScreenPlace(Entry("podcasts", "Podcasts", "podcasts", "2"), PodcastsScreen),
    ScreenPlace(Entry("music", "Music", "music", "3"), MusicScreen),
    ScreenPlace(Entry("automix", "Automix", "automix", "4"), AutomixScreen),
    ScreenPlace(Entry("mixes", "Mixes", "mixes", "5"), MixesScreen),
    ScreenPlace(Entry("lab", "Lab", "lab", "6"), LabScreen),
    ScreenPlace(Entry("search", "Search", "search", ""), SearchScreen),
    ScreenPlace(Entry("settings", "Settings", "settings", "", foot=True), SettingsScreen),
)


class MainWindow(QMainWindow):
    """Give it the verbs and a player; ``show`` it; closing it closes the player, not the verbs.

    ``desktop`` connects to the desktop's media controls (None: this window stays unknown there).
    """

    def __init__(self, verbs: Verbs, port: PlaybackPort, *, theme: Theme | None = None,
                 desktop: Connect | None = None) -> None:
        super().__init__()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.setWindowTitle("PodMix")
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self.theme = theme or Theme(app, Mode.of(verbs.setting("appearance.theme")),
                                    reduced_motion=bool(verbs.setting("appearance.reduced_motion")))
        self.theme.apply()
        background = Background(parent=self)
        self.around = Surroundings(verbs, background, self.theme, Player(port, verbs.setting, self), Notices(self),
                                   Ways(self), Events(verbs, self))
        self.desktop_media = DesktopMedia(self.around.player, self, lambda: self.actions_known.run("play.toggle"))
        self._desktop = desktop
        self.actions_known = Actions(self)
        self._panel_wanted: bool | None = None
        self._build()
        self._wire()
        self.actions_known.add_all(window_actions(self))
        for place in SCREENS:
            screen = self.screens[place.entry.name]
            if hasattr(screen, "actions_here"):
                self.actions_known.add_all(screen.actions_here(), place.entry.name)
        self._restore()
        QTimer.singleShot(0, self._after_first_paint)

    # -- putting together --
    def _build(self) -> None:
        self.sidebar = Sidebar(self.theme, [place.entry for place in SCREENS])
        self.banner = Banner(self.around)
        self.stack = QStackedWidget()
        self.screens: dict[str, QWidget] = {}
        for place in SCREENS:
            screen = place.build(self.around)
            self.screens[place.entry.name] = screen
            self.stack.addWidget(screen)
        self.panel = SidePanel(self.around)
        self.player_bar = PlayerBar(self.around)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        self._banner_room = QWidget()
        room = QVBoxLayout(self._banner_room)
        room.setContentsMargins(24, 12, 24, 0)
        room.addWidget(self.banner)
        middle.addWidget(self._banner_room)
        middle.addWidget(self.stack, 1)
        self._upper = QHBoxLayout()
        self._upper.setContentsMargins(0, 0, 0, 0)
        self._upper.setSpacing(0)
        self._upper.addWidget(self.sidebar)
        self._upper.addLayout(middle, 1)
        self._upper.addWidget(self.panel)
        self._body = QWidget()
        whole = QVBoxLayout(self._body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._upper, 1)
        whole.addWidget(self.player_bar)
        self.setCentralWidget(self._body)
        self._banner_room.setVisible(False)
        self.queue_panel = QueuePanel(self.around, self._body, self.player_bar)
        self.listening = ListeningNotes(self.around, self)
        self.keeper = QueueKeeper(self.around, self._remember, self)
        self._unsaved: dict[str, object] = {}
        self._saver = QTimer(self)
        self._saver.setSingleShot(True)
        self._saver.setInterval(REMEMBER_MS)
        self._saver.timeout.connect(self._save)
        self.toast = Toast(self.around, self._body)
        self.palette_veil = Palette(self.theme, self._body, self._palette_choices)
        self.help_veil = HelpSheet(self.theme, self._body)
        self.drop_sign = DropSign(self.theme, self._body)
        self.adding = Adding(self.around, self)

    def _wire(self) -> None:
        around, previews, podcasts = self.around, self.screens["previews"], self.screens["podcasts"]
        assert isinstance(previews, PreviewsScreen)
        assert isinstance(podcasts, PodcastsScreen)
        self.sidebar.chosen.connect(self.show_screen)
        self.sidebar.jobs_wanted.connect(self.toggle_panel)
        around.ways.screen.connect(self.show_screen)
        around.ways.side_panel.connect(self.toggle_panel)
        around.ways.automix.connect(lambda *_: self.show_screen("automix"))
        for way, screen, handler in ((around.ways.show_page, "podcasts", podcasts.open_show),
                                     (around.ways.episode_page, "podcasts", podcasts.open_episode),
                                     (podcasts.preview_wanted, "previews", previews.open_preview)):
            way.connect(lambda *_, screen=screen: self.show_screen(screen))
            way.connect(handler)
        previews.card_shown.connect(self._card_shown)
        previews.why_wanted.connect(self.toggle_panel)
        around.notices.toast_wanted.connect(self.toast.say)
        around.notices.toast_over.connect(self.toast.hide)
        around.notices.problem_wanted.connect(self._problem)
        around.background.problem.connect(self._problem)
        around.events.problem.connect(self._problem)
        around.player.problem.connect(self._problem)
        around.events.jobs.connect(self._jobs_moved)
        around.player.option_changed.connect(self._remember)
        around.player.notice.connect(self.toast.say)
        around.player.left_off.connect(self._left_off)
        self.player_bar.option_changed.connect(self._remember)
        self.player_bar.queue_wanted.connect(self.queue_panel.toggle)
        self.queue_panel.toggled.connect(self.player_bar.queue.setChecked)
        self.player_bar.play_wanted.connect(lambda: self.actions_known.run("play.toggle"))
        for veil in (self.palette_veil, self.help_veil):
            veil.toggled.connect(lambda up: self.actions_known.suspend(suspended=up))
        self.banner.closer.clicked.connect(lambda: self._banner_room.setVisible(False))

    def _problem(self, error: PodMixError) -> None:
        self.banner.say(error)
        self._banner_room.setVisible(True)

    def _jobs_moved(self, jobs: tuple[JobCard, ...]) -> None:
        self.sidebar.show_jobs(jobs)
        self._arrange()

    def _remember(self, key: str, value: object) -> None:
        """Volume, speed and the like survive the session."""
        if "." in key:
            self._unsaved[key] = value
            self._saver.start()

    def _save(self) -> None:
        unsaved, self._unsaved = self._unsaved, {}
        self.around.background.run(lambda: self._write(unsaved))

    def _write(self, unsaved: dict[str, object]) -> None:
        for key, value in unsaved.items():
            self.around.verbs.set_setting(key, value)

    def _left_off(self, now: NowPlaying, position: float) -> None:
        """Where the person stopped listening to an episode."""
        self.around.background.run(lambda: self.around.verbs.save_position(now.episode_id, position))

    def _after_first_paint(self) -> None:
        verbs = self.around.verbs
        previews = self.screens["previews"]
        assert isinstance(previews, PreviewsScreen)
        previews.reload()
        self.around.player.start()
        self.keeper.restore()
        if self._desktop is not None:
            self.desktop_media.start(self._desktop, self.around.background)

        def begin() -> tuple[JobCard, ...]:
            verbs.start_work()
            return tuple(verbs.jobs())

        self.around.background.run(begin, then=self.around.events.jobs.emit, owner=self)

    # -- screens --
    @property
    def front(self) -> str:
        return next(name for name, screen in self.screens.items() if screen is self.stack.currentWidget())

    def show_screen(self, name: str) -> None:
        if name not in self.screens:
            name = SCREENS[0].entry.name
        before = self.stack.currentWidget()
        screen = self.screens[name]
        self.stack.setCurrentWidget(screen)
        self.sidebar.set_front(name)
        self.actions_known.set_front(name)
        for widget, active in ((before, False), (screen, True)):
            if widget is not None and (widget is not screen or active) and hasattr(widget, "activate"):
                widget.activate(active)
        if name != "previews":
            self.panel.show_card(None)
        self._arrange()

    def _card_shown(self, card: PreviewCard | None) -> None:
        previews = self.screens["previews"]
        assert isinstance(previews, PreviewsScreen)
        why = previews.whys.get(card.preview_id, ()) if card is not None else ()
        self.panel.show_card(card if self.front == "previews" else None, why)
        self._arrange()

    # -- the side panel --
    def toggle_panel(self) -> None:
        self._panel_wanted = not self.panel.isVisible()
        self._arrange()

    def _arrange(self) -> None:
        wide = self.width() >= PANEL_FROM
        self.sidebar.set_short(short=self.width() < WORDS_FROM)
        useful = self.panel.has_card or self.sidebar.working
        shown = (wide and useful and self.front == "previews") if self._panel_wanted is None else self._panel_wanted
        floating = not wide
        if floating and self.panel.parentWidget() is self._body and self._upper.indexOf(self.panel) >= 0:
            self._upper.removeWidget(self.panel)
        elif not floating and self._upper.indexOf(self.panel) < 0:
            self._upper.addWidget(self.panel)
        self.panel.set_floating(floating=floating)
        self.panel.setVisible(shown)
        if floating and shown:
            tall = self._body.height() - self.player_bar.height() - 24
            self.panel.setGeometry(self._body.width() - WIDTH - 12, 12, WIDTH, tall)
            self.panel.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        was_wide = event.oldSize().width() >= PANEL_FROM
        super().resizeEvent(event)
        if was_wide != (self.width() >= PANEL_FROM):
            self._panel_wanted = None
        self._arrange()

    # -- veils --
    def _palette_choices(self) -> list[Choice]:
        actions = [Choice(a.text, a.section, a.icon, a.key_text, a.handler) for a in self.actions_known.available()]
        podcasts = self.screens["podcasts"]
        assert isinstance(podcasts, PodcastsScreen)
        shows = [Choice(card.title, "Show", "podcasts", "", partial(self.around.ways.show_page.emit, card.show_id))
                 for card in podcasts.known_shows]
        return [*actions, *shows]

    def open_palette(self) -> None:
        self.palette_veil.open()

    def open_help(self) -> None:
        self.help_veil.open_with(self.actions_known.all())

    def undo(self, *, back: bool = True) -> None:
        """What the last word offered to take back, else what the screen in front can."""
        screen = self.stack.currentWidget()
        if back and self.toast.can_undo:
            self.toast.undo()
        elif isinstance(screen, MusicScreen | AutomixScreen):
            screen.undo() if back else screen.redo()

    def go_back(self) -> None:
        """Escape: close what floats, else go one page back."""
        if self.banner.isVisible():
            self.banner.closer.click()
        elif self.queue_panel.isVisible():
            self.queue_panel.close_panel()
        elif self.panel.isVisible() and self.width() < PANEL_FROM:
            self.toggle_panel()
        elif hasattr(self.stack.currentWidget(), "go_back"):
            self.stack.currentWidget().go_back()  # type: ignore[union-attr]

    # -- drag and drop --
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if droppable(event.mimeData()) or music_files(event.mimeData()):
            event.acceptProposedAction()
            self.drop_sign.appear()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.drop_sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_sign.hide()
        event.acceptProposedAction()
        self.adding.dropped(event.mimeData())
        folders, music = music_files(event.mimeData()), self.screens["music"]
        if folders and isinstance(music, MusicScreen):
            self.show_screen("music")
            music.folders.take(folders)

    # -- life --
    def _restore(self) -> None:
        saved = str(self.around.verbs.setting("window.geometry") or "")
        if not saved or not self.restoreGeometry(QByteArray.fromBase64(saved.encode("ascii", "ignore"))):
            self.resize(self.screen().availableSize().shrunkBy(QMargins(0, 0, 0, 36)).boundedTo(QSize(1280, 800)))
        self.show_screen(str(self.around.verbs.setting("window.last_screen") or "previews"))

    def _remember_window(self) -> None:
        verbs = self.around.verbs
        verbs.set_setting("window.geometry", bytes(self.saveGeometry().toBase64().data()).decode("ascii"))
        verbs.set_setting("window.last_screen", self.front)
        self._write(self._unsaved)
        podcasts = self.screens["podcasts"]
        assert isinstance(podcasts, PodcastsScreen)
        podcasts.save_position_now()

    def closeEvent(self, event: QCloseEvent) -> None:
        try:
            self._remember_window()
        except PodMixError as error:  # never a reason to stay open
            log.warning("The window's place was not kept: %s", error)
        self.desktop_media.close()
        self.around.events.close()
        if isinstance(music := self.screens.get("music"), MusicScreen):
            music.editor.save()  # what was put right a moment ago
        self.around.background.close()
        self.around.player.close()
        super().closeEvent(event)
