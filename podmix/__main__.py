# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m podmix``: the command line; without a command it opens the window."""

import sys

from podmix.cli.main import main

if __name__ == "__main__":  # spawned worker processes import this module again
    sys.exit(main())
