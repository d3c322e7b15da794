# The two commands: `make lab` opens the course, `make test` runs every test. Each sets up what it needs.
# Without make (Windows): the README gives the same steps as plain `python -m ...` lines.

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
# The locks name every package with its hash: there is nothing to resolve.
INSTALL = $(PY) -m pip install --quiet --disable-pip-version-check --no-deps

# Compiled once, not by each of the hundred processes that the tests start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: lab test check build demo bench lock clean

lab: $(VENV)/.course
	$(PY) -m chartpath lab

test: $(VENV)/.dev
	$(PY) -m chartpath build --check
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest

build: $(VENV)/.dev
	$(PY) -m chartpath build

demo: $(VENV)/.course
	$(PY) -m chartpath demo

bench: $(VENV)/.dev
	for program in tests/benchmarks/*.py; do $(PY) $$program --quick || exit 1; done

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.course: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) -r requirements.lock
	$(INSTALL) --no-build-isolation -e .
	touch $@

# All that the course needs is among it. A module is compiled when a test first imports it: most never are.
$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(INSTALL) --no-compile -r requirements-dev.lock
	$(INSTALL) --no-build-isolation -e .
	touch $(VENV)/.course $@

# Resolve both locks anew: the versions of the course are a subset of those of the tests.
lock: $(VENV)/.dev
	$(PY) -m pip install --quiet uv
	$(PY) -m uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 --extra course --extra build pyproject.toml -o requirements.lock
	$(PY) -m uv pip compile --quiet --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 --extra course --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist
