# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped demo: two small shows, served as real RSS from this machine to this machine.

Everything after the address is the ordinary program: feed, download, transcription, ranking, clips.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.errors import PodMixError
from podmix.paths import resources, safe_name
from podmix.units import clock_text

if TYPE_CHECKING:
    from podmix.app.application import Application
    from podmix.app.views import PreviewCard


def demo_feeds() -> list[str]:
    """File names of the shipped feeds; raises PodMixError where the package was built without them."""
    feeds = sorted(path.name for path in (resources() / "demo" / "feeds").glob("*.xml"))
    if not feeds:
        raise PodMixError(
            "The demo content is not part of this installation.",
            remedy="Install PodMix from its source, where resources/demo lies.",
        )
    return feeds


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo made: the best preview of every episode, and the files."""

    cards: tuple[PreviewCard, ...]
    files: tuple[Path, ...]
    missing: tuple[str, ...]  # episodes without a preview, with the reason


def run_demo(application: Application, out: Path, say: Callable[[str], None]) -> DemoResult:
    """Subscribe, prepare every episode, and write each best clip with its captions into ``out``."""
    shows = application.add_demo()
    episodes = [e for show in shows for e in application.episodes(show.show_id)]
    say(
        f"Subscribed to {', '.join(show.title for show in shows)} from {application.start_demo_server().base}: "
        f"{len(episodes)} episodes"
    )
    application.start_work()
    application.wait_for_work()
    cards, files, missing = [], [], []
    for row in application.episodes(None):
        page = application.episode_page(row.episode_id)
        if not page.previews:
            missing.append(f"{row.title}: {row.problem or 'no preview'}")
            continue
        card = page.previews[0]
        cards.append(card)
        files += _write(application, card, out)
        say(f"{row.show_title} · {row.title}: {clock_text(card.start)}–{clock_text(card.end)} “{card.title}”")
    return DemoResult(tuple(cards), tuple(files), tuple(missing))


def _write(application: Application, card: PreviewCard, out: Path) -> list[Path]:
    stem = safe_name(f"{card.show_title} - {card.episode_title}", longest=100)
    clip = application.export_clip(card.preview_id, out / f"{stem}.ogg")
    captions = out / f"{stem}.vtt"
    captions.write_text(application.captions_text(card.preview_id, "vtt"), encoding="utf-8")
    return [clip, captions]
