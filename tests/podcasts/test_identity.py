# SPDX-License-Identifier: GPL-3.0-or-later
"""The vectors are the specification's."""

import pytest

from podmix.podcasts.identity import computed_guid, feed_guid, normal_guid


@pytest.mark.parametrize("url", ["podnews.net/rss", "https://podnews.net/rss", "http://podnews.net/rss//",
                                 " feed://podnews.net/rss/ "])
def test_first_vector(url: str) -> None:
    assert computed_guid(url) == "9b024349-ccf0-5f69-a609-6b82873eab3c"


def test_second_vector() -> None:
    assert computed_guid("https://mp3s.nashownotes.com/pc20rss.xml") == "917393e3-1b1e-5cef-ace4-edaa54e1f810"


def test_a_published_guid_wins_if_it_is_one() -> None:
    assert feed_guid("917393E3-1B1E-5CEF-ACE4-EDAA54E1F810", "https://e.org") == "917393e3-1b1e-5cef-ace4-edaa54e1f810"
    assert feed_guid("{not a guid}", "podnews.net/rss") == computed_guid("podnews.net/rss")
    assert normal_guid("917393e31b1e5ceface4edaa54e1f810") == ""
