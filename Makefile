# One environment in .venv serves everything; it is made again when pyproject.toml changes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check format bench soak clean

demo: .venv/ready
	$(BIN)/burnish demo

test: check
	$(BIN)/pytest -q -n auto

check: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/reference.py --check

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python docs/reference.py

bench: .venv/ready
	$(BIN)/python benchmarks/run.py $(ROWS)

soak: .venv/ready
	BURNISH_SOAK=1 $(BIN)/pytest -q -n auto

clean:
	rm -rf .venv build dist *.egg-info

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@
