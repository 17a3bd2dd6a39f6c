# SPDX-License-Identifier: GPL-3.0-or-later
"""One control per kind of setting. ``make_editor`` reads the declaration; nothing here knows a single setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import Segments, Switch

Set = Callable[[Any], None]
WIDTH = 200
CHOICE_WORDS = {"cpu": "CPU", "cuda": "GPU", "gpu": "GPU"}


def make_editor(theme: Theme, setting: Any, value: Any, changed: Set) -> QWidget:
    """The control for one declared setting; ``changed`` gets every new value."""
    kind = str(getattr(setting.kind, "value", setting.kind))
    if kind in ("switch", "bool"):
        return _switch(theme, setting, bool(value), changed)
    if kind == "choice" or setting.choices:
        return _choice(setting, str(value), changed)
    if kind in ("whole number", "int"):
        return _whole(setting, int(value), changed)
    if kind in ("number", "float"):
        return _number(setting, float(value), changed)
    return _text(setting, str(value or ""), changed)


def _switch(theme: Theme, setting: Any, value: bool, changed: Set) -> QWidget:
    made = Switch(theme, setting.title)
    made.setChecked(value)
    made.toggled.connect(changed)
    return made


def _choice(setting: Any, value: str, changed: Set) -> QWidget:
    words = [(choice, CHOICE_WORDS.get(choice, choice.capitalize())) for choice in setting.choices]
    if len(words) <= 4:
        made = Segments(setting.title, words)
        made.set_value(value)
        made.chosen.connect(changed)
        return made
    box = QComboBox()
    for choice, text in words:
        box.addItem(text, choice)
    box.setCurrentIndex(max(0, box.findData(value)))
    box.setAccessibleName(setting.title)
    box.setFixedWidth(WIDTH)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.currentIndexChanged.connect(lambda index: changed(box.itemData(index)))
    return box


class _NoWheel:
    """Scrolling the page must not change a number it passes over."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class WholeBox(_NoWheel, QSpinBox):
    pass


class NumberBox(_NoWheel, QDoubleSpinBox):
    pass


def _dress(box: Any, setting: Any) -> None:
    unit = getattr(setting, "unit", "")
    if unit:
        box.setSuffix(f" {unit}")
    box.setAccessibleName(setting.title)
    box.setFixedWidth(160)
    box.setKeyboardTracking(False)
    box.lineEdit().setTextMargins(10, 0, 0, 0)


def _whole(setting: Any, value: int, changed: Set) -> QWidget:
    box = WholeBox()
    box.setRange(int(setting.minimum if setting.minimum is not None else -(2**31)),
                 int(setting.maximum if setting.maximum is not None else 2**31 - 1))
    box.setValue(value)
    _dress(box, setting)
    box.valueChanged.connect(changed)
    return box


def _number(setting: Any, value: float, changed: Set) -> QWidget:
    box = NumberBox()
    low = setting.minimum if setting.minimum is not None else -1e9
    high = setting.maximum if setting.maximum is not None else 1e9
    box.setDecimals(2 if high - low < 10 else 1)
    box.setSingleStep(0.05 if high - low < 10 else 0.5 if high - low == 10 else 1.0)
    box.setRange(low, high)
    box.setValue(value)
    _dress(box, setting)
    box.valueChanged.connect(changed)
    return box


def _text(setting: Any, value: str, changed: Set) -> QWidget:
    edit = QLineEdit(value)
    edit.setAccessibleName(setting.title)
    edit.setFixedWidth(WIDTH + 40)
    edit.editingFinished.connect(lambda: changed(edit.text()))
    return edit
