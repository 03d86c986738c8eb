# What there is to do from a fresh clone. Needs Python 3.11 or later with venv, and make.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PORT

.PHONY: setup setup-dev run test check prove bench screenshots lock clean

setup: .venv/.runtime
	@$(BIN)/python manage.py setup_files

setup-dev: .venv/.dev
	@$(BIN)/python manage.py setup_files

run: .venv/.runtime
	@$(BIN)/python -m lms.again

test: setup-dev
	@$(BIN)/python -m tests.run

check: setup-dev
	@$(BIN)/python -m tests.check

prove: setup-dev
	@$(BIN)/python -m tests.prove $(ONLY)

bench: setup-dev
	@$(BIN)/python -m tests.bench

screenshots: setup-dev
	@$(BIN)/python -m tests.screenshots

.venv/.runtime: requirements.lock requirements-installer.lock
	@./.ci/install "$(PYTHON)" requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock requirements-installer.lock
	@./.ci/install "$(PYTHON)" requirements-dev.lock
	@touch $@ .venv/.runtime

lock:
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header -p 3.11 pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-annotate --no-header -p 3.11 --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv var
