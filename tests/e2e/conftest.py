# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sound server for tests that record what is heard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.pulse_server import NoPulseAudioError, NullSink, PulseServer, running_server


@pytest.fixture(scope="session")
def pulse_server() -> Iterator[NullSink]:
    """A null sink at 48 kHz that stays for the whole run; skips where PulseAudio is not installed."""
    try:
        with running_server() as server:
            yield server.add_sink()
    except NoPulseAudioError as problem:
        pytest.skip(str(problem))


@pytest.fixture
def null_sink(pulse_server: NullSink, monkeypatch: pytest.MonkeyPatch) -> NullSink:
    """The sink, with this process's environment (and so its children's) pointing at its server."""
    _point(monkeypatch, pulse_server.environment)
    return pulse_server


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """A server for one test, which may take it down; without a sink yet."""
    try:
        with running_server() as server:
            _point(monkeypatch, server.environment)
            yield server
    except NoPulseAudioError as problem:
        pytest.skip(str(problem))


def _point(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_SERVER", "PULSE_RUNTIME_PATH"):
        monkeypatch.setenv(name, environment[name])
