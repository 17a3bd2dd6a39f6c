# SPDX-License-Identifier: GPL-3.0-or-later
"""Opus lengths from pages are those that decoding finds, or there is none; links of chained files."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio import lengths
from podmix.audio.decode import decoded_duration, read
from podmix.audio.ogg import links, opus_length
from tests.audio.formats import write
from tests.audio.ogg_pages import changed, pages, repaged, with_granules

RATE = 48_000


def opus(path: Path, samples: int, *, frame_ms: str = "20", page_us: str = "1000000", channels: int = 1,
         bit_rate: int = 32_000) -> Path:
    import av

    with av.open(str(path), "w", format="ogg", options={"page_duration": page_us}) as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono" if channels == 1 else "stereo")
        stream.bit_rate, stream.options = bit_rate, {"frame_duration": frame_ms}
        size = round(float(frame_ms) * 48)
        noise = np.random.default_rng(samples).normal(0, 0.1, (1, samples * channels)).astype(np.float32)
        for at in range(0, samples, size):
            piece = np.ascontiguousarray(noise[:, at * channels: (at + size) * channels])
            frame = av.AudioFrame.from_ndarray(piece, format="flt", layout=stream.layout.name)
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def one_second(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return opus(tmp_path_factory.mktemp("opus") / "a.opus", RATE, page_us="60000").read_bytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(samples=st.integers(1_000, 3 * RATE), frame_ms=st.sampled_from(["2.5", "5", "10", "20", "40", "60", "120"]),
       page_us=st.sampled_from(["1", "60000", "1000000"]), channels=st.sampled_from([1, 2]))
def test_a_length_by_pages_is_what_decodes(samples: int, frame_ms: str, page_us: str, channels: int,
                                           tmp_path: Path) -> None:
    path = opus(tmp_path / "a.opus", samples, frame_ms=frame_ms, page_us=page_us, channels=channels)
    decoded = len(read(path)[0])
    assert opus_length(path) in (decoded, None)
    assert decoded_duration(path) * RATE == pytest.approx(decoded)
    if samples > RATE:
        assert opus_length(path) == decoded == samples


@pytest.mark.parametrize("segments", [1, 3, 7, 50, 255])
def test_packets_that_run_over_pages(segments: int, tmp_path: Path) -> None:
    path = opus(tmp_path / "a.opus", 2 * RATE + 77, frame_ms="20", bit_rate=256_000, channels=2)
    path.write_bytes(repaged(path.read_bytes(), segments, 960))
    assert opus_length(path) == len(read(path)[0]) == 2 * RATE + 77


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=6), cut=st.sampled_from([0.4, 0.8, 1.0, 1.0]))
def test_damage_gives_nothing_or_about_what_counting_gives(at: float, junk: bytes, cut: float, one_second: bytes,
                                                           tmp_path: Path) -> None:
    """Damage inside a packet cannot be seen from outside; FFmpeg drops its page, which counts if it is the last."""
    data = bytearray(one_second)
    where = int(at * (len(data) - 1))
    data[where: where + len(junk)] = junk
    path = tmp_path / "b.opus"
    path.write_bytes(bytes(data[: int(len(data) * cut)]))
    length = opus_length(path)
    assert length is None or cut == 1.0, "a cut page is odd"
    if length is not None:
        assert abs(length - RATE) <= 2 * 2880


def test_a_stream_cut_from_a_longer_one_begins_where_it_begins(tmp_path: Path) -> None:
    path = opus(tmp_path / "a.opus", 3 * RATE)
    path.write_bytes(with_granules(path.read_bytes(), lambda at, granule: granule + 7 * RATE if at > 1 else granule))
    assert opus_length(path) == len(read(path)[0]) == 3 * RATE


def test_what_is_odd_is_not_believed(tmp_path: Path) -> None:
    path = opus(tmp_path / "a.opus", 3 * RATE)
    data = path.read_bytes()
    last = len(list(pages(data))) - 1
    odd = {
        "a gap between pages": changed(data, lambda at, page: page if at != 3 else b""),
        "junk between pages": data[: list(pages(data))[2][0]] + b"junk" + data[list(pages(data))[2][0]:],
        "cut in a page": data[:-10],
        "another stream between": changed(data, lambda at, page: page[:14] + b"abcd" + page[18:] if at == 3 else page),
        "far too long": with_granules(data, lambda at, granule: granule + 10**6 if at == last else granule),
        "backwards": with_granules(data, lambda at, granule: 10 if at == last else granule),
        "nothing but headers": data[: list(pages(data))[2][0]],
        "no header": data[list(pages(data))[1][0]:],
        "empty": b"",
    }
    for what, changed_data in odd.items():
        path.write_bytes(changed_data)
        assert opus_length(path) is None, what
    assert opus_length(write("vorbis", np.zeros(RATE, np.float32), RATE, tmp_path / "v")) is None


def test_long_opus_is_not_demuxed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = opus(tmp_path / "a.opus", 3 * RATE + 5)
    chain = tmp_path / "chain.opus"
    chain.write_bytes(path.read_bytes() + opus(tmp_path / "b.opus", RATE, channels=2).read_bytes())
    monkeypatch.setattr(lengths, "packets", None)
    assert decoded_duration(path) == 3 + 5 / RATE
    assert decoded_duration(chain) == 4 + 5 / RATE


def test_links_are_found_in_chains_only(tmp_path: Path) -> None:
    one, two = opus(tmp_path / "1.opus", RATE), write("vorbis", np.zeros(RATE, np.float32), 44_100, tmp_path / "2")
    assert links(one) == ()
    chain = tmp_path / "chain.ogg"
    first, second = one.read_bytes(), two.read_bytes()
    chain.write_bytes(first + second + first)
    assert links(chain) == (), "a chain is told by its last page; a first stream that returns is not seen"
    chain.write_bytes(first + first + second)
    sizes = (0, len(first), 2 * len(first), 2 * len(first) + len(second))
    assert links(chain) == tuple(pairwise(sizes))
    chain.write_bytes(first + b"junk" + second)
    assert links(chain) == ()
    for data in (b"", b"OggS", b"nothing of the kind"):
        chain.write_bytes(data)
        assert links(chain) == ()
