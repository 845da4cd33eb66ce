# `make demo` and `make test` each do their whole set-up by themselves; both are quick when repeated.
# Variables: PYTHON, the interpreter to start from (3.11 or newer), and PYTEST_FLAGS and BENCH_FLAGS, more words for
# pytest and for `python -m benchmarks`.

PYTHON ?= python3
PYTEST_FLAGS ?=
BENCH_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test bench clean

help:
	@echo "make demo   install into $(VENV) and solve the embedded default problem"
	@echo "make test   install into $(VENV) with the development tools and run the whole suite"
	@echo "make bench  measure the goals of docs/performance.md (needs ../shared/data or PKGSET_DATA)"
	@echo "make clean  remove $(VENV) and every cache and build product of this checkout"

demo: $(VENV)/installed
	@$(BIN)/pkgset demo

# pytest comes last, so that its summary is the last line.
test: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto $(PYTEST_FLAGS)

bench: $(VENV)/installed-bench
	$(BIN)/python -m benchmarks $(BENCH_FLAGS)

clean:
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is made only when all before it went well; --clear gets rid of what an interrupted run left.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit("pkgset needs Python 3.11 or newer: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# Editable: the checkout is what runs, so only the list of dependencies can make an installation stale.
$(VENV)/installed: $(VENV)/made pyproject.toml
	$(PIP) install --editable .
	@touch $@

$(VENV)/installed-bench: $(VENV)/made pyproject.toml
	$(PIP) install --editable '.[bench]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-dev: $(VENV)/made pyproject.toml
	$(PIP) install --editable '.[dev]'
	@touch $@ $(VENV)/installed
