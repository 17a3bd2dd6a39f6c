# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window over made-up shows whose clips are one real file: ``python -m tests.e2e.media_window FILE``.

Everything from the launcher down is the program's own: player, engine process (without a sound card), desktop controls.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from tests.ui.fake_verbs import FakeVerbs

CLIP_S = 60.0


def verbs_with(clip: Path) -> FakeVerbs:
    """Made-up shows; every preview lasts a minute and plays ``clip``."""
    made = FakeVerbs()
    for number, card in made._previews.items():
        made._previews[number] = dataclasses.replace(card, clip=clip, end=card.start + CLIP_S)
    return made


if __name__ == "__main__":
    from podmix.ui import launch

    sys.exit(launch.main(["--null-audio"], verbs=verbs_with(Path(sys.argv[1]))))
