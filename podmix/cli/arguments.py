# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command and option, declared in one place, each with an example. No command's code is imported here."""

from __future__ import annotations

import argparse
from typing import NoReturn, TypeAlias

from podmix.cli.lab_arguments import LAB_COMMANDS
from podmix.cli.library_actions import LIBRARY_ACTIONS, Action
from podmix.cli.taste_actions import MIXES_ACTIONS, TASTE_ACTIONS


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"podmix: {message}\n        See {self.prog} --help.\n")


_Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"  # noqa: SLF001 - argparse gives it no public name


def _command(
    commands: _Commands,
    name: str,
    module: str,
    text: str,
    example: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=f"example:  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_shared()],
    )
    parser.set_defaults(module=module)
    return parser


def _shared() -> _Parser:
    """Options that are understood before and after the command."""
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--home", metavar="DIR", help="keep all state in this folder (also: PODMIX_HOME)")
    shared.add_argument("--debug", metavar="TOPICS", help="log these rooms in detail, e.g. net,jobs or all")
    shared.add_argument("--log-json", action="store_true", help="write the log as JSON lines")
    shared.add_argument("--null-audio", action="store_true", help="play into nothing, with a clock that runs")
    return shared


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for machines")


def build_parser(version: str) -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="podmix",
        parents=[_shared()],
        description="One-minute previews of podcasts, made on your own machine.",
        epilog="Without a command the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"podmix {version}")
    parser.set_defaults(
        module="window", command="window", debug=None, log_json=False, null_audio=False, home=None, json=False
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _podcast_commands(commands)
    _preview_command(commands)
    _play_commands(commands)
    _library_commands(commands)
    _analyze_command(commands)
    _mix_commands(commands)
    _taste_commands(commands)
    _lab_commands(commands)
    _other_commands(commands)
    return parser


def _podcast_commands(commands: _Commands) -> None:
    subscribe = _command(
        commands,
        "subscribe",
        "podcast_commands",
        "subscribe to a feed, a page that names one, or an OPML file",
        "podmix subscribe https://example.org/feed.xml",
    )
    subscribe.add_argument("address", metavar="URL|FILE.opml")
    subscribe.add_argument("--user", default="", help="name for a feed behind a password (the password is asked)")
    _json(subscribe)

    unsubscribe = _command(
        commands, "unsubscribe", "podcast_commands", "remove a show from your list", "podmix unsubscribe 3"
    )
    unsubscribe.add_argument("show", type=int)

    refresh = _command(commands, "refresh", "podcast_commands", "look for new episodes", "podmix refresh")
    refresh.add_argument("show", type=int, nargs="*", help="only these shows")
    refresh.add_argument("--previews", action="store_true", help="also make previews of the newest episodes")
    _json(refresh)

    shows = _command(commands, "shows", "podcast_commands", "list your shows", "podmix shows --json")
    shows.add_argument("--opml", metavar="FILE", help="write them to an OPML file instead")
    _json(shows)

    episodes = _command(commands, "episodes", "podcast_commands", "list episodes", "podmix episodes --show 3")
    episodes.add_argument("--show", type=int)
    episodes.add_argument("--limit", type=int, default=50)
    _json(episodes)

    feed = _command(
        commands,
        "feed",
        "feed_command",
        "look at one feed without storing anything",
        "podmix feed inspect https://example.org/feed.xml --json",
    )
    feed.add_argument("action", choices=["inspect"])
    feed.add_argument("address", metavar="URL|FILE")
    _json(feed)

    directory = _command(
        commands,
        "directory",
        "podcast_commands",
        "search the directories that you switched on",
        "podmix directory 'night trains'",
    )
    directory.add_argument("term", nargs="?")
    directory.add_argument(
        "--podcast-index-key", metavar="KEY", help="use the Podcast Index with your key (its secret is asked for)"
    )
    _json(directory)

    search = _command(
        commands,
        "search",
        "podcast_commands",
        "search every spoken word, by words and by meaning",
        "podmix search 'why bridges hum'",
    )
    search.add_argument("text")
    search.add_argument("--by", choices=["words", "meaning", "both"], default="both")
    search.add_argument("--limit", type=int, default=20)
    _json(search)


def _preview_command(commands: _Commands) -> None:
    preview = _command(
        commands,
        "preview",
        "preview_command",
        "find the one minute that makes you want to hear an episode",
        "podmix preview episode.mp3 --out clip.ogg",
    )
    preview.add_argument(
        "source", nargs="?", metavar="SOURCE", help="an audio file, an episode's number, or - with --transcript"
    )
    preview.add_argument("--transcript", metavar="FILE", help="VTT, SRT or Podcasting 2.0 JSON with times")
    preview.add_argument("--title", default="", help="the episode's title")
    preview.add_argument("--notes", metavar="FILE", help="the episode's notes, text or HTML")
    preview.add_argument("--language", default="", metavar="TAG", help="the spoken language, if known (en, de, …)")
    preview.add_argument("--length", type=float, default=60.0, metavar="S", help="target seconds, 15 to 120")
    preview.add_argument("--top", type=int, default=5, help="how many, 1 to 50")
    preview.add_argument(
        "--model", default="auto", metavar="NAME", help="fast, balanced, best, auto, or a Whisper size such as tiny.en"
    )
    preview.add_argument("--out", metavar="CLIP", help="write the best one: .ogg .mp3 .m4a or .wav")
    preview.add_argument("--captions", metavar="FILE", help="write its captions: .vtt .srt or .ass")
    preview.add_argument("--no-speakers", action="store_true", help="do not tell voices apart")
    preview.add_argument("--batch", metavar="ITEMS.jsonl", help="many at once, one JSON line each")
    _json(preview)


def _play_commands(commands: _Commands) -> None:
    play = _command(
        commands,
        "play",
        "play",
        "play sound files, an episode or a planned mix",
        "podmix play episode.mp3 --start 75 --speed 1.25",
    )
    play.add_argument(
        "source", nargs="+", metavar="SOURCE", help="sound files (one after the other), an episode's number, or a mix"
    )
    play.add_argument(
        "--start", type=float, metavar="S", help="begin at this second (an episode: where you stopped listening)"
    )
    play.add_argument("--end", type=float, metavar="S", help="stop at this second")
    play.add_argument("--speed", type=float, metavar="X", help="0.5 to 3, without changing the pitch")
    play.add_argument("--volume", type=float, metavar="V", help="0 to 1")
    play.add_argument("--device", metavar="NAME", help="as “podmix devices” names it")
    play.add_argument("--crossfade", type=float, default=0.0, metavar="S", help="seconds from one file into the next")
    play.add_argument("--skip-silence", action="store_true", help="shorten long pauses")
    play.description = f"{play.description}\n\n{_KEYS}"
    _json(play)

    devices = _command(commands, "devices", "devices", "list what sound can come out of", "podmix devices")
    _json(devices)


_KEYS = """While it plays: space pauses, left and right go 10 s, down and up 30 s, [ and ] change the speed,
n is next, m mutes, q quits."""


def _library_commands(commands: _Commands) -> None:
    library = _command(
        commands,
        "library",
        "library",
        "your music: folders, playlists, and what other DJ programs know",
        "podmix library list --filter 'bpm:120-128 key~8A' --json",
    )
    _actions(library, "library", LIBRARY_ACTIONS)


def _actions(command: argparse.ArgumentParser, module: str, actions: tuple[Action, ...]) -> None:
    """What follows a command's name, such as ``podmix library list``."""
    parsers = command.add_subparsers(dest="action", metavar="ACTION", parser_class=_Parser, required=True)
    for action in actions:
        parser = _command(parsers, action.name, module, action.text, action.example)
        for names, options in action.arguments:
            parser.add_argument(*names, **options)
        _json(parser)


def _analyze_command(commands: _Commands) -> None:
    analyze = _command(
        commands,
        "analyze",
        "analyze",
        "beats, key, loudness, energy, sections and cue points of sound files",
        "podmix analyze ~/Music/set --json --jobs 4",
    )
    analyze.add_argument("paths", nargs="+", metavar="PATH", help="sound files, or folders of them")
    analyze.add_argument("--jobs", type=int, metavar="N", help="worker processes (half the processors)")
    analyze.add_argument(
        "--only",
        default="",
        metavar="KINDS",
        help="some of beats,key,loudness,energy,sections,cues: less is faster",
    )
    analyze.add_argument("--again", action="store_true", help="also what is stored in the library already")
    _json(analyze)


def _taste_commands(commands: _Commands) -> None:
    previews = _command(
        commands, "previews", "taste", "the feed of previews in the order of your taste, with reasons",
        "podmix previews --limit 20 --json",
    )
    previews.add_argument("--limit", type=int, default=20)
    _json(previews)
    mixes = _command(
        commands, "mixes", "mixes", "mixes made for you: daily, by genre or phrase, with a friend",
        "podmix mixes make phrase rainy sunday piano",
    )
    _actions(mixes, "mixes", MIXES_ACTIONS)
    taste = _command(
        commands, "taste", "taste", "what PodMix knows of what you like; share it, or erase it", "podmix taste show"
    )
    _actions(taste, "taste", TASTE_ACTIONS)


def _mix_commands(commands: _Commands) -> None:
    automix = _command(
        commands,
        "automix",
        "automix",
        "blend music as a good DJ would: choose the order and every transition",
        "podmix automix ~/Music/set --order auto --energy wave --out friday.flac",
    )
    automix.add_argument("paths", nargs="+", metavar="FOLDER|PLAYLIST|FILE", help="folders, .m3u8 lists, sound files")
    automix.add_argument("--order", choices=["keep", "auto"], help="as given (lists, files), or arranged (folders)")
    automix.add_argument(
        "--energy", default="", metavar="CURVE", help="warm-up, peak, wave, flat, cool-down, or levels such as 3,5,8,6"
    )
    automix.add_argument("--minutes", type=float, metavar="N", help="about so long; tracks are chosen")
    automix.add_argument("--full-songs", action="store_true", help="leave nothing out of any song")
    automix.add_argument(
        "--most-cut", type=float, default=30.0, metavar="PERCENT", help="leave out at most so much of a song (30)"
    )
    automix.add_argument(
        "--artist-gap", type=int, default=2, metavar="N", help="no artist again within so many tracks (2)"
    )
    automix.add_argument("--title", default="", help="the mix's title")
    automix.add_argument("--plan", metavar="PLAN.json", help="write the plan: play it, render it, edit it")
    automix.add_argument("--out", metavar="MIX.flac", help="render it: .flac .wav .mp3 .opus .ogg or .m4a")
    automix.add_argument(
        "--export",
        action="append",
        default=[],
        metavar="FILE",
        help="write a .cue sheet, .m3u8 list, rekordbox .xml, or a set list as .html or .txt",
    )
    automix.add_argument("--jobs", type=int, metavar="N", help="worker processes for analysing (half the processors)")
    _json(automix)

    render = _command(
        commands, "render", "render", "render a planned mix exactly as it plays", "podmix render mix.json --out mix.mp3"
    )
    render.add_argument("plan", metavar="PLAN.json")
    render.add_argument("--out", metavar="FILE", help="the sound: .flac .wav .mp3 .opus .ogg or .m4a")
    render.add_argument(
        "--export", action="append", default=[], metavar="FILE", help="also .cue, .m3u8, .xml, .html or .txt"
    )
    _json(render)


def _lab_commands(commands: _Commands) -> None:
    for one in LAB_COMMANDS:
        parser = _command(commands, one.name, one.module, one.text, one.example)
        for names, options in one.arguments:
            parser.add_argument(*names, **options)
        _json(parser)


def _other_commands(commands: _Commands) -> None:
    demo = _command(commands, "demo", "demo_command", "the main job on shipped content, with no network", "podmix demo")
    demo.add_argument(
        "--out", metavar="DIR", default="demo-output", help="where pictures and clips go without a screen"
    )
    demo.add_argument("--no-window", action="store_true", help="do not open the window even where there is a screen")
    demo.add_argument("--keep", action="store_true", help="use your own PodMix home instead of a fresh one")
    _json(demo)

    doctor = _command(
        commands,
        "doctor",
        "doctor_command",
        "versions, devices, models, paths, and how to mend what is missing",
        "podmix doctor",
    )
    _json(doctor)

    models = _command(
        commands, "models", "models_command", "list the models, or get one", "podmix models get whisper-base"
    )
    models.add_argument("action", choices=["list", "get"], nargs="?", default="list")
    models.add_argument("name", nargs="?")
    _json(models)

    settings = _command(
        commands, "settings", "settings_command", "show or change settings", "podmix settings previews.length_s 45"
    )
    settings.add_argument("key", nargs="?")
    settings.add_argument("value", nargs="?")
    _json(settings)

    jobs = _command(
        commands, "jobs", "podcast_commands", "list long work; --run does what is queued", "podmix jobs --run"
    )
    jobs.add_argument("--run", action="store_true", help="work until nothing is queued")
    jobs.add_argument("--cancel", type=int, metavar="ID")
    jobs.add_argument("--retry", type=int, metavar="ID")
    _json(jobs)

    docs = _command(commands, "docs", "docs_command", "write the pages of docs/ that are made from code", "podmix docs")
    docs.add_argument("--out", default="docs")
