import { FILTER_FD } from './arguments.ts';
import type { CgroupWrite } from './cgroup.ts';
import { type OpenDoor, REGISTRY_DOOR } from './doors.ts';
import type { Identity } from './identity.ts';

// Runs on the host, as autoland's user. Files that autoland's own starter left open would be open inside too; only
// bash can close those above 9. No core dumps: a handler of the host would be fed with them.
const ENTER = `for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  [ "$fd" -le "$1" ] || eval "exec $fd>&-"
done
shift
ulimit -c 0
[ "$1" = 0 ] || ulimit -f "$1" || exit 97
shift
while [ "$1" != -- ]; do
  { [ -d "$1" ] || mkdir -p "$1"; } && echo "$3" > "$1/$2" || exit 97
  shift 3
done
shift
exec "$@"`;

// Runs on the host, already unprivileged: a parent that died before the death signal was set would go unnoticed.
const GUARD = `[ -z "$KEEPER" ] || [ "$PPID" = "$KEEPER" ] || exit 96
unset KEEPER
exec ${FILTER_FD}<"$1" || exit 97
shift
exec "$@"`;

// The process that the spawner of a detached service gets. It outlives its spawner; nothing inside outlives it.
const KEEP = `trap '' HUP
KEEPER=$$ "$@" &
child=$!
exec 3<&-
trap 'kill -KILL "$child"' TERM INT
wait "$child"
exit $?`;

/** Limits and ids, in front of the bubblewrap command. */
export type HostSide = {
  readonly identity: Identity | undefined;
  /** The highest file descriptor that is passed on. */
  readonly lastFd: number;
  /** Largest single file in KiB; 0: no limit. */
  readonly fileKiB: number;
  /** Made and entered before anything unprivileged starts. */
  readonly cgroup: readonly CgroupWrite[];
  /** File with the system call filter. */
  readonly filter: string;
};

/** The environment for `hostCommand`: with `parent`, it refuses to start under any other process. */
export function hostEnvironment(parent?: number): Record<string, string> {
  // Nothing else: the first process inside keeps this environment readable under /proc, whatever --clearenv does.
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...(parent === undefined ? {} : { KEEPER: String(parent) }),
  };
}

export function hostCommand(host: HostSide, bubblewrap: readonly string[]): string[] {
  const { lastFd, fileKiB, cgroup, filter } = host;
  const enter = ['bash', '-c', ENTER, 'bash', String(lastFd), String(fileKiB), ...cgroup.flat(), '--'];
  return [...enter, ...dropCommand(host.identity), '/bin/sh', '-c', GUARD, 'sh', filter, ...bubblewrap];
}

/** As `command`, but it survives the death of whoever starts it, while its own death ends everything. */
export function keptCommand(command: readonly string[]): string[] {
  return ['/bin/sh', '-c', KEEP, 'sh', ...command];
}

function dropCommand(identity: Identity | undefined): string[] {
  const common = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs'];
  if (identity === undefined) return common;
  const { uid, gid } = identity;
  return [...common, '--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
}

// Where no control group holds a job, thousands of processes can begin between two looks at it. The kernel counts these
// for each user namespace (since Linux 5.14), so the user's processes outside do not matter. dash calls it -p.
const FEW = 'ulimit -u "$1" 2>/dev/null || ulimit -p "$1" 2>/dev/null; shift';

// For each door its port, the same as /proc/net/tcp has it, and its socket. Everything that socat holds ends with the sandbox's
// process namespace.
const WITH_DOORS = `${FEW}
ports=
while [ "$1" != -- ]; do
  socat TCP-LISTEN:"$1",bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:"$3" </dev/null >/dev/null 2>&1 &
  ports="$ports $2"
  shift 3
done
shift
tries=0
for port in $ports; do
  until grep -q "0100007F:$port 00000000:0000 0A" /proc/net/tcp; do
    tries=$((tries + 1))
    [ "$tries" -lt 250 ] || { echo 'a bridge to the outside did not start' >&2; exit 126; }
    sleep 0.02
  done
done`;

// A registry of a scope is named in the project's own settings only.
const WITH_SCOPES = `[ ! -f .npmrc ] || set -- $(sed -n 's|^[[:space:]]*\\(@[A-Za-z0-9._-]*:registry\\)[[:space:]]*=.*|npm_config_\\1=http://127.0.0.1:4873/|p' .npmrc) "$@"
exec env "$@"`;

/** Run inside: an unknown command exits 127, as in a shell, and is not taken for a sandbox that failed. */
export function insideCommand(
  argv: readonly string[],
  doors: readonly OpenDoor[],
  processes: number,
): string[] {
  // Far above its own limit: that a job is over that is for who looks at it to see and to tell.
  const most = String(processes * 2 + 256);
  if (doors.length === 0) return ['/bin/sh', '-c', `${FEW}\nexec "$@"`, 'sh', most, ...argv];
  const bridges = doors.flatMap(({ door: { port, socket } }) => [String(port), hex(port), socket]);
  const last = doors.some(({ door }) => door === REGISTRY_DOOR) ? WITH_SCOPES : 'exec "$@"';
  return ['/bin/sh', '-c', `${WITH_DOORS}\n${last}`, 'sh', most, ...bridges, '--', ...argv];
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
