# `make help` lists what there is to do; each line after ## is its explanation.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

export PATH := $(CURDIR)/.venv/bin:$(PATH)
PYTHON ?= python3
PACKAGES := $(sort $(wildcard libs/* services/*) deploy/local)
SOURCES := $(wildcard libs/*/src services/*/src deploy/local/src)
PROTOS := $(sort $(wildcard proto/nexus/*/v1/*.proto))
# What a changed schema is compared with: main as others have it, or the commit before.
BASE ?= $(shell h=$$(git rev-parse HEAD 2>/dev/null); o=$$(git rev-parse -q --verify origin/main 2>/dev/null || true); \
	if [ -n "$$o" ] && [ "$$o" != "$$h" ]; then echo $$o; else git rev-parse -q --verify HEAD~1 2>/dev/null || true; fi)

.PHONY: help setup run test check format lint types contracts unit web journeys soak bench proto lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: .venv/ready  ## Install the Python packages that requirements.lock names, by hash

.venv/ready: requirements.lock $(addsuffix /pyproject.toml,$(PACKAGES))
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@awk '/^uv==/{p=1} p{print} p&&!/\\$$/{exit}' requirements.lock > .venv/bootstrap.txt
	@pip install --quiet --disable-pip-version-check --require-hashes -r .venv/bootstrap.txt
	@uv pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@uv pip install --quiet --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@python -m compileall -q $(SOURCES)
	@touch $@

run: setup  ## Start everything, then print the address and two accounts; Ctrl-C stops it
	@exec python -m localstack run

test: setup  ## Run every check and every test, with real parts, real clients and a real browser
	python -m localstack install --with-browser
	$(MAKE) check
	$(MAKE) web
	pytest -m "parts and not journey and not soak" -q
	$(MAKE) journeys

check: format lint types contracts unit  ## Fast: format, lint, types, contracts, unit tests (no servers)

format: setup
	ruff format --check --quiet .

lint: setup
	ruff check --quiet .
	lint-imports --no-cache > .venv/imports.txt || { cat .venv/imports.txt; exit 1; }

types: setup
	mypy $(SOURCES)

contracts: setup
	cd proto && buf lint && buf format --diff --exit-code
	@if [ -n "$(BASE)" ] && git cat-file -e "$(BASE):proto/buf.yaml" 2>/dev/null; then \
		cd proto && buf breaking --against "../.git#ref=$(BASE),subdir=proto"; fi
	@rm -rf .venv/generated && mkdir -p .venv/generated && $(call generate,.venv/generated)
	@diff -r -x '__pycache__' -x py.typed .venv/generated/nexus libs/contracts/src/nexus || { echo "run: make proto"; exit 1; }
	@python -m eventbus catalogue | diff - docs/events.md || { echo "run: make proto"; exit 1; }
	@python -m eventbus topology | diff - <(sed -n '/^```mermaid/,/^```/p' README.md | sed '1d;$$d') \
		|| { echo "README.md's graph is not what 'python -m eventbus topology' prints"; exit 1; }

unit: setup
	pytest -m "not parts and not journey" -q

web: setup  ## Type-check, test and build the web client
	cd web && { [ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --no-audit --no-fund; }
	cd web && npm run --silent check && npm test --silent && npm run --silent build

journeys: setup  ## People's journeys through the whole running product, and what happens when parts of it are killed
	pytest -m "journey and not soak" -q

soak: setup  ## What takes long: floods, storms and kills over and over, with the figures printed; on a quiet machine
	pytest -m soak -q -s --timeout=3600

bench: setup  ## Measure messages a second beside PostgreSQL's ceiling, fan-out beside Node's socket.io, files beside the bare store
	python bench/send.py
	python bench/fanout.py
	python bench/files.py

define generate
python -m grpc_tools.protoc -I proto --python_out=$(1) --mypy_out=quiet:$(1) $(patsubst proto/%,%,$(PROTOS))
endef

proto: setup  ## Generate the contracts, the event catalogue and README's graph from proto/
	rm -rf libs/contracts/src/nexus
	$(call generate,libs/contracts/src)
	touch libs/contracts/src/nexus/py.typed
	mkdir -p docs && python -m eventbus catalogue > docs/events.md
	python -m eventbus topology > .venv/topology.txt
	sed -i -e '/^```mermaid/,/^```/{/^```/!d}' -e '/^```mermaid/r .venv/topology.txt' README.md

lock: setup  ## Write requirements.lock anew from the packages' own requirements
	uv export --quiet --upgrade --all-packages --all-groups --no-emit-workspace --no-header --no-annotate \
		--format requirements-txt --output-file requirements.lock

clean:  ## Remove what was built and the local stack's data
	[ ! -x .venv/bin/python ] || .venv/bin/python -m localstack clean
	rm -rf .venv .nexus web/dist web/node_modules tests-e2e/clients/node_modules uv.lock
	find . -name __pycache__ -prune -exec rm -rf {} +
