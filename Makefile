# Everything a developer types. Needs Python 3.11 or newer and make; the rest is installed in .venv.

PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet \
	--no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help run serve test test-stores bench lint format lock extension clean

help: ## Say what there is to type
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## Serve on http://127.0.0.1:8000 (another port: FLASK_RUN_PORT=8001 make run)
	@exec flask run

serve: .venv/serve ## Serve in production (HOST, PORT and more: python serve.py --help)
	@exec python serve.py

test: .venv/dev node_modules/.installed ## Run every test
	pytest -n 2 --dist loadfile --ignore tests/extension $(ARGS)
	pytest tests/extension $(ARGS)
	npm test --silent

test-stores: .venv/dev ## Run the store, race and property tests (on TEST_MONGO_URI, if set)
	pytest -n 2 tests/stores tests/races tests/properties tests/sessions $(ARGS)

bench: .venv-bench/installed ## Measure it beside floors and others; see docs/performance.md
	@.venv-bench/bin/python -m bench $(ARGS)

lint: .venv/dev node_modules/.installed ## Check style, types and layers
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-logo
	npm run --silent lint
	npm run --silent typecheck

format: .venv/dev ## Put the code in its usual form
	ruff check --fix .
	ruff format .

lock: .venv/dev ## Pin the newest releases in requirements*.txt
	$(LOCK) --upgrade requirements.in -o requirements.txt
	$(LOCK) --upgrade requirements-embedded.in -o requirements-embedded.txt
	$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt
	$(LOCK) --upgrade bench/requirements.in -o bench/requirements.txt

extension: .venv/dev node_modules/.installed ## Make the extension's zips for both stores
	npm run --silent lint:webext
	npm run --silent package

clean: ## Remove what was installed and built; instance/ (your data) stays
	rm -rf .venv .venv-bench node_modules tests/reference/typescript/node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/serve: requirements.txt | .venv/bin/python
	@echo "Installing what the service needs (once)…"
	@pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/run: requirements.txt requirements-embedded.txt | .venv/bin/python
	@echo "Installing what the service needs (once)…"
	@pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-embedded.txt
	@touch $@ .venv/serve

.venv/dev: requirements-dev.txt requirements.txt requirements-embedded.txt | .venv/bin/python
	@echo "Installing what the tests need (once)…"
	@pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/run .venv/serve

.venv-bench/installed: bench/requirements.txt requirements.txt requirements-embedded.txt
	@echo "Installing what the benchmark compares with (once)…"
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "authapi needs Python 3.11 or newer; name one: make PYTHON=python3.13 run"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python's venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

node_modules/.installed: package-lock.json .venv/dev
	@echo "Installing newman and the extension's tools (once)…"
	@npm ci --silent --no-audit --no-fund
	@touch $@
