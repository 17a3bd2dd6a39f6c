# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks of text, tables, charts and sound, written as one HTML file or as Markdown with its files beside it."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from podmix.errors import UsageError
from podmix.paths import atomic_write

_TYPES = {".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac",
          ".m4a": "audio/mp4"}
_STYLE = """:root{color-scheme:light dark}body{font:16px/1.55 system-ui,sans-serif;margin:0 auto;padding:24px;
max-width:960px}h1{font-size:28px}h2{font-size:21px;margin-top:40px}table{border-collapse:collapse;display:block;
overflow-x:auto}td,th{padding:4px 12px 4px 0;text-align:left;border-bottom:1px solid #8883;font-variant-numeric:
tabular-nums}figure{margin:16px 0}svg{max-width:100%;height:auto}audio{width:100%}.hint{opacity:.7}"""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs, parted by empty lines."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """SVG text, made by ``lab.plots``."""

    svg: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    path: Path
    caption: str = ""


Block = Heading | Words | Rows | Chart | Sound


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    blocks: tuple[Block, ...]


def write_report(report: Report, target: Path) -> Path:
    """``target`` ends in .html or .md. Raises UsageError for another suffix."""
    match target.suffix.lower():
        case ".html":
            told = as_html(report)
        case ".md":
            told = as_markdown(report, target)
        case _:
            raise UsageError(f"A report cannot be written as {target.suffix or 'a file without a suffix'}.",
                             remedy="Choose .html or .md.")
    with atomic_write(target, "w") as stream:
        cast("IO[str]", stream).write(told)
    return target


def cell_text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict) and "media" in value:
        return str(value.get("caption") or "clip")
    return str(value)


def as_html(report: Report) -> str:
    """Charts and sounds stand inside: the file needs nothing else."""
    title = html.escape(report.title)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{_STYLE}</style></head><body><h1>{title}</h1>"
            + "".join(_html(block) for block in report.blocks) + "</body></html>\n")


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{html.escape(text)}</h2>"
        case Words(text):
            return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
        case Rows(columns, rows):
            head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
            body = "".join("<tr>" + "".join(f"<td>{html.escape(cell_text(cell))}</td>" for cell in row) + "</tr>"
                           for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        case Chart(svg, caption):
            return f"<figure>{svg}<figcaption class='hint'>{html.escape(caption)}</figcaption></figure>"
        case Sound(path, caption):
            told = base64.b64encode(path.read_bytes()).decode()
            kind = _TYPES.get(path.suffix.lower(), "application/octet-stream")
            return (f'<figure><audio controls preload="none" src="data:{kind};base64,{told}"></audio>'
                    f"<figcaption class='hint'>{html.escape(caption)}</figcaption></figure>")


def as_markdown(report: Report, target: Path) -> str:
    """Charts and sounds are written into a folder beside ``target``."""
    folder = target.with_suffix("")
    lines = [f"# {report.title}", ""]
    for at, block in enumerate(report.blocks):
        match block:
            case Heading(text):
                lines += [f"## {text}", ""]
            case Words(text):
                lines += [text, ""]
            case Rows(columns, rows):
                lines += [*_markdown_rows(columns, rows), ""]
            case Chart(svg, caption):
                with atomic_write(folder / f"chart-{at}.svg", "w") as stream:
                    cast("IO[str]", stream).write(svg)
                lines += [f"![{caption}]({folder.name}/chart-{at}.svg)", ""]
            case Sound(path, caption):
                place = folder / f"sound-{at}{path.suffix}"
                with atomic_write(place) as out:
                    cast("IO[bytes]", out).write(path.read_bytes())
                lines += [f"[{caption or 'Listen'}]({folder.name}/{place.name})", ""]
    return "\n".join(lines)


def _markdown_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return [line(columns), "|" + "---|" * len(columns), *(line([cell_text(cell) for cell in row]) for row in rows)]
