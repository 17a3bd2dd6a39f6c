# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing in notes runs, loads or submits; what is worth reading stays."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.podcasts.notes import plain_text, safe_html, with_seek_links

HOSTILE = [
    "<script>alert(1)</script>", "<p onclick=alert(1)>x</p>", '<a href="javascript:alert(1)">x</a>',
    '<a href=" jAvA\tscript:alert(1)">x</a>', '<a href="data:text/html,<script>1</script>">x</a>',
    '<iframe src="https://t.example/"></iframe>', "<form action='https://e.org'><input name=p></form>",
    "<style>body{background:url(https://t.example)}</style>", '<p style="background:url(https://t.example)">x</p>',
    "<svg><script>1</script></svg>", '<object data="https://t.example"></object>', "<img src=x onerror=alert(1)>",
    '<link rel="stylesheet" href="https://t.example/">', '<meta http-equiv="refresh" content="0;https://t.example">',
    '<math><mi xlink:href="javascript:1">x</mi></math>', "<!--[if IE]><script>1</script><![endif]-->",
    '<base href="https://t.example/">', "<noscript><img src='https://t.example/p.gif'></noscript>", "<plaintext><b>",
    '<video src="https://t.example/v"></video>', '<a href="vbscript:x">x</a>', "<scr<script>ipt>alert(1)</script>",
]
BAD = re.compile(r"<(script|style|iframe|form|input|img|svg|object|link|meta|base|video|noscript)\b|\son\w+=|style=|"
                 r"(href|src)=\"(?!https?:|mailto:)", re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markup_goes(text: str) -> None:
    assert not BAD.search(safe_html(f"<p>before</p>{text}<p>after</p>", base="https://e.org/"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, "<p>", "</p>", "<", ">", '"', "'", "&lt;script&gt;", "<a href=", "text"])
                | st.text(max_size=8), max_size=12))
def test_mixtures_of_hostile_markup(parts: list[str]) -> None:
    clean = safe_html("".join(parts))
    assert not BAD.search(re.sub(r">[^<]*<", "><", f">{clean}<"))
    assert "<script" not in with_seek_links(clean).lower()


def test_links_stay_and_tell_nothing() -> None:
    assert safe_html('<p><a href="https://e.org/a" target="_blank" ping="https://t">x</a></p>') == \
        '<p><a href="https://e.org/a" rel="noopener noreferrer nofollow">x</a></p>'
    assert 'href="https://e.org/b"' in safe_html('<a href="/b">x</a>', base="https://e.org/shows/1")
    assert "href" not in safe_html('<a href="/b">x</a>')
    assert safe_html('<a href="/b">x</a>', base="http://[broken") == '<a rel="noopener noreferrer nofollow">x</a>'


def test_images_only_when_asked_and_never_pixels() -> None:
    notes = ('<p><img src="https://e.org/a.png" width="300"><img src="https://t.example/p.gif" width="1" height="1">'
             '<img src="data:image/gif;base64,xx"><img src="/rel.png"></p>')
    assert "<img" not in safe_html(notes)
    asked = safe_html(notes, images=True)
    assert asked.count("<img") == 1
    assert "a.png" in asked


def test_plain_notes_become_paragraphs_with_links() -> None:
    assert safe_html("One & two\nthree\n\nhttps://e.org/a?b=1&c=2.") == (
        "<p>One &amp; two<br>three</p><p><a href=\"https://e.org/a?b=1&amp;c=2\" "
        "rel=\"noopener noreferrer nofollow\">https://e.org/a?b=1&amp;c=2</a>.</p>")
    assert safe_html("  ") == ""


def test_plain_text() -> None:
    assert plain_text("<p>One &amp; <b>two</b></p><script>no</script><ul><li>a</li><li>b</li></ul>x<br>y &lt; z") == \
        "One & two\n\na\nb\n\nx\ny < z"
    assert plain_text("just\r\n\r\n\r\n\r\nwords  here") == "just\n\nwords here"
    assert plain_text("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
    assert plain_text("") == ""


def test_times_become_seek_links() -> None:
    assert with_seek_links("<p>12:34 Intro, (1:02:03) Outro</p>") == (
        '<p><a href="podmix:seek?t=754">12:34</a> Intro, (<a href="podmix:seek?t=3723">1:02:03</a>) Outro</p>')


@pytest.mark.parametrize("text", [
    '<a href="https://e.org/12:34">12:34</a>', "8:30 pm", "at 18:00 Uhr", "1:2", "3:99", "ratio 1:30:20:10",
    "12:34:56:78", "https://e.org/12:34/x", "2021-01-01T10:00",
])
def test_other_numbers_do_not(text: str) -> None:
    assert with_seek_links(text) == text


def test_times_behind_the_end_do_not() -> None:
    assert with_seek_links("5:00 and 50:00", duration=600) == '<a href="podmix:seek?t=300">5:00</a> and 50:00'
