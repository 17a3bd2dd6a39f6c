# SPDX-License-Identifier: GPL-3.0-or-later
"""The track in hand above the table: what it is, its waveform, tools for grid, key and cues. All of it by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from podmix.app.track_views import CueMark
from podmix.music import grid_edits
from podmix.music.interop.key_notation import from_order, parse_key
from podmix.ui.actions import Action
from podmix.ui.music.colours import HOT_CUES, key_colour
from podmix.ui.music.track_commands import track_commands
from podmix.ui.music.track_editor import CUES, GRID, KEY, TrackEditor
from podmix.ui.music.wave_paint import cue_tint
from podmix.ui.music.wave_view import OverviewBar, WaveView, key_name
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import LARGE, font
from podmix.ui.widgets.artwork import Artwork
from podmix.ui.widgets.buttons import IconButton, button, name_control
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import clock_text

SECTION = "Track in hand (while its waveform has the focus)"
TALL, LOW = 262, 182
WAVE_TALL, WAVE_LOW = 96, 72
ALL_FROM = 760  # in narrower panels what the keyboard and other places offer too is left out
METRES = (2, 3, 4, 5, 6, 7)


class TrackPanel(QWidget):
    """``close_wanted`` when it is to go away. ``commands`` are what the waveform's keys do, for the help."""

    close_wanted = Signal()
    tools_shown = Signal(bool)

    def __init__(self, around: Surroundings, editor: TrackEditor) -> None:
        super().__init__()
        self._around, self.editor = around, editor
        theme = around.theme
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Track in hand")
        self.wave = WaveView(theme, editor)
        self.overview = OverviewBar(theme, editor, self.wave)
        self._art = Artwork(theme, 40, radius=6)
        self._tools = QWidget()
        self._title, self._about = ElidedLabel(kind="strong"), ElidedLabel(kind="small")
        self.play = IconButton(theme, "play", "Play this track", key="Space")
        self.click = IconButton(theme, "metronome", "Metronome", key="C", on_icon="metronome", on_colour="music")
        self.follow = IconButton(theme, "target", "Follow playback", key="F", on_icon="target", on_colour="music")
        self.back, self.again = IconButton(theme, "undo", "Undo", key="Ctrl+Z"), IconButton(
            theme, "redo", "Redo", key="Ctrl+Shift+Z")
        self.fold = IconButton(theme, "edit", "Fewer tools", on_icon="edit", on_colour="music")
        self.closer = IconButton(theme, "close", "Close the track", key="Esc", size=16)
        self.bpm, self.key, self.metre = QLineEdit(), QComboBox(), QComboBox()
        self.analysed = button("", kind="link", name="Back to the analysed values")
        self.note = label(kind="small")
        self.cue_name = QLineEdit()
        self.tools_wanted: bool | None = None  # None: where there is room
        self.hot: list[QPushButton] = []
        self.commands = track_commands(self)
        for _, keys, _, do in self.commands:
            self.wave.commands.update(dict.fromkeys(map(key_name, keys), do))
        self._set_up()
        self._assemble()
        self._wire()
        self.show_tools(on=True)
        self._show()

    # -- what can be done --
    def help_actions(self) -> list[Action]:
        """For the help and the palette; the waveform itself answers to the keys."""
        return [Action(f"track.{name}", words, keys, SECTION, do, icon="wave", at_focus=True,
                       enabled=lambda: self.editor.page is not None) for name, keys, words, do in self.commands]

    @property
    def beats_per_bar(self) -> int:
        page = self.editor.page
        return page.marks[0].beats_per_bar if page is not None and page.marks else 4

    # -- putting together --
    def _set_up(self) -> None:
        self.bpm.setFont(font(LARGE, QFont.Weight.DemiBold, numbers=True))
        self.bpm.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.bpm.setPlaceholderText("BPM")
        self.bpm.setFixedWidth(92)
        name_control(self.bpm, "Tempo in beats a minute", "M")
        self.key.addItem("No key", "")
        for order in range(24):
            key = from_order(order)
            self.key.addItem(f"{key.camelot}  {key.name}", key.name)
        self.key.setFixedWidth(142)
        name_control(self.key, "Key", "K")
        for beats in METRES:
            self.metre.addItem(f"{beats}/4", beats)
        for box, name in ((self.key, "Keys"), (self.metre, "Metres")):
            box.view().setAccessibleName(name)
        self.metre.setFixedWidth(74)
        name_control(self.metre, "Beats in a bar")
        self.cue_name.setPlaceholderText("Name the cue")
        self.cue_name.setFixedWidth(124)
        name_control(self.cue_name, "Name of the chosen cue", "N")
        for toggle in (self.click, self.follow, self.fold):
            toggle.setCheckable(True)
        self.follow.setChecked(True)

    def _assemble(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._about)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self._art)
        top.addSpacing(4)
        top.addLayout(words, 1)
        for part in (self.bpm, self.metre, self.key, self.play, self.click, self.follow, self.back,
                     self.again, self.fold, self.closer):
            top.addWidget(part)
        tools = QHBoxLayout()
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(4)
        for name, words_ in (("tap", "Tap"), ("beat", "Beat here"), ("bar", "Bar here"), ("earlier", "‹ 1 ms"),
                             ("later", "1 ms ›"), ("turn_back", "‹ beat"), ("turn", "beat ›"), ("halve", "½ ×"),
                             ("double", "2 ×")):
            tools.addWidget(self._tool(name, words_))
        tools.addSpacing(6)
        tools.addWidget(self.note, 1)
        tools.addWidget(self.analysed)
        cues = QHBoxLayout()
        cues.setContentsMargins(0, 0, 0, 0)
        cues.setSpacing(4)
        for number in range(HOT_CUES):
            made = button(str(number + 1), kind="chip")
            made.clicked.connect(partial(self._press_hot, number))
            made.setMinimumWidth(40)
            self.hot.append(made)
            cues.addWidget(made)
        for name, words_ in (("in", "In"), ("out", "Out")):
            cues.addWidget(self._tool(name, words_))
        cues.addWidget(self.cue_name)
        cues.addWidget(self._tool("remove", "Remove"))
        cues.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 12, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.overview)
        column.addWidget(self.wave, 1)
        rows = QVBoxLayout(self._tools)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addLayout(tools)
        rows.addLayout(cues)
        column.addWidget(self._tools)

    def _tool(self, name: str, words: str) -> QAbstractButton:
        _, keys, said, do = next(command for command in self.commands if command[0] == name)
        made = button(words, kind="quiet")
        name_control(made, said, keys[0])
        made.clicked.connect(lambda _checked=False: do())
        made.setProperty("tool", name)
        return made

    def _wire(self) -> None:
        editor, player = self.editor, self._around.player
        editor.page_changed.connect(self._show)
        editor.edited.connect(self._edited)
        editor.moved.connect(self._show_time)
        editor.tapped.connect(self._tapped)
        editor.click_changed.connect(self.click.setChecked)
        player.playing_changed.connect(lambda _playing: self._show_playing())
        player.now_changed.connect(lambda _now: self._show_playing())
        self.play.clicked.connect(editor.toggle)
        self.click.clicked.connect(lambda on: self._click(on=on))
        self.follow.clicked.connect(lambda on: self.wave.set_following(on=on))
        self.wave.range_changed.connect(lambda *_: self.follow.setChecked(self.wave.following))
        self.back.clicked.connect(self.undo)
        self.again.clicked.connect(self.redo)
        self.closer.clicked.connect(self.close_wanted)
        self.fold.clicked.connect(self._choose_tools)
        editor.cover_changed.connect(self._show_cover)
        self.bpm.editingFinished.connect(self._type_bpm)
        self.bpm.returnPressed.connect(self.wave.setFocus)
        self.key.activated.connect(lambda at: self._choose_key(self.key.itemData(at)))
        self.metre.activated.connect(lambda at: editor.change_grid(
            f"{self.metre.itemText(at)} bars", lambda marks: grid_edits.with_metre(marks, METRES[at])))
        self.analysed.clicked.connect(self._back_to_analysis)
        self.wave.cue_chosen.connect(self._cue_chosen)
        self.cue_name.returnPressed.connect(self._name_cue)

    # -- doing --
    def _click(self, *, on: bool) -> None:
        self.editor.set_click(on=on)
        if on and not self.editor.is_loaded and self.editor.page is not None:
            self.editor.toggle()

    def _type_bpm(self) -> None:
        page = self.editor.page
        try:
            bpm = float(self.bpm.text().replace(",", "."))
        except ValueError:
            bpm = 0.0
        if page is not None and grid_edits.SLOWEST_BPM <= bpm <= grid_edits.FASTEST_BPM and (
                page.track.bpm is None or not page.marks or abs(bpm - page.track.bpm) >= 0.005):
            self.editor.set_bpm(bpm)
        self._show_bpm()

    def edit_bpm(self) -> None:
        self.bpm.setFocus()
        self.bpm.selectAll()

    def _show_bpm(self) -> None:
        page = self.editor.page
        if page is not None:
            self.bpm.setText(f"{page.track.bpm:.2f}" if page.track.bpm else "")

    def _choose_key(self, key: str) -> None:
        if key:
            self.editor.set_key(key)
        self.wave.setFocus()

    def _press_hot(self, number: int) -> None:
        self.editor.hot_cue(number)

    def _back_to_analysis(self) -> None:
        page = self.editor.page
        for kind in sorted(page.corrected) if page is not None else ():
            self.editor.back_to_analysis(kind)

    def undo(self) -> None:
        if not self.editor.undo():
            self._around.notices.toast("Nothing to undo in this track")

    def redo(self) -> None:
        if not self.editor.redo():
            self._around.notices.toast("Nothing to redo in this track")

    # -- cues --
    def remove_cue(self) -> None:
        if self.wave.chosen is not None:
            self.editor.replace_cue("Cue removed", self.wave.chosen, None)

    def to_cue(self, way: int) -> None:
        """Choose the next cue, or the one before, and go there."""
        page = self.editor.page
        if page is None or not page.cues:
            return
        here = self.wave.chosen.time if self.wave.chosen is not None else self.editor.position
        later = [cue for cue in page.cues if (cue.time - here) * way > 1e-6]
        if later:
            cue = later[0] if way > 0 else later[-1]
            self.wave.choose_cue(cue)
            self.editor.seek(cue.time)

    def _cue_chosen(self, cue: CueMark | None) -> None:
        self.cue_name.setText(cue.label if cue is not None else "")
        self._show_cue_tools()

    def _name_cue(self) -> None:
        cue = self.wave.chosen
        if cue is not None:
            named = replace(cue, label=self.cue_name.text().strip()[:60])
            self.editor.replace_cue("Cue named", cue, named)
            self.wave.choose_cue(named)
        self.wave.setFocus()

    # -- showing --
    def _show(self) -> None:
        page = self.editor.page
        self.setEnabled(page is not None)
        if page is None:
            return
        track = page.track
        self._show_cover()
        self._title.set_text(track.title)
        with QSignalBlocker(self.bpm), QSignalBlocker(self.key), QSignalBlocker(self.metre):
            if not self.bpm.hasFocus():
                self._show_bpm()
            known = parse_key(page.key)
            self.key.setCurrentIndex(known.order + 1 if known is not None else 0)
            self.metre.setCurrentIndex(METRES.index(self.beats_per_bar) if self.beats_per_bar in METRES else 2)
        self.metre.setEnabled(bool(page.marks))
        tint = key_colour(known.camelot, self._around.theme.tokens).name() if known is not None else ""
        self.key.setStyleSheet(f"QComboBox {{ color: {tint}; font-weight: 600; }}" if tint else "")
        self._show_cues(page.cues)
        self._show_origin()
        self._show_playing()
        self._show_time(self.editor.position)
        self.back.setEnabled(bool(self.editor.history.done))
        self.again.setEnabled(bool(self.editor.history.undone))

    def _show_cover(self) -> None:
        page = self.editor.page
        if page is not None:
            self._art.show_cover(self.editor.cover, page.track.album or page.track.artist or page.track.title)

    def _choose_tools(self, on: bool) -> None:
        self.tools_wanted = on
        self.show_tools(on=on)

    def show_tools(self, *, on: bool) -> None:
        """Buttons for grid and cues; without them, and with a lower wave, more of the table is in sight. Every key
        does what it did."""
        self._tools.setVisible(on)
        self.fold.setChecked(on)
        name_control(self.fold, "Fewer tools" if on else "More tools", "")
        self.wave.setMinimumHeight(WAVE_TALL if on else WAVE_LOW)
        self.setMinimumHeight(TALL if on else LOW)
        self.tools_shown.emit(on)

    def _show_cues(self, cues: Sequence[CueMark]) -> None:
        tokens = self._around.theme.tokens
        known = {cue.number: cue for cue in cues if 0 <= cue.number < HOT_CUES}
        for number, made in enumerate(self.hot):
            cue = known.get(number)
            words = f"Hot cue {number + 1}"
            if cue is None:
                made.setStyleSheet("")
                name_control(made, f"{words}: set it here", str(number + 1))
                continue
            colour = cue_tint(cue, tokens).name()
            made.setStyleSheet(f"QPushButton {{ background: {colour}; color: {tokens.background}; font-weight: 700; }}")
            name_control(made, f"{words}{f', {cue.label}' if cue.label else ''}, at {clock_text(cue.time)}",
                         str(number + 1))
        self._show_cue_tools()

    def _show_cue_tools(self) -> None:
        self.cue_name.setEnabled(self.wave.chosen is not None)
        for tool in self.findChildren(QPushButton):
            if tool.property("tool") == "remove":
                tool.setEnabled(self.wave.chosen is not None)

    def _show_origin(self) -> None:
        page = self.editor.page
        assert page is not None
        corrected = [word for kind, word in ((GRID, "grid"), (KEY, "key"), (CUES, "cues")) if kind in page.corrected]
        self.analysed.setVisible(bool(corrected))
        self.analysed.setText("Back to the analysed values")
        said = " and ".join(", ".join(corrected).rsplit(", ", 1))
        if corrected:
            self.note.setText(f"{said.capitalize()} put right by hand")
        elif page.origin(GRID) not in ("", "analysis"):
            self.note.setText(f"Grid from {page.origin(GRID)}")
        elif page.tempo_confidence is not None and page.beats and page.tempo_confidence < 0.5:
            self.note.setText("Not sure of this grid")
        else:
            self.note.setText("" if page.beats or page.waveform is None else "No steady beat was found")

    def _show_time(self, position: float) -> None:
        page = self.editor.page
        if page is not None:
            where = f"{clock_text(position)} / {clock_text(page.duration)}"
            self._about.set_text("  ·  ".join(part for part in (where, page.track.artist, page.track.album) if part))

    def _show_playing(self) -> None:
        playing = self.editor.is_loaded and self._around.player.playing
        self.play.set_icon("pause" if playing else "play", "Pause" if playing else "Play this track", "Space")

    def _tapped(self, taps: int, bpm: float) -> None:
        self.note.setText(f"{taps} taps  ·  {bpm:.1f} BPM" if bpm else f"{taps} of {grid_edits.FEWEST_TAPS} taps")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= ALL_FROM
        for part in (self._art, self.back, self.again):
            part.setVisible(wide)
        self.cue_name.setFixedWidth(124 if wide else 92)

    def _edited(self, label_: str) -> None:
        self.back.setEnabled(bool(self.editor.history.done))
        self.again.setEnabled(bool(self.editor.history.undone))
        if label_ != "Tapped":
            self.note.setText(label_)
