# SPDX-License-Identifier: GPL-3.0-or-later
"""What is typical of kinds of music: tempo, metre, drum patterns, how bass and chords move.

A pattern is one bar (or several, joined by ``|``) of steps: ``x`` a hit, ``X`` a loud one, ``o`` a soft one, ``?`` one
that comes and goes, ``.`` none. Four steps make a beat, three in styles with ``steps=3``.
"""

from __future__ import annotations

from dataclasses import dataclass

Pattern = dict[str, str]


@dataclass(frozen=True, slots=True)
class Style:
    """``bpm`` is the range of tempo; ``live`` the chance that people play it; ``weight`` how often it is drawn."""

    name: str
    bpm: tuple[float, float]
    patterns: tuple[Pattern, ...]
    bass: tuple[str, ...]
    chords: tuple[str, ...]
    beats_per_bar: int = 4
    steps: int = 4
    swing: float = 0.0
    live: float = 0.0
    weight: float = 1.0
    drumless: float = 0.05
    programs: str = "electronic"


def _p(kick: str, snare: str = "", closed: str = "", **more: str) -> Pattern:
    return {"kick": kick, "snare": snare, "closed": closed, **more}


FOUR = "x...x...x...x..."
BACK = "....x.......x..."
EIGHTHS = "x.x.x.x.x.x.x.x."
OFFBEAT = "..x...x...x...x."
SIXTEENTHS = "xoxoxoxoxoxoxoxo"

HOUSE = (_p(FOUR, "", "oo.ooo.ooo.ooo.o", clap=BACK, open=OFFBEAT), _p(FOUR, BACK, EIGHTHS, open=OFFBEAT),
         _p(FOUR, "....x..o.o..x...", SIXTEENTHS), _p(FOUR, "", "", open=OFFBEAT, shaker=SIXTEENTHS), _p(FOUR, clap=BACK, ride=EIGHTHS),
         _p("x...x...x...x.o.", "", ".x.x.x.x.x.x.x.x", clap=BACK), _p(FOUR), _p(FOUR, "", OFFBEAT),
         _p(FOUR, "", "", clap="....x.......x..x", stick="x..x..x...x.x..."), _p(FOUR, BACK, OFFBEAT, conga="..x..xx...x..xx."))
TRANCE = (_p(FOUR, "", "..o...o...o...o.", clap=BACK, open=OFFBEAT), _p(FOUR, BACK, SIXTEENTHS, open=OFFBEAT), _p(FOUR, "", "", open=OFFBEAT),
          _p(FOUR, "", SIXTEENTHS, ride="x...x...x...x..."), _p(FOUR, "", "", snare_roll="....x...x.x.xxxx"))
BREAKS = (_p("x.....x...x.....", BACK, EIGHTHS), _p("x..x......x..x..", "....x..o.o..x..o", SIXTEENTHS), _p("x.x.......xx....", "....x..o.o..x..o", EIGHTHS),
          _p("x.....x..x......", "....x..o....x.o.", "x.xxx.xxx.xxx.xx"), _p("x..o..x.........", BACK, OFFBEAT, open="......x.......x."))
JUNGLE = (_p("x.........x.....", BACK, EIGHTHS), _p("x.x.......x.....", "....x..o.o..x..o", EIGHTHS), _p("x.........x.....|x..x......x.....", BACK, SIXTEENTHS),
          _p("x.x.......xx....|x.x.......x.....", "....x..x.x..x..x|....x..x.x....x.", EIGHTHS, ride="x...x...x...x..."), _p("x.........x.x...", "....x.......x..o", "xoxoxoxoxoxoxoxo"))
HALF_TIME = (_p("x.........x.....", "........x.......", EIGHTHS), _p("x..x..........x.", "........x.......", "x.x.x.xxx.x.x.x."), _p("x.....x.....x...", "........x.......", SIXTEENTHS),
             _p("x...............", "", "x.x.x.x.xxx.x.x.", clap="........x......."), _p("x......x..x.....", "........X.....o.", "xxx.x.x.xxx.xxxx"), _p("x.............x.", "........x.......", "", ride="x...x...x...x..."))
HIPHOP = (_p("x.....x.x.......", BACK, EIGHTHS), _p("x..x....x.x.....", BACK, EIGHTHS), _p("x.o.......xo....", "....x..o....x...", "x.x.x.xxx.x.x.x."), _p("x......xx..x....", BACK, SIXTEENTHS),
          _p("x.x.......x..x..", "", EIGHTHS, clap=BACK), _p("x.......x.......", BACK, "x...x...x...x..."), _p("x.........xx....|x.....x...x.....", BACK, EIGHTHS))
ROCK = (_p("x.......x.......", BACK, EIGHTHS), _p("x.x.....x.x.....", BACK, EIGHTHS), _p("x.......x.x.....", BACK, EIGHTHS), _p("x.....x.x.......", BACK, "", ride=EIGHTHS),
        _p("x...x...x...x...", BACK, EIGHTHS), _p("x.......x.......", BACK, "", open="x...x...x...x..."), _p("x..x....x..x....", BACK, "x...x...x...x..."),
        _p("x.x...x.x.......", "....x.......x..o", SIXTEENTHS), _p("x.......x.......|x.......x.x.x...", BACK, EIGHTHS), _p("x.x...x...x.x...", BACK, "", crash="x...x...x...x..."))
METAL = (_p("xxxxxxxxxxxxxxxx", BACK, "", ride="x...x...x...x..."), _p("x.x.x.x.x.x.x.x.", "..x...x...x...x.", "x.x.x.x.x.x.x.x."), _p("x.xxx.xxx.xxx.xx", BACK, "", crash="x...x...x...x..."),
         _p("x...x...x...x...", "..x...x...x...x.", "", open="x...x...x...x..."), _p("xx.x..xx.x..xx..", "........x.......", "", crash="x...x...x...x..."), _p("x..x..x...x..x..", BACK, "x...x...x...x..."),
         _p("x.xxx.x.x.xxx.x.", BACK, EIGHTHS), _p("x.x.x.x.x.x.x.x.", BACK, EIGHTHS))
PUNK = (_p("x.....x.x.....x.", "..x...x...x...x.", EIGHTHS), _p("x...x...x...x...", "..x...x...x...x.", EIGHTHS), _p("x.....x...x.....", BACK, EIGHTHS), _p("x.xx..x.x.xx..x.", "....x.......x...", "", crash="x...x...x...x..."))
POP = (*ROCK[:4], _p(FOUR, BACK, EIGHTHS), _p("x.....x.........", BACK, SIXTEENTHS), _p("x..x..x...x.....", "", EIGHTHS, clap=BACK), _p("x.......x.......", "", "x...x...x...x...", stick=BACK), _p(FOUR, "", "", clap=BACK, shaker=SIXTEENTHS))
FUNK = (_p("x.x.......x..x..", "....x..o.o..x..o", SIXTEENTHS), _p("x..x..x...x.....", "....x..o.o.ox..o", EIGHTHS), _p("x.....xx..x.....", "o.o.x..o.o..x.o.", "xxxxxxx.xxxxxxx.", open=".......x.......x"), _p("xx.....x..x..x..", BACK, SIXTEENTHS, cowbell="x...x...x...x..."))
DISCO = (_p(FOUR, BACK, "x.xxx.xxx.xxx.xx", open=OFFBEAT), _p(FOUR, BACK, "", open=OFFBEAT), _p(FOUR, BACK, SIXTEENTHS, conga="x..xx..xx..xx.xx", tambourine=BACK))
REGGAE = (_p("........x.......", "........x.......", "o.x.o.x.o.x.o.x."), _p("........x.......", "", EIGHTHS, stick="........x......."), _p("x...x...x...x...", "........x.......", OFFBEAT), _p("x.......x.......", "....o...x...o...", EIGHTHS))
LATIN = (_p("x..x..x.x..x..x.", "", EIGHTHS, claves="x..x..x...x.x...", conga="x.xx..xxx.xx..xx"), _p("x..x..x.x..x..x.", "", "", shaker=SIXTEENTHS, cowbell="x...x.x.x...x.x."), _p("x.....x.x.....x.", "", "", conga="..x...xx..x...xx", claves="..x.x...x..x..x.", shaker=EIGHTHS),
         _p("x..xx..xx..xx..x", "", SIXTEENTHS, stick="x..x..x...x..x.."), _p("x...x...x...x...", "", "", conga="x.xxx.xxx.xxx.xx", cowbell="x.x.x.xxx.x.x.xx", timbale="......x.......xx"))
REGGAETON = (_p(FOUR, "...x..x....x..x.", EIGHTHS), _p("x.......x.......", "...x..x....x..x.", "", shaker=EIGHTHS), _p(FOUR, "...x..x....x..x.", "", stick="x..x..x.x..x..x."))
GARAGE = (_p("x.........x.....", "", ".xo..xo..xo..xo.", clap=BACK), _p("x.....x.......x.", "....x..o.o..x...", "..xo..xo..xo..xo"), _p(FOUR, "", "..x...xo..x...xo", clap=BACK, stick="...x......x..x.."))
SWING = (_p("x..x..x..x..", "......o.....", "", ride="x..x.xx..x.x", pedal="...x.....x.."), _p("x.....x.....", "...x.....x..", "x.xx.xx.xx.x"), _p("o........o..", "..o.....o..o", "", ride="x..x.xx..x.x", pedal="...x.....x.."), _p("x..x..x..x..", "...x.....x..", "", ride="x.xx.xx.xx.x"))
SHUFFLE = (_p("x.....x.x...", "...x.....x..", "x.xx.xx.xx.x"), _p("x..x..x..x..", "...x.....x..", "x.xx.xx.xx.x"), _p("x....xx.....", "...x.....x..", "xxxxxxxxxxxx"), _p("x..x..x..x..", "", "x.xx.xx.xx.x", clap="...x.....x.."))
SLOW_TWELVE = (_p("x.....x.....", "...x.....x..", "xxxxxxxxxxxx"), _p("x....xx.....", "...x.....x..", "xxxxxxxxxxxx"), _p("x....xx.....", "......x.....", "", ride="xxxxxxxxxxxx"))
WALTZ = (_p("x...........", "....x...x...", ""), _p("x...........", "....x...x...", "x.x.x.x.x.x."), _p("x.......x...", "....x.......", "x...x...x..."), _p("x...........", "", "x...x...x...", stick="....x...x..."), _p("x.x.....x...", "....x...x.o.", "", ride="x...x.x.x.x."), _p("x.....x.....", "....x...x...", SIXTEENTHS[:12]))
JAZZ_WALTZ = (_p("x........", "......o..", "", ride="x..x.xx..", pedal="...x....."), _p("x.....x..", "...x.....", "", ride="x..x.xx.x"))
SIX_EIGHT = (_p("x.....", "...x..", "xxxxxx"), _p("x....x", "...x..", "x.xx.x"), _p("x.....", "...x..", "", ride="x.xx.x"), _p("x..x..", "", "xxxxxx", tambourine="...x.."))
FIVE = (_p("x.....x.....x.......", "....x...........x...", EIGHTHS + "x.x."), _p("x.........x.........", "........x.......x...", "", ride="x...x...x...x...x..."))
SEVEN = (_p("x.....x.....x...x.x.........", "....x.......x...........x...", "x.x.x.x.x.x.x.x.x.x.x.x.x.x."),)
MARCH = (_p("x.......", "....x.oo", ""), _p("x...x...", "..x...x.", ""), _p("x.......", "..x...x.", "", crash="x......."))
CHIP = (_p("x...x...x...x...", BACK, "..x...x...x...x."), _p("x.....x.x.......", BACK, EIGHTHS), _p("x..x..x...x.x...", "....x.......x...", "x.x.x.x.x.x.x.x."), _p("x.......x.......", BACK, ""))

STYLES: tuple[Style, ...] = (
    Style("house", (112, 132), HOUSE, ("offbeat", "roots", "syncopated", "sixteenths"), ("stabs", "pad", "offbeat", "arpeggio"), swing=0.12, weight=2.2),
    Style("techno", (122, 150), HOUSE, ("sixteenths", "offbeat", "long", "syncopated"), ("stabs", "pad", "arpeggio", "none"), weight=1.6, drumless=0.02),
    Style("trance", (128, 146), TRANCE, ("offbeat", "sixteenths", "gallop"), ("pad", "arpeggio", "stabs"), weight=1.6),
    Style("hardcore", (150, 190), TRANCE, ("offbeat", "gallop"), ("stabs", "arpeggio", "pad"), weight=0.6),
    Style("breakbeat", (100, 142), BREAKS, ("syncopated", "long", "sixteenths"), ("pad", "stabs", "arpeggio"), weight=1.4),
    Style("drum and bass", (160, 180), JUNGLE, ("long", "syncopated", "roots"), ("pad", "stabs", "arpeggio"), weight=1.3),
    Style("half-time", (132, 150), HALF_TIME, ("long", "syncopated", "wobble"), ("pad", "arpeggio", "stabs"), weight=1.3),
    Style("hip hop", (76, 106), HIPHOP, ("syncopated", "long", "roots"), ("pad", "stabs", "comp", "arpeggio"), swing=0.2, weight=1.4),
    Style("garage", (126, 138), GARAGE, ("syncopated", "long"), ("stabs", "pad"), swing=0.25, weight=0.7),
    Style("reggaeton", (86, 104), REGGAETON, ("roots", "syncopated", "long"), ("stabs", "arpeggio", "pad"), weight=0.9),
    Style("synth pop", (96, 150), (*POP, *DISCO), ("eighths", "octaves", "sixteenths"), ("pad", "arpeggio", "stabs"), weight=1.6),
    Style("chip", (96, 180), CHIP, ("octaves", "eighths", "roots", "sixteenths"), ("arpeggio", "none", "stabs"), weight=1.4, drumless=0.12, programs="chip"),
    Style("rock", (88, 160), ROCK, ("eighths", "roots", "syncopated"), ("strum", "power", "comp"), live=0.6, weight=2.0, programs="rock"),
    Style("metal", (90, 200), METAL, ("eighths", "sixteenths", "roots"), ("power", "chug"), live=0.35, weight=1.9, programs="rock"),
    Style("punk", (145, 200), PUNK, ("eighths", "roots"), ("power", "strum"), live=0.6, weight=0.8, programs="rock"),
    Style("pop", (84, 136), POP, ("roots", "eighths", "syncopated"), ("comp", "strum", "pad", "arpeggio"), live=0.4, weight=1.6, programs="band"),
    Style("ballad", (56, 84), POP, ("roots", "long"), ("comp", "arpeggio", "pad"), live=0.7, weight=0.8, drumless=0.35, programs="band"),
    Style("funk", (90, 122), FUNK, ("syncopated", "sixteenths", "octaves"), ("offbeat", "stabs", "comp"), live=0.5, swing=0.1, weight=1.0, programs="band"),
    Style("disco", (110, 130), DISCO, ("octaves", "syncopated"), ("offbeat", "strum", "pad"), live=0.3, weight=0.8, programs="band"),
    Style("reggae", (66, 90), REGGAE, ("syncopated", "roots"), ("offbeat",), live=0.5, swing=0.15, weight=0.7, programs="band"),
    Style("latin", (88, 132), LATIN, ("tumbao", "roots", "syncopated"), ("montuno", "comp", "stabs"), live=0.5, weight=0.9, programs="band"),
    Style("swing", (90, 200), SWING, ("walking",), ("comp", "offbeat"), steps=3, live=0.8, weight=0.7, drumless=0.1, programs="jazz"),
    Style("shuffle", (80, 140), SHUFFLE, ("walking", "roots", "eighths"), ("comp", "strum", "power"), steps=3, live=0.5, weight=0.8, programs="band"),
    Style("twelve-eight", (50, 80), SLOW_TWELVE, ("roots", "walking"), ("arpeggio", "comp"), steps=3, live=0.7, weight=0.6, programs="band"),
    Style("waltz", (84, 195), WALTZ, ("roots", "eighths"), ("oompah", "arpeggio", "strum", "pad"), beats_per_bar=3, live=0.5, weight=1.1, drumless=0.3, programs="band"),
    Style("jazz waltz", (100, 180), JAZZ_WALTZ, ("roots", "walking"), ("comp",), beats_per_bar=3, steps=3, live=0.8, weight=0.3, programs="jazz"),
    Style("six-eight", (50, 120), SIX_EIGHT, ("roots", "eighths"), ("arpeggio", "strum", "pad"), beats_per_bar=2, steps=3, live=0.6, weight=0.5, drumless=0.3, programs="band"),
    Style("five", (90, 180), FIVE, ("roots", "eighths"), ("comp", "arpeggio", "pad"), beats_per_bar=5, live=0.4, weight=0.15, programs="band"),
    Style("seven", (100, 180), SEVEN, ("roots", "eighths"), ("power", "arpeggio"), beats_per_bar=7, live=0.4, weight=0.15, programs="rock"),
    Style("march", (96, 140), MARCH, ("roots",), ("oompah", "comp"), beats_per_bar=2, live=0.5, weight=0.25, programs="orchestra"),
    Style("orchestral", (64, 150), POP, ("roots", "eighths", "long"), ("pad", "arpeggio", "stabs", "ostinato"), live=0.5, weight=1.0, drumless=0.6, programs="orchestra"),
)
