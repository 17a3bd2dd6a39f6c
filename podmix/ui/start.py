# SPDX-License-Identifier: GPL-3.0-or-later
"""The window program's entry. Light: the processes that it starts (sound, work) import this module once more."""

from __future__ import annotations

import sys


def main() -> int:
    """Open the window and run until it closes."""
    from podmix.ui.launch import main as open_window

    return open_window()


if __name__ == "__main__":
    sys.exit(main())
