import type { SandboxJob } from '../../../ports/sandbox.ts';

// bubblewrap's monitor and init, and the shell that starts the command; for each door, its bridge's connections.
export const OWN_TASKS = 4;
const BRIDGE_TASKS = 32;

/** With the sandbox's own. */
export function processesOf({ limits, network, modelSocket }: SandboxJob): number {
  const bridges = [network === 'registry', modelSocket !== undefined].filter(Boolean);
  return limits.processes + OWN_TASKS + bridges.length * BRIDGE_TASKS;
}
