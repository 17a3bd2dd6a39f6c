# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's dance tracks; see ``notation`` for how they are written."""

from __future__ import annotations

from podmix.lab.composing.grooves import BACK, FOUR, OFFBEAT
from podmix.lab.composing.harmony import MINOR, Harmony
from podmix.lab.demo_music.notation import Line, Part, Piece

_SOFT_16 = "o.xoo.xoo.xoo.xo"

GLASS_ELEVATOR = Piece(
    "glass-elevator", "Glass Elevator", "Marlow Quay", "House", 122, Harmony(9, MINOR, (0, 5, 2, 6), 1.0, True),
    (
        Part("intro", 8, "kick open shaker closed", fill=False),
        Part("build", 8, "kick clap closed bass keys", (500.0, 9_000.0), rise=True),
        Part("drop", 8, "kick clap open shaker closed bass keys pad hook"),
        Part("break", 8, "shaker pad keys hook", (1_500.0, 12_000.0), roll=True, rise=True),
        Part("drop", 8, "kick clap open shaker closed bass keys pad hook high"),
        Part("outro", 8, "kick clap open shaker closed bass", fill=False),
    ),
    {
        "bass": Line("riff", "house bass", "0..0..0.0..0..3.|0..0..0.0..3..2.", 2, level_db=0.5, room=0.0, duck=0.35),
        "keys": Line("chords", "soft keys", "x-..x-.x-..x-.x-", centre=63, level_db=-5, pan=-0.15, room=0.2, duck=0.3),
        "pad": Line("chords", "pad", "x---------------", centre=60, level_db=-10, room=0.3, duck=0.55),
        "hook": Line("tune", "pluck", "4:3 4:3 2:2 4:3 6:3 4:2 | 7:3 6:3 4:2 2:6 r:2 | 4:3 4:3 2:2 4:3 6:3 7:2 | "
                     "8:4 6:4 4:6 r:2", 4, level_db=-5.5, room=0.2, echo=0.3, duck=0.2),
        "high": Line("riff", "bell", "....3.......4...|......5.....4...", 4, level_db=-11, pan=0.3, room=0.4, echo=0.4),
    },
    {"kick": FOUR, "clap": BACK, "open": OFFBEAT, "closed": _SOFT_16, "shaker": "oxoxoxoxoxoxoxox"},
    swing=0.1, lead_in_s=0.12, hue=0.52,
)

COOLING_TOWER = Piece(
    "cooling-tower", "Cooling Tower", "Pylon Nine", "Techno", 128, Harmony(4, MINOR, (0, 0, 0, 0, 5, 5, 6, 6), 1.0,
                                                                           False),
    (
        Part("intro", 8, "kick open closed", fill=False),
        Part("build", 8, "kick clap open bass acid", (350.0, 3_500.0), roll=True, rise=True),
        Part("drop", 8, "kick clap open closed ride bass acid stab"),
        Part("break", 8, "closed acid pad", (700.0, 6_000.0), roll=True, rise=True),
        Part("drop", 8, "kick clap open closed ride rim bass acid stab pad"),
        Part("outro", 8, "kick clap open rim bass", fill=False),
    ),
    {
        "bass": Line("riff", "techno bass", "..00..00..00..00", 2, level_db=-2.5, room=0.0, duck=0.7),
        "acid": Line("riff", "acid", "0.03.00.3.0.20.3|0.03.00.3.04.02.", 3, level_db=-5.5, pan=0.1, room=0.12,
                     echo=0.25,
                     duck=0.25),
        "stab": Line("chords", "stab", "...x......x.....|...x.....x...x..", centre=64, level_db=-8, room=0.35,
                     echo=0.45),
        "pad": Line("chords", "dark pad", "x---------------", centre=58, level_db=-9, room=0.4, duck=0.5),
    },
    {"kick": FOUR, "clap": BACK, "open": OFFBEAT, "closed": "xoxoxoxoxoxoxoxo", "ride": "x.x.x.x.x.x.x.x.",
     "rim": "...x..x...x..x.."},
    "techno", lead_in_s=0.05, room_s=2.2, drive=1.5, hue=0.6,
)

WRONG_DOOR = Piece(
    "wrong-door-right-room", "Wrong Door, Right Room", "Odette Brandt", "House", 125,
    Harmony(3, MINOR, (0, 4, 5, 3), 1.0, True),
    (
        Part("intro", 8, "kick closed conga", fill=False),
        Part("build", 8, "kick clap closed conga bass piano", (600.0, 10_000.0), roll=True, rise=True),
        Part("drop", 8, "kick clap open closed conga bass piano riff"),
        Part("break", 8, "conga piano pad", (2_000.0, 14_000.0), rise=True),
        Part("drop", 8, "kick clap open closed conga bass piano riff pad"),
        Part("outro", 8, "kick clap open closed conga", fill=False),
    ),
    {
        "bass": Line("riff", "organ bass", "0..0.0..0..0.0.3|0..0.0..0..2.3.2", 2, level_db=0.5, room=0.0, duck=0.3),
        "piano": Line("chords", "piano keys", "x--x--x---x--x--|x--x--x---x-x-x-", centre=65, level_db=-4.5, room=0.18,
                      duck=0.25),
        "riff": Line("tune", "organ", "4:2 r:1 4:2 r:1 6:2 7:4 6:2 4:2 | 8:4 7:2 6:6 r:4 | "
                     "9:2 r:1 9:2 r:1 7:2 6:4 4:4 | "
                     "7:4 5:4 4:6 r:2", 4, level_db=-7, pan=0.12, room=0.2, echo=0.2, duck=0.2),
        "pad": Line("chords", "pad", "x---------------", centre=58, level_db=-9, room=0.3, duck=0.5),
    },
    {"kick": FOUR, "clap": BACK, "open": OFFBEAT, "closed": "xo.oxo.oxo.oxo.o", "conga": "..x..xo...x..xox"},
    swing=0.14, lead_in_s=0.3, hue=0.93,
)

NIGHT_FERRY = Piece(
    "night-ferry", "Night Ferry", "Kestrel Line", "Drum & Bass", 174, Harmony(5, MINOR, (5, 6, 0, 0), 2.0, False),
    (
        Part("intro", 8, "closed ride pad", (900.0, 2_500.0), fill=False),
        Part("build", 8, "kick closed ride pad keys", (1_200.0, 12_000.0), roll=True, rise=True),
        Part("drop", 16, "kick snare closed ride bass pad tune"),
        Part("break", 8, "shaker pad keys tune", (1_500.0, 14_000.0), roll=True, rise=True),
        Part("drop", 16, "kick snare closed ride shaker bass pad tune keys"),
        Part("outro", 8, "kick snare closed ride", fill=False),
    ),
    {
        "bass": Line("riff", "reese", "0-----..0---..0-|------..0--.2---", 2, level_db=0, room=0.0, duck=0.25),
        "pad": Line("chords", "pad", "x---------------|----------------", centre=62, level_db=-9, room=0.4, duck=0.3),
        "keys": Line("riff", "square pluck", "0.2.3.2.4.2.3.2.", 4, level_db=-10, pan=-0.25, room=0.25, echo=0.35),
        "tune": Line("tune", "soft lead", "7:6 r:2 9:6 8:2 7:8 5:8 | 8:6 r:2 6:6 8:2 9:14 r:2 | 7:6 6:2 4:8 7:8 4:8 | "
                     "2:12 4:4 0:12 r:4", 4, level_db=-6, room=0.3, echo=0.3),
    },
    {"kick": "x.........x.....|x.x.......x.....", "snare": "....x..o.o..x..o|....x..o....x.o.",
     "closed": "x.xox.xox.xox.xo", "ride": "x...x...x...x...", "shaker": "oxoxoxoxoxoxoxox"},
    "break", lead_in_s=0.08, room_s=2.0, drive=1.4, hue=0.66,
)

UNDERTOW = Piece(
    "undertow", "Undertow", "Kestrel Line", "Half-time", 87, Harmony(5, MINOR, (0, 0, 5, 6), 1.0, False),
    (
        Part("intro", 4, "closed bells pad", (900.0, 4_000.0), fill=False),
        Part("build", 4, "kick closed bells pad", (1_200.0, 12_000.0), roll=True, rise=True),
        Part("drop", 8, "kick snare clap closed bass bells pad"),
        Part("break", 4, "bells pad voice", (2_000.0, 14_000.0), rise=True),
        Part("drop", 8, "kick snare clap closed open bass bells pad voice"),
        Part("outro", 4, "kick snare closed bass", fill=False),
    ),
    {
        "bass": Line("riff", "low sine", "0----.0---..0-0-|0----.0---..2-3-", 2, level_db=-0.5, room=0.0, duck=0.2),
        "bells": Line("riff", "bell", "4..3..2.5...3...|4..3..2.1...2...", 4, level_db=-9, pan=0.15, room=0.35,
                      echo=0.35),
        "pad": Line("chords", "dark pad", "x---------------", centre=60, level_db=-8, room=0.4, duck=0.35),
        "voice": Line("tune", "soft lead", "7:8 8:4 9:4 | 8:6 7:2 4:8 | 5:6 7:2 9:8 | 8:8 6:6 r:2", 4, level_db=-7,
                      room=0.4,
                      echo=0.3),
    },
    {"kick": "x......x..x.....|x..x...x..x...o.", "snare": BACK, "clap": BACK,
     "closed": "xoxoxo%oxoxox%xo|xoxoxoxoxox%xo%o",
     "open": "......x.......x."},
    "deep", lead_in_s=0.2, room_s=2.4, drive=1.3, hue=0.75,
)

CLUB = (GLASS_ELEVATOR, COOLING_TOWER, WRONG_DOOR, NIGHT_FERRY, UNDERTOW)
