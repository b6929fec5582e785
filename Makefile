# `make` lists the targets. Each is one line: what it runs, and after ## what it is for.
SHELL := bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
.PHONY: help setup test check format clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## virtual environment, Java, Delta's jar
	@scripts/setup

test: setup ## all tests
	@$(PY) -m pytest

check: setup ## formatter, linter, types, import contracts
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports

format: setup ## rewrite the sources in the house's format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

clean: ## remove what setup made
	@rm -rf .venv .build
