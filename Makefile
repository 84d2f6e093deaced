# `make demo` and `make test` need nothing but Python 3.11+, make and the package registries.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= data

# Installing compiles nothing, so what is imported is kept compiled in .venv, also where images of containers
# say that nothing is to be written: else each of hundreds of processes would compile Dagster and dbt anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test search mutants lint lint-types lint-sql lint-code lint-data format lock bench docs forms house lists clean

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) (once; a few minutes) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/python -m demo --home $(DEMO_HOME)
	@$(BIN)/tongket --home $(DEMO_HOME) run

test: setup
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# The property tests again, with new random examples and many more of them.
search: setup
	@HYPOTHESIS_PROFILE=search $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m hypothesis

# Mistakes that somebody could make, one at a time in a copy of the sources; an hour or more, so that no test does it.
mutants: setup
	@$(BIN)/python -m tests.support.mutation

# Types and SQL take longest, each on one processor, so they go side by side; -k reports on every step.
lint: setup
	@$(MAKE) --no-print-directory -k -j2 lint-types lint-sql lint-code lint-data

lint-types:
	@$(BIN)/mypy

lint-sql:
	@$(BIN)/sqlfluff lint dbt_project

lint-code:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

lint-data:
	@$(BIN)/python -m orchestration.data_files

format: setup
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Names, versions and hashes only: no index address belongs in the repository.
lock:
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/pip install --quiet --disable-pip-version-check uv
	@build/lock/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links --quiet -o requirements.lock

# The page of every rule; the findings on them are those of the demo world.
docs: setup
	@$(BIN)/python -m demo.faults.examples
	@$(BIN)/python -m ingestion.gate.rule_pages

# The models of forms in the dbt project and the bronze beside it, from the forms.
forms: setup
	@$(BIN)/python -m orchestration.project
	@$(BIN)/python -m demo.sample

# The picture in docs/architecture.md, from the imports.
house: setup
	@$(BIN)/python -m tests.support.house

# Kinds of alert and of workbook, where docs and exposures list them.
lists: setup
	@$(BIN)/python -m tests.support.lists

bench: setup
	@$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build data dbt_project/target dbt_project/logs .mypy_cache .pytest_cache .ruff_cache .hypothesis
