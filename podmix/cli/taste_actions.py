# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of ``podmix mixes`` and ``podmix taste`` with their options, each with an example."""

from __future__ import annotations

from podmix.cli.library_actions import Action, Argument

_RULES: Argument = (("--filter",), {"default": "", "metavar": "TEXT",
                                    "help": "only this part of the library, as in podmix library list"})
_SAVE: Argument = (("--save",), {"metavar": "NAME", "help": "also keep it as a playlist"})
_PREVIEWS: Argument = (("--previews",), {"action": "store_true", "help": "with podcast previews between the tracks"})

MIXES_ACTIONS = (
    Action("list", "today's daily mixes, and those that were made", "podmix mixes list --json"),
    Action("show", "one mix, track by track, with reasons", "podmix mixes show daily-1 --previews",
           ((("key",), {"metavar": "MIX"}), _PREVIEWS, _SAVE)),
    Action("make", "make a mix: daily; genre NAME; mood NAME; decade 1990; phrase WORDS; blend FRIEND; "
                   "enhance PLAYLIST; path TRACK TRACK", "podmix mixes make phrase rainy sunday piano --save Sunday",
           ((("sort",), {"choices": ["daily", "genre", "mood", "decade", "phrase", "blend", "enhance", "path"]}),
            (("words",), {"nargs": "*", "metavar": "WORD"}), _RULES, _SAVE,
            (("--every",), {"type": int, "default": 1, "metavar": "N", "help": "enhance: after every Nth track"}),
            (("--steps",), {"type": int, "default": 8, "metavar": "N", "help": "path: tracks between the two"}),
            (("--page",), {"type": int, "default": 0, "metavar": "N", "help": "daily: go on, page by page"}),
            (("--accept",), {"action": "store_true", "help": "enhance: put the tracks into the playlist"}))),
)

TASTE_ACTIONS = (
    Action("show", "all that PodMix knows of what you like, and where it lies", "podmix taste show --json"),
    Action("interests", "say what you want to hear of; replaces what you said before",
           "podmix taste interests 'deep sea' bread history", ((("words",), {"nargs": "*", "metavar": "WORDS"}),)),
    Action("export", "write your taste for a friend: no paths, no dates, nothing you only heard",
           "podmix taste export ada.json --name Ada",
           ((("file",), {"metavar": "FILE.json"}), (("--name",), {"default": "", "help": "how you are called in it"}))),
    Action("import", "take in a friend's taste, for blends and suggestions", "podmix taste import ben.json",
           ((("file",), {"metavar": "FILE.json"}),)),
    Action("forget", "remove a friend's taste", "podmix taste forget Ben", ((("friend",), {"metavar": "FRIEND"}),)),
    Action("shows", "shows that your shows and friends point to", "podmix taste shows"),
    Action("erase", "forget everything that was noted of your listening, for good",
           "podmix taste erase --yes", ((("--yes",), {"action": "store_true", "help": "do not ask"}),)),
)
