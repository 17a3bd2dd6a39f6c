# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values as publishers write them."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.podcasts import feed_values as values


@pytest.mark.parametrize(("text", "expected"), [
    ("75", 75), ("1:15", 75), ("01:01:15", 3675), ("1:15.5", 75.5), ("0", 0), ("90:00", 5400), ("1:00:00,5", 3600.5),
    (" 12.25 ", 12.25), ("1h 2m 3s", 3723), ("PT1H2M3S", 3723), ("45 min", 2700), ("30 seconds", 30),
    ("", None), (None, None), ("soon", None), ("-5", None), ("1:2:3:4", None), ("99999999999999", None), ("nan", None),
    ("00:00:12:34", None), ("١:٠٥", 65),
])
def test_seconds(text: str | None, expected: float | None) -> None:
    assert values.seconds(text) == expected


@pytest.mark.parametrize("text", [
    "Mon, 01 Nov 2021 10:00:00 +0000", "Mon, 1 Nov 2021 10:00:00 GMT", "Mon, 01 Nov 2021 05:00:00 EST",
    "2021-11-01T10:00:00Z", "2021-11-01T12:00:00+02:00", "01 Nov 2021 10:00:00 +0000", "Mon, 01 Nov 2021 10:00 +0000",
    "Fri, 01 Nov 2021 10:00:00 +0000", " Mon, 01 Nov 2021 10:00:00 UT ", "Monday, 01-Nov-21 10:00:00 GMT",
    "2021-11-01 10:00:00",
])
def test_dates(text: str) -> None:
    assert values.date(text) == datetime(2021, 11, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "Mon, 99 Foo 20000 99:99", "0000-00-00",
                                  "Mon, 31 Feb 2021 10:00:00 GMT", "Mon, 01 Nov 9999 10:00:00 GMT"])
def test_nonsense_is_no_date(text: str) -> None:
    assert values.date(text) is None


@settings(max_examples=60, deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_rfc_2822_round_trip(local: datetime, shift: int) -> None:
    stamp = local.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=shift)))
    assert values.date(format_datetime(stamp)) == stamp


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_none(text: str) -> None:
    values.seconds(text), values.date(text), values.integer(text), values.decimal(text), values.yes_no(text)
    assert "\n" not in values.line(text)
    assert not values.address(text, "https://e.org/").lower().startswith(("javascript:", "data:"))


@pytest.mark.parametrize(("text", "expected"), [
    (" a.mp3\n", "https://e.org/x/a.mp3"), ("/b c", "https://e.org/b%20c"), ("//o.org/a", "https://o.org/a"),
    ("HTTP://a.b/c", "HTTP://a.b/c"), ("java\nscript:alert(1)", ""), ("data:text/html,x", ""),
    ("?p=2", "https://e.org/x/y?p=2"),
    ("http://[::1", "http://[::1"), ("", ""), (None, ""),
])
def test_addresses(text: str | None, expected: str) -> None:
    assert values.address(text, "https://e.org/x/y") == expected


def test_numbers() -> None:
    assert [values.integer(text) for text in ("1,234", "12.0", "-1", "", "x", "1e400", "99999999999999999999")] == \
        [1234, 12, None, None, None, None, None]
