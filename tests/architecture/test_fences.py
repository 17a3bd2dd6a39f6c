# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of ARCHITECTURE.md as tests: floors, Qt and SQL and HTTP each behind one door, light front ends."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "podmix"
HEAVY = {"torch", "ctranslate2", "transformers", "onnxruntime", "librosa", "numba", "sklearn", "wandb",
         "faster_whisper", "sentence_transformers"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
LONGEST_FILE_LINES = 400


def python_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_import_contracts_hold() -> None:
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT,
                          capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["podmix.ui.main_window", "podmix.ui.launch", "podmix.cli.main",
                                    "podmix.app.application", "podmix.playback.client"])
def test_front_ends_never_load_machine_learning(module: str) -> None:
    program = f"import sys, {module}; print(' '.join(sorted({HEAVY!r} & set(sys.modules))))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=120,
                          check=False, env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "", f"{module} loads {done.stdout}"


def test_qt_is_imported_in_ui_only() -> None:
    offenders = [str(path.relative_to(ROOT)) for path in python_files()
                 if path.relative_to(PACKAGE).parts[0] != "ui" and _imports(path) & {"PySide6", "shiboken6"}]
    assert offenders == []


def test_rooms_have_names_of_things() -> None:
    offenders = [str(path.relative_to(ROOT)) for path in python_files()
                 if path.stem in FORBIDDEN_NAMES or FORBIDDEN_NAMES & set(path.relative_to(PACKAGE).parts[:-1])]
    assert offenders == []


def test_files_hold_one_subject() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in python_files()
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE_LINES}
    assert long == {}


def test_every_file_names_its_licence_and_its_aim() -> None:
    for path in python_files():
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later"), path
        if path.name != "__init__.py":
            assert ast.get_docstring(ast.parse(text)), f"{path} has no module docstring"


def test_nothing_unpickles_from_outside() -> None:
    offenders = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name.startswith(("pickle.", "joblib.load", "dill.", "shelve.", "marshal.")):
                    offenders.append(f"{path}: {name}")
                if name == "torch.load" and not any(k.arg == "weights_only" and ast.unparse(k.value) == "True"
                                                    for k in node.keywords):
                    offenders.append(f"{path}: torch.load without weights_only")
    assert offenders == []


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names
