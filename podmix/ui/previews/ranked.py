# SPDX-License-Identifier: GPL-3.0-or-later
"""The feed as the previews screen shows it: in the order of taste, with reasons; what was seen before comes last."""

from __future__ import annotations

from podmix.app.interface import Verbs
from podmix.app.taste_views import FeedCard
from podmix.app.views import PreviewCard
from podmix.errors import PodMixError

MOST_CARDS = 100
Whys = dict[int, tuple[str, ...]]
"""By preview: sentences on why it stands in the feed."""


def ranked_feed(verbs: Verbs) -> tuple[list[PreviewCard], Whys]:
    """Runs on a background thread. Raises PodMixError."""
    try:
        feed: list[FeedCard] = verbs.recommended(limit=MOST_CARDS)
    except PodMixError:  # taste is no reason to show nothing
        feed = []
    cards = [one.card for one in feed]
    if len(cards) < MOST_CARDS:
        known = {card.episode_id for card in cards}
        cards += [card for card in verbs.preview_feed(limit=MOST_CARDS) if card.episode_id not in known]
    return cards[:MOST_CARDS], {one.card.preview_id: one.why for one in feed}
