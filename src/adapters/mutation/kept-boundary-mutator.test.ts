import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BoundaryMutant } from '../../domain/boundary-mutation.ts';
import type { MutationRun } from '../../domain/mutation.ts';
import type { TestCommands } from '../../ports/test-runner.ts';
import { EvidenceCache } from '../evidence-cache.ts';
import { KeptBoundaryMutator } from './kept-boundary-mutator.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kept-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const commands: TestCommands = { install: null, build: null, test: ['npm', 'test'], testSeconds: 60 };
const chosen: readonly BoundaryMutant[] = ['1', '2'].map((id) => ({
  id,
  package: 'lib',
  path: 'lib.f',
  fault: 'throw',
}));
const trial = { packages: ['lib'], chosen, seconds: 10, advice: false };
const ran = (ids: readonly string[], steady = true): MutationRun => ({
  kind: 'ran',
  states: new Map(ids.map((id) => [id, 'killed'])),
  steady,
  testMs: 1,
});

/** How often the tests run for two askers of the same. */
async function timesFor(answer: MutationRun, other: Partial<typeof trial> = {}): Promise<number> {
  let times = 0;
  const run = () => {
    times += 1;
    return Promise.resolve(answer);
  };
  for (const asked of [trial, { ...trial, ...other }]) {
    const kept = new KeptBoundaryMutator({ run }, new EvidenceCache(directory));
    expect(await kept.run(commands, 'a'.repeat(40), { ...asked, ...other })).toEqual(answer);
  }
  return times;
}

it.each<[string, MutationRun, Partial<typeof trial>, number]>([
  ['what was tried whole', ran(['1', '2']), {}, 1],
  ['a part where it is advice', ran(['1']), { advice: true }, 1],
  ['no part of what decides', ran(['1']), {}, 2],
  ['nothing that was unsteady', ran(['1', '2'], false), {}, 2],
  ['nothing red', { kind: 'red', phase: 'test', tail: '' }, {}, 2],
])('keeps %s', async (_what, answer, over, times) => {
  expect(await timesFor(answer, over)).toBe(times);
});
