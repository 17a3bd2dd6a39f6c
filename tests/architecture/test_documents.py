# SPDX-License-Identifier: GPL-3.0-or-later
"""The documents cannot lag behind the code: generated pages are current, every dependency has a line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from podmix.app.own_settings import settings_page
from podmix.cli.docs_command import commands_page

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project() -> dict:
    return tomllib.loads(read("pyproject.toml"))["project"]


def test_the_page_of_settings_is_current() -> None:
    assert read("docs/settings.md") == settings_page(), "run: podmix docs"


def test_every_command_and_option_is_on_its_page() -> None:
    # Layout differs between Python versions; what must not be missing is any command or option.
    now, written = set(re.findall(r"(?:^## \S+|--[a-z-]+)", commands_page(), re.MULTILINE)), read("docs/commands.md")
    assert {name for name in now if name not in written} == set(), "run: podmix docs"


def test_every_dependency_says_what_it_is_for() -> None:
    page = read("docs/dependencies.md").lower()
    names = [re.split(r"[><=!\[ ]", line)[0].lower() for line in project()["dependencies"]]
    extras = [
        re.split(r"[><=!\[ ]", line)[0].lower() for rows in project()["optional-dependencies"].values() for line in rows
    ]
    left_out = [n for n in (*names, *extras) if n not in page and n.split("-")[0] not in page]
    assert left_out == []


def test_every_dependency_is_pinned_exactly() -> None:
    pinned = {
        re.sub(r"[-_.]+", "-", line.split("==")[0].lower())
        for line in read("constraints.txt").splitlines()
        if "==" in line
    }
    wanted = {re.sub(r"[-_.]+", "-", re.split(r"[><=!\[ ]", line)[0].lower()) for line in project()["dependencies"]}
    assert wanted - pinned == set()


def test_the_readme_names_both_commands_and_its_pictures_exist() -> None:
    readme = read("README.md")
    assert "make demo" in readme
    assert "make test" in readme
    for picture in re.findall(r"\]\((docs/[^)]+)\)", readme):
        assert (ROOT / picture).is_file(), picture


def test_nothing_names_a_place_of_one_machine() -> None:
    tracked = [
        p
        for folder in ("podmix", "packaging", "docs")
        for p in (ROOT / folder).rglob("*")
        if p.suffix in {".py", ".md", ".sh", ".toml"}
    ]
    offenders = [
        str(p)
        for p in tracked
        if re.search(r"/(root|home/\w+)/|/tmp/bash", p.read_text(encoding="utf-8")) and p.name != "test_documents.py"
    ]
    assert offenders == []
