# What you can do here: `make help`. Everything sets itself up in .venv on first use.

PYTHON ?= python3
PORT ?= 8000
CASES ?= 2000
SUBSCRIBERS ?= 1000000
EVENTS ?= 50000000
SEED ?= 1
MESSAGES ?= 20000
KILLS ?= 50
DELIVERIES ?= 20000
CASES_FACTOR ?= 20
LAWS_FACTOR ?= 4
# Of the cases of each random law, how many are asked each time; the slow half asks all.
EVERYDAY_FACTOR := 0.25
CARILLON_HOME ?= $(CURDIR)/.carillon
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(BIN)/uv pip compile --python $(BIN)/python --python-version 3.11 --universal --generate-hashes --quiet
# Two processes; one that has nothing left to do takes over what the other has not begun.
SHARED := --numprocesses 2 --dist worksteal
PARITY := parity forgetting flips turning narrowed simulation

export PORT CARILLON_HOME
# What a process has compiled, the next need not, whatever the shell says: tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-all slow more-laws check fast laws parity faults bench-segments bench-membership bench-delivery bench-pairs attack lint format requirements sbom image-digests clean

help: ## Show what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | column -t -s '|'

run: .venv/ready ## Start everything with a demo, at http://localhost:$PORT; ctrl-C stops it
	@exec $(BIN)/python -m config.run

test: .venv/dev ## Run every test but the slow half, on two cores, each half on servers of its own
	CASES_FACTOR=$(EVERYDAY_FACTOR) $(BIN)/python -m pytest -m "not slow" $(SHARED)

test-all: test slow more-laws ## Run every test, and the random laws with LAWS_FACTOR times their cases

slow: .venv/dev ## Run the slow half: kills, whole installations, narrow screens, all cases of the random laws
	$(BIN)/python -m pytest -m "slow or law or case" $(SHARED)

more-laws: .venv/dev
	CASES_FACTOR=$(LAWS_FACTOR) $(BIN)/python -m pytest -m law $(SHARED)

check: .venv/ready ## Style, types, and the tests that are fast or of what was changed: before each commit
	@$(MAKE) --no-print-directory --jobs 2 lint fast

fast: .venv/dev
	$(BIN)/python -m pytest --fast

laws: .venv/dev ## Ask all random laws CASES_FACTOR times their cases; TEST_SEED=n draws those of a run again
	CASES_FACTOR=$(CASES_FACTOR) $(BIN)/python -m pytest -m law $(SHARED)

parity: .venv/dev ## Compare the rule language's two interpreters on CASES random rules, and live segments with both
	PARITY_CASES=$(CASES) $(BIN)/python -m pytest -s $(PARITY:%=tests/parity/test_%.py)

faults: .venv/dev ## Kill senders KILLS times (kill -9) over DELIVERIES and push services in all moods
	KILLS=$(KILLS) DELIVERIES=$(DELIVERIES) $(BIN)/python -m pytest tests/faults

bench-segments: .venv/bench ## Time the standard segments beside DuckDB, on SUBSCRIBERS people with EVENTS events
	DJANGO_SETTINGS_MODULE=config.settings $(BIN)/python -m bench.server $(BIN)/python -m bench.segments --subscribers $(SUBSCRIBERS) --events $(EVENTS) --seed $(SEED)

bench-membership: .venv/bench ## Follow batches and a stream over HTTP with 50 live segments, on the same data
	DJANGO_SETTINGS_MODULE=config.settings $(BIN)/python -m bench.server $(BIN)/python -m bench.membership --subscribers $(SUBSCRIBERS) --events $(EVENTS) --seed $(SEED)

bench-delivery: .venv/bench ## Send MESSAGES pushes beside a loop of pywebpush and beside encryption alone; plan up to a million
	CARILLON_HOME=$(CARILLON_HOME)/sending DJANGO_SETTINGS_MODULE=config.settings $(BIN)/python -m bench.server $(BIN)/python -m bench.delivery --messages $(MESSAGES)

bench-pairs: .venv/bench ## CPU of ingestion and sending beside an earlier tree, in turn: BEFORE=its path, with a .venv of its own
	$(BIN)/python -m bench.pairs --before $(BEFORE)

attack: .venv/ready ## Attack a Carillon that it starts (or ATTACK="--url …"): hostile requests, forged identities, slow clients, floods
	$(BIN)/python -m bench.attack $(ATTACK)

lint: .venv/dev ## Style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/dev ## Put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

requirements: .venv/ready ## Compile each requirements*.in into its .txt, pinned with hashes; none contradicts requirements.txt
	$(BIN)/pip install --quiet uv
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-local.in -c requirements.txt -o requirements-local.txt
	$(COMPILE) requirements-dev.in -c requirements.txt -c requirements-local.txt -o requirements-dev.txt
	$(COMPILE) bench/requirements.in -c requirements.txt -c requirements-local.txt -c requirements-dev.txt -o bench/requirements.txt

sbom: .venv/dev ## Write carillon.cdx.json: what Carillon is made of in earnest, with hashes (CycloneDX)
	$(BIN)/cyclonedx-py requirements requirements.txt --output-format JSON --output-reproducible --output-file carillon.cdx.json

image-digests: .venv/ready ## Pin the images in the Dockerfile to the digests that their registry has for them today
	$(BIN)/python -m release.image_digests

clean: ## Throw away the virtual environment and the demo's data
	rm -rf .venv $(CARILLON_HOME)

.venv/ready: requirements.txt requirements-local.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Carillon needs Python 3.11 or later: make PYTHON=python3.12 …"; exit 1; }
	@echo "Installing the libraries into .venv"
	@$(PYTHON) -m venv .venv
	@$(INSTALL) -r requirements.txt -r requirements-local.txt
	@touch $@

.venv/dev: .venv/ready requirements-dev.txt
	@echo "Installing what the tests need"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

.venv/bench: .venv/dev bench/requirements.txt
	@$(INSTALL) -r bench/requirements.txt
	@touch $@
