#!/bin/sh
# Makes a fresh clone ready to run: dependencies, the pinned Node, the sandbox's system packages.
# Safe to run at any time; does nothing when nothing changed.
set -eu
cd "$(dirname "$0")/.."

# Behind a company's TLS proxy the pinned Node must trust what the machine trusts.
export NODE_USE_SYSTEM_CA=1

need() {
  command -v "$1" >/dev/null 2>&1 || { echo "autoland: needs $2; install it and run this again" >&2; exit 1; }
}
need git "git"
need node "Node.js 20 or later"
need npm "npm"

# The stamp lies inside node_modules, so deleting that directory is enough to start over.
stamp=node_modules/.autoland-setup
wanted=$(cksum package-lock.json)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  echo "autoland: installing dependencies (npm ci)" >&2
  npm ci --no-audit --no-fund --no-update-notifier --loglevel=error >&2
  printf '%s\n' "$wanted" >"$stamp"
fi

has() { command -v "$1" >/dev/null 2>&1; }

as_root=none
if [ "$(id -u)" = 0 ]; then as_root=
elif has sudo && sudo -n true >/dev/null 2>&1; then as_root='sudo -n'; fi
[ "$as_root" = none ] || has apt-get || as_root=none

updated=no
install() {
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  echo "autoland: installing $* (apt-get)" >&2
  { [ "$updated" = yes ] || $as_root apt-get update -qq; } >/dev/null 2>&1 || return 1
  updated=yes
  $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

if ! has bwrap || ! has socat; then
  if [ "$as_root" = none ]; then
    echo "autoland: the sandbox is missing; run as root: apt-get install -y bubblewrap socat" >&2
  else
    install bubblewrap socat ||
      echo "autoland: could not install the sandbox; run as root: apt-get install -y bubblewrap socat" >&2
  fi
fi

# Not needed to run: without it one guardrail is not asked. So it is tried once, and lacking is no failure.
tried=node_modules/.autoland-setup-strace
if ! has strace && [ ! -f "$tried" ]; then
  : >"$tried"
  { [ "$as_root" != none ] && install strace; } ||
    echo "autoland: strace is missing, so what tests ask of the kernel is not seen; run as root: apt-get install -y strace" >&2
fi

has bwrap && has socat || exit 1
