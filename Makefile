.PHONY: help serve test slow test-all check schema graphiql browser picture bench costly differential faults endurance audits clients attack release lock
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
SETUP := .venv/set-up
GRAPHIQL := web/graphiql/vendor/set-up
ATTACK := .venv/attack/set-up
CLIENTS := tests/clients/node_modules/set-up

serve: export ROLLCALL_DATABASE_URL ?= sqlite://$(CURDIR)/var/rollcall.db
serve: export ROLLCALL_SECRET_KEY ?= not-a-secret-for-demonstrations-only
serve: export ROLLCALL_DEMO_EMAIL ?= admin@demo.example.org
serve: export ROLLCALL_INTROSPECTION ?= public
serve: export ROLLCALL_PUBLIC_URL ?= http://127.0.0.1:$(PORT)
serve: export ROLLCALL_FRONTEND_URL ?= http://127.0.0.1:$(PORT)
serve: export ROLLCALL_LOG_FORMAT ?= text
serve: export ROLLCALL_SHUTDOWN_DELAY ?= 0
serve: $(SETUP) $(GRAPHIQL)  ## everything from nothing to http://127.0.0.1:8000/graphql with demo users
	$(BIN)/rollcall migrate
	$(BIN)/rollcall demo --users 200
	$(BIN)/rollcall serve --port $(PORT)

test: $(SETUP)  ## the suite without what takes long, on SQLite and, where one answers, on PostgreSQL: five minutes at most
	$(BIN)/pytest -n 2 -m "not slow"

slow: $(SETUP)  ## the tests that `make test` leaves out: faults, races, random documents, costs
	$(BIN)/pytest -n 2 -m slow

test-all: $(SETUP)  ## the whole suite
	$(BIN)/pytest -n 2

check: $(SETUP)  ## style, types, import contracts, the Dockerfile, and the committed schema
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/rollcall schema | diff schema.graphql - || (echo "schema.graphql is out of date: make schema" && false)

schema: $(SETUP)  ## prints schema.graphql anew from the code
	$(BIN)/rollcall schema --output schema.graphql

graphiql: $(GRAPHIQL)  ## installs GraphiQL's files, so that the server can serve them itself

browser: $(SETUP) $(GRAPHIQL)  ## GraphiQL in headless Chromium, against a server of its own
	$(BIN)/python -m tests.browser.run

picture: browser  ## docs/graphiql.png anew, as the browser tests saw it
	cp tests/browser/screenshots/users-page-light.png docs/graphiql.png

bench: $(SETUP)  ## against peers and a hand-written server; then a thousand users against a million
	$(BIN)/python -m bench.peers
	$(BIN)/python -m bench.scale

differential: $(SETUP)  ## thousands of random documents on both ways of executing them
	ROLLCALL_DIFFERENTIAL=$${ROLLCALL_DIFFERENTIAL:-3000} $(BIN)/pytest tests/schema/execution/test_differential.py

costly: $(SETUP)  ## counts the work of hundreds of random documents that cost nearly as much as may be; other ones each time
	ROLLCALL_COSTLY=$${ROLLCALL_COSTLY:-100} ROLLCALL_COSTLY_SEED=$${ROLLCALL_COSTLY_SEED:-$$(date +%s)} \
	  $(BIN)/pytest tests/schema/execution/test_cpu.py -k under_the_limit

audits: $(SETUP)  ## the 61 audits of GraphQL over HTTP, against servers of their own
	cd tests/audits && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	$(BIN)/python -m tests.audits.run

clients: $(SETUP) $(CLIENTS)  ## what Apollo, urql, Relay and linters make of the schema, the client guide and a live server
	$(BIN)/python -m tests.clients.run

faults: $(SETUP)  ## kills, freezes, fills and restarts whatever the server depends on
	ROLLCALL_FAULT_ROUNDS=$${ROLLCALL_FAULT_ROUNDS:-20} $(BIN)/pytest tests/faults

endurance: $(SETUP)  ## MINUTES of mixed load (20) on two servers, while mail server, PostgreSQL and a server fail
	$(BIN)/python -m tests.faults.endurance --minutes $${MINUTES:-20}

attack: $(SETUP) $(if $(shell command -v npm 2>/dev/null),$(GRAPHIQL)) $(ATTACK)  ## PARTS of it (all): audits, postgresql, sqlite (schemathesis, walks), slow (slowhttptest)
	$(BIN)/python -m tests.attack.run $(PARTS)

release: $(SETUP)  ## names a release and keeps its schema: make release VERSION=0.2.0, see CONTRIBUTING.md
	@$(BIN)/python -m tests.contract.releasing "$(VERSION)"

lock: $(SETUP)  ## pins the newest allowed versions: for development, and for the image
	$(BIN)/python -m pip install -q uv && $(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --extra dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 -c requirements.lock \
	  --generate-hashes --no-emit-index-url --extra otel pyproject.toml -o requirements-server.lock
	$(BIN)/uv pip compile -q --no-header --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url tests/attack/requirements.txt -o tests/attack/requirements.lock

$(SETUP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(ATTACK): tests/attack/requirements.lock
	$(PYTHON) -m venv .venv/attack
	.venv/attack/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	touch $@

$(GRAPHIQL): web/graphiql/package-lock.json
	cd web/graphiql && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run -s vendor
	touch $@

$(CLIENTS): tests/clients/package-lock.json
	cd tests/clients && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14
