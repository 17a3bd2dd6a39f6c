# SPDX-License-Identifier: GPL-3.0-or-later
"""How playing looks: one calm line on a terminal, plain lines in a pipe, JSON lines for machines."""

from __future__ import annotations

import dataclasses
import shutil
import sys
import time
from typing import Any, Protocol

from podmix.cli.show import one_line, print_json
from podmix.playback.protocol import STATES_PER_S, PlaybackState
from podmix.units import clock_text

_UNTOLD = frozenset({"serial", "decks", "peak", "rms"})  # internal, or different in every state
_ARROWS = {"▶": ">", "⏸": "||", "…": "...", "×": "x", "·": "|", "–": "-"}


class View(Protocol):
    """Hears of everything; says what its reader wants to know."""

    def state(self, state: PlaybackState, title: str, more: str = "") -> None:
        """The newest state; ``more`` is a word about the download."""

    def note(self, text: str, **fields: Any) -> None:
        """Something that a person should know."""

    def end(self, state: PlaybackState, *, ended: bool) -> None:
        """Nothing follows. ``ended`` says whether it was heard to its end."""


class JsonView:
    """The fields that changed, at most 30 lines a second; the last line says whether it was heard to its end."""

    def __init__(self) -> None:
        self._told: dict[str, Any] = {}
        self._last = float("-inf")

    def state(self, state: PlaybackState, title: str, more: str = "") -> None:  # noqa: ARG002 - not for machines
        now = time.monotonic()
        if now - self._last >= 0.9 / STATES_PER_S and self._tell(state, title):
            self._last = now

    def _tell(self, state: PlaybackState, title: str) -> bool:
        fields = {field.name: getattr(state, field.name) for field in dataclasses.fields(state)} | {"title": title}
        plain = {name: round(value, 3) if isinstance(value, float) else value
                 for name, value in fields.items() if name not in _UNTOLD and name != "ended"}
        changed = {name: value for name, value in plain.items() if name not in self._told or self._told[name] != value}
        if changed:
            print_json(changed)
        self._told = plain
        return bool(changed)

    def note(self, text: str, **fields: Any) -> None:
        print_json({"note": text, **fields})

    def end(self, state: PlaybackState, *, ended: bool) -> None:
        self._tell(state, self._told.get("title", ""))
        print_json({"ended": ended})


class PlainView:
    """A line for everything that begins and for what changes."""

    def __init__(self) -> None:
        self._said = ""
        self._playing = True

    def state(self, state: PlaybackState, title: str, more: str = "") -> None:  # noqa: ARG002
        begun = state.path and (state.device or state.position_s > 0) and state.playing
        if begun and self._said != f"{state.key}{state.device}":
            self._said = f"{state.key}{state.device}"
            length = f" ({clock_text(state.duration_s)})" if state.duration_s else ""
            where = f" on {one_line(state.device)}" if state.device else ""
            print(f"Playing {one_line(title)}{length}{where}", flush=True)

    def note(self, text: str, **_: Any) -> None:
        print(one_line(text), file=sys.stderr, flush=True)

    def end(self, state: PlaybackState, *, ended: bool) -> None:
        print("Ended" if ended else f"Stopped at {clock_text(state.position_s)}", flush=True)


class LiveView:
    """One line that is painted again when what it says has changed."""

    def __init__(self) -> None:
        self._shown = ""
        self.muted = False

    def state(self, state: PlaybackState, title: str, more: str = "") -> None:
        line = fitted(live_line(state, one_line(title), muted=self.muted, more=more),
                      shutil.get_terminal_size().columns - 1)
        if line != self._shown:
            self._shown = line
            sys.stdout.write(f"\r\x1b[K{line}")
            sys.stdout.flush()

    def note(self, text: str, **_: Any) -> None:
        sys.stdout.write(f"\r\x1b[K{one_line(text)}\n{self._shown}")
        sys.stdout.flush()

    def end(self, state: PlaybackState, *, ended: bool) -> None:  # noqa: ARG002 - the line says it already
        self.close()

    def close(self) -> None:
        """What is written next stands on a line of its own."""
        if self._shown:
            self._shown = ""
            sys.stdout.write("\n")
            sys.stdout.flush()


def live_line(state: PlaybackState, title: str, *, muted: bool = False, more: str = "") -> str:
    """The line; underruns only where there were any. The title comes last: it is what may be cut off."""
    length = f" / {clock_text(state.duration_s)}" if state.duration_s else ""
    parts = [f"{'▶' if state.playing else '⏸'} {clock_text(state.position_s)}{length}"]
    if abs(state.speed - 1.0) > 1e-3:
        parts.append(f"{state.speed:g}×")
    if muted:
        parts.append("muted")
    if state.underruns:
        parts.append(f"{state.underruns} underrun{'s' if state.underruns > 1 else ''}")
    if more:
        parts.append(more)
    if state.device:
        parts.append(one_line(state.device))
    return _writable(" · ".join([*parts, title]))


def fitted(line: str, columns: int) -> str:
    """Cut to the terminal's width, wide characters counted as two."""
    from rich.cells import cell_len, set_cell_size

    return line if cell_len(line) <= columns else set_cell_size(line, max(0, columns - 1)).rstrip() + _writable("…")[:1]


def _writable(text: str) -> str:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        for sign, plain in _ARROWS.items():
            text = text.replace(sign, plain)
    return text
