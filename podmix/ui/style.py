# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet, built from tokens. Widgets name what they are with the ``kind`` property, never their colours."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podmix.ui.theme import Tokens

_SHEET = Template("""
* { outline: none; }
QMainWindow, QDialog, QWidget[kind="screen"] { background: $background; }
QWidget[kind="panel"] { background: $surface; }
QWidget[kind="sidebar"] { background: $surface; border-right: 1px solid $line; }
QWidget[kind="side-panel"] { background: $surface; border-left: 1px solid $line; }
QWidget[kind="floating"] { background: $surface; border: 1px solid $line; border-radius: 12px; }
QWidget[kind="player-bar"] { background: $surface; border-top: 1px solid $line; }
QFrame[kind="card"] { background: $raised; border-radius: 12px; }
QFrame[kind="outlined"] { background: $surface; border: 1px solid $line; border-radius: 12px; }
QFrame[kind="hairline"] { background: $line; border: none; }
QFrame[kind="banner"] { background: $raised; border: 1px solid $danger; border-radius: 12px; }
QFrame[kind="toast"] { background: $text; border-radius: 12px; }
QFrame[kind="toast"] QLabel { color: $background; font-size: 14px; }
QFrame[kind="toast"] QPushButton { color: $background; background: transparent; border: 2px solid transparent;
  font-weight: 700; text-decoration: underline; padding: 4px 8px; min-height: 20px; }
QFrame[kind="toast"] QPushButton:focus { border-color: $background; }

QLabel { color: $text; background: transparent; }
QLabel[kind="soft"] { color: $soft; }
QLabel[kind="faint"] { color: $faint; font-size: 12px; }
QLabel[kind="small"] { color: $soft; font-size: 12px; }
QLabel[kind="heading"] { color: $soft; font-weight: 600; font-size: 14px; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="large"] { font-size: 16px; font-weight: 600; }
QLabel[kind="title"] { font-size: 22px; font-weight: 700; }
QLabel[kind="hero"] { font-size: 34px; font-weight: 700; }
QLabel[kind="danger"] { color: $danger; }
QLabel[kind="key"] { color: $soft; background: $raised; border: 1px solid $line; border-radius: 5px; padding: 2px 7px;
  font-size: 12px; }

QPushButton { background: $raised; color: $text; border: 2px solid transparent; border-radius: 8px; padding: 6px 14px;
  font-weight: 600; min-height: 20px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border-color: $text; }
QPushButton:disabled { color: $faint; }
QPushButton[kind="primary"] { background: $music; color: $on_music; }
QPushButton[kind="primary"]:hover { background: $music_hover; }
QPushButton[kind="primary"]:disabled { background: $track; color: $soft; }
QPushButton[size="hero"] { min-height: 32px; padding: 6px 20px; }
QPushButton[kind="quiet"] { background: transparent; color: $soft; padding: 6px 10px; }
QPushButton[kind="quiet"]:hover { background: $raised; color: $text; }
QPushButton[kind="danger"] { color: $danger; }
QPushButton[kind="time"] { background: transparent; color: $soft; border-radius: 6px; padding: 2px 2px;
  font-weight: 500; text-align: left; }
QPushButton[kind="time"]:hover { color: $text; }
QPushButton[kind="notice"] { background: $raised; color: $text; border: 1px solid $line; border-radius: 11px;
  padding: 0 10px; min-height: 20px; font-size: 12px; font-weight: 500; }
QPushButton[kind="notice"]:hover { background: $hover; }
QPushButton[kind="notice"]:focus { border-color: $text; }
QPushButton[kind="segment"] { background: transparent; color: $soft; border-radius: 6px; padding: 4px 12px; }
QPushButton[kind="segment"]:hover { color: $text; }
QPushButton[kind="segment"]:checked { background: $surface; color: $text; }
QPushButton[kind="chip"] { border-radius: 15px; padding: 3px 12px; font-weight: 500; }
QPushButton[kind="chip"]:checked { background: $text; color: $background; }
QPushButton[kind="link"] { background: transparent; color: $music; padding: 2px 4px; text-align: left; }
QPushButton[kind="link"]:hover { text-decoration: underline; }
QFrame[kind="segments"] { background: $raised; border-radius: 8px; }
QPushButton::menu-indicator { image: none; width: 0; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: 8px; padding: 4px; color: $soft;
  font-weight: 600; }
QToolButton:hover { background: $raised; color: $text; }
QToolButton:focus { border-color: $text; }
QToolButton:checked { background: $raised; color: $text; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: $surface; color: $text; border: 1px solid $control;
  border-radius: 8px; padding: 7px 12px; min-height: 20px; selection-background-color: $track; selection-color: $text; }
QAbstractSpinBox QLineEdit { border: none; background: transparent; padding: 0 10px; min-height: 0; }
QAbstractSpinBox QLineEdit:focus { border: none; padding: 0 10px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border: 2px solid $soft; padding: 6px 11px; }
QLineEdit[kind="hero"] { font-size: 16px; min-height: 30px; }
QLineEdit[kind="palette"] { border: none; background: transparent; font-size: 18px; padding: 10px 6px; }
QPlainTextEdit { background: $surface; color: $text; border: 1px solid $control; border-radius: 8px; padding: 5px 8px;
  selection-background-color: $track; selection-color: $text; }
QPlainTextEdit:focus { border: 2px solid $soft; padding: 4px 7px; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url($icon_down); width: 14px; height: 14px; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button { width: 20px;
  border: none; background: transparent; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url($icon_up); width: 12px; height: 12px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url($icon_down); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $line; border-radius: 8px;
  padding: 4px; selection-background-color: $raised; selection-color: $text; outline: none; }
QComboBox QAbstractItemView::item { min-height: 28px; padding: 2px 8px; border-radius: 6px; }

QCheckBox { spacing: 10px; }
QMenu { background: $surface; border: 1px solid $line; border-radius: 10px; padding: 6px; color: $text; }
QMenu::item { padding: 7px 26px 7px 10px; border-radius: 6px; }
QMenu::item:selected { background: $raised; }
QMenu::item:disabled { color: $faint; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: $line; margin: 6px 8px; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 5px 8px; font-size: 12px; }

QListView, QTextBrowser, QTextEdit, QScrollArea, QListWidget { background: transparent; border: none; color: $text;
  selection-background-color: $track; selection-color: $text; }
QScrollArea > QWidget > QWidget[kind="page"] { background: transparent; }
QListWidget::item { padding: 8px 10px; border-radius: 8px; }
QListWidget::item:selected, QListWidget::item:hover { background: $raised; color: $text; }
QTableView { background: transparent; border: none; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: $soft; border: none; border-bottom: 1px solid $line;
  padding: 0 10px; font-size: 12px; font-weight: 600; }
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow { image: url($icon_up); width: 12px; height: 12px; subcontrol-position: right center; }
QHeaderView::down-arrow { image: url($icon_down); width: 12px; height: 12px; subcontrol-position: right center; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QSplitter::handle { background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: $track; border-radius: 4px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
  width: 0; height: 0; }

QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $track; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $text; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: $text; }
QSlider:focus { border: 1px solid $text; border-radius: 6px; }
QProgressBar { background: $track; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $attention; border-radius: 3px; }
QDialog QLabel[kind="body"] { font-size: 14px; }
""")


def style_sheet(tokens: Tokens) -> str:
    """The whole application's style sheet for one set of tokens."""
    from PySide6.QtGui import QColor

    from podmix.ui.icons import tinted_file

    names = {name: getattr(tokens, name) for name in tokens.__slots__ if name != "dark"}
    primary = QColor(tokens.music)
    names["music_hover"] = (primary.lighter(112) if tokens.dark else primary.darker(115)).name()
    names["control"] = "#5B6270" if tokens.dark else "#8B919C"  # edges of inputs: 3:1 against the surface
    names["icon_down"] = tinted_file("down", tokens.soft)
    names["icon_up"] = tinted_file("up", tokens.soft)
    return _SHEET.substitute(names)
