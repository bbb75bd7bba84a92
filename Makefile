# Needs python3 (3.11 or later) and make; everything else is installed into .venv. `make` alone prints help.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Two cores are the common case; more workers than four spend longer on imports than on tests.
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 --dist worksteal
STEPS := format lint types laws tests docs

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check bench faults fuzz corpora hazards tests-of-the-night docs format clean $(STEPS:%=check-%)

help: ## print this help
	@echo "Usage: make TARGET   (make setup PYTHON=python3.12 chooses the interpreter, make test ARGS='-k undo' the tests)"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make .venv with everything in it; does nothing where it is up to date

# Takes the first interpreter that is new enough; an environment that works is kept and brought up to date.
$(STAMP): requirements.lock requirements-dev.lock pyproject.toml pipeline/__init__.py
	@new_enough='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if ! $(BIN)/python -c "import pip; $$new_enough" 2>/dev/null; then \
	  for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	    if "$$python" -c "$$new_enough" 2>/dev/null; then break; fi; python=; \
	  done; \
	  if [ -z "$$python" ]; then \
	    echo "Flagbook needs Python 3.11 or later; found: $$($(or $(PYTHON),python3) --version 2>&1)." >&2; \
	    echo "Install it, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --clear $(VENV) || { echo "This Python can't make environments: install its venv package (python3-venv)." >&2; exit 1; }; \
	fi
	@echo "Installing what requirements-dev.lock pins"
	@$(BIN)/python -m pip install --quiet -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## a book, an upload and its results, from invented data, in demo/
	@sh sample_data/demo.sh

test: setup ## run the tests (make test ARGS='tests/spec -k undo')
	@$(PYTEST) $(ARGS)

# Every step runs, whatever fails before it; the failures are named at the end.
check: setup ## everything that CI checks: format, lint, types, laws of import, tests, docs up to date
	@failed=; \
	for step in $(STEPS); do \
	  echo "== $$step"; \
	  $(MAKE) --no-print-directory check-$$step || failed="$$failed $$step"; \
	done; \
	if [ -n "$$failed" ]; then echo "== FAILED:$$failed" >&2; exit 1; fi; \
	echo "== all good"

check-format: setup
	@$(BIN)/ruff format --check .

check-lint: setup
	@$(BIN)/ruff check .

check-types: setup
	@$(BIN)/mypy

check-laws: setup
	@$(BIN)/lint-imports

# All tests but most of hostile inputs and faults, which take as long again: make test and make hazards run these too.
check-tests: setup
	@$(PYTEST) -m "not hazard or quick"

faults: setup ## kill -9 and full disks, many of them (make faults ARGS='--kills 50 --seed 7')
	@$(BIN)/python -m tests.faults.many $(ARGS)

check-docs: setup
	@$(BIN)/python -m tests.spec.make_docs --check

docs: setup ## write the generated pages of docs/ anew
	@$(BIN)/python -m tests.spec.make_docs

bench: setup ## measure speed and memory
	@$(BIN)/python tests/bench/bench.py $(ARGS)

hazards: setup ## run the tests of hostile inputs and faults, record what they take, and write their page anew
	@$(BIN)/python -m tests.hazards.record $(ARGS)

fuzz: setup ## throw spoilt files at the readers (make fuzz SECONDS=600 FIRST=100000; ARGS='--case csv-17' tries one again)
	@$(BIN)/python -m tests.fuzz.run --seconds $(or $(SECONDS),60) --first $(or $(FIRST),0) $(ARGS)

tests-of-the-night: setup ## what takes long: all tests, spoilt files for ten minutes, other ones each day, and 200 kills and 30 full disks
	@KILL_EVERY=2 FLAGBOOK_CASES=80 FLAGBOOK_SEQUENCES=60 $(PYTEST)
	@$(MAKE) --no-print-directory fuzz SECONDS=$(or $(SECONDS),600) FIRST=$$(date +%Y%j000)
	@$(MAKE) --no-print-directory faults

corpora: setup ## throw other projects' test files at dry runs (make corpora ARGS='FOLDER... --most 500')
	@$(BIN)/python -m tests.corpora.run $(ARGS)

format: setup ## put code into shape: formatting, order of imports, simple faults
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

clean: ## remove what was generated; .venv stays
	@rm -rf demo build dist *.egg-info tests/bench/work .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
