# Two commands on a fresh machine: `make run` and `make test`. Both need Python 3.11+ with pip, nothing else.
# `make` works in a folder whose path has spaces.

SHELL := /bin/sh
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
JOBS ?= auto

.PHONY: help run env env-dev test fast soak neo4j-kill neo4j check lint types arch docs reference audit lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 16

run: env ## load the demo city, decide its open tender, then serve (ARGS=--no-serve: end after printing)
	@$(BIN)/liancheng demo --run $(ARGS)

env:
	@sh scripts/environment.sh run

env-dev:
	@sh scripts/environment.sh dev

# Tests of the Neo4j store start a server of their own with Java and Maven, or use NEO4J_URI (an empty database).
test: env-dev ## every test that this machine can run
	$(PYTEST) -n $(JOBS)

fast: env-dev ## the tests that take seconds
	$(PYTEST) -n $(JOBS) -m "not slow and not fault"

soak: env-dev ## the crash tests at full length: 200 kills each, and the pages in four looks
	LIANCHENG_SOAK=200 $(PYTEST) -n $(JOBS) tests/fault tests/golden tests/browser tests/wire/test_serve_golden.py tests/wire/test_serve_contract.py

neo4j: ## start a Neo4j server below var/neo4j without Docker, until Ctrl+C (needs Java 17 or 21 and Maven)
	@"$$(sh scripts/python.sh)" tests/support/neo4j_server.py start var/neo4j

neo4j-kill: env-dev ## kills of loader and server of Neo4j, a hub of a million, and every scenario on it
	LIANCHENG_SOAK=200 $(PYTEST) tests/fault/test_neo4j_kill.py tests/fault/test_neo4j_star.py tests/golden -k neo4j

check: lint types test ## lint, types, import directions, documentation and every test: what CI runs

lint: env-dev ## style and common mistakes
	$(BIN)/ruff check .

types: env-dev ## mypy --strict over the program, its tests, scripts and benchmarks
	$(BIN)/mypy
	$(BIN)/mypy --explicit-package-bases tests scripts benchmarks

arch: env-dev ## import directions and house rules only
	$(PYTEST) tests/test_architecture.py

docs: env-dev ## run the documentation only
	$(PYTEST) tests/docs

reference: env-dev ## write docs/reference from the program
	$(BIN)/python scripts/reference.py

audit: env-dev ## ask the advisory service about every pinned package (fails for findings only)
	$(BIN)/python scripts/audit.py

lock: ## pin the packages anew, with hashes, for every platform (needs the network)
	@sh scripts/lock.sh

clean: ## remove what can be made again (never var/, which holds data)
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
