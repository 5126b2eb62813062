# Set-up and daily commands. `make lecture` and `make test` install what is missing by themselves.
#   make lecture                      the book, in _build/html/index.html
#   make lecture MODE=full DATA=openml

PYTHON ?= python3
DATA ?= auto
MODE ?= short
PYTHON313 ?= python3.13
export LECTURE_DATA := $(DATA)
export LECTURE_MODE := $(MODE)

VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

# The tests that need NumPy and Matplotlib only: those whose text names nothing else.
HEAVY := keras|tensorflow|sklearn|nbformat|publishing|LECTURE_|lecture\.(device|experiments|models|replicas|training|tuning)
QUICK = $(shell grep -LE "$(HEAVY)" tests/test_*.py)

.PHONY: help lecture slides check format test test-quick test-portable colab-test live bench notebooks clean

help:
	@echo "make lecture     install, run the notebooks, build the book (DATA=auto|system|openml|keras|sample|FOLDER, MODE=short|full)"
	@echo "make slides      a deck for each notebook, in _build/slides (DATA=, MODE= as above)"
	@echo "make live        JupyterLab on copies of the notebooks with blanks to type in (they are in live/)"
	@echo "make check       form, mistakes and types of the code, in seconds (make format puts the form right)"
	@echo "make test        all tests"
	@echo "make test-quick  the tests that need NumPy and Matplotlib only, in a few minutes"
	@echo "make test-portable  the tests of numbers, as other processors compute them (hours; SETTING=avx2 for one setting, TESTS=FILES)"
	@echo "make colab-test  the notebooks with Colab's versions, Python 3.13 (PYTHON313=...), about 3 GB"
	@echo "make bench       measure speed and memory beside the original lecture's functions and the peers"
	@echo "make notebooks   make the .ipynb files from their .py sources"
	@echo "make clean       remove what was built (and keep $(VENV))"

lecture: $(READY)
	@$(RUN) -m lecture book

slides: $(READY)
	@$(RUN) -m lecture slides

live: $(READY)
	@$(RUN) -m lecture live

check: $(READY)
	@$(RUN) -m ruff format --check
	@$(RUN) -m ruff check
	@$(RUN) -m ty check

format: $(READY)
	@$(RUN) -m ruff check --fix
	@$(RUN) -m ruff format

test: $(READY)
	@$(RUN) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder

test-quick: $(READY)
	@$(RUN) -m pytest -n auto $(QUICK)

test-portable: $(READY)
	@$(RUN) scripts/portable_test.py $(SETTING:%=--setting %) $(TESTS)

colab-test: $(READY)
	@$(RUN) scripts/colab_test.py --python $(PYTHON313)

bench: $(READY)
	@$(RUN) -m benchmarks

notebooks: $(READY)
	@$(RUN) -m lecture notebooks

clean:
	rm -rf _build build dist *.egg-info .pytest_cache .hypothesis

$(READY): requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit("Python 3.11, 3.12 or 3.13 is wanted, this is %d.%d: say which to use with make PYTHON=python3.12" % v)'
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python could not make $(VENV); on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV): about 3 GB, some minutes the first time."
	$(RUN) -m pip install --quiet --upgrade pip
	$(RUN) -m pip install -r requirements.txt -c constraints.txt
	@$(RUN) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "lecture-checkout.pth").write_text("$(CURDIR)\n")'
	@$(RUN) -m pip check
	@touch $(READY)
