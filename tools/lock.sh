#!/usr/bin/env bash
# Writes the hash-locked requirement files; they name no index address.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/machine.sh
compile() { .venv/bin/uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 --custom-compile-command "make lock" "$@"; }
say "locking dock, run, build, test, footage, bench"
compile requirements/dock.in -o requirements/dock.txt
compile requirements/run.in -c requirements/dock.txt -o requirements/run.txt
compile requirements/test.in -c requirements/run.txt -o requirements/test.txt
compile requirements/build.in -c requirements/test.txt -o requirements/build.txt
compile --no-deps requirements/footage.in -o requirements/footage.txt
compile requirements/bench.in -o requirements/bench.txt
