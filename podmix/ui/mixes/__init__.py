# SPDX-License-Identifier: GPL-3.0-or-later
"""The Mixes screen: mixes made for the listener, and ways to make more."""
