# SPDX-License-Identifier: GPL-3.0-or-later
"""The music half of ``podmix demo``: into the library, analysed, mixed, told line by line."""

from __future__ import annotations

from pathlib import Path

from podmix.app.application import Application
from podmix.app.core import Options
from podmix.app.demo_music import DemoMix, Say, add_demo_music, mix_demo_music
from podmix.cli.podcast_commands import follow
from podmix.errors import PodMixError
from podmix.paths import Home


def demo_mix(home: Home, out: Path, *, say: Say, quiet: bool = False) -> DemoMix:
    """Everything about the music; what fails is in ``problems`` and does not raise."""
    try:
        application = Application.open(home, Options(demo_server=False))
        try:
            with follow(application, quiet=quiet):
                problems = add_demo_music(application, say)
        finally:
            application.close()
    except PodMixError as problem:
        return DemoMix(None, (), (f"The demo music: {problem}",))
    mix = mix_demo_music(home, out, say)
    return DemoMix(mix.plan, mix.files, (*problems, *mix.problems))
