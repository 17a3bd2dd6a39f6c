# SPDX-License-Identifier: GPL-3.0-or-later
"""What a smart playlist asks, as lines to choose from; below them how many tracks answer, as one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from podmix.errors import PodMixError
from podmix.music.interop.key_notation import from_order, parse_key
from podmix.music.smart_lists import OPERATORS, Rules, kind_of
from podmix.music.store_tables import SORTS
from podmix.ui.podcasts.dialogs import Question
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton, Segments, button, name_control
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

TRY_MS = 250
FIELDS = (("genre", "Genre"), ("bpm", "BPM"), ("key", "Key"), ("energy", "Energy"), ("rating", "Rating"),
          ("artist", "Artist"), ("title", "Title"), ("album", "Album"), ("year", "Year"), ("duration", "Length (s)"),
          ("plays", "Times played"), ("last_played", "Last played"), ("added", "Added"), ("lufs", "Loudness"),
          ("comment", "Comment"), ("label", "Label"), ("remixer", "Remixer"), ("folder", "Folder"),
          ("format", "Format"), ("analysed", "Analysed"), ("has_cues", "Has cues of a DJ"),
          ("corrected", "Put right by hand"))
WORDS = {"is": "is", "is_not": "is not", "contains": "contains", "contains_not": "does not contain",
         "starts": "starts with", "ends": "ends with", "empty": "is unknown", "not_empty": "is known",
         "less": "is below", "at_most": "is at most", "more": "is above", "at_least": "is at least",
         "between": "is between", "before": "before", "after": "after", "in_last_days": "in the last days",
         "not_in_last_days": "not in the last days", "compatible": "fits"}
ORDERS = {"artist": "Artist", "title": "Title", "bpm": "BPM", "key": "Key", "energy": "Energy", "rating": "Rating",
          "added": "Added", "last_played": "Last played", "play_count": "Times played", "duration": "Length",
          "random": "Shuffled"}
_WITHOUT_VALUE = ("empty", "not_empty")
_HIDDEN_OPS = ("before", "after")  # they take a time stamp, which nobody types


class RuleLine(QWidget):
    """Field, operator, value."""

    changed = Signal()
    gone = Signal(object)

    def __init__(self, around: Surroundings, rule: Rules | None = None) -> None:
        super().__init__()
        self.field, self.op = QComboBox(), QComboBox()
        self.value, self.other = QLineEdit(), QLineEdit()
        self.key, self.yes = QComboBox(), QComboBox()
        self.away = IconButton(around.theme, "close", "Remove this rule", size=14)
        for name, words in FIELDS:
            self.field.addItem(words, name)
        for order in range(24):
            key = from_order(order)
            self.key.addItem(f"{key.camelot}  {key.name}", key.name)
        self.yes.addItem("yes", True)
        self.yes.addItem("no", False)
        name_control(self.field, "Field")
        name_control(self.op, "Comparison")
        for part, name in ((self.value, "Value"), (self.other, "Upper value"), (self.key, "Key"),
                           (self.yes, "Yes or no")):
            name_control(part, name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.field, 2)
        row.addWidget(self.op, 2)
        for part in (self.value, self.other, self.key, self.yes):
            row.addWidget(part, 2)
        row.addWidget(self.away)
        self.field.currentIndexChanged.connect(self._field_changed)
        self.op.currentIndexChanged.connect(self._op_changed)
        for edit in (self.value, self.other):
            edit.textChanged.connect(lambda _text: self.changed.emit())
        for box in (self.key, self.yes):
            box.currentIndexChanged.connect(lambda _at: self.changed.emit())
        self.away.clicked.connect(lambda: self.gone.emit(self))
        self._field_changed()
        if rule is not None:
            self._fill(rule)

    def _fill(self, rule: Rules) -> None:
        self.field.setCurrentIndex(max(0, self.field.findData(rule.get("field"))))
        self.op.setCurrentIndex(max(0, self.op.findData(rule.get("op"))))
        value = rule.get("value")
        if isinstance(value, bool):
            self.yes.setCurrentIndex(0 if value else 1)
        elif isinstance(value, Sequence) and not isinstance(value, str) and len(value) == 2:
            self.value.setText(f"{value[0]:g}")
            self.other.setText(f"{value[1]:g}")
        elif self.kind == "key" and isinstance(value, str) and (key := parse_key(value)) is not None:
            self.key.setCurrentIndex(key.order)
        elif value is not None:
            self.value.setText(f"{value:g}" if isinstance(value, (int, float)) else str(value))

    @property
    def kind(self) -> str:
        return kind_of(str(self.field.currentData()))

    def _field_changed(self) -> None:
        self.op.blockSignals(True)
        self.op.clear()
        for op in OPERATORS[self.kind]:
            if op not in _HIDDEN_OPS:
                self.op.addItem(WORDS[op], op)
        if self.kind == "number":
            self.op.setCurrentIndex(self.op.findData("between" if self.field.currentData() == "bpm" else "at_least"))
        elif self.kind == "text":
            self.op.setCurrentIndex(self.op.findData("contains"))
        elif self.kind == "key":
            self.op.setCurrentIndex(self.op.findData("compatible"))
        self.op.blockSignals(False)
        self._op_changed()

    def _op_changed(self) -> None:
        op, kind = self.op.currentData(), self.kind
        needs = op not in _WITHOUT_VALUE
        self.value.setVisible(needs and kind not in ("key", "yes"))
        self.other.setVisible(needs and op == "between")
        self.key.setVisible(needs and kind == "key")
        self.yes.setVisible(kind == "yes")
        self.changed.emit()

    @property
    def rule(self) -> Rules | None:
        """The rule; None while something is missing or is no number."""
        found: dict[str, Any] = {"field": self.field.currentData(), "op": self.op.currentData()}
        if found["op"] in _WITHOUT_VALUE:
            return found
        if self.kind == "key":
            return found | {"value": self.key.currentData()}
        if self.kind == "yes":
            return found | {"value": self.yes.currentData()}
        if self.kind == "text":
            return found | {"value": self.value.text().strip()} if self.value.text().strip() else None
        try:
            numbers = [float(edit.text().replace(",", ".")) for edit in (self.value, self.other)
                       if edit is self.value or found["op"] == "between"]
        except ValueError:
            return None
        return found | {"value": numbers if found["op"] == "between" else numbers[0]}


class RuleEditor(Question):
    """``given`` with the name and the rules once they are accepted."""

    given = Signal(str, object)

    def __init__(self, around: Surroundings, try_rules: Callable[[Rules], Sequence[int]], name: str = "",
                 rules: Rules | None = None, parent: QWidget | None = None) -> None:
        super().__init__(around.theme, "Smart playlist", "It always holds what its rules ask for.",
                         "Save" if name else "Create", parent)
        self._around, self._try = around, try_rules
        self.setMinimumWidth(640)
        self.name = QLineEdit(name)
        self.name.setPlaceholderText("Name")
        name_control(self.name, "Name of the playlist")
        self.match = Segments("Tracks match", (("all", "all rules"), ("any", "any rule")))
        self.lines: list[RuleLine] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self.more = button("  Add a rule", kind="quiet")
        self.order, self.descending = QComboBox(), QCheckBox("Most first")
        for key, words in ORDERS.items():
            if key in SORTS or key == "random":
                self.order.addItem(words, key)
        name_control(self.order, "Order")
        self.limited, self.limit = QCheckBox("At most"), QSpinBox()
        self.limit.setRange(1, 100_000)
        self.limit.setValue(50)
        name_control(self.limit, "Most tracks")
        self.found = label(kind="soft")
        self._assemble()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TRY_MS)
        self._soon.timeout.connect(self._count)
        self._wire()
        self._fill(rules or {})
        self.name.setFocus()

    def _assemble(self) -> None:
        room = QWidget()
        room.setProperty("kind", "page")
        inside = QVBoxLayout(room)
        inside.setContentsMargins(0, 0, 8, 0)
        inside.addLayout(self._rows)
        inside.addWidget(self.more)
        inside.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(room)
        scroll.setWidgetResizable(True)
        scroll.setMinimumHeight(180)
        scroll.setAccessibleName("Rules")
        last = QHBoxLayout()
        last.setSpacing(8)
        for part in (label("Order", kind="soft"), self.order, self.descending, self.limited, self.limit,
                     label("tracks", kind="soft")):
            last.addWidget(part)
        last.addStretch()
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.match)
        self.body.addLayout(top)
        self.body.addWidget(scroll)
        self.body.addLayout(last)
        self.body.addWidget(self.found)

    def _wire(self) -> None:
        self.more.clicked.connect(lambda _checked=False: self.add_line())
        self.match.chosen.connect(lambda _value: self._soon.start())
        self.order.currentIndexChanged.connect(lambda _at: self._soon.start())
        for box in (self.descending, self.limited):
            box.toggled.connect(lambda _on: self._soon.start())
        self.limit.valueChanged.connect(lambda _value: self._soon.start())
        self.name.textChanged.connect(lambda _text: self._soon.start())
        self.accepted.connect(lambda: self.given.emit(self.name.text().strip() or "Smart playlist", self.rules))

    def _fill(self, rules: Rules) -> None:
        tree = rules.get("rules") or {"all": []}
        word = "any" if "any" in tree else "all"
        self.match.set_value(word)
        self._others = [one for one in tree.get(word, ()) if not isinstance(one, dict) or "field" not in one]
        for rule in tree.get(word, ()):
            if rule not in self._others:
                self.add_line(rule)
        if not self.lines:
            self.add_line()
        self.order.setCurrentIndex(max(0, self.order.findData(rules.get("order", "artist"))))
        self.descending.setChecked(bool(rules.get("descending")))
        self.limited.setChecked(bool(rules.get("limit")))
        self.limit.setValue(int(rules.get("limit") or 50))
        self._soon.start()

    def add_line(self, rule: Rules | None = None) -> None:
        line = RuleLine(self._around, rule)
        line.changed.connect(self._soon.start)
        line.gone.connect(self._remove)
        self.lines.append(line)
        self._rows.addWidget(line)
        self._soon.start()

    def _remove(self, line: RuleLine) -> None:
        self.lines.remove(line)
        line.deleteLater()
        self._soon.start()

    @property
    def rules(self) -> Rules:
        """As a smart playlist stores them; lines that are not finished are left out, nested rules stay as they are."""
        lines = [rule for line in self.lines if (rule := line.rule) is not None]
        return {"rules": {self.match.value: [*lines, *self._others]}, "order": self.order.currentData(),
                "descending": self.descending.isChecked(),
                "limit": self.limit.value() if self.limited.isChecked() else None}

    def _count(self) -> None:
        rules = self.rules
        asked = bool(rules["rules"][self.match.value])
        self.yes.setEnabled(asked)
        if not asked:
            self.found.setText("Say what it asks for.")
            return

        def say(found: Sequence[int]) -> None:
            self.found.setText(f"{count_text(len(found), 'track')} now")

        def refused(error: PodMixError) -> None:
            self.found.setText(error.message)
            self.yes.setEnabled(False)

        self._around.background.run(lambda: self._try(rules), then=say, failed=refused, owner=self, key="try rules")
