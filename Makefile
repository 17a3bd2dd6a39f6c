# SPDX-License-Identifier: GPL-3.0-or-later
# Thin on purpose: each line names the command it runs. `make help` lists them.
VENV ?= .venv
PY := $(VENV)/bin/python
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check bench load screenshots docs clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml constraints.txt packaging/install.sh
	sh packaging/install.sh $(VENV)

setup: $(VENV)/.installed ## make the environment and bring the system libraries

run: setup ## open the window
	$(PY) -m podmix

demo: setup ## the main job on shipped content: a window, or demo-output/ without a screen
	$(PY) -m podmix demo

test: setup ## all tests, offline
	sh packaging/system-libraries.sh tests
	$(PY) -m pytest -q -n $(JOBS) --dist loadfile -m "not sound"
	$(PY) -m pytest -q -m sound

check: setup ## format, lint, types, import rules
	$(VENV)/bin/ruff check podmix tests packaging
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: setup ## the speed and memory commands, one after another, printing ratios
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; $(PY) $$bench || exit 1; done

load: setup ## half an hour of two decks while both cores are busy: no underrun, no glitch
	sh packaging/system-libraries.sh tests
	$(PY) tests/bench/load_run.py --minutes 30

screenshots: setup ## every screen, light and dark, into docs/screenshots
	$(PY) -m podmix.ui.screenshots --out docs/screenshots

docs: setup ## write the generated pages of docs/
	$(PY) -m podmix docs

clean: ## remove what was made here (never your PodMix data)
	rm -rf $(VENV) demo-output .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
