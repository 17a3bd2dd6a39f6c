# SPDX-License-Identifier: GPL-3.0-or-later
"""The look, by meaning: colours, type scale, spacing and motion, in one place.

``Theme`` follows the system (or the person's choice) and emits ``changed``; painted widgets read ``theme.tokens`` when
they paint and repaint on ``changed``, everything else gets the style sheet of ``podmix.ui.style``. All sizes are
device-independent pixels, all durations milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEasingCurve, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from podmix.ui.style import style_sheet

SMALL, BODY, LARGE, TITLE, CAPTION = 12, 14, 16, 22, 26
STEP = 8
ROW_RADIUS, CARD_RADIUS, PREVIEW_RADIUS = 8, 12, 20
QUICK, NORMAL, SLOW = 120, 180, 200
EASE = QEasingCurve.Type.OutCubic


class Mode(StrEnum):
    """What the person chose; an unknown value means the system's."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"

    @classmethod
    def of(cls, value: object) -> Mode:
        try:
            return cls(str(value))
        except ValueError:
            return cls.SYSTEM


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours by meaning, as ``#rrggbb``. ``on_music`` is text on a filled primary button."""

    dark: bool
    background: str
    surface: str
    raised: str
    hover: str
    line: str
    text: str
    soft: str
    faint: str
    voice: str
    music: str
    on_music: str
    attention: str
    danger: str
    track: str

    def colour(self, name: str, alpha: float = 1.0) -> QColor:
        made = QColor(getattr(self, name))
        made.setAlphaF(alpha)
        return made


DARK = Tokens(
    dark=True, background="#0F1014", surface="#16181E", raised="#1E2129", hover="#262A34", line="#2A2E38",
    text="#F0F2F5", soft="#A6ADBA", faint="#8A92A0", voice="#FF7A59", music="#35D0BA", on_music="#06231F",
    attention="#F5C451", danger="#FF5D6C", track="#343945",
)
LIGHT = Tokens(
    dark=False, background="#F6F6F4", surface="#FFFFFF", raised="#EEEFF2", hover="#E4E6EB", line="#DADDE3",
    text="#16181D", soft="#565E6C", faint="#646C7A", voice="#B23E22", music="#0A6F62", on_music="#FFFFFF",
    attention="#8F6400", danger="#B3202F", track="#CFD3DB",
)


def luminance(colour: QColor) -> float:
    """WCAG relative luminance, 0..1."""
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def contrast(one: QColor | str, other: QColor | str) -> float:
    """WCAG contrast ratio, 1..21."""
    first, second = sorted((luminance(QColor(one)), luminance(QColor(other))), reverse=True)
    return (first + 0.05) / (second + 0.05)


def mix(one: QColor, other: QColor, share: float) -> QColor:
    """``share`` of ``other`` in ``one``, 0..1, in plain RGB."""
    keep = 1.0 - share
    return QColor.fromRgbF(one.redF() * keep + other.redF() * share, one.greenF() * keep + other.greenF() * share,
                           one.blueF() * keep + other.blueF() * share, one.alphaF() * keep + other.alphaF() * share)


def face() -> str:
    """Inter where it is installed, else the system's own face."""
    families = QFontDatabase.families()
    for wanted in ("Inter", "Inter Variable"):
        if wanted in families:
            return wanted
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def font(pixels: float, weight: QFont.Weight = QFont.Weight.Normal, *, numbers: bool = False) -> QFont:
    """A font of the application's face; ``numbers`` makes digits equally wide, so that running times do not dance."""
    made = QFont(QApplication.font())
    made.setPixelSize(round(pixels))
    made.setWeight(weight)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if pixels >= TITLE:
        made.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98.0)
    if numbers:
        made.setFeature(QFont.Tag.fromString("tnum"), 1)
    return made


class Theme(QObject):
    """The theme in force. Call ``apply`` once the application object exists."""

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode = Mode.SYSTEM, *, reduced_motion: bool = False) -> None:
        super().__init__()
        self._app = app
        self._mode = mode
        self._reduced = reduced_motion
        self.tokens = self._tokens_now()
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def mode(self) -> Mode:
        return self._mode

    def duration(self, milliseconds: int) -> int:
        """The time an animation may take: none under reduced motion."""
        return 0 if self.reduced_motion else milliseconds

    @property
    def reduced_motion(self) -> bool:
        return self._reduced or not self._app.isEffectEnabled(Qt.UIEffect.UI_General)

    def choose(self, mode: Mode | None = None, *, reduced_motion: bool | None = None) -> None:
        self._mode = self._mode if mode is None else mode
        self._reduced = self._reduced if reduced_motion is None else reduced_motion
        self.apply()

    def apply(self) -> None:
        """Set palette, font and style sheet of the whole application, then tell the painted widgets."""
        self.tokens = self._tokens_now()
        base = QFont(face())
        base.setPixelSize(BODY)
        self._app.setFont(base)
        self._app.setPalette(_palette(self.tokens))
        sheet = style_sheet(self.tokens)
        if self._app.styleSheet() != sheet:  # the same again would polish every widget there is
            self._app.setStyleSheet(sheet)
        self.changed.emit()

    def _tokens_now(self) -> Tokens:
        if self._mode is Mode.SYSTEM:
            light = self._app.styleHints().colorScheme() == Qt.ColorScheme.Light
            return LIGHT if light else DARK
        return DARK if self._mode is Mode.DARK else LIGHT

    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._mode is Mode.SYSTEM and self._tokens_now() is not self.tokens:
            self.apply()


def polish(widget: QObject) -> None:
    """Make the style sheet look again at a widget whose property changed."""
    style = widget.style()  # type: ignore[attr-defined]
    style.unpolish(widget)
    style.polish(widget)
    QApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def _palette(tokens: Tokens) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, name in (
        (roles.Window, "background"), (roles.Base, "surface"), (roles.AlternateBase, "raised"),
        (roles.Button, "raised"), (roles.WindowText, "text"), (roles.Text, "text"), (roles.ButtonText, "text"),
        (roles.BrightText, "text"), (roles.ToolTipBase, "raised"), (roles.ToolTipText, "text"),
        (roles.PlaceholderText, "faint"), (roles.Link, "music"), (roles.LinkVisited, "music"),
        (roles.Highlight, "track"), (roles.HighlightedText, "text"), (roles.Accent, "music"),
        (roles.Mid, "line"), (roles.Dark, "line"), (roles.Light, "raised"),
    ):
        palette.setColor(role, tokens.colour(name))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, tokens.colour("faint"))
    return palette
