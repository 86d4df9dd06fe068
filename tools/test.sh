#!/usr/bin/env bash
# Everything that must hold, in parts that are named and timed. `test.sh check`: only the checks that run no test.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/machine.sh
bash tools/setup.sh test
export QORGAN_DATA=${QORGAN_TEST_DATA:-$PWD/var/test}
mkdir -p "$QORGAN_DATA"
unset QORGAN_DATABASE || true
bin=.venv/bin
failed=()
part() { # part NAME COMMAND...
  local name=$1 began=$SECONDS; shift
  say "$name"
  if "$@"; then say "$name: holds ($((SECONDS - began)) s)"; else failed+=("$name"); say "$name: DOES NOT HOLD ($((SECONDS - began)) s)"; fi
}
part "ruff" $bin/ruff check src tests benchmarks tools
part "import order of the rooms" $bin/lint-imports --no-cache
part "types (mypy strict)" $bin/mypy --no-error-summary
part "translations complete" $bin/python tools/messages.py check
part "migrations match the models" $bin/python -m django makemigrations --check --dry-run --settings qorgan.web.settings
if [ "${1:-}" != check ]; then
  part "unit tests, SQLite" $bin/pytest -q -n 2
  if postgresql=$(bash tools/postgresql.sh start); then
    part "unit tests and pages, PostgreSQL" env QORGAN_DATABASE="$postgresql" $bin/pytest -q -n 2 -m "postgresql or (database and not browser and not slow and not work)" src
    bash tools/postgresql.sh stop
  else
    say "SKIPPED: unit tests on PostgreSQL"
  fi
  part "pages and tests at work (media, sockets, processes killed at each durable step, attacks), SQLite" $bin/pytest -q -n 3 -m "slow or work or pages"
  if need_debian /usr/bin/chromium-headless-shell chromium-headless-shell || need_debian /usr/bin/chromium chromium; then
    need_debian /usr/bin/faketime faketime || say "without faketime the three years until a destruction act are not played"
    part "browser tests" $bin/pytest -q -n 3 --dist loadgroup --no-loadscope-reorder -m browser
  else
    say "SKIPPED: browser tests"
  fi
fi
if [ ${#failed[@]} -gt 0 ]; then say "does not hold: ${failed[*]}"; exit 1; fi
say "everything holds ($SECONDS s)"
