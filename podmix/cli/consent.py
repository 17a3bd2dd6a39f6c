# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix consent``: the two switches, what each would send, and the key."""

from __future__ import annotations

import argparse
import getpass
import sys

from podmix.app.lab import Lab
from podmix.cli.show import print_json
from podmix.errors import UsageError
from podmix.lab.sync.consent import TEXTS, Consent
from podmix.lab.sync.usage import ALLOWED
from podmix.paths import find_home


def run(arguments: argparse.Namespace) -> int:
    lab = Lab(find_home(arguments.home).create())
    if arguments.state == "show":
        consent = lab.consent()
    else:
        consent = lab.give_consent(arguments.switch, arguments.state == "on", host=arguments.host,
                                   entity=arguments.entity, project=arguments.project,
                                   key=_asked_key() if arguments.key else "")
    payload = lab.usage_payload() if arguments.switch == "usage" else b""
    if arguments.json:
        print_json({"switch": arguments.switch, "on": consent.given(arguments.switch), "host": consent.host,
                    "entity": consent.entity, "project": consent.project, "usage": payload.decode("ascii")})
    else:
        _say(arguments.switch, consent, payload)
    return 0


def _say(switch: str, consent: Consent, payload: bytes) -> None:
    print(f"{switch}: {'on' if consent.given(switch) else 'off'}")
    print(TEXTS[switch])
    print(f"host: {consent.host}\nentity: {consent.entity or '(the key’s own)'}\nproject: {consent.project}")
    print("wandb's own envelope also tells the system and processor kind, Python's and wandb's version.")
    if payload:
        print("allowed:")
        print("\n".join(f"  {name}: {text}" for name, text in ALLOWED.items()))
        print("what would be sent, byte for byte:")
        print(payload.decode("ascii"), end="")


def _asked_key() -> str:
    key = (getpass.getpass("Key (it is not shown): ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not key:
        raise UsageError("No key was given.")
    return key
