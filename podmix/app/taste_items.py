# SPDX-License-Identifier: GPL-3.0-or-later
"""Between the library and taste: what previews are (vector, show, people, topics), who points where, what to erase."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from podmix.app.taste_views import SuggestedShow
from podmix.database import Database
from podmix.database.backup import backups
from podmix.previews.store import PreviewStore, PreviewSummary
from podmix.taste.events import Outcome, Thing
from podmix.taste.store import Item, TasteStore
from podmix.taste.taste_file import TasteFile

if TYPE_CHECKING:
    from podmix.app.taste_verbs import TasteVerbs
    from podmix.taste.recommending import CardRow, Listener

MODEL_SPACE = "all-MiniLM-L6-v2"
_MODEL_BYTES = 384 * 2
_AT_ONCE = 2_000


def note_items(verbs: TasteVerbs, store: TasteStore, summaries: Sequence[PreviewSummary]) -> dict[int, Item]:
    """All previews that are or were here. What is new is described now, from the transcript's own vectors; of very many
    the newest, the rest the next time.
    """
    items = store.items(Thing.PREVIEW)
    fresh: list[Item] = []
    shows = {show.id: show for show in verbs.podcasts.shows(hidden=True)}
    for one in sorted(summaries, key=lambda one: -one.preview_id):
        if len(fresh) >= _AT_ONCE:
            break
        digest = hashlib.blake2b(f"{one.episode_id}|{one.start}|{one.end}|{one.title}".encode(), digest_size=8).digest()
        known = items.get(one.preview_id)
        if known is not None and known.digest == digest and known.version == MODEL_SPACE:
            continue
        episode = verbs.podcasts.episode(one.episode_id)
        if episode is None:
            continue
        vector, space = _meaning(verbs, one)
        if known is not None and known.digest == digest and known.version == space:
            continue
        show = shows.get(episode.show_id)
        facts = {
            "show": episode.show_id, "show_title": episode.show_title, "episode": episode.id, "score": one.score,
            "people": [person.name for person in episode.persons[:2]],
            "topics": [c.sub or c.name for c in (show.categories if show else ())][:2],
            "published": episode.published.timestamp() if episode.published else None,
        }
        fresh.append(Item(Thing.PREVIEW, one.preview_id, digest, space, vector, facts, one.title or episode.title))
    if fresh:
        store.put_items(fresh)
        items.update({item.number: item for item in fresh})
    return items


def _meaning(verbs: TasteVerbs, one: PreviewSummary) -> tuple[bytes, str]:
    vector = verbs.search_store.meaning_of(one.episode_id, one.start, one.end)
    if len(vector) == _MODEL_BYTES:
        return vector, MODEL_SPACE
    from podmix.taste.word_vectors import SPACE, word_vector

    stored = verbs.previews_store.get(one.preview_id)
    return word_vector(stored.made.text if stored else one.title).astype("<f2").tobytes(), SPACE


def cards_of(items: Mapping[int, Item], summaries: Sequence[PreviewSummary],
             shows: Collection[int]) -> list[CardRow]:
    """Candidates: previews of shows that are there."""
    from podmix.taste.recommending import CardRow

    cards = []
    for one in summaries:
        facts = items[one.preview_id].facts if one.preview_id in items else {}
        if facts.get("show") in shows:
            published = facts.get("published")
            cards.append(CardRow(one.preview_id, one.episode_id, int(facts["show"]),
                                 math.nan if published is None else float(published), min(max(one.score, 0.0), 1.0)))
    return cards


def listener_of(verbs: TasteVerbs, store: TasteStore, outcomes: Sequence[Outcome],
                summaries: Sequence[PreviewSummary]) -> Listener:
    from podmix.taste.recommending import ChosenInterest, Listener

    chosen = [ChosenInterest(text, str(body["space"]), tuple(body["vector"]))
              for text, body in store.documents("interest").items()]
    addresses = {show.url.rstrip("/"): show.id for show in verbs.podcasts.shows()}
    friends = [(friend.name, frozenset(addresses[one.address.rstrip("/")] for one in friend.shows
                                       if one.address.rstrip("/") in addresses)) for friend in verbs.friends()]
    seen = {one.number for one in outcomes} | {one.preview_id for one in summaries if one.seen}
    return Listener(outcomes, chosen, friends, frozenset(seen))


def pointed_to(verbs: TasteVerbs, friends: Sequence[TasteFile]) -> list[SuggestedShow]:
    """From podrolls and friends' files; each address once."""
    shows = verbs.podcasts.shows()
    known = {show.url.rstrip("/") for show in shows} | {show.guid for show in shows if show.guid}
    found: dict[str, SuggestedShow] = {}
    for friend in friends:
        for one in friend.shows:
            if one.address and one.address.rstrip("/") not in known:
                found.setdefault(one.address, SuggestedShow(one.title, one.address, f"{friend.name} listens to it"))
    for show in shows:
        for item in show.podroll:
            if item.feed_url and item.feed_url.rstrip("/") not in known and item.feed_guid not in known:
                found.setdefault(item.feed_url, SuggestedShow(item.title or item.feed_url, item.feed_url,
                                                              f"{show.title} recommends it"))
    return list(found.values())


def erase_everywhere(verbs: TasteVerbs, store: TasteStore) -> None:
    """Taste's own file, the traces of listening in the library, and both of it in every backup."""
    for backup in backups(verbs.taste_path):
        backup.unlink(missing_ok=True)
    store.erase()
    _forget_listening(verbs.database, verbs.previews_store, verbs.music)
    verbs.database.forget_deleted()  # a row that was changed or deleted long ago has left bytes, too
    for backup in backups(verbs.database.path):
        with Database(backup) as old:
            from podmix.music.store import MusicStore

            # A backup of before these tables has nothing to forget.
            _forget_listening(old, PreviewStore(old), MusicStore(old))
            old.forget_deleted()


def _forget_listening(database: Database, previews: PreviewStore, music: Any) -> None:
    with database.read() as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "previews" in tables:
        previews.forget_listening()
    if {"tracks", "music_plays"} <= tables:
        music.forget_plays()
