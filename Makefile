# The commands for developers. They need make and Python 3.11 to 3.13; the rest is installed in .venv.

PYTHON ?=
VENV = python=$$(scripts/choose_python.sh "$(PYTHON)") && "$$python" -m venv --clear
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# uv writes this command into the head of each lock file, where Dependabot reads how to update it.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	--no-emit-index-url --no-emit-find-links
PYTEST := pytest -n 2 --dist loadfile --no-loadscope-reorder
NODE_MODULES = $(MAKE) --no-print-directory node_modules/.installed
NPM_CI = npm ci --loglevel=error --no-audit --no-fund
NPM_TEST = [ -e node_modules/.installed ] && npm test --silent
LINT = '$(NODE_MODULES)' 'ruff check .' 'ruff format --check .' mypy 'lint-imports --no-logo' \
	'npm run --silent lint' 'npm run --silent typecheck'

# pip compiles no bytecode: Python compiles the part that is imported. (pip reads a variable for a
# `no` flag the other way round: 0 turns the flag on.)
export PIP_NO_COMPILE := 0

.DEFAULT_GOAL := help
.PHONY: help run serve check test python-version missing-programs test-stores bench lint format lock docs extension sbom release clean
export ARGS
test test-stores check lint bench: export PYTHON_FOR = tests
serve: export PYTHON_FOR = serve
docs sbom: export PYTHON_FOR = tools

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## Run the development server on http://127.0.0.1:8000 (another port: FLASK_RUN_PORT=8001 make run)
	@python -m authapi.core.env_file && exec flask run

serve: .venv/serve ## Run the production server (HOST, PORT and more: python serve.py --help)
	@exec python serve.py

check: .venv/dev ## Check style and types, and run the quick tests, which need no browser, proxy or image
	@scripts/each.sh $(LINT) "$(PYTEST) -m 'not external and not slow' $$ARGS" '$(NPM_TEST)'

test: python-version missing-programs .venv/dev ## Run every test
	@scripts/each.sh '$(NODE_MODULES)' "$(PYTEST) --ignore tests/extension $$ARGS" \
		"pytest -n 2 --dist loadgroup tests/extension $$ARGS" '$(NPM_TEST)'

missing-programs:
	@python tests/support/programs.py

test-stores: .venv/dev ## Run the store, race and property tests (on TEST_MONGO_URI, if set)
	pytest -n 2 tests/stores tests/database tests/races tests/properties tests/sessions $(ARGS)

bench: .venv-bench/installed ## Run the benchmarks (docs/performance.md)
	@.venv-bench/bin/python -m bench $(ARGS)

lint: .venv/dev ## Check style, types and layers
	@scripts/each.sh $(LINT)

format: .venv/dev ## Format the code
	ruff check --fix .
	ruff format .

lock: .venv/dev ## Pin the newest releases in requirements*.txt
	$(LOCK) --upgrade requirements.in -o requirements.txt
	$(LOCK) --upgrade requirements-embedded.in -o requirements-embedded.txt
	$(LOCK) --upgrade requirements-tracing.in -o requirements-tracing.txt
	$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt
	$(LOCK) --upgrade requirements-node.in -o requirements-node.txt
	$(LOCK) --upgrade requirements-sbom.in -o requirements-sbom.txt
	$(LOCK) --upgrade requirements-docs.in -o requirements-docs.txt
	$(LOCK) --upgrade bench/requirements.in -o bench/requirements.txt

docs: .venv-docs/installed ## Build the documentation's site in build/docs (fails for a broken link or an unlisted page)
	@rm -rf build/docs
	@.venv-docs/bin/sphinx-build --quiet --nitpicky --fail-on-warning --fresh-env \
		--doctree-dir build/docs-read docs build/docs
	@echo "Open build/docs/index.html"

extension: .venv/dev node_modules/.installed ## Package the extension for the stores of Chromium and Firefox
	npm run --silent lint:webext
	npm run --silent package

sbom: .venv-sbom/installed ## Write the software bill of materials (CycloneDX) to build/sbom.cdx.json
	@mkdir -p build
	@version=$$(sed -n 's/^__version__ = "\(.*\)"/\1/p' authapi/version.py) && \
		sed "s/^dynamic = .*/version = \"$$version\"/" pyproject.toml >build/pyproject.toml
	@PYTHONWARNINGS=ignore .venv-sbom/bin/cyclonedx-py requirements requirements.txt \
		--pyproject build/pyproject.toml --mc-type application --output-reproducible --of JSON \
		--output-file build/sbom.cdx.json

release: sbom .venv/dev node_modules/.installed ## Build the files of a release in build/release
	@scripts/release.sh build/release build/sbom.cdx.json

clean: ## Remove what was installed and built; instance/ (your data) stays
	rm -rf .venv .venv-bench .venv-docs .venv-sbom node_modules tests/reference/typescript/node_modules \
		build clients/js/types .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/serve: requirements.txt .venv/bin/python | python-version
	@echo "Installing what the service needs (once)…"
	@pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/run: requirements.txt requirements-embedded.txt .venv/bin/python | python-version
	@echo "Installing what the service needs (once)…"
	@pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-embedded.txt
	@touch $@ .venv/serve

.venv/dev: requirements-dev.txt requirements.txt requirements-embedded.txt requirements-tracing.txt .venv/bin/python | python-version
	@echo "Installing what the tests need (once)…"
	@pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/run .venv/serve

.venv-bench/installed: bench/requirements.txt requirements.txt requirements-embedded.txt
	@echo "Installing what the benchmark compares with (once)…"
	@$(VENV) .venv-bench
	@.venv-bench/bin/pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	@touch $@

.venv-docs/installed: requirements-docs.txt
	@echo "Installing what builds the site (once)…"
	@$(VENV) .venv-docs
	@.venv-docs/bin/pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	@touch $@

.venv-sbom/installed: requirements-sbom.txt
	@$(VENV) .venv-sbom
	@.venv-sbom/bin/pip install --quiet --disable-pip-version-check -r requirements-sbom.txt
	@touch $@

.venv/bin/python:
	@$(VENV) .venv || { rm -rf .venv; exit 1; }

python-version: .venv/bin/python
	@scripts/choose_python.sh --made-is "$(PYTHON)" >/dev/null

# The tests run TypeScript files, which Node does since 22.18; an older Node is not used.
.venv/node: requirements-node.txt | .venv/dev
	@{ node -e 'process.exit(process.features.typescript ? 0 : 1)' && npm --version; } >/dev/null 2>&1 \
		|| { pip install --quiet --disable-pip-version-check -r requirements-node.txt && scripts/one_node.sh; }
	@touch $@

node_modules/.installed: package-lock.json .venv/node
	@echo "Installing newman and the extension's tools (once)…"
	@$(NPM_CI) || { echo "The installation failed; trying once more…"; $(NPM_CI); }
	@touch $@
