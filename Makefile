# Everything begins with set-up, which is quick when there is nothing to do: the engine, Docker, plugins, .venv.
SHELL := /bin/bash
READY := toolchain/bootstrap.sh setup && . .hft/env
.PHONY: setup up down test lint fmt golden env-diff docs images mutation bench bench-monitoring bench-db drills drills-all

setup: ; @toolchain/bootstrap.sh setup
up: ; @$(READY) && hft images build && hft up dev
down: ; @$(READY) && hft down dev $(if $(VOLUMES),--volumes --yes)
test: ; @toolchain/bootstrap.sh test
lint: ; @toolchain/bootstrap.sh lint
fmt: ; @$(READY) && ruff check --fix --quiet . && ruff format .
golden: ; @$(READY) && pytest tests -m "not images and not engine and not drills" --golden
env-diff: ; @$(READY) && hft settings diff
docs: ; @$(READY) && hft docs
images: ; @$(READY) && hft images build
mutation: ; @$(READY) && python -m toolchain.mutation
bench: ; @$(READY) && hft images build && hft bench
bench-monitoring: ; @$(READY) && hft images build && hft bench-monitoring
bench-db: ; @$(READY) && hft images build && pytest tests/drills -m peers -s && hft bench-db
drills: ; @$(READY) && hft images build && pytest tests/drills -m "drills and smoke" -s
drills-all: ; @$(READY) && hft images build && pytest tests/drills -m "drills and not peers" -s
