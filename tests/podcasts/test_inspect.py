# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of ``podmix feed inspect`` is fixed for other programs."""

import json

from podmix.podcasts.inspect import inspect_feed
from tests.podcasts.feed_samples import RICH_CHANNEL, RICH_ITEM, item, rss


def test_the_promised_shape() -> None:
    said = json.loads(json.dumps(inspect_feed(rss(RICH_ITEM + item(8), RICH_CHANNEL), "https://podnews.net/rss")))
    assert {"title", "guid", "link", "language", "items", "warnings"} <= said.keys()
    assert said["guid"] == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert said["computed_guid"] == "9b024349-ccf0-5f69-a609-6b82873eab3c"
    assert said["categories"][0] == {"name": "Society", "sub": "Places"}
    assert said["trailers"][0]["published"] == "2021-04-01T13:00:00Z"
    assert said["live_items"][0]["item"]["guid"] == "live-1"
    first, second = said["items"]
    assert first["published"] == "2021-11-08T10:00:00Z"
    assert first["enclosure"] == {"url": "https://example.org/7.mp3", "type": "audio/mpeg", "length": 1000}
    assert first["duration"] == 3723.5
    assert first["transcripts"][0] == {"url": "https://example.org/7.vtt", "type": "text/vtt", "language": "de",
                                       "rel": "captions"}
    assert first["chapters"]["url"] == "https://podnews.net/chapters/7.json"
    assert [chapter["title"] for chapter in first["chapters"]["list"]] == ["First", "Second"]
    assert first["soundbites"][0] == {"start": 73, "duration": 60.25, "title": "A bite"}
    assert first["persons"][0] == {"name": "Alice", "role": "guest", "group": "cast",
                                   "img": "https://example.org/a.png", "href": "https://example.org/a"}
    assert first["tags"][-1]["children"][0]["attributes"] == {"name": "x", "split": "50"}
    assert (second["transcripts"], second["chapters"], second["duration"], second["season"]) == ([], None, None, None)


def test_what_is_missing_is_null() -> None:
    said = inspect_feed(rss("<item><title>x</title></item>", ""))
    assert (said["title"], said["guid"], said["link"], said["computed_guid"]) == ("", None, None, None)
    assert said["items"][0]["enclosure"] is None
    assert said["items"][0]["published"] is None
    assert said["items"][0]["guid"].startswith("podmix:")
    assert len(said["warnings"]) == 3
