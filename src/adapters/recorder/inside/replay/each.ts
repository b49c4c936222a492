import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { EachState } from './each-state.ts';
import type { Call } from './make-call.ts';
import { takeVariable } from './variables.ts';

/** How long one call and all of them may take, in ms; a promise that is still open after `settle` is not waited for. */
export type EachLimits = { readonly call: number; readonly settle: number; readonly all: number };

const lookMs = 20;
/** A process takes some tenths of a second to start. */
const mostProcesses = 30;
const memoryMiB = 512;
/** Stands in the project's directory: what it imports is looked for from there. */
const client =
  'const { makeOpen } = await import(process.env.AUTOLAND_REPLAY_MODULE); await makeOpen((name) => import(name));';

/**
 * Makes each call for itself: a process makes them, this one looks on, and where a call takes too long or ends that process,
 * another goes on behind it. What is never begun stays open. Ends the process.
 */
export async function replayEach(): Promise<void> {
  const summary = takeVariable('AUTOLAND_REPLAY_SUMMARY');
  const limits = JSON.parse(process.env.AUTOLAND_REPLAY_LIMITS ?? '') as EachLimits;
  const file = process.env.AUTOLAND_REPLAY_CALLS ?? '';
  const state = new EachState(JSON.parse(readFileSync(file, 'utf8')) as readonly Call[]);
  const deadline = performance.now() + limits.all;
  for (let turn = 0; turn < mostProcesses && performance.now() < deadline; turn++) {
    const before = state.open().length;
    if (before > 0) await watch(state, limits.call, deadline);
    // A package that cannot be loaded will not be loaded the next time either.
    if (state.open().length === before) break;
  }
  writeFileSync(summary, JSON.stringify(state.summary()));
  process.exit(0);
}

/** Until the process has ended, by itself or because a call took too long. */
async function watch(state: EachState, callMs: number, deadline: number): Promise<void> {
  const module = (process.env.AUTOLAND_REPLAY_MODULE ?? '').replace(/each\.js$/, 'each-child.js');
  const env = {
    ...process.env,
    AUTOLAND_REPLAY_MODULE: module,
    AUTOLAND_REPLAY_OPEN: JSON.stringify(state.open()),
  };
  const args = [`--max-old-space-size=${memoryMiB}`, '--input-type=module', '--eval', client];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.on('error', resolve).on('close', resolve));
  let since = performance.now();
  let rest = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) state.told(line);
    since = performance.now();
    if (state.isStale) child.kill('SIGKILL');
  });
  const timer = setInterval(() => {
    const isSlow = state.current !== undefined && performance.now() - since > callMs;
    if (isSlow || performance.now() > deadline) child.kill('SIGKILL');
  }, lookMs);
  await ended;
  clearInterval(timer);
  // One that the end of all time has met is not known to be slow, nor one that was begun when its process was ended for others.
  if (performance.now() < deadline && !state.isStale) state.leave();
  state.restart();
}
