# Two commands on a fresh machine: make demo, make test. Everything else builds on .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: install demo test check serve bench clean
install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: install  ## index articles/ and answer three questions
	$(BIN)/python -m eval.demo

test: install
	$(BIN)/pytest

check: install  ## format, lint, types, layers, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

serve: install
	$(BIN)/youju serve

bench: install  ## speed, as ratios against named alternatives in the same run
	$(BIN)/python -m eval.bench

clean:
	rm -rf .venv .youju build *.egg-info
