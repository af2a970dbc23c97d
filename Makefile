# run: the whole centre on this machine.   test, lint, format, bench: for developers.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run setup setup-dev test test-fast lint format bench messages lock

run:
	@$(PYTHON) tools/setup.py && exec $(BIN)/python -m governance_center.local run

setup:
	@$(PYTHON) tools/setup.py

setup-dev:
	@$(PYTHON) tools/setup.py --dev

test: setup-dev
	@$(BIN)/python tools/browser.py
	@$(BIN)/python -m governance_center.local exec test-servers $(BIN)/python -m pytest -n 2 --ignore=tests/e2e tests
	@$(BIN)/python -m governance_center.local exec test-servers $(BIN)/python -m pytest -n 2 --dist loadfile tests/e2e

# A part of the tests, e.g. make test-fast WHAT=tests/cases
test-fast: setup-dev
	@$(BIN)/python -m governance_center.local exec test-servers $(BIN)/python -m pytest --reuse-db $(WHAT)

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint --check --lint templates
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@$(BIN)/python tools/messages.py check
	@GOVERNANCE_DEMO=1 $(BIN)/python -m governance_center.local exec test-servers $(BIN)/python manage.py makemigrations --check --dry-run

format: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/djlint --reformat --quiet templates || true

bench: setup-dev
	@$(BIN)/python -m governance_center.local exec bench-servers $(BIN)/python -m benchmarks.run $(ONLY)

# Collect the messages of code and templates into the catalogues.
messages: setup-dev
	@$(BIN)/python tools/messages.py extract

# Pin the packages again after a change in requirements*.in (needs uv).
lock:
	for name in requirements requirements-local requirements-node requirements-dev; do \
		uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
			--quiet $$name.in -o $$name.txt; done
