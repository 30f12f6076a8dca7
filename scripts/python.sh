#!/bin/sh
# Print a Python 3.11+ that can make a virtual environment, or say in a sentence what is missing.
# PYTHON=/path/to/python chooses one.
set -eu

usable() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13 python3.14 python3 python; do
    path=$(command -v "$candidate" 2>/dev/null) || continue
    usable "$path" || continue
    if "$path" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        printf '%s\n' "$path"
        exit 0
    fi
    lame=$path
done

if [ -n "${lame:-}" ]; then
    echo "Liancheng: $lame cannot make virtual environments; install its venv module (Debian: apt install python3-venv)." >&2
    echo "联惩：$lame 不能建立虚拟环境，请安装 venv 模块（Debian:apt install python3-venv）。" >&2
else
    echo "Liancheng needs Python 3.11 or newer; none was found. Set PYTHON=/path/to/python3.11 if it is not on the PATH." >&2
    echo "联惩需要 Python 3.11 或更高版本，未找到。若不在 PATH 中，请设置 PYTHON=/路径/python3.11。" >&2
fi
exit 3
