# `make demo` and `make test` are all it takes; `make` alone lists the rest.
# Everything is installed into .venv, from requirements.lock, and only when that file or
# pyproject.toml has changed: afterwards nothing here needs a network.

PYTHON ?= python3
WORKERS ?= 2
PYTEST_ARGS ?=
BENCH_ARGS ?=

PY := .venv/bin/python
STAMP := .venv/.installed
# otter-grader, for comparison; all it has in common with .venv it takes from there.
OTTER := build/bench-venv

# One thread each: on a machine that is busy, more of them are slower.
OMP_NUM_THREADS ?= 1
export OMP_NUM_THREADS
# Of the class that `make bench` grades.
STUDENTS ?= 1000
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_USER := 0
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-fast coverage mutants source release solutions docs bench bench-class lint clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r target what; do printf 'make %-11s %s\n' "$$target" "$$what"; done

venv: $(STAMP) ## create .venv with everything pinned in requirements.lock
	@echo ".venv is ready"

$(STAMP): requirements.lock pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || \
		{ echo "$(PYTHON) not found: install Python 3.10 or newer, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "$$("$(PYTHON)" -V 2>&1) is too old: this needs 3.10 or newer; name one: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python cannot create virtual environments yet: sudo apt-get install $$("$(PYTHON)" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')"; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@echo "Installing into .venv (some minutes the first time)"
	@$(PY) -m pip install --quiet --requirement requirements.lock
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP) ## build the student version, grade a sample class, show where its marks are
	@$(PY) -m tests.sample_class

test: $(STAMP) ## run the whole test suite
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

test-fast: $(STAMP) ## run the unit tests, which need no kernel, in some seconds
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(or $(PYTEST_ARGS),tests/unit)

# Only what runs in pytest's own processes is measured: not kernels, graders' workers or commands.
coverage: $(STAMP) ## run the unit tests and show how much of nmautils they run
	@rm -f build/coverage.json
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile --quiet --cov=nmautils --cov-branch \
		--cov-report=json:build/coverage.json $(or $(PYTEST_ARGS),tests/unit)
	@$(PY) -m tests.coverage_table build/coverage.json

mutants: $(STAMP) ## change bounds and operators one by one; the unit tests must notice each
	@$(PY) -m tests.mutants

source: $(STAMP) ## write source/*/*.ipynb from the text notebooks beside them
	@$(PY) -m nmautils.cli build --only source

release: $(STAMP) ## write the student version of every notebook
	@$(PY) -m nmautils.cli build --only release

solutions: $(STAMP) ## run every notebook with its answers and write it to solutions/
	@$(PY) -m nmautils.cli build --only solutions

docs: $(STAMP) ## build the course page, for a browser, in build/docs
	@$(PY) docs/site/build.py

bench: $(STAMP) $(OTTER)/.installed bench-class ## compare graders, and grade a whole class; tables go to docs/
	@$(PY) -m benchmarks.grading --write docs/benchmarks.md $(BENCH_ARGS)
	@$(PY) -m benchmarks.quickstart --write docs/benchmarks.md

bench-class: $(STAMP) ## grade a class of STUDENTS in all tutorials; the table goes to docs/scaling.md
	@$(PY) -m benchmarks.whole_class --students $(STUDENTS) --write docs/scaling.md

$(OTTER)/.installed:
	@echo "Installing otter-grader into $(OTTER)"
	@$(PY) -m venv --clear $(OTTER)
	@$(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > \
		"$$($(OTTER)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/main.pth"
	@$(OTTER)/bin/python -m pip install --quiet otter-grader==7.0.0
	@touch $@

lint: $(STAMP) ## check the style of code and notebooks, and the types
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy
	@$(PY) -m nmautils.cli lint

clean: ## remove what demo and tests left; .venv, submissions and marks stay
	@rm -rf demo build dist htmlcov .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	@find . -name .venv -prune -o -name .git -prune -o -type d \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} +
