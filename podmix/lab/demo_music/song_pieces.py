# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's songs, its waltz and its quiet piece; see ``notation`` for how they are written."""

from __future__ import annotations

from podmix.lab.composing.grooves import BACK, FOUR, OFFBEAT
from podmix.lab.composing.harmony import MAJOR, MINOR, Harmony
from podmix.lab.demo_music.notation import Line, Part, Piece

CORNER_STORE_RADIO = Piece(
    "corner-store-radio", "Corner Store Radio", "Tape & Tally", "Hip hop", 90, Harmony(0, MINOR, (0, 3, 5, 4), 1.0,
                                                                                       True),
    (
        Part("intro", 4, "kick snare closed keys", (900.0, 1_400.0)),
        Part("verse", 8, "kick snare closed bass keys"),
        Part("chorus", 8, "kick snare closed tambourine bass keys tune"),
        Part("break", 4, "closed keys bass", (1_200.0, 9_000.0)),
        Part("chorus", 8, "kick snare closed tambourine bass keys tune answer"),
        Part("outro", 4, "kick snare closed keys", (9_000.0, 1_200.0), fill=False),
    ),
    {
        "bass": Line("riff", "upright", "0-----.0--..2-3-|0-----.0--.0-.2-", 2, level_db=-1.5, room=0.05),
        "keys": Line("chords", "dusty keys", "x-----..x---.x--", centre=62, level_db=-3, pan=-0.1, room=0.15),
        "tune": Line("tune", "flute", "4:3 r:1 6:2 4:4 2:4 r:2 | 3:2 4:2 6:4 5:6 r:2 | 4:3 r:1 6:2 9:4 7:4 r:2 | "
                     "8:4 6:4 4:6 r:2", 4, level_db=-5.5, pan=0.15, room=0.25, echo=0.25),
        "answer": Line("riff", "bell", "............4.5.|..........6.4...", 4, level_db=-12, pan=0.4, room=0.3,
                       echo=0.4),
    },
    {"kick": "x.....x.x.......|x..x....x.x.....", "snare": BACK, "closed": "x.xox.xox.xox.xo",
     "tambourine": "..o...o...o...o."},
    "dusty", swing=0.28, lead_in_s=0.25, room_s=1.0, drive=1.6, warmth_db=5.0, crackle=0.0035, hue=0.08,
)

MIRRORBALL_SUNDAY = Piece(
    "mirrorball-sunday", "Mirrorball Sunday", "The Velour Set", "Disco", 116, Harmony(0, MAJOR, (0, 5, 1, 4), 1.0,
                                                                                      True),
    (
        Part("intro", 8, "kick closed open guitar", fill=True),
        Part("verse", 8, "kick snare closed open bass guitar keys"),
        Part("chorus", 8, "kick snare open tambourine bass guitar keys strings"),
        Part("break", 4, "closed conga keys strings", (3_000.0, 16_000.0), rise=True),
        Part("chorus", 8, "kick snare open tambourine conga bass guitar keys strings"),
        Part("outro", 8, "kick snare closed open conga bass", fill=False),
    ),
    {
        "bass": Line("riff", "finger bass", "0.3.0.3.0.3.0.3.|0.3.0.3.0.3.2.1.", 2, level_db=0.5, room=0.04, duck=0.15),
        "guitar": Line("chords", "muted guitar", "..x.o.x...x.o.xo", centre=67, level_db=-7, pan=-0.45, room=0.12),
        "keys": Line("chords", "soft keys", "x-----x---x-----", centre=62, level_db=-7, pan=0.3, room=0.15),
        "strings": Line("tune", "strings", "7:4 r:2 8:2 9:4 7:4 | 9:6 8:2 7:6 r:2 | 8:4 r:2 7:2 5:4 3:4 | 4:8 6:4 8:4",
                        4, level_db=-4.5, room=0.3, duck=0.1),
    },
    {"kick": FOUR, "snare": BACK, "closed": "xoxoxoxoxoxoxoxo", "open": OFFBEAT, "conga": "x..xo.x.x..xo.xo",
     "tambourine": BACK},
    "disco", lead_in_s=0.15, room_s=1.3, hue=0.87,
)

HAYMAKERS = Piece(
    "haymakers-waltz", "Haymakers’ Waltz", "Ada Fenwick & the Low Road", "Folk", 132,
    Harmony(7, MAJOR, (0, 0, 3, 0, 5, 1, 4, 4), 1.0, False), (
        Part("intro", 8, "kick tambourine guitar bass", fill=False),
        Part("verse", 16, "kick tambourine guitar bass fiddle", fill=False),
        Part("chorus", 16, "kick snare tambourine guitar bass box high", fill=False),
        Part("break", 8, "guitar box", fill=False),
        Part("chorus", 8, "kick snare tambourine guitar bass box fiddle", fill=False),
        Part("outro", 8, "kick tambourine guitar bass", fill=False),
    ),
    {
        "bass": Line("riff", "upright", "0---------..|2---------..", 2, level_db=0, room=0.08),
        "guitar": Line("chords", "guitar", "o...x---x---", centre=64, level_db=-3, pan=-0.3, room=0.15),
        "fiddle": Line("tune", "fiddle", "4:4 7:4 9:4 | 8:4 7:8 | 7:4 9:4 10:4 | 9:8 r:4 | 9:4 11:4 9:4 | "
                       "10:4 8:4 7:4 | "
                       "6:4 8:4 4:4 | 6:6 5:2 4:4", 4, level_db=-4.5, pan=0.2, room=0.25),
        "box": Line("chords", "accordion", "x---------..|x---x---x-..", centre=67, level_db=-7, pan=0.35, room=0.15),
        "high": Line("tune", "fiddle", "11:6 10:2 9:4 | 7:8 9:4 | 10:6 9:2 7:4 | 9:10 r:2 | 9:4 7:4 9:4 | "
                     "8:4 10:4 8:4 | "
                     "6:4 8:4 10:4 | 8:8 r:4", 4, level_db=-4.5, pan=-0.05, room=0.25),
    },
    {"kick": "x...........", "snare": "....o...o...", "tambourine": "....x...x.o."},
    "folk", beats_per_bar=3, lead_in_s=0.4, room_s=1.2, drive=0.9, warmth_db=-4.0, hue=0.25,
)

TELEGRAPH_HEART = Piece(
    "telegraph-heart", "Telegraph Heart", "Neon Almanac", "Synth-pop", 104, Harmony(10, MAJOR, (0, 4, 5, 3), 1.0,
                                                                                    False),
    (
        Part("intro", 4, "kick closed arp", (1_200.0, 8_000.0)),
        Part("verse", 8, "kick snare closed bass arp"),
        Part("chorus", 8, "kick snare clap open bass arp pad lead"),
        Part("break", 8, "closed arp pad lead", (1_500.0, 14_000.0), roll=True, rise=True),
        Part("chorus", 8, "kick snare clap open bass arp pad lead"),
        Part("outro", 4, "kick snare closed bass arp", (14_000.0, 1_500.0), fill=False),
    ),
    {
        "bass": Line("riff", "synth bass", "0.0.3.0.0.0.3.0.", 2, level_db=0, room=0.02, duck=0.3),
        "arp": Line("riff", "square pluck", "0.2.3.2.4.3.2.3.|0.2.3.4.5.4.3.2.", 4, level_db=-8, pan=-0.2, room=0.2,
                    echo=0.35,
                    duck=0.15),
        "pad": Line("chords", "pad", "x---------------", centre=63, level_db=-8, room=0.35, duck=0.35),
        "lead": Line("tune", "lead", "4:4 2:2 4:6 r:4 | 4:2 5:2 4:4 1:6 r:2 | 2:4 4:4 7:6 r:2 | 5:6 4:2 3:4 r:4", 4,
                     level_db=-6, room=0.25, echo=0.25),
    },
    {"kick": "x.......x.x.....|x.......x.......", "snare": BACK, "clap": BACK, "closed": "x.x.x.x.x.x.x.xo",
     "open": OFFBEAT},
    "machine", lead_in_s=0.1, room_s=1.8, hue=0.97,
)

SLACK_WATER = Piece(
    "slack-water", "Slack Water", "Ines Holm", "Ambient", 48, Harmony(2, MAJOR, (0, 3, 5, 4), 2.0, True),
    (
        Part("intro", 4, "pad drone", (900.0, 4_000.0), fill=False),
        Part("verse", 4, "pad drone glass", (4_000.0, 12_000.0), fill=False),
        Part("break", 4, "pad glass", (3_000.0, 12_000.0), fill=False),
        Part("outro", 4, "pad drone", (8_000.0, 900.0), fill=False),
    ),
    {
        "pad": Line("chords", "wide pad", "x---------------|----------------", centre=61, level_db=-4, room=0.25),
        "drone": Line("riff", "dark pad", "0---------------|----------------", 2, level_db=-5, room=0.1),
        "glass": Line("tune", "glass", "4:11 9:9 7:17 r:13 5:7 11:23 8:15 r:9 4:8 2:16", 5, level_db=-7, room=0.4,
                      echo=0.5),
    },
    kit="folk", lead_in_s=0.0, tail_s=5.0, room_s=4.5, drive=0.6, warmth_db=-3.0, pulse=False, hue=0.45,
)

SONGS = (CORNER_STORE_RADIO, MIRRORBALL_SUNDAY, HAYMAKERS, TELEGRAPH_HEART, SLACK_WATER)
