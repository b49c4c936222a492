import { describe, expect, it } from 'vitest';
import { startTimeOf } from '../../runtime/processes/process-identity.ts';
import { findCgroupHome } from './cgroup-home.ts';
import { cgroupEnforcer, type Enforcer, pollingEnforcer } from './enforcer.ts';
import { supervise } from './supervise.ts';

const LIMITS = { memoryMiB: 128, processes: 32 };
const home = await findCgroupHome();
const enforcers: readonly (readonly [string, () => Enforcer])[] = [
  ['polling', () => pollingEnforcer(LIMITS)],
  ...(home === undefined ? [] : [['control groups', () => cgroupEnforcer(home, LIMITS)] as const]),
];

/** Enters the control group, then leaves a process behind that holds the output open, as bubblewrap's inner one does. */
const HOLDER = `while [ "$1" != -- ]; do mkdir -p "$1" && echo "$3" > "$1/$2" || exit 97; shift 3; done
setsid sleep 30 &
echo $!`;

/** Ends the job's first process by hand, but not before all of its processes were seen: what no look saw, polling cannot end. */
function endsFirst(enforcer: Enforcer, { at }: { readonly at: number }): Enforcer {
  return {
    ...enforcer,
    exceeded: async (root) => {
      const limit = await enforcer.exceeded(root);
      const pids = root === 0 ? [] : await enforcer.pids(root);
      if (pids.length === at) process.kill(root, 'SIGKILL');
      return limit;
    },
  };
}

describe.each(enforcers)('supervise with %s', (_, enforcer) => {
  const run = (script: string, seconds: number, made: Enforcer = enforcer()) =>
    supervise({
      command: ['bash', '-c', `${HOLDER}\n${script}`, 'bash', ...made.writes.flat(), '--'],
      secrets: Buffer.of(),
      limits: { ...LIMITS, seconds, diskMiB: 1, outputKiB: 64 },
      enforcer: made,
      writable: [],
      heldBytes: 0,
    });

  it('ends what outlives the first process, and does not wait for it', { timeout: 60_000 }, async () => {
    const result = await run('exec sleep 100', 0.5);
    expect(result).toMatchObject({ kind: 'limit', limit: 'seconds' });
    const pid = Number(result.stdout);
    expect(pid).toBeGreaterThan(1);
    expect(startTimeOf(pid)).toBeUndefined();
  });

  it('does not wait for it either when the first process is ended by others', {
    timeout: 60_000,
  }, async () => {
    const left = run('echo $! >&2; sleep 99 & wait', 30, endsFirst(enforcer(), { at: 3 }));
    await expect(left).rejects.toMatchObject({ code: 'sandbox.failed' });
    const pid = Number(await left.catch((thrown: Error) => /\d+\s*$/.exec(thrown.message)?.[0]));
    expect(pid).toBeGreaterThan(1);
    expect(startTimeOf(pid)).toBeUndefined();
  });
});
