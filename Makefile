# Podherd: `make demo` runs a whole shift, `make test` checks everything, `make help` lists the rest.
PYTHON ?= python3
SITE ?= small
ROBOTS ?=
ORDERS ?= 200
SPEED ?= max
SEED ?= 1
WORLD ?= fast
DATA ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench-mapf lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  demo takes SITE=tiny|small|medium|FILE ROBOTS=n ORDERS=n SPEED=max|1|10 SEED=n WORLD=fast"
	@echo "  bench-mapf takes QUICK=1 (ten minutes instead of an hour) and DATA=DIR"

setup: ## installs what is needed into .venv and builds the ROS 2 messages
	@$(PYTHON) scripts/setup.py

demo: setup ## a whole shift: orders from a WMS, ROS 2 robots, picks, confirmations
	@.venv/bin/podherd demo --site $(SITE) $(if $(ROBOTS),--robots $(ROBOTS)) --orders $(ORDERS) \
		--speed $(SPEED) --seed $(SEED) --world $(WORLD)

test: ## style, types, import contracts and every test
	@$(PYTHON) scripts/setup.py --dev
	@.venv/bin/python scripts/check.py

lint: ## style, types and import contracts only
	@$(PYTHON) scripts/setup.py --dev
	@.venv/bin/python scripts/check.py --lint

bench-mapf: setup ## path finding against its goals, the best peers and free flow
	@.venv/bin/python -m benchmarks.macro.mapf $(if $(DATA),--data $(DATA))

lock: ## writes requirements.lock from what is installed in .venv
	@.venv/bin/python scripts/lock.py

clean: ## removes what set-up and runs have made
	rm -rf .venv ros_ws/build ros_ws/install ros_ws/log var build dist *.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
