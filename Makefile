PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: install demo test fuzz faults check format bench lock sounds train clean

install: $(VENV)/.installed-run

demo: install
	$(BIN)/anju demo

# Four processes on any machine: most of the suite is waiting for real programs. They inherit no -P, hence the variable.
test: $(VENV)/.installed-dev
	PYTHONSAFEPATH=1 $(BIN)/python -P -m pytest --numprocesses 4 --dist worksteal

# A million inputs, shared among all decoders; INPUTS=… for another number. A short round is part of `make test`.
# Atheris guides it where there is a wheel of it; elsewhere the suite's own engine does, and says so.
fuzz: $(VENV)/.installed-dev
	$(BIN)/python -P -m tests.fuzz --inputs $(or $(INPUTS),1000000)

# Every fault with outages of a minute, and the table of docs/reliability.md; hours with many seeds. What is done is
# kept in faults.jsonl and not done again; JOBS=… for how many houses at a time.
faults: $(VENV)/.installed-dev
	$(BIN)/python -P -m tests.faults --seeds $(or $(SEEDS),1) --jobs $(or $(JOBS),4)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev
	$(BIN)/python -P -m benchmarks

# Needs Chromium and its driver.
pictures: $(VENV)/.installed-dev
	$(BIN)/python -P docs/make_pictures.py

# Needs uv; run after a change of the dependencies in pyproject.toml.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements-build.in \
	    -o requirements-build.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements-fuzz.in \
	    -o requirements-fuzz.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra train \
	    -c requirements.txt pyproject.toml -o requirements-train.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra dev --extra train \
	    -c requirements-train.txt pyproject.toml -o requirements-dev.txt

# Needs espeak-ng and sox; run after a change of gateway/announce/words.py.
sounds: $(VENV)/.installed-run
	$(BIN)/python -P -m gateway.announce.recording

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Compiled once: else every start of a user who may not write here compiles anew.
$(VENV)/.installed-run: requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-build.txt -r requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	$(BIN)/python -P -m compileall -q drivers models gateway callcentre simulator
	touch $@

# What training a model needs; `anju-models train` asks for it. No gateway has it.
train: $(VENV)/.installed-run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-train.txt

# Atheris has wheels for some machines only: without it the suite skips its test and `make fuzz` guides itself.
$(VENV)/.installed-dev: requirements-dev.txt requirements-fuzz.txt $(VENV)/.installed-run
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	-$(BIN)/pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-fuzz.txt
	touch $@
