# Everything a person types here. `make` alone explains itself.
# The work is done by Python modules (infra/local, tests/suites.py); this file only names them.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup demo test check soak proof mutants up down status reset clean synth docs verify balances bench \
        unit properties shuffles functional adapters workflows contract infra e2e simulation browser tidy \
        token see click order refund forward mail trust-rates gallery

help: ## this list
	@echo "Goodword: referral and advocacy infrastructure in your own AWS account, and on this laptop."
	@echo
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  one suite alone: make unit, properties, shuffles, functional, adapters, workflows,"
	@echo "                   contract, infra, e2e, simulation, browser or tidy"
	@echo "  with a demo running: make see WHO=maya PAGE=/v1/me/rewards, make click, make order AMOUNT=49.00,"
	@echo "                   make refund ORDER=7001 AMOUNT=10.00, make forward DAYS=15, make mail, make token WHO=fatima"

trust-rates: setup ## what the checks hold of planted and of honest: make trust-rates SEED=7
	@$(RUN) -m tests.bench.trust_rates --seed '$(or $(SEED),1)' --orders $(or $(ORDERS),4000) --seeds $(or $(SEEDS),1)

setup: ## make .venv with what demo and test need (once; later it is a no-op)
	@$(PYTHON) infra/local/setup.py $(VENV)

demo: setup ## the whole story on this machine, with what happens told step by step
	@$(RUN) -m infra.local demo

test: setup ## every check and every suite, with coverage floors
	@$(RUN) -m tests.suites $(STRICT)

check: setup ## format, lint, types and house rules only (under a minute)
	@$(RUN) -m tests.suites --check

unit properties shuffles functional adapters workflows contract infra e2e simulation browser tidy: setup
	@$(RUN) -m tests.suites --only $@

proof: setup ## seeds, faults, duels, planted and random mistakes into docs/proof.md; SMALL=0.1 for a part
	@$(RUN) -m tests.simulation --proof --small $(or $(SMALL),1)

mutants: setup ## random one-line changes of the money's code, each of which must die: make mutants N=200 SEED=7 WRITE=1
	@$(RUN) -m tests.simulation $(or $(SEED),0) --mutants $(or $(N),200) $(if $(WRITE),--write)

soak: setup ## new examples for the properties, then seeds for long: make soak SECONDS=3600 FIRST=100000
	@$(RUN) -m pytest -q -p no:cacheprovider tests/properties
	@$(RUN) -m tests.simulation --soak $(or $(SECONDS),600) --first $(or $(FIRST),0)

up: setup ## start the stack and leave it running
	@$(RUN) -m infra.local up

down: ## end what `make up` started
	@test ! -x $(RUN) || $(RUN) -m infra.local down

status: ## what is running, and where
	@test ! -x $(RUN) || $(RUN) -m infra.local status

verify: setup ## take the journal of a running demo away and verify it, trusting its key alone
	@$(RUN) -m infra.local verify

balances: setup ## rebuild all balances and counts of a running demo from its journal; they must agree
	@$(RUN) -m infra.local balances $(if $(MEND),--mend)

token see click order refund forward mail: # a running demo; make see WHO=maya PAGE=/v1/me/rewards
	@$(RUN) -m infra.local $@ $(if $(WHO),--who $(WHO)) $(if $(PAGE),--page $(PAGE)) \
	    $(if $(AMOUNT),--amount $(AMOUNT)) $(if $(ORDER),--order $(ORDER)) \
	    $(if $(DAYS),--days $(DAYS))

bench: setup ## count and time what things cost, into docs/performance.md; ONLY=decision for one
	@$(RUN) -m tests.bench $(if $(ONLY),--only $(ONLY))

reset: ## end it and forget all local state
	@test ! -x $(RUN) || $(RUN) -m infra.local reset

synth: setup ## the CloudFormation template for the laptop, into .build/
	@$(RUN) -m infra.local synth

gallery: setup ## pictures of every page, in both sizes, into .build/gallery (from the demo, if one runs)
	@$(RUN) -m tests.browser.gallery

docs: setup ## write the generated pages of docs/ anew
	@$(RUN) -m tests.tidy.error_codes
	@$(RUN) -m goodword_aws.openapi > .openapi.new && mv .openapi.new docs/openapi.json
	@echo "wrote docs/openapi.json"
	@$(RUN) -m goodword_aws.schema > .schema.new && mv .schema.new docs/program.schema.json
	@echo "wrote docs/program.schema.json"

clean: reset ## reset, and delete what was built; .venv stays
	@rm -rf .build cdk.out .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
