# `make demo` and `make test` each do their whole set-up by themselves; both are quick when repeated.
# What is installed is pinned and hashed in requirements/, for every Python and platform alike.
# Variables: PYTHON, the interpreter to start from (3.11 or newer), PYTEST_FLAGS and BENCH_FLAGS, more words for pytest
# and for `python -m benchmarks`, and LOCK_FLAGS for `make lock`: --upgrade, or --upgrade-package NAME.

PYTHON ?= python3
PYTEST_FLAGS ?=
BENCH_FLAGS ?=
LOCK_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALL := -m pip --quiet --disable-pip-version-check install
# Nothing enters that no lock names: no dependency, and nothing that a source distribution would have fetched to build.
LOCKED := $(INSTALL) --require-hashes --no-build-isolation
EDITABLE := $(INSTALL) --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' $(LOCK_FLAGS)

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test bench lock audit dist clean

help:
	@echo "make demo   install into $(VENV) and solve the embedded default problem"
	@echo "make test   install into $(VENV) with the development tools and run the whole suite"
	@echo "make bench  measure the goals of docs/performance.md (needs ../shared/data or PKGSET_DATA)"
	@echo "make lock   bring requirements/ up to date with pyproject.toml (LOCK_FLAGS=--upgrade: and to the newest)"
	@echo "make audit  look the locked packages up in the database of known weaknesses (needs its network)"
	@echo "make dist   build wheel and sdist into dist, the same bytes anywhere"
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

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks $(BENCH_FLAGS)

# The development lock is made first: what the others share with it is the same there.
lock: $(VENV)/installed-dev
	$(COMPILE) --extra dev pyproject.toml --output-file requirements/development.txt
	$(COMPILE) --constraint requirements/development.txt requirements/build.in --output-file requirements/build.txt
	$(COMPILE) --constraint requirements/development.txt pyproject.toml --output-file requirements/run.txt
	$(COMPILE) --constraint requirements/development.txt requirements/audit.in --output-file requirements/audit.txt

# Strict: a package that the database does not know is a failure, never a pass.
audit: $(VENV)/installed-audit
	$(VENV)/audit/bin/pip-audit --strict --disable-pip --require-hashes \
		--requirement requirements/build.txt --requirement requirements/run.txt --requirement requirements/development.txt

dist: $(VENV)/installed-dev
	$(BIN)/python -m hatchling build --clean -d dist

clean:
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is made only when all before it went well; --clear gets rid of what an interrupted run left.
$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit("pkgset needs Python 3.11 or newer: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# Editable: the checkout is what runs, so only the lists of dependencies can make an installation stale.
$(VENV)/installed: $(VENV)/made pyproject.toml requirements/build.txt requirements/run.txt
	$(BIN)/python $(LOCKED) --requirement requirements/build.txt --requirement requirements/run.txt
	$(BIN)/python $(EDITABLE)
	@touch $@

# What builds comes first: it builds the few tools that have no wheel.
$(VENV)/installed-dev: $(VENV)/made pyproject.toml requirements/build.txt requirements/development.txt
	$(BIN)/python $(LOCKED) --requirement requirements/build.txt
	$(BIN)/python $(LOCKED) --requirement requirements/development.txt
	$(BIN)/python $(EDITABLE)
	@touch $@ $(VENV)/installed

# By itself: what looks for weaknesses must not change what is looked at.
$(VENV)/installed-audit: $(VENV)/made requirements/audit.txt
	$(BIN)/python -m venv --clear $(VENV)/audit
	$(VENV)/audit/bin/python $(LOCKED) --requirement requirements/audit.txt
	@touch $@
