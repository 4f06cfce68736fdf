# Each target makes .venv when it is missing. `make report` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CUSTOMERS ?= 8000
JOBS ?= 2
export PYTHONUTF8 := 1
# Compiled once, not by each of the processes that notebooks run in.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: report test slow check format lab words clean
report: $(READY) data/demo/export/truth.json
	@echo "Making the reports of the demo shop and of CDNOW (a few minutes) ..."
	$(BIN)/crm run demo cdnow

test: $(READY)
	@echo "Running the tests (about ten minutes) ..."
	$(BIN)/python -m pytest -n $(JOBS) --dist loadscope

slow: $(READY)
	$(BIN)/python -m pytest -m slow --durations=10

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lab: $(READY) data/demo/export/truth.json
	$(BIN)/crm lab demo

words: $(READY)
	$(BIN)/python -m crmlib.catalogue

data/demo/export/truth.json: $(wildcard crmlib/demo/*.py) | $(READY)
	@echo "Writing the demo shop's exports ..."
	$(BIN)/python -m crmlib.demo data/demo/export --customers $(CUSTOMERS)

$(READY): pyproject.toml
	@echo "Making the virtual environment $(VENV) ..."
	$(PYTHON) -m venv $(VENV)
	@echo "Installing the libraries (a few minutes; pip may warn, which does no harm) ..."
	$(BIN)/pip install --quiet --editable ".[excel,pdf,slides,sql,voila,examples,test]"
	touch $@

clean:
	rm -rf $(VENV) reports data/demo build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
