# SPDX-License-Identifier: GPL-3.0-or-later
"""Single keys from a terminal while something plays. The terminal is as it was before, however the block ends."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator

Keys = Callable[[], list[str]]

_SEQUENCES = {"A": "up", "B": "down", "C": "right", "D": "left"}
_WINDOWS = {"H": "up", "P": "down", "M": "right", "K": "left"}


def named(text: str) -> list[str]:
    """What was typed as names of keys: arrows by name, a space as "space", other characters as they are."""
    keys, at = [], 0
    while at < len(text):
        if text[at] == "\x1b":
            sequence = text[at + 1: at + 2] in ("[", "O")
            end = at + 2
            while sequence and end < len(text) and not text[end].isalpha() and text[end] != "~":
                end += 1  # modifiers: ESC [ 1 ; 5 C
            if sequence and text[end: end + 1] in _SEQUENCES:
                keys.append(_SEQUENCES[text[end]])
            at = end + 1 if sequence else at + 1
            continue
        keys.append("space" if text[at] == " " else text[at].lower())
        at += 1
    return keys


@contextlib.contextmanager
def keyboard() -> Iterator[Keys]:
    """Inside, keys come at once and unseen; the function given gives those pressed since its last call.

    Where nobody can type (a pipe, a job in the background) it gives none.
    """
    if not _can_type():
        yield list
        return
    if sys.platform == "win32":
        yield _windows_keys
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    continued = signal.getsignal(signal.SIGCONT)
    try:
        tty.setcbreak(terminal)
        signal.signal(signal.SIGCONT, lambda *_: tty.setcbreak(terminal))  # back from Ctrl+Z
        yield lambda: named(_typed(terminal))
    finally:
        signal.signal(signal.SIGCONT, continued)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _can_type() -> bool:
    try:
        if not sys.stdin.isatty():
            return False
        # A job in the background that touches the terminal is stopped by it.
        return sys.platform == "win32" or os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (AttributeError, OSError, ValueError):
        return False


def _typed(terminal: int) -> str:
    data = b""
    while select.select([terminal], [], [], 0)[0] and (more := os.read(terminal, 256)):
        data += more
    return data.decode("utf-8", "ignore")


def _windows_keys() -> list[str]:
    keys: list[str] = []
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            key = msvcrt.getwch()
            if key in ("\x00", "\xe0"):
                keys += [name] if (name := _WINDOWS.get(msvcrt.getwch())) else []
            else:
                keys += named(key)
    return keys
