#!/bin/sh
# Sets the checkout up, then runs one of its sources with the pinned Node, in the caller's directory.
# Usage: scripts/run.sh SOURCE [ARGS...]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/setup.sh"
node=$root/node_modules/.bin/node
[ -x "$node" ] || node=node
export NODE_USE_SYSTEM_CA=1
# Compiled once, starts take a third of the time. In the checkout: who can write there could change the sources as well.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$root/node_modules/.cache/autoland}"
source=$1
shift
cd "${INIT_CWD:-$PWD}"
exec "$node" "$root/$source" "$@"
