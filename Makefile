# Needs Python 3.11 or later and make, nothing else.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Written last, so that an environment without it is half made, and is made again.
INSTALLED := .venv/.installed
TOOLS := .venv/.tools
# If it is set, each of the many processes that tests start compiles all that it imports.
export PYTHONDONTWRITEBYTECODE =
# Two more than there are processors, since many tests wait.
WORKERS := $(shell expr `getconf _NPROCESSORS_ONLN` + 2)
POLICY_INSTALLED := policy/.venv/.installed

# So is one whose Python is gone, or is not the one that `make PYTHON=…` asks for.
ASKED := $(if $(filter file,$(origin PYTHON)),$(BIN)/python,$(PYTHON))
$(shell test -e $(INSTALLED) && { $(BIN)/python -c pass 2>/dev/null && \
	test "`$(BIN)/python -VV`" = "`$(ASKED) -VV`" || rm -f $(INSTALLED); })

# Large downloads are shown, the long list of what was installed is not.
PIP_INSTALL = $(BIN)/uv pip install --python $(1)/bin/python
QUIETLY = 2>&1 | sed '/^ [-+~] /d'

LAMBDA_EXCLUDES := aiohappyeyeballs aiohttp aiohttp-retry aiosignal attrs boto3 botocore frozenlist \
	multidict propcache python-dateutil s3transfer six yarl

# What a deployment from GitHub installs: gathered in one job, installed in another.
WHEELS := build/wheels
# What is published.
PACKAGES := build/packages

.PHONY: help demo up down bench test test-all lint format lock install policy wheels packages install-wheels clean

help:  ## Show what there is
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: install  ## Deploy to the emulators, transfer, exit
	@$(BIN)/python -m local demo

up: install  ## Deploy to the emulators and keep them running
	@$(BIN)/python -m local up

down:  ## Stop what `python -m local up -d` started
	@$(BIN)/python -m local down

bench: install  ## Count a transfer's calls and round trips, measure the functions
	@$(BIN)/python -m local.bench

test: $(TOOLS) policy  ## Run every test; those on a Pulumi engine need the Pulumi CLI
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

# Spread by case, since one file would keep one process busy.
test-all: $(TOOLS) policy  ## Run every case of the tests of which `make test` runs a sample
	@sampled=`grep -lrE --include='test_*.py' 'tests\.sampling|mark\.sampled' $(or $(TESTS),tests twilio-emulator/tests)`; \
		test -z "$$sampled" || FULL_MATRIX=1 $(BIN)/python -m pytest -n `getconf _NPROCESSORS_ONLN` $$sampled

lint: $(TOOLS)  ## Check style, types, imports, GitHub's workflows, words and sentences
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=.:functions:infra:policy:pulumi-twilio:twilio-emulator:twilio-emulator/tests $(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet --strict-collection .github
	@git grep --no-index --exclude-standard -nwiE -f .avoided-words -- ':!.avoided-words'; \
		test $$? = 1 || { echo "Words of .avoided-words are used, or git is missing" >&2; exit 1; }
	@$(BIN)/python .ci/prose.py

format: $(TOOLS)  ## Format the code, fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

install: $(INSTALLED)  ## Make the virtual environment in .venv

$(INSTALLED): requirements.txt twilio-emulator/pyproject.toml $(shell find pulumi-twilio -name '*.py' -o -name '*.json' -o -name '*.toml')
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "flex-chat-transfer needs Python 3.11 or later, this is %s; try make PYTHON=python3.12" % sys.version.split()[0])'
	@test -e $@ || { echo "Making the virtual environment in .venv" && $(PYTHON) -m venv --clear .venv; }
	@rm -f $@
	@echo "Installing requirements.txt"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(grep -o '^uv==[0-9.]*' requirements.txt)
	@{ $(call PIP_INSTALL,.venv) --reinstall-package pulumi-twilio --requirements requirements.txt && touch $@; } $(QUIETLY)
	@test -e $@

# What tests and `make lint` need as well.
$(TOOLS): $(INSTALLED) requirements-dev.txt requirements-stubs.txt
	@rm -f $@ $(INSTALLED)
	@echo "Installing requirements-dev.txt"
	@{ $(call PIP_INSTALL,.venv) --requirements requirements-dev.txt && touch $(INSTALLED); } $(QUIETLY)
	@test -e $(INSTALLED)
	@$(call PIP_INSTALL,.venv) --quiet --target .venv/stubs --no-deps --requirements requirements-stubs.txt
	@touch $@

policy: $(POLICY_INSTALLED)  ## Make the policy pack's own virtual environment

$(POLICY_INSTALLED): policy/requirements.txt $(INSTALLED)
	@test -e $@ && test "`policy/.venv/bin/python -VV`" = "`$(BIN)/python -VV`" || $(BIN)/python -m venv --clear policy/.venv
	@rm -f $@
	@$(call PIP_INSTALL,policy/.venv) --quiet --require-hashes --requirements policy/requirements.txt
	@touch $@

wheels:  ## Gather what deploying needs: wheels that are pinned by hash, and pulumi-twilio's, built here
	rm -rf $(WHEELS)
	$(PYTHON) -m pip --quiet download --dest $(WHEELS) --require-hashes --only-binary :all: --requirement infra/requirements.txt
	$(PYTHON) -m pip --quiet download --dest $(WHEELS) --require-hashes --only-binary :all: --requirement policy/requirements.txt
	$(PYTHON) -m venv --clear build/venv
	build/venv/bin/pip --quiet install --no-index --find-links $(WHEELS) $$(grep -oE '^(setuptools|hatchling)==[0-9.]*' infra/requirements.txt)
	build/venv/bin/pip --quiet wheel --no-index --no-build-isolation --no-deps --wheel-dir $(WHEELS) ./pulumi-twilio

# Their dates are the commit's, so that the same commit gives the same bytes.
packages: $(INSTALLED)  ## Build the wheels of the packages that are published
	@rm -rf $(PACKAGES)
	@export SOURCE_DATE_EPOCH=`git log -1 --format=%ct` && umask 022 && for folder in . pulumi-twilio twilio-emulator; do \
		$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir $(PACKAGES) $$folder || exit 1; done

install-wheels:  ## Install them, and nothing from elsewhere: no code of a package runs
	$(PYTHON) -m venv .venv
	$(BIN)/pip --quiet install --no-index --find-links $(WHEELS) --require-hashes --only-binary :all: --requirement infra/requirements.txt
	$(BIN)/pip --quiet install --no-index --find-links $(WHEELS) --no-deps --only-binary :all: pulumi-twilio
	$(PYTHON) -m venv policy/.venv
	policy/.venv/bin/pip --quiet install --no-index --find-links $(WHEELS) --require-hashes --only-binary :all: --requirement policy/requirements.txt

lock: $(INSTALLED)  ## Pin what each requirements.in names in its requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate \
		$(addprefix --no-emit-package ,$(LAMBDA_EXCLUDES)) functions/requirements.in --output-file functions/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--constraint functions/requirements.txt infra/requirements.in pulumi-twilio/pyproject.toml \
		--output-file infra/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		requirements-dev.in --output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		policy/requirements.in --output-file policy/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		.github/audit/requirements.in --output-file .github/audit/requirements.txt

clean:  ## Delete what was installed and built
	rm -rf .venv policy/.venv build
