# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that search every transcript, by words and by meaning."""

from __future__ import annotations

import logging

from podmix.app.preview_verbs import PreviewVerbs
from podmix.app.views import SearchHit
from podmix.errors import PodMixError, UsageError
from podmix.search.store import Hit, join_hits

_LOG = logging.getLogger("podmix.search")


class SearchVerbs(PreviewVerbs):
    """Words come from the index at once; meaning asks the side process for the query's vector."""

    def search(self, text: str, *, by: str = "both", limit: int = 50) -> list[SearchHit]:
        if by not in ("words", "meaning", "both"):
            raise UsageError(f"Search is by words, meaning or both, not by {by}.")
        if not text.strip():
            return []
        words = self.search_store.by_words(text, limit=limit) if by != "meaning" else []
        meaning: list[Hit] = []
        if by != "words":
            try:
                meaning = self._by_meaning(text, limit)
            except PodMixError as problem:
                if by == "meaning":
                    raise
                _LOG.info("searched by words only: %s", problem)
        hits = join_hits(words, meaning, limit=limit) if by == "both" else (words or meaning)
        found_by_words = {(h.episode_id, round(h.end * 10)) for h in words}
        shows = {show.id for show in self.podcasts.shows()}
        results = []
        for hit in hits:
            episode = self.podcasts.episode(hit.episode_id)
            if episode is None or episode.show_id not in shows:  # its show was removed
                continue
            how = "words" if (hit.episode_id, round(hit.end * 10)) in found_by_words else "meaning"
            results.append(
                SearchHit(
                    hit.episode_id,
                    episode.title,
                    episode.show_title,
                    hit.start,
                    hit.end,
                    hit.snippet_html,
                    hit.score,
                    how,
                )
            )
        return results

    def _by_meaning(self, text: str, limit: int) -> list[Hit]:
        import numpy as np

        vector = self.side.call("podmix.app.side_work:query_vector", str(self.home.models), text)
        return self.search_store.by_meaning(np.asarray(vector, np.float32), limit=limit)
