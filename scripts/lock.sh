#!/bin/sh
# Resolve pyproject.toml for every platform and Python from 3.11 on, with hashes, into the two lock files.
# The build backend is locked too, so that installing the project itself downloads nothing unpinned.
set -eu
cd "$(dirname "$0")/.."
tools=.venv-lock
[ -x "$tools/bin/uv" ] || { "$(sh scripts/python.sh)" -m venv "$tools" && "$tools/bin/python" -m pip install --quiet "uv>=0.5,<1"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n 's/^requires = \["\(setuptools[^"]*\)"\]$/\1/p' pyproject.toml >"$work/build.in"
[ -s "$work/build.in" ] || { echo "the build requirement was not found in pyproject.toml" >&2; exit 3; }

resolve() {
    out=$1
    shift
    UV_CUSTOM_COMPILE_COMMAND="make lock" "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-annotate "$@" pyproject.toml "$work/build.in" -o "$out"
}

resolve requirements-dev.lock --extra dev
# The program runs on exactly what it was tested with.
resolve requirements.lock --constraint requirements-dev.lock
