# Every target does its own set-up: a Python environment (.ci/venv), the built collection, the lab's parts. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-builtin-rules --no-print-directory

BUILD := .build
COLLECTIONS := $(BUILD)/collections
COLLECTION := $(COLLECTIONS)/ansible_collections/multiregion/istio
STAGE := .ci/stage
ARTIFACT = $(BUILD)/multiregion-istio-$(shell sed -n 's/^version: //p' galaxy.yml).tar.gz

# What is tested is what would be shipped: the tools find the built collection, no checkout.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(COLLECTIONS)
export PYTHONPATH := $(CURDIR)/$(COLLECTIONS)
# Python's compiled files, kept apart from the sources. Without them each of Ansible's many processes compiles anew all that it imports.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(BUILD)/pycache
export PATH := $(CURDIR)/.lab/bin:$(CURDIR)/$(BUILD)/venv/bin:$(PATH)

# The directory docs itself is left out: there is a target of that name.
SOURCES := $(shell find .config CHANGELOG.md LICENSE README.md changelogs galaxy.yml requirements.txt docs meta playbooks plugins roles tests/config.yml \
	tests/integration tests/unit -name __pycache__ -prune -o ! -path docs -print)

.PHONY: build
build: $(COLLECTION)/MANIFEST.json ## build the collection and install it under .build/collections (the default)

$(COLLECTION)/MANIFEST.json: $(SOURCES) | venv
	@ansible-galaxy collection build --force --output-path $(BUILD) >$(BUILD)/build.log || { cat $(BUILD)/build.log; exit 1; }
	@rm -rf $(COLLECTION)  # ansible-galaxy reads what it replaces, and fails where that was cut off
	@ansible-galaxy collection install --force --no-deps --offline $(BUILD)/multiregion-istio-*.tar.gz >$(BUILD)/build.log || { cat $(BUILD)/build.log; exit 1; }
	@git init --quiet $(COLLECTION)  # or ansible-test asks the git of the checkout, which ignores .build
	@printf '__pycache__/\ntests/output/\n' >$(COLLECTION)/.git/info/exclude
	@touch $@
	@echo "built the collection into $(COLLECTION)"

.PHONY: venv
venv:
	@.ci/venv $(BUILD)/venv

.PHONY: check
check: lint types units ansible-lint sanity docs-lint changelog-lint ## all checks that need no lab (about 4 minutes)

.PHONY: lint types units ansible-lint sanity docs-lint changelog-lint
lint: venv ## style of the Python code: ruff
	@$(STAGE) lint ruff check .
	@$(STAGE) format ruff format --check .

types: build ## types of the Python code: mypy --strict
	@$(STAGE) types mypy

units: build ## unit tests: pytest
	@$(STAGE) units pytest --junitxml=$(BUILD)/units.xml

.PHONY: coverage
coverage: build ## lines of the plugins that the unit tests run, files below 90 %, and that of the pure areas they run 95 % (not in CI); PYTEST="..." is for pytest
	@$(STAGE) coverage .ci/coverage $(COLLECTION) $(PYTEST)

ansible-lint: build ## roles and playbooks: ansible-lint, production profile
	@$(STAGE) ansible-lint ansible-lint --offline --strict

sanity: build ## ansible-test sanity, on the newest ansible-core
	@$(STAGE) sanity .ci/sanity $(COLLECTION)

.PHONY: sanity-all units-all
sanity-all: build ## sanity on every ansible-core that is supported (not in CI)
	@.ci/each-core sanity .ci/sanity $(COLLECTION)

units-all: build ## units likewise (not in CI)
	@.ci/each-core units pytest

docs-lint: build ## documentation of plugins and roles: antsibull-docs
	@$(STAGE) docs-lint antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck --validate-collection-refs dependent $(COLLECTION)

changelog-lint: venv ## changelogs/fragments, and that CHANGELOG.md is made from changelogs/changelog.yaml: antsibull-changelog
	@$(STAGE) changelog-lint .ci/changelog

.PHONY: changelog
changelog: venv ## note in changelogs/changelog.yaml that the version in galaxy.yml is released, with all fragments, and make CHANGELOG.md
	@antsibull-changelog release --update-existing

.PHONY: docs
docs: build ## documentation as HTML in .build/docs/html: pages, plugins, roles; no warning (antsibull-docs, Sphinx)
	@.ci/venv $(BUILD)/venv-docs tests/requirements.docs.txt
	@$(STAGE) docs env PATH="$(CURDIR)/$(BUILD)/venv-docs/bin:$$PATH" .ci/docs $(BUILD)/docs

# Environments of their own: galaxy-importer's packages, and nothing but what the artifact requires.
.PHONY: release ee-check
release: changelog-lint build ## the artifact, ready to be uploaded: changelog, galaxy-importer, installed and used in an empty environment (not in CI)
	@.ci/venv $(BUILD)/venv-release tests/requirements.release.txt
	@$(STAGE) released .ci/released
	@$(STAGE) galaxy-importer env PATH="$(CURDIR)/$(BUILD)/venv-release/bin:$$PATH" .ci/importer $(BUILD)/importer $(ARTIFACT)
	@$(STAGE) installed .ci/installed $(BUILD)/installed $(ARTIFACT)
	@sha256sum $(ARTIFACT)

ee-check: build ## the execution environment's definition: what ansible-builder finds, installed in an empty environment and used (not in CI)
	@.ci/venv $(BUILD)/venv-release tests/requirements.release.txt
	@$(STAGE) ee-check env RELEASE=$(CURDIR)/$(BUILD)/venv-release/bin .ci/installed $(BUILD)/ee $(ARTIFACT) docs/execution-environment-example.yml

.PHONY: lab-build lab-up lab-delay lab-down
lab-build: venv ## build the lab's programs and images into ~/.cache/multiregion-istio (10 to 20 minutes once); OLD_KUBERNETES=1: those of 1.24 too
	@python -m tests.lab.parts

lab-up: venv ## start the lab; CLUSTERS="api-1 api-2" names its clusters (old-1: an API server of Kubernetes 1.24), CLUSTERS=20 makes so many API servers without nodes
	@python -m tests.lab up $(if $(filter $(shell seq 99),$(CLUSTERS)),--control-planes) $(CLUSTERS)

lab-delay: venv ## let packets between two regions of the lab take MS=80 milliseconds there and back; MS=0 ends that
	@python -m tests.lab delay $(MS)

lab-down: venv ## end the lab and remove all that it made on this machine
	@python -m tests.lab down

.PHONY: lab-check
lab-check: lab-build ## that lab-down leaves nothing, also after crashes and kills (in a sandbox, about 3 minutes)
	@$(STAGE) lab-check python -m tests.lab.check_down

.PHONY: demo
demo: build ## the lab, one mesh over its three clusters, and proof of it in .lab/demo.json; MODE=gateway (on a fresh lab) for one over gateways
	@$(MAKE) lab-up CLUSTERS=
	@$(STAGE) demo python -m tests.lab.demo $(MODE)

.PHONY: failover
failover: build ## failover.yml on the demo's mesh, with and without delay: .lab/failover.json (20 minutes); LENGTH=short for 5
	@$(MAKE) lab-up CLUSTERS=
	@$(STAGE) failover python -m tests.lab.failover $(LENGTH)

# What takes too long for CI
DAY_TWO := $(addprefix tests/playbooks/test_,06_killed_istiod.py 13_own_authority.py 13_rotated_authority.py 13_upgraded_injector.py \
	14_operator.py 16_upgraded.py 17_made_by_istioctl.py)
SCENARIOS := tests/playbooks $(DAY_TWO:%=--ignore=%)

.PHONY: scenarios day-two
scenarios: build ## playbooks on a fresh lab: killed, refused, interrupted, undone (about 30 minutes); PYTEST="..." is for pytest
	@$(MAKE) lab-down && $(MAKE) lab-up CLUSTERS=
	@$(STAGE) scenarios pytest --junitxml=$(BUILD)/scenarios.xml -vv --tb=short --durations=10 $(or $(PYTEST),$(SCENARIOS))

day-two: ## more scenarios: a killed istiod, upgrades, a rotated root, an authority of one's own, operators, a mesh by istioctl (not in CI; about 45 minutes); OLDER_ISTIO=1: from an Istio of the minor version before
	@$(MAKE) scenarios PYTEST="$(DAY_TWO)"

# A scenario finds what those before it have made.
MOLECULE := network_prerequisites certificate_authority mesh_preflight helm_release primary_istio mesh_injection mesh_gateway service_address \
	foreign remote_cluster mesh_verification failover_policy failover mesh_upgrade alternative ca_rotation

.PHONY: molecule molecule-smoke
molecule: build ## each role by itself, on a fresh lab: made, made again, in check mode, looked at (not in CI); SCENARIO="..." chooses
	@$(MAKE) lab-down && $(MAKE) lab-up  # which the scenario `default` would do without a word
	@rm -rf $(BUILD)/molecule  # what molecule takes for made
	@touch --reference=galaxy.yml extensions/molecule/*/molecule.yml  # or it takes them for changed meanwhile, as they share its notes
	@MOLECULE_EPHEMERAL_DIRECTORY=$(CURDIR)/$(BUILD)/molecule $(STAGE) molecule molecule test $(addprefix --scenario-name=,$(or $(SCENARIO),$(MOLECULE)))

molecule-smoke: ## one role, and a playbook of somebody else's that uses several
	@$(MAKE) molecule SCENARIO="primary_istio foreign" CLUSTERS="cn-beijing-1 ap-southeast-1"

.PHONY: report-check
report-check: build ## the report in headless Chromium, narrow and wide, light and dark; pictures in .build/report (Debian's chromium)
	@$(STAGE) report-check pytest --junitxml=$(BUILD)/report-check.xml $(or $(PYTEST),tests/report)

.PHONY: integration
integration: build ## modules on real API servers: ansible-test integration, two targets at a time; TARGETS="..." chooses, COVERAGE=1 is for make coverage; OLD_KUBERNETES=1: also on Kubernetes 1.24 (not in CI)
	@$(MAKE) lab-up CLUSTERS="api-1 api-2 api-3 api-4 $(if $(OLD_KUBERNETES),old-1)"
	@$(STAGE) integration .ci/integration $(COLLECTIONS) $(CURDIR)/.lab/kubeconfigs $(TARGETS)

.PHONY: test-faults smoke-faults
test-faults: build ## joins and leaves killed at every write, API servers killed, slow, broken (not in CI); SEED=... draws the same again
	@$(MAKE) lab-up CLUSTERS="api-1 api-2 api-3 api-4"
	@$(STAGE) test-faults .ci/faults

smoke-faults: build ## a few cases of test-faults, drawn by chance; SEED=... draws the same again (CI: 1)
	@$(MAKE) lab-up CLUSTERS="api-1 api-2 api-3 api-4"
	@$(STAGE) smoke-faults env FEW=1 .ci/faults

.PHONY: test parts on-the-lab apart
test: ## what CI runs: check beside lab-build, report-check, demo, failover, then at once scenarios and smoke-faults and, apart, integration, molecule-smoke and lab-check
	@rm -f $(BUILD)/stages $(BUILD)/*.xml
	@trap '$(MAKE) lab-down' EXIT; $(MAKE) --keep-going --jobs=3 --output-sync check parts && $(MAKE) report-check && $(MAKE) demo && $(MAKE) failover LENGTH=short && $(MAKE) --keep-going --jobs=2 on-the-lab apart

parts: venv  # in the pauses of the checks, and with a line now and then
	@nice $(MAKE) --output-sync=none lab-build

on-the-lab: build
	@$(MAKE) --jobs=1 scenarios lab-down smoke-faults SEED=$(or $(SEED),1)

# What shares no cluster with those, on a lab of its own, while they have the machine's.
apart: build
	@directory=$$(mktemp --directory /var/tmp/mrlab-apart-XXXXXX); trap 'rm -r "$$directory"' EXIT; \
		tests/lab/sandbox.sh "$$directory" $(MAKE) --jobs=1 integration molecule-smoke && $(MAKE) lab-check

.PHONY: bench
bench: build ## speed and scale beside what people use today: .lab/bench.json, docs/performance.md (not in CI; 45 to 90 minutes); ROOMS="join site" chooses
	@$(STAGE) bench python -m tests.bench $(ROOMS)

.PHONY: clean
clean: ## remove what make wrote here (the shared cache stays: rm -r ~/.cache/multiregion-istio)
	@rm -rf $(BUILD) .ansible .mypy_cache .pytest_cache .ruff_cache multiregion-istio-*.tar.gz

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand --tabs=14
