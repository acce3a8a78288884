# Podherd: `make demo` runs a whole shift, `make test` checks everything, `make help` lists the rest.
PYTHON ?= python3
SITE ?= small
ROBOTS ?=
ORDERS ?= 200
SPEED ?=
SEED ?= 1
WORLD ?= fast
RECEIPTS ?=
ARMS ?=
FAULTS ?=
WMS ?= webhook
DB ?= sqlite
DATA ?=

.DEFAULT_GOAL := help
.PHONY: help setup setup-gazebo setup-tryton demo conformance-tryton campaign-tryton test test-gazebo test-console lint bench-mapf bench-g2p bench-counting lock clean

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  demo takes SITE=tiny|small|medium|FILE ROBOTS=n ORDERS=n SPEED=max|1|10 SEED=n WORLD=fast|gazebo"
	@echo "  and RECEIPTS=share ARMS=n: goods that come in, pick stations with a robot arm"
	@echo "  and FAULTS=1: things go wrong, for you to deal with at the console (10 times real time)"
	@echo "  and WMS=tryton [DB=postgresql]: on a real Tryton, installed into the cache folder"
	@echo "  bench-mapf takes QUICK=1 (ten minutes instead of an hour) and DATA=DIR"
	@echo "  bench-g2p takes QUICK=1 (ten minutes instead of hours) and DATA=DIR"
	@echo "  bench-counting takes QUICK=1 (ten minutes) and DATA=DIR"

setup: ## installs what is needed into .venv and builds the ROS 2 messages
	@$(PYTHON) scripts/setup.py

setup-gazebo: ## the same, and Gazebo Classic 11 into the cache folder (a minute, 770 MB, no root)
	@$(PYTHON) scripts/setup.py --gazebo
	@.venv/bin/python scripts/gazebo.py

setup-tryton: setup ## the same, and a real Tryton into the cache folder (half a minute, no root)
	@.venv/bin/python scripts/tryton.py

demo: $(if $(filter gazebo,$(WORLD)),setup-gazebo,$(if $(filter tryton,$(WMS)),setup-tryton,setup)) ## a whole shift: orders and goods, ROS 2 robots, people and arms, confirmations
	@.venv/bin/podherd demo --site $(SITE) $(if $(ROBOTS),--robots $(ROBOTS)) --orders $(ORDERS) \
		$(if $(SPEED),--speed $(SPEED)) --seed $(SEED) --world $(WORLD) \
		$(if $(RECEIPTS),--receipts $(RECEIPTS)) $(if $(ARMS),--arms $(ARMS)) \
		$(if $(FAULTS),--faults) --wms $(WMS) $(if $(filter tryton,$(WMS)),--tryton-db $(DB))

conformance-tryton: setup-tryton ## the conformance kit against a real Tryton, on both databases (DB=, ONLY=)
	@.venv/bin/python scripts/tryton_conformance.py $(if $(filter file,$(origin DB)),,--db $(DB)) $(if $(ONLY),--only $(ONLY))

campaign-tryton: setup-tryton ## hundreds of faults between the bridge and a real Tryton (QUICK=1: 30)
	@.venv/bin/python -m benchmarks.macro.wms_campaign

test: ## style, types, import contracts and every test
	@$(PYTHON) scripts/setup.py --dev
	@.venv/bin/python scripts/gazebo.py || [ $$? -eq 3 ]
	@.venv/bin/python scripts/tryton.py --db postgresql || [ $$? -eq 3 ]
	@.venv/bin/python scripts/check.py

test-gazebo: ## the tests with real Gazebo only
	@$(PYTHON) scripts/setup.py --dev
	@.venv/bin/python scripts/gazebo.py
	@.venv/bin/pytest -v --durations=10 tests/gazebo

test-console: ## the operator console only: its types and own tests, then in the browser
	@$(PYTHON) scripts/setup.py --dev
	@.venv/bin/pytest -v --durations=10 tests/wms_bridge/console

lint: ## style, types and import contracts only
	@$(PYTHON) scripts/setup.py --dev
	@.venv/bin/python scripts/check.py --lint

bench-mapf: setup ## path finding against its goals, the best peers and free flow
	@.venv/bin/python -m benchmarks.macro.mapf $(if $(DATA),--data $(DATA))

bench-g2p: setup ## goods-to-person decisions side by side, against their goals and against walking
	@.venv/bin/python -m benchmarks.macro.g2p $(if $(DATA),--data $(DATA))

bench-counting: ## codes, tags, shelves, records and events of counting, with their peers beside
	@$(PYTHON) scripts/setup.py --dev
	@.venv/bin/python -m benchmarks.macro.counting $(if $(DATA),--data $(DATA))

lock: ## writes requirements.lock from what is installed in .venv
	@.venv/bin/python scripts/lock.py

clean: ## removes what set-up and runs have made
	rm -rf wms_bridge/web/console/dist* wms_bridge/web/console/node_modules
	rm -rf .venv ros_ws/build ros_ws/install ros_ws/log var build dist *.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
