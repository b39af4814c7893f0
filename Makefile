# Every target sets up what it needs: a virtual environment in .venv with fixed versions.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
TRAINS := .venv/trains

.DEFAULT_GOAL := help
.PHONY: help setup demo test studio lint protos bench docs lock clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(READY)  ## make .venv and compile the kernels

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)' 2>/dev/null || { \
	  echo "IEA needs Python 3.11 or newer with venv: on Debian, apt-get install python3-venv." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local,test]'
	$(BIN)/python -m iea.warm
	@touch $@

$(TRAINS): $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train]'
	@touch $@

demo: $(READY)  ## edit a real photo by a short conversation, and prove the result
	@$(BIN)/python -m examples.demo

test: lint  ## check style and types, then run all tests
	@$(BIN)/python -m pytest -q

studio: $(READY)  ## open the web page on http://127.0.0.1:8080
	@$(BIN)/iea studio

lint: $(TRAINS)  ## check style, types and contracts
	@$(BIN)/ruff format --quiet --check . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@cd protos && ../$(BIN)/buf lint

protos: $(READY)  ## generate iea/v1 from protos/
	@$(BIN)/python -m grpc_tools.protoc -I protos --python_out=. --pyi_out=. --grpc_python_out=. \
	  $$(ls protos/iea/v1/*.proto)

bench: $(READY)  ## measure side by side with peers; tables go to benchmarks/results
	@$(BIN)/python -m benchmarks

docs: $(READY)  ## write the reference of the tools, with its pictures
	@$(BIN)/python -m docs.reference

lock: $(READY)  ## write constraints.txt from what is installed
	@{ echo '# Written by make lock. torch is for the train extra: a build for the CPU.'; \
	  $(BIN)/pip freeze --exclude-editable --exclude torch; echo 'torch==2.13.0'; } > constraints.txt

clean:  ## remove what was made, but not .venv
	@rm -rf out .mypy_cache .pytest_cache .ruff_cache
