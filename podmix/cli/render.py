# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix render``: a planned mix as a sound file, exactly as it plays."""

from __future__ import annotations

import argparse
from pathlib import Path

from podmix.app.automix import check_targets, render_mix
from podmix.automix.exports import export
from podmix.automix.plan_json import read_plan
from podmix.cli.automix import check_sound
from podmix.cli.show import one_line, print_json, progress_line, stdout_for_results
from podmix.errors import UsageError
from podmix.progress import finish


def run(arguments: argparse.Namespace) -> int:
    out = Path(arguments.out) if arguments.out else None
    exports = [Path(target) for target in arguments.export]
    if out is None and not exports:
        raise UsageError("podmix render needs --out FILE or --export FILE.")
    check_sound(out)
    check_targets(exports)
    plan = read_plan(Path(arguments.plan))
    with stdout_for_results(), progress_line(quiet=arguments.json) as show:
        for target in exports:
            export(plan, target, sound=out.name if out is not None else "")
        written = [*exports]
        if out is not None:
            written.append(finish(render_mix(plan, out), show))
        if arguments.json:
            print_json({"written": [str(path) for path in written], "duration": plan.duration_s,
                        "tracks": len(plan.tracks)})
        else:
            for path in written:
                print(f"Wrote {one_line(path)}")
    return 0
