# `make demo` shows what this is; `make test` runs every check. Both set up what they need in .venv.
# PYTHON=/path/to/python3 chooses the interpreter (3.11 or later), MULTILATERAL_CHROMIUM=/path/to/chromium the browser.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/multilateral --store demo/store

.PHONY: demo test lint types docs bench clean

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $(PYTHON) is older. Run make PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Making a virtual environment in $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'

$(VENV)/core: $(BIN)/python pyproject.toml
	@echo "Installing multilateral and what it needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev: $(VENV)/core
	@echo "Installing what the tests need into $(VENV): pytest, hypothesis, playwright, pyshacl, pandas, mypy, ruff ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

demo: $(VENV)/core
	@mkdir -p demo
	@echo; echo "== Load the facts of five UN documents"
	@$(RUN) load five-documents
	@echo; echo "== With which partners does UNICRI cooperate?"
	@$(RUN) query partners-of -p org=UNICRI
	@echo; echo "== What does the European Union fund?"
	@$(RUN) query funded-by -p funder="European Union"
	@echo; echo "== How does the OIE hang together with UNICRI?"
	@$(RUN) explain OIE UNICRI
	@echo; echo "== A map of everything"
	@$(RUN) map --title "Cooperation in five UN documents" -o demo/map.html

test: lint types
	@$(BIN)/python tests/browser.py
	@$(BIN)/python -m pytest

lint: $(VENV)/dev
	@echo "ruff ..."
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .

# The root of the repository is the package, whatever the folder is called: a link gives it its name.
types: $(VENV)/dev
	@echo "mypy --strict ..."
	@mkdir -p .tools/typing && ln -sfn ../.. .tools/typing/multilateral
	@cd .tools/typing && ../../$(BIN)/mypy --config-file ../../pyproject.toml -p multilateral

# Everything in docs/ that is made from the code.
docs: $(VENV)/dev
	@$(BIN)/python docs/generate.py

bench: $(VENV)/dev
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean:
	rm -rf $(VENV) .tools demo build *.egg-info
