# SPDX-License-Identifier: GPL-3.0-or-later
"""Two switches, both off until a person turns them on: sending runs, and sending usage counts.

A consent names what was agreed to; when that grows, ``WORDING`` grows and the old consent no longer counts. With
``DO_NOT_TRACK`` set in the environment usage counts stay off whatever the switch says.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from podmix.errors import UsageError
from podmix.paths import Home, atomic_write

SWITCHES = ("runs", "usage")
WORDING = {"runs": 1, "usage": 1}
TEXTS = {
    "runs": "Runs that you sync are sent to the server below: settings, figures, tables, clips, models, and the names "
            "in them. Nothing is sent until you say “sync”.",
    "usage": "Counts and durations, as shown, are sent to the server below each time you say “sync”. Never titles, "
             "addresses, paths or transcripts.",
}
DEFAULT_HOST = "https://api.wandb.ai"


@dataclass(frozen=True, slots=True)
class Consent:
    """``since`` is when the switch was turned on, None while off. ``entity`` empty: the key's own."""

    runs: bool = False
    usage: bool = False
    runs_since: float | None = None
    usage_since: float | None = None
    host: str = DEFAULT_HOST
    entity: str = ""
    project: str = "podmix"

    def given(self, switch: str) -> bool:
        return self.runs if switch == "runs" else self.usage


def consent_file(home: Home) -> Path:
    return home.config / "consent.json"


def read_consent(home: Home, environment: Mapping[str, str] = os.environ) -> Consent:
    """What was agreed to; a file that cannot be read, or agrees to an older wording, agrees to nothing."""
    try:
        told: dict[str, Any] = json.loads(consent_file(home).read_text(encoding="utf-8"))
        wordings = told.pop("wording")
        consent = Consent(**told)
    except (OSError, ValueError, TypeError, KeyError):
        return Consent()
    kept = {switch: consent.given(switch) is True and wordings.get(switch) == WORDING[switch] for switch in SWITCHES}
    return replace(consent, runs=kept["runs"], usage=kept["usage"] and not do_not_track(environment))


def do_not_track(environment: Mapping[str, str] = os.environ) -> bool:
    """https://consoledonottrack.com: any value but none, 0 and false."""
    return environment.get("DO_NOT_TRACK", "").strip().casefold() not in ("", "0", "false")


def give_consent(home: Home, switch: str, on: bool, *, host: str = "", entity: str | None = None,
                 project: str = "") -> Consent:
    """Turn a switch. Raises UsageError for an unknown one, for a host that is no address, and for usage under
    DO_NOT_TRACK."""
    if switch not in SWITCHES:
        raise UsageError(f"There is no switch {switch}.", remedy=f"There are {' and '.join(SWITCHES)}.")
    if switch == "usage" and on and do_not_track():
        raise UsageError("DO_NOT_TRACK is set in your environment, so usage counts stay off.",
                         remedy="Unset it if you want to send them.")
    before = read_consent(home, {})
    since = time.time() if on else None
    made = replace(before, runs=on, runs_since=since) if switch == "runs" else replace(before, usage=on,
                                                                                        usage_since=since)
    made = replace(made, host=checked_host(host) if host else before.host, project=project or before.project,
                   entity=before.entity if entity is None else entity)
    with atomic_write(consent_file(home), "w") as stream:
        json.dump({**asdict(made), "wording": WORDING}, stream)  # type: ignore[arg-type]
    return made


def checked_host(host: str) -> str:
    """``https://…``, or ``http://`` on this machine only: the key would travel in clear."""
    from urllib.parse import urlsplit

    parts = urlsplit(host)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme not in ("https", "http") or not parts.hostname or (parts.scheme == "http" and not local):
        raise UsageError(f"{host} is no server's address.", remedy="It begins with https://.")
    return host.rstrip("/")
