# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's screen: runs to sort, compare, promote, listen to and send."""
