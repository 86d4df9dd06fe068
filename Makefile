.DEFAULT_GOAL := help
.PHONY: help setup run test check bench lock
SHELL := /bin/bash

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' Makefile

setup: ## make .venv with .venv/bin/qorgan (idempotent)
	@bash tools/setup.sh run

run: setup ## a demonstration office: server, worker, dock and recorders; Ctrl-C ends all of it
	@.venv/bin/qorgan demo

test: ## all tests: checks, unit on SQLite and PostgreSQL, crash tests, browser
	@bash tools/test.sh

check: ## formatting, types, import order, translations
	@bash tools/test.sh check

bench: ## measure, as ratios; fills docs/benchmarks.md
	@bash tools/setup.sh test && bash tools/setup.sh bench && .venv/bin/python benchmarks/run.py

lock: ## write the hash-locked requirement files anew
	@bash tools/lock.sh
