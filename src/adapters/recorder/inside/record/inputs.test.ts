import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Inputs } from './inputs.ts';
import { RecordWriter } from './writer.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'autoland-inputs-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

type Meeting = {
  readonly args: readonly unknown[];
  readonly steps?: readonly string[];
  readonly times?: number;
};

function kept(meetings: readonly Meeting[]): readonly unknown[] {
  const file = join(directory, 'a.jsonl');
  const writer = new RecordWriter(file);
  const inputs = new Inputs(writer);
  for (const { args, steps = ['a', 'f'], times = 1 } of meetings) {
    const crossing = { package: 'a', path: 'a.f', steps, kind: 'call', args, from: undefined } as const;
    inputs.keep(crossing, { key: 'k', times, add: () => undefined });
  }
  writer.write({ t: 'end' });
  writer.flush();
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { args: unknown }).args);
}

it('keeps plain data as it is, of exports, at the first time', () => {
  const round: Record<string, unknown> = {};
  round.round = round;
  expect(
    kept([
      { args: [{ password: 'x1' }] },
      { args: [1], times: 2 },
      { args: [2], steps: [] },
      { args: [() => 1] },
      { args: [round] },
      { args: ['\u0000'.repeat(2000)] },
    ]),
  ).toEqual([[{ o: [['password', 'x1']] }]]);
});

it('keeps a few of each function, and of all of them', () => {
  const of = (name: string) => Array.from({ length: 50 }, (_, at) => ({ args: [at], steps: ['a', name] }));
  expect(kept(of('f'))).toHaveLength(40);
  rmSync(join(directory, 'a.jsonl'));
  expect(kept(Array.from({ length: 12 }, (_, at) => of(`f${at}`)).flat())).toHaveLength(400);
});
