# One place for everything a person or CI does with this checkout. `make` alone lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/pip --quiet --disable-pip-version-check install

.DEFAULT_GOAL := help
.PHONY: help rehearse run docs test format lint types layers pytest torture soak bench lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

rehearse: $(VENV)/.run  ## the bot on a sample site, against a stand-in for Discord: no token needed
	@$(BIN)/linkbot rehearse

run: $(VENV)/.run  ## the bot for real: reads config/bot.yaml, token from DISCORD_TOKEN or DISCORD_TOKEN_FILE
	@$(BIN)/linkbot run

test: format lint types layers pytest  ## everything that must hold before a change lands

format: $(VENV)/.dev
	$(BIN)/ruff format --check .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

pytest: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist worksteal

torture: $(VENV)/.dev  ## 4,000 kills, instances that take over, files in turmoil: about half an hour
	$(BIN)/python -m tests.torture

soak: $(VENV)/.dev  ## half an hour of posts, edits, reconnects and reloads: memory stays flat, nothing leaks
	$(BIN)/python -m tests.soak

bench: $(VENV)/.dev  ## latency and indexing figures
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev  ## write what is made from the code anew: docs/settings.md, config/bot.schema.json
	@$(BIN)/python -m tests.documents

lock: $(VENV)/.dev  ## renew both lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra install --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-config --quiet --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra install --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-config --quiet --upgrade -o requirements-dev.lock

clean:  ## remove what make made
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"Linkbot needs Python 3.11 or later; {sys.executable} is {sys.version.split()[0]}. Try: make PYTHON=python3.11")'
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/pip
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
