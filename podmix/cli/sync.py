# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix sync``: runs to Weights & Biases. Exit 1 unless everything is verified to be there."""

from __future__ import annotations

import argparse

from podmix.app.lab import Lab
from podmix.cli.show import print_json, print_rows, progress_line
from podmix.paths import find_home
from podmix.progress import finish


def run(arguments: argparse.Namespace) -> int:
    lab = Lab(find_home(arguments.home).create())
    if arguments.dry_run:
        return _preview(lab, arguments)
    with progress_line(quiet=arguments.json) as show:
        made = finish(lab.sync(arguments.run, host=arguments.host), show)
    if arguments.json:
        print_json({"verified": all(one.verified for one in made), "runs": made})
    else:
        print_rows(["run", "verified", "sent", "rows", "files", "artifacts", "lacking"], [
            (one.run_id, "yes" if one.verified else "no", "yes" if one.sent else "was there",
             one.counts.get("rows", ""), one.counts.get("files", ""), one.counts.get("artifacts", ""),
             "; ".join((*one.missing[:3], *([one.said] if one.said else [])))) for one in made])
    return 0 if all(one.verified for one in made) else 1


def _preview(lab: Lab, arguments: argparse.Namespace) -> int:
    consent = lab.consent()
    runs = lab.outgoing(arguments.run, host=arguments.host)
    where = {"host": arguments.host or consent.host, "entity": consent.entity or "(the key's own)",
             "project": consent.project}
    usage = lab.usage_payload().decode("ascii") if consent.usage else ""
    if arguments.json:
        print_json({"dry_run": True, "consent": {"runs": consent.runs, "usage": consent.usage}, **where,
                    "runs": runs, "usage": usage})
        return 0
    print("\n".join(f"{name}\t{value}" for name, value in where.items()))
    print_rows(["run", "name", "rows", "tables", "files", "bytes", "there already"], [
        (one.run_id, one.name, one.rows, len(one.tables), len(one.files), one.size, "yes" if one.settled else "no")
        for one in runs])
    if usage:
        print(f"usage counts:\n{usage}", end="")
    if not consent.runs:
        print("Nothing will be sent until you agree: podmix consent runs on")
    return 0
