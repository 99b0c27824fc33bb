BIN ?= .venv/bin

.PHONY: setup check format test picture

setup:
	python3 -m venv .venv
	$(BIN)/pip install -e '.[cpu,dev]'

check:
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/python -m pytest

format:
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

test:
	$(BIN)/python -m pytest

# terminal.svg of the README, from a real run; needs tmux and the starter model.
picture:
	$(BIN)/python -m tests.quality.picture
