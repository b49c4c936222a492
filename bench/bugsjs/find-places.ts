import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readOutputFile } from '../../src/adapters/sandbox/read-output-file.ts';
import { mayMend } from '../../src/agents/crash-fix/rules.ts';
import type { Crash, CrashFrame } from '../../src/domain/crash.ts';
import type { Bug } from './bug.ts';
import { type FailedTest, ownFrames, type Spectrum, suspects } from './spectrum.ts';
import type { Workshop } from './workshop.ts';

export type Localised = { readonly crash: Crash; readonly by: 'stack' | 'spectrum' };

/** As production would tell of it: from the stack of the failing test; where that has no frame of the project's code, from coverage. */
export async function localise(
  { jobs }: Workshop,
  bug: Bug,
  names: readonly string[],
): Promise<Localised | undefined> {
  const job = await mkdtemp(join(jobs.workspace, 'spectrum-'));
  const dir = join(job, 'tree');
  try {
    await chmod(job, 0o711);
    await jobs.git.exportTree(bug.tip, dir);
    await jobs.commands.prepare(bug.commands, dir);
    const argv = bug.commands.test.map((word) => word.replace('tap-reporter', 'spectrum-reporter'));
    const [file = '', ...rest] = argv;
    await jobs.commands.run([file, ...rest], dir, { phase: 'test', seconds: 300 });
    const written = await readOutputFile(dir, 'autoland-spectrum.json', 64 * 1024 * 1024);
    if (written === undefined) return undefined;
    return crashOf(bug, JSON.parse(written.toString('utf8')) as Spectrum, names);
  } finally {
    await jobs.commands.release(dir);
    await rm(job, { recursive: true, force: true });
  }
}

const mostPlaces = 40;

function crashOf(bug: Bug, spectrum: Spectrum, names: readonly string[]): Localised | undefined {
  const failed = spectrum.failed.filter(({ title }) => names.includes(title));
  const first = failed[0];
  if (first === undefined) return undefined;
  const thrown = ownFrames(first.stack, '/work').filter(({ file }) => mayMend(file));
  const isCrash = thrown.length > 0 && /^(Type|Reference|Range|Syntax)Error$/.test(first.errorType);
  const suspected = suspects(spectrum, failed).filter(({ file }) => mayMend(file));
  // Column 0: nobody knows it.
  const lines = suspected.map(({ file, line }) => ({ file, line, column: 0 })).slice(0, mostPlaces);
  const [frame, ...frames]: readonly CrashFrame[] = isCrash ? thrown : lines;
  if (frame === undefined) return undefined;
  return { crash: toldAs(bug, first, [frame, ...frames]), by: isCrash ? 'stack' : 'spectrum' };
}

function toldAs(bug: Bug, { errorType, message }: FailedTest, frames: Crash['frames']): Crash {
  const { tip: commit, at, name: service } = bug;
  const signature = Buffer.from(bug.name).toString('hex').padEnd(64, '0');
  return { signature, service, errorType, message, frames, count: 1, firstSeen: at, lastSeen: at, commit };
}
