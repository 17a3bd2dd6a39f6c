# SPDX-License-Identifier: GPL-3.0-or-later
"""What inference costs: times, memory and processor by stage, and what is missing for production."""
