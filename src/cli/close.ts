import { flushCompileCache } from 'node:module';
import type { Closing } from './closing-words.ts';
import { type CloseOptions, person } from './options.ts';

/** `autoland kill`. */
export async function kill(flag: string, options: CloseOptions): Promise<void> {
  const { killFlag } = await import('../wiring/serving/kill.ts');
  const dryRun = options.dryRun === true;
  const how = { by: person(), reason: options.reason, dryRun };
  const { state, already, trouble } = await killFlag(options, flag, how);
  const { print, renderKill } = await voice('closed', trouble);
  print(options.json, { flag, killed: !dryRun, was: already ?? null, state }, renderKill);
}

/** `autoland stop`. */
export async function stop(options: CloseOptions): Promise<void> {
  const { stopAutonomy } = await import('../wiring/serving/stop.ts');
  const [by, dryRun] = [person(), options.dryRun === true];
  const { state, already, trouble } = await stopAutonomy(options, { by, reason: options.reason, dryRun });
  const { print, renderStop } = await voice('stopped', trouble);
  const now = {
    stopped: true,
    was: already === undefined ? 'running' : 'stopped',
    by: already?.by ?? by,
    reason: already?.reason ?? options.reason,
    since: already?.at ?? null,
    state,
    dryRun,
  };
  print(options.json, now, renderStop);
}

/** Loaded once it is done: what is said, and where it goes, must keep no user waiting. */
async function voice(done: string, trouble: string | undefined) {
  const [{ endQuietlyUnread, print }, { renderKill, renderStop }, { printable }] = await words();
  endQuietlyUnread();
  if (trouble !== undefined)
    process.stderr.write(`autoland: ${done}, but the journal could not be written: ${printable(trouble)}\n`);
  return { print, renderKill, renderStop };
}

function words() {
  return Promise.all([
    import('./output.ts'),
    import('./render/control.ts'),
    import('../domain/printable.ts'),
  ]);
}

/** So that the first of them after an upgrade keeps users no longer than the others: what it needs is in Node's compile cache. */
export async function compileAhead(): Promise<void> {
  await Promise.all([import('../wiring/serving/kill.ts'), import('../wiring/serving/stop.ts'), words()]);
  flushCompileCache();
}

/** Either of them, in a process that has loaded no other command. */
export async function closeAlone(closing: Closing): Promise<void> {
  try {
    await (closing.name === 'kill' ? kill(closing.flag, closing.options) : stop(closing.options));
  } catch (thrown) {
    const { report } = await import('./output.ts');
    // What a failed command left open must not keep it alive.
    process.exit(report(thrown, closing.options.json === true));
  }
}
