# On a fresh machine with Python and make: `make demo` runs the main job, `make test` proves the project.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo dropin test test-thorough mutants accuracy lint docs pictures \
	bench bench-native bench-ops bench-transforms bench-training bench-book bench-peers clean

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

demo: $(VENV)/.installed
	$(BIN)/python examples/spiral.py

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n 2

test-thorough: $(VENV)/.installed
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -n 2

dropin: $(VENV)/.installed
	$(BIN)/python tests/dropin/run.py

mutants: $(VENV)/.installed
	$(BIN)/python tests/mutants.py

accuracy: $(VENV)/.installed
	$(BIN)/python tests/compiler/native/accuracy.py

docs: $(VENV)/.installed
	$(BIN)/python -c "from autograd.coverage import markdown; open('docs/ops.md', 'w').write(markdown())"

pictures: $(VENV)/.installed
	for name in optimizers digits sine ode logistic; do \
	  $(BIN)/python examples/$$name.py --out docs && mv docs/$$name.png docs/examples-$$name.png || exit 1; done

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

bench-native: $(VENV)/.installed
	$(BIN)/python -m benchmarks.native

bench-ops: $(VENV)/.installed
	$(BIN)/python -m benchmarks.ops

bench-transforms: $(VENV)/.installed
	$(BIN)/python -m benchmarks.transforms

bench-training: $(VENV)/.installed
	$(BIN)/python -m benchmarks.training

bench-book: $(VENV)/.installed
	$(BIN)/python -m benchmarks.book

bench-peers: $(VENV)/.installed
	$(BIN)/python -m benchmarks.peers

clean:
	rm -rf $(VENV) .venv-peers build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
