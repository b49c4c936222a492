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

if ! command -v bwrap >/dev/null 2>&1 || ! command -v socat >/dev/null 2>&1; then
  as_root=none
  if [ "$(id -u)" = 0 ]; then as_root=
  elif command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; then as_root='sudo -n'; fi
  if [ "$as_root" != none ] && command -v apt-get >/dev/null 2>&1; then
    echo "autoland: installing bubblewrap and socat (apt-get)" >&2
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends bubblewrap socat; } >/dev/null 2>&1 ||
      echo "autoland: could not install the sandbox; run as root: apt-get install -y bubblewrap socat" >&2
  else
    echo "autoland: the sandbox is missing; run as root: apt-get install -y bubblewrap socat" >&2
  fi
fi

command -v bwrap >/dev/null 2>&1 && command -v socat >/dev/null 2>&1 || exit 1
