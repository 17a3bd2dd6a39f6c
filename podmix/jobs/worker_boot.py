# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that a worker process begins with: ``python -P worker_boot.py NICENESS INTERVAL SYS_PATH_JSON``.

A fresh interpreter that never sees the program's main module, so that it holds only what its jobs import. ``-P``
keeps this folder off the path, where ``types.py`` would hide Python's own.
"""

import json
import sys

if __name__ == "__main__":
    sys.path[:] = json.loads(sys.argv[3])

    from podmix.jobs.worker import main

    main(niceness=int(sys.argv[1]), interval=float(sys.argv[2]))
