# Everything runs in .venv, which the first command makes; nothing but Python >= 3.11 and make is needed.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$p -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$p; break; fi; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# A process that is done takes tests over from one that isn't: else one alone would go through all browser tests.
ALL := -n auto --dist worksteal --durations=20
.DEFAULT_GOAL := help
# Compiled modules are kept: each server and command that the tests start loads in half the time.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo run test coverage check bench clean

help: ## the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/'

define new_venv
	@$(or $(PYTHON),false) -c '$(NEW_ENOUGH)' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed. If it has another name: make PYTHON=/path/to/python"; exit 1; }
	@echo "Setting up .venv …"
	@$(PYTHON) -m venv .venv
endef

.venv/runtime: requirements.txt
	$(new_venv)
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

# Holds the runtime's packages too. What is compiled here is only what gets imported, when it is.
.venv/dev: requirements-dev.txt requirements.txt
	$(new_venv)
	@$(PIP) install --no-compile --require-hashes -r requirements-dev.txt
	@touch .venv/runtime $@

demo: .venv/runtime ## the example organisation, in data/demo
	@exec $(BIN)/python -m cop demo

run: .venv/runtime ## your own organisation, in data/
	@exec $(BIN)/python -m cop run

test: .venv/dev ## the tests, on SQLite, then on PostgreSQL those that can go differently there; the slowest last
	$(BIN)/python -m pytest $(ALL)
	COP_TEST_DATABASE=postgresql $(BIN)/python -m pytest $(ALL)

coverage: .venv/dev ## which lines the tests run: takes more than twice as long as they do alone
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term

check: .venv/dev ## lint, types, import contracts, schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check
	$(BIN)/python -m cop check-schema

bench: .venv/dev ## the benchmarks: ratios to baselines of the same run
	$(BIN)/python -m benchmarks

clean: ## remove the virtual environment, keep the data
	rm -rf .venv
