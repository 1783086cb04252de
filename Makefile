# Everything a person types. `make help` lists it; CI runs `make check` and `make test`, and nothing else.
PYTHON ?= python3
PORT ?= 8000
SIZE ?= small
export PORT
export PYTHON

RUN := .venv/bin/python
MANAGE := $(RUN) manage.py
STAMP := .venv/.set-up

# What a production installation sets; these values open nothing.
PRODUCTION := DJANGO_SETTINGS_MODULE=backend.settings.production \
	SECRET_KEY=only-for-the-check-of-the-settings-0123456789-abcdefghijkl \
	FIELD_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= RECEIPT_KEY=only-for-the-check-of-the-settings \
	ALLOWED_HOSTS=feedback.example.org TRUSTED_PROXIES=1 FILES_ROOT=/nowhere \
	DATABASE_URL=postgres://app:password@127.0.0.1:1/none DATABASE_OWNER_URL= \
	EMAIL_HOST=mail.example.org DEFAULT_FROM_EMAIL=no-reply@example.org

.PHONY: help setup demo test coverage check prove bench
.DEFAULT_GOAL := help

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) ## make .venv from the locked requirements, and look for the system's libraries

$(STAMP): requirements-dev.txt .ci/set-up
	@.ci/set-up
	@touch $@

demo: setup ## start everything with demonstration data; PORT= and STATE= choose port and folder, Ctrl-C stops it
	@exec $(MANAGE) demo

test: setup ## run every test, in two halves at once
	@.ci/test

coverage: setup ## the same, and what of the code they run: 90 in a hundred lines and branches, or it fails
	@.ci/test --coverage

check: setup ## lint, types, walls between the rooms, migrations, production settings
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet backend cases feedback reports api_schema
	$(PRODUCTION) $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

prove: setup ## the long versions of the tests
	$(RUN) -m pytest -m prove

bench: setup ## measure; SIZE=full adds a million cases
	SIZE=$(SIZE) $(RUN) -m bench
