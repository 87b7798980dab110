# Everything runs in .venv, made from the hash-pinned lock files; Python 3.11+ and make are enough.
PYTHON ?= python3
BIN := .venv/bin
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export RAW_ROOT ?= data/raw
export DBT_PROFILES_DIR := .

.PHONY: help setup setup-pull build answer focus-report land-sample dbt-build test lint check-dbt test-python spark sample bench lock clean

help:  ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: .venv/build.installed  ## Environment to land and build

.venv/build.installed: requirements.lock
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11')"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

setup-pull: .venv/pull.installed  ## Add what fetching from APIs needs

.venv/pull.installed: requirements-pull.lock .venv/build.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pull.lock
	touch $@

.venv/dev.installed: requirements-dev.lock .venv/build.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

build: land-sample dbt-build answer  ## Land the sample company, build, print what one unit costs

land-sample: setup
	$(BIN)/python scripts/land_folder.py data/sample

dbt-build: setup
	$(BIN)/dbt build --quiet

answer: setup  ## Print what one unit costs in the warehouse as it stands
	$(BIN)/python scripts/show_unit_costs.py

focus-report: setup  ## Judge the FOCUS dataset by FOCUS's own rules, write target/focus.html
	$(BIN)/python scripts/check_focus.py --out target/focus.html

test: lint check-dbt test-python  ## Everything the README promises

lint: .venv/dev.installed
	$(BIN)/ruff check scripts tests
	$(BIN)/ruff format --check scripts tests
	$(BIN)/yamllint --strict .
	$(BIN)/sqlfluff lint --dialect duckdb models tests/singular
	$(BIN)/sqlfluff lint --dialect sparksql models tests/singular

check-dbt: .venv/dev.installed
	$(BIN)/dbt parse --quiet --target-path target/parse

test-python: .venv/dev.installed
	$(BIN)/python -m pytest

spark: .venv/dev.installed  ## Build on a Spark cluster and test in a session, both on this machine (needs Java 17)
	SPARK_TESTS=all REQUIRE_SPARK=1 $(BIN)/python -m pytest -m spark

REQUESTS ?= 1000000
bench: .venv/bench.installed  ## Measure every step, and the token path beside others (REQUESTS="1000000 10000000")
	$(BIN)/python scripts/bench.py --requests $(REQUESTS)

.venv/bench.installed: requirements-bench.lock .venv/dev.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

sample: .venv/dev.installed  ## Write data/sample anew
	rm -rf data/sample
	$(BIN)/python scripts/simulate_company.py --out data/sample

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --custom-compile-command "make lock" pyproject.toml

lock: setup  ## Resolve the pinned dependencies anew
	$(BIN)/pip install --quiet uv
	$(COMPILE) --group dev -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock -o requirements.lock
	$(COMPILE) --group pull -c requirements-dev.lock -o requirements-pull.lock
	$(COMPILE) --group bench -c requirements-dev.lock -o requirements-bench.lock

clean:  ## Remove everything built, and the landed sample
	rm -rf .venv target logs warehouse.duckdb data/raw
