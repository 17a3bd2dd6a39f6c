# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's commands and options, as ``arguments`` reads them: name, module, text, example, arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LabCommand:
    """``arguments``: names and options of ``add_argument``. All have ``--json``."""

    name: str
    module: str
    text: str
    example: str
    arguments: tuple[tuple[tuple[str, ...], dict[str, Any]], ...]


def _arg(*names: str, **options: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    return names, options


_DATA = _arg("--data", metavar="DIR", required=True, help="folder of the data; docs/lab.md says what belongs there")
_HOST = _arg("--host", default="", metavar="URL", help="the server's address, when it is not wandb.ai")

LAB_COMMANDS = (
    LabCommand("train", "train", "train a model, as a run that is kept",
               "podmix train cue-points --data cues --sweep 24", (
        _arg("model", metavar="MODEL", help="preview-ranker, cue-points or taste"),
        _arg("--data", metavar="DIR", required=True,
             help="folder of the data, or “library”: what you and publishers marked in your own"),
        _arg("--config", metavar="FILE", help="parameters, JSON or TOML"),
        _arg("--set", action="append", default=[], metavar="NAME=VALUE", help="one parameter; may be said often"),
        _arg("--sweep", type=int, metavar="N", help="try N combinations of all that is not given"),
        _arg("--name", default="", help="the sweep's name: saying it again goes on with it"),
        _arg("--device", choices=["auto", "cpu", "cuda"], default="auto"))),
    LabCommand("eval", "eval", "measure PodMix on data with truth, beside baselines",
               "podmix eval beats --data ../shared/data --limit 10", (
        _arg("suite", metavar="SUITE", help="transcription, speakers, previews, beats, key, structure, cues, "
                                            "transitions, recommendations, or all"), _DATA,
        _arg("--against", default="", metavar="RUN", help="exit 1 where it is worse than this evaluation"),
        _arg("--candidate", default="", metavar="RUN", help="judge this run's model against the one in use"),
        _arg("--limit", type=int, metavar="N", help="so many items, spread over all"),
        _arg("--model", default="auto", metavar="NAME", help="for transcription: a tier or a Whisper size"),
        _arg("--report", metavar="FILE", help="also write a report: .html or .md"))),
    LabCommand("runs", "runs", "what was trained and measured", "podmix runs compare last 3fa2b1", (
        _arg("action", choices=["list", "show", "compare", "export", "promote", "demote", "sweep"]),
        _arg("run", nargs="*", metavar="RUN",
             help="id, the end of one, name, or last (demote: a model; sweep: a sweep)"),
        _arg("--kind", default="", help="list only train, trial, eval, profile or listening"),
        _arg("--sort", default="", metavar="FIGURE", help="list by this figure, highest first"),
        _arg("--out", metavar="FILE", help="export to this file: .json .csv .zip"))),
    LabCommand("profile", "profile", "what inference costs on this machine", "podmix profile episode.mp3 --runs 10", (
        _arg("audio", metavar="FILE", help="a sound file to measure with"),
        _arg("--runs", type=int, default=5, help="calls of each stage"),
        _arg("--model", default="auto", metavar="NAME"))),
    LabCommand("report", "report", "runs as one page with charts and sound", "podmix report last --out report.html", (
        _arg("run", nargs="*", metavar="RUN"), _arg("--out", required=True, metavar="FILE", help=".html or .md"),
        _arg("--title", default=""), _arg("--text", default="", help="words to stand first"),
        _arg("--sweep", action="append", default=[], metavar="NAME", help="with this sweep; may be said often"))),
    LabCommand("listening-test", "listening_test", "ask people: a folder for any browser, and what they answered",
               "podmix listening-test export clips.jsonl --out test", (
        _arg("action", choices=["export", "import"]),
        _arg("source", metavar="FILE", help="export: JSON lines {item, system, path, start, end}; import: key.json"),
        _arg("answers", nargs="*", metavar="ANSWERS.json", help="import: what raters saved"),
        _arg("--out", metavar="DIR"), _arg("--title", default="Listening test"),
        _arg("--no-pairs", action="store_true", help="only ratings"),
        _arg("--must-play", type=float, default=5.0, metavar="S", help="seconds to be heard before answering"),
        _arg("--format", choices=["page", "webmushra", "label-studio"], default="page", dest="form"),
        _arg("--without-doubtful", action="store_true", help="leave out raters who failed a hidden check"))),
    LabCommand("sync", "sync", "send runs to Weights & Biases, after you agreed", "podmix sync --dry-run", (
        _arg("run", nargs="*", metavar="RUN", help="only these"), _HOST,
        _arg("--dry-run", action="store_true", help="show what would be sent; opens no connection"))),
    LabCommand("consent", "consent", "agree, or not, to send runs or usage counts", "podmix consent usage show", (
        _arg("switch", choices=["runs", "usage"]), _arg("state", choices=["on", "off", "show"]), _HOST,
        _arg("--entity", help="whose project"), _arg("--project", default="", help="which project"),
        _arg("--key", action="store_true", help="ask for the key and keep it in your keyring"))),
)
