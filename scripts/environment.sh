#!/bin/sh
# Make or renew .venv: `environment.sh run` for using the program, `environment.sh dev` with what the tests need.
# Packages come from the hashed lock files; the project itself is installed editable. A stamp remembers what was
# installed, so that a second `make` starts at once; an interrupted installation has no stamp and is done again.
set -eu
cd "$(dirname "$0")/.."
want=${1:-run}
case $want in
    run) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "usage: scripts/environment.sh run|dev" >&2; exit 2 ;;
esac
venv=.venv
python=$venv/bin/python

# Two makes at once take turns.
if command -v flock >/dev/null 2>&1; then
    exec 9<pyproject.toml
    flock 9
fi

# The folder is part of the stamp: a moved checkout has a .venv that points elsewhere.
stamp() {
    pwd
    "$python" -VV
    cat "$1" pyproject.toml | cksum
}

fresh() {
    [ -x "$python" ] && "$python" -c '' 2>/dev/null && [ -f "$venv/.stamp-$1" ] &&
        [ "$(stamp "$2")" = "$(cat "$venv/.stamp-$1")" ]
}

# Says so in one line when there is something to compile; a program that could not be compiled ahead still works.
warm() {
    "$python" -m matching.warm || echo "compiling failed; the first decision will try again" >&2
    exit 0
}

# What the tests need includes what the program needs.
fresh dev requirements-dev.lock && warm
fresh "$want" "$lock" && warm

base=$(sh scripts/python.sh)
if ! { [ -x "$python" ] && "$python" -c 'import pip' 2>/dev/null && [ "$(cat "$venv/.where" 2>/dev/null)" = "$(pwd)" ]; }; then
    echo "Making $venv with $base" >&2
    "$base" -m venv --clear "$venv"
    pwd >"$venv/.where"
fi
rm -f "$venv/.stamp-run" "$venv/.stamp-dev"
echo "Installing the pinned packages of $lock" >&2
"$python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" >&2
"$python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e . >&2
stamp "$lock" >"$venv/.stamp-$want"
warm
