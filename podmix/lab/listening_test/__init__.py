# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening tests: a folder that opens in any browser, its results read back, agreement and paired tests."""
