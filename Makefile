# Every target sets up what it needs: a virtual environment of its own and, as root, Debian's packages.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8401
SCHOOL_PORT ?= 8400
# All tests share the cores, a file in one process; for a few (ARGS) more processes would not pay off.
# One more than there are cores, three or four: tests wait for browsers, processes and disks much of the time.
WORKERS := $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 2 ] && echo 4 || echo 3)
ALL_TESTS := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo serve test check format certification fuzz bench chaos machines soak screenshots translations lock sbom clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

demo: $(READY) ## Start the tool and a small school to try it with, and print both addresses
	@$(BIN)/icc-bridge demo --port $(PORT) --school-port $(SCHOOL_PORT)

serve: $(READY) ## Start the tool with the settings of the environment (docs/settings.md)
	@$(BIN)/icc-bridge db upgrade && $(BIN)/icc-bridge serve

test: $(READY) ## Run all tests (as root it installs chromium, postgresql, nginx, nodejs, qpdf and poppler-utils)
	@sh scripts/fresh-machine.sh tests
	@$(BIN)/python -m pytest $(or $(ARGS),$(ALL_TESTS))

check: $(READY) ## Check style, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY) ## Put the code in its one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

certification: $(READY) ## Run the certification cases and write docs/certification.md
	@sh scripts/fresh-machine.sh tests
	@$(BIN)/python -m tests.certification

fuzz: $(READY) ## Throw REQUESTS (10000) made-up requests at login, launch and registration, and others at the API
	@$(BIN)/python -m tests.fuzzing $(REQUESTS)
	@$(BIN)/python -m tests.api.fuzz

chaos: $(READY) ## See whether every score arrives while everything fails; ARGS="--seed 7 --engine sqlite"
	@sh scripts/fresh-machine.sh tests
	@$(BIN)/python -m tests.chaos $(ARGS)

machines: $(READY) ## Play the main job on two machines (network namespaces) while each process is killed in the middle of its work
	@sh scripts/fresh-machine.sh tests
	@$(BIN)/python -m tests.deploy.several $(ARGS)

soak: $(READY) ## Play a mixed load for 30 minutes and see whether anything wears out; ARGS="--engine sqlite --minutes 5"
	@sh scripts/fresh-machine.sh tests
	@$(BIN)/python -m tests.soak $(ARGS)

bench: $(READY) ## Measure launches, scores and reading a Moodle beside other tools, pages, certificates; ARGS="launches --quick" for a part
	@sh scripts/fresh-machine.sh bench || echo "What needs it is left out." >&2
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(READY) ## Make the pictures of the documentation anew
	@sh scripts/fresh-machine.sh pictures
	@$(BIN)/python -m tests.browser.screenshots

translations: $(READY) ## Gather the interface's texts, add new ones to the English catalogue, compile it
	@$(BIN)/python -m lti_tool.web.catalog

lock: $(READY) ## Resolve the dependencies anew into requirements.lock
	@$(BIN)/pip install -q 'uv>=0.9,<1' && $(BIN)/uv pip compile -q --extra dev --no-emit-index-url --no-emit-find-links --no-header --no-annotate --python-version 3.11 -o requirements.lock pyproject.toml

sbom: $(READY) ## List all dependencies with their licences: docs/dependencies.md and docs/sbom.cdx.json (CycloneDX)
	@$(BIN)/pip install -q 'cyclonedx-bom>=7.5,<8' && $(BIN)/cyclonedx-py environment --output-reproducible --of JSON --pyproject pyproject.toml -o $(VENV)/sbom.json $(VENV)
	@$(BIN)/python -m tests.dependencies $(VENV)/sbom.json

clean: ## Remove the virtual environment and the caches; data in var/ stays
	@rm -rf $(VENV) .bench tests/certificates/foreign/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml requirements.lock
	@sh scripts/fresh-machine.sh python
	@test -x $(BIN)/python || $${PYTHON:-python3} -m venv $(VENV)
	@echo "Setting up $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-virtualenv --no-deps -e .
	@touch $(READY)
