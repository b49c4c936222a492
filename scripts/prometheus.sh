#!/bin/sh
# Debian's Prometheus for the tests, unpacked and not installed: no daemon starts, and nothing outside node_modules changes.
# Safe to run at any time; a machine without it skips those tests.
set -eu
cd "$(dirname "$0")/.."

command -v prometheus >/dev/null 2>&1 && exit 0
dir=node_modules/.autoland-prometheus
[ ! -x "$dir/usr/bin/prometheus" ] || exit 0
# Tried once: delete the directory to try again.
[ ! -d "$dir" ] || exit 0
mkdir -p "$dir"
command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || exit 0

echo "autoland: fetching prometheus for the tests (apt-get download)" >&2
cd "$dir"
get() { timeout 120 apt-get download -qq prometheus >/dev/null 2>&1; }
get || {
  if [ "$(id -u)" = 0 ]; then timeout 120 apt-get update -qq >/dev/null 2>&1 || true; fi
  get || { echo "autoland: prometheus could not be fetched; install it for its tests: apt-get install prometheus" >&2; exit 0; }
}
dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/prometheus
rm -f prometheus_*.deb
