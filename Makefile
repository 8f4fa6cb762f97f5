# Two commands on a fresh machine: make demo, make test. Everything else builds on .venv.
PYTHON ?= python3
EXTRAS ?= dev
BIN := .venv/bin
STAMP := .venv/.installed
DEMO := .youju/demo
EVAL := .youju/eval
TRAIN := .youju/train
# Folders of the development sets that the reader learns from: make train DATA=PATH
DATA ?= ../shared/data
STEPS ?= 1600
FILES ?= 10000
HOLD ?= 0
# One numeric, one across scripts (the article is Traditional), one that the articles do not answer.
DEMO_QUESTIONS := "合肥到2027年要有多少家量子企业？" "江苏2030年未来产业的规模目标是多少？" "苏州2035年的未来产业产值目标是多少？"

.PHONY: install demo test eval check train fuzz fuzz-api serve bench bench-size bench-chat bench-load screenshots clean
install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	touch $@

demo: install  ## index articles/ and answer three questions
	$(BIN)/youju index articles --delete-missing --home $(DEMO)
	@for question in $(DEMO_QUESTIONS); do \
	  printf '\n——— %s\n' "$$question"; $(BIN)/youju ask "$$question" --home $(DEMO) || exit 1; done

test: install
	$(BIN)/pytest -n 2 --dist loadfile

eval: install  ## our own question set; fails when a figure falls below what is committed
	$(BIN)/youju index articles --delete-missing --home $(EVAL)
	$(BIN)/youju eval eval/sets/samples --home $(EVAL) --expect eval/sets/samples/expected.json

check: install  ## format, lint, types, layers, known vulnerabilities, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	.ci/audit $(BIN)
	$(MAKE) test

train: install  ## the reader's weights, from the sets in DATA: hours; goes on where it was stopped
	$(BIN)/python -c 'import torch' || $(BIN)/pip install --quiet -c constraints.txt -e '.[dev,sentence-transformers]'
	test -e $(TRAIN)/examples/cmrc.jsonl || $(BIN)/python -m training.mine $(DATA)/crud $(DATA)/drcd $(DATA)/cmrc --home $(TRAIN) --out $(TRAIN)/examples
	test -e $(TRAIN)/claims.jsonl || $(BIN)/python -m training.claims $(TRAIN)/examples/*.jsonl --citecheck $(DATA)/citecheck/statements.jsonl --out $(TRAIN)/claims.jsonl
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python -m training.train $(TRAIN)/examples/*.jsonl --claims $(TRAIN)/claims.jsonl --steps $(STEPS) --out $(TRAIN)/run
	$(BIN)/python -m training.temperatures $(TRAIN)/run/reader.npz $(TRAIN)/examples/*.jsonl --claims $(TRAIN)/claims.jsonl --out qa/reading/reader.npz --picture docs/reader-reliability.svg
	cp $(TRAIN)/run/log.jsonl training/log.jsonl

fuzz-api: install  ## thousands of requests made from /openapi.json, right and wrong ones
	cd tests && PYTHONPATH=.. ../$(BIN)/python fuzz_api.py

serve: install
	$(BIN)/youju serve

bench: install  ## speed, as ratios against named alternatives in the same run
	$(BIN)/python -m eval.bench
	$(BIN)/python -m eval.bench_size

bench-size: install  ## the last table of bench for 10^6 sentences: some ten minutes, 5 GB in the temporary folder
	$(BIN)/python -m eval.bench_size 1000000

bench-chat: install  ## the chat in a browser: how long it takes, and 20 sessions at once for two minutes
	$(BIN)/python -m eval.bench_chat

bench-load: install  ## requests a second over HTTP at 1 to 128 clients, against a plain FastAPI; HOLD minutes at the rate that holds
	$(BIN)/python -m eval.bench_load --hold $(HOLD)

fuzz: install  ## FILES broken uploads to a server of its own: ten minutes of both cores for 10,000
	$(BIN)/python tests/fuzz_uploads.py --files $(FILES)

screenshots: install  ## the page's main states, light and dark, wide and on a phone, into .youju/screenshots
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf .venv .youju build *.egg-info
