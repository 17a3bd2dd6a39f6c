# SPDX-License-Identifier: GPL-3.0-or-later
"""How good PodMix is: standard metrics by standard libraries, beside baselines, with intervals."""
