#!/usr/bin/env bash
# A throw-away PostgreSQL cluster on a socket and loopback, for the tests. `start` prints its address; `stop` removes it.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/machine.sh
mkdir -p var; remembered=$PWD/var/test-cluster
port=${QORGAN_TEST_PORT:-54399}
find_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
case ${1:-} in
  start)
    bin=$(find_bin)
    if [ ! -x "$bin/initdb" ]; then need_debian /usr/lib/postgresql/15/bin/initdb postgresql >&2 || exit 1; bin=$(find_bin); fi
    bash "$0" stop >/dev/null 2>&1 || true
    root=$(mktemp -d); echo "$root" > "$remembered"
    if [ "$(id -u)" = 0 ]; then chown postgres "$root"; fi
    cd "$root"
    as_owner "$bin/initdb" -D "$root/data" -U qorgan -A trust --locale=C.UTF-8 --encoding=UTF8 >"$root.log" 2>&1
    as_owner "$bin/pg_ctl" -D "$root/data" -w -l "$root/server.log" -o "-p $port -k $root -c listen_addresses=127.0.0.1 -c fsync=off" start >>"$root.log" 2>&1
    echo "postgresql://qorgan@127.0.0.1:$port/postgres"
    ;;
  stop)
    bin=$(find_bin)
    root=$(cat "$remembered" 2>/dev/null) || exit 0
    cd "$root" 2>/dev/null || exit 0
    as_owner "$bin/pg_ctl" -D "$root/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$root" "$root.log" "$remembered"
    ;;
  *) echo "postgresql.sh start|stop"; exit 2 ;;
esac
