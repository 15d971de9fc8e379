.DEFAULT_GOAL := help
CACHE := $(or $(DAGGERW_CACHE),$(HOME)/.cache/ois-cfa)
VENV := $(CACHE)/venv-$(shell cat requirements/dev.txt | sha256sum | cut -c1-12)
PYTHON := $(VENV)/bin/python

help: ## List the targets
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

test: $(VENV)/ready ## Check the code and run every test, on an engine of their own
	$(PYTHON) -m tests.run test

check: $(VENV)/ready ## Lint, format check, types, dependencies, and whether each mutation still applies
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --cache-dir $(CACHE)/mypy
	cd ci/host && cat common.sh lock.sh facts.sh | $(VENV)/bin/shellcheck --shell=dash -
	cd ci/host && cat common.sh switch.sh | $(VENV)/bin/shellcheck --shell=dash -
	cd ci/host && cat common.sh lock.sh start.sh | $(VENV)/bin/shellcheck --shell=dash -
	cd ci/host && cat common.sh install.sh | $(VENV)/bin/shellcheck --shell=dash -
	cd ci/host && $(VENV)/bin/shellcheck --shell=dash pull.sh
	$(VENV)/bin/shellcheck --shell=dash tests/support/gitlab/docker
	$(VENV)/bin/shellcheck bootstrap/images/debian/update-ca-certificates
	$(VENV)/bin/deptry .
	$(VENV)/bin/deptry . --config requirements/deptry.toml
	$(PYTHON) -m tests.mutations check

unit: $(VENV)/ready ## Run the tests that need no engine
	$(PYTHON) -m pytest --numprocesses 2 tests/unit

look: $(VENV)/ready ## Look at the reports in Chromium, on a phone and on a screen; Debian's is installed where there is none
	$(PYTHON) -m pytest tests/e2e

picture: $(VENV)/ready ## Write docs/report.png, the picture of a report
	$(PYTHON) -m tests.e2e.picture docs/report.png

python: $(VENV)/ready ## Print the Python that has every tool, to run one test
	@echo $(PYTHON)

certificates: $(VENV)/ready ## Make the authority of the tests' registries, which an engine must trust when it starts
	$(PYTHON) -m tests.support.registry.authority $(CACHE)/tests

ON_ENGINE := test engine test-every test-faults test-mutations
$(ON_ENGINE) demo bench: export DAGGERW_ENGINE := local
$(ON_ENGINE) demo bench: export DAGGERW_CERTIFICATES := $(CACHE)/tests/certificates
$(ON_ENGINE): export DAGGERW_INSTANCE := ois-test
demo: export DAGGERW_INSTANCE := ois-demo
bench: export DAGGERW_INSTANCE := ois-bench
engine: $(VENV)/ready ## Run the tests that need an engine, as test does
	$(PYTHON) -m tests.run engine

test-every: $(VENV)/ready ## As engine, with the tests that take long too
	$(PYTHON) -m tests.run every

test-faults: $(VENV)/ready ## Run every case of the fault matrix on a second host, and write docs/reliability.md
	$(PYTHON) -m tests.run faults

test-mutations: $(VENV)/ready ## Break ci/ in some thirty ways, and see that a test finds each; NAMES='lock-age …' takes less
	$(PYTHON) -m tests.run mutations $(NAMES)

demo: $(VENV)/ready ## Deploy the nine services to a second host, break one, see it taken back; writes docs/demo.md
	$(PYTHON) -m tests.run demo

bench: $(VENV)/ready ## Measure on an engine of its own, on a quiet machine, which takes long; SECTIONS='calls deploy' takes less
	$(PYTHON) -m tests.run bench $(SECTIONS)

policy: $(VENV)/ready ## Write docs/pipeline-policy.md from the mutations and the bench's figures
	$(PYTHON) -m tests.support.gitlab.paper

shapes: $(VENV)/ready ## Write docs/adopt-shapes.md from the repositories in tests/adopt
	$(PYTHON) -m tests.support.shapes

schema: $(VENV)/ready ## Write services.schema.json from the classes
	$(PYTHON) -m ci.catalogue.schema > services.schema.json

upgrade-dagger: ## Write another version of Dagger wherever it is named: VERSION=0.21.9
	python3 -m bootstrap.upgrade $(VERSION)

lock: $(VENV)/ready ## Write requirements/dev.txt from dev.in and pyproject.toml
	$(VENV)/bin/uv pip compile --quiet --no-emit-index-url --no-header --python-version 3.11 pyproject.toml requirements/dev.in --output-file requirements/dev.txt

$(VENV)/ready:
	@echo "making the test environment, once: a minute or two" >&2
	python3 -m venv --clear $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	touch $@

.PHONY: help test check unit look picture python certificates engine test-every test-faults demo bench policy schema lock \
	test-mutations upgrade-dagger
