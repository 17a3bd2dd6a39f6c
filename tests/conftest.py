# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all tests: property tests judge results, never the speed of a busy machine."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Nothing may look for a hub, not even a library that PodMix only compares itself with.
os.environ["HF_HUB_OFFLINE"] = "1"

settings.register_profile("podmix", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("podmix")
