# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all tests: property tests judge results, never the speed of a busy machine."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("podmix", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("podmix")
