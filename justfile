# The recipes that .ci/run calls; each also serves a person. `just` alone lists them.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

python := if os_family() == "windows" { "py" } else { "python3" }
bin := justfile_directory() / if os_family() == "windows" { ".venv/Scripts" } else { ".venv/bin" }

[private]
list:
    @just --list --unsorted

# make the environment in .venv from requirements.lock
setup:
    {{ python }} -m bench.start setup

# the main job on simulated instruments: order, run, verdict, seal, certificate, registry
demo *options:
    {{ python }} -m bench.start demo {{ options }}

# all tests, or those named
test *options:
    {{ python }} -m bench.start test {{ options }}

# style and form
lint: setup
    {{ bin }}/ruff check
    {{ bin }}/ruff format --check

# put the form right
format: setup
    {{ bin }}/ruff check --fix
    {{ bin }}/ruff format

# static types
types: setup
    {{ bin }}/mypy

# who may import whom
imports: setup
    {{ bin }}/lint-imports

# the examples in docstrings
docs: setup
    {{ bin }}/python -m pytest --doctest-modules -o python_files=none -p no:randomly --ignore-glob="*/migrations/*" --quiet bench drivers procedures results

# the wheel, into dist/
wheel: setup
    {{ bin }}/hatchling build --target wheel

# write requirements.lock anew from pyproject.toml (the only recipe that chooses versions)
lock: setup
    {{ bin }}/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra postgresql --extra signing --group dev --quiet --output-file requirements.lock pyproject.toml
    {{ bin }}/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --group pyproject.toml:foreign --constraint requirements.lock --quiet --output-file .ci/foreign.lock

# everything that must pass before a change is taken in
ci:
    bash .ci/run
