# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all tests: they judge results, never the speed of a busy machine."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.stillness import RERUNS, MachineStoodStillError, awake

# Nothing may look for a hub, not even a library that PodMix only compares itself with.
os.environ["HF_HUB_OFFLINE"] = "1"

settings.register_profile("podmix", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("podmix")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("sound"):
            if not item.get_closest_marker("xdist_group"):
                item.add_marker(pytest.mark.xdist_group("sound"))
            item.add_marker(pytest.mark.flaky(reruns=RERUNS, only_rerun=[MachineStoodStillError.__name__]))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    if not pyfuncitem.get_closest_marker("sound"):
        return (yield)
    with awake(str(pyfuncitem.config.rootpath)):
        return (yield)
