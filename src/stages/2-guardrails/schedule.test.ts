import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTasks, type Task } from './schedule.ts';

type Row = { readonly needs: readonly number[]; readonly cost: Task<string>['cost']; readonly ticks: number };

const cost = fc.constantFrom('light' as const, 'aside' as const, 'heavy' as const);

/** Each task may need those before it. */
const rows = fc
  .array(fc.record({ needs: fc.array(fc.nat(20)), cost, ticks: fc.nat(4) }), { maxLength: 10 })
  .map((list): readonly Row[] =>
    list.map((row, at) => ({
      ...row,
      needs: at === 0 ? [] : [...new Set(row.needs.map((need) => need % at))],
    })),
  );

async function record(list: readonly Row[], heavyAtOnce: number) {
  const log: string[] = [];
  let heavyNow = 0;
  let mostHeavy = 0;
  const heavy = (row: Row | undefined): boolean =>
    row !== undefined && (row.cost === 'heavy' || row.needs.some((need) => heavy(list[need])));
  const late = (row: Row | undefined): boolean =>
    row !== undefined && (row.cost !== 'light' || row.needs.some((need) => late(list[need])));
  const tasks = list.map(
    (row, at): Task<string> => ({
      name: String(at),
      needs: row.needs.map(String),
      cost: row.cost,
      async run() {
        log.push(`start ${at}`);
        if (heavy(row)) mostHeavy = Math.max(mostHeavy, ++heavyNow);
        for (let tick = 0; tick < row.ticks; tick += 1) await new Promise(setImmediate);
        if (heavy(row)) heavyNow -= 1;
        log.push(`end ${at}`);
      },
    }),
  );
  await runTasks(tasks, heavyAtOnce);
  return { log, mostHeavy, late };
}

describe('runTasks', () => {
  it('runs each task once, after what it needs, and the others after all light ones', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 3 }), async (list, heavyAtOnce) => {
        const { log, mostHeavy, late } = await record(list, heavyAtOnce);
        expect(new Set(log)).toEqual(new Set(list.flatMap((_, at) => [`end ${at}`, `start ${at}`])));
        expect(log).toHaveLength(2 * list.length);
        for (const [at, row] of list.entries()) {
          const before = [
            ...row.needs,
            ...(late(row) ? list.flatMap((other, index) => (late(other) ? [] : [index])) : []),
          ];
          for (const need of before)
            expect(log.indexOf(`end ${need}`)).toBeLessThan(log.indexOf(`start ${at}`));
        }
        expect(mostHeavy).toBeLessThanOrEqual(heavyAtOnce);
      }),
    );
  });

  it('runs light tasks side by side', async () => {
    const row: Row = { needs: [], cost: 'light', ticks: 3 };
    const { log } = await record([row, row], 1);
    expect(log.slice(0, 2)).toEqual(['start 0', 'start 1']);
  });

  it('runs those aside beside a heavy one', async () => {
    const heavy: Row = { needs: [], cost: 'heavy', ticks: 3 };
    const { log } = await record([{ ...heavy, cost: 'aside' }, heavy, heavy], 1);
    expect(log.slice(0, 2)).toEqual(['start 0', 'start 1']);
  });

  it('runs a heavy task before those behind it, even if it has to wait for what it needs', async () => {
    const heavy: Row = { needs: [], cost: 'heavy', ticks: 2 };
    const { log } = await record([heavy, { ...heavy, needs: [0] }, heavy], 1);
    expect(log.filter((each) => each.startsWith('start'))).toEqual(['start 0', 'start 1', 'start 2']);
  });
});
