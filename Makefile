# `make` lists the targets. Each is one line: what it runs, and after ## what it is for.
SHELL := bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
.PHONY: help demo setup test interop test-long check format docs bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: setup ## the whole mill over a generated library: tables, shards, a notebook
	@scripts/demo

setup: ## virtual environment, Java, Delta's jar
	@scripts/setup

test: setup ## all tests but the long ones
	@$(PY) -m pytest -m "not long"

interop: setup ## builds read by the real readers of trainers, in an environment of their own
	@scripts/interop

test-long: setup ## a real cluster, partitions, batches, kills
	@$(PY) -m pytest -m long

check: setup ## formatter, linter, types, import contracts
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && .venv/bin/lint-imports

format: setup ## rewrite the sources in the house's format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

docs: setup ## docs/tables.md and docs/recipe.md from what the code says
	@$(PY) -m kvern.reference docs

bench: setup ## measure; TOPIC=tokens for one topic
	@scripts/bench $(TOPIC)

clean: ## remove what setup, demo and tests made
	@rm -rf .venv .build
