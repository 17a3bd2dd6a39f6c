# SPDX-License-Identifier: GPL-3.0-or-later
"""Drum patterns by kind of music.

A pattern is one bar (or several, joined by ``|``) of steps: ``x`` a hit, ``X`` a loud one, ``o`` a soft one, ``?`` one
that comes and goes, ``.`` none. Four steps make a beat, three where the style says so.
"""

from __future__ import annotations

from typing import TypeAlias

Pattern: TypeAlias = dict[str, str]


def pattern(kick: str, snare: str = "", closed: str = "", **more: str) -> Pattern:
    return {"kick": kick, "snare": snare, "closed": closed, **more}


FOUR = "x...x...x...x..."
BACK = "....x.......x..."
EIGHTHS = "x.x.x.x.x.x.x.x."
OFFBEAT = "..x...x...x...x."
SIXTEENTHS = "xoxoxoxoxoxoxoxo"

HOUSE = (
    pattern(FOUR, "", "oo.ooo.ooo.ooo.o", clap=BACK, open=OFFBEAT),
    pattern(FOUR, BACK, EIGHTHS, open=OFFBEAT),
    pattern(FOUR, "....x..o.o..x...", SIXTEENTHS),
    pattern(FOUR, "", "", open=OFFBEAT, shaker=SIXTEENTHS),
    pattern(FOUR, clap=BACK, ride=EIGHTHS),
    pattern("x...x...x...x.o.", "", ".x.x.x.x.x.x.x.x", clap=BACK),
    pattern(FOUR),
    pattern(FOUR, "", OFFBEAT),
    pattern(FOUR, "", "", clap="....x.......x..x", stick="x..x..x...x.x..."),
    pattern(FOUR, BACK, OFFBEAT, conga="..x..xx...x..xx."),
)
TRANCE = (
    pattern(FOUR, "", "..o...o...o...o.", clap=BACK, open=OFFBEAT),
    pattern(FOUR, BACK, SIXTEENTHS, open=OFFBEAT),
    pattern(FOUR, "", "", open=OFFBEAT),
    pattern(FOUR, "", SIXTEENTHS, ride="x...x...x...x..."),
    pattern(FOUR, "", "", snare_roll="....x...x.x.xxxx"),
)
BREAKS = (
    pattern("x.....x...x.....", BACK, EIGHTHS),
    pattern("x..x......x..x..", "....x..o.o..x..o", SIXTEENTHS),
    pattern("x.x.......xx....", "....x..o.o..x..o", EIGHTHS),
    pattern("x.....x..x......", "....x..o....x.o.", "x.xxx.xxx.xxx.xx"),
    pattern("x..o..x.........", BACK, OFFBEAT, open="......x.......x."),
)
JUNGLE = (
    pattern("x.........x.....", BACK, EIGHTHS),
    pattern("x.x.......x.....", "....x..o.o..x..o", EIGHTHS),
    pattern("x.........x.....|x..x......x.....", BACK, SIXTEENTHS),
    pattern("x.x.......xx....|x.x.......x.....", "....x..x.x..x..x|....x..x.x....x.", EIGHTHS, ride="x...x...x...x..."),
    pattern("x.........x.x...", "....x.......x..o", "xoxoxoxoxoxoxoxo"),
)
HALF_TIME = (
    pattern("x.........x.....", "........x.......", EIGHTHS),
    pattern("x..x..........x.", "........x.......", "x.x.x.xxx.x.x.x."),
    pattern("x.....x.....x...", "........x.......", SIXTEENTHS),
    pattern("x...............", "", "x.x.x.x.xxx.x.x.", clap="........x......."),
    pattern("x......x..x.....", "........X.....o.", "xxx.x.x.xxx.xxxx"),
    pattern("x.............x.", "........x.......", "", ride="x...x...x...x..."),
)
HIPHOP = (
    pattern("x.....x.x.......", BACK, EIGHTHS),
    pattern("x..x....x.x.....", BACK, EIGHTHS),
    pattern("x.o.......xo....", "....x..o....x...", "x.x.x.xxx.x.x.x."),
    pattern("x......xx..x....", BACK, SIXTEENTHS),
    pattern("x.x.......x..x..", "", EIGHTHS, clap=BACK),
    pattern("x.......x.......", BACK, "x...x...x...x..."),
    pattern("x.........xx....|x.....x...x.....", BACK, EIGHTHS),
)
ROCK = (
    pattern("x.......x.......", BACK, EIGHTHS),
    pattern("x.x.....x.x.....", BACK, EIGHTHS),
    pattern("x.......x.x.....", BACK, EIGHTHS),
    pattern("x.....x.x.......", BACK, "", ride=EIGHTHS),
    pattern("x...x...x...x...", BACK, EIGHTHS),
    pattern("x.......x.......", BACK, "", open="x...x...x...x..."),
    pattern("x..x....x..x....", BACK, "x...x...x...x..."),
    pattern("x.x...x.x.......", "....x.......x..o", SIXTEENTHS),
    pattern("x.......x.......|x.......x.x.x...", BACK, EIGHTHS),
    pattern("x.x...x...x.x...", BACK, "", crash="x...x...x...x..."),
)
METAL = (
    pattern("xxxxxxxxxxxxxxxx", BACK, "", ride="x...x...x...x..."),
    pattern("x.x.x.x.x.x.x.x.", "..x...x...x...x.", "x.x.x.x.x.x.x.x."),
    pattern("x.xxx.xxx.xxx.xx", BACK, "", crash="x...x...x...x..."),
    pattern("x...x...x...x...", "..x...x...x...x.", "", open="x...x...x...x..."),
    pattern("xx.x..xx.x..xx..", "........x.......", "", crash="x...x...x...x..."),
    pattern("x..x..x...x..x..", BACK, "x...x...x...x..."),
    pattern("x.xxx.x.x.xxx.x.", BACK, EIGHTHS),
    pattern("x.x.x.x.x.x.x.x.", BACK, EIGHTHS),
)
PUNK = (
    pattern("x.....x.x.....x.", "..x...x...x...x.", EIGHTHS),
    pattern("x...x...x...x...", "..x...x...x...x.", EIGHTHS),
    pattern("x.....x...x.....", BACK, EIGHTHS),
    pattern("x.xx..x.x.xx..x.", "....x.......x...", "", crash="x...x...x...x..."),
)
POP = (
    *ROCK[:4],
    pattern(FOUR, BACK, EIGHTHS),
    pattern("x.....x.........", BACK, SIXTEENTHS),
    pattern("x..x..x...x.....", "", EIGHTHS, clap=BACK),
    pattern("x.......x.......", "", "x...x...x...x...", stick=BACK),
    pattern(FOUR, "", "", clap=BACK, shaker=SIXTEENTHS),
)
FUNK = (
    pattern("x.x.......x..x..", "....x..o.o..x..o", SIXTEENTHS),
    pattern("x..x..x...x.....", "....x..o.o.ox..o", EIGHTHS),
    pattern("x.....xx..x.....", "o.o.x..o.o..x.o.", "xxxxxxx.xxxxxxx.", open=".......x.......x"),
    pattern("xx.....x..x..x..", BACK, SIXTEENTHS, cowbell="x...x...x...x..."),
)
DISCO = (
    pattern(FOUR, BACK, "x.xxx.xxx.xxx.xx", open=OFFBEAT),
    pattern(FOUR, BACK, "", open=OFFBEAT),
    pattern(FOUR, BACK, SIXTEENTHS, conga="x..xx..xx..xx.xx", tambourine=BACK),
)
REGGAE = (
    pattern("........x.......", "........x.......", "o.x.o.x.o.x.o.x."),
    pattern("........x.......", "", EIGHTHS, stick="........x......."),
    pattern("x...x...x...x...", "........x.......", OFFBEAT),
    pattern("x.......x.......", "....o...x...o...", EIGHTHS),
)
LATIN = (
    pattern("x..x..x.x..x..x.", "", EIGHTHS, claves="x..x..x...x.x...", conga="x.xx..xxx.xx..xx"),
    pattern("x..x..x.x..x..x.", "", "", shaker=SIXTEENTHS, cowbell="x...x.x.x...x.x."),
    pattern("x.....x.x.....x.", "", "", conga="..x...xx..x...xx", claves="..x.x...x..x..x.", shaker=EIGHTHS),
    pattern("x..xx..xx..xx..x", "", SIXTEENTHS, stick="x..x..x...x..x.."),
    pattern("x...x...x...x...", "", "", conga="x.xxx.xxx.xxx.xx", cowbell="x.x.x.xxx.x.x.xx",
            timbale="......x.......xx"),
)
REGGAETON = (
    pattern(FOUR, "...x..x....x..x.", EIGHTHS),
    pattern("x.......x.......", "...x..x....x..x.", "", shaker=EIGHTHS),
    pattern(FOUR, "...x..x....x..x.", "", stick="x..x..x.x..x..x."),
)
GARAGE = (
    pattern("x.........x.....", "", ".xo..xo..xo..xo.", clap=BACK),
    pattern("x.....x.......x.", "....x..o.o..x...", "..xo..xo..xo..xo"),
    pattern(FOUR, "", "..x...xo..x...xo", clap=BACK, stick="...x......x..x.."),
)
SWING = (
    pattern("x..x..x..x..", "......o.....", "", ride="x..x.xx..x.x", pedal="...x.....x.."),
    pattern("x.....x.....", "...x.....x..", "x.xx.xx.xx.x"),
    pattern("o........o..", "..o.....o..o", "", ride="x..x.xx..x.x", pedal="...x.....x.."),
    pattern("x..x..x..x..", "...x.....x..", "", ride="x.xx.xx.xx.x"),
)
SHUFFLE = (
    pattern("x.....x.x...", "...x.....x..", "x.xx.xx.xx.x"),
    pattern("x..x..x..x..", "...x.....x..", "x.xx.xx.xx.x"),
    pattern("x....xx.....", "...x.....x..", "xxxxxxxxxxxx"),
    pattern("x..x..x..x..", "", "x.xx.xx.xx.x", clap="...x.....x.."),
)
SLOW_TWELVE = (
    pattern("x.....x.....", "...x.....x..", "xxxxxxxxxxxx"),
    pattern("x....xx.....", "...x.....x..", "xxxxxxxxxxxx"),
    pattern("x....xx.....", "......x.....", "", ride="xxxxxxxxxxxx"),
)
WALTZ = (
    pattern("x...........", "....x...x...", ""),
    pattern("x...........", "....x...x...", "x.x.x.x.x.x."),
    pattern("x.......x...", "....x.......", "x...x...x..."),
    pattern("x...........", "", "x...x...x...", stick="....x...x..."),
    pattern("x.x.....x...", "....x...x.o.", "", ride="x...x.x.x.x."),
    pattern("x.....x.....", "....x...x...", SIXTEENTHS[:12]),
)
JAZZ_WALTZ = (
    pattern("x........", "......o..", "", ride="x..x.xx..", pedal="...x....."),
    pattern("x.....x..", "...x.....", "", ride="x..x.xx.x"),
)
SIX_EIGHT = (
    pattern("x.....", "...x..", "xxxxxx"),
    pattern("x....x", "...x..", "x.xx.x"),
    pattern("x.....", "...x..", "", ride="x.xx.x"),
    pattern("x..x..", "", "xxxxxx", tambourine="...x.."),
)
FIVE = (
    pattern("x.....x.....x.......", "....x...........x...", EIGHTHS + "x.x."),
    pattern("x.........x.........", "........x.......x...", "", ride="x...x...x...x...x..."),
)
SEVEN = (pattern("x.....x.....x...x.x.........", "....x.......x...........x...", "x.x.x.x.x.x.x.x.x.x.x.x.x.x."),)
MARCH = (
    pattern("x.......", "....x.oo", ""),
    pattern("x...x...", "..x...x.", ""),
    pattern("x.......", "..x...x.", "", crash="x......."),
)
CHIP = (
    pattern("x...x...x...x...", BACK, "..x...x...x...x."),
    pattern("x.....x.x.......", BACK, EIGHTHS),
    pattern("x..x..x...x.x...", "....x.......x...", "x.x.x.x.x.x.x.x."),
    pattern("x.......x.......", BACK, ""),
)

