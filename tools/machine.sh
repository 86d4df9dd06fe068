# Shared by setup and test: says what it does, installs Debian packages only as root, never asks.
say() { printf '\033[1m· %s\033[0m\n' "$*"; }

# need_debian COMMAND-OR-PATH PACKAGE...: 0 if present or installed, 1 (and a sentence) if not to be had here.
need_debian() {
  local probe=$1; shift
  if command -v "$probe" >/dev/null 2>&1 || [ -e "$probe" ]; then return 0; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing Debian packages: $*"
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"${said:=$(mktemp)}" 2>&1; then return 0; fi
    tail -n 5 "$said"
  fi
  say "MISSING: $* (as root: apt-get install $*)"
  return 1
}
